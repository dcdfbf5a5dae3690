"""The rows of a simulated track, laid out pass by pass."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import KM_PER_DEGREE, great_circle_km, wrap_longitude
from skquake._core._time import NS_PER_SECOND


class Passes:
    """Half orbits in [start, end) and the rows on each, at multiples of the cadence.

    Attributes
    ----------
    center : int64 array of shape (n_passes,)
        Equator crossing, ns.
    ascending : bool array of shape (n_passes,)
    first_ns, count, first : int64 arrays of shape (n_passes,)
        Time of the first row, number of rows, position of the first row in the whole track.
    node : float array of shape (n_passes,)
        Longitude of the crossing.
    time, latitude, longitude : arrays of shape (n_rows,)
        Filled by ``fill``.
    """

    def __init__(self, orbit, start_ns, end_ns, side):
        self.orbit = orbit
        self.step_ns = round(orbit.cadence_s * NS_PER_SECOND)
        center, ascending = orbit.passes(start_ns, end_ns, side)
        half = round(orbit.half_s * NS_PER_SECOND)
        step = self.step_ns
        # The first row at or after the begin, the first row at or after the end (not ours any more).
        first = -(-np.maximum(center - half, start_ns) // step)
        stop = -(-np.minimum(center + half, end_ns) // step)
        keep = stop > first
        self.center, self.ascending = center[keep], ascending[keep]
        self.first_ns, self.count = first[keep] * step, (stop - first)[keep]
        self.first = np.cumsum(self.count) - self.count
        self.node = orbit.node_longitude(self.center, self.ascending)
        n = int(self.count.sum())
        self.longest = int(self.count.max()) if n else 0
        self.time = np.empty(n, dtype="int64")
        self.latitude, self.longitude = np.empty(n), np.empty(n)

    def __len__(self):
        return len(self.center)

    def seconds(self, which):
        """Seconds after the crossing of each row of some passes, (n, longest), and which rows exist."""
        row = np.arange(self.longest)
        start = (self.first_ns[which] - self.center[which]) / NS_PER_SECOND
        return start[:, np.newaxis] + row * self.orbit.cadence_s, row < self.count[which][:, np.newaxis]

    def rows(self, which):
        """Slice of the rows of consecutive passes."""
        return slice(int(self.first[which[0]]), int(self.first[which[-1]] + self.count[which[-1]]))

    def fill(self, which, seconds, present):
        """Set time, latitude and longitude of the rows of some passes."""
        rows = self.rows(which)
        latitude, east = self.orbit.profile(seconds, self.ascending[which, np.newaxis])
        self.latitude[rows] = latitude[present]
        self.longitude[rows] = wrap_longitude((self.node[which, np.newaxis] + east)[present])
        time = self.first_ns[which, np.newaxis] + np.arange(self.longest) * self.step_ns
        self.time[rows] = time[present]

    def rows_near(self, which, latitude, longitude, reach_km):
        """Rows of the given passes that can lie within ``reach_km`` of a place (a few more, too)."""
        if not len(which):
            return which
        orbit = self.orbit
        seconds = np.linspace(-orbit.half_s, orbit.half_s, 181)
        profile, east = orbit.profile(seconds, True)
        sign = np.where(self.ascending[which], 1.0, -1.0)
        crossing = np.interp(sign * latitude, profile, seconds)
        at = self.node[which] + np.interp(crossing, seconds, east)
        # Measured along the parallel: tracks are steep, so a fifth more covers the slant.
        within = great_circle_km(latitude, longitude, latitude, at) <= 1.2 * reach_km + 2.0 * KM_PER_DEGREE
        which, crossing = which[within], crossing[within]
        width = 1.2 * reach_km / KM_PER_DEGREE / 360.0 * orbit.period_s
        begin = (self.center[which] - self.first_ns[which]) / NS_PER_SECOND + crossing - width
        low = np.clip(np.floor(begin / orbit.cadence_s).astype(int), 0, self.count[which])
        high = np.clip(np.ceil((begin + 2 * width) / orbit.cadence_s).astype(int), 0, self.count[which])
        spans = [np.arange(f + a, f + b) for f, a, b in zip(self.first[which], low, high, strict=True)]
        return np.concatenate(spans) if spans else which[:0]


class Knots:
    """Points every degree along a pass, from which smooth quantities are interpolated to its rows."""

    def __init__(self, orbit):
        self.spacing = orbit.period_s / 360.0
        n = int(np.ceil(2.0 * orbit.half_s / self.spacing)) + 5
        self.seconds = -orbit.half_s + self.spacing * (np.arange(n) - 2)

    def to_rows(self, values, seconds):
        """Cubic interpolation: values (..., n_passes, n_knots) at seconds (n_passes, n_rows)."""
        position = (seconds - self.seconds[0]) / self.spacing
        left = np.clip(np.floor(position).astype(int), 1, len(self.seconds) - 3)
        f = position - left
        weights = (
            -f * (f - 1) * (f - 2) / 6,
            (f + 1) * (f - 1) * (f - 2) / 2,
            -(f + 1) * f * (f - 2) / 2,
            (f + 1) * f * (f - 1) / 6,
        )
        shape = np.broadcast_shapes(values.shape[:-1] + (1,), seconds.shape)
        out = np.zeros(shape)
        for k, weight in enumerate(weights):
            index = np.broadcast_to(left + k - 1, shape)
            out += weight * np.take_along_axis(values, index, axis=-1)
        return out
