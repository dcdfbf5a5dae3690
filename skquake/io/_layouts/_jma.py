"""Japan Meteorological Agency: hypocentre records of 96 columns, and pyCSEP's CSV of them.

https://www.data.jma.go.jp/eqev/data/bulletin/data/format/hypfmt_e.html
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

from skquake.io._event_times import read_times, times_from_parts
from skquake.io._files import FormatError
from skquake.io._layouts._base import (
    Columns,
    Events,
    Head,
    Layout,
    Options,
    best_magnitude,
    event_table,
    lines_of,
    located,
    split_rows,
    with_lines,
)

_WIDTH = 96
_LEAST = 69
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
    with_ends = any(line.startswith("E") and not line[1:].strip() for line in lines)
    rows, at, open_event, odd = [], [], False, 0
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
        row = _record(line.ljust(_WIDTH), path, number, options)
        if row is None:
            left_out["no time"] += 1
            continue
        odd += row.pop("odd_depth")
        rows.append(row)
        at.append(number)
    if not rows:
        raise FormatError(path, f"line {len(lines)}", "no hypocentre record")
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    columns, at = located(columns, at, left_out)
    events = Events(event_table(columns, path, at, options), left_out)
    if odd:
        events.warnings.append(
            f"{path}: the depths of {odd} records are not of the documented form and are missing"
        )
    return events


def _implied(text, whole):
    """Number with an implied point behind its first ``whole`` columns; blanks behind it mean zero."""
    if not text.strip():
        return np.nan
    before, behind = text[:whole].replace(" ", ""), text[whole:].strip()
    if (
        not re.fullmatch(r"-?\d*", before)
        or not re.fullmatch(r"\d*", behind)
        or not (before.strip("-") or behind)
    ):
        raise ValueError(text)
    return float(f"{before.strip('-') or 0}.{behind or 0}") * (-1 if before.startswith("-") else 1)


def _degrees(degrees, minutes):
    if not degrees.strip() and not minutes.strip():
        return np.nan
    value = _implied(degrees, len(degrees)) if degrees.replace("-", "").strip() else 0.0
    parts = _implied(minutes, 2)
    if not 0 <= parts <= 60:
        raise ValueError(minutes)
    # The sign may stand alone: "- 0" is south of the equator.
    return (-1 if "-" in degrees else 1) * (abs(value) + parts / 60.0)


def _depth(text):
    """Depth in km, and whether its form is not a documented one: F5.2, or I3 and two blanks."""
    if not text.strip():
        return np.nan, False
    if re.fullmatch(r" *-?\d+", text) and not text.endswith("  "):
        return int(text) / 100.0, False
    if re.fullmatch(r" *-?\d+  ", text):
        return float(text), False
    return np.nan, True


def _magnitude(text):
    if not text.strip():
        return np.nan
    if text[0] in "ABC" and text[1].isdigit():
        return -("ABC".index(text[0]) + 1 + int(text[1]) / 10.0)
    if not re.fullmatch(r"[ \d]\d|-\d", text):
        raise ValueError(text)
    return int(text) / 10.0


def _record(line, path, number, options):
    """One hypocentre; None where its time is unknown."""
    try:
        clock = [line[1:5], line[5:7], line[7:9], line[9:11], line[11:13]]
        if not all(part.strip() for part in clock) or not line[13:17].strip():
            return None
        parts = [[float(part)] for part in clock] + [[_implied(line[13:17], 2)]]
        time = times_from_parts(parts, path, unit="line", first=number)[0] - np.timedelta64(9, "h")
        pairs = ((line[52:54], line[54]), (line[55:57], line[57]))
        several = [(_TYPES.get(kind, kind.strip()), _magnitude(value), "JMA") for value, kind in pairs]
        several = [each for each in several if not np.isnan(each[1])]
        if options.magnitude_types:
            magnitude, kind = best_magnitude(several, options.magnitude_types)
        else:
            kind, magnitude, _ = several[0] if several else ("", np.nan, "")
        depth, odd = _depth(line[44:49])
        return {
            "id": "",
            "time": time,
            "latitude": _degrees(line[21:24], line[24:28]),
            "longitude": _degrees(line[32:36], line[36:40]),
            "depth": depth,
            "odd_depth": odd,
            "fixed_depth": line[59] in "39",
            "magnitude": magnitude,
            "magnitude_type": kind,
            "type": _KINDS.get(line[60], line[60].strip() and f"subsidiary information {line[60]}"),
            "place": line[68:92].strip(),
            "stations": float(line[92:95]) if line[92:95].strip() else np.nan,
            "status": line[95].strip(),
        }
    except FormatError:
        raise
    except ValueError as error:
        raise FormatError(path, f"line {number}", f"not a hypocentre record ({error})") from None


def _is_csv(head: Head) -> bool:
    return head.names(";") == ["timestamp", "longitude", "latitude", "depth", "magnitude"]


def _read_csv(data: bytes, path: Path, options: Options) -> Events:
    names, rows, lines = split_rows(data, path, ";")
    table = Columns(names, rows, lines, path)
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
        "magnitude_type": ["Mj"] * len(rows),
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
