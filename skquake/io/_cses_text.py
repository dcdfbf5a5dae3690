"""Text exports of CSES-01 data: tables whose columns are called as the variables of the HDF5 files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skquake._core._typing import Array
from skquake.io._any_table import guess_separator
from skquake.io._files import FormatError, check_line_end, kind_of
from skquake.io._numbers import to_numbers
from skquake.io._table import parse_times, read_table
from skquake.io._words import check_last_line, read_words

_NAMES = (
    *("UTC_TIME", "VERSE_TIME", "GEO_LAT", "GEO_LON", "MAG_LAT", "MAG_LON", "ALTITUDE"),
    *("A311", "A321", "A221", "A222", "A223"),
)
# Of the tables of INGV in the ASPIS data base.
_OTHERS = {"TIME": "UTC_TIME", "BX": "A221", "BY": "A222", "BZ": "A223"}
_NEEDED = ("UTC_TIME", "GEO_LAT", "GEO_LON")
_FILE_NAME = re.compile(r"CSES_01_\w{3}_\d_L\w{2}_\w{2}_(\d{5})([01])_")
_MOST_COMMENTS = 1000
_EXPECTED = (
    "an HDF5 file of CSES, or a text whose first line names its variables (UTC_TIME, GEO_LAT, A311, ...)"
)


class TextVariable:
    """A column of numbers that can be read like a data set of HDF5."""

    def __init__(self, values: Array) -> None:
        self.attrs: dict[str, Any] = {}  # text says nothing about a column
        self._values = values.reshape(-1, 1)
        self.ndim, self.dtype, self.size = 2, self._values.dtype, self._values.size

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, rows: Any) -> Array:
        return self._values[rows]


class TextFile(dict[str, TextVariable]):
    """Variables of a text export by the names of the HDF5 files, and what else it says.

    Attributes
    ----------
    time : ndarray of datetime64[ms], shape (n,)
    attrs : dict
        Orbit by the file's name, and the comments above the table.
    left_out : list of str
        Columns that are no variables known here.
    """

    def __init__(self, path: Path, comments: str) -> None:
        super().__init__()
        self.attrs: dict[str, str] = {"comments": comments}
        named = _FILE_NAME.search(Path(path).name)
        if named:
            self.attrs |= {"ORBITNUM": named[1], "ORBITTYPE": named[2]}
        self.time: Array = np.empty(0, "datetime64[ms]")
        self.left_out: list[str] = []


def read_text(data: bytes, path: Path) -> TextFile:
    """The table in a text file; FormatError for anything else."""
    if kind_of(data) is not None or b"\0" in data[:4096]:
        raise FormatError(path, "byte 0", f"{kind_of(data) or 'a zero byte'}; expected {_EXPECTED}")
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    skip, names, mark, comments = _header(data, path)
    ours = _as_in_hdf5(names)
    absent = [name for name in _NEEDED if name not in ours]
    known = [name for name in ours if name in _NAMES]
    if absent or len(set(known)) < len(known):
        what = f"no column {', '.join(absent)}" if absent else "two columns of one variable"
        raise FormatError(path, f"line {skip}", f"{what}; expected {_EXPECTED}")
    columns = {theirs: name for theirs, name in zip(names, ours, strict=True) if name in _NAMES}
    table = _table(data, path, skip, names, mark, columns)
    file = TextFile(path, comments)
    file.left_out = [name for name in names if name and name not in columns]
    for theirs, name in columns.items():
        if name == "UTC_TIME":
            file.time = _times(table[theirs], path)
            continue
        values = table[theirs]
        numbers = values if values.dtype.kind == "f" else to_numbers(values, path, name, first=1)
        file[name] = TextVariable(np.asarray(numbers, dtype=float))
    return file


def is_export(data: bytes, path: Path) -> bool:
    """Whether a text begins with names of the variables that every export needs."""
    try:
        names = _header(data, path)[1]
    except FormatError:
        return False
    return set(_NEEDED) <= set(_as_in_hdf5(names))


def _as_in_hdf5(names):
    return [_OTHERS.get(name.upper(), name.upper()) for name in names]


def _header(data, path):
    """Number of the line of names, these, what parts them, and the comments above."""
    lines = data[:200_000].split(b"\n", _MOST_COMMENTS)[:_MOST_COMMENTS]
    comments: list[str] = []
    for number, raw in enumerate(lines, 1):
        line = raw.decode("latin-1").strip()
        text = line.lstrip("#%").strip()
        mark = guess_separator(text)
        names = [name.strip().strip('"') for name in text.split(None if mark == " " else mark)]
        if {"GEO_LAT", "GEO_LON"} <= {name.upper() for name in names}:
            if len(set(names)) < len(names) or len(names) > 500:
                raise FormatError(path, f"line {number}", "two columns of one name, or more than 500")
            return number, names, mark, "\n".join(comments)[:10_000]
        if line and not line.startswith(("#", "%")):
            break
        comments.append(text)
    raise FormatError(path, "line 1", f"expected {_EXPECTED}; a table without names needs such a line")


def _table(data, path, skip, names, mark, columns):
    """The known columns below the line of names; times as text."""
    if mark == " ":
        check_last_line(data, path)
        others = [name for name in names if columns.get(name) in (None, "UTC_TIME")]
        try:
            return read_words(data, path, names, skip=skip, texts=others, missing=("NaN", "nan", "NAN"))
        except FormatError:  # other words for missing, perhaps
            return read_words(data, path, names, skip=skip, texts=names)
    check_line_end(data, path)
    body = b"".join(data.split(b"\n", skip)[skip:])  # none where the names end the file
    if mark != ",":
        if b"," in body:
            raise FormatError(path, "table", f"commas in a table between {mark!r}: write numbers with points")
        body = body.replace(mark.encode(), b",")
    head = ",".join('"' + name.replace('"', "") + '"' for name in names).encode()
    kinds = {theirs: str if name == "UTC_TIME" else float for theirs, name in columns.items()}
    return read_table(head + b"\n" + body, path, kinds)


def _times(text, path):
    """``datetime64[ms]`` of numbers yyyymmddHHMMSSmmm or of dates."""
    column = pc.utf8_trim_whitespace(pa.array(text, type=pa.string()))
    if not re.fullmatch(r"\d+(\.0)?", column[0].as_py() or ""):
        return parse_times(column.to_pylist(), path, "UTC_TIME", first=1).astype("datetime64[ms]")
    digits = pc.replace_substring_regex(column, r"\.0$", "")
    good = pc.match_substring_regex(digits, r"^\d{17}$").to_numpy(zero_copy_only=False)
    times = utc(pc.cast(pc.if_else(pa.array(good), digits, "0"), pa.int64()).to_numpy())
    bad = ~good | np.isnat(times)
    if bad.any():
        row = int(bad.argmax())
        what = f"UTC_TIME {column[row].as_py()[:30]!r}: expected yyyymmddHHMMSSmmm (17 digits) or a date"
        raise FormatError(path, f"row {row + 1}", what)
    return times


def utc(raw: Array) -> Array:
    """``datetime64[ms]`` of numbers yyyymmddHHMMSSmmm, NaT for what is no date."""
    rest, parts = raw.astype("int64"), []
    for base in (1000, 100, 100, 100, 100, 100):
        rest, part = np.divmod(rest, base)
        parts.append(part)
    millisecond, second, minute, hour, day, month = parts
    good = (rest >= 2000) & (rest < 2100) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(good, (rest - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(good, day - 1, 0)
    good &= days.astype("datetime64[M]") == months
    offset = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
    return np.where(
        good, days.astype("datetime64[ms]") + np.where(good, offset, 0), np.datetime64("NaT", "ms")
    )
