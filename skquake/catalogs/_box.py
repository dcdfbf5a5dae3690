"""The papers' box rule, in one pass over the events."""

from __future__ import annotations

import numpy as np

HALF_WIDTH, DAYS = 2.0, 15.0
"""The papers' box: degrees, days."""


def box_mainshocks(time, latitude, longitude, *, half_width, window):
    """Position of each event's mainshock; int64 times (ns), ascending.

    The globe is cut into cells of at least four half widths (and two degrees). An event that stands is
    noted in each cell (at most four, but for the poles) that its box touches; an event asks only the list
    of its own cell, oldest first, which forgets what is over. Plain lists: numpy's calls cost more than
    the handful of comparisons that an event needs.
    """
    reach = half_width + 1e-9
    far = 360.0 - reach
    size = max(4.0 * half_width, 2.0)
    columns = max(1, int(360.0 // size))
    width = 360.0 / columns

    def row(degrees):
        return np.maximum((degrees + 90.0) / size, 0.0).astype(np.int64) * columns

    def column(degrees):
        return np.floor((degrees + 180.0) / width).astype(np.int64) % columns

    south, north = row(latitude - reach), row(latitude + reach)
    west, east = column(longitude - reach), column(longitude + reach)
    polar = np.abs(latitude) + reach >= 90.0
    # The cells touched; -1 stands for "none more", and in the first place for every longitude.
    first = np.where(polar, -1, south + west)
    second = np.where(east != west, south + east, -1)
    third = np.where(north > south, north + west, -1)
    fourth = np.where((north > south) & (east != west), north + east, -1)
    active: list[list[int]] = [[] for _ in range(int(north.max(initial=0)) + columns)]
    cells = row(latitude) + column(longitude)
    # No comparison with NaN holds: the box of a polar event excludes no longitude.
    at, lat, lon = time.tolist(), latitude.tolist(), np.where(polar, np.nan, longitude).tolist()
    mainshock = list(range(len(at)))
    rest = (a.tolist() for a in (longitude, cells, first, second, third, fourth))
    for i, t, y, x, cell, a, b, c, d in zip(range(len(at)), at, lat, *rest, strict=True):
        near = active[cell]
        oldest, low, high = t - window, y - reach, y + reach
        while near and at[near[0]] < oldest:
            del near[0]
        for j in near:
            if low <= lat[j] <= high and not reach < abs(x - lon[j]) < far and at[j] < t:
                mainshock[i] = j
                break
        else:
            if a < 0:
                for start in {south[i].item(), north[i].item()}:
                    for k in range(start, start + columns):
                        active[k].append(i)
                continue
            active[a].append(i)
            if b >= 0:
                active[b].append(i)
            if c >= 0:
                active[c].append(i)
            if d >= 0:
                active[d].append(i)
    return np.array(mainshock, dtype=np.int64)
