"""Intervals only where enough units carry evidence."""

from __future__ import annotations

import numpy as np

from skquake._core._evidence import FEWEST
from skquake._core._typing import ArrayLike, FloatArray


def of_enough(low: ArrayLike, high: ArrayLike, n_units: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Ends of intervals, NaN where fewer than five units carry evidence."""
    enough = np.asarray(n_units) >= FEWEST
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


def in_words(low: float, high: float, n_units: int, digits: str) -> str:
    """An interval as text; where there is none, of how many blocks of time."""
    if np.isfinite([low, high]).all():
        return f" [{low:{digits}}, {high:{digits}}]"
    return f" (no interval: {n_units} block{'' if n_units == 1 else 's'} of time)" if n_units else ""
