"""Space weather at a time, with a memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._disturbed import (
    DISTURBED_HOURS,
    DST_PARAMETERS,
    DST_THRESHOLD,
    KP_PARAMETERS,
    KP_THRESHOLD,
    dst_is_quiet,
    kp_is_quiet,
)
from skquake._core._sklearn import validate_params
from skquake._core._time import NS_PER_HOUR, as_ns, to_utc
from skquake._core._typing import Array, BoolArray, IntArray

STATES = np.array(["quiet", "unknown", "disturbed"], dtype=object)
QUIET, UNKNOWN, DISTURBED = range(3)
LIMITS: dict = {
    "kp": [pd.Series, None],
    "dst": [pd.Series, None],
    **KP_PARAMETERS,
    **DST_PARAMETERS,
}


@validate_params(LIMITS, prefer_skip_nested_validation=True)
def space_weather_state(
    times: Any,
    *,
    kp: pd.Series | None = None,
    dst: pd.Series | None = None,
    kp_threshold: float = KP_THRESHOLD,
    dst_threshold: float = DST_THRESHOLD,
    disturbed_hours: float = DISTURBED_HOURS,
) -> pd.Series:
    """Whether the hours before each time were quiet, disturbed, or are not known.

    Parameters
    ----------
    times : array-like of datetime64, shape (n,)
    kp, dst : Series, default=None
        Kp and Dst (nT) by the start of their intervals, as of :func:`skquake.io.read_kp` and
        :func:`skquake.io.read_dst`; the length of an interval is the least step of the index.
    kp_threshold, dst_threshold : float, default=3.0, -30.0
        Disturbed is Kp above ``kp_threshold`` or Dst below ``dst_threshold`` (nT); at the threshold is quiet,
        as everywhere in this package (Kp comes in thirds: 3.0 is not above 3 and 3.333 is). The article
        [1]_ asks Kp < 3 and Dst > -30 of a quiet time: ``kp_threshold=2.67``, ``dst_threshold=-29``.
    disturbed_hours : float, default=24.0
        Every interval that touches the time or so many hours before it counts: the ionosphere needs about
        a day to recover from a storm. 0 asks of the interval of the time alone.

    Returns
    -------
    Series of str
        "quiet"; "disturbed" where any interval is; else "unknown", where an interval is missing, or without
        any index. Indexed by ``times``.

    References
    ----------
    .. [1] Xiong, P. et al., "GNSS TEC-based earthquake ionospheric perturbation detection using a novel
       deep learning framework", IEEE JSTARS 15 (2022).

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.forecasting import space_weather_state
    >>> kp = pd.Series([1.0, 5.0, 1.0, 1.0], pd.date_range("2016-12-08", periods=4, freq="3h"))
    >>> times = pd.to_datetime(["2016-12-08 02:00", "2016-12-08 05:00", "2016-12-08 11:00"])
    >>> space_weather_state(times, kp=kp, disturbed_hours=3).tolist()
    ['unknown', 'disturbed', 'quiet']
    """
    moment = as_ns(to_utc(times))
    state = np.full(len(moment), UNKNOWN if kp is None and dst is None else QUIET)
    memory = int(disturbed_hours * NS_PER_HOUR)
    if kp is not None:
        state = np.maximum(
            state, _state(kp, lambda value: kp_is_quiet(value, kp_threshold), moment, memory, "kp")
        )
    if dst is not None:
        state = np.maximum(
            state, _state(dst, lambda value: dst_is_quiet(value, dst_threshold), moment, memory, "dst")
        )
    return pd.Series(STATES[state], pd.DatetimeIndex(to_utc(times)), name="state")


def _state(
    index: pd.Series, is_quiet: Callable[[Array], BoolArray], moment: IntArray, memory: int, name: str
) -> IntArray:
    index = index.sort_index()
    start = as_ns(to_utc(index.index, f"{name}: index"))
    if len(start) < 2 or (np.diff(start) <= 0).any():
        raise ValueError(f"{name}: needs at least two times, each once")
    width = int(np.diff(start).min())
    value = index.to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(value)
    quiet, disturbed = start[known & is_quiet(value)], start[known & ~is_quiet(value)]

    def within(starts: IntArray) -> IntArray:
        """Intervals that touch the memory of each time."""
        return np.searchsorted(starts, moment, "right") - np.searchsorted(
            starts, moment - memory - width, "right"
        )

    there = (moment - start[0]) // width - (moment - start[0] - memory - width) // width
    return np.where(within(disturbed) > 0, DISTURBED, np.where(within(quiet) == there, QUIET, UNKNOWN))
