"""What is entered in a world: a function that makes an estimator, and what it claims."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skquake._core._typing import Estimator
from skquake.datasets import World

SCORES = ("event_auc", "seismic_auc", "seismic_mcc")


@dataclass(frozen=True)
class WorldEntry:
    """An entry.

    Parameters
    ----------
    name : str
    make_entry : callable
        Gets the world, returns an estimator that is fitted on samples and has ``predict_proba``.
    claim : callable or None
        Gets the world, returns the scores that the entry says it has, by their names.
    """

    name: str
    make_entry: Callable[[World], Estimator]
    claim: Callable[[World], Any] | None = None

    def claimed(self, world: World) -> dict[str, float]:
        """What it claims; nothing where it claims nothing."""
        found = None if self.claim is None else self.claim(world)
        if found is None:
            return {}
        if not isinstance(found, Mapping):  # an Evaluation
            found = {name: getattr(getattr(found, name, None), "value", None) for name in SCORES}
            found = {name: value for name, value in found.items() if value is not None}
        unknown = [name for name in found if name not in SCORES]
        if unknown or not found:
            what = ", ".join(map(str, unknown)) or "nothing"
            raise ValueError(
                f"claim of {self.name!r}: {what} is no score; return a dict with {', '.join(SCORES)}, or "
                "what skquake.model_selection.evaluate found"
            )
        values = {name: float(value) for name, value in found.items()}
        if not np.isfinite(list(values.values())).all():
            raise ValueError(f"claim of {self.name!r}: {values} must be finite")
        return values


def as_entry(entry: Any, claim: Callable[[World], Any] | None = None, name: str | None = None) -> WorldEntry:
    """An entry from a function, or from the file that defines it (whose code is run)."""
    if isinstance(entry, WorldEntry):
        return entry
    if isinstance(entry, str | Path):
        return _from_file(Path(entry), claim, name)
    if not callable(entry) or hasattr(entry, "get_params"):
        raise TypeError(
            "entry: expected a function make_entry(world) that returns an estimator, or the path of a file "
            f"that defines one, got {entry!r}; an estimator by itself has no source to cut windows from"
        )
    called = str(getattr(entry, "__name__", type(entry).__name__))
    return WorldEntry(name or called, entry, claim)


def _from_file(path, claim, name):
    path = path.expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such file; name one that defines make_entry(world)")
    found = runpy.run_path(str(path), run_name="skquake_entry")
    if not callable(found.get("make_entry")):
        raise ValueError(f"{path}: defines no function make_entry(world) that returns an estimator")
    return WorldEntry(name or path.stem, found["make_entry"], claim or found.get("claim"))
