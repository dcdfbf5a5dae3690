"""HORUS, the homogenized instrumental seismic catalog of Italy, tab-separated."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from skquake.io._event_times import times_from_parts
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

_NEEDED = ("year", "mo", "da", "ho", "mi", "se", "lat", "lon", "depth", "mw", "sigmw")


def _recognise(head: Head) -> bool:
    return set(_NEEDED) <= set(head.names("\t"))


def _read(data: bytes, path: Path, options: Options) -> Events:
    table = read_columns(data, path, Form("\t", comment=None, optional=1))[1]
    lines = table.lines
    parts = [table.numbers(name) for name in _NEEDED[:6]]
    columns = {
        # Rounding made minutes and seconds of 60 and more.
        "time": with_lines(lambda: times_from_parts(parts, path, first=0, most_seconds=120.0), lines),
        "latitude": table.numbers("lat"),
        "longitude": table.numbers("lon"),
        "depth": table.numbers("depth"),
        "magnitude": table.numbers("mw"),
        "magnitude_type": "Mw",
        "type": table.text("ev_type", "ev. type", "event type"),
    }
    events = Events(event_table(columns, path, lines, options))
    carried = int(np.sum((parts[4] >= 60) | (parts[5] >= 60)))
    if carried:
        events.warnings.append(f"{path}: {carried} times have a minute or second of 60 or more; carried on")
    return events


LAYOUT = Layout(
    "horus",
    "HORUS, homogenized instrumental seismic catalog of Italy",
    "Lolli et al. (2020), https://doi.org/10.1785/0220200148",
    "not documented; citation is asked for",
    _recognise,
    _read,
)
