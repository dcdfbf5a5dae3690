"""Flagged rates around earthquakes at their own times and at others, beside those of free days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from skquake._core._geodesy import great_circle_km
from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns
from skquake._core._typing import BoolArray, FloatArray, IntArray
from skquake.catalogs import region_radius_km

SIGNS = {"both": lambda sign: sign != 0, "positive": lambda sign: sign > 0, "negative": lambda sign: sign < 0}


class Pairs:
    """Which stations lie in the region of which earthquake.

    Parameters
    ----------
    events : DataFrame
        Checked catalog.
    stations : DataFrame
        ``latitude``, ``longitude``.
    regions : iterable of str or float
    """

    def __init__(self, events: pd.DataFrame, stations: pd.DataFrame, regions: Iterable[str | float]) -> None:
        magnitude = events["magnitude"].to_numpy()
        columns = [events[name].to_numpy()[:, np.newaxis] for name in ("latitude", "longitude")]
        distance = great_circle_km(*columns, *(stations[name].to_numpy() for name in stations))
        self.inside = {
            region: distance <= region_radius_km(region, magnitude)[:, np.newaxis] for region in regions
        }
        self.reached = np.any(list(self.inside.values()), axis=0)


def movable(
    time: IntArray,
    days: tuple[float, float],
    reached: BoolArray,
    span: tuple[int, int],
    max_shift_days: int | None,
) -> list[tuple[IntArray, IntArray]]:
    """Groups of earthquakes, each with the whole-day moves that keep all its days in the record.

    Earthquakes that share days at a station, directly or through others, are one group: they see
    the same anomalies.

    Parameters
    ----------
    time : ndarray of int64, shape (n_events,)
    days : (float, float)
        Around each.
    reached : ndarray of bool, shape (n_events, n_stations)
    span : (int, int)
        First and last moment, ns.
    max_shift_days : int or None

    Returns
    -------
    list of (ndarray, ndarray)
        Positions of the events; their moves in days, ascending, 0 among them.
    """
    begin, end = (time + days_to_ns(day) for day in days)
    usable = np.flatnonzero(reached.any(axis=1) & (begin >= span[0]) & (end <= span[1]))
    begin, end, reached = begin[usable], end[usable], reached[usable].astype(np.float32)
    together = (begin[:, np.newaxis] <= end) & (begin <= end[:, np.newaxis]) & (reached @ reached.T > 0)
    n, group = connected_components(together, directed=False)
    longest = np.inf if max_shift_days is None else max_shift_days
    found: list[tuple[IntArray, IntArray]] = []
    for k in range(n):
        members = np.flatnonzero(group == k)
        back = min((begin[members].min() - span[0]) // NS_PER_DAY, longest)
        forth = min((span[1] - end[members].max()) // NS_PER_DAY, longest)
        if back + forth > 0:
            found.append((usable[members], np.arange(-back, forth + 1, dtype=np.int64)))
    return found


class MovedRates:
    """Mean over earthquakes of the share flagged in their days, and of that in free days, for many moves.

    Parameters
    ----------
    time : ndarray of int64, shape (n_times,)
        Of the record, ns, ascending.
    moments : ndarray of int64, shape (n_moves, n_events)
        Times of the earthquakes under each set of moves.
    reached : ndarray of bool, shape (n_events, n_stations)
    free_of : (float, float)
        Days around each earthquake in which the stations that it reaches are not free.
    """

    def __init__(
        self, time: IntArray, moments: IntArray, reached: BoolArray, free_of: tuple[float, float]
    ) -> None:
        self.time, self.moments, self.reached, self.free_of = time, moments, reached, free_of
        self.day = (time - time[0]) // NS_PER_DAY
        self._rows: dict[tuple[float, float], tuple[IntArray, IntArray]] = {}

    def counts(self, layers: Sequence[FloatArray]) -> list[tuple[IntArray, FloatArray]]:
        """Defined and flagged values of some layers: cumulative, and summed over the free days.

        Parameters
        ----------
        layers : list of ndarray, shape (n_times, n_stations)
            +1 or -1 flagged, 0 not, NaN undefined.

        Returns
        -------
        list of (cumulative, free)
            Arrays of shape (2, n_stations, n_times + 1) and (2, n_stations, n_moves).
        """
        n_days = int(self.day[-1]) + 1
        starts = np.searchsorted(self.day, np.arange(n_days + 1))
        sums: list[IntArray] = []
        for layer in layers:
            defined = np.isfinite(layer)
            parts = np.stack([defined, defined & (np.nan_to_num(layer) != 0)]).transpose(0, 2, 1)
            sums.append(np.cumsum(np.pad(parts, ((0, 0), (0, 0), (1, 0))), axis=2, dtype=np.int64))
        daily = np.stack([np.diff(part[:, :, starts], axis=2) for part in sums]).astype(np.float32)
        free = np.empty((*daily.shape[:3], len(self.moments)), dtype=np.float32)
        for station in range(daily.shape[2]):
            free[:, :, station] = daily[:, :, station] @ self._free(station, n_days).T
        return list(zip(sums, free, strict=True))

    def _free(self, station, n_days):
        """Whether each day (n_moves, n_days) touches the days of no earthquake near a station."""
        near = np.flatnonzero(self.reached[:, station])
        change = np.zeros((len(self.moments), n_days + 1), dtype=np.int32)
        moments = self.moments[:, near] - self.time[0]
        first, last = ((moments + days_to_ns(day)) // NS_PER_DAY for day in self.free_of)
        rows = np.repeat(np.arange(len(moments)), len(near))
        np.add.at(change, (rows, np.clip(first, 0, n_days).ravel()), 1)
        np.add.at(change, (rows, np.clip(last + 1, 0, n_days).ravel()), -1)
        return (np.cumsum(change, axis=1)[:, :-1] == 0).astype(np.float32)

    def rates(
        self, counts: tuple[IntArray, FloatArray], pairs: tuple[IntArray, IntArray], days: tuple[float, float]
    ) -> FloatArray:
        """Two arrays of shape (n_moves,): share in the earthquakes' days, share in free days.

        Parameters
        ----------
        counts : (cumulative, free)
            As of ``counts``.
        pairs : (ndarray, ndarray)
            Earthquake (ascending) and station.
        days : (float, float)
        """
        event, station = pairs
        which, start = np.unique(event, return_index=True)
        if not len(which):
            return np.full((2, len(self.moments)), np.nan)
        cumulative, free = counts
        first, last = self._window(days)
        parts = [
            cumulative[:, station, last[:, event]] - cumulative[:, station, first[:, event]],
            free[:, station].transpose(0, 2, 1),
        ]
        shares = []
        for part in parts:
            defined, flagged = np.add.reduceat(part, start, axis=2)
            with np.errstate(invalid="ignore"):
                shares.append(flagged / defined)
        known = np.isfinite(shares[0]) & np.isfinite(shares[1])
        with np.errstate(invalid="ignore"):
            return np.stack([np.where(known, share, 0.0).sum(axis=1) / known.sum(axis=1) for share in shares])

    def _window(self, days):
        if days not in self._rows:
            begin, end = (self.moments + days_to_ns(day) for day in days)
            first, last = np.searchsorted(self.time, begin), np.searchsorted(self.time, end, side="right")
            self._rows[days] = first, last
        return self._rows[days]


def layer(polarity: pd.DataFrame, quiet: BoolArray, sign: str) -> FloatArray:
    """Values of a detector, NaN at times that are not quiet, only anomalies of a sign."""
    values = polarity.to_numpy(dtype=float)
    flagged = np.where(SIGNS[sign](np.nan_to_num(values)), np.sign(values), 0.0)
    return np.where(np.isfinite(values) & quiet[:, np.newaxis], flagged, np.nan)


def owned(
    time: IntArray,
    stations: pd.DataFrame,
    events: pd.DataFrame,
    aftershocks: pd.DataFrame,
    region: str | float,
    days: tuple[float, float],
) -> BoolArray:
    """Times at which an aftershock owns a station: the nearest of the epicentres that hold it.

    An earthquake holds a station that lies in its region in its days. Ties in distance go to the nearest in
    time, then to the events.

    Parameters
    ----------
    time : ndarray of int64, shape (n_times,)
        ns, ascending.
    stations : DataFrame
        ``latitude``, ``longitude``.
    events, aftershocks : DataFrame
        Checked catalogs.
    region, days
        Of each earthquake.

    Returns
    -------
    ndarray of bool, shape (n_times, n_stations)
    """
    nearest = np.full((len(time), len(stations)), np.inf)
    away = np.full(nearest.shape, np.iinfo(np.int64).max)
    found = np.zeros(nearest.shape, dtype=bool)
    for quakes, is_aftershock in ((events, False), (aftershocks, True)):
        moment, reach = as_ns(quakes["time"]), region_radius_km(region, quakes["magnitude"].to_numpy())
        columns = [quakes[name].to_numpy()[:, np.newaxis] for name in ("latitude", "longitude")]
        distance = great_circle_km(*columns, *(stations[name].to_numpy() for name in stations))
        for quake, station in zip(*np.nonzero(distance <= reach[:, np.newaxis]), strict=True):
            begin, end = (moment[quake] + days_to_ns(day) for day in days)
            rows = slice(np.searchsorted(time, begin), np.searchsorted(time, end, side="right"))
            km, lag = distance[quake, station], np.abs(time[rows] - moment[quake])
            old_km, old_lag = nearest[rows, station], away[rows, station]
            takes = (km < old_km) | ((km == old_km) & (lag < old_lag))
            nearest[rows, station] = np.where(takes, km, old_km)
            away[rows, station] = np.where(takes, lag, old_lag)
            found[rows, station] = np.where(takes, is_aftershock, found[rows, station])
    return found


def first_defined(polarity: pd.DataFrame, name: str) -> int:
    """First time at which any station has bounds, ns."""
    defined = polarity.notna().to_numpy().any(axis=1)
    if not defined.any():
        raise ValueError(f"detectors: {name!r} has bounds nowhere in the record; it may be too short")
    return int(as_ns(pd.DatetimeIndex(polarity.index))[np.argmax(defined)])
