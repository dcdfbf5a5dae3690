"""Tables made of ANSS data: libcomcat's, and the ANSS composite catalog of the NCEDC."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from skquake.io._files import FormatError, check_line_end, check_lines
from skquake.io._layouts._base import (
    Columns,
    Events,
    Form,
    Head,
    Layout,
    Options,
    event_table,
    lines_of,
    read_columns,
)

_COMCAT = {"id", "time", "latitude", "longitude", "depth", "magnitude", "eventtype"}
_NCEDC = {"datetime", "latitude", "longitude", "depth", "magnitude", "magtype", "source", "eventid"}
_HEADER = re.compile(r"Date\s+Time\s+Lat\s+Lon\s+Depth\s+Mag\s+Magt\s+Nst\s+Gap\s+Clo\s+RMS\s+SRC\s+Event ID")
_ROW = re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:")
# Columns of a readable row, from 0.
_ENDS = {
    "time": (0, 22), "lat": (22, 31), "lon": (31, 41), "depth": (41, 48), "mag": (48, 54), "magt": (54, 59),
    "nst": (59, 64), "gap": (64, 68), "rms": (73, 78), "src": (78, 83), "id": (83, None),
}  # fmt: skip


def _is_comcat(head: Head) -> bool:
    return any(set(head.names(mark)) >= _COMCAT for mark in ",\t")


def _read_comcat(data: bytes, path: Path, options: Options) -> Events:
    mark = "," if set(Head.of(data).names(",")) >= _COMCAT else "\t"
    table = read_columns(data, path, Form(mark))[1]
    lines = table.lines
    columns = {
        "id": table.text("id"),
        "time": table.times("time"),
        "latitude": table.numbers("latitude"),
        "longitude": table.numbers("longitude"),
        "depth": table.numbers("depth"),
        "magnitude": table.numbers("magnitude"),
        "magnitude_type": table.text("magtype", "magnitude_type"),
        "type": table.text("eventtype"),
        "place": table.text("location", "place"),
    }
    return Events(event_table(columns, path, lines, options))


def _is_ncedc_csv(head: Head) -> bool:
    return set(head.names()) >= _NCEDC


def _read_ncedc_csv(data: bytes, path: Path, options: Options) -> Events:
    table = read_columns(data, path)[1]
    lines = table.lines
    columns = {
        # Numbers are the source's own: two sources may give the same one.
        "id": _id(table.text("source"), table.text("eventid")),
        "time": table.times("datetime"),
        "latitude": table.numbers("latitude"),
        "longitude": table.numbers("longitude"),
        "depth": table.numbers("depth"),
        "magnitude": table.numbers("magnitude"),
        "magnitude_type": table.text("magtype"),
        "stations": table.numbers("nbstations"),
        "gap_deg": table.numbers("gap"),
        "rms_s": table.numbers("rms"),
    }
    return Events(event_table(columns, path, lines, options))


def _id(sources, numbers):
    pairs = zip(sources, numbers, strict=True)
    return np.array([f"{source}{number}" if number else "" for source, number in pairs], dtype=object)


def _is_readable(head: Head) -> bool:
    return "Event ID" in head.text and any(map(_HEADER.search, head.lines))


def _read_readable(data: bytes, path: Path, options: Options) -> Events:
    check_lines(data, path)
    check_line_end(data, path)  # ids are of any length: that of a line does not tell whether it is whole
    text = lines_of(data, path)
    rows: list[list[str]] = []
    lines: list[int] = []
    began = False
    for at, line in enumerate(text, 1):
        if _HEADER.search(line):
            began = True
        elif began and _ROW.match(line):
            rows.append([line[start:end].strip() for start, end in _ENDS.values()])
            lines.append(at)
        elif began and line.strip() and not line.startswith(("-", "<")):
            raise FormatError(path, f"line {at}", f"expected a row of the catalog: {line[:40]!r}")
    if not rows:
        raise FormatError(path, f"line {len(text)}", "no row with an event")
    table = Columns.of_rows(list(_ENDS), rows, lines, path)
    columns = {
        "id": _id(table.text("src"), table.text("id")),
        "time": table.times("time"),
        "latitude": table.numbers("lat"),
        "longitude": table.numbers("lon"),
        "depth": table.numbers("depth"),
        "magnitude": table.numbers("mag"),
        "magnitude_type": table.text("magt"),
        "stations": table.numbers("nst"),
        "gap_deg": table.numbers("gap"),
        "rms_s": table.numbers("rms"),
    }
    return Events(event_table(columns, path, lines, options))


_NCEDC_TEXTS = (
    "ANSS composite catalog, NCEDC, https://doi.org/10.7932/NCEDC",
    "not documented; cite its DOI",
)
COMCAT = Layout(
    "comcat",
    "ANSS Comprehensive Catalog, table of libcomcat",
    "U.S. Geological Survey, https://doi.org/10.5066/F7MS3QZH",
    "public domain",
    _is_comcat,
    _read_comcat,
)
NCEDC_CSV = Layout("anss-csv", "ANSS composite catalog, CSV", *_NCEDC_TEXTS, _is_ncedc_csv, _read_ncedc_csv)
READABLE = Layout(
    "anss-text", "ANSS composite catalog, readable form", *_NCEDC_TEXTS, _is_readable, _read_readable
)
