"""One walk over Parquet files: which rows a track has and where they stand; what is read is not kept."""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from skquake._core._passes import find_passes
from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_columns
from skquake.sources._archive import Archive
from skquake.sources._archive_layout import FLAG_ROWS, Layout
from skquake.sources._parquet_parts import footer_of, group_of
from skquake.sources._track_io import COORDINATES, check_gap, choose_channels, goes_north, tidy
from skquake.sources._track_parquet import (
    batch_arrays,
    empty_frame,
    kept_in,
    unified_schema,
    units_of_pandas,
    wanted_columns,
)

_BLOCK = 1 << 22  # bytes looked at together
_WAITING = 1 << 22  # rows that may wait for those of a later file
_CHUNK = 1 << 20
_BINS = 1 << 16


class OutOfOrder(Exception):
    """Rows stand too far from their place in time to be read by parts."""


class _Unit(NamedTuple):
    """A row group: the place of its file among the files, its number, its earliest time."""

    start: int
    file: int
    group: int


class FileState(NamedTuple):
    """What the bytes of a file are."""

    size: int
    check: int
    digest: str


def state_of(path: Path) -> FileState:
    """Size, CRC-32 and digest of a file, as one reading finds them."""
    check, size, digest = 0, 0, hashlib.blake2b()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            check = zlib.crc32(block, check)
            digest.update(block)
            size += len(block)
    return FileState(size, check, digest.hexdigest())


def sweep(
    files: Sequence[Any],
    states: Sequence[FileState],
    channels: Any,
    cadence: int | None,
    max_gap: int | None,
    make_archive: Callable[[Layout], Archive],
    footers: Sequence[Any] | None = None,
) -> Layout:
    """The layout of a track in files, as ``read_track`` would make it of these.

    Memory is that of some row groups, of the rows that wait for others of the same time, and of the layout.

    Raises
    ------
    OutOfOrder
        Where too many rows would have to wait, or runs are too short to be worth it.
    ValueError
        As ``read_track``.
    """
    footers = list(map(footer_of, files)) if footers is None else footers
    schemas = [footer.schema.to_arrow_schema() for footer in footers]
    kept = kept_in(schemas[0])
    nothing = empty_frame(unified_schema(schemas))
    check_columns(nothing, COORDINATES[:3], "track")
    channels = choose_channels(nothing, channels or tuple(kept.get("channels", ())) or None, "track")
    if not sum(footer.num_rows for footer in footers):
        raise ValueError("track: the files have no rows")
    starts = [[_start(file, footer, g) for g in range(footer.num_row_groups)]
              for file, footer in zip(files, footers, strict=True)]  # fmt: skip
    order = sorted(range(len(files)), key=lambda k: min(starts[k], default=0))
    units = sorted(
        _Unit(start, place, group) for place, k in enumerate(order) for group, start in enumerate(starts[k])
        if footers[k].row_group(group).num_rows
    )  # fmt: skip
    paths = [files[k] for k in order]
    del footers
    gathered = _Gathered(len(paths))
    for rows in _rows_in_order(paths, units, channels, kept.get("repeats") == "last", gathered):
        gathered.add(*rows)
    altitude = "altitude_km" in nothing
    there = kept.get("units") or units_of_pandas(schemas[0])
    states = [states[k] for k in order]
    layout = Layout(
        files=tuple(path.name for path in paths),
        sizes=np.array([state.size for state in states], dtype=np.int64),
        checks=np.array([state.check for state in states], dtype=np.int64),
        clean=gathered.clean,
        of_unit=np.array([unit.file for unit in units], dtype=np.int64),
        group=np.array([unit.group for unit in units], dtype=np.int64),
        **gathered.runs(),
        flagged=gathered.flags(),
        bounds=np.zeros(2, dtype=np.int64),
        north=np.zeros(1, dtype=bool),
        channels=channels,
        units=tuple((channel, there[channel]) for channel in channels if channel in there),
        cadence=0,
        max_gap=0,
        altitude=altitude,
    )
    track = make_archive(layout).track()
    n = len(track.time)
    cadence = cadence or kept.get("cadence") or _median_step(track.time)
    written = kept and len(paths) == 1 and max_gap is None and "pass_id" in schemas[0].names
    max_gap = check_gap(cadence, max_gap or kept.get("max_gap"))
    bounds = _written_bounds(paths[0]) if written else None
    if bounds is None or bounds[-1] != n:
        bounds = find_passes(track.time, track.latitude, max_gap)
    return layout._replace(
        bounds=bounds, north=goes_north(track.latitude, bounds), cadence=cadence, max_gap=max_gap
    )


def _start(file, footer, group):
    """Earliest time of a row group in ns, by its statistics or else by its rows."""
    part = footer.row_group(group)
    for column in range(footer.num_columns):
        chunk = part.column(column)
        statistics = chunk.statistics if chunk.path_in_schema == "time" else None
        if statistics is not None and statistics.has_min_max:
            try:
                return int(as_ns(to_utc([statistics.min])).min())
            except ValueError:  # times as text, say
                break
    if not part.num_rows or "time" not in footer.schema.names:
        return 0
    times = group_of(file, footer, group, ["time"], checked=False).to_pandas()["time"]
    try:
        return int(as_ns(to_utc(times)).min())
    except ValueError:
        return 0  # told of when the rows are read


def _rows_in_order(paths, units, channels, keep_last, gathered) -> Iterator[tuple[Any, ...]]:
    """Unit, row in it, time and values of rows of the track, in order of time, some at a time."""
    waiting = None
    for number, unit in enumerate(units):
        arrays = _read(paths[unit.file], unit, channels, gathered)
        n = len(arrays[0])
        if arrays[0].min() < unit.start:
            raise ValueError(f"{paths[unit.file].name}: times before the earliest that its statistics name")
        rows = [arrays[0], np.full(n, number), np.arange(n), *arrays[1:]]
        in_order = (arrays[0][1:] > arrays[0][:-1]).all()
        if waiting is not None:
            in_order &= waiting[0][-1] < arrays[0][0]
            rows = [np.concatenate(pair) for pair in zip(waiting, rows, strict=True)]
        if not in_order:
            rows = _in_order(rows, units, keep_last)
        end = len(rows[0])
        if number + 1 < len(units):
            end = int(np.searchsorted(rows[0], units[number + 1].start))
        if end:
            yield rows[1][:end], rows[2][:end], rows[0][:end], rows[-1][:end]
        waiting = None if end == len(rows[0]) else [array[end:] for array in rows]
        if waiting is not None and len(waiting[0]) > _WAITING:
            raise OutOfOrder


def _in_order(rows, units, keep_last):
    """Rows sorted by time, repeated ones once; of different ones that of the file that starts later."""
    time, number, row = rows[:3]
    file = np.array([unit.file for unit in units])[number]
    rank = np.lexsort((row, number, file, time))
    rows = [array[rank] for array in rows]
    keep = np.append(rows[0][1:] != rows[0][:-1], True)
    if keep.all():
        return rows
    number, row = rows[1][keep], rows[2][keep]
    values = [rows[0], *rows[3:]]
    n = tidy(values, "track", keep_last=keep_last)  # raises for different rows of the same time
    return [values[0][:n], number, row, *(array[:n] for array in values[1:])]


def _read(path, unit, channels, gathered):
    """Clean arrays of a row group; notes whether its file holds them just so."""
    footer = gathered.footer(path)
    table = group_of(path, footer, unit.group, wanted_columns(channels))
    try:
        arrays = batch_arrays(table, channels)
    except (ValueError, TypeError) as error:
        before = sum(footer.row_group(group).num_rows for group in range(unit.group))
        raise ValueError(f"{path.name}, rows from {before}: {error}") from error
    if arrays[3] is None:
        arrays[3] = np.full(len(arrays[0]), np.nan, dtype=np.float32)
    if gathered.clean[unit.file]:
        gathered.clean[unit.file] = _is_clean(table, arrays, channels)
    return arrays


def _is_clean(table, arrays, channels):
    """Whether the columns are those of the track, bit for bit."""
    wanted = dict(zip(COORDINATES[:4], arrays[:4], strict=True))
    wanted |= {channel: arrays[4][:, k] for k, channel in enumerate(channels)}
    for name in table.column_names:
        column, mine = table[name], np.ascontiguousarray(wanted[name])
        if column.null_count or str(column.type) not in ("timestamp[ns]", "float", "double"):
            return False
        theirs = column.to_numpy()
        if name != "time" and theirs.dtype != mine.dtype:
            return False
        words = f"u{theirs.dtype.itemsize}"
        if not np.array_equal(theirs.view(words), mine.view(words)):
            return False
    return True


class _Gathered:
    """What the walk adds to the layout."""

    def __init__(self, n_files):
        self.clean = np.ones(n_files, dtype=bool)
        self._runs = []
        self._flags = []
        self._n = 0
        self._n_runs = 0
        self._footer = None, None

    def footer(self, path):
        """That of a file, kept for its next row group."""
        if self._footer[0] != path:
            self._footer = path, footer_of(path)
        return self._footer[1]

    def add(self, unit, row, time, values):
        begins = np.concatenate([[0], np.flatnonzero((np.diff(unit) != 0) | (np.diff(row) != 1)) + 1])
        step = _one_steps(time, begins)
        self._runs.append((unit[begins], row[begins], begins + self._n, time[begins], step))
        bad = np.flatnonzero(~np.isfinite(values).all(axis=1)) + self._n
        self._flags.append(np.unique(bad // FLAG_ROWS))
        self._n += len(time)
        self._n_runs += len(begins)
        if self._n_runs > 1000 + self._n // 64:
            raise OutOfOrder

    def runs(self):
        unit, first, start, time, step = (np.concatenate(part) for part in zip(*self._runs, strict=True))
        return {"unit": unit, "first": first, "start": np.append(start, self._n), "time": time, "step": step}

    def flags(self):
        flags = np.zeros(-(-self._n // FLAG_ROWS), dtype=bool)
        flags[np.concatenate(self._flags).astype(np.int64)] = True
        return np.packbits(flags)


def _one_steps(time, begins):
    """The step in time of each run, 0 where there are several."""
    steps = np.zeros(len(begins), dtype=np.int64)
    for k, (first, stop) in enumerate(itertools.pairwise([*begins.tolist(), len(time)])):
        step = int(time[first + 1] - time[first]) if stop > first + 1 else 1
        if (np.diff(time[first:stop]) == step).all():
            steps[k] = step
    return steps


def _median_step(time):
    """The median of the steps in time, whole ns: mostly that of the beginning, as one walk tells."""
    n = len(time) - 1
    if n < 1:
        raise ValueError("track: one observation has no cadence; give cadence=")
    ranks = (n - 1) // 2, n // 2
    guess = int(np.median(np.diff(time[: _CHUNK + 1])))
    below = equal = 0
    for part in _steps(time):
        below += int((part < guess).sum())
        equal += int((part == guess).sum())
    if below <= ranks[0] and ranks[1] < below + equal:
        return guess
    return round(float(np.mean([_of_rank(time, rank) for rank in ranks])))


def _steps(time):
    return (np.diff(time[k : k + _CHUNK + 1]) for k in range(0, len(time) - 1, _CHUNK))


def _of_rank(time, rank):
    """The step of a rank: a histogram of the range that holds it, finer and finer."""
    low = min(int(part.min()) for part in _steps(time))
    high = max(int(part.max()) for part in _steps(time))
    while low < high:
        width = -(-(high - low + 1) // _BINS)
        counts = np.zeros(_BINS, dtype=np.int64)
        below = 0
        for part in _steps(time):
            below += int((part < low).sum())
            inside = part[(part >= low) & (part <= high)]
            counts += np.bincount((inside - low) // width, minlength=_BINS)
        bin_ = int(np.searchsorted(np.cumsum(counts), rank - below, side="right"))
        low, high = low + bin_ * width, min(high, low + (bin_ + 1) * width - 1)
    return low


def _written_bounds(file):
    """Boundaries of the passes as written."""
    found, before, n = [0], None, 0
    footer = footer_of(file)
    for group in range(footer.num_row_groups):
        for batch in group_of(file, footer, group, ["pass_id"]).to_batches(1 << 17):
            pass_id = batch.column(0).to_numpy()
            if before is not None and len(pass_id) and pass_id[0] != before:
                found.append(n)
            found.extend((np.flatnonzero(pass_id[1:] != pass_id[:-1]) + 1 + n).tolist())
            n += len(pass_id)
            before = pass_id[-1] if len(pass_id) else before
    return np.array([*found, n], dtype=np.int64)
