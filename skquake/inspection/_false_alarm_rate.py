"""How often a detector raises an alarm where no earthquake is."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._disturbed import DISTURBED_HOURS, DST_THRESHOLD, KP_THRESHOLD
from skquake._core._sklearn import HasMethods, Interval, validate_params
from skquake._core._time import as_ns, days_to_ns, to_utc
from skquake._core._typing import Estimator, Frame
from skquake._core._validation import check_catalog, check_columns, check_coordinates
from skquake.alarms import score_track
from skquake.catalogs._holes import hole_touched, holes_of
from skquake.forecasting import space_weather_state
from skquake.forecasting._anomaly_activity import LIMITS
from skquake.forecasting._anomaly_rate import block_rate
from skquake.inspection._detections import detect
from skquake.sampling._events import with_region_and_days
from skquake.sampling._nearby import nearby
from skquake.sampling._settings import check_days


@validate_params(
    {
        "threshold": [Interval(Real, 0, 1, closed="left")],
        "length": [None, Interval(Integral, 1, None, closed="left")],
        "expected_rate": [None, Interval(Real, 0, 1, closed="both")],
        "block_days": [Interval(Real, 27, None, closed="left")],
        "level": [Interval(Real, 0, 1, closed="neither")],
        "detector": [HasMethods(["detect"]), HasMethods(["predict_proba"])],
    }
    | LIMITS,
    prefer_skip_nested_validation=True,
)
def false_alarm_rate(
    detector: Estimator,
    data: Any,
    *,
    stations: Frame | None = None,
    catalog: Frame | None = None,
    region: str | float = "dobrovolsky",
    avoid_days: tuple[float, float] = (-15, 5),
    kp: pd.Series | None = None,
    dst: pd.Series | None = None,
    kp_threshold: float = KP_THRESHOLD,
    dst_threshold: float = DST_THRESHOLD,
    disturbed_hours: float = DISTURBED_HOURS,
    threshold: float = 0.5,
    length: int | None = None,
    expected_rate: float | None = None,
    block_days: float = 27.0,
    level: float = 0.95,
    holes: str | Frame | None = "find",
    verbose: int = 0,
) -> pd.DataFrame:
    """Rate of what a detector flags in spans without any earthquake, quiet ones by themselves.

    An anomaly before an earthquake says as much as anomalies are rare without one. The rate is that of
    all values (or windows of a track), beside the one that independent Gaussian noise would give.

    Parameters
    ----------
    detector : detector or fitted classifier
        With ``detect``: :class:`~skquake.forecasting.TECAnomalyDetector` or bounds of
        :mod:`skquake.preprocessing`; fitted on ``data`` where it is not fitted yet. With
        ``predict_proba``: a classifier of windows, as :func:`~skquake.alarms.score_track` takes it.
    data : SeriesSource, DataFrame or TrackSource
        The whole record; a DataFrame (a column a station) or SeriesSource for a detector, a track for a
        classifier.
    stations : DataFrame, default=None
        ``latitude``, ``longitude`` (degrees) by the names of the columns of a DataFrame; needed with
        ``catalog`` only.
    catalog : DataFrame, default=None
        All earthquakes, aftershocks and small ones included. None: nothing is known of earthquakes, and
        the rate is that of the whole record.
    region : str or float, default="dobrovolsky"
        Around each earthquake, as :func:`~skquake.catalogs.region_radius_km` reads it.
    avoid_days : (float, float), default=(-15, 5)
        Days around each earthquake in which places in its region do not count as free.
    kp, dst : Series, default=None
        Kp and Dst (nT), which tell quiet from disturbed times.
    kp_threshold, dst_threshold, disturbed_hours : float, default=3.0, -30.0, 24.0
        As of :func:`~skquake.forecasting.space_weather_state`.
    threshold : float, default=0.5
        A window is flagged where its p1 / (p0 + p1) is above it; chosen on training data.
    length : int, default=None
        Of the windows of a classifier that cuts none itself.
    expected_rate : float, default=None
        By chance; None: what the detector says of noise, unknown (NaN) for a classifier.
    block_days : float >= 27, default=27.0
        Values of one block of time count as dependent, blocks as independent; 27 days is one rotation of
        the Sun.
    level : float, default=0.95
    holes : "find", None or DataFrame, default="find"
        Spans in which ``catalog`` lists nothing although there were earthquakes: values with such days in
        their ``avoid_days`` are not quake-free. ``"find"``: those that
        :func:`~skquake.catalogs.check_catalog` finds. A frame with ``start`` and ``end``: these. None: a day
        is free where nothing is listed.
    verbose : int, default=0
        Positive shows a progress bar over the windows of a track.

    Returns
    -------
    DataFrame
        One condition a row (index ``condition``: "all", "quake-free" with a catalog, "quiet" with an
        index, "quake-free, quiet" with both): ``flagged_rate``, ``low``, ``high`` (from blocks),
        ``expected_rate``; ``expected_ar_rate``, ``expected_ar_low``, ``expected_ar_high`` (of AR(1) errors
        with the memory of the training span of a detector, of ``data`` for bounds; NaN for a classifier);
        ``n`` (values with bounds, or windows), ``n_blocks``. NaN where nothing is
        left, low and high with fewer than five blocks.

    Raises
    ------
    TypeError, ValueError
        For data that the detector cannot read, a catalog without the places of the stations, or days
        in the wrong order.

    See Also
    --------
    skquake.alarms.flagged_rate : Passes near one place.
    skquake.forecasting.TECAnomalyDetector.confute : Single spans without earthquakes.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.inspection import false_alarm_rate
    >>> from skquake.preprocessing import IQRBounds
    >>> noise = np.random.default_rng(0).normal(size=(2000, 1))
    >>> tec = pd.DataFrame(noise, pd.date_range("2011-01-01", periods=2000), ["XJSH"])
    >>> rate = false_alarm_rate(IQRBounds(style="iqr"), tec).loc["all"]
    >>> rate[["flagged_rate", "low", "high", "expected_rate"]].round(3).to_dict()
    {'flagged_rate': 0.122, 'low': 0.106, 'high': 0.139, 'expected_rate': 0.114}
    """
    days = check_days(avoid_days)
    if hasattr(detector, "detect"):
        found = detect(detector, data)
        flagged, places = found.polarity, _places(data, stations, catalog)
        by_chance, expected_ar = found.expected_rate, getattr(found, "expected_ar", None)
    else:
        scores = score_track(detector, data, length=length, verbose=verbose)
        flagged = pd.DataFrame(
            {"track": (scores["probability"] > threshold).to_numpy(float)}, pd.DatetimeIndex(scores["time"])
        )
        places = [(scores["latitude"].to_numpy(), scores["longitude"].to_numpy())]
        by_chance, expected_ar = np.nan, None
    masks = {"all": np.ones(flagged.shape, dtype=bool)}
    if catalog is not None:
        catalog, time = check_catalog(catalog), as_ns(to_utc(flagged.index))
        masks["quake-free"] = _free(time, places, with_region_and_days(catalog, region, *days))
        first, last = (int(days_to_ns(day)) for day in days)
        masks["quake-free"] &= (hole_touched(time, holes_of(holes, catalog), last, -first) < 0)[:, np.newaxis]
    if kp is not None or dst is not None:
        limits = {
            "kp_threshold": kp_threshold,
            "dst_threshold": dst_threshold,
            "disturbed_hours": disturbed_hours,
        }
        state = space_weather_state(flagged.index, kp=kp, dst=dst, **limits)
        quiet = np.broadcast_to((state == "quiet").to_numpy()[:, np.newaxis], flagged.shape)
        if catalog is not None:
            masks["quake-free, quiet"] = masks["quake-free"] & quiet
        masks["quiet"] = quiet
    expected_rate = by_chance if expected_rate is None else expected_rate
    rows = {
        name: block_rate(flagged.where(mask), expected_rate, expected_ar, block_days=block_days, level=level)
        for name, mask in masks.items()
    }
    table = pd.DataFrame(rows).T.rename_axis("condition")
    return table.astype({"n": int, "n_blocks": int})


def _places(data, stations, catalog):
    """(latitude, longitude) of each series, or nothing where nobody asks."""
    if catalog is None:
        return []
    stations = getattr(data, "stations", stations)
    if stations is None:
        raise ValueError("stations: needed with a catalog: latitude and longitude of each column of the data")
    stations = check_columns(stations, ("latitude", "longitude"), "stations")
    absent = (
        [] if hasattr(data, "stations") else [name for name in data.columns if name not in stations.index]
    )
    if absent:
        raise ValueError(f"stations: no row for {absent[0]!r}; it has {', '.join(map(str, stations.index))}")
    names = stations.index if hasattr(data, "stations") else data.columns
    at = stations.loc[names]
    return list(zip(*check_coordinates(at["latitude"], at["longitude"], "stations"), strict=True))


def _free(time, places, quakes):
    """Which values (n_times, n_places) lie in no earthquake's region and days."""
    order = np.argsort(time, kind="stable")
    free = np.ones((len(time), len(places)), dtype=bool)
    for column, place in enumerate(places):
        latitude, longitude = (np.broadcast_to(part, time.shape)[order] for part in place)
        touched, _, _ = nearby(time[order], latitude, longitude, quakes)
        free[order[touched], column] = False
    return free
