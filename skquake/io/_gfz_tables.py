"""The forms in which the GFZ publishes Kp, Hpo and what belongs to them: text, WDC records, JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd

from skquake._core._typing import Array
from skquake.io._files import MAX_DAYS, FormatError, check_lines
from skquake.io._indices import wrong_file
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
    table = read_words(re.sub(rb"(?m)^#[^\n]*", b"", data), path, names)
    year, month, day = (table.pop(name).to_numpy() for name in ("year", "month", "day"))
    good = (1900 <= year) & (year < 2200) & (1 <= month) & (month <= 12) & (1 <= day) & (day <= 31)
    good &= (year % 1 == 0) & (month % 1 == 0) & (day % 1 == 0)
    year, month, day = (np.where(good, part, 1).astype(int) for part in (year, month, day))
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    good &= dates.astype("datetime64[M]") == months
    if not good.all():
        at = int((~good).argmax())
        raise FormatError(path, f"row {at + 1}", "year, month and day are no date between 1900 and 2199")
    values = table.to_numpy()
    table = pd.DataFrame(np.where(values == -1, np.nan, values), columns=table.columns)
    table.insert(0, "date", dates.astype("datetime64[ns]"))
    return table


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
    times = pd.to_datetime(pd.Series(moments), format="ISO8601", utc=True, errors="coerce").dt.tz_localize(
        None
    )
    bad = ~times.between("1900-01-01", "2200-01-01").to_numpy()
    if bad.any():
        at = int(bad.argmax())
        raise FormatError(path, f"item {at + 1}", f"datetime {moments[at][:30]!r} is no date")
    table = pd.DataFrame(index=pd.DatetimeIndex(times.to_numpy("datetime64[ns]"), name="time"))
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
    rows = []
    for i, line in enumerate(data.decode("latin-1").split("\n"), 1):
        line = line.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        if not _WDC.match(line) or not 55 <= len(line.rstrip()) <= 72:
            raise FormatError(
                path, f"line {i}", f"expected a day of Kp in 55 to 71 columns, got {line[:30]!r}"
            )
        rows.append(_wdc_day(line.rstrip().ljust(71), path, i))
    names = ["date", *(f"kp{k}" for k in range(1, 9)), *(f"ap{k}" for k in range(1, 9))]
    return pd.DataFrame(rows, columns=[*names, "ap_daily", "cp", "c9", "sunspot_number", "f107"])


def _wdc_day(line, path, i):
    def field(first, last, tenths=False):
        word = line[first:last]
        if not word.strip():
            return np.nan
        if not re.fullmatch(r" *\d+" + (r"| *\d*\.\d+" if tenths else ""), word, re.ASCII):
            raise FormatError(path, f"line {i}", f"columns {first + 1} to {last}: {word!r} is no number")
        return float(word)

    rotation, day_of_rotation = field(6, 10), field(10, 12)
    try:
        day = np.timedelta64(int(27 * (rotation - 1) + day_of_rotation - 1), "D")
        date = _BARTELS + day
        if date.item().strftime("%y%m%d") != line[:6].replace(" ", "0"):
            raise ValueError
    except (ValueError, OverflowError, AttributeError):
        what = f"date {line[:6]!r} is not day {line[10:12]!r} of Bartels rotation {line[6:10]!r}"
        raise FormatError(path, f"line {i}", what) from None
    kp = [field(k, k + 2) for k in range(12, 28, 2)]
    if any(value % 10 not in (0, 3, 7) for value in kp if value == value):
        raise FormatError(path, f"line {i}", f"Kp {line[12:28]!r}: tenths of Kp end with 0, 3 or 7")
    ap = [field(k, k + 3) for k in range(31, 55, 3)]
    cp = field(58, 61, tenths=True)
    flux = field(65, 70, tenths=True)
    daily = [field(55, 58), cp if "." in line[58:61] else cp / 10, field(61, 62), field(62, 65), flux]
    return [date.astype("datetime64[ns]"), *(value / 10 for value in kp), *ap, *daily]


def kp_rows(data: bytes, path: Path) -> list[tuple[np.datetime64, float, bool]] | None:
    """Start, Kp and whether it is definitive, of WDC form or JSON; None for a file of another form."""
    if is_wdc(data):
        days = wdc_days(data, path)
        starts = days["date"].to_numpy()[:, np.newaxis] + np.arange(0, 24, 3).astype("timedelta64[h]")
        kp = days[[f"kp{k}" for k in range(1, 9)]].to_numpy().ravel()
        rows = [(time, value, False) for time, value in zip(starts.ravel(), kp, strict=True)]
    elif is_json(data):
        table, definitive = json_table(data, path, "GFZ's JSON of Kp")
        if "kp" not in table:
            raise wrong_file(data, path, "GFZ's JSON of Kp", "JSON")
        marks = np.zeros(len(table), dtype=bool) if definitive is None else definitive
        rows = [
            (time, value, bool(mark))
            for time, value, mark in zip(table.index.to_numpy(), table["kp"], marks, strict=True)
        ]
    else:
        return None
    for k, (time, value, _) in enumerate(rows, 1):
        off = (time - np.datetime64("1932-01-01")) % np.timedelta64(3, "h") != np.timedelta64(0, "ns")
        if off or not (value != value or 0 <= value <= 9):
            raise FormatError(path, f"item {k}", f"Kp {value:g} at {time}; expected 0...9 at 0, 3, ... 21 h")
    return rows
