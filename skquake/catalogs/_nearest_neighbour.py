"""Clusters of nearest neighbours in space, time and magnitude (Zaliapin & Ben-Zion)."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import EARTH_RADIUS_KM, unit_vectors
from skquake._core._time import NS_PER_DAY

_YEAR_NS = 365.25 * NS_PER_DAY
_SHORTEST_KM, _SHORTEST_YEARS = 0.1, 1e-9  # below the accuracy of any catalog: no distance is zero
_BLOCK = 4_000_000


def nearest_parents(time, latitude, longitude, magnitude, *, b_value, fractal_dimension):
    """Nearest earlier event of each event, and log10 of how near it is.

    Nearness of j to an earlier i is ``t r**d 10**(-b m_i)`` with t in years and r in km.

    Parameters
    ----------
    time : ndarray of int64, shape (n,)
        Nanoseconds, ascending.
    latitude, longitude, magnitude : ndarray of shape (n,)

    Returns
    -------
    parent : ndarray of int64, shape (n,)
        -1 where no event is earlier.
    log_eta : ndarray of shape (n,)
        Infinite where no event is earlier.
    """
    n = len(time)
    places = unit_vectors(latitude, longitude)
    parent, nearest = np.full(n, -1, dtype=np.int64), np.full(n, np.inf)
    weight = b_value * np.log(10.0) * magnitude
    rows = max(1, _BLOCK // max(n, 1))
    for start in range(1, n, rows):
        here = slice(start, min(start + rows, n))
        last = here.stop - 1
        years = (time[here, np.newaxis] - time[:last]) / _YEAR_NS
        chord = np.clip(2.0 - 2.0 * (places[here] @ places[:last].T), 0.0, 4.0)
        km = 2.0 * EARTH_RADIUS_KM * np.arcsin(0.5 * np.sqrt(chord))
        eta = np.log(np.maximum(years, _SHORTEST_YEARS))
        eta += fractal_dimension * np.log(np.maximum(km, _SHORTEST_KM)) - weight[:last]
        eta[years <= 0] = np.inf
        best = eta.argmin(axis=1)
        nearest[here] = eta[np.arange(len(best)), best]
        parent[here] = np.where(np.isfinite(nearest[here]), best, -1)
    return parent, nearest / np.log(10.0)


def mixture_threshold(log_eta):
    """Where clustered and background events of log10 eta are equally probable (two Gaussians)."""
    from sklearn.mixture import GaussianMixture

    known = log_eta[np.isfinite(log_eta)][:, np.newaxis]
    if len(known) < 10:
        raise ValueError(
            f"nearest-neighbour: {len(known) + 1} events cannot tell clusters from background; "
            "give threshold="
        )
    mixture = GaussianMixture(2, random_state=0).fit(known)
    low, high = np.sort(mixture.means_.ravel())
    grid = np.linspace(low, high, 1001)
    clustered = mixture.predict_proba(grid[:, np.newaxis])[:, int(np.argmin(mixture.means_.ravel()))]
    return float(grid[np.argmin(np.abs(clustered - 0.5))])


def tree_mainshocks(parent, log_eta, magnitude, threshold):
    """Position of each event's mainshock: the largest (then the earliest) event of its tree."""
    root = np.arange(len(parent))
    for event in np.flatnonzero((parent >= 0) & (log_eta < threshold)):
        root[event] = root[parent[event]]  # parents are earlier: theirs is known
    order = np.lexsort((np.arange(len(root)), -magnitude, root))
    first = np.append(True, root[order][1:] != root[order][:-1])
    largest = np.empty(len(root), dtype=np.int64)
    largest[root[order][first]] = order[first]
    return largest[root]
