"""Vertical TEC of ground stations in plain CSV."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import ArrayLike, Paths
from skquake.io._files import FormatError, expand_paths, read_bytes
from skquake.io._table import header_of, parse_times, read_table

_TIME = ("time", "datetime", "date", "timestamp", "epoch", "utc")


def read_station_vtec(paths: Paths, *, fill: ArrayLike = (), verbose: int = 0) -> pd.DataFrame:
    """Vertical TEC of stations from CSV files with a time column and one column a station.

    Parameters
    ----------
    paths : path-like, glob pattern or list of these
        ``.gz`` and ``.Z`` are unpacked. The time column is called ``time``, ``datetime``, ``date``,
        ``timestamp``, ``epoch`` or ``utc`` (any case) and holds ISO 8601 dates, UTC unless they
        name a zone. Files may hold other days, other stations, or overlap.
    fill : number or sequence of numbers, default=()
        Values that mean "missing" besides an empty field.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame of float64
        Index ``time`` (UTC), ascending and unique; one column a station, in TECU. Any cadence; times
        that no file has are absent, not filled.

    Raises
    ------
    FormatError
        For a file that is cut or is no such table, and where the same station and time is given
        twice with different values.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_station_vtec
    >>> path = pathlib.Path(tempfile.mkdtemp(), "vtec.csv")
    >>> _ = path.write_text("time,XJSH,LHAS\\n2016-12-08 00:00,11.5,21.0\\n2016-12-08 00:15,,21.5\\n")
    >>> read_station_vtec(path)
                         XJSH  LHAS
    time
    2016-12-08 00:00:00  11.5  21.0
    2016-12-08 00:15:00   NaN  21.5
    """
    missing = np.atleast_1d(np.asarray(fill, dtype=float))
    first, *others = expand_paths(paths)
    vtec = _read_one(first, missing)
    for path in progress(others, desc="read_station_vtec", verbose=verbose, unit="file"):
        vtec = _join(vtec, _read_one(path, missing), path)
    vtec.attrs = {
        "units": dict.fromkeys(vtec.columns, "TECU"),
        "origin": "station VTEC (CSV)",
        "citation": "",
    }
    return vtec


def _read_one(path, fill):
    data = read_bytes(path)
    names = header_of(data, path)
    time = next((name for name in names if name.strip().lower() in _TIME), None)
    stations = [name for name in names if name != time]
    if time is None or not stations:
        raise FormatError(
            path, "line 1", f"expected a column {' or '.join(_TIME)} and one a station, got {names[:8]}"
        )
    if len(set(names)) < len(names) or not all(name.strip() for name in names):
        raise FormatError(path, "line 1", "two columns of the same name, or one without a name")
    table = read_table(data, path, {time: str} | dict.fromkeys(stations, float))
    index = pd.DatetimeIndex(parse_times(table.pop(time), path), name="time")
    table = table.rename(columns=str.strip).set_index(index)
    table = table.mask(table.isin(fill)) if len(fill) else table
    return _unique(table, path)


def _unique(table, path):
    """Ascending and unique in time; rows of one time are merged if they agree."""
    table = table.sort_index(kind="stable")
    if table.index.is_unique:
        return table
    groups = table.groupby(level=0)
    low, high = groups.min(), groups.max()
    differ = (low != high) & low.notna()
    if differ.any(axis=None):
        time = differ.index[differ.any(axis=1)][0]
        station = differ.columns[differ.loc[time]][0]
        what = f"station {station} has {low.at[time, station]} and {high.at[time, station]} at {time}"
        raise FormatError(path, "table", f"{what}; keep one")
    return low


def _join(vtec, table, path):
    return _unique(pd.concat([vtec, table]), path)
