"""The Kp index as published by the GFZ, Potsdam."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Paths
from skquake.io._files import (
    FormatError,
    calendar_day,
    check_line_end,
    expand_paths,
    read_bytes,
    text_lines,
)
from skquake.io._gfz_tables import dates_of, first_row, kp_rows, without_comments
from skquake.io._numbers import number
from skquake.io._ranges import check_range, outside
from skquake.io._reader import reader
from skquake.io._words import check_last_line, words_in
from skquake.io._words_at_once import words_at_once


def thirds(kp):
    """Kp (or 10 Kp rounded, divided by ten) at the nearest third, exactly; NaN stays NaN."""
    return np.round(np.asarray(kp, dtype=float) * 3.0) / 3.0


@reader
def read_kp(paths: Paths, *, verbose: int = 0) -> pd.Series:
    """Planetary index Kp from GFZ files.

    Reads the daily layout (``Kp_ap_Ap_SN_F107_*.txt``, 28 fields), the three-hourly one
    (``Kp_ap_*.txt``, 10 fields), WDC form (``kpyymm.wdc``) and the JSON of GFZ's web service. For ap, Ap,
    sunspot number and F10.7 see :func:`read_gfz`; for CelesTrak files use :func:`read_space_weather`.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.gz``, ``.Z`` and ``.zip`` are unpacked. Where files overlap, a value wins over a missing one and
        a definitive value over a preliminary one, then the one read last.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    Series of float64
        Name ``kp``, in exact thirds (1 2/3 is 5/3); index ``time``: the **start** of the 3 h interval
        that the value covers (UTC). Missing values (-1) are NaN. ``attrs["definitive_until"]`` is
        the end of the unbroken run of definitive values from the start (None if there is none).

    Raises
    ------
    FormatError
        For a line that is not in this layout, for Hp30 and Hp60, which are not Kp,
        and for a file that gives one time twice with different values.

    References
    ----------
    Matzka, J., et al. (2021). The geomagnetic Kp index and derived indices of geomagnetic activity.
    Space Weather, https://doi.org/10.1029/2020SW002641

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_kp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "kp.txt")
    >>> _ = path.write_text("# YYYY MM DD hh.h hh._m days days_m Kp ap D\\n"
    ...                     "2025 02 05 00.0 01.50 34004.0 34004.0625 1.000 4 0\\n"
    ...                     "2025 02 05 03.0 04.50 34004.1 34004.1875 1.667 6 0\\n")
    >>> read_kp(path).round(3)
    time
    2025-02-05 00:00:00    1.000
    2025-02-05 03:00:00    1.667
    Name: kp, dtype: float64
    """
    files = progress(expand_paths(paths, "read_kp"), desc="read_kp", verbose=verbose, unit="file")
    table = pd.concat([_read_one(path) for path in files], ignore_index=True)
    table["kp"] = thirds(table["kp"])
    table["known"] = table["kp"].notna()
    table = table.sort_values(["time", "known", "definitive"], kind="stable").drop_duplicates(
        "time", keep="last"
    )
    kp = pd.Series(
        table["kp"].to_numpy(),
        index=pd.DatetimeIndex(table["time"].astype("datetime64[ns]"), name="time"),
        name="kp",
    )
    ends = ~table["definitive"].to_numpy()
    ends[1:] |= np.diff(kp.index.to_numpy()) != np.timedelta64(3, "h")
    n = int(ends.argmax()) if ends.any() else len(kp)
    kp.attrs = {
        "units": {"kp": "1"},
        "origin": "GFZ Helmholtz Centre for Geosciences, Potsdam",
        "citation": "Matzka et al. (2021), https://doi.org/10.1029/2020SW002641",
        "license": "CC BY 4.0",
        "definitive_until": str(kp.index[n - 1] + pd.Timedelta(hours=3)) if n else None,
    }
    return kp


def _read_one(path):
    data = read_bytes(path)
    if data[:4] == b"DATE" or b"CssiSpaceWeather" in data[:200]:
        raise FormatError(path, "line 1", "a CelesTrak file, not GFZ; read it with read_space_weather")
    hp = re.search(rb"\b(Hp30|Hp60)\b", data[:10_000])
    if hp:
        raise FormatError(path, "header", f"{hp[1].decode()}, not Kp; read it with read_hpo")
    other = kp_rows(data, path)
    if other is not None:
        return other
    found = _at_once(data, path) if data.endswith(b"\n") else None
    return pd.DataFrame(_line_by_line(data, path), columns=_COLUMNS) if found is None else found


def _at_once(data, path):
    """The table of a text without fault; None for one that needs a look at each line."""
    n = words_in(first_row(data))
    if n not in (10, 28):
        return None
    check_last_line(data, path)
    names = [str(k) for k in range(n)]
    words = words_at_once(without_comments(data), names, whole=names[:3])
    if words is None:
        return None
    try:
        days = dates_of(words["0"], words["1"], words["2"], path)
    except FormatError:
        return None
    if n == 28:
        hours = np.tile(np.arange(0.0, 24.0, 3.0), (len(days), 1))
        kp = np.column_stack([words[name] for name in names[7:15]])
    else:
        hours, kp = words["3"][:, np.newaxis], words["7"][:, np.newaxis]
    if not np.isin(hours, np.arange(0, 24, 3)).all():
        return None
    kp = np.where(kp == -1, np.nan, kp)
    if outside(kp, "kp").any():
        return None
    times = days.astype("datetime64[h]")[:, np.newaxis] + hours.astype("timedelta64[h]")
    definitive = np.repeat(words[names[-1]] >= 1, hours.shape[1])
    table = pd.DataFrame(
        {"time": times.astype("datetime64[ns]").ravel(), "kp": kp.ravel(), "definitive": definitive}
    )
    return None if _contradicts_itself(table) else table


def _contradicts_itself(table):
    """Whether one time has two values of Kp that are both definitive, or both not."""
    of = ["time", "definitive"]
    again = table.duplicated(of, keep=False)
    if not again.any():
        return False
    known = table[again & table["kp"].notna()]
    return bool(known.assign(kp=thirds(known["kp"])).drop_duplicates().duplicated(of).any())


def _line_by_line(data, path):
    """Time, Kp and whether it is definitive of each row; an error names the line."""
    lines = text_lines(data, path)
    check_line_end(data, path, whole=bool(_WHOLE.search(lines[-1])))  # the last field is one digit
    rows: list[tuple[np.datetime64, float, bool]] = []
    known: dict[tuple[np.datetime64, bool], float] = {}
    days: dict[tuple[str, ...], np.datetime64] = {}
    for i, line in enumerate(lines, 1):
        if line.startswith("#") or not line.strip():
            continue
        fields = line.split()
        if len(fields) not in (10, 28):
            what = f"{len(fields)} fields; expected 28 (a day) or 10 (three hours) of the GFZ Kp layout"
            raise FormatError(path, f"line {i}", what)
        values = _plain_numbers(fields) or [number(field, path, i, "field") for field in fields]
        date = tuple(fields[:3])
        if date not in days:
            days[date] = calendar_day(fields[0], fields[1], fields[2], path, f"line {i}").astype(
                "datetime64[h]"
            )
        day = days[date]
        hours, kps = (range(0, 24, 3), values[7:15]) if len(fields) == 28 else ([values[3]], values[7:8])
        for hour, kp in zip(hours, kps, strict=True):
            if hour not in range(0, 24, 3):
                what = f"Kp at {hour:g} h; expected 0, 3, ... 21 h (an index of hours or half hours is "
                raise FormatError(path, f"line {i}", what + "Hp60 or Hp30: read it with read_hpo)")
            kp = np.nan if kp == -1 else kp
            if kp == kp and not 0.0 <= kp <= 9.0:  # an array for each value is slow
                check_range([kp], "kp", path, where="line", first=i, label="Kp")
            time, definitive = day + np.timedelta64(int(hour), "h"), values[-1] >= 1
            kp = round(kp * 3.0) / 3.0 if kp == kp else kp
            before = known.get((time, definitive), np.nan)
            if before == before and kp == kp and before != kp:
                what = f"Kp {kp:.3f} at {time}:00, and {before:.3f} on a line before; keep one"
                raise FormatError(path, f"line {i}", what)
            known[time, definitive] = kp if kp == kp else before
            rows.append((time, kp, definitive))
    if not rows:
        raise FormatError(path, "end of file", "no line with Kp")
    return rows


def _plain_numbers(fields):
    """The fields as numbers where all of them are plain and finite, else None."""
    try:
        values = [float(field) for field in fields]
    except ValueError:
        return None
    total = sum(values)
    return values if total - total == 0.0 and "_" not in "".join(fields) else None


_COLUMNS = ["time", "kp", "definitive"]
_WHOLE = re.compile(r"(^|\s)[012]\s*$", re.ASCII)
