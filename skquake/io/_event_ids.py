"""Stable names for events of catalogs that give none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from skquake._core._typing import Array

_STEP, _FIRST, _SECOND = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)


def make_ids(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The table with an id for each event that has none, and how many repeated rows were dropped.

    An id depends on the event alone, so that it is the same in every file, whatever the order of rows, and
    with every version of every library. It is 16 hexadecimal digits: ``mix(mix(time) ^ place)``, where
    ``time`` counts milliseconds since 1970 (in 64 bits, two's complement), and ``place`` puts latitude and
    longitude in 1e-4 degrees (the longitude in [-180, 180)) and magnitude in 0.01, rounded half to even,
    into 21, 22 and 11 bits: ``(latitude + 900000) << 33 | (longitude + 1800000) << 11 | (magnitude + 500)``,
    2047 where there is no magnitude. ``mix`` is SplitMix64's, a bijection of 64 bits. So events that differ
    in time alone, or in place and magnitude alone, never share an id, and others do by chance of 2**-64.

    Rows without an id that agree in everything are one event; events of the same time, place and magnitude
    that differ in anything else are numbered ``-2``, ``-3`` ... in the order of their depths, then of their
    other columns.

    References
    ----------
    G. L. Steele, D. Lea, C. H. Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA,
    https://doi.org/10.1145/2660193.2660195
    """
    unnamed = (table["id"] == "").to_numpy()
    if not unnamed.any():
        return table, 0
    all_of_them = unnamed.all()
    digests = _digests(table if all_of_them else table[unnamed])
    again = pd.Series(digests).duplicated(keep=False).to_numpy()
    names = _hexadecimal(digests)
    if all_of_them:
        table = table.assign(id=names.set_axis(table.index))
    else:
        ids = table["id"].to_numpy(dtype=object, copy=True)
        ids[unnamed] = names.to_numpy(dtype=object)
        table = table.assign(id=ids)
    if not again.any():
        return table, 0
    # Only what shares a digest needs a closer look.
    shared = unnamed.copy()
    shared[unnamed] = again
    once = table[shared].drop_duplicates()
    others = [str(name) for name in once if name not in ("id", "time", "latitude", "longitude", "magnitude")]
    others.sort(key=lambda name: name != "depth_km")
    once = once.sort_values(["id", *others], kind="stable")
    number = once.groupby("id").cumcount()
    once["id"] = once["id"].where(number == 0, once["id"] + "-" + (number + 1).astype(str)).astype(object)
    dropped = int(shared.sum()) - len(once)
    table = pd.concat([table[~shared], once]).sort_index()
    table["id"] = table["id"].tolist()  # text again, where pandas has a type for it
    return table, dropped


def _digests(table):
    time = table["time"].to_numpy("datetime64[ms]").astype(np.int64).view(np.uint64)
    latitude, longitude = _whole(table["latitude"], 1e4, 900_000), _whole(table["longitude"], 1e4, 1_800_000)
    magnitude = _whole(table["magnitude"], 100.0, 500)
    return _mix(_mix(time) ^ (latitude << np.uint64(33) | longitude << np.uint64(11) | magnitude))


def _whole(column, scale, lowest):
    """Numbers times ``scale`` above the lowest, rounded; 2047 for NaN."""
    values = np.rint(column.to_numpy(dtype=float) * scale) + lowest
    return np.where(np.isnan(values), 2047.0, values).astype(np.uint64)


def _mix(words: Array) -> Array:
    words = words + _STEP
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    mixed: Array = words ^ (words >> np.uint64(31))
    return mixed


def _hexadecimal(words):
    """Texts of 16 digits."""
    digits = words.astype(">u8").tobytes().hex().encode()
    ends = np.arange(0, len(digits) + 1, 16, dtype=np.int32)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(digits)).to_pandas()
