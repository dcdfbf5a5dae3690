"""Earthquake catalogs in any table, by a mapping of its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from skquake._core._typing import ArrayLike
from skquake.io._catalog import COLUMNS
from skquake.io._event_times import known_times, names_zone, read_times, times_from_parts
from skquake.io._files import FormatError
from skquake.io._layouts._base import (
    Events,
    Form,
    Head,
    Options,
    event_table,
    lines_of,
    read_columns,
    with_lines,
)

PARTS = ("year", "month", "day", "hour", "minute", "second")
NAMES = tuple(dict.fromkeys((*COLUMNS, "depth", "date", *PARTS)))
"""What a table's columns can be mapped to; ``depth`` is ``depth_km`` in the unit of ``depth_unit``."""

_GUESSES = {
    "id": ("id", "eventid", "event_id", "evid", "ev_id"),
    "time": ("time", "datetime", "date_time", "timestamp", "origin_time", "origintime", "date"),
    "latitude": ("latitude", "lat", "lat_deg"),
    "longitude": ("longitude", "lon", "long", "lng", "lon_deg"),
    "depth_km": ("depth_km", "depth", "dep", "depth(km)"),
    "magnitude": ("magnitude", "mag", "mw", "ml", "m"),
    "magnitude_type": ("magnitude_type", "magtype", "mag_type"),
    "type": ("type", "event_type", "eventtype", "evtype"),
}


def check_columns(columns: Mapping[str, str | int]) -> None:
    """Raise unless the mapping names what a catalog needs, and nothing else."""
    unknown = [name for name in columns if name not in NAMES]
    if unknown:
        raise ValueError(f"columns={dict(columns)!r}: {unknown[0]!r} is none of {', '.join(NAMES)}")
    if not columns or len({isinstance(column, str) for column in columns.values()}) > 1:
        raise ValueError(
            "columns: give names of the file's header, or numbers (from 0) for a file without one"
        )
    absent = [name for name in ("latitude", "longitude", "magnitude") if name not in columns]
    if "time" not in columns and not ({"year", "month", "day"} <= set(columns)):
        absent.insert(0, "time (or year, month, day)")
    if absent:
        raise ValueError(f"columns: nothing is said of {', '.join(absent)}")
    if {"depth", "depth_km"} <= set(columns):
        raise ValueError("columns: depth and depth_km are both given; name one")


def read_table_by(
    data: bytes,
    path: Path,
    columns: Mapping[str, str | int],
    options: Options,
    *,
    time_format: str | None = None,
    utc_offset: float = 0.0,
    separator: str | None = None,
    fill: ArrayLike = (),
) -> Events:
    """Events of a table whose columns are those named by ``columns``."""
    by_name = all(isinstance(column, str) for column in columns.values())
    head = Head.of(data)
    first = separator or guess_separator(next((x for x in head.lines if not x.startswith("#")), head.first))
    mark = None if first == " " else first
    start = _header_line(data, path, columns, mark) if by_name else 0
    names, table = read_columns(data, path, Form(mark, header=by_name, start=start))
    if by_name:
        names = [names[0].lstrip("#").strip(), *names[1:]]
        counts = Counter(name.lower() for name in names)
        twice = [str(name) for name in columns.values() if counts[str(name).strip().lower()] > 1]
        if twice:
            what = f"two columns of a name that columns= asks for, {twice[0]!r} (capitals apart); rename one"
            raise FormatError(path, "line 1", what)
    absent = [str(name) for name in columns.values() if str(name).strip() not in names]
    if absent:
        raise FormatError(path, "line 1", f"no column {absent[0]!r}; it has {', '.join(names)}")
    lines, n = table.lines, len(table)
    where = {ours: _there(table, str(theirs).strip().lower()) for ours, theirs in columns.items()}
    given: dict = {"depth": np.full(n, np.nan)}
    for ours, theirs in where.items():
        if ours in ("time", "date", "updated", *PARTS):
            continue
        is_text = ours in ("id", "magnitude_type", "type", "place", "status")
        name = "depth" if ours == "depth_km" else ours
        given[name] = table.text(theirs) if is_text else table.numbers(theirs, fill=fill)
    given["time"] = _times(table, where, path, time_format, utc_offset)
    if "updated" in where:
        text = table.text(where["updated"])
        ahead = 0.0 if names_zone(text) else utc_offset
        given["updated"] = with_lines(
            lambda: known_times(text, path, utc_offset=ahead, first=0, name="updated"), lines
        )
    return Events(event_table(given, path, lines, options))


def _times(table, where, path, time_format, utc_offset):
    if "time" in where:
        text = table.text(where["time"])
        if "date" in where:
            text = table.text(where["date"]) + " " + text
        return with_lines(
            lambda: read_times(text, path, time_format=time_format, utc_offset=utc_offset, first=0),
            table.lines,
        )
    n = len(table.lines)
    parts = [table.numbers(where[part]) if part in where else np.zeros(n) for part in PARTS]
    times = with_lines(lambda: times_from_parts(parts, path, first=0), table.lines)
    return times - np.timedelta64(round(utc_offset * 3600), "s")


def _header_line(data, path, columns, mark):
    """Number of the first line with all names that are asked for (behind a #, too), else of the first row."""
    lines = lines_of(data, path)
    for number, line in enumerate(lines[:1000], 1):
        if {str(name).strip() for name in columns.values()} <= set(_fields(line.lstrip("#"), mark)):
            return number
    return next((k for k, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")), 1)


def _there(table, name):
    """The name of a column as the table knows it: a first one may stand behind a #."""
    return next((each for each in (name, "#" + name, "# " + name) if each in table), name)


def _fields(line, mark):
    return [name.strip().strip('"') for name in line.split(mark)]


def guess_separator(line: str) -> str:
    """The mark that parts the fields of a header: the one of tab, ``;``, ``|`` and comma found most often."""
    counts = {mark: line.count(mark) for mark in "\t;|,"}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else " "


def suggestion(head: Head) -> str:
    """What a file that no layout fits seems to be, and how to read it."""
    first = head.first.lstrip("\ufeff ").lower()
    if first.startswith(("<!doctype html", "<html", "<head")):
        return "it is an HTML page, not the data: save what the page links to, or its text"
    if head.data[:4] == b"PK\x03\x04":
        return "it is a ZIP (or an Excel) file: unpack it, or save the sheet as CSV"
    if head.data[:8] in (b"\x89HDF\r\n\x1a\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "it is a binary file: save the catalog as text"
    mark = guess_separator(head.first)
    fields = [name.strip().strip('"') for name in head.first.lstrip("#").split(None if mark == " " else mark)]
    found = {}
    for ours, names in _GUESSES.items():
        match = next((field for field in fields if field.lower() in names), None)
        if match is not None:
            found[ours] = match
    if len(found) >= 3:
        return f"as a table, read it with columns={found}, depth_unit= and, if it is not UTC, utc_offset="
    return "name its layout, or map a table's columns with columns={'time': ..., 'latitude': ..., ...}"
