"""Fitted arrays that nobody edits by mistake."""

from __future__ import annotations

from typing import Any

import numpy as np

from skquake._core._typing import Array


def read_only(values: Any) -> Array:
    """The values as an array that refuses to be written to: an edit is an error, never a silent change."""
    array = np.asarray(values)
    array.flags.writeable = False
    return array


class ReadOnlyState:
    """Mixin: fitted arrays are read-only in copies and after unpickling, too, where numpy forgets it."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # type: ignore[misc]
        for name, value in vars(self).items():
            if name.endswith("_") and isinstance(value, np.ndarray):
                value.flags.writeable = False
