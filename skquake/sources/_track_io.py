"""Tracks from frames: checked, sorted, cut into passes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skquake._core._passes import find_passes
from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_columns, check_coordinates
from skquake.sources._base import NAT, holds_numbers, to_float32

GAP_CADENCES = 5
COORDINATES = ("time", "latitude", "longitude", "altitude_km", "pass_id")
_CHUNK = 1 << 20  # rows looked at together, so that memory grows with what is kept alone


class Track(NamedTuple):
    """The content of a TrackSource."""

    time: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    altitude_km: np.ndarray | None
    values: np.ndarray
    bad_rows: Any  # rows, or what finds them (see finite_between)
    bounds: np.ndarray
    pass_id: np.ndarray
    ascending: np.ndarray
    channels: tuple
    units: tuple
    cadence: int
    max_gap: int


def track_from_frame(frame, channels=None, cadence=None, max_gap=None):
    """A checked Track from a DataFrame (see TrackSource); durations in ns."""
    what = "track"
    frame = check_columns(frame, COORDINATES[:3], what)
    channels = choose_channels(frame, channels, what)
    if not len(frame):
        raise ValueError(f"{what}: the frame has no rows")
    arrays = arrays_from_frame(frame, channels, what)
    n = tidy(arrays, what)
    arrays = [None if array is None else array[:n] for array in arrays]
    time, latitude, longitude, altitude, values = arrays
    return make_track(
        time, latitude, longitude, altitude, values, channels, units_of(frame, channels), cadence, max_gap
    )


def arrays_from_frame(frame, channels, what):
    """Checked time (ns), latitude, longitude, altitude or None and values; the frame's no more."""
    time = as_ns(to_utc(frame["time"], f"{what}: time"))
    absent = time == NAT
    if absent.any():
        raise ValueError(f"{what}: time is missing in row {int(np.argmax(absent))}")
    latitude, longitude = check_coordinates(frame["latitude"], frame["longitude"], what)
    altitude = to_float32(frame["altitude_km"]) if "altitude_km" in frame else None
    values = np.empty((len(frame), len(channels)), dtype=np.float32)
    for column, channel in enumerate(channels):
        values[:, column] = to_float32(frame[channel])
    return [time.copy(), latitude.copy(), longitude, altitude, values]


def units_of(frame, channels):
    """Pairs of a channel and its unit, for those whose unit the frame's ``attrs`` say."""
    units = frame.attrs.get("units", {})
    return tuple((channel, str(units[channel])) for channel in channels if channel in units)


def make_track(time, latitude, longitude, altitude, values, channels, units, cadence, max_gap, bounds=None):
    """A Track from clean arrays sorted by time; what is None (cadence, ...) is found."""
    if cadence is None:
        if len(time) < 2:
            raise ValueError("track: one observation has no cadence; give cadence=")
        cadence = round(float(np.median(np.diff(time), overwrite_input=True)))
    max_gap = check_gap(cadence, max_gap)
    if bounds is None:
        bounds = find_passes(time, latitude, max_gap)
    north = goes_north(latitude, bounds)
    pass_id = np.repeat(np.arange(len(north), dtype=np.int32), np.diff(bounds))
    bad_rows = [
        np.flatnonzero(~np.isfinite(values[k : k + _CHUNK]).all(axis=1)) + k
        for k in range(0, len(time), _CHUNK)
    ]
    return Track(
        time,
        latitude,
        longitude,
        altitude,
        values,
        np.concatenate(bad_rows),
        bounds,
        pass_id,
        north[pass_id],
        channels,
        units,
        cadence,
        max_gap,
    )


def check_gap(cadence, max_gap):
    """Longest step inside a pass, by default some cadences (all in ns)."""
    max_gap = GAP_CADENCES * cadence if max_gap is None else max_gap
    if max_gap < cadence:
        raise ValueError(
            f"max_gap ({max_gap / 1e9:g} s) must be at least the cadence ({cadence / 1e9:g} s): "
            "otherwise every observation is a pass of its own"
        )
    return max_gap


def equator_rows(track):
    """Of each pass the row nearest to the equator, if it crosses it, else the one in the middle."""
    middle = (track.bounds[:-1] + track.bounds[1:] - 1) // 2
    for k in range(0, len(track.time) - 1, _CHUNK):
        latitude, pass_id = (array[k : k + _CHUNK + 1] for array in (track.latitude, track.pass_id))
        north = latitude >= 0.0
        crossing = np.flatnonzero((north[1:] != north[:-1]) & (pass_id[1:] == pass_id[:-1]))
        nearer = np.abs(latitude[crossing + 1]) < np.abs(latitude[crossing])
        middle[pass_id[crossing]] = k + crossing + nearer
    return middle


def goes_north(latitude, bounds):
    """Whether each pass ends north of its beginning, or on its parallel."""
    return latitude[bounds[1:] - 1] >= latitude[bounds[:-1]]


def finite_between(track, first, stop):
    """Whether all values of rows ``first ... stop - 1`` (ascending) are finite."""
    bad = track.bad_rows
    if isinstance(bad, np.ndarray):
        return np.searchsorted(bad, first) == np.searchsorted(bad, stop)
    return bad.none_between(first, stop)


def choose_channels(frame, channels, what):
    """Names of the channel columns; each must exist once and hold numbers."""
    others = [
        column
        for column in frame.columns
        if column not in COORDINATES and not str(column).lower().startswith("flag")
    ]
    chosen = tuple(others if channels is None else channels)
    absent = [channel for channel in chosen if channel not in frame.columns]
    if absent or not chosen:
        raise ValueError(
            f"{what}: {'no channel ' + ', '.join(map(repr, absent)) if absent else 'no channels'}; "
            f"columns that could be channels: {', '.join(map(str, others)) or 'none'}"
        )
    if len(set(chosen)) < len(chosen) or not frame.columns.is_unique:
        raise ValueError(f"{what}: a column or channel is named twice; name each once")
    for channel in chosen:
        dtype = frame[channel].dtype
        if not holds_numbers(dtype):
            raise ValueError(
                f"{what}: channel {channel!r} holds {dtype}, not numbers; convert it, "
                "or name the channels you want with channels="
            )
    return chosen


def tidy(arrays, what, *, keep_last=False):
    """Sort rows by time and drop repeats, in place; the number of rows that remain in front.

    Parameters
    ----------
    arrays : list of ndarray or None
        Time (int64 ns) first; the others have its number of rows.
    what : str
        Names the track in the error.
    keep_last : bool
        Whether of different rows of the same time the last given stays; else they are an error.
    """
    time, others = arrays[0], [array for array in arrays[1:] if array is not None]
    if not (time[1:] >= time[:-1]).all():
        rank = np.argsort(time, kind="stable")  # quick where files were joined out of order
        for array in (time, *others):
            array[...] = array[rank]
    later = np.flatnonzero(time[1:] == time[:-1]) + 1
    if not len(later):
        return len(time)
    if not keep_last:
        for array in others:
            a, b = array[later], array[later - 1]
            same = (a == b) | (np.isnan(a) & np.isnan(b))
            same = same if same.ndim == 1 else same.all(axis=1)
            if not same.all():
                when = pd.Timestamp(time[later[int(np.argmin(same))]])
                raise ValueError(
                    f"{what}: two different observations at {when.isoformat()}; a track holds one satellite "
                    "(make one source each, joined by SourceCollection), so keep one of the two"
                )
    keep = np.ones(len(time), dtype=bool)
    keep[later - 1] = False
    n = int(keep.sum())
    for array in (time, *others):
        array[:n] = array[keep]
    return n
