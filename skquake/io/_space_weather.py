"""Space weather files of CelesTrak: CSV and the fixed-width text twin."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Paths
from skquake.io._files import FormatError, expand_paths, read_bytes, text_lines
from skquake.io._kp import thirds
from skquake.io._numbers import number
from skquake.io._ranges import RANGES, outside
from skquake.io._reader import reader
from skquake.io._table import header_of, parse_times, read_table

_KP, _AP = [f"KP{i}" for i in range(1, 9)], [f"AP{i}" for i in range(1, 9)]
_KINDS = ("OBS", "INT", "PRD", "PRM")


@reader
def read_space_weather(paths: Paths, *, predicted: str = "drop", verbose: int = 0) -> pd.DataFrame:
    """Kp, ap and F10.7 from CelesTrak files (``SW-All.csv``, ``SW-Last5Years.txt``, ...).

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        CSV or text (``DATATYPE CssiSpaceWeather``); ``.gz``, ``.Z`` and ``.zip`` are unpacked. Where files
        overlap, an observed day wins over an interpolated or predicted one; of two of a kind a value wins
        over a missing one, then the one read last.
    predicted : {"drop", "keep"}, default="drop"
        Forecasts stand at the end of these files. By default they are left out, so that they never
        pass as observed; "keep" returns them flagged. Monthly forecasts give the first day of each
        month only, without Kp.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Index ``time``: the **start** of each 3 h interval (UTC). Columns ``kp`` (exact thirds), ``ap``
        (2 nT), ``f107`` (the flux as observed, not adjusted to 1 AU, in sfu; the value of the day in
        all eight intervals, though it is measured at 20 UT), ``f107_type`` ("OBS", "INT"
        interpolated, "PRD" daily, "PRM" monthly forecast) and ``predicted`` (bool). ``attrs["left_out"]``
        counts the predicted days that were dropped.

    Raises
    ------
    FormatError
        For a file that is cut or in neither layout, for values that no index has, and for a file that gives
        one day twice with different values.

    References
    ----------
    CelesTrak, https://celestrak.org/SpaceData/SpaceWx-format.php

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_space_weather
    >>> names = ["DATE", *(f"{name}{i}" for name in ("KP", "AP") for i in range(1, 9))]
    >>> day = "2003-10-29,47,40,90,80,77,77,87,87,39,27,400,207,179,179,300,300,291.7,OBS"
    >>> path = pathlib.Path(tempfile.mkdtemp(), "SW.csv")
    >>> _ = path.write_text(",".join(names) + ",F10.7_OBS,F10.7_DATA_TYPE\\n" + day + "\\n")
    >>> read_space_weather(path)[["kp", "ap", "f107"]].round(2).head(2)
                           kp    ap   f107
    time
    2003-10-29 00:00:00  4.67  39.0  291.7
    2003-10-29 03:00:00  4.00  27.0  291.7
    """
    if predicted not in ("drop", "keep"):
        raise ValueError(f"predicted={predicted!r}: expected 'drop' or 'keep'")
    files = expand_paths(paths, "read_space_weather")
    days = pd.concat(
        [
            _read_one(path)
            for path in progress(files, desc="read_space_weather", verbose=verbose, unit="file")
        ],
        ignore_index=True,
    )
    days["rank"] = days["type"].map({"OBS": 3, "INT": 2, "PRD": 1, "PRM": 0})
    days = days.sort_values(["date", "rank"], kind="stable")
    if days["date"].duplicated().any():
        days = days.groupby(["date", "rank"], as_index=False).last().drop_duplicates("date", keep="last")
    left_out: dict[str, int] = {}
    if predicted == "drop":
        left_out = {"predicted day": int((days["rank"] < 2).sum())}
        days = days[days["rank"] >= 2]
    starts = days["date"].to_numpy("datetime64[ns]")[:, np.newaxis] + np.arange(0, 24, 3).astype(
        "timedelta64[h]"
    )
    frame = pd.DataFrame(
        {
            "kp": thirds(days[_KP].to_numpy() / 10.0).ravel(),
            "ap": days[_AP].to_numpy().ravel(),
            "f107": np.repeat(days["f107"].to_numpy(), 8),
            "f107_type": np.repeat(days["type"].to_numpy(dtype=object), 8),
            "predicted": np.repeat(days["rank"].to_numpy() < 2, 8),
        },
        index=pd.DatetimeIndex(starts.ravel().astype("datetime64[ns]"), name="time"),
    )
    frame.attrs = {
        "units": {"kp": "1", "ap": "2 nT", "f107": "sfu"},
        "origin": "CelesTrak space weather data (GFZ, SILSO, DRAO, NOAA SWPC)",
        "citation": "CelesTrak, https://celestrak.org/SpaceData; Kp: https://doi.org/10.1029/2020SW002641",
        "left_out": left_out,
    }
    return frame


def _read_one(path):
    data = read_bytes(path)
    if b"CssiSpaceWeather" in data[:200]:
        days = _text(data, path)
    elif data[:4] == b"DATE":
        days = _csv(data, path)
    else:
        what = "expected a CelesTrak file: CSV from 'DATE,BSRN,' or text from 'DATATYPE CssiSpaceWeather'"
        raise FormatError(path, "line 1", what + "; GFZ files are read by read_kp")
    dates = days["date"].to_numpy("datetime64[D]")
    for names, quantity, factor in ((_KP, "kp", 10.0), (_AP, "ap", 1.0), (["f107"], "f107", 1.0)):
        values = days[names].to_numpy() / factor
        bad = outside(values, quantity)
        if bad.any():
            i, j = np.argwhere(bad)[0]
            low, high, unit, _ = RANGES[quantity]
            what = (
                f"{names[j]} {factor * values[i, j]:g} is not between {factor * low:g} and {factor * high:g}"
            )
            raise FormatError(path, f"day {dates[i]}", f"{what} {unit}".rstrip())
    same = days.duplicated(["date", "type"], keep=False)
    if same.any():
        different = ~days[same].duplicated(keep=False)
        if different.any():
            what = "the day is given twice with different values; keep one"
            raise FormatError(path, f"day {str(days.loc[different.idxmax(), 'date'])[:10]}", what)
    return days


def _csv(data, path):
    names = header_of(data, path)
    wanted = {"DATE": str} | dict.fromkeys(_KP + _AP + ["F10.7_OBS"], float) | {"F10.7_DATA_TYPE": str}
    absent = [name for name in wanted if name not in names]
    if absent:
        raise FormatError(
            path, "line 1", f"no column {', '.join(absent)}; expected a CelesTrak space weather table"
        )
    days = read_table(data, path, wanted).rename(columns={"F10.7_OBS": "f107", "F10.7_DATA_TYPE": "type"})
    bad = ~days["type"].isin(_KINDS).to_numpy()
    if bad.any():
        row = int(bad.argmax())
        raise FormatError(
            path, f"row {row + 2}", f"data type {days['type'].iloc[row]!r}; expected one of {_KINDS}"
        )
    days["date"] = parse_times(days.pop("DATE"), path, "DATE")
    return days


def _text(data, path):
    """Days of the fixed-width layout (I4,I3,I3,I5,I3,8I3,I4,8I4,I4,F4.1,I2,I4,F6.1,I2,5F6.1)."""
    rows, dates, counts, section = [], [], {}, None
    for i, line in enumerate(text_lines(data, path), 1):
        words = line.split()
        match = re.fullmatch(r"NUM_(\w+)_POINTS", words[0]) if words else None
        if match and len(words) == 2:
            counts[match[1]] = [int(number(words[1], path, i, words[0], int)), 0]
        elif words[:1] == ["BEGIN"] and len(words) == 2 and section is None:
            section = words[1]
        elif words[:1] == ["END"] and section is not None:
            promised, found = counts.get(section, (None, None))
            if words[1:] != [section] or promised != found:
                what = f"{found} days of {section}, promised {promised}; then {line.strip()!r}"
                raise FormatError(path, f"line {i}", what)
            section = None
        elif section is not None and words:
            if section not in counts or len(line.rstrip()) != 130:
                what = f"expected a day of {section} in 130 columns, got {len(line.rstrip())}"
                raise FormatError(path, f"line {i}", what)
            counts[section][1] += 1
            dates.append(f"{line[:4]}-{line[5:7].strip():0>2}-{line[8:10].strip():0>2}")
            rows.append(_text_day(line, section, path, i))
    if section is not None or not rows or any(promised != found for promised, found in counts.values()):
        raise FormatError(
            path, "end of file", f"cut, or sections without their days (promised, found): {counts}"
        )
    days = pd.DataFrame(rows, columns=_KP + _AP + ["f107", "type"])
    days["date"] = parse_times(dates, path, "date", first=1, unit="day")
    return days


def _text_day(line, section, path, i):
    fields = (
        [line[k : k + 3] for k in range(18, 42, 3)]
        + [line[k : k + 4] for k in range(46, 78, 4)]
        + [line[112:118]]
    )
    values = [number(field, path, i, "field") if field.strip() else np.nan for field in fields]
    if section == "OBSERVED":
        return [*values, "OBS" if line[98:100].strip() in ("", "0", "1") else "INT"]
    return [*values, "PRD" if section == "DAILY_PREDICTED" else "PRM"]
