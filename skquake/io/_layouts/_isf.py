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
    with_lines,
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
    if "DATA_TYPE" in head.text.upper() and any(map(_DATA_TYPE.match, head.lines)):
        return True
    return "Ndef" in head.text and any(_ORIGINS.match(line) and "Ndef" in line for line in head.lines)


def _read(data: bytes, path: Path, options: Options) -> Events:
    lines = lines_of(data, path)
    blocks, ended = _blocks(lines, path)
    if not ended:
        check_line_end(data, path)
    if not blocks:
        raise FormatError(path, f"line {len(lines)}", "no event in the bulletin")
    left_out: Counter[str] = Counter()
    there = [block for block in blocks if block["origins"]]
    if len(there) < len(blocks):
        left_out["no origin"] += len(blocks) - len(there)
    if not there:
        raise FormatError(path, f"line {len(lines)}", "no event with an origin in the bulletin")
    columns, at = located(_columns(there, path, options), [block["line"] for block in there], left_out)
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


def _columns(blocks, path, options):
    """Columns of the events: their prime origins, and of each one the preferred magnitude."""
    # The ISC lists the prime hypocentre last.
    primes = [-1 if block["prime"] is None else max(block["prime"], 0) for block in blocks]
    origins = [block["origins"][prime] for block, prime in zip(blocks, primes, strict=True)]
    at, lines = [number for number, _ in origins], [line for _, line in origins]

    def numbers(start, end, name):
        text = [line[start:end].strip() for line in lines]
        return with_lines(lambda: to_numbers(text, path, name, first=0), at)

    parts = [numbers(*place, "time") for place in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 22))]
    found = _magnitudes(blocks, path, options)
    return {
        "id": np.array([block["id"] for block in blocks], dtype=object),
        "place": np.array([block["place"] for block in blocks], dtype=object),
        "time": with_lines(lambda: times_from_parts(parts, path, first=0), at),
        "type": np.array(
            [_type(block, line) for block, line in zip(blocks, lines, strict=True)], dtype=object
        ),
        "status": np.array(
            [{"a": "automatic", "m": "reviewed"}.get(line[111:112], "") for line in lines], dtype=object
        ),
        "fixed_depth": np.array([line[76:77] in ("f", "d") for line in lines]),
        "magnitude": np.array([value for value, _ in found]),
        "magnitude_type": np.array([kind for _, kind in found], dtype=object),
    } | {name: numbers(*place, name) for name, place in _FIELDS.items()}


def _magnitudes(blocks, path, options):
    """Value and type of each event's preferred magnitude."""
    all_lines = [each for block in blocks for each in block["magnitudes"]]
    text, at = [line[6:10].strip() for _, line in all_lines], [number for number, _ in all_lines]
    values = iter(with_lines(lambda: to_numbers(text, path, "magnitude", first=0), at).tolist())
    found = []
    for block in blocks:
        several = []
        for (_, line), value in zip(block["magnitudes"], values, strict=False):
            # A least or greatest magnitude is none.
            if line[5:6] not in "<>" and value == value:
                several.append((line[:5].strip(), value, line[20:29].strip()))
        found.append(best_magnitude(several, options.magnitude_types))
    return found


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
