"""ZMAP: ten (or thirteen) columns of numbers (Wiemer, 2001)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from skquake.io._event_times import times_from_parts
from skquake.io._files import FormatError
from skquake.io._layouts._base import (
    Events,
    Form,
    Head,
    Layout,
    Options,
    event_table,
    read_columns,
    with_lines,
)

_NAMES = ("lon", "lat", "year", "month", "day", "mag", "depth", "hour", "minute", "second")
_LOW = (-180, -90, 1700, 1, 1, -5, -15, 0, 0, 0)
_HIGH = (360, 90, 2200, 12, 31, 10, 800, 24, 60, 61)


def _separator(line):
    return "," if "," in line else None


def _recognise(head: Head) -> bool:
    for line in head.lines[:50]:
        fields = line.split(_separator(line))
        try:
            values = np.array([float(field) for field in fields[:10]])
        except ValueError:
            return False
        if len(fields) not in (10, 13, 14) or len(values) < 10 or np.any(values[3:5] % 1):
            return False
        # Depth and magnitude may be unknown.
        inside = ((values >= _LOW) & (values <= _HIGH)) | (np.isnan(values) & np.isin(np.arange(10), (5, 6)))
        if not inside.all():
            return False
    return bool(head.lines)


def _read(data: bytes, path: Path, options: Options) -> Events:
    first = Head.of(data).first
    found, table = read_columns(data, path, Form(_separator(first), header=False, comment=None, numbers=True))
    lines = table.lines
    if len(found) < 10:
        raise FormatError(path, f"line {lines[0]}", f"{len(found)} columns; ZMAP has ten or thirteen")
    table = table.named(_NAMES)
    # The year may carry the whole date as its decimals.
    parts = [
        np.floor(table.numbers("year")),
        *(table.numbers(name) for name in ("month", "day", *_NAMES[7:])),
    ]
    columns = {
        "time": with_lines(lambda: times_from_parts(parts, path, first=0), lines),
        "latitude": table.numbers("lat"),
        "longitude": table.numbers("lon"),
        "depth": table.numbers("depth"),
        "magnitude": table.numbers("mag"),
    }
    return Events(event_table(columns, path, lines, options))


LAYOUT = Layout(
    "zmap",
    "ZMAP (longitude, latitude, year, month, day, magnitude, depth, hour, minute, second)",
    "Wiemer (2001), https://doi.org/10.1785/gssrl.72.3.373",
    "that of the catalog it was made from",
    _recognise,
    _read,
)
