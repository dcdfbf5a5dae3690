"""IMS 1.0 bulletins (short form) and their ISF extensions, of the ISC and others.

http://www.isc.ac.uk/standards/isf/download/ims1_0.pdf, http://www.isc.ac.uk/standards/isf/download/isf.pdf
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

from skquake.io._event_kinds import UNKNOWN, event_kind
from skquake.io._event_times import times_from_parts
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
)
from skquake.io._layouts._isc import CITATION, LICENSE
from skquake.io._numbers import to_numbers

_EVENT = re.compile(r"EVENT\s+(\S+)\s*(.*)", re.IGNORECASE)
_ORIGINS = re.compile(r"\s*Date\s+Time\s+Err\s+RMS\s+Latitude\s+Longitude")
_MAGNITUDES = re.compile(r"Magnitude\s+Err\s+Nsta")
_OTHER = re.compile(r"(Sta\s+Dist|Year\s+Volume|Net\s+Chan|Sta\s+Net|[A-Z][A-Za-z]+\s+[A-Z][A-Za-z]+\s)")
_ORIGIN = re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d")
_MAGNITUDE = re.compile(r"[^()]{5}[ <>](?=[ \d.-]{0,3}\d)[ \d.-]{3,4}(?= |$)")
_DATA_TYPE = re.compile(r"DATA_TYPE\s+BULLETIN\s+IMS1\.0", re.IGNORECASE)
# Columns of an origin line, from 0: name -> (from, to).
_FIELDS = {
    "rms_s": (30, 35),
    "latitude": (36, 44),
    "longitude": (45, 54),
    "depth": (71, 76),
    "stations": (88, 92),
    "gap_deg": (93, 96),
}


def _recognise(head: Head) -> bool:
    return any(_DATA_TYPE.match(line) for line in head.lines) or any(
        _ORIGINS.match(line) and "Ndef" in line for line in head.lines
    )


def _read(data: bytes, path: Path, options: Options) -> Events:
    lines = lines_of(data, path)
    blocks, ended = _blocks(lines, path)
    if not ended:
        check_line_end(data, path)
    if not blocks:
        raise FormatError(path, f"line {len(lines)}", "no event in the bulletin")
    left_out: Counter[str] = Counter()
    rows, at = [], []
    for block in blocks:
        if not block["origins"]:
            left_out["no origin"] += 1
            continue
        rows.append(_row(block, path, options))
        at.append(block["line"])
    if not rows:
        raise FormatError(path, f"line {len(lines)}", "no event with an origin in the bulletin")
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    columns["type"] = np.array([row["type"] for row in rows], dtype=object)
    columns, at = located(columns, at, left_out)
    events = Events(event_table(columns, path, at, options), left_out)
    if not ended:
        events.warnings.append(f"{path} has no STOP behind its last event: it may be cut")
    return events


def _blocks(lines, path):
    """Lines of each event's origins and magnitudes, and whether the file says that it is whole."""
    blocks: list[dict] = []
    state = ""
    for at, line in enumerate(lines, 1):
        event = _EVENT.match(line)
        if line.startswith("STOP"):
            return blocks, True
        if event:
            blocks.append(
                {
                    "line": at,
                    "id": event[1],
                    "place": event[2].strip(),
                    "origins": [],
                    "magnitudes": [],
                    "prime": None,
                }
            )
            state = "event"
        elif not blocks or not line.strip():
            continue
        elif _ORIGINS.match(line):
            state = "origins"
        elif _MAGNITUDES.match(line):
            state = "magnitudes"
        elif line.lstrip().startswith("("):
            if state == "origins" and "#PRIME" in line.upper():
                blocks[-1]["prime"] = len(blocks[-1]["origins"]) - 1
        elif state == "origins" and _ORIGIN.match(line):
            blocks[-1]["origins"].append((at, line))
        elif state == "magnitudes" and _MAGNITUDE.match(line):
            blocks[-1]["magnitudes"].append((at, line))
        elif state in ("origins", "magnitudes"):
            if not _OTHER.match(line):
                raise FormatError(path, f"line {at}", f"expected a line of the {state}: {line[:40]!r}")
            state = "other"
    return blocks, False


def _row(block, path, options):
    prime = block["prime"]
    # The ISC lists the prime hypocentre last.
    at, line = block["origins"][-1 if prime is None else max(prime, 0)]

    def field(name):
        start, end = _FIELDS[name]
        return to_numbers([line[start:end]], path, name, unit="line", first=at)[0]

    date = [line[0:4], line[5:7], line[8:10], line[11:13], line[14:16], line[17:22].strip()]
    parts = [to_numbers([text], path, "time", unit="line", first=at) for text in date]
    magnitudes = []
    for mag_at, text in block["magnitudes"]:
        value = to_numbers([text[6:10]], path, "magnitude", unit="line", first=mag_at)[0]
        # A least or greatest magnitude is none.
        if text[5:6] not in "<>" and not np.isnan(value):
            magnitudes.append((text[:5].strip(), float(value), text[20:29].strip()))
    magnitude, kind = best_magnitude(magnitudes, options.magnitude_types)
    return {
        "id": block["id"],
        "place": block["place"],
        "time": times_from_parts(parts, path, unit="line", first=at)[0],
        "type": _type(block, line),
        "status": {"a": "automatic", "m": "reviewed"}.get(line[111:112], ""),
        "fixed_depth": line[76:77] in ("f", "d"),
        "magnitude": magnitude,
        "magnitude_type": kind,
    } | {name: field(name) for name in _FIELDS}


def _type(block, line):
    """Code of the prime origin; where that is none, the one that all others that know it agree on."""
    codes = [text[115:117].strip() for _, text in block["origins"]]
    own = line[115:117].strip()
    if own and event_kind(own)[0] != UNKNOWN:
        return own
    known = [code for code in codes if code and event_kind(code)[0] != UNKNOWN]
    if len({event_kind(code)[0] for code in known}) == 1:
        return known[0]
    return own or (UNKNOWN if known else "")


LAYOUT = Layout("isf", "IMS 1.0 bulletin with ISF extensions", CITATION, LICENSE, _recognise, _read)
