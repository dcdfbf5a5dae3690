"""International Seismological Centre: event catalogue as CSV."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from skquake.io._event_times import read_times
from skquake.io._files import FormatError, check_line_end
from skquake.io._layouts._base import (
    Events,
    Head,
    Layout,
    Options,
    best_magnitude,
    event_table,
    lines_of,
    located,
    with_lines,
)
from skquake.io._numbers import to_numbers

CITATION = "International Seismological Centre, On-line Bulletin, https://doi.org/10.31905/D808B830"
LICENSE = "not documented; must always be cited"
_NEEDED = ["eventid", "date", "time", "lat", "lon", "depth", "depfix"]


def _names(line):
    return [name.strip().lower() for name in line.split(",")]


def _is_header(line):
    return line.lstrip().upper().startswith("EVENTID") and set(_NEEDED) <= set(_names(line))


def _recognise(head: Head) -> bool:
    return any(_is_header(line) for line in head.lines)


def _read(data: bytes, path: Path, options: Options) -> Events:
    text = lines_of(data, path)
    start = next((k for k, line in enumerate(text) if _is_header(line)), None)
    if start is None:
        raise FormatError(path, "table", "no line EVENTID,TYPE,AUTHOR,DATE,TIME,LAT,LON,DEPTH,DEPFIX,...")
    names = _names(text[start])
    # Behind DEPFIX follow author, type and value of each magnitude.
    n_fixed = names.index("depfix") + 1
    places = {name: names.index(name) for name in _NEEDED}
    kind_at = names.index("type") if "type" in names[:n_fixed] else None
    rows, lines = [], []
    ended = False
    for at, line in enumerate(text[start + 1 :], start + 2):
        if line.strip().upper().startswith("STOP"):
            ended = True
            break
        if not line.strip():
            continue
        fields = [value.strip() for value in line.split(",")]
        while len(fields) > n_fixed and not fields[-1]:
            fields.pop()
        if len(fields) < n_fixed or (len(fields) - n_fixed) % 3:
            what = f"{len(fields)} fields; expected {n_fixed} and three for each magnitude"
            raise FormatError(path, f"line {at}", what)
        rows.append(fields)
        lines.append(at)
    if not ended:
        check_line_end(data, path)
    if not rows:
        raise FormatError(path, f"line {start + 1}", "no row with an event")
    left_out: Counter[str] = Counter()
    table = _table(rows, lines, n_fixed, places, kind_at, path, options, left_out)
    events = Events(table, left_out)
    if not ended:
        events.warnings.append(f"{path} has no STOP behind its last row: it may be cut between two rows")
    return events


def _table(rows, lines, n_fixed, places, kind_at, path, options, left_out):
    def text(name):
        return np.array([row[places[name]] for row in rows], dtype=object)

    def numbers(name):
        return with_lines(lambda: to_numbers(text(name), path, name, first=0), lines)

    written = np.array([f"{a} {b}" for a, b in zip(text("date"), text("time"), strict=True)], dtype=object)
    ends = [k for row in rows for k in range(n_fixed + 2, len(row), 3)]
    counts = [(len(row) - n_fixed) // 3 for row in rows]
    owners = np.repeat(np.arange(len(rows)), counts).tolist()
    written_values = [rows[owner][k] for owner, k in zip(owners, ends, strict=True)]
    of_each = [lines[owner] for owner in owners]
    values = with_lines(lambda: to_numbers(written_values, path, "magnitude", first=0), of_each)
    several: list[list[tuple[str, float, str]]] = [[] for _ in rows]
    for owner, k, value in zip(owners, ends, values.tolist(), strict=True):
        if value == value:
            several[owner].append((rows[owner][k - 1], value, rows[owner][k - 2]))
    found = [best_magnitude(each, options.magnitude_types) for each in several]
    columns = {
        "id": text("eventid"),
        "time": with_lines(lambda: read_times(written, path, first=0), lines),
        "latitude": numbers("lat"),
        "longitude": numbers("lon"),
        "depth": numbers("depth"),
        "fixed_depth": np.isin([name.upper() for name in text("depfix")], ("TRUE", "T", "YES", "1")),
        "magnitude": np.array([value for value, _ in found]),
        "magnitude_type": np.array([kind for _, kind in found], dtype=object),
        "type": np.array(["" if kind_at is None else row[kind_at] for row in rows], dtype=object),
    }
    columns, lines = located(columns, lines, left_out)
    return event_table(columns, path, lines, options)


LAYOUT = Layout("isc-csv", "ISC event catalogue, CSV", CITATION, LICENSE, _recognise, _read)
