"""Numbers as Fortran, C and spreadsheets write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from skquake._core._typing import ArrayLike, FloatArray
from skquake.io._files import FormatError

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_MISSING = ("", "nan", "na", "n/a", "null", "none", "-", "--", "---")


def to_numbers(
    text: Any, path: Path, name: str, *, fill: ArrayLike = (), unit: str = "row", first: int = 2
) -> FloatArray:
    """Finite numbers (or NaN where a field says that it is missing) of a column of text.

    Read are ``+5``, ``.5``, ``5.``, ``1.0D+03``; missing are empty fields, dashes, NaN and its kin, the
    numbers in ``fill``, and stars, which Fortran writes for a number too long for its field.

    Raises
    ------
    FormatError
        For anything else; names the first row that is no number (``unit`` and the number of the ``first``).
    """
    column = text if isinstance(text, pa.Array) else pa.array(np.asarray(text, dtype=object), pa.string())
    column = pc.utf8_trim_whitespace(column)
    try:
        column = pc.if_else(pc.equal(column, ""), None, column)
        values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False).astype(float)
    except pa.ArrowInvalid:
        values = _slowly(column, path, name, unit, first)
    infinite = np.isinf(values)
    if infinite.any():
        raise FormatError(path, f"{unit} {int(infinite.argmax()) + first}", f"{name} is infinite")
    fill = np.atleast_1d(np.asarray(fill, dtype=float))
    return np.where(np.isin(values, fill), np.nan, values) if fill.size else values


def _slowly(column, path, name, unit, first):
    text = pd.Series(column.to_numpy(zero_copy_only=False), dtype=object).fillna("")
    lower = text.str.lower()
    missing = (lower.isin(_MISSING) | lower.str.fullmatch(r"\*+")).to_numpy()
    lower = lower.str.replace("d", "e", regex=False)
    good = lower.str.fullmatch(_NUMBER).to_numpy(dtype=bool) | missing
    if not good.all():
        row = int(np.argmin(good))
        raise FormatError(path, f"{unit} {row + first}", f"{name} {text.iloc[row][:20]!r} is no number")
    return lower.where(~missing, "nan").to_numpy(dtype=object).astype(float)
