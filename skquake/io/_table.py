"""Strict CSV tables: a wrong number of fields or a wrong value is an error, never a NaN."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from skquake._core._typing import Array
from skquake.io._files import FormatError, check_line_end


def header_of(data: bytes, path: Path) -> list[str]:
    """Names in the first line of a CSV file."""
    first = data.split(b"\n", 1)[0].strip()
    try:
        text = first.decode("utf-8-sig")
        names = next(csv.reader([text], strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration):
        raise FormatError(path, "line 1", "expected the comma-separated names of the columns") from None
    return names


def read_table(data: bytes, path: Path, columns: Mapping[str, type]) -> pd.DataFrame:
    """Selected columns of a CSV file.

    Parameters
    ----------
    data : bytes
        The file; its first line holds the names.
    columns : dict of {str: type}
        Name in the file -> ``float`` or ``str``. Empty fields are NaN or "".

    Returns
    -------
    DataFrame
        In file order, index 0, 1, ...
    """
    check_line_end(data, path)
    options = pyarrow.csv.ConvertOptions(
        include_columns=list(columns),
        column_types={name: pa.float64() if kind is float else pa.string() for name, kind in columns.items()},
        strings_can_be_null=False,
    )
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            read_options=pyarrow.csv.ReadOptions(use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=options,
        )
    except (pa.ArrowException, ValueError) as error:
        text = str(error)
        row = re.search(r"Row #(\d+)", text)
        raise FormatError(path, f"row {row[1]}" if row else "table", text.replace("\n", " ")) from error
    frame = pd.DataFrame({name: table.column(name).to_numpy() for name in columns})
    if not len(frame):
        raise FormatError(path, "line 2", "no row below the header")
    for name, kind in columns.items():
        if kind is float and np.isinf(frame[name].to_numpy()).any():
            raise FormatError(path, f"row {int(np.isinf(frame[name]).argmax()) + 2}", f"{name} is infinite")
    return frame


def parse_times(text: Any, path: Path, what: str = "time", *, first: int = 2, unit: str = "row") -> Array:
    """``datetime64[ns]`` array (UTC, tz-naive) of ISO 8601 strings; every one must be a date."""
    text = pd.Series(text, dtype=object)
    times = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce").dt.tz_localize(None)
    bad = (times.isna() | (times < pd.Timestamp(1700, 1, 1)) | (times > pd.Timestamp(2200, 1, 1))).to_numpy()
    if bad.any():
        row = int(bad.argmax())
        raise FormatError(
            path, f"{unit} {row + first}", f"{what} {str(text.iloc[row])[:30]!r} is no ISO 8601 date"
        )
    return times.to_numpy().astype("datetime64[ns]")
