"""Earthquake catalogs that never happened, made from one that did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from skquake._core._context import sides
from skquake._core._geodesy import great_circle_km, wrap_longitude
from skquake._core._time import NS_PER_DAY, NS_PER_HOUR
from skquake._core._typing import Frame, IntArray, RandomState
from skquake.catalogs import region_radius_km
from skquake.catalogs._equal_dip import same_dip_latitude
from skquake.inspection._record import Record

YEAR_DAYS = 365.2425
ENOUGH_YEARS = 20  # with fewer, whole years alone leave no p-value below 0.05
_BAND = 50  # clusters, at least, that exchange places
_TRIES = 20


@dataclass(frozen=True)
class Rotate:
    """All times later by one offset of whole days, around the circle of the record.

    Keeps magnitudes, places, times of day, and all delays around the circle; destroys what day it was.
    With whole years the season is kept too. On a track the satellite passes at another local time then,
    as it does for all catalogs alike; the hours asked for are chosen anew.

    Parameters
    ----------
    least_days : int
        Smallest offset, forwards or backwards.
    spacing_days : float
        From here on two offsets count as independent.
    whole_years : bool
        Offsets of whole years only. Else any day: the record is taken as stationary.
    """

    least_days: int
    spacing_days: float
    whole_years: bool = False
    name = "rotate"

    @property
    def assumes(self) -> str:
        """What must hold where no earthquake has an effect, in words."""
        what = "one year is as good as another" if self.whole_years else "the record is stationary"
        return f"{what}; offsets of at least {self.least_days} days"

    def offsets(self, record: Record) -> IntArray:
        """Offsets in days that may be drawn."""
        days = np.arange(self.least_days, record.n_days - self.least_days + 1)
        if self.whole_years:
            years = np.round(YEAR_DAYS * np.arange(1, record.n_days // 365 + 1)).astype(int)
            days = np.intersect1d(days, years)
        if not len(days):
            raise ValueError(
                f"nulls: rotate needs offsets of at least {self.least_days} days in both directions"
                f"{' and of whole years' if self.whole_years else ''}, and the record has "
                f"{record.n_days} days; give a longer record, a shorter shift of the controls, or leave "
                '"rotate" out of nulls'
            )
        return days

    def n_independent(self, record: Record) -> int:
        """How many offsets are independent of each other."""
        days = self.offsets(record)
        return len(days) if self.whole_years else int((days[-1] - days[0]) // self.spacing_days) + 1

    def draw(self, record: Record, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
        """A catalog, and what was drawn."""
        days = int(rng.choice(self.offsets(record)))
        return record.moved(shift=days * NS_PER_DAY), {"days": days}


@dataclass(frozen=True)
class ShiftLongitude:
    """All mainshocks moved by one angle of longitude along their dip latitude; clusters turn with them.

    Keeps magnitudes, dip latitudes of mainshocks, distances and delays inside clusters. Times stay on a
    track, which passes every longitude at its local time; elsewhere all times move by the hours that
    keep local time (around the circle of the record). Destroys the place.

    Where the new meridian does not have a mainshock's dip latitude (near the dip poles) it takes the
    nearest that there is.

    Parameters
    ----------
    least_degrees : float
        Smallest angle, east or west.
    spacing_degrees : float
        From here on two angles count as independent.
    region : str or float
        As of `make_samples`: the angle is drawn anew (up to 20 times) while a mainshock lies in its own
        old region.
    min_magnitude : float
        Of the mainshocks so looked at.
    """

    least_degrees: float = 20.0
    spacing_degrees: float = 15.0
    region: str | float = "dobrovolsky"
    min_magnitude: float = -np.inf
    name = "shift-longitude"
    assumes = "one longitude is as good as another at the same dip latitude"

    def n_independent(self, record: Record) -> int:
        """How many angles are independent of each other."""
        return int((360.0 - 2.0 * self.least_degrees) // self.spacing_degrees) + 1

    def draw(self, record: Record, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
        """A catalog, and what was drawn; ``overlaps`` counts mainshocks still in their old regions."""
        heads = record.catalog.iloc[record.heads]
        own = heads["latitude"].to_numpy(), heads["longitude"].to_numpy()
        reach = region_radius_km(self.region, heads["magnitude"].to_numpy())
        reach[heads["magnitude"].to_numpy() < self.min_magnitude] = -1.0
        best: Any = None
        for _ in range(_TRIES):
            degrees = rng.uniform(self.least_degrees, 360.0 - self.least_degrees)
            longitude = wrap_longitude(own[1] + degrees)
            latitude = same_dip_latitude(heads, record.dip, longitude)
            overlaps = int((great_circle_km(*own, latitude, longitude) <= reach).sum())
            if best is None or overlaps < best[0]:
                best = overlaps, degrees, latitude, longitude
            if not overlaps:
                break
        overlaps, degrees, latitude, longitude = best
        places = record.with_heads_at(latitude, longitude)
        # The nearest way round, so that times move by half a day at most.
        hours = -float(wrap_longitude(degrees)) / 15.0
        shift = None if record.on_track else round(hours * NS_PER_HOUR)
        drawn = {"degrees": float(degrees), "overlaps": overlaps}
        return record.moved(shift=shift, places=places), drawn


@dataclass(frozen=True)
class ShuffleTimes:
    """Each cluster on another day of the month of its mainshock.

    Keeps the number of mainshocks of each month, magnitudes, places, times of day (so local time too),
    and delays and distances inside clusters; destroys the day. Days are drawn uniformly from those of
    the month that lie in the record, each cluster by itself; a cluster whose aftershocks run over
    the end of the record goes on at its start.
    """

    name = "shuffle-times"
    assumes = "mainshocks are independent of each other within a month"

    def n_independent(self, record: Record) -> float:
        """How many such catalogs are independent of each other."""
        return np.inf

    def draw(self, record: Record, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
        """A catalog, and what was drawn (nothing that a number would tell)."""
        heads = record.heads
        day = (record.time[heads] - record.start) // NS_PER_DAY
        every = record.start + NS_PER_DAY * np.arange(record.n_days)
        month = every.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)
        first = np.searchsorted(month, month[day], side="left")
        stop = np.searchsorted(month, month[day], side="right")
        shift = (rng.integers(first, stop) - day) * NS_PER_DAY
        return record.moved(shift=shift[np.searchsorted(heads, record.mainshock)]), {}


@dataclass(frozen=True)
class OtherPlace:
    """Clusters exchange their places.

    Keeps times, magnitudes, the set of the mainshocks' places, and delays and distances inside
    clusters; destroys what happened where. Places are permuted among clusters of similar distance from
    the dip equator (groups of at least 50 where there are as many). A cluster turns rigidly to its new
    place. Some clusters of a small or local catalog may stay near their own place.
    """

    name = "other-place"
    assumes = "when a mainshock comes does not depend on where, at similar dip latitudes"

    def n_independent(self, record: Record) -> float:
        """How many such catalogs are independent of each other."""
        return np.inf

    def draw(self, record: Record, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
        """A catalog, and what was drawn (nothing that a number would tell)."""
        heads = record.catalog.iloc[record.heads]
        latitude, longitude = heads["latitude"].to_numpy(), heads["longitude"].to_numpy()
        order = np.argsort(np.abs(record.dip), kind="stable")
        target = np.empty(len(heads), dtype=np.int64)
        for band in np.array_split(order, max(1, len(heads) // _BAND)):
            target[band] = rng.permutation(band)
        return record.moved(places=record.with_heads_at(latitude[target], longitude[target])), {}


_KINDS: tuple[Any, ...] = (Rotate, ShiftLongitude, ShuffleTimes, OtherPlace)
NULLS: dict[str, Any] = {null.name: null for null in _KINDS}


def window_days(source: Any, sampling: Mapping[str, Any]) -> float:
    """Days around an event that its samples may touch."""
    first, last = sampling["days"]
    member = next(iter(dict(source).values())) if hasattr(source, "items") else source
    seen = sampling["max_length"] + sum(sides(member.kind, sampling.get("context", 0)))
    return float(last - first) + (seen - 1) * (member.cadence / np.timedelta64(1, "D"))


def make_nulls(
    nulls: Iterable[Any],
    source: Any,
    sampling: Mapping[str, Any],
    n_days: int,
    *,
    shift_days: float,
    min_magnitude: float = -np.inf,
) -> tuple[dict[str, Any], int]:
    """Nulls by name, fitted to the samples; and how many days of the record they all use.

    Parameters
    ----------
    nulls : iterable of str or null
        Names of ``NULLS``, or objects with ``name``, ``assumes``, ``n_independent`` and ``draw``.
    source : source
    sampling : dict
        Keywords of `make_samples`: ``days``, ``max_length``, ``context``, ``region``.
    n_days : int
        Whole days of the record.
    shift_days : float
        Longest time between a control and its earthquake.

    Returns
    -------
    nulls : dict of {str: null}
    n_days : int
        Whole years where "rotate" uses these, else as given.
    """
    window = window_days(source, sampling)
    made: dict[str, Any] = {}
    for null in nulls:
        if not isinstance(null, str):
            made[null.name] = null
        elif null == Rotate.name:
            years = n_days / YEAR_DAYS >= ENOUGH_YEARS
            made[null] = Rotate(int(np.floor(window + shift_days)) + 1, window, bool(years))
        elif null == ShiftLongitude.name:
            made[null] = ShiftLongitude(region=sampling["region"], min_magnitude=min_magnitude)
        elif null in NULLS:
            made[null] = NULLS[null]()
        else:
            raise ValueError(f"nulls: {null!r} is none of {', '.join(map(repr, NULLS))}")
    if any(getattr(null, "whole_years", False) for null in made.values()):
        n_days = round(YEAR_DAYS * int(n_days / YEAR_DAYS + 1e-3))
    return made, n_days


def null_catalogs(
    null: Any,
    source: Any,
    catalog: Frame,
    *,
    n: int = 1,
    region: str | float = "dobrovolsky",
    days: tuple[float, float] = (-15, 0),
    max_length: int = 1,
    context: int = 0,
    shift_days: float = 60.0,
    clusters: Any = None,
    random_state: RandomState = None,
) -> Iterator[pd.DataFrame]:
    """Draw catalogs that never happened.

    Parameters
    ----------
    null : {"rotate", "shift-longitude", "shuffle-times", "other-place"} or a null of one's own
    source : TrackSource, SeriesSource, MapSource or SourceCollection
        The record of observations; its days are what is kept of the catalog.
    catalog : DataFrame
        The full catalog: aftershocks and small events included.
    n : int, default=1
    region, days, max_length, context
        As of `skquake.sampling.make_samples`: "rotate" and "shift-longitude" move beyond them.
    shift_days : float, default=60.0
        Longest time between a control and its earthquake: "rotate" moves beyond it too.
    clusters : AftershockRemover, default=None
        Whose labels say what moves together; None: ``AftershockRemover("gardner-knopoff")``.
    random_state : int, RandomState instance or None, default=None

    Yields
    ------
    DataFrame
        The events of the record with their ids, in their order, at other times or places.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.datasets import make_catalog
    >>> from skquake.inspection import null_catalogs
    >>> from skquake.sources import SeriesSource
    >>> days = pd.date_range("2015-01-01", "2016-12-31", freq="D")
    >>> source = SeriesSource(pd.DataFrame({"A": np.zeros(len(days))}, days),
    ...     pd.DataFrame({"latitude": [0.0], "longitude": [0.0]}, ["A"]))
    >>> catalog = make_catalog("2015-01-01", "2017-01-01", min_magnitude=5.5, random_state=0)
    >>> (rotated,) = null_catalogs("rotate", source, catalog, random_state=0)
    >>> offset = (rotated["time"] - catalog["time"]) % pd.Timedelta(days=len(days))
    >>> offset.nunique(), bool(offset.iloc[0] > pd.Timedelta(days=75))
    (1, True)
    """
    sampling = {"region": region, "days": days, "max_length": max_length, "context": context}
    record = Record.of(source, catalog, clusters=clusters)
    made, n_days = make_nulls([null], source, sampling, record.n_days, shift_days=shift_days)
    if n_days < record.n_days:
        record = Record.of(source, catalog, clusters=clusters, n_days=n_days)
    (null,) = made.values()
    rng = np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
    for _ in range(n):
        yield null.draw(record, rng)[0]
