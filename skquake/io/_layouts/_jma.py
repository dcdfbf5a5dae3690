"""Japan Meteorological Agency: hypocentre records of 96 columns, and pyCSEP's CSV of them.

https://www.data.jma.go.jp/eqev/data/bulletin/data/format/hypfmt_e.html
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

from skquake.io._event_times import read_times
from skquake.io._files import FormatError
from skquake.io._fixed_width import FixedWidth
from skquake.io._layouts._base import (
    Events,
    Form,
    Head,
    Layout,
    Options,
    best_magnitude,
    event_table,
    lines_of,
    located,
    read_columns,
    with_lines,
)

_WIDTH = 96
_LEAST = 69
_ODD = -9999.0  # marks depths that are not of a documented form
_RECORD = re.compile(r"[JUI]\d{4}[\d ]{8}")
_KINDS = {
    "1": "earthquake",
    "2": "earthquake",  # too few stations of the JMA
    "3": "anthropogenic event",
    "4": "volcanic eruption",
    "5": "low-frequency earthquake",
}
_TYPES = {
    "J": "Mj", "D": "Mj", "d": "Mj", "V": "Mv", "v": "Mv", "W": "Mw", "B": "mb", "S": "Ms"
}  # fmt: skip
_OTHERS = "CMN_WE"  # comments, mechanisms, arrivals, ends of events


def _is_fixed_width(head: Head) -> bool:
    records = [line for line in head.lines[:20] if line[0] not in _OTHERS]
    return bool(records) and all(_RECORD.match(line) and len(line) >= _LEAST for line in records)


def _read_fixed_width(data: bytes, path: Path, options: Options) -> Events:
    lines = lines_of(data, path)
    left_out: Counter[str] = Counter()
    records, at = _records(lines, path, left_out)
    # Letters outside ASCII are in names alone, which are taken from the text.
    fields = FixedWidth(
        records, path, at, "{text} in columns {start}-{end} is not what a hypocentre record has there"
    )
    days, seconds = fields.decode(1, 9, _day), fields.decode(9, 17, _seconds)
    known = ~(np.isnat(days) | np.isnan(seconds))
    if not known.all():
        left_out["no time"] += int((~known).sum())
    micros = np.rint(np.where(known, seconds, 0) * 1e6).astype(np.int64) - 9 * 3600 * 1_000_000
    first, second = (
        (
            fields.decode(a, b, _magnitude),
            fields.decode(b, b + 1, lambda kind: _TYPES.get(kind, kind.strip())),
        )
        for a, b in ((52, 54), (55, 57))
    )
    magnitude, magnitude_type = _choose(first, second, options)
    depth = fields.decode(44, 49, _depth)
    columns = {
        "id": np.full(len(records), ""),
        "time": days.astype("datetime64[ns]") + (micros * 1000).astype("timedelta64[ns]"),
        "latitude": fields.decode(21, 28, lambda text: _degrees(text[:3], text[3:])),
        "longitude": fields.decode(32, 40, lambda text: _degrees(text[:4], text[4:])),
        "depth": np.where(depth == _ODD, np.nan, depth),
        "fixed_depth": fields.decode(59, 60, lambda text: text in "39"),
        "magnitude": magnitude,
        "magnitude_type": magnitude_type,
        "type": fields.decode(60, 61, _kind),
        "place": np.array([line[68:92].strip() for line in records], dtype=object),
        "stations": fields.decode(92, 95, lambda text: float(int(text)) if text.strip() else np.nan),
        "status": fields.decode(95, 96, str.strip),
    }
    columns = {name: values[known] for name, values in columns.items()}
    at = [number for number, is_known in zip(at, known, strict=True) if is_known]
    columns, at = located(columns, at, left_out)
    events = Events(event_table(columns, path, at, options), left_out)
    odd = int((depth[known] == _ODD).sum())
    if odd:
        what = f"the depths of {odd} records are not of the documented form and are missing"
        events.warnings.append(f"{path}: {what}")
    return events


def _records(lines, path, left_out):
    """Hypocentre records padded to their width, and their lines; of one event's several the first."""
    with_ends = any(line.startswith("E") and not line[1:].strip() for line in lines)
    records, at, open_event = [], [], False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if line[0] in _OTHERS:
            open_event = open_event and line[0] != "E"
            continue
        line = line.rstrip() if len(line) > _WIDTH else line
        # Editors strip blanks; what was cut is the last line, and has no end.
        least = _WIDTH if number == len(lines) else _LEAST
        if not _RECORD.match(line) or not least <= len(line) <= _WIDTH:
            what = (
                f"expected a hypocentre record J, U or I of {_WIDTH} columns, got {len(line)}: {line[:20]!r}"
            )
            raise FormatError(path, f"line {number}", what)
        if with_ends and open_event:
            left_out["further hypocentre of an event"] += 1
            continue
        open_event = True
        records.append(line.ljust(_WIDTH))
        at.append(number)
    if not records:
        raise FormatError(path, f"line {len(lines)}", "no hypocentre record")
    return records, at


def _day(text):
    """Day of yyyymmdd, NaT if any of it is blank."""
    year, month, day = text[:4].strip(), text[4:6].strip(), text[6:].strip()
    if not (year and month and day):
        return np.datetime64("NaT", "D")
    if not 1700 <= int(year) < 2200:
        raise ValueError(year)
    return np.datetime64(f"{int(year):04d}-{int(month):02d}-{int(day):02d}", "D")


def _seconds(text):
    """Seconds since midnight of hhmmssss, NaN if any of it is blank."""
    hour, minute, second = text[:2].strip(), text[2:4].strip(), text[4:]
    if not (hour and minute and second.strip()):
        return np.nan
    if not (int(hour) <= 24 and int(minute) <= 60 and (seconds := _implied(second, 2)) <= 60.99):
        raise ValueError(text)
    return (int(hour) * 60 + int(minute)) * 60 + seconds


def _implied(text, whole):
    """Number with an implied point behind its first ``whole`` columns; blanks behind it mean zero."""
    before, behind = text[:whole].replace(" ", ""), text[whole:].strip()
    if not re.fullmatch(r"[0-9]*", before) or not re.fullmatch(r"[0-9]*", behind) or not before + behind:
        raise ValueError(text)
    return float(f"{before or 0}.{behind or 0}")


def _degrees(degrees, minutes):
    if not degrees.strip() and not minutes.strip():
        return np.nan
    whole, parts = degrees.replace("-", "").strip(), _implied(minutes, 2)
    if not 0 <= parts <= 60 or degrees.count("-") > 1:
        raise ValueError(degrees)
    # The sign may stand alone: "- 0" is south of the equator.
    return (-1 if "-" in degrees else 1) * (int(whole or 0) + parts / 60.0)


def _depth(text):
    """Depth in km: F5.2, or I3 and two blanks; ``_ODD`` for what is neither."""
    if not text.strip():
        return np.nan
    if re.fullmatch(r" *-?[0-9]+", text):
        return int(text) / 100.0
    return float(text) if re.fullmatch(r" *-?[0-9]+  ", text) else _ODD


def _magnitude(text):
    if not text.strip():
        return np.nan
    if text[0] in "ABC" and text[1] in "0123456789":
        return -("ABC".index(text[0]) + 1 + int(text[1]) / 10.0)
    if not re.fullmatch(r"[ 0-9][0-9]|-[0-9]", text):
        raise ValueError(text)
    return int(text) / 10.0


def _choose(first, second, options):
    """Values and types of the first magnitudes that there are, or of those preferred."""
    preferred = np.isnan(first[0])
    if options.magnitude_types:
        pairs = {(a, b): best_magnitude([(a, 0.0, ""), (b, 1.0, "")], options.magnitude_types)[0] for a, b in
                 set(zip(first[1], second[1], strict=True))}  # fmt: skip
        better = np.array([pairs[pair] for pair in zip(first[1], second[1], strict=True)], dtype=bool)
        preferred |= better & ~np.isnan(second[0])
    value = np.where(preferred, second[0], first[0])
    return value, np.where(np.isnan(value), "", np.where(preferred, second[1], first[1]))


def _kind(text):
    return _KINDS.get(text, f"subsidiary information {text}" if text.strip() else "")


def _is_csv(head: Head) -> bool:
    return head.names(";") == ["timestamp", "longitude", "latitude", "depth", "magnitude"]


def _read_csv(data: bytes, path: Path, options: Options) -> Events:
    table = read_columns(data, path, Form(";"))[1]
    lines = table.lines
    text = table.text("timestamp")
    for row, written in enumerate(text):
        if not re.search(r"(Z|[+-]\d\d:?\d\d)$", written):
            what = f"{written[:30]!r} names no zone; read the file with columns= and utc_offset=9"
            raise FormatError(path, f"line {lines[row]}", what)
    columns = {
        "time": with_lines(lambda: read_times(text, path, first=0), lines),
        "latitude": table.numbers("latitude"),
        "longitude": table.numbers("longitude"),
        "depth": table.numbers("depth"),
        "magnitude": table.numbers("magnitude"),
        "magnitude_type": ["Mj"] * len(table),
    }
    return Events(event_table(columns, path, lines, options))


_CITATION = "Japan Meteorological Agency, The Seismological Bulletin of Japan"
_LICENSE = "Public Data License of Japan, version 1.0"
FIXED_WIDTH = Layout(
    "jma",
    "JMA hypocentre records, 96 columns",
    _CITATION,
    _LICENSE,
    _is_fixed_width,
    _read_fixed_width,
    clock="Japan Standard Time (UTC+9)",
)
CSV = Layout(
    "jma-csv",
    "JMA hypocentres as CSV of pyCSEP (timestamp;longitude;latitude;depth;magnitude)",
    _CITATION,
    _LICENSE,
    _is_csv,
    _read_csv,
    clock="the zone that each time names",
)
