"""The solar flux that drives a background: a number, or a series of days averaged over the days before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skquake._core._last_known import last_known
from skquake._core._time import as_ns, to_utc
from skquake._core._typing import FloatArray


def solar_flux(f107: float | pd.Series, times: Any, days: float) -> FloatArray:
    """Solar flux at each time, sfu.

    Parameters
    ----------
    f107 : float or Series
        Of a series, by the start of the day, the mean of ``days`` days that ended before the day of a time.
    times : array-like of datetime64, shape (n,)
    days : float

    Raises
    ------
    ValueError
        For flux that is not positive, and for times whose flux is not known.
    """
    if not isinstance(f107, pd.Series):
        return np.full(len(times), float(f107))
    known = pd.Series(f107.to_numpy(dtype=float), to_utc(f107.index, "f107: index")).dropna().sort_index()
    if (known <= 0.0).any():
        when = known.index[(known <= 0.0).to_numpy()][0]
        raise ValueError(f"f107: {known[when]} at {when} is no flux; missing values are NaN")
    mean = known.rolling(pd.Timedelta(days, "D")).mean()
    mean.index = mean.index + pd.Timedelta(1, "D")  # a day is known when it is over
    moments = to_utc(times)
    day, row = np.unique(moments.astype("datetime64[h]"), return_inverse=True)
    found = last_known(mean, day.astype("datetime64[ns]"), "f107", max_age_days=3.0)[row]
    unknown = np.isnan(found)
    if unknown.any():
        raise ValueError(
            f"f107: no value in the days before {pd.Timestamp(as_ns(moments)[unknown][0])} (the first of "
            f"{int(unknown.sum())} observations without one); it spans {f107.index.min()} to "
            f"{f107.index.max()}: give a longer one"
        )
    return found
