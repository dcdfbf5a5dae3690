"""International Seismological Centre: event catalogue as CSV."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from skquake.io._event_times import read_times
from skquake.io._files import FormatError, check_line_end
from skquake.io._layouts._base import (
    Events,
    Head,
    Layout,
    Options,
    event_table,
    lines_of,
    located,
    type_rank,
    with_lines,
)
from skquake.io._layouts._plain import MAX_FIELDS, Form, plain_table
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
    body = text[start + 1 :]
    end = next((k for k, line in enumerate(body) if line.lstrip()[:4].upper() == "STOP"), None)
    kept = [(at, line) for at, line in enumerate(body[:end], start + 2) if line.strip()]
    if end is None:
        check_line_end(data, path)
    if not kept:
        raise FormatError(path, f"line {start + 1}", "no row with an event")
    lines = [at for at, _ in kept]
    columns = _columns([line for _, line in kept], lines, n_fixed, path)
    left_out: Counter[str] = Counter()
    table = _table(columns, lines, names, n_fixed, path, options, left_out)
    events = Events(table, left_out)
    if end is None:
        events.warnings.append(f"{path} has no STOP behind its last row: it may be cut between two rows")
    return events


def _columns(rows, lines, n_fixed, path):
    """Trimmed columns of the rows, which end with as many empty fields as the longest has more."""
    marks = [row.count(",") for row in rows]
    most = max(marks)
    n = n_fixed + 3 * -(-max(most + 1 - n_fixed, 0) // 3)
    if min(marks) >= n_fixed - 1 and n <= MAX_FIELDS:
        whole = "".join([row + "," * (n - 1 - k) + "\n" for row, k in zip(rows, marks, strict=True)])
        found = plain_table(whole.encode(), Form(header=False, comment=None), quotes=False)
        if found is not None and _are_whole(found[1][n_fixed:]):
            return [column.to_numpy(zero_copy_only=False) for column in found[1]]
    fields = [_fields(row, at, n_fixed, path) for row, at in zip(rows, lines, strict=True)]
    n = max(map(len, fields))
    return list(np.array([row + [""] * (n - len(row)) for row in fields], dtype=object).T)


def _are_whole(columns):
    """Whether no magnitude lacks its value, so that empty fields stand at the ends of rows alone."""
    if not columns:
        return True
    there = np.array([pc.not_equal(column, "").to_numpy(zero_copy_only=False) for column in columns])
    last = np.where(there.any(axis=0), len(columns) - there[::-1].argmax(axis=0), 0)
    return bool((last % 3 == 0).all())


def _fields(line, at, n_fixed, path):
    fields = [value.strip() for value in line.split(",")]
    while len(fields) > n_fixed and not fields[-1]:
        fields.pop()
    if len(fields) < n_fixed or (len(fields) - n_fixed) % 3:
        what = f"{len(fields)} fields; expected {n_fixed} and three for each magnitude"
        raise FormatError(path, f"line {at}", what)
    return fields


def _table(columns, lines, names, n_fixed, path, options, left_out):
    place = {name: columns[names.index(name)] for name in _NEEDED}

    def numbers(column, name):
        return with_lines(lambda: to_numbers(column, path, name, first=0), lines)

    magnitude, magnitude_type = _magnitudes(columns[n_fixed:], len(lines), numbers, options)
    written = place["date"] + " " + place["time"]
    has_type = "type" in names[:n_fixed]
    table = {
        "id": place["eventid"],
        "time": with_lines(lambda: read_times(written, path, first=0), lines),
        "latitude": numbers(place["lat"], "lat"),
        "longitude": numbers(place["lon"], "lon"),
        "depth": numbers(place["depth"], "depth"),
        "fixed_depth": np.isin([name.upper() for name in place["depfix"]], ("TRUE", "T", "YES", "1")),
        "magnitude": magnitude,
        "magnitude_type": magnitude_type,
        "type": columns[names.index("type")] if has_type else np.full(len(lines), "", dtype=object),
    }
    table, lines = located(table, lines, left_out)
    return event_table(table, path, lines, options)


def _magnitudes(columns, n, numbers, options):
    """Value and type of each row's preferred magnitude, of author, type and value in threes of columns."""
    best, value, kind = np.full(n, np.inf), np.full(n, np.nan), np.full(n, "", dtype=object)
    for k in range(0, len(columns), 3):
        values = numbers(columns[k + 2], "magnitude")
        codes, found = pd.factorize(columns[k + 1])
        ranks = np.array([type_rank(each, options.magnitude_types) for each in found])[codes]
        # The type first, then the author, then the order of the file.
        ranks = 2.0 * ranks + (columns[k] != "ISC")
        better = ~np.isnan(values) & (ranks < best)
        best[better], value[better], kind[better] = ranks[better], values[better], columns[k + 1][better]
    return value, kind


LAYOUT = Layout("isc-csv", "ISC event catalogue, CSV", CITATION, LICENSE, _recognise, _read)
