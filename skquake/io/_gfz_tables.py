"""The forms in which the GFZ publishes Kp, Hpo and what belongs to them: text, WDC records, JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd

from skquake._core._typing import Array
from skquake.io._files import MAX_DAYS, FormatError, check_lines
from skquake.io._fixed_width import FixedWidth
from skquake.io._indices import wrong_file
from skquake.io._table import parse_times
from skquake.io._words import check_last_line, read_words

MAX_JSON = 32 * 2**20
"""Largest JSON file in bytes: all Kp since 1932 as JSON has 12 MB."""

DAILY = {"ap_daily", "cp", "c9", "sunspot_number", "f107", "f107_adjusted"}
_JSON = {
    "Kp": "kp",
    "ap": "ap",
    "Ap": "ap_daily",
    "Cp": "cp",
    "C9": "c9",
    "SN": "sunspot_number",
    "Fobs": "f107",
    "Fadj": "f107_adjusted",
    "Hp30": "hp30",
    "ap30": "ap30",
    "Hp60": "hp60",
    "ap60": "ap60",
}
_BARTELS = np.datetime64("1832-02-08", "D")  # first day of rotation 1
_WDC = re.compile(r"\d\d[ \d]\d[ \d]\d[ \d]{45}.*", re.ASCII)


def text_rows(data: bytes, path: Path, names: list[str]) -> pd.DataFrame:
    """Rows of a GFZ text table with a column ``date``; -1 becomes NaN. Comment lines begin with ``#``."""
    check_last_line(data, path)
    table = read_words(without_comments(data), path, names)
    year, month, day = (table.pop(name).to_numpy() for name in ("year", "month", "day"))
    dates = dates_of(year, month, day, path)
    values = table.to_numpy()
    table = pd.DataFrame(np.where(values == -1, np.nan, values), columns=table.columns)
    table.insert(0, "date", dates.astype("datetime64[ns]"))
    return table


def dates_of(year: Array, month: Array, day: Array, path: Path) -> Array:
    """``datetime64[D]`` of years, months and days from 1900 to 2199, or a FormatError."""
    good = (1900 <= year) & (year < 2200) & (1 <= month) & (month <= 12) & (1 <= day) & (day <= 31)
    good &= (year % 1 == 0) & (month % 1 == 0) & (day % 1 == 0)
    year, month, day = (np.where(good, part, 1).astype(int) for part in (year, month, day))
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    good &= dates.astype("datetime64[M]") == months
    if not good.all():
        at = int((~good).argmax())
        raise FormatError(path, f"row {at + 1}", "year, month and day are no date between 1900 and 2199")
    return dates


def first_row(data: bytes) -> bytes:
    """The first line that is neither empty nor a comment; b"" if there is none."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        line = data[at:end]
        if line[:1] != b"#" and line.strip():
            return line
        at = end
    return b""


def without_comments(data: bytes) -> bytes:
    """The lines with those that begin with ``#`` emptied."""
    at = 0
    while data.startswith(b"#", at):
        at = data.find(b"\n", at) + 1 or len(data)
    if b"\n#" in data[at:]:
        return re.sub(rb"(?m)^#[^\n]*", b"", data)
    return b"\n" * data.count(b"\n", 0, at) + data[at:]


def is_json(data: bytes) -> bool:
    """Whether a file is JSON, by its first character."""
    return data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")


def load_json(data: bytes, path: Path) -> object:
    """What a JSON file holds, or a FormatError."""
    if len(data) > MAX_JSON:
        raise FormatError(path, "JSON", f"{len(data)} bytes; expected at most {MAX_JSON}")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FormatError(path, "JSON", f"damaged or cut ({error})") from None


def numbers(values: object, path: Path, name: str) -> Array:
    """A list of a JSON file as float64; null is NaN, and text that says a number counts as one."""
    if not isinstance(values, list):
        raise FormatError(path, "JSON", f"{name}: expected a list")
    out = np.empty(len(values))
    for i, value in enumerate(values):
        try:
            if isinstance(value, bool) or (isinstance(value, str) and "_" in value):
                raise ValueError
            out[i] = np.nan if value is None else float(value)
            if value is not None and not np.isfinite(out[i]):
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise FormatError(path, f"item {i + 1}", f"{name} {str(value)[:20]!r} is no number") from None
    return out


def json_table(data: bytes, path: Path, expected: str) -> tuple[pd.DataFrame, Array | None]:
    """Indices of GFZ's JSON by ``time``, and whether each row is definitive (None where it does not say)."""
    content = load_json(data, path)
    names = {}
    if isinstance(content, dict):
        names = {key: _JSON[key] for key in _JSON if key in content}
    if not names or not isinstance(content, dict) or "datetime" not in content:
        raise wrong_file(data, path, expected, "JSON")
    moments = content["datetime"]
    if not isinstance(moments, list) or not moments or not all(isinstance(t, str) for t in moments):
        raise FormatError(path, "JSON", "datetime: expected a list of dates")
    times = parse_times(moments, path, "datetime", first=1, unit="item")
    table = pd.DataFrame(index=pd.DatetimeIndex(times, name="time"))
    for key, name in names.items():
        values = numbers(content[key], path, key)
        if len(values) != len(table):
            raise FormatError(path, "JSON", f"{len(values)} values of {key} for {len(table)} dates")
        table[name] = np.where(values == -1, np.nan, values)
    status = content.get("status")
    if status is None:
        return table, None
    if (
        not isinstance(status, list)
        or len(status) != len(table)
        or not set(map(str, status)) <= {"def", "pre", "now"}
    ):
        raise FormatError(path, "JSON", "status: expected 'def' or 'pre' for each date")
    return table, np.array([item == "def" for item in status])


def is_wdc(data: bytes) -> bool:
    """Whether a file has Kp in WDC form, by its first line of data."""
    for line in data[:4000].decode("latin-1").split("\n"):
        if line.strip() and not line.startswith("#"):
            return _WDC.match(line) is not None and len(line.split("\r")[0].rstrip()) >= 55
    return False


def wdc_days(data: bytes, path: Path) -> pd.DataFrame:
    """Days of WDC records (``kpyymm.wdc``): date, kp1 ... kp8, ap1 ... ap8, and the daily columns."""
    check_lines(data, path, MAX_DAYS)
    check_last_line(data, path, fixed=False)  # what is not known yet is blank
    records: list[str] = []
    lines: list[int] = []
    for i, line in enumerate(data.decode("latin-1").split("\n"), 1):
        line = line.rstrip()
        if not line or line.startswith("#"):
            continue
        if not _WDC.match(line) or not 55 <= len(line) <= 72:
            raise FormatError(
                path, f"line {i}", f"expected a day of Kp in 55 to 71 columns, got {line[:30]!r}"
            )
        records.append(line[:71].ljust(71))
        lines.append(i)
    fields = FixedWidth(records, path, lines, "columns {start} to {end}: {text} is no number")
    days: dict[str, Array] = {"date": _wdc_dates(fields)}
    for k in range(8):
        days[f"kp{k + 1}"] = fields.decode(12 + 2 * k, 14 + 2 * k, _number) / 10
    for k in range(8):
        days[f"ap{k + 1}"] = fields.decode(31 + 3 * k, 34 + 3 * k, _number)
    odd = [
        ~np.isin(np.round(10 * days[f"kp{k}"]) % 10, (0, 3, 7)) & ~np.isnan(days[f"kp{k}"])
        for k in range(1, 9)
    ]
    bad = np.any(odd, axis=0)
    if bad.any():
        at = int(bad.argmax())
        what = f"Kp {records[at][12:28]!r}: tenths of Kp end with 0, 3 or 7"
        raise FormatError(path, f"line {lines[at]}", what)
    days["ap_daily"] = fields.decode(55, 58, _number)
    days["cp"] = fields.decode(58, 61, lambda text: _tenths(text) if "." in text else _tenths(text) / 10)
    days["c9"] = fields.decode(61, 62, _number)
    days["sunspot_number"] = fields.decode(62, 65, _number)
    days["f107"] = fields.decode(65, 70, _tenths)
    return pd.DataFrame(days)


def _wdc_dates(fields):
    """Dates of WDC records by their Bartels rotation, which must be those that the records write."""
    rotation, day = fields.decode(6, 10, _number), fields.decode(10, 12, _number)
    known = ~(np.isnan(rotation) | np.isnan(day))
    since = np.where(known, 27 * (rotation - 1) + day - 1, 0).astype(np.int64)
    dates = _BARTELS + since.astype("timedelta64[D]")
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64)
    said = [fields.decode(k, k + 2, lambda text: int(text.replace(" ", "0"))) for k in (0, 2, 4)]
    bad = ~known | (said[0] != (1970 + month // 12) % 100) | (said[1] != month % 12 + 1)
    bad |= dates >= np.datetime64("2200-01-01")
    bad |= said[2] != (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    if bad.any():
        at = int(bad.argmax())
        date, turn, of_turn = (
            fields.matrix[at, a:b].tobytes().decode() for a, b in ((0, 6), (6, 10), (10, 12))
        )
        what = f"date {date!r} is not day {of_turn!r} of Bartels rotation {turn!r}"
        raise FormatError(fields.path, f"line {fields.lines[at]}", what)
    return dates.astype("datetime64[ns]")


def _number(text):
    """A whole number behind blanks; NaN for blanks."""
    if not text.strip():
        return np.nan
    if not re.fullmatch(r" *\d+", text, re.ASCII):
        raise ValueError(text)
    return float(text)


def _tenths(text):
    """A number behind blanks, with a point or without; NaN for blanks."""
    return float(text) if re.fullmatch(r" *\d*\.\d+", text, re.ASCII) else _number(text)


def kp_rows(data: bytes, path: Path) -> pd.DataFrame | None:
    """``time`` (start), ``kp`` and ``definitive``, of WDC form or JSON; None for a file of another form."""
    if is_wdc(data):
        days = wdc_days(data, path)
        starts = days["date"].to_numpy()[:, np.newaxis] + np.arange(0, 24, 3).astype("timedelta64[h]")
        kp = days[[f"kp{k}" for k in range(1, 9)]].to_numpy().ravel()
        rows = pd.DataFrame({"time": starts.ravel(), "kp": kp, "definitive": False})
    elif is_json(data):
        table, definitive = json_table(data, path, "GFZ's JSON of Kp")
        if "kp" not in table:
            raise wrong_file(data, path, "GFZ's JSON of Kp", "JSON")
        marks = np.zeros(len(table), dtype=bool) if definitive is None else definitive
        rows = pd.DataFrame(
            {"time": table.index.to_numpy(), "kp": table["kp"].to_numpy(), "definitive": marks}
        )
    else:
        return None
    times, values = rows["time"].to_numpy(), rows["kp"].to_numpy()
    bad = (times - np.datetime64("1932-01-01")) % np.timedelta64(3, "h") != np.timedelta64(0, "ns")
    bad |= ~(np.isnan(values) | ((values >= 0) & (values <= 9)))
    if bad.any():
        at = int(bad.argmax())
        what = f"Kp {values[at]:g} at {times[at]}; expected 0...9 at 0, 3, ... 21 h"
        raise FormatError(path, f"item {at + 1}", what)
    return rows
