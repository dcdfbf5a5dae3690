"""The indices Hp30 and Hp60 as published by the GFZ, Potsdam."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Paths
from skquake.io._files import FormatError, expand_paths, read_bytes
from skquake.io._gfz_tables import first_row, is_json, json_table, text_rows
from skquake.io._indices import join_files, one_row_a_time, refuse_others, wrong_file
from skquake.io._kp import thirds
from skquake.io._ranges import check_table
from skquake.io._reader import reader
from skquake.io._words import words_in

_NAMES = ["year", "month", "day", "hour", "middle", "days", "days_middle", "hp", "ap", "flag"]
_EXPECTED = "a GFZ file of Hp30 or Hp60 (10 words a line, from '# PURPOSE: ... Hp30')"
_ORIGIN = np.datetime64("1932-01-01", "ns")


@reader
def read_hpo(paths: Paths, *, verbose: int = 0) -> pd.DataFrame:
    """Geomagnetic indices Hp30 or Hp60 with ap30 or ap60 from GFZ files.

    They are made like Kp, every 30 or 60 min instead of 3 h, and have no upper end at 9.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        Complete series, nowcast and yearly files (``Hp30_ap30_*.txt``, ``Hp60_ap60_*.txt``), or the JSON of
        GFZ's web service; ``.gz``, ``.Z`` and ``.zip`` are unpacked. All of Hp30, or all of Hp60. Where files
        overlap, a value wins over a missing one, then the one read last.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame of float64
        Index ``time``: the **start** of the interval (UTC). Columns ``hp30`` (in exact thirds) and ``ap30``
        (2 nT), or ``hp60`` and ``ap60``; of JSON those that it has. Missing values (-1) are NaN. The last
        word of a line, reserved by the GFZ for later use, is left out where it is 0 and an error elsewhere.

    Raises
    ------
    FormatError
        For a file that is cut, of another kind (named), whose dates contradict its days since 1932, or that
        gives one time twice with different values.

    References
    ----------
    Y. Yamazaki et al. (2022), "Geomagnetic activity index Hpo", Geophysical Research Letters 49,
    e2022GL098860. Data: GFZ Data Services, https://doi.org/10.5880/Hpo.0003 (CC BY 4.0).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_hpo
    >>> path = pathlib.Path(tempfile.mkdtemp(), "hp30.txt")
    >>> _ = path.write_text("#YYY MM DD hh.h hh._m        days      days_m   Hp30 ap30 D\\n"
    ...                     "2025 07 17 23.0 23.25 34166.95833 34166.96875  1.000    4 0\\n"
    ...                     "2025 07 17 23.5 23.75 34166.97917 34166.98958 -1.000   -1 0\\n")
    >>> read_hpo(path)
                         hp30  ap30
    time
    2025-07-17 23:00:00   1.0   4.0
    2025-07-17 23:30:00   NaN   NaN
    """
    files = expand_paths(paths, "read_hpo")
    parts: list[tuple[pd.DataFrame, int]] = []
    for path in progress(files, desc="read_hpo", verbose=verbose, unit="file"):
        part, minutes = _read_one(path)
        if parts and minutes != parts[0][1]:
            raise FormatError(
                path, "table", f"Hp{minutes}, while {files[0]} is Hp{parts[0][1]}; read one kind"
            )
        parts.append((part, minutes))
    minutes = parts[0][1]
    table = join_files([part for part, _ in parts])
    table = table[[name for name in (f"hp{minutes}", f"ap{minutes}") if name in table]]
    units = {f"hp{minutes}": "1", f"ap{minutes}": "2 nT"}
    table.attrs = {
        "units": {name: units[str(name)] for name in table},
        "origin": "GFZ Helmholtz Centre for Geosciences, Potsdam",
        "citation": "Yamazaki et al. (2022), https://doi.org/10.1029/2022GL098860",
        "license": "CC BY 4.0",
    }
    return table


def _read_one(path):
    data = read_bytes(path)
    table, minutes = _json(data, path) if is_json(data) else _text(data, path)
    step = np.timedelta64(minutes, "m")
    off = (table.index.to_numpy() - _ORIGIN) % step != np.timedelta64(0, "ns")
    if off.any():
        raise FormatError(
            path, f"row {int(off.argmax()) + 1}", f"{table.index[off.argmax()]} begins no {step}"
        )
    check_table(table, path)
    name = f"hp{minutes}"
    if name in table:
        table[name] = thirds(table[name])
    return one_row_a_time(table, path), minutes


def _json(data, path):
    table, _ = json_table(data, path, "GFZ's JSON of Hp30 or Hp60")
    kinds = {str(name)[2:] for name in table}
    if len(kinds) != 1 or not kinds <= {"30", "60"}:
        raise wrong_file(data, path, "GFZ's JSON of Hp30 or Hp60", "JSON")
    return table, int(kinds.pop())


def _text(data, path):
    refuse_others(data, path, "GFZ", _EXPECTED)
    if words_in(first_row(data)) != len(_NAMES):
        raise wrong_file(data, path, _EXPECTED)
    table = text_rows(data, path, _NAMES)
    halves = np.unique(np.round(120 * (table["middle"] - table["hour"]).to_numpy()))
    if len(halves) != 1 or halves[0] not in (30, 60):
        raise wrong_file(data, path, _EXPECTED, "table")
    minutes = int(halves[0])
    hours = table["hour"].to_numpy()
    times = table["date"].to_numpy() + np.round(60 * hours).astype("timedelta64[m]")
    apart = np.abs((times - _ORIGIN) / np.timedelta64(1, "D") - table["days"].to_numpy())
    bad = ~((apart < 1e-4) & (hours >= 0) & (hours < 24)) | (table["flag"] != 0).to_numpy()
    if bad.any():
        at = int(bad.argmax())
        days, flag = table["days"].iloc[at], table["flag"].iloc[at]
        what = f"{times[at]} against {days:g} days since 1932, last word {flag:g}"
        raise FormatError(
            path, f"row {at + 1}", f"{what}: the date and the days must agree, the last word be 0"
        )
    values = {f"hp{minutes}": table["hp"].to_numpy(), f"ap{minutes}": table["ap"].to_numpy()}
    index = pd.DatetimeIndex(times.astype("datetime64[ns]"), name="time")
    return pd.DataFrame(values, index=index), minutes
