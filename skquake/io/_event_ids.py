"""Stable names for events of catalogs that give none."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd


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
    once = table[shared].drop_duplicates()
    others = [str(name) for name in once if name not in ("id", "time", "latitude", "longitude", "magnitude")]
    others.sort(key=lambda name: name != "depth_km")
    once = once.sort_values(["id", *others], kind="stable")
    number = once.groupby("id").cumcount()
    once["id"] = once["id"].where(number == 0, once["id"] + "-" + (number + 1).astype(str)).astype(object)
    dropped = int(shared.sum()) - len(once)
    return pd.concat([table[~shared], once]).sort_index(), dropped


def _digests(table):
    times = np.datetime_as_string(table["time"].to_numpy().astype("datetime64[ms]"))
    texts = (
        f"{time}|{latitude:.4f}|{longitude:.4f}|{'' if magnitude != magnitude else f'{magnitude:.2f}'}"
        for time, latitude, longitude, magnitude in zip(
            times.tolist(),
            # Zero has one sign.
            (table["latitude"].round(4) + 0.0).tolist(),
            (table["longitude"].round(4) + 0.0).tolist(),
            (table["magnitude"].round(2) + 0.0).tolist(),
            strict=True,
        )
    )
    return [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]
