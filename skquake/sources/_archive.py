"""A track that stays in its Parquet files and is read by row groups."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from skquake.sources._archive_layout import FLAG_ROWS, Layout
from skquake.sources._lazy_array import LazyArray
from skquake.sources._track_io import Track
from skquake.sources._track_parquet import batch_arrays, wanted_columns

# Decoded columns that are kept for the next look: what windows touch, where all of it has room (null catalogs
# on a year at 1 Hz), else the latest.
KEPT_BYTES = 1 << 30
STREAMED_BYTES = 1 << 27
# Places of windows that are kept for the next catalog: those of seven years at 2 Hz, 60 rows a window.
NOTED_BYTES = 1 << 28


class Archive:
    """Reads rows of a track from its files; each file is checked once, and again where it changed.

    Why Parquet and not mapped Arrow files: of 518,400 simulated rows of Swarm (time, place, five channels)
    Arrow took 1.38 times the bytes of all numbers at float32; Parquet, with times as differences and the
    bytes of numbers apart (LZ4), took 0.80 times. Its pages carry checksums, and a column is read without
    the others. A mapped file gave its values in a ninth of the time (13 ns a row, on two cores, against 115).

    Parameters
    ----------
    layout : Layout
    parts : LocalParts or RemoteParts
        The files.
    backing : object
        What an array of the archive is pickled as: ``backing.content`` gives it back.
    """

    def __init__(self, layout: Layout, parts: Any, backing: Any) -> None:
        self.layout = layout
        self._parts = parts
        self._backing = backing
        self._kept: OrderedDict[tuple[int, str], np.ndarray] = OrderedDict()
        self._kept_bytes, self._has_room = 0, False
        self._noted: dict[Hashable, tuple[np.ndarray, ...]] = {}
        self._noted_bytes = 0
        self._together: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._dtypes = {"time": np.int64, "latitude": np.float64, "longitude": np.float64}

    @property
    def where(self) -> str:
        """The path, for messages."""
        return str(self._backing.where)

    def __reduce__(self) -> Any:
        return _archive_of, (self._backing,)

    def track(self) -> Track:
        """The track, whose long arrays are read where they are looked at."""
        layout = self.layout
        n = int(layout.start[-1])

        def column(name, dtype, *more):
            return LazyArray(self, name, dtype, (n, *more))

        values = column("values", np.float32, len(layout.channels))
        return Track(
            time=column("time", np.int64),
            latitude=column("latitude", np.float64),
            longitude=column("longitude", np.float64),
            altitude_km=column("altitude_km", np.float32) if layout.altitude else None,
            values=values,
            bad_rows=BadRows(layout.flagged, values),
            bounds=layout.bounds,
            pass_id=column("pass_id", np.int32),
            ascending=column("ascending", bool),
            channels=layout.channels,
            units=layout.units,
            cadence=layout.cadence,
            max_gap=layout.max_gap,
        )

    def between(self, name: str, start: int, stop: int) -> np.ndarray:
        """Rows ``start ... stop - 1`` of a column."""
        layout = self.layout
        if name in ("pass_id", "ascending"):
            low, high = np.searchsorted(layout.bounds, (start, stop - 1), side="right") - 1
            which = np.arange(low, high + 1, dtype=np.int32) if stop > start else np.empty(0, np.int32)
            edges = np.clip(layout.bounds[low : low + len(which) + 1], start, stop)
            return np.repeat(
                which if name == "pass_id" else layout.north[which], np.diff(edges)[: len(which)]
            )
        if stop <= start:
            return self._empty(name, 0)
        low, high = np.searchsorted(layout.start, (start, stop - 1), side="right") - 1
        if low == high:
            return self._run(name, low)[start - layout.start[low] : stop - layout.start[low]].copy()
        found = self._empty(name, stop - start)
        for run in range(low, high + 1):
            a, b = max(start, layout.start[run]), min(stop, layout.start[run + 1])
            found[a - start : b - start] = self._run(name, run)[a - layout.start[run] : b - layout.start[run]]
        return found

    def at(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Rows of a column at ascending positions."""
        layout = self.layout
        if name in ("pass_id", "ascending"):
            home = np.searchsorted(layout.bounds, rows, side="right") - 1
            return home.astype(np.int32) if name == "pass_id" else layout.north[home]
        if name == "time":
            run = np.searchsorted(layout.start, rows, side="right") - 1
            found = layout.time[run] + layout.step[run] * (rows - layout.start[run])
            odd = np.flatnonzero(layout.step[run] == 0)
            found[odd] = self._at_runs(name, rows[odd])
            return found
        return self._at_runs(name, rows)

    def _at_runs(self, name, rows):
        layout = self.layout
        found = self._empty(name, len(rows))
        for run, here in self.runs_of(rows):
            found[here] = self._run(name, run)[rows[here] - layout.start[run]]
        return found

    def runs_of(self, rows: np.ndarray) -> list[tuple[int, slice]]:
        """The runs that hold ascending rows, and which rows each holds."""
        run = np.searchsorted(self.layout.start, rows, side="right") - 1
        return [(int(run[a]), slice(a, b)) for a, b in _alike(run)]

    def search(self, times: np.ndarray, side: Any) -> np.ndarray:
        """Positions of times (ns, in any order) among those of the track."""
        rank = np.argsort(times, kind="stable")
        times = times[rank]
        layout = self.layout
        run = np.maximum(np.searchsorted(layout.time, times, side="right") - 1, 0)
        step = np.maximum(layout.step[run], 1)
        after = times - layout.time[run]
        position = -(-after // step) if side == "left" else after // step + 1
        found = layout.start[run] + np.clip(position, 0, np.diff(layout.start)[run])
        odd = np.flatnonzero(layout.step[run] == 0)
        for a, b in _alike(run[odd]):
            here, which = int(run[odd[a]]), odd[a:b]
            position = np.searchsorted(self._run("time", here), times[which], side=side)
            found[which] = layout.start[here] + position
        answer = np.empty(len(times), dtype=np.int64)
        answer[rank] = found
        return answer

    def search_passes(self, numbers: np.ndarray, side: Any) -> np.ndarray:
        """Positions of numbers of passes among those of the rows."""
        bounds = self.layout.bounds
        which = np.searchsorted(np.arange(len(bounds) - 1), numbers, side=side)
        return bounds[which]

    def cut(self, name: str, first: np.ndarray, length: int) -> np.ndarray:
        """Rows ``first ... first + length - 1`` of a column, (n, length, ...); ``first`` ascends."""
        from skquake.sources._base import cut

        layout = self.layout
        windows = self._empty(name, len(first) * length)
        windows = windows.reshape(len(first), length, *windows.shape[1:])
        for run, here in self.runs_of(first):
            whole = slice(here.start, np.searchsorted(first, layout.start[run + 1] - length, side="right"))
            whole = slice(whole.start, max(whole.start, min(whole.stop, here.stop)))
            if whole.stop > whole.start:
                rows = first[whole] - layout.start[run]
                windows[whole] = cut(self._run(name, run), rows, length)
            if whole.stop < here.stop:  # over the end of the run
                rows = first[whole.stop : here.stop, np.newaxis] + np.arange(length)
                low = int(rows[0, 0])
                near = self.between(name, low, int(rows[-1, -1]) + 1)
                windows[whole.stop : here.stop] = near[rows - low]
        return windows

    def noted(self, key: Hashable, make: Callable[[], tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
        """What ``make`` gives for a key, kept for the next time as long as there is room."""
        with self._lock:
            if key in self._noted:
                return self._noted[key]
        found = make()
        for array in found:
            array.flags.writeable = False
        size = sum(array.nbytes for array in found)
        with self._lock:
            if key not in self._noted and self._noted_bytes + size <= NOTED_BYTES:
                self._noted[key] = found
                self._noted_bytes += size
        return found

    def portions(self, times: np.ndarray, names: tuple[str, ...]) -> Iterator[np.ndarray]:
        """Positions of times, in their order, as many together as touch a third of ``STREAMED_BYTES``.

        Until the end of the walk columns of these names are decoded together, by as many threads as pyarrow
        may use: those of a portion before it is given, those of the next one meanwhile, if both have room.
        Where all that the walk touches has room in ``KEPT_BYTES``, it stays.
        """
        layout = self.layout
        rank = np.argsort(times, kind="stable")
        run = np.searchsorted(layout.time, times[rank], side="right")
        row_bytes = 24 + 4 * layout.altitude + 4 * len(layout.channels)
        run_bytes = row_bytes * np.diff(layout.start, prepend=layout.start[0])
        fresh = np.diff(run, prepend=-1) != 0
        load = np.cumsum(np.where(fresh, run_bytes[run], 0))
        self._has_room = len(load) > 0 and bool(load[-1] <= KEPT_BYTES)
        ends = np.flatnonzero(np.diff(load // (STREAMED_BYTES // 3))) + 1
        portions = np.split(rank, ends)
        units = [np.unique(layout.unit[np.unique(np.maximum(some - 1, 0))]) for some in np.split(run, ends)]
        size = np.diff(load[np.append(ends, len(load)) - 1], prepend=0) if len(load) else np.zeros(1)
        self._together = names
        pool = ThreadPoolExecutor(_threads()) if _threads() > 1 and len(load) else None

        def begin(k):
            if pool is None or k == len(units):
                return []
            return [pool.submit(self._unit, unit, names[0]) for unit in units[k].tolist()]

        begun: list[Future[Any]] = []
        try:
            for k, portion in enumerate(portions):
                for each in begun or begin(k):
                    each.result()
                begun = begin(k + 1) if self._has_room or size[k : k + 2].sum() <= STREAMED_BYTES else []
                yield portion
        finally:
            if pool is not None:
                pool.shutdown(cancel_futures=True)
            self._together = ()

    def _empty(self, name, n):
        if name == "values":
            return np.empty((n, len(self.layout.channels)), dtype=np.float32)
        return np.empty(n, dtype=self._dtypes.get(name, np.float32))

    def _run(self, name, run):
        """A column of a run of rows."""
        layout = self.layout
        first = layout.first[run]
        if name == "time" and layout.step[run]:
            return layout.time[run] + layout.step[run] * np.arange(layout.start[run + 1] - layout.start[run])
        unit = self._unit(int(layout.unit[run]), name)
        return unit[first : first + layout.start[run + 1] - layout.start[run]]

    def _unit(self, unit, name):
        """A column of a unit, decoded, or kept from the last look."""
        with self._lock:
            if (unit, name) in self._kept:
                self._kept.move_to_end((unit, name))
                return self._kept[unit, name]
        for column, array in self._decode(unit, name).items():
            with self._lock:
                if (unit, column) not in self._kept:
                    self._kept[unit, column] = array
                    self._kept_bytes += array.nbytes
            if column == name:
                found = array
        room = KEPT_BYTES if self._has_room else STREAMED_BYTES
        with self._lock:
            while self._kept_bytes > room and len(self._kept) > 1:
                self._kept_bytes -= self._kept.popitem(last=False)[1].nbytes
        return found

    def _decode(self, unit, name):
        layout = self.layout
        number, group = int(layout.of_unit[unit]), int(layout.group[unit])
        if not layout.clean[number]:
            table = self._parts.table(number, group, wanted_columns(layout.channels))
            return _all_arrays(table, layout.channels)
        names = self._together if name in self._together else (name,)
        columns = [c for each in names for c in (layout.channels if each == "values" else (each,))]
        table = self._parts.table(number, group, columns)
        return {each: self._column(table, each) for each in names}

    def _column(self, table, name):
        """A column of a clean table; NaN where the file lacks it."""
        there = table.column_names
        if name == "time":
            return table[name].to_numpy().view(np.int64)
        if name != "values":
            return table[name].to_numpy() if name in there else np.full(table.num_rows, np.nan, np.float32)
        array = np.empty((table.num_rows, len(self.layout.channels)), dtype=np.float32)
        for k, channel in enumerate(self.layout.channels):
            array[:, k] = table[channel].to_numpy() if channel in there else np.nan
        return array


def _threads() -> int:
    """How many threads pyarrow may use: those of this process, or what ``OMP_NUM_THREADS`` says."""
    import pyarrow as pa

    return pa.cpu_count()


class BadRows:
    """Rows with a value that is not finite: flags of 256 rows each, and the values where one is set."""

    def __init__(self, flagged: np.ndarray, values: LazyArray) -> None:
        self._flagged = flagged
        self._values = values

    def none_between(self, first: np.ndarray, stop: np.ndarray) -> np.ndarray:
        """Whether rows ``first ... stop - 1`` (may leave the track) are finite; ``first`` ascends."""
        n = len(self._values)
        flags = np.unpackbits(self._flagged, count=-(-n // FLAG_ROWS))
        before = np.concatenate([[0], np.cumsum(flags, dtype=np.int64)])
        low = np.clip(first, 0, n) // FLAG_ROWS
        high = -(-np.clip(stop, 0, n) // FLAG_ROWS)
        free = before[high] == before[low]
        doubtful = np.flatnonzero(~free)
        step = 1 << 12
        for begin in range(0, len(doubtful), step):
            here = doubtful[begin : begin + step]
            blocks = np.flatnonzero(flags[low[here[0]] : high[here].max()]) + low[here[0]]
            rows = (blocks[:, np.newaxis] * FLAG_ROWS + np.arange(FLAG_ROWS)).ravel()
            found = []
            for part in np.split(rows[rows < n], range(1 << 20, len(rows), 1 << 20)):
                found.append(part[~np.isfinite(self._values[part]).all(axis=1)])
            bad = np.concatenate(found)
            free[here] = np.searchsorted(bad, first[here]) == np.searchsorted(bad, stop[here])
        return free


def _alike(numbers):
    """Where equal neighbours begin and end."""
    if not len(numbers):
        return []
    return itertools.pairwise([0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)])


def _all_arrays(table, channels):
    names = ("time", "latitude", "longitude", "altitude_km", "values")
    arrays = batch_arrays(table, channels)
    if arrays[3] is None:
        arrays[3] = np.full(len(arrays[0]), np.nan, dtype=np.float32)
    return dict(zip(names, arrays, strict=True))


def _archive_of(backing):
    return backing.content.time._store
