"""Thresholds, chosen where no alarm is scored."""

from __future__ import annotations

from numbers import Real

import numpy as np

from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._typing import DataArray
from skquake.alarms._cells import SpaceTime
from skquake.alarms._molchan import Steps


@validate_params(
    {
        "tau": [Interval(Real, 0, 1, closed="neither")],
        "unobserved": [StrOptions({"restrict", "no alarm"})],
    },
    prefer_skip_nested_validation=True,
)
def choose_threshold(
    alarm: DataArray, rate: DataArray, *, tau: float = 0.1, unobserved: str = "restrict"
) -> float:
    """The lowest threshold that alarms at most a given fraction of space and time.

    Choose it on training days, best on some that the model was not fitted on: a model is surer of
    what it has seen. Then score it on later days (:func:`score_alarms`).

    Parameters
    ----------
    alarm : DataArray (night or day, latitude, longitude)
        Of :func:`alarm_function`, training days only.
    rate : DataArray (latitude, longitude), or (night or day, latitude, longitude)
        Weight of the cells, of :func:`reference_rate`.
    tau : float, default=0.1
        Largest alarmed fraction, weighted by ``rate``.
    unobserved : {"restrict", "no alarm"}, default="restrict"
        Whether cells without a score are left out of all space and time, or count as never alarmed.

    Returns
    -------
    float
        Alarmed is what is not below it.

    Raises
    ------
    ValueError
        If the cells that share the highest score alone exceed ``tau``.

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.alarms import area_rate, choose_threshold
    >>> alarm = xr.DataArray(
    ...     np.arange(8).reshape(4, 1, 2) / 10, dims=("night", "latitude", "longitude"),
    ...     coords={"night": pd.date_range("2015-01-01", periods=4), "latitude": [0.0],
    ...             "longitude": [-10.0, 10.0]})
    >>> choose_threshold(alarm, area_rate(alarm), tau=0.3)
    0.6
    """
    space = SpaceTime(alarm, rate, unobserved)
    steps = Steps(space.score, space.weight)
    reached = np.flatnonzero((steps.end <= tau * (1 + 1e-9)) & np.isfinite(steps.threshold))
    if not len(reached):
        raise ValueError(
            f"alarm: {steps.end[0]:.3g} of space and time share the highest score, {steps.threshold[0]:.3g}: "
            f"no threshold alarms as little as tau={tau}; give a larger one"
        )
    return float(steps.threshold[reached[-1]])
