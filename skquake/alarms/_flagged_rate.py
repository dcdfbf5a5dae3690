"""How often a detector flags a place without any earthquake."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from skquake._core._geodesy import great_circle_km
from skquake._core._sklearn import Interval, validate_params
from skquake._core._time import as_ns, days_to_ns, local_solar_time, to_utc
from skquake._core._typing import Frame
from skquake._core._validation import check_catalog, check_columns
from skquake.catalogs import region_radius_km
from skquake.catalogs._holes import hole_touched, holes_of
from skquake.sampling._settings import at_hours, check_days, check_local_time

_DEGREES = Interval(Real, -360, 360, closed="both")


@validate_params(
    {
        "latitude": [Interval(Real, -90, 90, closed="both")],
        "longitude": [_DEGREES],
        "radius_km": [Interval(Real, 0, None, closed="neither")],
        "confidence": [Interval(Real, 0, 1, closed="neither")],
    },
    prefer_skip_nested_validation=True,
)
def flagged_rate(
    flags: Frame,
    latitude: float,
    longitude: float,
    radius_km: float,
    *,
    local_time: str | Sequence[float] | None = None,
    avoid: Frame | None = None,
    region: str | float = "dobrovolsky",
    avoid_days: Sequence[float] = (-15, 5),
    confidence: float = 0.95,
    holes: str | Frame | None = "find",
) -> pd.Series:
    """Share of the passes near a place in which a detector flags something, away from earthquakes.

    What an anomaly before an earthquake is worth depends on how often the same place, at the same hours, has
    one anyway: plumes of the equatorial zone, the aurora, a rough instrument.

    Parameters
    ----------
    flags : DataFrame
        What :meth:`skquake.preprocessing.NeLOGResidual.detect` or
        :meth:`skquake.preprocessing.MASSResidual.detect` gives for a long track: ``time``, ``latitude``,
        ``longitude``, ``pass_id``, ``flagged``. Leave out disturbed times first
        (:func:`skquake.preprocessing.quiet_times`).
    latitude, longitude : float
        The place, degrees.
    radius_km : float
        What counts as near.
    local_time : None, "night", "day" or (float, float)
        Local solar hours, as in :func:`~skquake.sampling.make_samples`.
    avoid : DataFrame, default=None
        Catalog; observations in the region and days of any of its earthquakes are left out.
    region : str or float, default="dobrovolsky"
        Of these, as :func:`~skquake.catalogs.region_radius_km` reads it.
    avoid_days : (float, float), default=(-15, 5)
        Days around these.
    confidence : float, default=0.95
    holes : "find", None or DataFrame, default="find"
        Spans in which ``avoid`` lists nothing although there were earthquakes: observations with such days
        in their ``avoid_days`` are left out. ``"find"``: those that
        :func:`~skquake.catalogs.check_catalog` finds. A frame with ``start`` and ``end``: these. None: a day
        is quiet where nothing is listed.

    Returns
    -------
    Series
        ``passes``, ``flagged_passes``, ``rate`` (of passes), ``low``, ``high`` (exact binomial interval of
        it, wide where passes are few), ``observations``, ``flagged_share`` (of observations), ``in_holes``
        (observations left out for a hole of the catalog). NaN without any pass.

    Raises
    ------
    ValueError
        For missing columns or an impossible place.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.alarms import flagged_rate
    >>> flags = pd.DataFrame({
    ...     "time": pd.date_range("2015-01-01 23:00", periods=4, freq="D"), "latitude": 10.0,
    ...     "longitude": 0.5, "pass_id": [0, 1, 2, 3], "flagged": [True, False, False, False]})
    >>> float(flagged_rate(flags, 10, 0, 500, local_time="night")["rate"])
    0.25
    """
    flags = check_columns(flags, ("time", "latitude", "longitude", "pass_id", "flagged"), "flags")
    near = flags[
        great_circle_km(latitude, longitude, flags["latitude"].to_numpy(), flags["longitude"].to_numpy())
        <= radius_km
    ]
    hours = local_solar_time(to_utc(near["time"]), near["longitude"].to_numpy())
    near = near[at_hours(hours, check_local_time(local_time))]
    in_holes = 0
    if avoid is not None and len(near):
        avoid = check_catalog(avoid, "avoid")
        near = near[~_disturbed(near, avoid, region, avoid_days)]
        first, last = (int(days_to_ns(day)) for day in check_days(avoid_days))
        known = hole_touched(as_ns(to_utc(near["time"])), holes_of(holes, avoid), last, -first) < 0
        in_holes, near = int((~known).sum()), near[known]
    by_pass = near.groupby("pass_id")["flagged"].any()
    n, k = len(by_pass), int(by_pass.sum())
    interval = binomtest(k, n).proportion_ci(confidence) if n else (np.nan, np.nan)
    return pd.Series(
        {
            "passes": n,
            "flagged_passes": k,
            "rate": k / n if n else np.nan,
            "low": interval[0],
            "high": interval[1],
            "observations": len(near),
            "flagged_share": near["flagged"].mean() if n else np.nan,
            "in_holes": in_holes,
        },
        dtype=float,
        name="flagged_rate",
    )


def _disturbed(near, avoid, region, avoid_days):
    """Which observations lie in the region and days of an earthquake."""
    time = as_ns(to_utc(near["time"]))
    latitude, longitude = near["latitude"].to_numpy(), near["longitude"].to_numpy()
    first, last = (days_to_ns(day) for day in check_days(avoid_days))
    event_time = as_ns(avoid["time"].to_numpy())
    reach = region_radius_km(region, avoid["magnitude"].to_numpy())
    found = np.zeros(len(near), dtype=bool)
    in_span = (event_time + last >= time.min()) & (event_time + first <= time.max())
    for row in np.flatnonzero(in_span):
        lag = time - event_time[row]
        place = avoid.iloc[row]
        found |= (
            (lag >= first)
            & (lag <= last)
            & (great_circle_km(place["latitude"], place["longitude"], latitude, longitude) <= reach[row])
        )
    return found
