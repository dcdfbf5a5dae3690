"""Global CMT catalog, ndk (five lines of 80 columns an event).

https://www.ldeo.columbia.edu/~gcmt/projects/CMT/catalog/allorder.ndk_explained
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from skquake.io._event_times import times_from_parts
from skquake.io._files import FormatError
from skquake.io._layouts._base import Events, Head, Layout, Options, event_table, lines_of, with_lines
from skquake.io._numbers import number

_FIRST = re.compile(r".{4} \d{4}/\d\d/\d\d +\d\d?:\d\d:")
_STAMP = re.compile(r"(?:S|Q|O)-(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")
_STATUS = {"S": "standard", "Q": "quick"}


def _recognise(head: Head) -> bool:
    return (
        len(head.lines) >= 3
        and _FIRST.match(head.lines[0]) is not None
        and head.lines[2].startswith("CENTROID:")
    )


def moment_magnitude(exponent: float, moment: float) -> float:
    """Mw of ``moment`` times 10**exponent dyne-cm, to two decimals (Kanamori, 1977; as the GCMT project)."""
    return round(2.0 / 3.0 * (np.log10(moment) + exponent - 16.1), 2)


def _read(data: bytes, path: Path, options: Options) -> Events:
    lines = lines_of(data, path)
    if lines[-1] and len(lines[-1]) < 80:
        raise FormatError(
            path, f"line {len(lines)}", "the last line is shorter than 80 columns: the file is cut"
        )
    kept = [(k, line) for k, line in enumerate(lines, 1) if line.strip()]
    if not kept or len(kept) % 5:
        raise FormatError(
            path, f"line {len(lines)}", f"{len(kept)} lines; expected five an event: the file is cut"
        )
    events = [_event(kept[k : k + 5], path) for k in range(0, len(kept), 5)]
    starts = [kept[k][0] for k in range(0, len(kept), 5)]
    columns = {name: np.array([event[name] for event in events]) for name in events[0]}
    columns["time"] = with_lines(lambda: times_from_parts(columns["time"].T, path, first=0), starts)
    made = columns["updated"]
    there = np.flatnonzero(~np.isnan(made[:, 0]))
    third = [kept[5 * k + 2][0] for k in there]
    columns["updated"] = np.full(len(events), np.datetime64("NaT", "ns"))
    columns["updated"][there] = with_lines(lambda: times_from_parts(made[there].T, path, first=0), third)
    columns["type"] = np.full(len(events), "")
    return Events(event_table(columns, path, starts, options))


def _event(block, path):
    (at, first), (_, second), (third_at, third), (fourth_at, fourth), (fifth_at, fifth) = block
    if not _FIRST.match(first):
        raise FormatError(path, f"line {at}", "expected the first line of an event (ndk)")
    if not third.startswith("CENTROID:"):
        raise FormatError(path, f"line {third_at}", "expected CENTROID:, the third line of an event")
    if not re.match(r"[A-Z]\d\d ", fifth):
        raise FormatError(
            path, f"line {fifth_at}", "expected a version code, as V10, in the fifth line of an event"
        )
    date = [number(text, path, at, "date") for text in (first[5:9], first[10:12], first[13:15])]
    clock = [number(text, path, at, "time") for text in first[15:26].split(":")]
    if len(clock) != 3:
        raise FormatError(path, f"line {at}", f"{first[15:26]!r} is no time")
    exponent = number(fourth[:2], path, fourth_at, "exponent", int)
    moment = number(fifth[49:56], path, fifth_at, "scalar moment")
    if not (15 <= exponent <= 35 and 0 < moment < 1000):
        raise FormatError(path, f"line {fifth_at}", f"{moment:g} x 10^{exponent} dyne-cm is no scalar moment")
    stamp = _STAMP.match(third[64:80])
    return {
        "id": second[:16].strip(),
        "time": [*date, *clock],
        "latitude": number(first[27:33], path, at, "latitude"),
        "longitude": number(first[34:41], path, at, "longitude"),
        "depth": number(first[42:47], path, at, "depth"),
        "magnitude": moment_magnitude(exponent, moment),
        "magnitude_type": "mwc",
        "place": first[56:80].strip(),
        "status": _STATUS.get(third[64:65], ""),
        "updated": [float(part) for part in stamp.groups()] if stamp else [np.nan] * 6,
    }


LAYOUT = Layout(
    "gcmt-ndk",
    "Global Centroid Moment Tensor catalog (ndk); time and place of the hypocentre, Mw of the scalar moment",
    "Dziewonski et al. (1981), https://doi.org/10.1029/JB086iB04p02825; Ekström et al. (2012), "
    "https://doi.org/10.1016/j.pepi.2012.04.002",
    "not documented; citation is asked for",
    _recognise,
    _read,
)
