"""Which points lie in which regions during which days."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import EARTH_RADIUS_KM, great_circle_km, unit_vectors


def nearby(time, latitude, longitude, places, *, margin_km=0.0):
    """Pairs of a point and a place whose region and days hold the point.

    Points sorted by time make the days of a place one slice of the points; inside the
    slice a dot product on the unit sphere finds the candidates, whose distances are then
    computed exactly. Memory beyond the points grows with the pairs found alone.

    Parameters
    ----------
    time : ndarray of int64, shape (n,)
        ns, sorted.
    latitude, longitude : ndarray of shape (n,)
        Degrees.
    places : DataFrame
        ``latitude``, ``longitude``, ``radius_km``, and the days as ``start`` and ``end``
        (int64 ns, both included).
    margin_km : float
        Added to every radius.

    Returns
    -------
    point, place : ndarray of int64
        Positions, sorted by place, then by time.
    distance_km : ndarray of float64
    """
    points = unit_vectors(latitude, longitude)
    centers = unit_vectors(places["latitude"], places["longitude"])
    radius = places["radius_km"].to_numpy(dtype=float) + margin_km
    # The slack (9 m at most) is taken back by the exact distances below.
    cosine = np.cos(np.minimum(radius / EARTH_RADIUS_KM, np.pi)) - 1e-12
    first = np.searchsorted(time, places["start"].to_numpy(), side="left")
    stop = np.searchsorted(time, places["end"].to_numpy(), side="right")
    found = [np.empty(0, dtype=np.int64)]
    counts = np.zeros(len(places), dtype=np.int64)
    for p in np.flatnonzero(stop > first).tolist():
        inside = (points[first[p] : stop[p]] @ centers[p] >= cosine[p]).nonzero()[0]
        if len(inside):
            found.append(inside + first[p])
            counts[p] = len(inside)
    point, place = np.concatenate(found), np.repeat(np.arange(len(places)), counts)
    distance = great_circle_km(
        latitude[point],
        longitude[point],
        places["latitude"].to_numpy()[place],
        places["longitude"].to_numpy()[place],
    )
    keep = distance <= radius[place]
    return point[keep], place[keep], distance[keep]
