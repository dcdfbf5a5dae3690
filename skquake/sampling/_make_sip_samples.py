"""Samples for images of TEC at one place: days before an earthquake, and days far from any."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from skquake._core._geodesy import great_circle_km
from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns
from skquake._core._typing import Frame, RandomState
from skquake._core._validation import check_catalog, check_coordinates
from skquake._core._weights import event_weights
from skquake.catalogs import region_radius_km
from skquake.catalogs._holes import hole_touched, holes_of
from skquake.sampling._make_samples import DAYS_AFTER
from skquake.sampling._samples import Samples
from skquake.sampling._sip_images import HourGrid
from skquake.sampling._sip_split import sip_split
from skquake.sources import MapSource, SeriesSource

_CHUNK = 512


@validate_params(
    {
        "source": [MapSource, SeriesSource],
        "magnitude": [Interval(Real, None, None, closed="neither")],
        "days": [Interval(Integral, 1, None, closed="left")],
        "history_days": [Interval(Integral, 0, None, closed="left")],
        "lead": [Interval(Real, 0, None, closed="left")],
        "clear_days": [Interval(Real, 0, None, closed="left"), None],
        "ratio": [Interval(Real, 0, None, closed="neither"), None],
        "split": [StrOptions({"blocked", "random"}), None],
        "channel": [str, None],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_sip_samples(
    source: MapSource | SeriesSource,
    catalog: Frame,
    *,
    latitude: float,
    longitude: float,
    magnitude: float,
    region: str | float,
    days: int = 30,
    history_days: int = 15,
    lead: float = 0,
    clear_days: float | None = None,
    ratio: float | None = 1.0,
    exclude: Frame | None = None,
    holes: str | Frame | None = "find",
    split: str | None = "blocked",
    test_size: float = 0.2,
    validation_size: float = 0.1,
    channel: str | None = None,
    random_state: RandomState = None,
) -> Samples:
    """Samples of class 1, the days before an earthquake near one place, and of class 0, far from any in time.

    Parameters
    ----------
    source : MapSource or SeriesSource
        TEC, as for :class:`SIPImages`.
    catalog : DataFrame
        Earthquakes, index event id: ``time``, ``latitude``, ``longitude`` (degrees), ``magnitude``. Best
        without aftershocks, whose images differ from their mainshock's by a few days.
    latitude, longitude : float
        The place, degrees.
    magnitude : float
        Least magnitude of an earthquake that counts.
    region : "dobrovolsky", number, or str such as "3 deg" or "500 km"
        How near it must be to the place: 10**(0.43 M) km, a number of degrees, or a distance, as
        :func:`~skquake.catalogs.region_radius_km` reads it.
    days, history_days : int, default=30, 15
        Days of an image, and before it, for its bounds.
    lead : float, default=0
        Days before the earthquake at which its image ends, at the latest. The last whole day that has ended
        by then is its last.
    clear_days : float, optional
        A normal image holds no earthquake that counts, nor do the 5 days before it and so many days after
        it. By default ``days``: then no day of it lies within the ``days`` before an earthquake.
    ratio : float, default=1.0
        Normal samples for each precursor sample, drawn at random from all days that allow one; None
        keeps all.
    exclude : DataFrame, optional
        Earthquakes, beside those of ``catalog``, from which normal images keep clear, by the same rule: the
        full catalog, aftershocks included.
    holes : "find", None or DataFrame, default="find"
        Spans in which neither ``catalog`` nor ``exclude`` lists anything although there were earthquakes:
        a normal image keeps clear of them by the same rule. ``"find"``: those that
        :func:`~skquake.catalogs.check_catalog` finds in both together. A frame with ``start`` and ``end``:
        these. None: a day is normal where nothing is listed.
    split : {"blocked", "random"} or None, default="blocked"
    test_size, validation_size : float, default=0.2, 0.1
        How ``train``, ``validation`` and ``test`` are made, see :func:`sip_split`; None makes none.
    channel : str, optional
        Which channel of the source.
    random_state : int, RandomState or None, default=None
        Draws normal samples and the random split.

    Returns
    -------
    samples : Bunch
        X : DataFrame of n_samples rows, sorted by time
            ``source``; ``time`` (UTC, the last observation of the image), ``latitude``, ``longitude``;
            ``event_id``, ``pair_id``, ``lead_days``, ``radius_km``, ``magnitude``, ``event_latitude``,
            ``event_longitude`` (NaN for normal samples, but the radius); ``obs_start``, ``obs_end``;
            ``owners`` (all earthquakes with this image, largest first). ``attrs`` holds the settings.
        y : ndarray of int, shape (n_samples,)
            0 normal, 1 before an earthquake.
        groups, sample_weight : ndarray of shape (n_samples,)
            ``pair_id``, and 1 / (samples of its event).
        train, validation, test : ndarray of int
            Row numbers, both classes in training and test.
        events : DataFrame
            The earthquakes that count, with ``radius_km``, ``distance_km`` and ``n_samples``.
        dropped : DataFrame
            Those without a sample: ``event_id``, ``label``, ``reason``, ``n``.
        holes : DataFrame
            ``start`` and ``end`` of the holes, and ``refused``, the normal days that they took.

    Raises
    ------
    ValueError
        For a place outside the maps, no earthquake that counts, no sample of one class, or a class that is
        absent from training or test.

    Notes
    -----
    Normal days come from spans without earthquakes, precursor days from the others: season and solar cycle
    may differ between the classes, and a network may learn that alone. Score simulated TEC without any
    effect beside the real one.

    References
    ----------
    .. [1] Pham, B.-T., Chang, P.-C. and Wang, J.-C., "Seismic-ionospheric precursor prediction using
       deep learning".

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.sampling import make_sip_samples
    >>> from skquake.sources import SeriesSource
    >>> time = pd.date_range("2001-01-01", "2004-01-01", freq="h")
    >>> place = pd.DataFrame({"latitude": [36.5], "longitude": [142.0]}, index=["tec"])
    >>> source = SeriesSource(pd.DataFrame({"tec": 20.0}, index=time), place)
    >>> catalog = pd.DataFrame({
    ...     "time": pd.date_range("2001-05-01 05:15", periods=6, freq="170D"),
    ...     "latitude": 37.0, "longitude": 142.5, "magnitude": 6.0,
    ... }, index=list("abcdef"))
    >>> samples = make_sip_samples(source, catalog, latitude=36.5, longitude=142.0, magnitude=5.5,
    ...                            region="300 km", ratio=2, random_state=0)
    >>> samples
    Samples(6 seismic of 6 events, 12 non-seismic of 12 controls, 0 disturbed;
    0 events or controls without a sample)
    >>> samples.X.loc[samples.y == 1, "time"].iloc[0]
    Timestamp('2001-04-30 23:00:00')
    """
    latitude, longitude = (float(part[0]) for part in check_coordinates([latitude], [longitude], "the place"))
    rng = check_random_state(random_state)
    clear_days = days if clear_days is None else clear_days
    rule = latitude, longitude, magnitude, region
    quakes = check_catalog(catalog, allow_empty=False)
    events = _that_count(quakes, *rule)
    if not len(events):
        raise ValueError(
            f"no earthquake of magnitude {magnitude} or more within {region!r} of "
            f"({latitude:g}, {longitude:g}) among the {len(quakes)} of the catalog"
        )
    grid = HourGrid(source)
    n_days = days + history_days
    all_days = _whole_days(grid, latitude, longitude, n_days, channel)

    event_time = as_ns(events["time"])
    event_day = grid.last_day(event_time - days_to_ns(lead) - 1)
    rank = np.lexsort((event_time, -events["magnitude"].to_numpy()))
    _, first = np.unique(event_day[rank], return_index=True)
    owner = np.isin(np.arange(len(events)), rank[first])
    seen = np.isin(event_day, all_days)
    kept = np.flatnonzero(owner & seen)

    quake_time, known = event_time, quakes
    if exclude is not None:
        others = check_catalog(exclude, "exclude")
        quake_time = np.r_[quake_time, as_ns(_that_count(others, *rule)["time"])]
        known = pd.concat([part[["time", "latitude", "longitude", "magnitude"]] for part in (quakes, others)])
    gaps = holes_of(holes, known.drop_duplicates())
    clear, hole = _clear(all_days, np.sort(quake_time), gaps, days, clear_days)
    gaps["refused"] = np.bincount(hole[clear] + 1, minlength=len(gaps) + 1)[1:]
    normal_day = all_days[clear & (hole < 0)]
    if not len(kept) or not len(normal_day):
        raise ValueError(
            f"{len(kept)} images before an earthquake and {len(normal_day)} normal ones among "
            f"{len(all_days)} days with whole images of {source!r} ({gaps['refused'].sum()} free ones in "
            "holes of the catalog); both are needed: use a longer record, other magnitude and region, or "
            "fewer clear_days"
        )
    if ratio is not None:
        n_normal = min(max(round(ratio * len(kept)), 1), len(normal_day))
        normal_day = np.sort(rng.choice(normal_day, n_normal, replace=False))

    X = _frame(source, events, event_day, rank, kept, normal_day, grid, n_days, rule)
    X["lead_days"] = (as_ns(X.pop("event_time")) - as_ns(X["time"])) / NS_PER_DAY
    X.loc[X["magnitude"].isna(), "lead_days"] = np.nan
    y = X["magnitude"].notna().to_numpy().astype(np.int64)
    X.attrs = {"magnitude": magnitude, "region": region, "days": days, "history_days": history_days}
    X.attrs |= {"lead": lead, "clear_days": clear_days, "split": split}
    parts = {} if split is None else _parts(X, y, split, test_size, validation_size, rng)
    reason = np.where(seen, "same image as a larger earthquake", "no whole image in the source")
    lost = np.setdiff1d(np.arange(len(events)), kept)
    return Samples(
        X=X,
        y=y,
        groups=X["pair_id"].to_numpy(dtype=object),
        sample_weight=event_weights(X["event_id"]),
        events=events.assign(n_samples=np.isin(np.arange(len(events)), kept).astype(int)),
        dropped=pd.DataFrame(
            {"event_id": events.index[lost], "label": 1, "reason": reason[lost], "n": seen[lost].astype(int)}
        ),
        holes=gaps,
        **parts,
    )


def _parts(X, y, split, test_size, validation_size, rng):
    """Training, validation and test rows by name; training and test must hold both classes."""
    rows = sip_split(X, split=split, test_size=test_size, validation_size=validation_size, random_state=rng)
    parts = dict(zip(("train", "validation", "test"), rows, strict=True))
    for name in ("train", "test"):
        if len(np.unique(y[parts[name]])) < 2:
            raise ValueError(
                f"split={split!r}: the {len(parts[name])} {name} samples are all of class "
                f"{y[parts[name][0]]}; use a longer record, other sizes, or split=None"
            )
    return parts


def _that_count(catalog, latitude, longitude, magnitude, region):
    """Earthquakes of the magnitude in the region, with their radius and distance."""
    catalog = catalog[catalog["magnitude"] >= magnitude]
    radius = region_radius_km(region, catalog["magnitude"].to_numpy())
    away = great_circle_km(
        latitude, longitude, catalog["latitude"].to_numpy(), catalog["longitude"].to_numpy()
    )
    return catalog.assign(radius_km=radius, distance_km=away)[away <= radius]


def _whole_days(grid, latitude, longitude, n_days, channel):
    """Every day with which a whole image ends."""
    newest = int(as_ns(np.datetime64(grid.source.span[1], "ns")))
    days = np.arange(grid.origin // NS_PER_DAY, grid.last_day(np.int64(newest)) + 1)
    whole = np.zeros(len(days), dtype=bool)
    for start in range(0, len(days), _CHUNK):
        some = days[start : start + _CHUNK]
        at = np.full(len(some), latitude), np.full(len(some), longitude)
        _, problem = grid.hours(*at, some, n_days, channel)
        if (problem == "place outside the maps").any():
            raise ValueError(f"the place ({latitude:g}, {longitude:g}) lies outside {grid.source!r}")
        whole[start : start + _CHUNK] = problem == ""
    return days[whole]


def _clear(day, quakes, holes, days, clear_days):
    """Whether no earthquake (sorted times) falls into, shortly before, or soon after each image.

    And which hole does, -1 for none.
    """
    start = (day - days + 1) * NS_PER_DAY - days_to_ns(DAYS_AFTER)
    end = (day + 1) * NS_PER_DAY + days_to_ns(clear_days)
    clear = np.searchsorted(quakes, start, side="left") == np.searchsorted(quakes, end, side="right")
    return clear, hole_touched(start, holes, 0, end - start)


def _frame(source, events, event_day, rank, kept, normal_day, grid, n_days, rule):
    latitude, longitude, magnitude, region = rule
    names = [f"normal {np.datetime64(int(day), 'D')}" for day in normal_day]
    same = [tuple(events.index[rank[event_day[rank] == event_day[k]]]) for k in kept]
    precursors = pd.DataFrame(
        {
            "day": event_day[kept],
            "event_id": events.index[kept].astype(object),
            "event_time": events["time"].to_numpy()[kept],
            "radius_km": events["radius_km"].to_numpy()[kept],
            "magnitude": events["magnitude"].to_numpy()[kept],
            "event_latitude": events["latitude"].to_numpy()[kept],
            "event_longitude": events["longitude"].to_numpy()[kept],
            "owners": pd.Series(same, dtype=object),
        }
    )
    normal = pd.DataFrame(
        {
            "day": normal_day,
            "event_id": pd.Series(names, dtype=object),
            "event_time": np.datetime64("1970-01-01", "ns"),
            "radius_km": float(region_radius_km(region, magnitude)),
            "magnitude": np.nan,
            "event_latitude": np.nan,
            "event_longitude": np.nan,
            "owners": pd.Series([(name,) for name in names], dtype=object),
        }
    )
    table = pd.concat([precursors, normal], ignore_index=True)
    table = table.sort_values(["day", "magnitude"], ignore_index=True)
    first, last = grid.reach(table.pop("day").to_numpy(), n_days)
    start, end = first.view("datetime64[ns]"), last.view("datetime64[ns]")
    before = {"source": source.name, "time": end, "latitude": latitude, "longitude": longitude}
    X = pd.DataFrame(before).join(table)
    X.insert(5, "pair_id", X["event_id"])
    X["obs_start"], X["obs_end"] = start, end
    return X
