"""Stable names for events of catalogs that give none."""

from __future__ import annotations

from hashlib import sha256 as sha

import numpy as np
import pandas as pd

from skquake._core._typing import Array


def make_ids(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The table with an id for each event that has none, and how many repeated rows were dropped.

    An id is the first 16 hexadecimal digits of SHA-256 of
    ``time|latitude|longitude|magnitude``: time to a millisecond (``2001-01-13T17:33:32.380``), degrees to
    four decimals with the longitude in [-180, 180), magnitude to two decimals or nothing. It depends on the
    event alone, so that it is the same in every file, whatever the order of rows. Rows without an id that
    agree in everything are one event; events of the same time, place and magnitude that differ in anything
    else are numbered ``-2``, ``-3`` ... in the order of their depths, then of their other columns.
    """
    unnamed = (table["id"] == "").to_numpy()
    if not unnamed.any():
        return table, 0
    ids = table["id"].to_numpy(dtype=object, copy=True)
    ids[unnamed] = _digests(table[unnamed])
    table = table.assign(id=ids)
    # Only what shares a digest needs a closer look.
    shared = unnamed & table["id"].where(unnamed).duplicated(keep=False).to_numpy()
    if not shared.any():
        return table, 0
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
    # Characters of the texts, one row a place in them, with 0 where a number has fewer.
    text = np.concatenate(
        [
            _time(table["time"].to_numpy()),
            _number(table["latitude"], 4),
            _number(table["longitude"], 4),
            _number(table["magnitude"], 2),
        ]
    )
    there = text != 0
    ends = np.cumsum(np.add.reduce(there, axis=0, dtype=np.int32)).tolist()
    packed = text.T[there.T].tobytes()
    parts = [packed[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]
    digest = b"".join([sha(part).digest()[:8] for part in parts]).hex()
    return [digest[k : k + 16] for k in range(0, len(digest), 16)]


def _time(times):
    """Characters of ``2001-01-13T17:33:32.380``."""
    months = times.astype("datetime64[M]")
    days = times.astype("datetime64[D]")
    month = months.astype(np.int64) + 12 * 1970
    clock = (times.astype("datetime64[ms]") - days).astype(np.int64)
    parts = (
        (month // 12, 4, "-"),
        (month % 12 + 1, 2, "-"),
        ((days - months.astype("datetime64[D]")).astype(np.int64) + 1, 2, "T"),
        (clock // 3_600_000, 2, ":"),
        (clock // 60_000 % 60, 2, ":"),
        (clock // 1000 % 60, 2, "."),
        (clock % 1000, 3, ""),
    )
    rows = []
    for value, width, mark in parts:
        rows += _digits(value.astype(np.uint32), width)
        if mark:
            rows.append(np.full(len(times), ord(mark), dtype=np.uint8))
    return np.array(rows)


def _digits(values, width):
    rows: list[Array] = []
    for _ in range(width):
        rest = values // np.uint32(10)
        rows.insert(0, (values - 10 * rest).astype(np.uint8) + np.uint8(ord("0")))
        values = rest
    return rows


def _number(column, decimals):
    """Characters of ``|`` and the numbers with so many decimals; nothing for NaN, and zero has one sign."""
    values = column.to_numpy(dtype=float)
    known = ~np.isnan(values)
    left = np.rint(np.abs(np.where(known, values, 0.0)) * 10.0**decimals).astype(np.uint32)
    digits = np.array(_digits(left, 3 + decimals))
    # Zeros in front of a number are left away, but for the one before its point.
    for k in range(2):
        digits[k, left < 10 ** (decimals + 2 - k)] = 0
    sign = np.where((values < 0) & (left > 0), np.uint8(ord("-")), np.uint8(0))
    point = np.full(len(values), ord("."), dtype=np.uint8)
    text = np.vstack([sign, digits[:3], point, digits[3:]])
    text[:, ~known] = 0
    return np.vstack([np.full(len(values), ord("|"), dtype=np.uint8), text])
