"""Catalogs that skquake gave, as ``DataFrame.to_csv`` writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from skquake.io._catalog import COLUMNS
from skquake.io._layouts._base import FLOATS, Events, Head, Layout, Options, event_table, read_columns

_NEEDED = {"time", "latitude", "longitude", "depth_km", "magnitude"}


def _recognise(head: Head) -> bool:
    return set(head.names()) >= _NEEDED


def _read(data: bytes, path: Path, options: Options) -> Events:
    _, table = read_columns(data, path)
    columns: dict[str, Any] = {"time": table.times("time"), "depth": table.numbers("depth_km")}
    columns["updated"] = table.times("updated", missing=True, name="updated")
    for name in set(COLUMNS) - {"time", "depth_km", "updated"}:
        columns[name] = table.numbers(name) if name in FLOATS else table.text(name)
    return Events(event_table(columns, path, table.lines, options))


LAYOUT = Layout(
    "skquake",
    "Catalog of skquake, written by DataFrame.to_csv",
    "the catalog that was written",
    "that of the catalog that was written",
    _recognise,
    _read,
)
