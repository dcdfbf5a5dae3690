"""Dst in the forms of WDC Kyoto besides the exchange format: monthly table, its HTML page, IAGA-2002."""

from __future__ import annotations

import calendar
import html
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from skquake._core._typing import Array
from skquake.io._files import FormatError, calendar_day
from skquake.io._ranges import RANGES, check_range
from skquake.io._words import check_last_line

Day = tuple[np.datetime64, str, Array]

_TITLE = re.compile(
    r"Equatorial\s+Dst\s+Values\s*\((FINAL|PROVISIONAL|REAL-?TIME|QUICK-?LOOK)\)", re.IGNORECASE
)
_MONTHS = {name.upper(): k for k, name in enumerate(calendar.month_name) if name}
_MONTH = re.compile(rf"\s*({'|'.join(_MONTHS)})\s+(\d{{4}})\s*", re.ASCII | re.IGNORECASE)
_ROW = re.compile(r" ?([ \d]\d)([ \d-]{50,100}\d)\s*", re.ASCII)
_VALUE = re.compile(r" *-?\d+", re.ASCII)
_FILL = 9999
_LOW, _HIGH = RANGES["dst"][:2]
_MAX_PAGE = 2**20
_VERSIONS = {"F": "2", "P": "1", "R": "0", "Q": "0"}
_IAGA_ROW = re.compile(
    r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.\d{3} (\d{3}) +(-?\d+(?:\.\d+)?)"
    r"(?: +-?[89]+(?:\.\d+)?)*\s*",
    re.ASCII,
)


def is_monthly(text: str) -> bool:
    """Whether a text is Kyoto's monthly table, or the page that shows it."""
    return _TITLE.search(text[:20_000]) is not None


def is_iaga_dst(text: str) -> bool:
    """Whether a text is Dst in IAGA-2002 form."""
    head = text[:20_000]
    return re.match(r"\s*Format\s+IAGA-?2002", head, re.IGNORECASE) is not None and (
        re.search(r"^DATE\s+TIME\s+DOY\s+DST\b", head, re.MULTILINE | re.IGNORECASE) is not None
    )


def monthly_days(data: bytes, path: Path) -> list[Day]:
    """Days of a monthly table; of a final or provisional one all days of its month must be there."""
    text = data.decode("latin-1")
    page = "<" in text[:20_000]
    if page:
        if len(text) > _MAX_PAGE:
            raise FormatError(path, "HTML", f"{len(text)} characters; expected at most {_MAX_PAGE}")
        text = _table_of_page(text, path)
    else:
        check_last_line(data, path)
    title = _TITLE.search(text)
    assert title is not None
    version = _VERSIONS[title[1][0].upper()]
    lines = text[title.end() :].split("\n")
    first = text.count("\n", 0, title.end()) + 1
    where = "line" if not page else "line of the table"
    month = year = 0
    days: list[Day] = []
    for i, raw in enumerate(lines, first):
        line = raw.rstrip()
        found = _MONTH.fullmatch(line)
        if found and not month:
            month, year = _MONTHS[found[1].upper()], int(found[2])
            continue
        words = line.split()
        if (
            not words
            or words[0] in ("DAY", "unit=nT")
            or [word for word in words if not word.isdigit()] == ["DAY"]
        ):
            continue
        if not days and words == [str(k) for k in range(1, 25)]:
            continue
        match = _ROW.fullmatch(line)
        if not month or match is None:
            raise FormatError(path, f"{where} {i}", f"expected a day and 24 hours of Dst, got {line[:30]!r}")
        if int(match[1]) != len(days) + 1:
            raise FormatError(path, f"{where} {i}", f"day {match[1]} where day {len(days) + 1} was expected")
        date = calendar_day(year, month, match[1], path, f"{where} {i}")
        days.append((date, version, _hours(line, match[2], path, f"{where} {i}")))
    if not days:
        raise FormatError(path, "end of file", "a table of Dst without any day")
    whole = calendar.monthrange(year, month)[1]
    if version != "0" and len(days) < whole:
        raise FormatError(path, "end of file", f"{len(days)} of {whole} days: the file is cut")
    return days


def _table_of_page(text, path):
    title = _TITLE.search(text)
    assert title is not None
    start = text.lower().rfind("<pre", 0, title.start())
    end = text.lower().find("</pre", title.end())
    if start < 0 or end < 0:
        raise FormatError(path, "HTML", "the table of Dst has no begin or no end (<pre> ... </pre>): cut?")
    return html.unescape(re.sub(r"<[^<>]*>", "", text[start:end]))


def _hours(line, text, path, where):
    """24 values: words, or where they touch, columns of four in three groups of eight."""
    words = re.findall(r"-?\d+", text)
    if len(words) != 24:
        line = line.rstrip()
        ends = [len(line) - shift for shift in (66, 33, 0)]
        words = [line[end - 32 + k : end - 28 + k] for end in ends for k in range(0, 32, 4)]
        gaps = [line[end - 33 : end - 32] for end in ends[1:]]
        if any(gap.strip() for gap in gaps) or not all(_VALUE.fullmatch(word) for word in words):
            raise FormatError(path, where, f"expected 24 hours of Dst, got {len(text.split())} words")
    return _checked([float(word) for word in words], path, where)


def _checked(values, path, where):
    out = np.array([np.nan if value == _FILL else value for value in values])
    name, line = where.rsplit(" ", 1)
    check_range(out[np.newaxis], "dst", path, where=name, first=int(line), label="Dst")
    return out


def iaga_days(data: bytes, path: Path) -> list[Day]:
    """Days of Dst in IAGA-2002 form; hours may be stamped at their start or their middle."""
    check_last_line(data, path)
    version, halves = "0", set()
    hours: dict[tuple[np.datetime64, int], float] = {}
    dates: dict[tuple[str, ...], np.datetime64] = {}
    rows = False
    for i, line in enumerate(data.decode("latin-1").split("\n"), 1):
        if not rows:
            kind = re.match(r"\s*Data Type\s+(\w)", line, re.IGNORECASE)
            if kind:
                version = {"D": "2", "F": "2", "P": "1"}.get(kind[1].upper(), "0")
            rows = line.startswith("DATE")
            continue
        if not line.strip():
            continue
        match = _IAGA_ROW.fullmatch(line)
        if match is None:
            raise FormatError(
                path, f"line {i}", f"expected date, time, day of year and Dst, got {line[:40]!r}"
            )
        year, month, day, hour, minute, second, doy, value = match.groups()
        written = (year, month, day, doy)
        if written not in dates:
            date = calendar_day(year, month, day, path, f"line {i}")
            if int(doy) != (date - date.astype("datetime64[Y]")).astype(int) + 1:
                raise FormatError(path, f"line {i}", f"{year}-{month}-{day} is not day {doy} of its year")
            dates[written] = date
        date = dates[written]
        if int(hour) > 23 or minute not in ("00", "30") or second != "00":
            raise FormatError(path, f"line {i}", f"{hour}:{minute}:{second} is no hour")
        halves.add(minute)
        number = float(value)
        number = float(_FILL) if number in (99999, 88888, 9999) else number
        before = hours.setdefault((date, int(hour)), number)
        if before != number:
            raise FormatError(path, f"line {i}", "given twice with different values; keep one")
        if number != _FILL and not _LOW <= number <= _HIGH:  # an array for each value is slow
            _checked([number], path, f"line {i}")
    if not hours or len(halves) > 1:
        raise FormatError(path, "end of file", "no hour of Dst, or some stamped at :00 and some at :30")
    days = sorted({date for date, _ in hours})
    if len(hours) < 24 * len(days):
        date = next(date for date in days if any((date, hour) not in hours for hour in range(24)))
        raise FormatError(path, "end of file", f"{date} has no 24 hours: the file is cut")
    return list(_by_day(hours, version))


def _by_day(hours, version) -> Iterator[Day]:
    for date in sorted({date for date, _ in hours}):
        values = np.array([hours[date, hour] for hour in range(24)])
        yield date, version, np.where(values == _FILL, np.nan, values)
