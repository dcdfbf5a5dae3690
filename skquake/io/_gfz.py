"""Kp with all that stands beside it in the files of the GFZ, Potsdam."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Paths
from skquake.io._files import FormatError, expand_paths, read_bytes, warn
from skquake.io._gfz_tables import DAILY, first_row, is_json, is_wdc, json_table, text_rows, wdc_days
from skquake.io._indices import join_files, one_row_a_time, refuse_others, wrong_file
from skquake.io._kp import thirds
from skquake.io._kp_to_ap import kp_to_ap
from skquake.io._ranges import check_table
from skquake.io._reader import reader
from skquake.io._words import check_last_line, words_in

_UNITS = {
    "kp": "1",
    "ap": "2 nT",
    "ap_daily": "2 nT",
    "cp": "1",
    "c9": "1",
    "sunspot_number": "1",
    "f107": "sfu",
    "f107_adjusted": "sfu",
}
_DATE = ["year", "month", "day"]
_KP, _AP = [f"kp{k}" for k in range(1, 9)], [f"ap{k}" for k in range(1, 9)]
_DAY = [
    *_DATE,
    *("days", "days_middle", "rotation", "day_of_rotation"),
    *_KP,
    *_AP,
    *("ap_daily", "sunspot_number", "f107", "f107_adjusted", "flag"),
]
_INTERVAL = [*_DATE, "hour", "middle", "days", "days_middle", "kp", "ap", "flag"]
_EXPECTED = "a GFZ file of Kp: 28 words a line (a day) or 10 (three hours), WDC form, or JSON"


@reader
def read_gfz(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """Kp, ap, Ap, sunspot number and F10.7 from GFZ files of any form.

    Reads the daily text (``Kp_ap_Ap_SN_F107_*.txt``), the three-hourly one (``Kp_ap_*.txt``), WDC form
    (``kpyymm.wdc``) and the JSON of GFZ's web service. For Kp alone see :func:`read_kp`.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.gz``, ``.Z`` and ``.zip`` are unpacked. Forms may be mixed. Where files overlap, a value wins
        over a missing one, a definitive row over a preliminary one, then the one read last.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Index ``time``: the **start** of each 3 h interval (UTC). Of these columns those that the files have:
        ``kp`` (exact thirds), ``ap`` (2 nT); of the day, in all its eight intervals: ``ap_daily`` (Ap),
        ``cp``, ``c9``, ``sunspot_number``, ``f107`` (observed, sfu) and ``f107_adjusted`` (to 1 AU); and
        ``definitive``, whether the file marks Kp as definitive: a flag of 1 or 2 in text, "def" in JSON;
        False where it does not say, as in WDC form. Missing values are NaN.

    Raises
    ------
    FormatError
        For a file that is cut, of another kind (named), with a value out of its range, or that gives one time
        twice with different values; in WDC form, where a date is not that of its Bartels rotation.

    Warns
    -----
    UserWarning
        Where ap is not the one that belongs to Kp.

    References
    ----------
    J. Matzka et al. (2021), "The geomagnetic Kp index and derived indices of geomagnetic activity", Space
    Weather 19, e2020SW002641. Data: CC BY 4.0, the sunspot numbers CC BY-NC 4.0 (WDC-SILSO, Brussels).
    WDC form: https://kp.gfz.de, ``wdc_fmt.txt``.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_gfz
    >>> path = pathlib.Path(tempfile.mkdtemp(), "kp.txt")
    >>> _ = path.write_text("# YYYY MM DD days days_m Bsr dB Kp1 ... ap1 ... Ap SN F10.7obs F10.7adj D\\n"
    ...     "2025 01 07 33975 33975.5 2610 19  2.333  3.000  2.667  2.667  2.333  3.333  2.333  2.000"
    ...     "    9   15   12   12    9   18    9    7    11 132    167.7    162.2 0\\n")
    >>> read_gfz(path)[["kp", "ap", "ap_daily", "f107"]].round(3).head(2)
                            kp    ap  ap_daily   f107
    time
    2025-01-07 00:00:00  2.333   9.0      11.0  167.7
    2025-01-07 03:00:00  3.000  15.0      11.0  167.7
    """
    parts = [
        _read_one(path)
        for path in progress(expand_paths(paths, "read_gfz"), desc="read_gfz", verbose=verbose, unit="file")
    ]
    table = join_files(parts, rank="definitive")
    names = [name for name in _UNITS if name in table]
    table = table[[*names, "definitive"]].astype(dict.fromkeys(names, float) | {"definitive": bool})
    table.attrs = {
        "units": {name: _UNITS[name] for name in names},
        "origin": "GFZ Helmholtz Centre for Geosciences, Potsdam",
        "citation": "Matzka et al. (2021), https://doi.org/10.1029/2020SW002641",
        "license": "CC BY 4.0; sunspot numbers CC BY-NC 4.0",
    }
    return table


def _read_one(path):
    data = read_bytes(path)
    if is_json(data):
        table = _json(data, path)
    elif is_wdc(data):
        table = _intervals(wdc_days(data, path).assign(definitive=False))
    else:
        table = _text(data, path)
    check_table(table, path)
    if "kp" in table:
        table["kp"] = thirds(table["kp"])
        table["definitive"] &= table["kp"].notna()
    if {"kp", "ap"} <= set(table):
        apart = (kp_to_ap(table["kp"]) - table["ap"]).abs() > 0
        if apart.any():
            time = table.index[apart.argmax()]
            what = f"in {int(apart.sum())} intervals ap is not that of Kp, first at {time}"
            warn(f"{path}: {what}: is the file damaged?")
    return one_row_a_time(table, path)


def _text(data, path):
    refuse_others(data, path, "GFZ", _EXPECTED)
    first = first_row(data)
    n = words_in(first) if first[:1].isdigit() else 0
    if n == len(_DAY):
        days = text_rows(data, path, _DAY)
        days["definitive"] = days["flag"] >= 1
        return _intervals(days[["date", *_KP, *_AP, *_DAY[23:27], "definitive"]])
    if n != len(_INTERVAL):
        check_last_line(data, path)
        raise wrong_file(data, path, _EXPECTED)
    rows = text_rows(data, path, _INTERVAL)
    hours = rows["hour"].to_numpy()
    bad = ~np.isin(hours, np.arange(0, 24, 3)) | (np.abs(rows["middle"].to_numpy() - hours - 1.5) > 1e-6)
    if bad.any():
        at = int(bad.argmax())
        what = f"interval from {hours[at]:g} h with its middle at {rows['middle'].iloc[at]:g} h, not 3 h long"
        raise wrong_file(data, path, f"{_EXPECTED}; {what}", f"row {at + 1}")
    times = rows["date"].to_numpy() + hours.astype("timedelta64[h]")
    table = rows[["kp", "ap"]].set_index(pd.DatetimeIndex(times.astype("datetime64[ns]"), name="time"))
    return table.assign(definitive=rows["flag"].to_numpy() >= 1)


def _json(data, path):
    table, definitive = json_table(data, path, _EXPECTED)
    if not set(table) <= set(_UNITS):
        raise wrong_file(data, path, _EXPECTED, "JSON")
    daily = set(table) <= DAILY
    if not daily and DAILY & set(table):
        raise FormatError(path, "JSON", f"indices of a day and of three hours together: {list(table)}")
    step = np.timedelta64(24 if daily else 3, "h")
    off = (table.index.to_numpy() - np.datetime64("1932-01-01")) % step != np.timedelta64(0, "ns")
    if off.any():
        raise FormatError(
            path, f"item {int(off.argmax()) + 1}", f"{table.index[off.argmax()]} begins no {step}"
        )
    table["definitive"] = False if definitive is None or daily else definitive
    if not daily:
        return table
    times = table.index.to_numpy()[:, np.newaxis] + np.arange(0, 24, 3).astype("timedelta64[h]")
    index = pd.DatetimeIndex(times.ravel().astype("datetime64[ns]"), name="time")
    return table.loc[table.index.repeat(8)].set_index(index)


def _intervals(days):
    """Eight rows of each row of days."""
    times = days["date"].to_numpy()[:, np.newaxis] + np.arange(0, 24, 3).astype("timedelta64[h]")
    index = pd.DatetimeIndex(times.ravel().astype("datetime64[ns]"), name="time")
    daily = days.drop(columns=["date", *_KP, *_AP])
    table = daily.loc[daily.index.repeat(8)].set_index(index)
    table.insert(0, "kp", days[_KP].to_numpy().ravel())
    table.insert(1, "ap", days[_AP].to_numpy().ravel())
    return table
