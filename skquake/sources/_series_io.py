"""Series from frames: checked, sorted, on one regular time base."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_columns, check_coordinates
from skquake.sources._base import holds_numbers, to_float32
from skquake.sources._resample import interpolate

_CURE = "SeriesSource.from_irregular(frame, stations, cadence, max_gap) resamples, with a limit on gaps"


class Series(NamedTuple):
    """The content of a SeriesSource."""

    time: np.ndarray
    values: np.ndarray
    stations: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    channels: tuple
    units: tuple
    cadence: int


def series_from_frames(frames, stations):
    """A checked Series from {channel: frame} (see SeriesSource)."""
    if not frames:
        raise ValueError("series: no channels; give a frame, or a dict of one frame a channel")
    sorted_frames = {channel: sort_by_time(frame, channel) for channel, frame in frames.items()}
    channels = tuple(map(str, sorted_frames))
    first = sorted_frames[next(iter(sorted_frames))]
    time = as_ns(first.index)
    for channel, frame in sorted_frames.items():
        if set(frame.columns) != set(first.columns):
            odd = sorted(map(str, set(frame.columns) ^ set(first.columns)))
            raise ValueError(f"series: channels {channels[0]!r} and {channel!r} differ in station {odd[0]}")
        if not np.array_equal(as_ns(frame.index), time):
            raise ValueError(
                f"series: channels {channels[0]!r} and {channel!r} differ in their times; {_CURE}"
            )
    cadence = regular_cadence(time)
    latitude, longitude = station_coordinates(stations, first.columns)
    values = np.empty((len(first.columns), len(time), len(channels)), dtype=np.float32)
    for position, frame in enumerate(sorted_frames.values()):
        for row, station in enumerate(first.columns):
            values[row, :, position] = to_float32(frame[station])
    found = {str(channel): unit_of(frame) for channel, frame in sorted_frames.items()}
    units = tuple((channel, unit) for channel, unit in found.items() if unit)
    names = np.asarray(list(first.columns), dtype=object)
    return Series(time, values, names, latitude, longitude, channels, units, cadence)


def unit_of(frame):
    """The unit in ``frame.attrs["units"]``, one for all stations or the same for each; "" if unknown."""
    units = frame.attrs.get("units", "")
    if isinstance(units, dict):
        each = {units.get(station) for station in frame.columns}
        units = each.pop() if len(each) == 1 else ""
    return str(units or "")


def sort_by_time(frame, channel):
    """The frame with a sorted tz-naive UTC index; columns checked."""
    what = f"series: channel {channel!r}"
    frame = _indexed(frame, "time", (), what)
    if frame.empty:
        raise ValueError(f"{what}: the frame has no {'rows' if not len(frame) else 'stations'}")
    if not isinstance(frame.index, pd.DatetimeIndex):
        raise TypeError(
            f"{what}: expected times as index (a DatetimeIndex), got {type(frame.index).__name__}; "
            "use frame.set_index('time')"
        )
    if not frame.columns.is_unique:
        raise ValueError(f"{what}: station {frame.columns[frame.columns.duplicated()][0]!r} occurs twice")
    for station, dtype in frame.dtypes.items():
        if not holds_numbers(dtype):
            raise ValueError(f"{what}: station {station!r} holds {dtype}, not numbers")
    time = pd.DatetimeIndex(to_utc(frame.index, f"{what}: time"))
    if time.hasnans:
        raise ValueError(f"{what}: time is missing in row {int(np.argmax(time.isna()))}")
    if not time.is_unique:
        raise ValueError(
            f"{what}: {time[time.duplicated()][0].isoformat()} occurs twice; keep one row of each"
        )
    frame = frame.set_axis(time, axis=0)
    return frame if time.is_monotonic_increasing else frame.sort_index()


def _indexed(table, name, columns, what):
    """The table as a pandas frame; one of a library without an index has it in the column ``name``."""
    if isinstance(table, pd.DataFrame):
        return check_columns(table, columns, what)
    return check_columns(table, (name, *columns), what).set_index(name)


def regular_cadence(time):
    """The one step between sorted times, ns."""
    steps = np.diff(time)
    if not len(steps):
        raise ValueError("series: one time has no cadence; at least two are needed")
    cadence = int(np.sort(steps)[len(steps) // 2])
    odd = steps != cadence
    if odd.any():
        row = int(np.argmax(odd)) + 1
        raise ValueError(
            f"series: irregular in time: {pd.Timestamp(time[row]).isoformat()} comes "
            f"{steps[row - 1] / 1e9:g} s after the time before, at a cadence of {cadence / 1e9:g} s; {_CURE}"
        )
    return cadence


def station_coordinates(stations, names):
    """Latitude and longitude of the named stations."""
    stations = _indexed(stations, "station", ("latitude", "longitude"), "stations")
    if not stations.index.is_unique:
        raise ValueError(f"stations: {stations.index[stations.index.duplicated()][0]!r} occurs twice")
    absent = [name for name in names if name not in stations.index]
    if absent:
        raise ValueError(
            f"stations: no coordinates of {', '.join(map(repr, absent))}; "
            f"the table has {', '.join(map(str, stations.index))}"
        )
    table = stations.loc[list(names)]
    latitude, longitude = check_coordinates(table["latitude"], table["longitude"], "stations")
    return latitude.copy(), longitude


def regularise(frames, cadence, max_gap):
    """{channel: frame} interpolated to whole multiples of ``cadence``; durations in ns."""
    frames = {channel: sort_by_time(frame, channel) for channel, frame in frames.items()}
    if not frames:
        raise ValueError("series: no channels; give a frame, or a dict of one frame a channel")
    start = -(-min(as_ns(frame.index)[0] for frame in frames.values()) // cadence)
    end = max(as_ns(frame.index)[-1] for frame in frames.values()) // cadence
    grid = cadence * np.arange(start, end + 1)
    if len(grid) < 2:
        raise ValueError(
            f"series: too short for a cadence of {cadence / 1e9:g} s: fewer than two times remain"
        )
    regular = {}
    for channel, frame in frames.items():
        time = as_ns(frame.index)
        columns = {
            station: interpolate(grid, time, frame[station].to_numpy(float, na_value=np.nan), max_gap)
            for station in frame.columns
        }
        regular[channel] = pd.DataFrame(columns, index=pd.DatetimeIndex(grid.view("datetime64[ns]")))
        regular[channel].attrs = dict(frames[channel].attrs)
    return regular
