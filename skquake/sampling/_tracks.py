"""Windows of a satellite track that lie in the region and days of events and controls."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from skquake._core._geodesy import great_circle_km
from skquake._core._time import as_ns
from skquake.sampling._nearby import nearby
from skquake.sources._lazy_array import is_on_disk

_CHUNK = 1 << 20  # observations whose distances are computed at a time


class TrackCandidates:
    """Windows of the fixed tiling of a track, and the places whose region and days hold them.

    Parameters
    ----------
    source : TrackSource
    places : DataFrame
        Events and controls: ``latitude``, ``longitude``, ``radius_km``, ``start``, ``end``.
    length, step : int
        Observations a window, and from one window to the next (None: ``length``).
    context : int
        Observations seen before and after each window. They decide on no membership.
    whole : bool
        Only windows that have all of it; else as far as it reaches.
    inside : {"center", "all", "any"}
        Which observations of a window must lie within the radius. Its time is that of its centre.
    passes : slice, default=slice(None)
        Passes of the track that are looked at.

    Attributes
    ----------
    window, place : ndarray of int64
        One entry a pair: position in the tiling and in ``places``.
    distance_km : ndarray of float64
        From the centre of the window to the place.
    """

    def __init__(self, source, places, *, length, step, inside, context=0, whole=True, passes=slice(None)):
        self.source, self.places, self.length, self.inside = source, places, length, inside
        bounds = source._content.bounds
        low, high, _ = passes.indices(len(bounds) - 1)
        self._rows = int(bounds[low]), int(bounds[high])
        self._tiling = length, step, context if whole else 0

        def tiles():
            center, first = source._blocks(*self._tiling, passes)
            return first, *source._at(center)

        self.first, self._time, self._latitude, self._longitude = self._noted("tiles", tiles)
        self.center = self.first + length // 2
        self.context = context
        self._before, self._after = source._context_reach(self.first, length, context)
        every = np.arange(len(self.center))
        self.window, self.place, self.distance_km = self._held(every, places, inside)

    def frame(self, rows):
        """What a sample says of its window, for pairs ``rows``."""
        window, source = self.window[rows], self.source
        center, first = self.center[window], self.first[window]
        last = first + self.length - 1
        time = source.time
        return pd.DataFrame(
            {
                "time": self._time[window].view("datetime64[ns]"),
                "latitude": self._latitude[window],
                "longitude": self._longitude[window],
                "obs_start": time[first - self._before[window]].view("datetime64[ns]"),
                "obs_end": time[last + self._after[window]].view("datetime64[ns]"),
                "pass_id": source.pass_id[center].astype(np.int64),
                "ascending": source.ascending[center],
            }
        )

    def touched(self, window, quakes):
        """Whether each of the windows touches an earthquake (sorted, distinct positions)."""
        # A window must be free of what its own centre touches, whatever the rule.
        pairs = self._held(window, quakes, "any" if self.inside == "any" else "center", self.context)
        return np.isin(window, pairs[0])

    def outside(self):
        """Whether the days of each place lie outside the span of the source."""
        start, end = as_ns(np.array(self.source.span, dtype="datetime64[ns]"))
        return (self.places["end"].to_numpy() < start) | (self.places["start"].to_numpy() > end)

    def cut_short(self):
        """Whether each place without a window here holds observations that belong to no whole window."""
        short = np.zeros(len(self.places), dtype=bool)
        none = np.setdiff1d(np.arange(len(self.places)), self.place)
        if len(none):
            short[none] = self._cut_short(self.places.iloc[none])
        return short

    def _held(self, window, places, inside, context=0):
        reach = self._reach(context) if inside == "any" and len(window) else 0.0
        point, place, distance = nearby(
            self._time[window], self._latitude[window], self._longitude[window], places, margin_km=reach
        )
        window = window[point]
        if inside != "center":
            keep = self._observations_inside(window, places.iloc[place], getattr(np, inside), context)
            window, place, distance = window[keep], place[keep], distance[keep]
        return window, place, distance

    def _observations_inside(self, window, places, reduce, context):
        keep = np.zeros(len(window), dtype=bool)
        latitude, longitude, radius = (
            places[name].to_numpy()[:, np.newaxis] for name in ("latitude", "longitude", "radius_km")
        )
        for rows, here in self._chunks(window, context):
            distance = great_circle_km(
                self.source.latitude[rows], self.source.longitude[rows], latitude[here], longitude[here]
            )
            keep[here] = reduce(distance <= radius[here], axis=1)
        return keep

    def _reach(self, context):
        """The farthest that an observation lies from the centre of its window, km."""
        farthest = 0.0
        for rows, here in self._chunks(np.arange(len(self.center)), context):
            distance = great_circle_km(
                self.source.latitude[rows],
                self.source.longitude[rows],
                self._latitude[here, np.newaxis],
                self._longitude[here, np.newaxis],
            )
            farthest = max(farthest, distance.max())
        return farthest

    def _chunks(self, window, context=0):
        """Rows of the source in the windows, (m, length + 2 context), some windows at a time.

        Context that is not there is the observation next to it.
        """
        place = np.arange(-context, self.length + context)
        size = max(1, _CHUNK // len(place))
        for start in range(0, len(window), size):
            here = slice(start, start + size)
            some = window[here]
            rows = place
            if context:
                last = self.length - 1 + self._after[some, np.newaxis]
                rows = np.clip(place, -self._before[some, np.newaxis], last)
            yield self.first[some, np.newaxis] + rows, here

    def _cut_short(self, places):
        """Places that hold observations which belong to no whole window (gaps, ends of passes)."""
        short = np.zeros(len(places), dtype=bool)
        for k, rows in enumerate(_between(self.first, self.first + self.length, *self._rows)):
            time, latitude, longitude = self._noted(k, partial(self.source._at, rows))
            held = nearby(time, latitude, longitude, places)
            short[held[1]] = True
        return short

    def _noted(self, what, make):
        """What ``make`` gives for this part of the track; of one on disk kept for the next catalog."""
        if not is_on_disk(self.source.time):
            return make()
        return self.source.time._store.noted((self._tiling, self._rows, what), make)


def _between(first, stop, low, high):
    """Of ``low`` to ``high - 1``, those in no range ``first`` to ``stop - 1`` (both ascend), in portions."""
    start, end = np.append(low, stop), np.append(first, high)
    size = np.maximum(end - start, 0)
    before = np.cumsum(size) - size
    total = int(size.sum())
    for k in range(0, total, _CHUNK):
        number = np.arange(k, min(k + _CHUNK, total))
        gap = np.searchsorted(before, number, side="right") - 1
        yield start[gap] + number - before[gap]
