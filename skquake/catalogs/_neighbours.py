"""Which events of two catalogs lie near each other in space and time."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import EARTH_RADIUS_KM

_BLOCK = 1 << 17  # products at a time: a megabyte, which stays in the cache


def near_pairs(time, places, other_time, other_places, reach_km, window):
    """Pairs (i, j): place i within ``reach_km`` of place j, and time i - time j inside the window.

    Parameters
    ----------
    time : ndarray of int64, shape (n,)
        Nanoseconds, ascending.
    places : ndarray of shape (n, 3)
        Unit vectors.
    other_time, other_places : ndarray of shape (m,), (m, 3)
        The others, ascending in time too.
    reach_km : float or ndarray of shape (m,)
        Great-circle distance up to which each of the others is near; the edge belongs to it.
    window : tuple of int
        Smallest and largest time i - time j, in ns; both belong to it.

    Yields
    ------
    i, j : ndarray of int
        Blocks of pairs; memory is bounded, whatever the number of events.
    """
    low, high = window
    first = np.searchsorted(other_time, time - high, side="left")
    last = np.searchsorted(other_time, time - low, side="right")
    # 1e-15 is 0.3 m for a place at zero distance, and less than the rounding of the product elsewhere.
    threshold = np.cos(np.clip(np.asarray(reach_km) / EARTH_RADIUS_KM, 0.0, np.pi)) - 1e-15
    threshold = np.broadcast_to(threshold, other_time.shape)
    start = 0
    while start < len(time):
        # As many rows as fit, for the others that the first to the last of them may meet.
        rows = np.arange(1, min(len(time) - start, 512) + 1)
        cost = rows * (last[start : start + len(rows)] - first[start])
        stop = start + max(1, int(np.searchsorted(cost, _BLOCK, side="right")))
        others = slice(first[start], last[stop - 1])
        near = places[start:stop] @ other_places[others].T >= threshold[others]
        i, j = np.divmod(np.flatnonzero(near), max(1, near.shape[1]))
        i, j = i + start, j + first[start]
        elapsed = time[i] - other_time[j]
        inside = (elapsed >= low) & (elapsed <= high)
        yield i[inside], j[inside]
        start = stop
