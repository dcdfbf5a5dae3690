"""Dst in the forms of WDC Kyoto, and the Swarm auxiliary files that repeat its exchange format."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Array, Paths
from skquake.io._dst_forms import iaga_days, is_iaga_dst, is_monthly, monthly_days
from skquake.io._files import MAX_DAYS, FormatError, calendar_day, expand_paths, read_bytes, text_lines
from skquake.io._indices import refuse_others
from skquake.io._ranges import check_range
from skquake.io._reader import reader

_LINE = re.compile(r"DST(\d\d)([ \d]\d)\*([ \d]\d)..[X ](.)([ \d]\d|  )(.*)", re.ASCII)
_FIELD = re.compile(r" *[+-]?\d{1,6}| *\*+", re.ASCII)
_WIDTH = 120
_FILL = 9999


@reader
def read_dst(paths: Paths, *, verbose: int = 0) -> pd.Series:
    """Hourly Dst index from files of WDC Kyoto or Swarm ``SW_OPER_AUX_DST`` ``.DBL`` files.

    Reads the exchange format (120 columns a day; also Swarm's), Kyoto's monthly table as text or as the HTML
    page that shows it, and IAGA-2002.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.gz``, ``.Z`` and ``.zip`` are unpacked. Forms may be mixed. Where two lines give the same day,
        the one of the higher version wins (0 quick-look, 1 provisional, 2 final); of one version a value wins
        over a missing one, then the one read last.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    Series of float64
        Name ``dst``, in nT; index ``time``: the **start** of the hour that the value covers (UTC).
        Hours marked as missing (9999, or asterisks) are NaN. ``attrs["versions"]`` counts the days of each
        version.

    Raises
    ------
    FormatError
        For a file of another kind (named), a line that is not one day of Dst, a final or provisional monthly
        table that lacks days, a value beyond -2500...500 nT, and for a file that gives one day of one version
        twice with different values.

    References
    ----------
    World Data Center for Geomagnetism, Kyoto, https://doi.org/10.17593/14515-74000;
    format: https://wdc.kugi.kyoto-u.ac.jp/dstae/format/dstformat.html

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_dst
    >>> path = pathlib.Path(tempfile.mkdtemp(), "dst.txt")
    >>> _ = path.write_text("DST0501*01  X220   0" + "  -5" * 23 + "9999" + "  -5\\n")
    >>> read_dst(path).tail(2)
    time
    2005-01-01 22:00:00   -5.0
    2005-01-01 23:00:00    NaN
    Name: dst, dtype: float64
    """
    days: dict[np.datetime64, tuple[str, Array]] = {}
    for path in progress(expand_paths(paths, "read_dst"), desc="read_dst", verbose=verbose, unit="file"):
        inside: dict[tuple[np.datetime64, str], Array] = {}
        for day, version, values in _days(read_bytes(path, html=True), path):
            before = inside.setdefault((day, version), values)
            if not np.array_equal(before, values, equal_nan=True):
                what = f"version {version} stands in the file before with other values"
                raise FormatError(path, f"day {day}", what)
            known = days.get(day)
            if known is None or version > known[0]:
                days[day] = (version, values)
            elif version == known[0]:
                days[day] = (version, np.where(np.isnan(values), known[1], values))
    order = sorted(days)
    starts = np.array(order, dtype="datetime64[h]")[:, np.newaxis] + np.arange(24)
    values = np.array([days[day][1] for day in order])
    versions = pd.Series([days[day][0] for day in order]).value_counts().to_dict()
    index = pd.DatetimeIndex(starts.ravel().astype("datetime64[ns]"), name="time")
    dst = pd.Series(values.ravel(), index=index, name="dst")
    dst.attrs = {
        "units": {"dst": "nT"},
        "origin": "WDC for Geomagnetism, Kyoto",
        "citation": "World Data Center for Geomagnetism, Kyoto, https://doi.org/10.17593/14515-74000",
        "versions": {str(k): int(n) for k, n in versions.items()},
    }
    return dst


def _days(data, path):
    """Day, version and 24 values of each day of a file of any form."""
    head = data[:20_000].decode("latin-1")
    if is_monthly(head):
        return monthly_days(data, path)
    if is_iaga_dst(head):
        return iaga_days(data, path)
    refuse_others(data, path, "read_dst", "Dst as a table of days, a monthly table or IAGA-2002")
    lines = enumerate(text_lines(data, path, MAX_DAYS), 1)
    return (_parse(line.rstrip(), path, i) for i, line in lines if line.strip())


def _parse(line, path, i):
    """Day, version and 24 values of a line of 120 columns.

    Published files hold lines with a stray blank between two values; such a longer line counts if its
    values stand apart and their number is right.
    """
    match = _LINE.fullmatch(line)
    if match is None or len(line) < _WIDTH:
        what = f"expected {_WIDTH} columns 'DSTyymm*dd ... 24 values', got {len(line)}: {line[:20]!r}"
        raise FormatError(path, f"line {i}", what)
    year, month, day, version, century, text = match.groups()
    fields = [text[k : k + 4] for k in range(0, 104, 4)] if len(line) == _WIDTH else text.split()
    date = calendar_day(f"{int(century.strip() or 19)}{year}", month, day, path, f"line {i}")
    try:
        if len(fields) != 26 or not all(map(_FIELD.fullmatch, fields)):
            raise ValueError(f"{len(fields)} fields instead of 26, or one with a blank inside")
        numbers = np.array([np.nan if "*" in field else float(field) for field in fields[:25]])
    except ValueError as error:
        raise FormatError(path, f"line {i}", f"not a day of 24 whole numbers ({error})") from error
    base, hours = numbers[0], numbers[1:]
    if np.isnan(base):
        raise FormatError(path, f"line {i}", "the base value is missing")
    values = np.where(hours == _FILL, np.nan, 100.0 * base + hours)
    check_range(values[np.newaxis], "dst", path, where="line", first=i, label="Dst")
    return date, version, values
