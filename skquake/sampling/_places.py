"""Windows of maps and station series that end at, or before, the time of events and controls."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._geodesy import great_circle_km
from skquake._core._time import as_ns
from skquake.sampling._nearby import nearby

_CHUNK = 4096  # windows tried at a time


class PlaceCandidates:
    """Windows at the place of each event and control, the last one ending ``lead`` days before it.

    On maps the window lies at the place itself; on series at the nearest station, which
    must lie within the radius and within what the source allows. The end of a window is snapped
    to the last observation at or before; only windows without a gap are candidates.

    Parameters
    ----------
    source : SeriesSource or MapSource
    places : DataFrame
        Events and controls: ``latitude``, ``longitude``, ``radius_km``, ``start``, ``end`` (int64 ns:
        the first and the last moment at which a window may end).
    length : int
        Observations a window.
    step : int or None
        Observations between the ends of the windows of one place (None: one window a place).
    context : int
        Observations seen before each window. They decide on no membership.
    whole : bool
        Only windows that have all of it; else as far as the record and its values reach.
    inside : {"center", "all", "any"}
        With "any" a control touches an earthquake as soon as one of its observations falls into
        the earthquake's days; otherwise its last observation decides.

    Attributes
    ----------
    window, place : ndarray of int64
        One entry a pair: number of the window and position in ``places``. Pairs with the same
        window share every observation.
    distance_km : ndarray of float64
        From where the window is observed to the place.
    """

    def __init__(self, source, places, *, length, step, inside, context=0, whole=True):
        self.source, self.places, self.length, self.inside = source, places, length, inside
        self.context, self._edge = context, "error" if whole else "nan"
        self._origin, self._newest = (int(as_ns(np.datetime64(time, "ns"))) for time in source.span)
        self._cadence = int(source.cadence / np.timedelta64(1, "ns"))
        latitude, longitude, self._away_km = self._observed_at()
        place, tick = self._ticks(step)
        self._offered = np.unique(place)
        self._far = self._away_km > np.minimum(
            places["radius_km"].to_numpy(), getattr(source, "max_km", np.inf)
        )
        place, tick = place[~self._far[place]], tick[~self._far[place]]
        table = pd.DataFrame(
            {"latitude": latitude[place], "longitude": longitude[place], "tick": tick, "place": place}
        )
        table = table[self._whole(table)]
        where = table.groupby(["tick", "latitude", "longitude"], sort=True)
        self.window, self.place = where.ngroup().to_numpy(), table["place"].to_numpy()
        self.distance_km = self._away_km[self.place]
        self._table = table

    def frame(self, rows):
        """What a sample says of its window, for pairs ``rows``."""
        table = self._table.iloc[rows]
        end = self._time(table["tick"].to_numpy())
        start = np.maximum(end - (self._seen - 1) * self._cadence, self._origin)
        return pd.DataFrame(
            {
                "time": end.view("datetime64[ns]"),
                "latitude": table["latitude"].to_numpy(),
                "longitude": table["longitude"].to_numpy(),
                "obs_start": start.view("datetime64[ns]"),
                "obs_end": end.view("datetime64[ns]"),
            }
        )

    def touched(self, window, quakes):
        """Whether each of the windows touches an earthquake (sorted, distinct numbers)."""
        _, row = np.unique(self.window, return_index=True)
        table = self._table.iloc[row[window]]
        if self.inside == "any":
            quakes = quakes.assign(end=quakes["end"] + (self._seen - 1) * self._cadence)
        point, _, _ = nearby(
            self._time(table["tick"].to_numpy()),
            table["latitude"].to_numpy(),
            table["longitude"].to_numpy(),
            quakes,
        )
        return np.isin(np.arange(len(window)), point)

    def outside(self):
        """Whether no window of a place ends within the span of the source."""
        return ~np.isin(np.arange(len(self.places)), self._offered)

    def cut_short(self):
        """Whether a place's windows end within the span, near enough, and none of them is whole."""
        short = ~self.outside() & ~self._far
        short[self.place] = False
        return short

    @property
    def _seen(self):
        """Observations that a sample may see."""
        return self.length + self.context

    def _observed_at(self):
        """Latitude, longitude and distance of what is observed for each place."""
        latitude = self.places["latitude"].to_numpy(dtype=float)
        longitude = self.places["longitude"].to_numpy(dtype=float)
        if self.source.kind == "map":
            return latitude, longitude, np.zeros(len(latitude))
        stations = self.source.stations
        away = great_circle_km(
            latitude[:, np.newaxis],
            longitude[:, np.newaxis],
            stations["latitude"].to_numpy(),
            stations["longitude"].to_numpy(),
        )
        nearest = away.argmin(axis=1)
        at = stations[["latitude", "longitude"]].to_numpy(dtype=float)[nearest]
        return at[:, 0], at[:, 1], away.min(axis=1)

    def _ticks(self, step):
        """Place and number (counted from the source's first time) of each last observation."""
        newest = (self._newest - self._origin) // self._cadence
        last = (self.places["end"].to_numpy() - self._origin) // self._cadence
        earliest = -((self._origin - self.places["start"].to_numpy()) // self._cadence)  # rounded up
        place = np.arange(len(last))
        if step is None:
            tick = last
        else:
            n = np.maximum((last - np.maximum(earliest, 0)) // step + 1, 0)
            place = np.repeat(place, n)
            back = np.arange(len(place)) - np.repeat(np.cumsum(n) - n, n)
            tick = last[place] - step * back
        keep = (tick >= 0) & (tick <= newest)
        return place[keep], tick[keep]

    def _whole(self, table):
        whole = np.zeros(len(table), dtype=bool)
        for start in range(0, len(table), _CHUNK):
            some = table.iloc[start : start + _CHUNK]
            samples = some.assign(
                source=self.source.name, time=self._time(some["tick"].to_numpy()).view("datetime64[ns]")
            )
            _, problem = self.source.windows(
                samples, self.length, context=self.context, context_edge=self._edge, align="end"
            )
            whole[start : start + _CHUNK] = problem == ""
        return whole

    def _time(self, tick):
        return self._origin + tick * self._cadence
