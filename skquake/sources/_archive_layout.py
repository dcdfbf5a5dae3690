"""What is kept of a track on disk: where its rows stand, its passes, what its files were."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from skquake._core._atomic import write_atomically

_VERSION = 1
FLAG_ROWS = 256  # rows that share a flag


class Layout(NamedTuple):
    """A track without its observations: it grows with files, row groups and passes alone.

    Attributes
    ----------
    files : tuple of str
        Names, in the order of their beginnings.
    sizes, checks : ndarray, shape (n_files,)
        Bytes of each file, and CRC-32 of these.
    clean : ndarray of bool, shape (n_files,)
        Whether the columns of a file are bit for bit those of the track.
    of_unit, group : ndarray of int64, shape (n_units,)
        The units in which is read, row groups: the number of their file, and theirs in it.
    unit, first, start : ndarray of int64
        Runs of rows: their unit, their first row in it, and their first row of the track; ``start`` has one
        more at the end.
    time, step : ndarray of int64
        First time of each run, and its one step in time, 0 where it has several: times of a regular run are
        known without reading.
    flagged : ndarray of uint8
        A bit for every 256 rows: whether a value among them is not finite.
    bounds, north : ndarray
        As of ``Track``; north is of each pass.
    channels, units, cadence, max_gap
        As of ``Track``.
    altitude : bool
        Whether there are altitudes.
    """

    files: tuple
    sizes: np.ndarray
    checks: np.ndarray
    clean: np.ndarray
    of_unit: np.ndarray
    group: np.ndarray
    unit: np.ndarray
    first: np.ndarray
    start: np.ndarray
    time: np.ndarray
    step: np.ndarray
    flagged: np.ndarray
    bounds: np.ndarray
    north: np.ndarray
    channels: tuple
    units: tuple
    cadence: int
    max_gap: int
    altitude: bool


def save_layout(layout: Layout, path: Path, of: dict[str, Any]) -> None:
    """Keep a layout together with what it is of; where that cannot be, it is not."""
    arrays: dict[str, Any] = {
        name: value for name, value in layout._asdict().items() if isinstance(value, np.ndarray)
    }
    rest = {name: value for name, value in layout._asdict().items() if name not in arrays}
    about = json.dumps({"version": _VERSION, "of": of, **rest})
    content = io.BytesIO()
    np.savez_compressed(content, about=np.array(about), **arrays)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda temporary: temporary.write_bytes(content.getvalue()))
    except OSError:
        pass  # a folder that only others may write: found anew by the next process


def load_layout(path: Path, of: dict[str, Any]) -> Layout | None:
    """The layout that was kept, if it is whole and of the same."""
    try:
        return layout_in(path.read_bytes(), of)
    except OSError:
        return None


def layout_in(content: bytes, of: dict[str, Any]) -> Layout | None:
    """The layout in the bytes of a file, if it is whole and of the same; its members carry checksums."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            about = json.loads(str(kept["about"]))
            if about.pop("version") != _VERSION or about.pop("of") != json.loads(json.dumps(of)):
                return None
            arrays = {name: kept[name] for name in kept.files if name != "about"}
        for name in ("files", "channels"):
            about[name] = tuple(about[name])
        about["units"] = tuple(map(tuple, about["units"]))
        return Layout(**about, **arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None  # damaged, or of another version


def layout_name(arguments: tuple[Any, ...]) -> str:
    """Name of the layout of a source of these arguments, beside its files."""
    key = hashlib.blake2b(json.dumps(list(arguments)).encode(), digest_size=6).hexdigest()
    return f"_track-{key}.npz"
