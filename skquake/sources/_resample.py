"""Linear interpolation onto a regular time base, with a limit on gaps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skquake._core._geodesy import unit_vectors, wrap_longitude
from skquake.sources._track_io import make_track

_CHUNK_ROWS = 1 << 20


class Bracket(NamedTuple):
    """Rows before and after each new time, the way between them, and whether both may be used."""

    low: np.ndarray
    high: np.ndarray
    way: np.ndarray
    usable: np.ndarray


def bracket_times(grid, time, max_gap):
    """Bracket each time of ``grid`` by the sorted ``time`` (ns); an equal time stands alone."""
    low = np.searchsorted(time, grid, side="right") - 1
    exact = (low >= 0) & (time[low] == grid)
    high = np.minimum(np.where(exact, low, low + 1), len(time) - 1)
    step = time[high] - time[low]
    usable = exact | ((low >= 0) & (step > 0) & (step <= max_gap))
    way = np.where(exact, 0.0, (grid - time[low]) / np.maximum(step, 1))
    return Bracket(low, high, way, usable)


def interpolate(grid, time, values, max_gap):
    """Linear interpolation between finite values at most ``max_gap`` apart; NaN elsewhere.

    Parameters
    ----------
    grid, time : ndarray of int64
        New and old times, ns, sorted.
    values : ndarray of float, same shape as ``time``
    max_gap : int
        ns.
    """
    known = np.isfinite(values)
    time, values = time[known], values[known]
    if not len(time):
        return np.full(len(grid), np.nan)
    low, high, way, usable = bracket_times(grid, time, max_gap)
    return np.where(usable, values[low] + way * (values[high] - values[low]), np.nan)


def resample_track(track, cadence, max_gap):
    """A Track on whole multiples of ``cadence`` (see TrackSource.resample); durations in ns."""
    time, bounds = regular_times(track, cadence, max_gap)
    if not len(time):
        raise ValueError(
            f"resample: no run of observations at most {max_gap / 1e9:g} s apart reaches a multiple of "
            f"the cadence ({cadence / 1e9:g} s); is max_gap shorter than the track's own cadence?"
        )
    latitude, longitude = np.empty((2, len(time)))
    altitude = None if track.altitude_km is None else np.empty(len(time), dtype=np.float32)
    values = np.empty((len(time), len(track.channels)), dtype=np.float32)
    holes = [np.isnan(column).any() for column in track.values.T]
    for start in range(0, len(time), _CHUNK_ROWS):
        new = slice(start, start + _CHUNK_ROWS)
        rows = nearby_rows(track, time[new], max_gap)
        old = track.time[rows]
        near = bracket_times(time[new], old, max_gap)
        latitude[new], longitude[new] = positions(track.latitude[rows], track.longitude[rows], near)
        if altitude is not None:
            altitude[new] = between(track.altitude_km[rows], near)
        home = track.pass_id[rows][near.low]
        for column, has_holes in enumerate(holes):
            channel = track.values[rows, column]
            own, owner, use = channel, near, True
            if has_holes:
                known = np.isfinite(channel)
                if not known.any():
                    values[new, column] = np.nan
                    continue
                own, owner = channel[known], bracket_times(time[new], old[known], max_gap)
                passes = track.pass_id[rows][known]
                use = owner.usable & (passes[owner.low] == home) & (passes[owner.high] == home)
            values[new, column] = np.where(use, between(own, owner), np.nan)
    longest = max(cadence, min(max_gap, track.max_gap))
    return make_track(
        time, latitude, longitude, altitude, values, track.channels, track.units, cadence, longest, bounds
    )


def regular_times(track, cadence, max_gap):
    """Multiples of ``cadence`` inside runs of one pass without longer steps; bounds of the runs."""
    breaks = (np.diff(track.time) > max_gap) | (np.diff(track.pass_id) != 0)
    ends = np.append(np.flatnonzero(breaks), len(track.time) - 1)
    starts = np.append(0, ends[:-1] + 1)
    low = -(-track.time[starts] // cadence)
    counts = track.time[ends] // cadence - low + 1
    low, counts = low[counts > 0], counts[counts > 0]
    bounds = np.append(0, np.cumsum(counts))
    number = np.arange(bounds[-1]) - np.repeat(bounds[:-1], counts)
    return cadence * (np.repeat(low, counts) + number), bounds


def nearby_rows(track, time, max_gap):
    """The rows that the new times can touch."""
    low = np.searchsorted(track.time, time[0] - max_gap)
    return slice(low, np.searchsorted(track.time, time[-1] + max_gap, side="right"))


def between(values, near):
    """Linear interpolation in float64."""
    low = values[near.low].astype(float)
    return low + near.way * (values[near.high] - low)


def positions(latitude, longitude, near):
    """Points on the great circle between two positions; the old position itself where they agree."""
    low = unit_vectors(latitude[near.low], longitude[near.low])
    high = unit_vectors(latitude[near.high], longitude[near.high])
    x, y, z = (low + near.way[:, np.newaxis] * (high - low)).T
    middle_latitude = np.rad2deg(np.arctan2(z, np.hypot(x, y)))
    middle_longitude = np.rad2deg(np.arctan2(y, x))
    same = near.way == 0.0
    return (
        np.where(same, latitude[near.low], middle_latitude),
        np.where(same, longitude[near.low], wrap_longitude(middle_longitude)),
    )
