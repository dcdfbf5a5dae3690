"""European-Mediterranean regional centroid moment tensors of the INGV, CSV."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from skquake.io._event_times import read_times
from skquake.io._files import FormatError
from skquake.io._layouts._base import (
    Columns,
    Events,
    Form,
    Head,
    Layout,
    Options,
    event_table,
    split_rows,
    with_lines,
)
from skquake.io._numbers import real

MAX_ROWS = 200_000
"""Most lines of a file: far more than there are European moment tensors."""

_NEEDED = ["ev_id", "date", "time_orig", "time_orig_decimals", "lat_orig", "long_orig", "depth"]


def _recognise(head: Head) -> bool:
    names = head.names()
    return names[:7] == _NEEDED and {"mw", "exp", "scalar_moment", "region"} <= set(names)


def _read(data: bytes, path: Path, options: Options) -> Events:
    n = data.count(b"\n") + data.count(b"\r")
    if n > MAX_ROWS:
        raise FormatError(path, "table", f"{n} lines; at most {MAX_ROWS} are read: split the file")
    names, rows, lines = split_rows(data, path, Form(comment=None), ragged=True)
    names = [name.lower() for name in names]
    for row, at in zip(rows, lines, strict=True):
        # A comma inside the name of the region makes one field more.
        if len(row) not in (len(names), len(names) + 1):
            raise FormatError(path, f"line {at}", f"{len(row)} fields instead of {len(names)}")
    table = Columns.of_rows(names, rows, lines, path)
    magnitude = np.array([_magnitude(row, names) for row in rows])
    columns = {
        "id": table.text("ev_id"),
        "time": with_lines(lambda: _times(table, path), lines),
        "latitude": table.numbers("lat_orig"),
        "longitude": table.numbers("long_orig"),
        "depth": table.numbers("depth"),
        "magnitude": magnitude,
        "magnitude_type": ["Mw"] * len(rows),
        "place": [text.rstrip("- ") for text in table.text("region")],
    }
    events = Events(event_table(columns, path, lines, options))
    bad = int(np.isnan(magnitude).sum())
    if bad:
        what = "have no Mw that agrees with their scalar moment (columns shifted by a comma, or no solution)"
        events.warnings.append(f"{path}: {bad} rows {what}; their magnitude is missing")
    return events


def _times(table, path):
    clocks = []
    for clock, decimals in zip(table.text("time_orig"), table.text("time_orig_decimals"), strict=True):
        parts = [part.strip() or "0" for part in clock.split(":")]
        clocks.append(":".join(part.zfill(2) for part in parts) + f".{decimals or 0}")
    return read_times(table.text("date") + " " + np.array(clocks, dtype=object), path, first=0)


def _magnitude(row, names):
    """Mw, the third column from the end, if the scalar moment of the same row says so, too."""
    shift = len(row) - len(names)
    fields = (row[-3], row[names.index("exp") + shift], row[names.index("scalar_moment") + shift])
    try:
        mw, exponent, moment = map(real, fields)
    except ValueError:
        return np.nan
    if not (0 < mw < 10 and 15 <= exponent <= 35 and moment > 0):
        return np.nan
    expected = 2.0 / 3.0 * (np.log10(moment) + exponent - 16.1)
    return mw if abs(mw - expected) < 0.2 else np.nan


LAYOUT = Layout(
    "euromed-mt",
    "European-Mediterranean Regional Centroid Moment Tensors; time and place of the hypocentre",
    "Pondrelli (2002), INGV, https://doi.org/10.13127/rcmt/euromed",
    "not documented",
    _recognise,
    _read,
)
