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
