"""What the footers of a track's Parquet files say of it, without reading an observation."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from skquake._core._time import as_ns, to_utc
from skquake._core._typing import IntArray
from skquake.sources._backing import Files, Memory
from skquake.sources._track_io import choose_channels
from skquake.sources._track_parquet import kept_in

_MOST = 5000  # files that are looked at: some tenths of a millisecond each


class Glance(NamedTuple):
    """Number and bytes of the files of a track; where they could be looked at, what they hold.

    Attributes
    ----------
    n_files, n_bytes : int
    n_rows : int or None
        Of all files, repeated ones too.
    start, end : ndarray of int64
        First and last times of the row groups, ns since 1970.
    channels : tuple of str
    units : dict of {str: str}
    """

    n_files: int
    n_bytes: int
    n_rows: int | None = None
    start: IntArray = np.empty(0, np.int64)
    end: IntArray = np.empty(0, np.int64)
    channels: tuple[str, ...] = ()
    units: dict[str, str] | None = None


def known_words(files: Files | Memory) -> str:
    """What can be known of a track on disk without opening it, to stand in its ``repr``; "" if nothing."""
    seen = glance_at(files) if isinstance(files, Files) and files.is_local else None
    if seen is None:
        return ""
    said = f", {seen.n_files:,} file{'' if seen.n_files == 1 else 's'}"
    if seen.n_rows is not None:
        said += f", channels={seen.channels}, {seen.n_rows:,} rows"
    if len(seen.start):
        first, last = (pd.Timestamp(int(ns)) for ns in (seen.start.min(), seen.end.max()))
        said += f", {first:%Y-%m-%dT%H:%M:%S}...{last:%Y-%m-%dT%H:%M:%S}"
    return said


def glance_at(files: Files) -> Glance | None:
    """What can be known of a track's files without opening the source; None where they are not there."""
    size = size_of(files)
    if size is None or size.n_files > _MOST:
        return size
    try:
        paths = files.files
        stats = [path.stat() for path in paths]
        found = [_footer(str(path), s.st_size, s.st_mtime_ns) for path, s in zip(paths, stats, strict=True)]
        known, units = _channels(paths[0], files._arguments[0])
    except (ValueError, TypeError, KeyError, OSError, RuntimeError):  # opening it will say what is wrong
        return size
    times = np.array([time for _, groups in found for time in groups], dtype=np.int64).reshape(-1, 2)
    return size._replace(
        n_rows=sum(n for n, _ in found),
        start=times[:, 0],
        end=times[:, 1],
        channels=tuple(known),
        units=units,
    )


def size_of(files: Files) -> Glance | None:
    """Number and bytes of the files behind a source; None where they are not there, or elsewhere."""
    if not files.is_local:
        return None
    try:
        stats = [path.stat() for path in files.files]
    except OSError:
        return None
    return Glance(len(stats), sum(stat.st_size for stat in stats))


@lru_cache(maxsize=2 * _MOST)
def _footer(path, size, modified):
    """Rows, and first and last time of each row group, of a file of this size and age."""
    import pyarrow.parquet as pq

    footer = pq.read_metadata(path)
    column = footer.schema.names.index("time")
    times = []
    for group in range(footer.num_row_groups):
        chunk = footer.row_group(group).column(column)
        found = chunk.statistics if chunk.path_in_schema == "time" else None
        if found is not None and found.has_min_max:
            times += [found.min, found.max]
    return footer.num_rows, [tuple(pair) for pair in as_ns(to_utc(times)).reshape(-1, 2)] if times else []


def _channels(path: os.PathLike[str], asked: tuple[str, ...] | None):
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    kept = kept_in(schema)
    nothing = schema.remove_metadata().empty_table().to_pandas()
    nothing = nothing[[name for name in nothing if not name.startswith("__index_level_")]]
    channels = choose_channels(nothing, asked or tuple(kept.get("channels", ())) or None, "track")
    units = kept.get("units") or {}
    return channels, {name: units[name] for name in channels if name in units}
