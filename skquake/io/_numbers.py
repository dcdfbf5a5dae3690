"""Numbers as Fortran, C and spreadsheets write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from skquake._core._typing import ArrayLike, FloatArray
from skquake.io._files import FormatError

# Fortran leaves out the letter of an exponent of three digits: 1.0-103.
_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[edq]([+-]?\d+)|([+-]\d{3}))?"
_WRITTEN = re.compile(_NUMBER, re.ASCII | re.IGNORECASE)
_MISSING = frozenset(("", "none", "-", "--", "---", *(t.lower() for t in csv.ConvertOptions().null_values)))


def real(text: str) -> float:
    """A number as Fortran or C writes it: ``1.0D+03``, ``+5``; a field of asterisks (overflow) is NaN.

    Raises
    ------
    ValueError
        For what is no finite number.
    """
    text = text.strip()
    if text and not text.strip("*"):
        return float("nan")
    if "_" in text:
        raise ValueError(f"{text[:20]!r} is no number")
    try:
        value = float(text)
    except ValueError:
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise
        value = float(f"{written[1]}e{written[2] or written[3]}")
    if value - value != 0.0:
        raise ValueError(f"{text[:20]!r} is not finite")
    return value


def number(text: str, path: Path, line: int, name: str, kind: Callable[[str], float] = real) -> float:
    """``text`` as a finite number (see :func:`real`), or a FormatError that names the field."""
    try:
        if "_" in text:
            raise ValueError
        value = kind(text)
        if value in (float("inf"), float("-inf")) or (value != value and "*" not in text):
            raise ValueError
    except (ValueError, OverflowError):
        raise FormatError(path, f"line {line}", f"{name} {text.strip()[:20]!r} is no number") from None
    return value


def to_numbers(
    text: Any, path: Path, name: str, *, fill: ArrayLike = (), unit: str = "row", first: int = 2
) -> FloatArray:
    """Finite numbers (or NaN where a field says that it is missing) of a column of text.

    Read is what :func:`real` reads; missing are empty fields, dashes, NaN and its kin, the
    numbers in ``fill``, and stars, which Fortran writes for a number too long for its field.

    Raises
    ------
    FormatError
        For anything else; names the first row that is no number (``unit`` and the number of the ``first``).
    """
    column = text if isinstance(text, pa.Array) else pa.array(np.asarray(text, dtype=object), pa.string())
    values = _at_once(column)
    if values is None:  # blanks, or missing ones
        column = pc.utf8_trim_whitespace(column)
        values = _at_once(pc.if_else(pc.equal(column, ""), None, column))
    if values is None:
        values = _slowly(column, path, name, unit, first)
    infinite = np.isinf(values)
    if infinite.any():
        raise FormatError(path, f"{unit} {int(infinite.argmax()) + first}", f"{name} is infinite")
    fill = np.atleast_1d(np.asarray(fill, dtype=float))
    return np.where(np.isin(values, fill), np.nan, values) if fill.size else values


def _at_once(column):
    """Numbers as pyarrow reads them; None where one is none."""
    try:
        numbers = pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        return None
    return numbers.to_numpy(zero_copy_only=False).astype(float)


def _slowly(column, path, name, unit, first):
    text = pd.Series(column.to_numpy(zero_copy_only=False), dtype=object).fillna("")
    lower = text.str.lower()
    missing = (lower.isin(_MISSING) | lower.str.fullmatch(r"\*+")).to_numpy()
    values = np.full(len(text), np.nan)
    for row in np.flatnonzero(~missing):
        try:
            values[row] = real(text.iloc[row])
        except ValueError:
            what = f"{name} {text.iloc[row][:20]!r} is no number"
            raise FormatError(path, f"{unit} {row + first}", what) from None
    return values
