"""Times: tz-naive UTC in nanoseconds everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skquake._core._typing import ArrayLike, FloatArray, TimeLike

NS_PER_SECOND = 1_000_000_000
NS_PER_HOUR = 3_600 * NS_PER_SECOND
NS_PER_DAY = 24 * NS_PER_HOUR


def to_utc(times: Any, name: str = "time") -> npt.NDArray[np.datetime64]:
    """Array of ``datetime64[ns]``, tz-naive UTC.

    Parameters
    ----------
    times : array-like
        Anything that pandas reads as dates; time zones are converted to UTC.
    name : str
        What to call the values in the error message.

    Raises
    ------
    ValueError
        For values that are not dates (plain numbers included: their unit is unknown).
    """
    values = times.array if isinstance(times, (pd.Series, pd.Index)) else times
    dtype = getattr(values, "dtype", None)
    if dtype is not None and getattr(dtype, "kind", "") in "iufb":
        raise ValueError(
            f"{name}: numbers of type {dtype} are not dates; convert them first, naming their unit"
        )
    if dtype == "datetime64[ns]":
        return np.array(values)  # a copy, and nothing to convert
    try:
        index = pd.DatetimeIndex(pd.to_datetime(values, utc=True))
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{name}: not readable as dates ({error})") from error
    return index.tz_localize(None).as_unit("ns").to_numpy()


def as_ns(times: Any) -> npt.NDArray[np.int64]:
    """int64 nanoseconds since 1970 of a ``datetime64`` array; an array of int64 is that already."""
    if getattr(times, "dtype", None) == np.int64:
        return np.asarray(times)
    return np.asarray(times, dtype="datetime64[ns]").view("int64")


def days_to_ns(days: ArrayLike) -> npt.NDArray[np.int64]:
    """int64 nanoseconds of a number (or array) of days."""
    return np.round(np.asarray(days, dtype=float) * NS_PER_DAY).astype("int64")


def local_solar_time(times: Any, longitude: ArrayLike) -> FloatArray:
    """Mean local solar time in hours, [0, 24), from UTC times and degrees east."""
    hours = (as_ns(times) % NS_PER_DAY) / NS_PER_HOUR
    local = (hours + np.asarray(longitude, dtype=float) / 15.0) % 24.0
    return np.where(local >= 24.0, 0.0, local)


def moment_ns(date: TimeLike, what: str) -> int:
    """One date in ns since 1970, UTC; ``what`` names it in errors."""
    return int(as_ns(to_utc([date], what))[0])
