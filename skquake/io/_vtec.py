"""Vertical TEC of ground stations in plain CSV."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import ArrayLike, Paths
from skquake.io._files import FormatError, check_lines, expand_paths, read_bytes
from skquake.io._ranges import check_range
from skquake.io._reader import reader
from skquake.io._table import MAX_CELLS, header_of, parse_times, read_table
from skquake.io._words_at_once import squeezed

_TIME = ("time", "datetime", "date", "timestamp", "epoch", "utc")
_STATION = frozenset("station site stn sta receiver rcv marker station_id station_name site_id".split())
_VTEC = frozenset(
    f"{name}{unit}"
    for name in ("vtec", "tec")
    for unit in ("", "_tecu", "(tecu)", " (tecu)", "[tecu]", " [tecu]")
)
# Words of what is no station, alone or as a part of a name; single letters and their like alone only.
_WORDS = frozenset(
    "lat latitude lon long longitude lng alt altitude height hgt elev elevation azim azimuth flag flags "
    "quality error err sigma std stdev rms unc uncertainty satellite satellites prn svid spacecraft orbit "
    "doy sod unnamed index roti stec mlat mlon mlt kp dst f107 station site receiver date time year month "
    "day hour minute second nsat bias".split()
)
_ALONE = frozenset("x y z id qc s4 no n sat sv f ap lt ut sec dcb".split())


@reader
def read_station_vtec(
    paths: Paths,
    *,
    columns: Iterable[str] | Mapping[str, str] | None = None,
    stations: str | None = None,
    fill: ArrayLike = (),
    verbose: int = 0,
) -> pd.DataFrame:
    """Vertical TEC of stations from CSV files, one column a station or long.

    The names in the first line decide. A table with a column of stations (``station``, ``site``, ...) and
    one of ``vtec`` or ``tec`` is long; its other columns are left out. In any other table every column is a
    station, unless a name says that it is none (coordinates, heights, flags, satellites, ...): then the
    table is refused until ``columns`` says which ones are.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.gz``, ``.Z`` and ``.zip`` are unpacked. The time column is called ``time``, ``datetime``, ``date``,
        ``timestamp``, ``epoch`` or ``utc`` (any case) and holds ISO 8601 dates, UTC unless they
        name a zone. Files may hold other days, other stations, or overlap. A table with tabs, semicolons or
        blanks between its columns is read where ``columns`` is given.
    columns : sequence of str, dict of {str: str} or None, default=None
        The columns of stations, by their names in the file; a dict also names the stations. With
        ``stations``: the one column of values. None: see above.
    stations : str or None, default=None
        The column that holds the names of stations, for a long table. None: see above.
    fill : number or sequence of numbers, default=()
        Values that mean "missing" besides an empty field and asterisks.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame of float64
        Index ``time`` (UTC), ascending and unique; one column a station, in TECU. Any cadence; times
        that no file has are absent, not filled. ``attrs["left_out"]`` names the columns that were not read.

    Raises
    ------
    FormatError
        For a file that is cut or is no such table, for columns that are no stations, for values beyond
        -100...1000 TECU, and where the same station and time is given twice with different values.

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
    if isinstance(columns, str):
        columns = [columns]
    names = columns if columns is None or isinstance(columns, Mapping) else {name: name for name in columns}
    if stations is not None and names is not None and len(names) != 1:
        raise ValueError(f"columns={columns!r}: with stations={stations!r} expected the one column of values")
    first, *others = expand_paths(paths, "read_station_vtec")
    left_out: dict[str, None] = {}
    vtec = _read_one(first, missing, names, stations, left_out)
    for path in progress(others, desc="read_station_vtec", verbose=verbose, unit="file"):
        vtec = _join(vtec, _read_one(path, missing, names, stations, left_out), path)
    vtec.attrs = {
        "units": dict.fromkeys(vtec.columns, "TECU"),
        "origin": "station VTEC (CSV)",
        "citation": "",
        "left_out": list(left_out),
    }
    return vtec


def _read_one(path, fill, columns, stations, left_out):
    data = _with_commas(read_bytes(path), path, columns)
    names, time, values, station = roles(data, path, columns, stations)
    left_out |= dict.fromkeys(name for name in names if name not in (time, station, *values))
    kinds = {time: str} | ({station: str} if station else {}) | dict.fromkeys(values, float)
    table = read_table(data, path, kinds)
    numbers = table[list(values)]
    numbers = numbers.mask(numbers.isin(fill)) if len(fill) else numbers
    for name in values:
        check_range(numbers[name], "tec", path, first=2, label=name)
    index = pd.DatetimeIndex(parse_times(table[time], path), name="time")
    if station is not None:
        return _wide(index, table[station].str.strip(), numbers.iloc[:, 0], path)
    return _unique(numbers.rename(columns=values).set_index(index), path)


def _with_commas(data, path, columns):
    """A table that names its columns between tabs, semicolons or blanks, as one of commas."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    first = data[: data.find(b"\n") + 1 or len(data)]
    mark = next((mark for mark in (b",", b"\t", b";") if mark in first), b" ")
    names = first.lstrip(b"# ").split(None if mark == b" " else mark)
    timed = any(name.strip().lower().decode("latin-1") in _TIME for name in names)
    if mark == b"," or len(names) < 2 or not timed:
        return data
    if columns is None:
        words = {b"\t": "tabs", b";": "semicolons", b" ": "blanks"}[mark]
        what = f"a table with {words} between its columns; name those that are stations: columns=[...]"
        raise FormatError(path, "line 1", what)
    check_lines(data, path)
    data = data.lstrip(b"# ").replace(b"\r\n", b"\n").replace(b",", b".")  # commas of decimals
    if mark == b" ":
        ended = data.endswith(b"\n")
        data = squeezed(data.replace(b"\t", b" "))
        data = data if ended else data.removesuffix(b"\n")
    elif b" " + mark in data or mark + b" " in data:
        data = re.sub(b"(?<! ) *" + mark + b" *", mark, data)
    return data.replace(mark, b",")


def roles(
    data: bytes, path: Path, columns: Mapping[str, str] | None = None, stations: str | None = None
) -> tuple[list[str], str, dict[str, str], str | None]:
    """What the columns in a file's first line are, or a FormatError where that is not sure.

    Returns
    -------
    names : list of str
        All of them.
    time : str
    values : dict of {str: str}
        Name in the file -> ours.
    station : str or None
        The column of stations; None in a wide table.
    """
    names = header_of(data, path)
    if len(set(names)) < len(names) or not all(name.strip() for name in names):
        raise FormatError(path, "line 1", "two columns of the same name, or one without a name")
    time = next((name for name in names if name.strip().lower() in _TIME), None)
    if time is None or len(names) < 2:
        raise FormatError(
            path, "line 1", f"expected a column {' or '.join(_TIME)} and one a station, got {names[:8]}"
        )
    return names, time, *_values_and_station(names, time, columns, stations, path)


def _values_and_station(names, time, columns, stations, path):
    others = {name.strip().lower(): name for name in names if name != time}
    asked = [*(columns or ()), *([stations] if stations else ())]
    absent = [name for name in asked if name not in names]
    if absent:
        raise FormatError(path, "line 1", f"no column {', '.join(absent)}; there are {names[:12]}")
    station = stations or next((name for key, name in others.items() if key in _STATION), None)
    if station is not None and (columns is None or stations is not None):
        value = next(iter(columns or ()), None) or next(
            (name for key, name in others.items() if key in _VTEC), None
        )
        if value is None:
            what = f"a column {station!r} but none called vtec or tec in {names[:12]}; name it: columns=[...]"
            raise FormatError(path, "line 1", what + f", stations={station!r}")
        return {value: value}, station
    if columns is not None:
        return dict(columns), None
    strange = [name for key, name in others.items() if _is_no_station(key)]
    if strange:
        what = f"{', '.join(strange[:6])} are no stations; name those that are: columns=[...]"
        raise FormatError(path, "line 1", what + ", or the column that holds their names: stations=...")
    return {name: name.strip() for name in others.values()}, None


def _is_no_station(name):
    return name in _ALONE or not _WORDS.isdisjoint(re.split(r"[^a-z0-9]+", name))


def _wide(index, station, values, path):
    """A long table with one column a station."""
    if (station == "").any():
        raise FormatError(path, f"row {int((station == '').argmax()) + 2}", "no name of a station")
    rows, times = _places(index.to_numpy())
    columns, names = _places(station)
    if len(times) * len(names) > MAX_CELLS:
        raise FormatError(path, "table", f"{len(times)} times of {len(names)} stations; split the file")
    cells = rows * len(names) + columns
    if np.bincount(cells).max() == 1:
        table = np.full(len(times) * len(names), np.nan)
        table[cells] = values.to_numpy()
        return pd.DataFrame(
            table.reshape(len(times), -1), index=pd.DatetimeIndex(times, name="time"), columns=names
        ).rename_axis(columns=None)
    long = pd.DataFrame({"time": index, "station": station.to_numpy(), "value": values.to_numpy()})
    groups = long.groupby(["time", "station"], sort=True)["value"]
    low, high = groups.min(), groups.max()
    differ = (low != high) & low.notna()
    if differ.any():
        time, name = differ.index[int(differ.to_numpy().argmax())]
        what = f"station {name} has {low[time, name]} and {high[time, name]} at {time}; keep one"
        raise FormatError(path, "table", what)
    return low.unstack("station").rename_axis(columns=None)


def _places(values):
    """The place of each value among the different ones in their order, and these."""
    codes, found = pd.factorize(values)
    found = np.asarray(found)
    order = np.argsort(found, kind="stable")
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.arange(len(order))
    return places[codes], found[order]


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
