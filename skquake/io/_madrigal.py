"""What the HDF5 files of the data base Madrigal share: a table of records, arrays, and what they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skquake._core._typing import Array
from skquake.io._files import SMALL, FormatError
from skquake.io._hdf5 import MAX_GROWTH

if TYPE_CHECKING:
    import h5py

TABLE = "Data/Table Layout"
ARRAYS = "Data/Array Layout"
ABOUT = "Metadata/Experiment Parameters"
PARAMETERS = "Metadata/Data Parameters"
CITATION = (
    "Rideout & Coster (2006), https://doi.org/10.1007/s10291-006-0029-5; Vierinen et al. (2016), "
    "https://doi.org/10.5194/amt-9-1303-2016; MIT Haystack Observatory, Madrigal, with the providers of "
    "observations that the file names"
)
MAX_CHUNK = 2**28
"""Most bytes of a chunk: the library unpacks one as a whole."""

_BLOCK = 2**18  # rows
_FIRST, _LAST = 315_532_800, 7_258_118_400  # seconds from 1980 to 2200
_MAX_PARAMETERS = 1000
_TECU = ("tec", "tecu", "los_tec", "")


def table_of(file: h5py.File, path: Path, n_bytes: int, needed: Collection[str]) -> h5py.Dataset:
    """The table of records, whose columns in ``needed`` hold numbers or short texts.

    Raises
    ------
    FormatError
        If there is none, or a column of it is not there; if it is empty or promises far more than the file
        can hold.
    """
    import h5py

    table = file.get(TABLE)
    if not isinstance(table, h5py.Dataset) or table.dtype.names is None or table.ndim != 1:
        raise FormatError(path, TABLE, f"no table of records; there are {sorted(file)[:10]}")
    absent = [name for name in needed if name not in table.dtype.names]
    if absent:
        have = ", ".join(table.dtype.names[:40])
        raise FormatError(path, TABLE, f"no column {', '.join(absent)}; there are {have}")
    if not table.size:
        raise FormatError(path, TABLE, "no record")
    limit = max(SMALL, MAX_GROWTH * n_bytes)
    chunk = (table.chunks or (0,))[0] * table.dtype.itemsize
    if table.size * table.dtype.itemsize > limit or chunk > min(limit, MAX_CHUNK):
        what = f"{table.size} records in chunks of {chunk} bytes: more than {limit} bytes from {n_bytes}"
        raise FormatError(path, TABLE, what)
    return table


def blocks(table: h5py.Dataset, columns: Sequence[str]) -> Iterator[tuple[int, Array]]:
    """Number of the first record and columns of so many records as fit into memory easily, in turn."""
    chunk = (table.chunks or (_BLOCK,))[0]
    step = max(chunk, _BLOCK // chunk * chunk)
    for start in range(0, table.size, step):
        yield start, table.fields(list(columns))[start : start + step]


def numbers(values: Array, name: str, path: Path) -> Array:
    """A column as float64; infinite values are missing."""
    if values.dtype.kind not in "iuf" or values.ndim != 1:
        raise FormatError(path, TABLE, f"column {name} holds {values.dtype}, no numbers")
    values = values.astype("float64")
    values[np.isinf(values)] = np.nan
    return values


def labels(values: Array, name: str, path: Path) -> tuple[Array, list[str]]:
    """A column of short texts as codes, and the text of each code."""
    import pandas as pd

    if values.dtype.kind != "S" or not 0 < values.dtype.itemsize <= 8 or values.ndim != 1:
        raise FormatError(path, TABLE, f"column {name} holds {values.dtype}, no texts of up to 8 characters")
    codes, found = pd.factorize(np.ascontiguousarray(values.astype("S8")).view("uint64"))
    return codes, [text.decode("latin-1").strip() for text in found.view("S8")]


def utc(seconds: Array, path: Path, records: Array) -> Array:
    """``datetime64[ns]`` of seconds since 1970; ``records`` are the numbers of their rows, for the error."""
    bad = ~((seconds >= _FIRST) & (seconds < _LAST))
    if bad.any():
        row = int(bad.argmax())
        what = f"{seconds[row]:g} s since 1970 is no time between 1980 and 2199"
        raise FormatError(path, f"record {records[row]}", what)
    ms = np.round(seconds * 1e3).astype("int64")
    return ms.astype("datetime64[ms]").astype("datetime64[ns]")


def check_units(file: h5py.File, path: Path, names: Collection[str]) -> None:
    """Raise where the file says that a quantity is in another unit than TECU."""
    units = {name.lower(): unit for name, unit in _rows(file, PARAMETERS, "mnemonic", "units")}
    for name in names:
        unit = units.get(name, "")
        if unit.lower() not in _TECU:
            raise FormatError(path, f"{PARAMETERS}, {name.upper()}", f"unit {unit[:20]!r}; expected TECU")


def status_of(file: h5py.File) -> str:
    """What the file says of itself: "final", "preliminary", ...; "" where it says nothing."""
    about = {name.lower(): value for name, value in _rows(file, ABOUT, "name", "value")}
    return about.get("status description", "").lower()[:60]


def _rows(file: h5py.File, where: str, key: str, value: str) -> list[tuple[str, str]]:
    """Pairs of texts of a small table."""
    import h5py

    table = file.get(where)
    if not isinstance(table, h5py.Dataset) or table.dtype.names is None or table.ndim != 1:
        return []
    if {key, value} - set(table.dtype.names) or not 0 < table.size <= _MAX_PARAMETERS:
        return []
    if table.dtype.itemsize > 2**16:
        return []
    rows = table[()]
    return [(_text(row[key]), _text(row[value])) for row in rows]


def _text(value: Any) -> str:
    return (value.decode("latin-1") if isinstance(value, bytes) else str(value)).strip()
