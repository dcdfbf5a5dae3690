"""Times at which space weather was quiet."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._disturbed import at_most
from skquake._core._last_known import last_known
from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import BoolArray


@validate_params(
    {
        "dst": [pd.Series, None],
        "ap": [pd.Series, None],
        "dst_threshold": [Interval(Real, 0, None, closed="left")],
        "ap_threshold": [Interval(Real, 0, None, closed="left")],
    },
    prefer_skip_nested_validation=True,
)
def quiet_times(
    times: Any,
    *,
    dst: pd.Series | None = None,
    ap: pd.Series | None = None,
    dst_threshold: float = 20.0,
    ap_threshold: float = 10.0,
) -> BoolArray:
    """Which times have small disturbances of the magnetic field.

    Parameters
    ----------
    times : array-like of datetime64, shape (n,)
    dst : Series, default=None
        Dst index by the start of its hour, nT, as of :func:`skquake.io.read_dst`.
    ap : Series, default=None
        ap index by the start of its three hours, nT, as in :func:`skquake.io.read_space_weather`.
    dst_threshold, ap_threshold : float, default=20.0, 10.0
        Disturbed is \\|Dst\\| above ``dst_threshold`` or ap above ``ap_threshold``; at a threshold is quiet.

    Returns
    -------
    ndarray of bool, shape (n,)
        An index that is not known at a time (missing, or its last value more than a day old) makes it not
        quiet; an index that is not given is not asked.

    Raises
    ------
    ValueError
        Without any index.

    References
    ----------
    D. Marchetti et al. (2022), "Worldwide statistical correlation of eight years of Swarm satellite data with
    M5.5+ earthquakes", Remote Sensing 14, 2649.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.preprocessing import quiet_times
    >>> dst = pd.Series([-5.0, -60.0], pd.to_datetime(["2015-03-17 00:00", "2015-03-17 12:00"]))
    >>> quiet_times(pd.to_datetime(["2015-03-17 06:00", "2015-03-17 13:00"]), dst=dst)
    array([ True, False])
    """
    if dst is None and ap is None:
        raise ValueError("quiet_times needs dst, ap or both")
    quiet = np.ones(len(times), dtype=bool)
    for index, limit, name in ((dst, dst_threshold, "dst"), (ap, ap_threshold, "ap")):
        if index is not None:
            quiet &= at_most(np.abs(last_known(index, times, name)), limit)
    return quiet
