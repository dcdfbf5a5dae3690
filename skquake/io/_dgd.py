"""Daily geomagnetic data of NOAA's Space Weather Prediction Center."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Paths
from skquake.io._files import MAX_DAYS, FormatError, calendar_day, expand_paths, read_bytes, text_lines
from skquake.io._indices import join_files, one_row_a_time, wrong_file
from skquake.io._kp import thirds
from skquake.io._ranges import check_range, outside
from skquake.io._reader import reader
from skquake.io._words import check_last_line

_HEAD = re.compile(r"#\s*-+ *([A-Za-z]+) *-+\s+-+ *([A-Za-z]+) *-+\s+-+ *Planetary *-+\s*")
_LINE = re.compile(r"(\d{4}) (\d\d| \d) (\d\d| \d)([ \d.-]*)", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.\d\d)?", re.ASCII)
_EXPECTED = "SWPC's daily geomagnetic data, from ':Product: Daily Geomagnetic Data'"


@reader
def read_dgd(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """K and A of two stations and of the planet, as estimated by SWPC (``YYYY_DGD.txt``).

    The planetary values are estimates made within hours from few observatories: they stand in for Kp of the
    GFZ (:func:`read_kp`) only where that is not there yet.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Yearly, quarterly and 30-day files (``2013_DGD.txt``, ``2024Q1_DGD.txt``,
        ``daily-geomagnetic-indices.txt``); ``.gz``, ``.Z`` and ``.zip`` are unpacked. Where files overlap,
        a value wins over a missing one, then the one read last.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame of float64
        Index ``time``: the **start** of each 3 h interval (UTC). Columns ``k_fredericksburg``, ``k_college``
        (named as in the header of the file), ``k_planetary`` (estimated: whole numbers, in later files thirds
        written with two decimals, here exact), and of the day, in all its eight intervals,
        ``a_fredericksburg``, ``a_college``, ``a_planetary`` (nT). Missing values (-1) are NaN.

    Raises
    ------
    FormatError
        For a file that is cut, of another kind (named), with a K above 9 or an A above 400, or that gives one
        day twice with different values.

    References
    ----------
    NOAA Space Weather Prediction Center, https://www.swpc.noaa.gov/products/daily-geomagnetic-data; format:
    ftp://ftp.swpc.noaa.gov/pub/indices/old_indices/README (public domain)

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_dgd
    >>> path = pathlib.Path(tempfile.mkdtemp(), "2013_DGD.txt")
    >>> _ = path.write_text(":Product: Daily Geomagnetic Data     2013_DGD.txt\\n"
    ...     "#              - Fredericksburg -     ---- College ----      --- Planetary ---\\n"
    ...     "#  Date        A     K-indices        A     K-indices        A     K-indices\\n"
    ...     "2013 01 05     1  0 1 1 0 0-1-1-1     0  0 0 0 0 0 0 0 0     3  0 1 1 0 1 0 1 0\\n")
    >>> read_dgd(path)[["k_fredericksburg", "k_planetary", "a_planetary"]].iloc[4:6]
                         k_fredericksburg  k_planetary  a_planetary
    time
    2013-01-05 12:00:00               0.0          1.0          3.0
    2013-01-05 15:00:00               NaN          0.0          3.0
    """
    parts = [
        _read_one(path)
        for path in progress(expand_paths(paths, "read_dgd"), desc="read_dgd", verbose=verbose, unit="file")
    ]
    table = join_files(parts)
    table.attrs = {
        "units": {name: "nT" if str(name).startswith("a_") else "1" for name in table},
        "origin": "NOAA Space Weather Prediction Center, estimated in near real time",
        "citation": "NOAA SWPC, https://www.swpc.noaa.gov/products/daily-geomagnetic-data",
        "license": "public domain",
    }
    return table


def _read_one(path):
    data = read_bytes(path)
    if not re.match(rb"\s*:Product:\s+Daily Geomagnetic Data", data):
        raise wrong_file(data, path, _EXPECTED)
    check_last_line(data, path)
    places: list[str] | None = None
    days, rows, numbers = [], [], []
    for i, line in enumerate(text_lines(data, path, MAX_DAYS), 1):
        if line.startswith((":", "#")) or not line.strip():
            head = _HEAD.fullmatch(line)
            places = [*(name.lower() for name in head.groups()), "planetary"] if head else places
            continue
        match = _LINE.fullmatch(line)
        values = _NUMBER.findall(match[4]) if match else []
        if match is None or len(values) != 27 or _NUMBER.sub("", match[4]).strip():
            what = f"expected a date and three times A and eight K, got {line[:30]!r}"
            raise FormatError(path, f"line {i}", what)
        days.append(calendar_day(match[1], match[2], match[3], path, f"line {i}"))
        rows.append([float(value) for value in values])
        numbers.append(i)
    if places is None or len(set(places)) < 3 or not days:
        what = "no line of the header that names the places of the three groups of columns, or no day"
        raise FormatError(path, "header", what)
    groups = _checked(rows, numbers, path).reshape(-1, 3, 9)
    starts = np.array(days, dtype="datetime64[h]")[:, np.newaxis] + np.arange(0, 24, 3)
    table = pd.DataFrame(index=pd.DatetimeIndex(starts.ravel().astype("datetime64[ns]"), name="time"))
    for k, place in enumerate(places):
        table[f"k_{place}"] = groups[:, k, 1:].ravel()
    for k, place in enumerate(places):
        table[f"a_{place}"] = np.repeat(groups[:, k, 0], 8)
    return one_row_a_time(table, path)


def _checked(rows, numbers, path):
    """Values of the lines of these numbers: -1 as NaN, K to exact thirds; a FormatError beyond the ranges."""
    values = np.array(rows)
    values[values == -1] = np.nan
    is_k = np.arange(values.shape[1]) % 9 > 0
    for quantity, name, part in (("a_index", "A", values[:, ~is_k]), ("kp", "K", values[:, is_k])):
        for row in np.flatnonzero(outside(part, quantity).any(axis=1))[:1]:
            check_range(part[[row]], quantity, path, where="line", first=numbers[row], label=name)
    values[:, is_k] = thirds(values[:, is_k])
    return values
