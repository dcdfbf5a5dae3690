"""FDSN event services, format=text (fdsnws-event, version 1.2)."""

from __future__ import annotations

from pathlib import Path

from skquake.io._files import FormatError
from skquake.io._layouts._base import Events, Form, Head, Layout, Options, event_table, read_columns


def _recognise(head: Head) -> bool:
    names = [name.lstrip("#").strip() for name in head.names("|")]
    return {"eventid", "time", "latitude", "longitude", "magnitude"} <= set(names)


def _read(data: bytes, path: Path, options: Options) -> Events:
    start = 1 + data[: len(data) - len(data.lstrip())].count(b"\n")
    names, table = read_columns(data, path, Form("|", start=start))
    names = [name.lstrip("#").strip().lower() for name in names]
    depth = next((name for name in names if name.split("/")[0] == "depth"), None)
    if depth is None:
        raise FormatError(path, "line 1", "no column for the depth")
    unit = depth.partition("/")[2] or "km"
    if unit not in ("km", "m"):
        raise FormatError(path, "line 1", f"depth in {unit!r}; expected km or m")
    lines = table.lines
    columns = {
        "id": table.text("#eventid", "# eventid", "eventid"),
        "time": table.times("time"),
        "latitude": table.numbers("latitude"),
        "longitude": table.numbers("longitude"),
        "depth": table.numbers(depth),
        "magnitude": table.numbers("magnitude"),
        "magnitude_type": table.text("magtype"),
        "type": table.text("eventtype"),
        "place": table.text("eventlocationname"),
    }
    return Events(event_table(columns, path, lines, options, depth_unit=unit))


LAYOUT = Layout(
    "fdsn-text",
    "FDSN event service, text",
    "the service that was asked (see its Author, Catalog and Contributor)",
    "that of the service",
    _recognise,
    _read,
)
