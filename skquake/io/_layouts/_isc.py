"""International Seismological Centre: event catalogue as CSV."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
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
_END = re.compile(rb"^[^\S\n]*STOP", re.MULTILINE | re.IGNORECASE)
_NEEDED = ["eventid", "date", "time", "lat", "lon", "depth", "depfix"]


def _names(line):
    return [name.strip().lower() for name in line.split(",")]


def _is_header(line):
    return line.lstrip().upper().startswith("EVENTID") and set(_NEEDED) <= set(_names(line))


def _recognise(head: Head) -> bool:
    return "EVENTID" in head.text.upper() and any(map(_is_header, head.lines))


def _read(data: bytes, path: Path, options: Options) -> Events:
    text = "\n".join(lines_of(data, path)).encode()
    at, line = _behind_header(text, path)
    names = _names(text[:at].decode().rstrip("\n").rpartition("\n")[2])
    # Behind DEPFIX follow author, type and value of each magnitude.
    n_fixed = names.index("depfix") + 1
    end = _END.search(text, at)
    if end is None:
        check_line_end(data, path)
    body = text[at : len(text) if end is None else end.start()]
    columns, lines = _columns(body, line, n_fixed, path)
    left_out: Counter[str] = Counter()
    table = _table(columns, lines, names, n_fixed, path, options, left_out)
    events = Events(table, left_out)
    if end is None:
        events.warnings.append(f"{path} has no STOP behind its last row: it may be cut between two rows")
    return events


def _behind_header(text, path):
    """Where the table begins, and the number of that line."""
    at, line = 0, 1
    while at < len(text):
        end = text.find(b"\n", at) + 1 or len(text)
        line += 1
        if _is_header(text[at:end].decode()):
            return end, line
        at = end
    raise FormatError(path, "table", "no line EVENTID,TYPE,AUTHOR,DATE,TIME,LAT,LON,DEPTH,DEPFIX,...")


def _columns(body, line, n_fixed, path):
    """Trimmed columns of the rows, and the rows' lines, of which ``line`` is the first."""
    above = body[: len(body) - len(body.lstrip())].count(b"\n")
    found = _at_once(body.strip() + b"\n", n_fixed)
    if found is not None:
        return found, range(line + above, line + above + len(found[0]))
    kept = [(at, row) for at, row in enumerate(body.decode().split("\n"), line) if row.strip()]
    if not kept:
        raise FormatError(path, f"line {line - 1}", "no row with an event")
    fields = [_fields(row, at, n_fixed, path) for at, row in kept]
    n = max(map(len, fields))
    columns = zip(*(row + [""] * (n - len(row)) for row in fields), strict=True)
    return [pa.array(column, pa.string()) for column in columns], [at for at, _ in kept]


def _at_once(body, n_fixed):
    """Columns of plain rows, each ended by as many empty fields as the longest has more; else None."""
    text = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    marks = np.diff(np.searchsorted(np.flatnonzero(text == ord(",")), ends), prepend=0)
    n = n_fixed + 3 * -(-max(marks.max() + 1 - n_fixed, 0) // 3)
    if marks.min() < n_fixed - 1 or n > MAX_FIELDS:
        return None
    if marks.min() < n - 1:
        times = np.ones(len(text), dtype=np.intp)
        times[ends] += n - 1 - marks
        text = np.repeat(text, times)
        text[text == ord("\n")] = ord(",")
        text[np.cumsum(times)[ends] - 1] = ord("\n")
    found = plain_table(text.tobytes(), Form(header=False, comment=None), quotes=False)
    return found[1] if found is not None and _are_whole(found[1][n_fixed:]) else None


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
    written = pc.binary_join_element_wise(place["date"], place["time"], " ")
    fixed = pc.is_in(pc.utf8_upper(place["depfix"]), pa.array(["TRUE", "T", "YES", "1"]))
    table = {
        "id": place["eventid"],
        "time": with_lines(lambda: read_times(written, path, first=0), lines),
        "latitude": numbers(place["lat"], "lat"),
        "longitude": numbers(place["lon"], "lon"),
        "depth": numbers(place["depth"], "depth"),
        "fixed_depth": fixed.to_numpy(zero_copy_only=False),
        "magnitude": magnitude,
        "magnitude_type": magnitude_type,
    }
    if "type" in names[:n_fixed]:
        table["type"] = columns[names.index("type")]
    table, lines = located(table, lines, left_out)
    return event_table(table, path, lines, options)


def _magnitudes(columns, n, numbers, options):
    """Value and type of each row's preferred magnitude, of author, type and value in threes of columns."""
    best, value, kind = np.full(n, np.inf), np.full(n, np.nan), np.full(n, "", dtype=object)
    for k in range(0, len(columns), 3):
        values = numbers(columns[k + 2], "magnitude")
        types = columns[k + 1].dictionary_encode()
        codes, found = types.indices.to_numpy(), types.dictionary.to_pylist()
        ranks = np.array([type_rank(each, options.magnitude_types) for each in found])[codes]
        # The type first, then the author, then the order of the file.
        ranks = 2.0 * ranks + pc.not_equal(columns[k], "ISC").to_numpy(zero_copy_only=False)
        better = ~np.isnan(values) & (ranks < best)
        best[better], value[better] = ranks[better], values[better]
        kind[better] = np.array(found, dtype=object)[codes[better]]
    return value, kind


LAYOUT = Layout("isc-csv", "ISC event catalogue, CSV", CITATION, LICENSE, _recognise, _read)
