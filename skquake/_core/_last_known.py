"""The value of an index that holds at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skquake._core._time import NS_PER_DAY, as_ns, to_utc
from skquake._core._typing import FloatArray


def last_known(series: pd.Series, times: Any, name: str, *, max_age_days: float = 1.0) -> FloatArray:
    """Last value at or before each time, NaN where there is none or it is older than a day.

    Parameters
    ----------
    series : Series
        Indexed by time, in any order; missing values are passed over.
    times : array-like of datetime64, shape (n,)
    name : str
        What to call the series in error messages.
    max_age_days : float

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    series = series.dropna().sort_index()
    known = as_ns(to_utc(series.index, f"{name}: index"))
    moment = as_ns(to_utc(times))
    if not len(known):
        return np.full(len(moment), np.nan)
    row = np.searchsorted(known, moment, side="right") - 1
    fresh = (row >= 0) & (moment - known[row] <= max_age_days * NS_PER_DAY)
    return np.where(fresh, series.to_numpy(dtype=float)[row], np.nan)
