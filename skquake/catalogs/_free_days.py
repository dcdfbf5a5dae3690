"""At how many days from each earthquake its place is free of others."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import unit_vectors
from skquake._core._time import NS_PER_DAY, as_ns
from skquake.catalogs._neighbours import near_pairs


def free_days(events, avoid, reach_km, window, offsets):
    """Which of some offsets leave the place of each event free.

    Parameters
    ----------
    events, avoid : DataFrame
        Checked catalogs in order of time; each event avoids itself, whether in ``avoid`` or not.
    reach_km : ndarray of shape (n_avoid,)
        Radius of the region of each earthquake of ``avoid``.
    window : tuple of int
        Smallest and largest time after an earthquake that it blocks, in ns; both belong to it.
    offsets : ndarray of int, shape (n_offsets,)
        Days, positive and ascending.

    Returns
    -------
    ndarray of bool, shape (n_events, 2, n_offsets)
        [:, 0] so many days before, [:, 1] after.
    """
    low, high = window
    time, avoid_time = as_ns(events["time"].to_numpy()), as_ns(avoid["time"].to_numpy())
    max_days = int(offsets[-1])
    reach = max_days * NS_PER_DAY
    # Earthquakes that begin to block at offset k - max_days, less those that have stopped.
    width = 2 * max_days + 2
    blocked = np.zeros((len(events), width), dtype=np.int32)

    def block(i, lag):
        """Block the whole-day offsets d of events i with low <= d - lag <= high, lag in ns."""
        first = -((-(lag + low)) // NS_PER_DAY) + max_days
        stop = np.maximum((lag + high) // NS_PER_DAY + max_days + 1, first)
        np.add.at(blocked, (i, np.clip(first, 0, width - 1)), 1)
        np.add.at(blocked, (i, np.clip(stop, 0, width - 1)), -1)

    block(np.arange(len(events)), np.zeros(len(events), dtype=np.int64))
    for i, j in near_pairs(
        time,
        unit_vectors(events["latitude"], events["longitude"]),
        avoid_time,
        unit_vectors(avoid["latitude"], avoid["longitude"]),
        reach_km,
        (low - reach, high + reach),
    ):
        block(i, avoid_time[j] - time[i])
    free = np.cumsum(blocked, axis=1)[:, :-1] == 0
    return np.stack([free[:, max_days - offsets], free[:, max_days + offsets]], axis=1)
