"""Alarms at thresholds that were chosen beforehand."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd
from scipy import stats

from skquake._core._sklearn import StrOptions, validate_params
from skquake._core._typing import ArrayLike, DataArray, Frame, RandomState
from skquake.alarms._cells import SpaceTime
from skquake.alarms._evidence import of_enough
from skquake.alarms._skill import hanssen_kuipers, probability_gain, r_score
from skquake.metrics._blocks import BLOCK_DAYS, PARAMETERS, block_interval, block_sums, ratio, time_blocks


@validate_params(
    {
        "thresholds": [Real, "array-like"],
        "unobserved": [StrOptions({"restrict", "no alarm"})],
    }
    | PARAMETERS,
    prefer_skip_nested_validation=True,
)
def score_alarms(
    alarm: DataArray,
    catalog: Frame,
    rate: DataArray,
    thresholds: ArrayLike,
    *,
    unobserved: str = "restrict",
    level: float = 0.95,
    block_days: float = BLOCK_DAYS,
    n_resamples: int = 1000,
    random_state: RandomState = None,
) -> pd.DataFrame:
    """What alarms at given thresholds are worth on days that played no part in choosing these.

    Parameters
    ----------
    alarm : DataArray (night or day, latitude, longitude)
        Of :func:`alarm_function`, the tested days.
    catalog : DataFrame
        Target earthquakes, independent ones.
    rate : DataArray (latitude, longitude), or (night or day, latitude, longitude)
        Weight of the cells, of :func:`reference_rate`.
    thresholds : float or array-like
        Of :func:`choose_threshold`; alarmed is what is not below.
    unobserved, level, block_days, n_resamples, random_state
        As in :func:`molchan_curve`.

    Returns
    -------
    DataFrame
        One threshold a row: ``threshold``; ``n_events``, ``hits``, ``tau``, ``nu``; ``p_value``, that random
        alarms of this size have as many hits; ``probability``, of a cell and day with an alarm to have an
        earthquake (mean number of them), and beside it ``base_rate``, what the reference expects in the same
        cells; their ratio ``probability_gain`` with ``low`` and ``high`` from blocks of time; ``r_score``,
        ``hanssen_kuipers`` (by cells, see there), ``coverage``, ``unit``, and ``n_units``, the blocks with an
        earthquake: fewer than five give no interval (NaN).

    Raises
    ------
    ValueError
        If no earthquake falls into the cells and days, or the arrays do not fit.

    Warns
    -----
    UserWarning
        With fewer than 10 blocks of time.

    Notes
    -----
    ``base_rate`` scales the reference to the number of earthquakes that came: it asks where and when, not
    how many.

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.alarms import area_rate, score_alarms
    >>> days = pd.date_range("2015-01-01", periods=365)
    >>> alarm = xr.DataArray(
    ...     np.arange(730).reshape(365, 1, 2) % 10 / 10, dims=("day", "latitude", "longitude"),
    ...     coords={"day": days, "latitude": [0.0], "longitude": [-10.0, 10.0]})
    >>> catalog = pd.DataFrame({
    ...     "time": days[[4, 9, 11, 19]], "latitude": 0.0, "longitude": 10.0, "magnitude": 6.0})
    >>> found = score_alarms(alarm, catalog, area_rate(alarm), 0.8, random_state=0)
    >>> found[["hits", "nu", "tau", "probability", "base_rate", "probability_gain"]].round(3)
       hits    nu  tau  probability  base_rate  probability_gain
    0     3  0.25  0.2        0.021      0.005              3.75
    """
    space = SpaceTime(alarm, rate, unobserved)
    events = space.events(catalog, allow_none=False)
    n = len(events.row)
    occurred = np.zeros(len(space.score), dtype=bool)
    occurred[events.row] = True
    of_events = time_blocks(events.time, *space.span, block_days=block_days)
    of_cells = time_blocks(space.day, *space.span, block_days=block_days)
    n_units = len(np.unique(of_events.code))
    rows = []
    for threshold in np.atleast_1d(np.asarray(thresholds, dtype=float)):
        alarmed = space.score >= threshold
        hit = alarmed[events.row]
        hits, tau = int(hit.sum()), float(space.weight[alarmed].sum())
        nu = 1.0 - hits / n
        low, high = block_interval(
            np.c_[
                block_sums(of_events, hit, np.ones(n)),
                block_sums(of_cells, space.weight * alarmed, space.weight),
            ],
            lambda s: ratio(ratio(s[:, 0], s[:, 1]), ratio(s[:, 2], s[:, 3])),
            level=level,
            n_resamples=n_resamples,
            random_state=random_state,
            what="probability gain",
        )
        low, high = of_enough(low, high, n_units)
        rows.append(
            {
                "threshold": threshold,
                "n_events": n,
                "hits": hits,
                "tau": tau,
                "nu": nu,
                "p_value": stats.binom.sf(hits - 1, n, min(tau, 1.0)),
                "probability": float(ratio(hits, alarmed.sum())),
                "base_rate": float(ratio(n * tau, alarmed.sum())),
                "probability_gain": float(probability_gain(tau, nu)),
                "low": float(low),
                "high": float(high),
                "r_score": float(r_score(tau, nu)),
                "hanssen_kuipers": hanssen_kuipers(alarmed, occurred),
                "coverage": space.coverage,
                "unit": of_events.unit,
                "n_units": n_units,
            }
        )
    return pd.DataFrame(rows)
