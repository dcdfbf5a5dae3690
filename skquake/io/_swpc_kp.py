"""The planetary K index in the JSON of NOAA's Space Weather Prediction Center."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Paths
from skquake.io._files import FormatError, expand_paths, read_bytes, warn
from skquake.io._gfz_tables import is_json, load_json, numbers
from skquake.io._indices import join_files, one_row_a_time, wrong_file
from skquake.io._kp import thirds
from skquake.io._ranges import check_range
from skquake.io._reader import reader
from skquake.io._table import parse_times

_EXPECTED = "SWPC's JSON of the planetary K index (time_tag, Kp, ...)"
_QUANTITIES = {"kp": "kp", "kp_index": "kp", "a_running": "a_index", "station_count": "stations"}
_KINDS = ("observed", "estimated", "predicted")


@reader
def read_swpc_kp(paths: Paths, *, predicted: str = "drop", verbose: int = 0) -> pd.DataFrame:
    """Estimated planetary K index from SWPC's JSON files.

    Reads ``noaa-planetary-k-index.json`` (3 h, the last days), ``noaa-planetary-k-index-forecast.json`` (with
    three days to come) and ``planetary_k_index_1m.json`` (each minute, of the 3 h that end there); as lists
    with a header and, as of 2026, as objects.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        All with one step of time. Where files overlap, an observed value wins over an estimated and that over
        a predicted one, then the one read last.
    predicted : {"drop", "keep"}, default="drop"
        Forecasts are left out by default, so that they never pass as observed; "keep" returns them flagged.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame
        Index ``time`` as in the file, at 3 h the **start** of the interval (UTC). ``kp``: the estimate in
        thirds (of the file by minutes its ``estimated_kp``); ``kind``: "observed", "estimated" or "predicted"
        ("estimated" where the file does not say); and ``a_running`` (nT), ``station_count``, ``kp_index``
        where they are there. ``attrs["left_out"]`` counts the forecasts that were dropped.

    Raises
    ------
    FormatError
        For a file that is cut, of another kind (named), with a K above 9, or that gives one time twice with
        different values.

    Warns
    -----
    UserWarning
        Where there is nothing but forecasts, and they are left out.

    References
    ----------
    NOAA Space Weather Prediction Center, https://services.swpc.noaa.gov/products/ (public domain)

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_swpc_kp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "kp.json")
    >>> _ = path.write_text('[["time_tag","Kp","a_running","station_count"],'
    ...                     '["2026-03-08 00:00:00.000","4.67","39","8"]]')
    >>> read_swpc_kp(path).round(3)
                   kp       kind  a_running  station_count
    time
    2026-03-08  4.667  estimated       39.0            8.0
    """
    if predicted not in ("drop", "keep"):
        raise ValueError(f"predicted={predicted!r}: expected 'drop' or 'keep'")
    files = expand_paths(paths, "read_swpc_kp")
    parts: list[pd.DataFrame] = []
    for path in progress(files, desc="read_swpc_kp", verbose=verbose, unit="file"):
        part = _read_one(path)
        if parts and ("kp_index" in part) != ("kp_index" in parts[0]):
            raise FormatError(path, "JSON", f"another step of time than {files[0]}; read one kind")
        parts.append(part)
    table = join_files(parts, rank="rank").drop(columns="rank")
    forecasts = table["kind"] == "predicted"
    left_out = int(forecasts.sum()) if predicted == "drop" else 0
    if left_out == len(table):
        warn("nothing but forecasts, all left out; predicted='keep' returns them")
    table = table[~forecasts] if left_out else table
    names = [name for name in ("kp", "kind", "a_running", "station_count", "kp_index") if name in table]
    table = table[names]
    units = {"kp": "1", "a_running": "nT", "station_count": "1", "kp_index": "1"}
    table.attrs = {
        "units": {name: units[name] for name in names if name in units},
        "origin": "NOAA Space Weather Prediction Center, estimated in near real time",
        "citation": "NOAA SWPC, https://services.swpc.noaa.gov/products/",
        "license": "public domain",
        "left_out": {"predicted": left_out} if left_out else {},
    }
    return table


def _read_one(path):
    data = read_bytes(path)
    if not is_json(data):
        raise wrong_file(data, path, _EXPECTED)
    columns = _columns(load_json(data, path), data, path)
    minutes = "estimated_kp" in columns
    kps = columns["estimated_kp" if minutes else "kp"]
    values = {"kp": numbers(kps, path, "kp")}
    for name in ("a_running", "station_count", *(["kp_index"] if minutes else [])):
        if name in columns:
            values[name] = numbers(columns[name], path, name)
    for name, array in values.items():
        check_range(array, _QUANTITIES[name], path, where="item", first=1, label=name)
    times = parse_times(columns["time_tag"], path, "time_tag", first=1, unit="item")
    table = pd.DataFrame(values, index=pd.DatetimeIndex(times, name="time"))
    off = (times - np.datetime64("2000-01-01")) % np.timedelta64(3, "h") != np.timedelta64(0, "ns")
    if not minutes and off.any():
        raise FormatError(path, f"item {int(off.argmax()) + 1}", f"{times[off.argmax()]} begins no 3 hours")
    table["kp"] = thirds(table["kp"])
    kinds = columns.get("observed", ["estimated"] * len(table))
    unknown = [i for i, kind in enumerate(kinds) if kind not in _KINDS]
    if unknown:
        what = f"observed {str(kinds[unknown[0]])[:20]!r}; expected one of {_KINDS}"
        raise FormatError(path, f"item {unknown[0] + 1}", what)
    table["kind"] = kinds
    rank = table["kind"].map({"predicted": 0, "estimated": 1, "observed": 2}).astype(int)
    # A row without Kp comes before all others, so that no forecast takes over its kind.
    table["rank"] = rank.where(table["kp"].notna(), -1)
    return one_row_a_time(table, path)


def _columns(content, data, path):
    """Lists by lower-case name of a list of objects, or of a list of lists with a header."""
    if isinstance(content, list) and len(content) > 1 and isinstance(content[0], list):
        header, *rows = content
        if all(isinstance(name, str) for name in header) and len(set(header)) == len(header):
            bad = [i for i, row in enumerate(rows) if not isinstance(row, list) or len(row) != len(header)]
            if bad:
                raise FormatError(
                    path, f"item {bad[0] + 1}", f"expected {len(header)} values as in the header"
                )
            content = [dict(zip(header, row, strict=True)) for row in rows]
    if not isinstance(content, list) or not content or not all(isinstance(row, dict) for row in content):
        raise wrong_file(data, path, _EXPECTED, "JSON")
    first = content[0]
    if any(row.keys() != first.keys() for row in content):
        raise FormatError(path, "JSON", "items with different names")
    columns = {}
    for name in first:
        short = name.lower()
        if re.fullmatch(r"\w+", short) and short not in columns:
            columns[short] = [row[name] for row in content]
    if "time_tag" not in columns or not {"kp", "estimated_kp"} & set(columns):
        raise wrong_file(data, path, _EXPECTED, "JSON")
    if not all(isinstance(time, str) for time in columns["time_tag"]):
        raise FormatError(path, "JSON", "time_tag: expected dates")
    return columns
