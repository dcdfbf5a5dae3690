"""Tracks in Parquet files: read into arrays of their final size, a few rows at a time."""

from __future__ import annotations

import itertools
import json
from typing import NamedTuple

import numpy as np

from skquake._core._atomic import write_atomically
from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_columns
from skquake.sources._parquet_parts import footer_of, opened
from skquake.sources._track_io import COORDINATES, arrays_from_frame, choose_channels, make_track, tidy

_META = b"skquake.track"
_INTEGERS, _FLOATS = "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"
_BATCH = 1 << 17  # rows decoded together
ROW_GROUP = 1 << 17  # rows written together: about a day


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
    nothing = empty_frame(unified_schema([part.schema for part in parts]))
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
    units = kept.get("units") or units_of_pandas(parts[0].schema)
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
    kept = {
        "channels": track.channels,
        "cadence": track.cadence,
        "max_gap": track.max_gap,
        "units": dict(track.units),
    }
    names = ("time", "latitude", "longitude", "altitude_km", "values", "pass_id")

    def some(start):
        rows = slice(start, start + ROW_GROUP)
        columns = (getattr(track, name) for name in names)
        return [None if column is None else column[rows] for column in columns]

    tables = (_table(some(k), track.channels, kept) for k in range(0, len(track.time), ROW_GROUP))
    _write(path, tables)


def write_arrays(path, arrays, channels, kept):
    """A Parquet file of time, latitude, longitude, altitude or None, values; ``kept`` as metadata."""
    _write(path, [_table([*arrays, None], channels, kept)])


def _table(arrays, channels, kept):
    import pyarrow as pa

    time, latitude, longitude, altitude, values, pass_id = arrays
    columns = {
        "time": time.view("datetime64[ns]"),
        "latitude": latitude,
        "longitude": longitude,
        "altitude_km": altitude,
        "pass_id": pass_id,
        **{channel: np.ascontiguousarray(column) for channel, column in zip(channels, values.T, strict=True)},
    }
    table = pa.table({name: pa.array(array) for name, array in columns.items() if array is not None})
    return table.replace_schema_metadata({_META: json.dumps(kept).encode()})


def _write(path, tables):
    """Tables of one schema, one after another, in row groups of about a day."""
    import pyarrow.parquet as pq

    tables = iter(tables)
    first = next(tables)
    # Measured values hardly repeat: a dictionary of them would cost time and space. Steps of time are all but
    # one number; bytes of the same weight in neighbouring numbers are alike.
    encoding = {name: _INTEGERS if name in ("time", "pass_id") else _FLOATS for name in first.schema.names}
    options = {"use_dictionary": False, "compression": "lz4", "write_page_checksum": True}

    def write(temporary):
        with pq.ParquetWriter(temporary, first.schema, column_encoding=encoding, **options) as writer:
            for table in itertools.chain([first], tables):
                writer.write_table(table, row_group_size=ROW_GROUP)

    write_atomically(path, write)


def kept_in(schema):
    """What ``write_arrays`` noted in a file, from its Arrow schema; an empty dict in files of others."""
    return json.loads((schema.metadata or {}).get(_META, b"{}"))


def units_of_pandas(schema):
    """Units in the ``attrs`` that pandas, or ``skquake.io.convert_files``, has kept."""
    units = json.loads((schema.metadata or {}).get(b"PANDAS_ATTRS", b"{}")).get("units", {})
    return {str(name): str(unit) for name, unit in units.items()} if isinstance(units, dict) else {}


def _look_at(file):
    footer = footer_of(file)
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
    wanted = [name for name in wanted_columns(channels) if name in part.schema.names]
    # ParquetFile keeps the file open: closed here, so that a folder of thousands is no problem.
    with pq.ParquetFile(opened(part.path), page_checksum_verification=True) as file:
        for batch in file.iter_batches(_BATCH, columns=wanted):
            try:
                new = batch_arrays(batch, channels)
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


def unified_schema(schemas):
    """The columns of all files."""
    import pyarrow as pa

    return pa.unify_schemas(schemas, promote_options="permissive")


def empty_frame(schema):
    """A frame without rows."""
    return _frame(schema.empty_table())


def wanted_columns(channels):
    """Columns of a file that make a track, where it has them."""
    return [*COORDINATES[:4], *channels]


def batch_arrays(table, channels):
    """Checked arrays of an Arrow table or batch; channels that it lacks are NaN."""
    frame = _frame(table)
    absent = {channel: np.float32(np.nan) for channel in channels if channel not in frame}
    return arrays_from_frame(frame.assign(**absent), channels, "track")


def _frame(table):
    frame = table.replace_schema_metadata(None).to_pandas()
    return frame[[name for name in frame if not name.startswith("__index_level_")]]


def _written_bounds(file):
    """Boundaries of the passes as written."""
    import pyarrow.parquet as pq

    table = pq.read_table(opened(file), columns=["pass_id"], page_checksum_verification=True)
    pass_id = table["pass_id"].to_numpy()
    return np.concatenate([[0], np.flatnonzero(pass_id[1:] != pass_id[:-1]) + 1, [len(pass_id)]])
