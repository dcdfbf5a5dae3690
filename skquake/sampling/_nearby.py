"""Which points lie in which regions during which days."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import EARTH_RADIUS_KM, great_circle_km

_SLACK = 1e-6  # degrees by which candidates may lie outside; exact distances decide
_TURN = 2.0**32
_PER_DEGREE = _TURN / 360.0
_BELTS, _RUN = 90, 2048  # at most so many belts of latitude, and so few that their runs stay so long


def nearby(time, latitude, longitude, places, *, margin_km=0.0):
    """Pairs of a point and a place whose region and days hold the point.

    Points are put into belts of latitude, where they stay sorted by time: the days of a place are one run of
    each belt that its region touches. In these runs longitudes alone find the candidates, whose distances are
    then computed exactly. Memory beyond the points grows with the pairs found alone.

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
    radius = places["radius_km"].to_numpy(dtype=float) + margin_km
    point, place = _candidates(time, latitude, longitude, places, radius)
    distance = great_circle_km(
        latitude[point],
        longitude[point],
        places["latitude"].to_numpy()[place],
        places["longitude"].to_numpy()[place],
    )
    keep = distance <= radius[place]
    return point[keep], place[keep], distance[keep]


def _candidates(time, latitude, longitude, places, radius):
    """Pairs of a point and a place whose days and box of latitude and longitude hold it, sorted."""
    start, end = places["start"].to_numpy(), places["end"].to_numpy()
    low, high, left, across = _boxes(places, radius)
    during = np.searchsorted(time, end, side="right") - np.searchsorted(time, start, side="left")
    n_belts = int(np.clip(during.sum() // max(1, len(places)) // _RUN, 1, _BELTS))
    belt, edges, order = _belts(latitude, n_belts)
    time, longitude = time[order], _turned(longitude)[order]
    lowest, highest = belt(low), belt(high)
    first, stop = np.zeros((2, n_belts, len(places)), dtype=np.int64)
    for b in range(n_belts):
        here = np.flatnonzero((lowest <= b) & (b <= highest) & (during > 0))
        moments = time[edges[b] : edges[b + 1]]
        first[b, here] = edges[b] + np.searchsorted(moments, start[here], side="left")
        stop[b, here] = edges[b] + np.searchsorted(moments, end[here], side="right")
    found = [np.empty(0, dtype=np.int64)]
    counts = np.zeros(len(places), dtype=np.int64)
    for p in np.flatnonzero((stop > first).any(axis=0)).tolist():
        of_place = []
        for b in range(lowest[p], highest[p] + 1):
            east = longitude[first[b, p] : stop[b, p]] - left[p]
            of_place.append((east <= across[p]).nonzero()[0] + first[b, p])
        inside = of_place[0] if n_belts == 1 else np.sort(order[np.concatenate(of_place)])
        found.append(inside)
        counts[p] = len(inside)
    return np.concatenate(found), np.repeat(np.arange(len(places)), counts)


def _boxes(places, radius):
    """Least and largest latitude of each region, its western edge and how far it reaches from there."""
    angle = np.minimum(radius / EARTH_RADIUS_KM, np.pi)
    latitude, longitude = (places[name].to_numpy(dtype=float) for name in ("latitude", "longitude"))
    low, high = (latitude + sign * (np.rad2deg(angle) + _SLACK) for sign in (-1.0, 1.0))
    sine = np.sin(np.minimum(angle, np.pi / 2)) / np.maximum(np.cos(np.deg2rad(latitude)), 1e-300)
    width = np.rad2deg(np.arcsin(np.clip(sine, -1.0, 1.0))) + _SLACK
    width[(low <= -90.0) | (high >= 90.0)] = np.inf
    across = np.minimum(2.0 * width * _PER_DEGREE, _TURN - 1.0).astype(np.uint32)
    return low, high, _turned(longitude - np.minimum(width, 180.0)), across


def _turned(longitude):
    """Longitudes of any convention as parts of a turn, whose differences come round by themselves."""
    with np.errstate(invalid="ignore"):  # NaN: somewhere, near nothing
        return (longitude * _PER_DEGREE).astype(np.int64).astype(np.uint32)


def _belts(latitude, n):
    """Which of ``n`` belts latitudes lie in, where each begins in the points sorted by belt, that order."""

    def belt(values):
        with np.errstate(invalid="ignore"):  # NaN: in some belt, near nothing
            return np.clip((values + 90.0) * (n / 180.0), 0, n - 1).astype(np.int16)

    if n == 1:
        return belt, np.array([0, len(latitude)]), slice(None)
    number = belt(latitude)
    edges = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=n))])
    return belt, edges, np.argsort(number, kind="stable")
