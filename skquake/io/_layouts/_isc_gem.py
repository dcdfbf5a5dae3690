"""ISC-GEM Global Instrumental Earthquake Catalogue, CSV."""

from __future__ import annotations

from pathlib import Path

from skquake.io._event_times import read_times
from skquake.io._files import FormatError
from skquake.io._layouts._base import (
    Columns,
    Events,
    Head,
    Layout,
    Options,
    event_table,
    split_rows,
    with_lines,
)

_NEEDED = {"date", "lat", "lon", "smajax", "depth", "mw", "eventid"}


def _names(line):
    return [name.strip().lower() for name in line.lstrip("#").split(",")]


def _is_header(line):
    return line.startswith("#") and set(_names(line)) >= _NEEDED


def _recognise(head: Head) -> bool:
    return any(_is_header(line) for line in head.lines)


def _read(data: bytes, path: Path, options: Options) -> Events:
    head = next((line for line in Head.of(data).lines if _is_header(line)), None)
    if head is None:
        raise FormatError(path, "header", "no line # date, lat, lon, smajax, ...")
    names = _names(head)
    _, rows, lines = split_rows(data, path, ",", header=False, comment="#")
    if len(rows[0]) != len(names):
        raise FormatError(path, f"line {lines[0]}", f"{len(rows[0])} fields instead of {len(names)}")
    table = Columns.of_rows(names, rows, lines, path)
    columns = {
        "id": table.text("eventid"),
        "time": with_lines(lambda: read_times(table.text("date"), path, first=0), lines),
        "latitude": table.numbers("lat"),
        "longitude": table.numbers("lon"),
        "depth": table.numbers("depth"),
        "magnitude": table.numbers("mw"),
        "magnitude_type": ["Mw"] * len(rows),
    }
    return Events(event_table(columns, path, lines, options))


LAYOUT = Layout(
    "isc-gem",
    "ISC-GEM Global Instrumental Earthquake Catalogue",
    "International Seismological Centre, ISC-GEM Earthquake Catalogue, https://doi.org/10.31905/D808B825",
    "CC BY-SA 3.0",
    _recognise,
    _read,
)
