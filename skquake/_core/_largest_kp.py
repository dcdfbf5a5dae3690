"""The geomagnetic state before a sample: the largest Kp in its memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skquake._core._frames import as_frame, is_frame
from skquake._core._time import NS_PER_HOUR, as_ns, to_utc
from skquake._core._typing import ArrayLike, FloatArray

_INTERVAL = 3 * NS_PER_HOUR


def largest_kp(kp: Any, times: ArrayLike, hours: float) -> FloatArray:
    """Largest Kp of the 3-hour intervals that touch the ``hours`` before each time.

    Parameters
    ----------
    kp : Series or DataFrame
        Kp by the start of its 3-hour interval (00, 03, ... UT); of a frame the column ``kp``, by its column
        ``time`` or, in pandas, its index.
    times : array-like of datetime64
    hours : float
        Memory; 0 takes only the interval that contains the time.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    TypeError, ValueError
        For anything that is no series of Kp, and for a time whose memory is not known in full.

    References
    ----------
    Matzka, J., Stolle, C., Yamazaki, Y., Bronkalla, O., Morschhauser, A. (2021). The geomagnetic
    Kp index and derived indices of geomagnetic activity. Space Weather, 19, e2020SW002641.
    """
    start, values = _regular(kp)
    moment = as_ns(times)
    last = (moment - start) // _INTERVAL
    first = (moment - round(hours * NS_PER_HOUR) - start) // _INTERVAL
    first, last = np.minimum(first, last), np.maximum(first, last)
    memory = first[:, np.newaxis] + np.arange(int((last - first).max(initial=0)) + 1)
    memory = np.minimum(memory, last[:, np.newaxis])
    known = (memory >= 0) & (memory < len(values))
    found = np.where(known, values[np.clip(memory, 0, len(values) - 1)], np.nan)
    unknown = np.isnan(found).any(axis=1)
    if unknown.any():
        row = int(np.argmax(unknown))
        missing = start + int(memory[row][np.isnan(found[row])][0]) * _INTERVAL
        raise ValueError(
            f"kp: no value for the 3 h from {pd.Timestamp(missing)}, needed by the sample at "
            f"{pd.Timestamp(moment[row])} (the first of {int(unknown.sum())} such; {hours} h before each "
            f"count); kp spans {pd.Timestamp(start)} to {pd.Timestamp(start + len(values) * _INTERVAL)}: "
            "fill it, or leave the events of that time out of the catalog"
        )
    return found.max(axis=1)


def _series(kp):
    """Kp as a pandas Series by time."""
    if is_frame(kp):
        frame = as_frame(kp, "kp")
        if "kp" in frame.columns and ("time" in frame.columns or isinstance(kp, pd.DataFrame)):
            return frame.set_index("time")["kp"] if "time" in frame.columns else frame["kp"]
        raise ValueError(
            f"kp: a frame needs the columns time and kp; it has {', '.join(map(str, frame.columns))}"
        )
    if not isinstance(kp, pd.Series):
        raise TypeError(
            f"kp: expected a pandas Series by 3-hour starts, or a dataframe with columns time and kp, got "
            f"{type(kp).__module__.partition('.')[0]}.{type(kp).__name__}, which says no times"
        )
    return kp


def _regular(kp):
    """Start (ns) and values of Kp on an unbroken 3-hour grid; NaN where missing."""
    kp = _series(kp)
    kp = pd.to_numeric(kp).dropna()
    if not len(kp):
        raise ValueError("kp: it holds no value at all")
    moment = as_ns(to_utc(kp.index, "kp: index"))
    uneven = moment % _INTERVAL != 0
    if uneven.any():
        raise ValueError(f"kp: {kp.index[uneven][0]} is no start of a 3-hour interval (00, 03, ... UT)")
    position, row = np.unique((moment - moment.min()) // _INTERVAL, return_index=True)
    if len(position) < len(moment):
        raise ValueError(f"kp: {kp.index[kp.index.duplicated()][0]} occurs more than once")
    values = np.full(position[-1] + 1, np.nan)
    values[position] = kp.to_numpy(dtype=float)[row]
    if (values < 0).any() or (values > 9).any():
        raise ValueError(
            "kp: values must lie in 0...9, in thirds (missing ones NaN, not -1; not Kp times 10)"
        )
    return int(moment.min()), values
