"""Strict CSV tables: a wrong number of fields or a wrong value is an error, never a NaN."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from skquake._core._typing import Array
from skquake.io._files import FormatError, check_line_end, kind_of
from skquake.io._numbers import to_numbers

MAX_CELLS = 40_000_000
"""Most fields (rows times columns read) of a table."""

MAX_COLUMNS = 20_000

_DAY = r"\s*\d{4}(\D\d\d?\D\d|\d{4})"
"""How a date begins that names its day."""


def header_of(data: bytes, path: Path) -> list[str]:
    """Names in the first line of a CSV file."""
    first = data[: data.find(b"\n") if b"\n" in data else len(data)].strip()
    if first.count(b",") > MAX_COLUMNS:
        raise FormatError(path, "line 1", f"more than {MAX_COLUMNS} columns")
    kind = kind_of(data)
    if kind is not None:
        raise FormatError(path, "byte 0", f"{kind}; expected a table of comma-separated values")
    try:
        text = first.decode("utf-8-sig")
        names = next(csv.reader([text], strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration):
        raise FormatError(path, "line 1", "expected the comma-separated names of the columns") from None
    return names


def read_table(
    data: bytes, path: Path, columns: Mapping[str, type], *, line_ends: bool = False
) -> pd.DataFrame:
    """Selected columns of a CSV file.

    Parameters
    ----------
    data : bytes
        The file; its first line holds the names.
    columns : dict of {str: type}
        Name in the file -> ``float`` or ``str``. Empty fields are NaN or ""; numbers may be written as
        Fortran or C do (``1.0D+03``, ``+5``; asterisks and dashes are NaN).
    line_ends : bool, default=False
        Whether a field in quotes may hold line ends. If not, one that does is an error: a quote without its
        other one would take in the rows below it.

    Returns
    -------
    DataFrame
        In file order, index 0, 1, ...

    Raises
    ------
    FormatError
        For a cut row, a field that is no number, two columns of one of the names, and for no row.
    """
    check_line_end(data, path)
    given = Counter(header_of(data, path))
    twice = [name for name in columns if given[name] > 1]
    if twice:
        raise FormatError(path, "line 1", f"two columns are called {twice[0]!r}; keep one")
    n = data.count(b"\n") + data.count(b"\r")
    if n * len(columns) > MAX_CELLS:
        what = f"{n} lines of {len(columns)} columns; at most {MAX_CELLS} fields are read: split the file"
        raise FormatError(path, "table", what)
    try:
        table = _parse(data, columns, pa.float64())
    except (pa.ArrowException, ValueError) as error:
        try:
            table = _parse(data, columns, pa.string())
        except (pa.ArrowException, ValueError):
            text = str(error)
            row = re.search(r"Row #(\d+)", text)
            raise FormatError(path, f"row {row[1]}" if row else "table", text.replace("\n", " ")) from error
        numbers = {
            name: pa.array(to_numbers(table.column(name).to_pylist(), path, name))
            if kind is float
            else table.column(name)
            for name, kind in columns.items()
        }
        table = pa.table(numbers)
    if not line_ends and b'"' in data and table.num_rows < _lines(data) - 1:
        what = f"{_lines(data) - 1} lines below the header are {table.num_rows} rows: quotes do not match"
        raise FormatError(path, "table", f"{what}, or a quoted field holds a line end")
    frame = pd.DataFrame(
        {
            name: table.column(name).to_numpy() if kind is float else table.column(name).to_pandas()
            for name, kind in columns.items()
        }
    )
    if not len(frame):
        raise FormatError(path, "line 2", "no row below the header")
    for name, kind in columns.items():
        if kind is float and np.isinf(frame[name].to_numpy()).any():
            raise FormatError(path, f"row {int(np.isinf(frame[name]).argmax()) + 2}", f"{name} is infinite")
    return frame


def _lines(data):
    """How many lines are not empty."""
    text = np.frombuffer(data, dtype=np.uint8)
    inside = (text != 10) & (text != 13)
    return int(inside[0]) + np.count_nonzero(inside[1:] & ~inside[:-1])


def _parse(data, columns, number):
    """The columns as pyarrow reads them, those of numbers as the type ``number``."""
    options = pyarrow.csv.ConvertOptions(
        include_columns=list(columns),
        column_types={name: number if kind is float else pa.string() for name, kind in columns.items()},
        strings_can_be_null=False,
    )
    return pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )


def parse_times(text: Any, path: Path, what: str = "time", *, first: int = 2, unit: str = "row") -> Array:
    """``datetime64[ns]`` array (UTC, tz-naive) of ISO 8601 strings; every one must be a date."""
    times = iso_at_once(text)
    if times is None:
        text = pd.Series(text, dtype=object)
        # pandas takes "2001" for the first of January, and "now" for now.
        whole = text.where(text.str.match(_DAY).eq(True), "")
        times = pd.to_datetime(whole, format="ISO8601", utc=True, errors="coerce").dt.tz_localize(None)
        times = times.to_numpy()
    bad = np.isnat(times) | (times < np.datetime64("1700-01-01")) | (times > np.datetime64("2200-01-01"))
    if bad.any():
        row = int(bad.argmax())
        said = str(pd.Series(text, dtype=object).iloc[row])[:30]
        raise FormatError(path, f"{unit} {row + first}", f"{what} {said!r} is no ISO 8601 date")
    return times.astype("datetime64[ns]")  # what is in range fits


def iso_at_once(text: Any) -> Array | None:
    """Times that are all ISO 8601, with or without zones, as pyarrow reads them; None where one is not."""
    column = text if isinstance(text, pa.Array) else pa.array(text, pa.string(), from_pandas=True)
    zoned = len(column) and (column[0].as_py() or "").endswith("Z")
    for zone in ("UTC", None) if zoned else (None, "UTC"):  # what fails takes ten times as long
        try:
            times = pc.cast(column, pa.timestamp("ns", tz=zone))
        except pa.ArrowInvalid:
            continue
        return None if times.null_count else times.cast(pa.int64()).to_numpy().view("datetime64[ns]")
    return None
