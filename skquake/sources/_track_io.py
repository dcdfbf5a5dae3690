"""Tracks from frames and Parquet files: checked, sorted, cut into passes."""

from __future__ import annotations

import json
from typing import NamedTuple

import numpy as np
import pandas as pd

from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_columns, check_coordinates
from skquake.sources._backing import write_atomically
from skquake.sources._base import NAT, holds_numbers, to_float32
from skquake.sources._passes import find_passes

GAP_CADENCES = 5
_COORDINATES = ("time", "latitude", "longitude", "altitude_km", "pass_id")
_META = b"skquake.track"


class Track(NamedTuple):
    """The content of a TrackSource."""

    time: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    altitude_km: np.ndarray | None
    values: np.ndarray
    bad_rows: np.ndarray
    bounds: np.ndarray
    pass_id: np.ndarray
    ascending: np.ndarray
    channels: tuple
    units: tuple
    cadence: int
    max_gap: int


def track_from_frame(frame, channels=None, cadence=None, max_gap=None, bounds=None):
    """A checked Track from a DataFrame (see TrackSource); durations in ns."""
    what = "track"
    check_columns(frame, _COORDINATES[:3], what)
    channels = choose_channels(frame, channels, what)
    if not len(frame):
        raise ValueError(f"{what}: the frame has no rows")
    time = as_ns(to_utc(frame["time"], f"{what}: time"))
    absent = time == NAT
    if absent.any():
        raise ValueError(f"{what}: time is missing in row {int(np.argmax(absent))}")
    latitude, longitude = check_coordinates(frame["latitude"], frame["longitude"], what)
    altitude = None
    if "altitude_km" in frame:
        altitude = to_float32(frame["altitude_km"])
    values = np.empty((len(frame), len(channels)), dtype=np.float32)
    for column, channel in enumerate(channels):
        values[:, column] = to_float32(frame[channel])
    units = frame.attrs.get("units", {})
    units = tuple((channel, str(units[channel])) for channel in channels if channel in units)
    arrays = order(time, latitude, longitude, altitude, values, what)
    return make_track(*arrays, channels, units, cadence, max_gap, bounds)


def make_track(time, latitude, longitude, altitude, values, channels, units, cadence, max_gap, bounds=None):
    """A Track from clean arrays sorted by time; what is None (cadence, ...) is found."""
    if cadence is None:
        if len(time) < 2:
            raise ValueError("track: one observation has no cadence; give cadence=")
        cadence = round(float(np.median(np.diff(time))))
    max_gap = GAP_CADENCES * cadence if max_gap is None else max_gap
    if max_gap < cadence:
        raise ValueError(
            f"max_gap ({max_gap / 1e9:g} s) must be at least the cadence ({cadence / 1e9:g} s): "
            "otherwise every observation is a pass of its own"
        )
    if bounds is None:
        bounds = find_passes(time, latitude, max_gap)
    north = latitude[bounds[1:] - 1] >= latitude[bounds[:-1]]
    pass_id = np.repeat(np.arange(len(north), dtype=np.int32), np.diff(bounds))
    bad_rows = np.flatnonzero(~np.isfinite(values).all(axis=1))
    return Track(
        time,
        latitude,
        longitude,
        altitude,
        values,
        bad_rows,
        bounds,
        pass_id,
        north[pass_id],
        channels,
        units,
        cadence,
        max_gap,
    )


def choose_channels(frame, channels, what):
    """Names of the channel columns; each must exist once and hold numbers."""
    others = [
        column
        for column in frame.columns
        if column not in _COORDINATES and not str(column).lower().startswith("flag")
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


def order(time, latitude, longitude, altitude, values, what):
    """The arrays sorted by time, without rows repeated exactly; owned by nobody else."""
    arrays = [time, latitude, longitude, altitude, values]
    if (np.diff(time) >= 0).all():
        arrays = [array if array is None else array.copy() for array in arrays[:3]] + arrays[3:]
    else:
        rank = np.argsort(time, kind="stable")  # quick where files were joined out of order
        arrays = [array if array is None else array[rank] for array in arrays]
    return drop_repeats(arrays, what)


def drop_repeats(arrays, what):
    """The sorted arrays (time first) without exact repeats; conflicting ones are an error."""
    time = arrays[0]
    later = np.flatnonzero(time[1:] == time[:-1]) + 1
    if not len(later):
        return arrays
    for array in arrays[1:]:
        if array is None:
            continue
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
    keep[later] = False
    return [array if array is None else array[keep] for array in arrays]


def read_track(files, channels, cadence, max_gap):
    """A Track from Parquet files; durations in ns, None: as written by ``to_parquet``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = json.loads((pq.read_schema(files[0]).metadata or {}).get(_META, b"{}"))
    channels = channels or tuple(kept.get("channels", ())) or None
    tables = [pq.read_table(file) for file in files]
    frame = pa.concat_tables(tables, promote_options="permissive").to_pandas(split_blocks=True)
    del tables
    if frame.index.name is not None:
        frame = frame.reset_index()
    bounds = None
    if kept:
        frame.attrs["units"] = kept["units"]
        if len(files) == 1 and max_gap is None:
            bounds = np.append(np.flatnonzero(np.diff(frame["pass_id"], prepend=-1)), len(frame))
        cadence = cadence or kept["cadence"]
        max_gap = max_gap or kept["max_gap"]
    return track_from_frame(frame, channels, cadence, max_gap, bounds)


def write_track(track, path):
    """One Parquet file; cadence, longest gap and units in the metadata of its schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "time": track.time.view("datetime64[ns]"),
        "latitude": track.latitude,
        "longitude": track.longitude,
        "altitude_km": track.altitude_km,
        "pass_id": track.pass_id,
    }
    columns = {name: pa.array(array) for name, array in columns.items() if array is not None}
    for channel, values in zip(track.channels, track.values.T, strict=True):
        columns[channel] = pa.array(np.ascontiguousarray(values))
    kept = {
        "channels": track.channels,
        "cadence": track.cadence,
        "max_gap": track.max_gap,
        "units": dict(track.units),
    }
    table = pa.table(columns).replace_schema_metadata({_META: json.dumps(kept).encode()})
    write_atomically(path, lambda temporary: pq.write_table(table, temporary))
