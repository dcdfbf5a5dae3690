"""Tracks in Parquet files: read into arrays of their final size, a few rows at a time."""

from __future__ import annotations

import json
from typing import NamedTuple

import numpy as np

from skquake._core._atomic import write_atomically
from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_columns
from skquake.sources._track_io import COORDINATES, arrays_from_frame, choose_channels, make_track, tidy

_META = b"skquake.track"
_BATCH = 1 << 17  # rows decoded together


class _Part(NamedTuple):
    """A file as its footer describes it: ``start`` is its earliest time in ns, 0 where unknown."""

    path: object
    schema: object
    rows: int
    start: int


def read_track(files, channels, cadence, max_gap):
    """A Track from Parquet files; durations in ns, None: as written by ``to_parquet``.

    Memory beyond the track itself is that of one batch of rows. Where files overlap, rows that are
    repeated exactly stand once; different ones of the same time are an error, but in files written
    by ``from_files``, where that of the file that starts later stands.
    """
    import pyarrow as pa

    parts = [_look_at(file) for file in files]
    kept = kept_in(parts[0].schema)
    schema = pa.unify_schemas([part.schema for part in parts], promote_options="permissive")
    nothing = _frame(schema.empty_table())
    check_columns(nothing, COORDINATES[:3], "track")
    channels = choose_channels(nothing, channels or tuple(kept.get("channels", ())) or None, "track")
    n = sum(part.rows for part in parts)
    if not n:
        raise ValueError("track: the files have no rows")

    altitude = np.full(n, np.nan, dtype=np.float32) if "altitude_km" in nothing else None
    arrays = [np.empty(n, np.int64), np.empty(n), np.empty(n), altitude]
    arrays.append(np.empty((n, len(channels)), dtype=np.float32))
    end = 0
    for part in sorted(parts, key=lambda part: part.start):
        end = _add(part, arrays, end, channels, kept.get("repeats") == "last")
    pa.default_memory_pool().release_unused()
    arrays = [array if array is None else array[:end] for array in arrays]
    bounds = None
    if kept and len(parts) == 1 and max_gap is None and "pass_id" in parts[0].schema.names:
        bounds = _written_bounds(parts[0].path)
    units = kept.get("units") or _units_of_pandas(parts[0].schema)
    time, latitude, longitude, altitude, values = arrays
    return make_track(
        time,
        latitude,
        longitude,
        altitude,
        values,
        channels,
        tuple((channel, units[channel]) for channel in channels if channel in units),
        cadence or kept.get("cadence"),
        max_gap or kept.get("max_gap"),
        bounds,
    )


def write_track(track, path):
    """One Parquet file; cadence, longest gap and units in the metadata of its schema."""
    arrays = [track.time, track.latitude, track.longitude, track.altitude_km, track.values]
    kept = {
        "channels": track.channels,
        "cadence": track.cadence,
        "max_gap": track.max_gap,
        "units": dict(track.units),
    }
    write_arrays(path, arrays, track.channels, kept, pass_id=track.pass_id)


def write_arrays(path, arrays, channels, kept, **more):
    """A Parquet file of time, latitude, longitude, altitude or None, values; ``kept`` as metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    time, latitude, longitude, altitude, values = arrays
    columns = {
        "time": time.view("datetime64[ns]"),
        "latitude": latitude,
        "longitude": longitude,
        "altitude_km": altitude,
        **more,
        **{channel: np.ascontiguousarray(column) for channel, column in zip(channels, values.T, strict=True)},
    }
    table = pa.table({name: pa.array(array) for name, array in columns.items() if array is not None})
    table = table.replace_schema_metadata({_META: json.dumps(kept).encode()})
    # Measured values hardly repeat: a dictionary of them would cost four times the time, and space.
    options = {"use_dictionary": False, "compression": "zstd", "write_page_checksum": True}
    write_atomically(path, lambda temporary: pq.write_table(table, temporary, **options))


def kept_in(schema):
    """What ``write_arrays`` noted in a file, from its Arrow schema; an empty dict in files of others."""
    return json.loads((schema.metadata or {}).get(_META, b"{}"))


def _units_of_pandas(schema):
    """Units in the ``attrs`` that pandas, or ``skquake.io.convert_files``, has kept."""
    units = json.loads((schema.metadata or {}).get(b"PANDAS_ATTRS", b"{}")).get("units", {})
    return {str(name): str(unit) for name, unit in units.items()} if isinstance(units, dict) else {}


def _look_at(file):
    import pyarrow.parquet as pq

    footer = pq.read_metadata(file)
    schema = footer.schema.to_arrow_schema()
    starts = []
    for group in range(footer.num_row_groups):
        for column in range(footer.num_columns):
            chunk = footer.row_group(group).column(column)
            if (
                chunk.path_in_schema == "time"
                and chunk.statistics is not None
                and chunk.statistics.has_min_max
            ):
                starts.append(chunk.statistics.min)
    try:
        start = as_ns(to_utc(starts)).min() if starts else 0
    except ValueError:  # times as text, say: read in the order of names, sorted later
        start = 0
    return _Part(file, schema, footer.num_rows, int(start))


def _add(part, arrays, end, channels, keep_last):
    """Read a file behind the ``end`` rows there are, and sort it in; the number of rows now."""
    import pyarrow.parquet as pq

    first, time = end, arrays[0]
    wanted = [name for name in (*COORDINATES[:4], *channels) if name in part.schema.names]
    # ParquetFile keeps the file open: closed here, so that a folder of thousands is no problem.
    with pq.ParquetFile(part.path, page_checksum_verification=True) as file:
        for batch in file.iter_batches(_BATCH, columns=wanted):
            try:
                new = _batch_arrays(_frame(batch), channels)
            except (ValueError, TypeError) as error:
                raise ValueError(f"{part.path.name}, rows from {end - first}: {error}") from error
            rows = slice(end, end + len(batch))
            for array, values in zip(arrays, new, strict=True):
                if values is not None:
                    array[rows] = values
            end = rows.stop
    if first == end:
        return end
    # What came before is sorted: only its rows from the first new time on can change place.
    first = int(np.searchsorted(time[:first], time[first:end].min()))
    views = [array if array is None else array[first:end] for array in arrays]
    return first + tidy(views, "track", keep_last=keep_last)


def _batch_arrays(frame, channels):
    absent = {channel: np.float32(np.nan) for channel in channels if channel not in frame}
    return arrays_from_frame(frame.assign(**absent), channels, "track")


def _frame(table):
    frame = table.replace_schema_metadata(None).to_pandas()
    return frame[[name for name in frame if not name.startswith("__index_level_")]]


def _written_bounds(file):
    """Boundaries of the passes as written."""
    import pyarrow.parquet as pq

    table = pq.read_table(file, columns=["pass_id"], page_checksum_verification=True)
    pass_id = table["pass_id"].to_numpy()
    return np.concatenate([[0], np.flatnonzero(pass_id[1:] != pass_id[:-1]) + 1, [len(pass_id)]])
