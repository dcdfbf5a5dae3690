"""Simulated Kp index."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from sklearn.utils import check_random_state, check_scalar

from skquake._core._time import NS_PER_HOUR
from skquake._core._typing import RandomState, TimeLike
from skquake.datasets._span import span_ns

STEP_NS = 3 * NS_PER_HOUR
QUIET_HOURS = 9.0
MEMORY_STEPS = 8 * 10  # storms of the ten days before the start still recover


def make_kp(
    start: TimeLike, end: TimeLike, *, storms_per_month: float = 4.0, random_state: RandomState = None
) -> pd.Series:
    """Simulate the planetary Kp index.

    A quiet level around 1.2 that forgets itself within half a day, plus storms that arrive at
    random, grow within hours and recover over 1 to 3 days. By default about a sixth of the
    intervals lie above 3, as from 2012 to 2017 (10 % in the quietest of these years, 20 % in 2015).

    Parameters
    ----------
    start, end : date
        The index covers [start, end) in steps of 3 h from 00 UT.
    storms_per_month : float, default=4.0
        Mean number of storms in 30 days; 0 gives a quiet series.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    kp : Series of float
        Named ``kp``, in thirds (0, 0.333, 0.667, ... 9), indexed by the start of each interval:
        the layout of :func:`skquake.io.read_kp`.

    Raises
    ------
    TypeError, ValueError
        If ``end`` is not after ``start``, or ``storms_per_month`` is negative or no number.

    References
    ----------
    Matzka et al. (2021), The geomagnetic Kp index and derived indices of geomagnetic activity,
    Space Weather 19, e2020SW002641.

    Examples
    --------
    >>> from skquake.datasets import make_kp
    >>> kp = make_kp("2019-01-01", "2019-02-01", random_state=0)
    >>> len(kp), float(kp.max()) <= 9
    (248, True)
    """
    start, end = span_ns(start, end)
    check_scalar(storms_per_month, "storms_per_month", Real, min_val=0)
    rng = np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
    first = start // STEP_NS * STEP_NS
    n = int(-(-(end - first) // STEP_NS)) + MEMORY_STEPS

    memory = np.exp(-3.0 / QUIET_HOURS)
    quiet = lfilter([np.sqrt(1 - memory**2)], [1, -memory], rng.standard_normal(n))
    level = 1.2 + 0.75 * quiet + 0.55 * rng.standard_normal(n)
    hours = 3.0 * np.arange(n)
    for onset in np.flatnonzero(rng.uniform(size=n) < storms_per_month / 240.0):
        since = hours[onset:] - hours[onset]
        recovery = np.exp(-since / rng.uniform(24.0, 72.0))
        level[onset:] += (0.8 + rng.exponential(1.8)) * recovery * (1 - np.exp(-(since + 3.0) / 4.0))
    thirds = np.clip(np.round(3.0 * level[MEMORY_STEPS:]), 0, 27)
    times = (first + STEP_NS * np.arange(n - MEMORY_STEPS)).view("datetime64[ns]")
    return pd.Series((thirds / 3.0).round(3), index=pd.DatetimeIndex(times, name="time"), name="kp")
