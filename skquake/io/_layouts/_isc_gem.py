"""ISC-GEM Global Instrumental Earthquake Catalogue, CSV."""

from __future__ import annotations

from pathlib import Path

from skquake.io._files import FormatError
from skquake.io._layouts._base import (
    Events,
    Form,
    Head,
    Layout,
    Options,
    event_table,
    read_columns,
)

_NEEDED = {"date", "lat", "lon", "smajax", "depth", "mw", "eventid"}


def _names(line):
    return [name.strip().lower() for name in line.lstrip("#").split(",")]


def _is_header(line):
    return line.startswith("#") and set(_names(line)) >= _NEEDED


def _recognise(head: Head) -> bool:
    return "#" in head.text and any(map(_is_header, head.lines))


def _read(data: bytes, path: Path, options: Options) -> Events:
    head = next((line for line in Head.of(data).lines if _is_header(line)), None)
    if head is None:
        raise FormatError(path, "header", "no line # date, lat, lon, smajax, ...")
    names = _names(head)
    found, table = read_columns(data, path, Form(header=False))
    lines = table.lines
    if len(found) != len(names):
        raise FormatError(path, f"line {lines[0]}", f"{len(found)} fields instead of {len(names)}")
    table = table.named(names)
    columns = {
        "id": table.text("eventid"),
        "time": table.times("date"),
        "latitude": table.numbers("lat"),
        "longitude": table.numbers("lon"),
        "depth": table.numbers("depth"),
        "magnitude": table.numbers("mw"),
        "magnitude_type": "Mw",
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
