"""Origin times of earthquakes: parts of a date, written dates, numbers; any offset from UTC."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from skquake._core._typing import Array
from skquake.io._files import FormatError
from skquake.io._numbers import to_numbers
from skquake.io._table import iso_at_once

NAMED = ("unix", "unix_ms", "decimal_year")
"""Formats of times that are numbers; any other format is a pattern of ``strftime``."""

_WRITTEN = re.compile(
    r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)(?:[T ]\s*(\d\d?):\s*(\d\d?)(?::\s*(\d\d?(?:\.\d*)?)?)?)?"
    r"\s*(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d))?"
)
_ZONE = r"(?:Z|UTC|GMT|[T ]\s*\d[\d:.]*\s*[+-]\d\d(?::?\d\d)?)\s*$"


def times_from_parts(
    parts: Iterable[Any],
    path: Path,
    *,
    unit: str = "row",
    first: int = 2,
    most_seconds: float = 61.0,
) -> Array:
    """``datetime64[ns]`` of years, months, days, hours, minutes and seconds.

    A minute or second 60 and an hour 24 are carried on. Seconds are kept to a microsecond and must be below
    ``most_seconds``.
    """
    parts = [np.asarray(part, dtype=float) for part in parts]
    limits = ((1700, 2199), (1, 12), (1, 31), (0, 24), (0, 60))
    good = (parts[5] >= 0) & (parts[5] < most_seconds)
    for part, (low, high) in zip(parts[:5], limits, strict=True):
        good &= (part >= low) & (part <= high) & (part == np.floor(part))
    whole = [np.where(good, part, 1).astype(np.int64) for part in parts[:5]]
    months = (np.where(good, whole[0], 2000) - 1970).astype("datetime64[Y]").astype("datetime64[M]")
    months = months + (whole[1] - 1)
    days = months.astype("datetime64[D]") + (whole[2] - 1)
    good &= days.astype("datetime64[M]") == months
    if not good.all():
        row = int(np.argmin(good))
        said = " ".join(f"{part[row]:g}" for part in parts)
        raise FormatError(path, f"{unit} {row + first}", f"{said} is no date and time")
    micros = np.rint(parts[5] * 1e6).astype(np.int64) + (whole[3] * 60 + whole[4]) * 60_000_000
    return days.astype("datetime64[ns]") + (micros * 1000).astype("timedelta64[ns]")


def read_times(
    text: Any,
    path: Path,
    *,
    time_format: str | None = None,
    utc_offset: float = 0.0,
    unit: str = "row",
    first: int = 2,
    name: str = "time",
) -> Array:
    """``datetime64[ns]`` in UTC of written times.

    Parameters
    ----------
    text : sequence of str
    path : Path
        The file, for errors.
    time_format : str or None, default=None
        None for dates as in ISO 8601 (``/`` or ``.`` for ``-`` and seconds 60 are read, too); one of
        ``NAMED``; or a pattern of ``strftime``.
    utc_offset : float, default=0.0
        Hours by which the clock of the file is ahead of UTC. Times that name a zone are refused with it.
    unit, first : str and int
        How an error names a row: ``unit``, number of the first.
    name : str, default="time"
        What the times are, for errors.
    """
    column = text if isinstance(text, pa.Array) else pa.array(text, pa.string(), from_pandas=True)
    column = pc.fill_null(pc.utf8_trim_whitespace(column), "")
    if utc_offset and time_format is None:
        zoned = _zoned(column)
        if zoned.any():
            what = f"{name} names its zone: leave utc_offset away"
            raise FormatError(path, f"{unit} {first + int(np.argmax(zoned))}", what)
    at_once = iso_at_once(pc.replace_substring(column, "/", "-")) if time_format is None else None
    text = pd.Series(column.to_numpy(zero_copy_only=False) if at_once is None else [], dtype=object)
    if at_once is not None:
        times = at_once
    elif time_format is None:
        times = _written(text, path, unit, first)
    elif time_format in NAMED:
        times = _numbers(text, path, time_format, unit, first, name)
    else:
        try:
            times = pd.to_datetime(text, format=time_format, utc=True, errors="coerce")
        except ValueError as error:
            raise ValueError(f"time_format={time_format!r}: {error}") from None
        times = times.dt.tz_localize(None).to_numpy().astype("datetime64[ns]")
    bad = np.isnat(times) | (times < np.datetime64("1700-01-01")) | (times >= np.datetime64("2200-01-01"))
    if bad.any():
        row = int(bad.argmax())
        like = "an ISO 8601 date" if time_format is None else f"a date as {time_format!r}"
        what = f"{name} {column[row].as_py()[:30]!r} is not {like} from 1700 to 2199"
        raise FormatError(path, f"{unit} {row + first}", what)
    return times - np.timedelta64(round(utc_offset * 3600), "s")


def names_zone(text: Array) -> bool:
    """Whether any of written times names its zone."""
    return bool(_zoned(pa.array(text, pa.string())).any())


def _zoned(column):
    return pc.match_substring_regex(column, _ZONE).to_numpy(zero_copy_only=False)


def known_times(text: Array, path: Path, **options: Any) -> Array:
    """Written times of which some are empty, as :func:`read_times` reads them; NaT for the empty ones."""
    known = text != ""
    times = np.full(len(text), np.datetime64("NaT", "ns"))
    if known.any():
        # Unknown ones take any known date's place, so that an error names the right row.
        filled = np.where(known, text, text[known][0])
        times[known] = read_times(filled, path, **options)[known]
    return times


def _written(text, path, unit, first):
    usual = text.str.replace("/", "-", regex=False)
    usual = usual.where(usual.str.len() >= 8, "")
    # Nothing shorter than a day passes: "2001" would become the first of January.
    usual = usual.where(usual.str.match(r"\d{4}-?\d\d-?\d\d"), "")
    times = pd.to_datetime(usual, format="ISO8601", utc=True, errors="coerce")
    times = times.dt.tz_localize(None).to_numpy().astype("datetime64[ns]").copy()
    rows = np.flatnonzero(np.isnat(times))
    which, different = pd.factorize(text.iloc[rows].fillna(""))
    found = [_WRITTEN.fullmatch(each) for each in different]
    odd = np.full(len(different), np.datetime64("NaT", "ns"))
    known = np.array([match is not None for match in found], dtype=bool)
    if known.any():
        groups = [match.groups() for match in found if match is not None]
        parts = np.array([[float(part or 0) for part in each[:6]] for each in groups]).T
        zones = [each[7:] for each in groups]
        ahead = [0 if sign is None else int(sign + "1") * (int(h) * 60 + int(m)) for sign, h, m in zones]
        try:
            odd[known] = times_from_parts(parts, path, first=0) - np.array(ahead, dtype="timedelta64[m]")
        except FormatError as error:
            bad = np.flatnonzero(known)[int(str(error.where).split()[1])]
            row = int(rows[np.argmax(which == bad)])
            raise FormatError(path, f"{unit} {first + row}", error.what) from None
    times[rows] = odd[which]
    return times


def _numbers(text, path, time_format, unit, first, name):
    values = to_numbers(text, path, name, unit=unit, first=first)
    if time_format == "decimal_year":
        good = (values >= 1700) & (values < 2200)
        years = np.where(good, np.floor(values), 2000).astype(np.int64)
        start, end = ((years + k - 1970).astype("datetime64[Y]").astype("datetime64[ns]") for k in (0, 1))
        share = np.where(good, values, 2000) - years
        times = start + (share * (end - start).astype(np.int64)).astype(np.int64).astype("timedelta64[ns]")
    else:
        micros = values * (1e6 if time_format == "unix" else 1e3)
        good = np.abs(micros) < 8e15
        times = np.rint(np.where(good, micros, 0)).astype(np.int64).astype("datetime64[us]")
        times = times.astype("datetime64[ns]")
    return np.where(good, times, np.datetime64("NaT", "ns"))
