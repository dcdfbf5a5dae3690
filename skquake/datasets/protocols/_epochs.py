"""Anomalies around earthquakes, counted by days and distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from skquake._core._geodesy import EARTH_RADIUS_KM, chord_of_km, unit_vectors
from skquake._core._time import NS_PER_DAY
from skquake._core._typing import ArrayLike, FloatArray, IntArray


@dataclass(frozen=True)
class Pairs:
    """Anomalies near earthquakes, whenever both were.

    Attributes
    ----------
    event, anomaly : ndarray of int, shape (n_pairs,)
    ring : ndarray of int, shape (n_pairs,)
        Bin of the distance.
    n_rings : int
    """

    event: IntArray
    anomaly: IntArray
    ring: IntArray
    n_rings: int


def pairs_near(
    latitude: ArrayLike,
    longitude: ArrayLike,
    event_latitude: ArrayLike,
    event_longitude: ArrayLike,
    radius_km: FloatArray,
    rings: FloatArray,
) -> Pairs:
    """Anomalies within each earthquake's radius.

    Parameters
    ----------
    latitude, longitude : array-like of shape (n_anomalies,)
        Degrees.
    event_latitude, event_longitude : array-like of shape (n_events,)
    radius_km : ndarray of shape (n_events,)
    rings : ndarray
        Edges of the bins of distance, in radii; from 0 to 1.

    Returns
    -------
    Pairs
    """
    points, centers = unit_vectors(latitude, longitude), unit_vectors(event_latitude, event_longitude)
    near = cKDTree(points).query_ball_point(centers, chord_of_km(radius_km))
    event = np.repeat(np.arange(len(centers)), [len(one) for one in near])
    anomaly = np.concatenate([np.asarray(one, dtype=int) for one in near]) if len(event) else event
    half = np.linalg.norm(points[anomaly] - centers[event], axis=1) / 2.0
    km = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.clip(half, 0.0, 1.0))
    ring = np.searchsorted(rings, km / radius_km[event], side="right") - 1
    return Pairs(event, anomaly, np.clip(ring, 0, len(rings) - 2), len(rings) - 1)


def count_pairs(pairs: Pairs, anomaly_ns: IntArray, event_ns: IntArray, days: FloatArray) -> IntArray:
    """Pairs by day of the anomaly relative to the earthquake and by distance, (n_days, n_rings).

    Parameters
    ----------
    pairs : Pairs
    anomaly_ns, event_ns : ndarray of int
        Times.
    days : ndarray
        Edges of the bins, ascending; negative before the earthquake. The last edge is left out.
    """
    lag = (anomaly_ns[pairs.anomaly] - event_ns[pairs.event]) / NS_PER_DAY
    day = np.searchsorted(days, lag, side="right") - 1
    inside = (day >= 0) & (day < len(days) - 1)
    flat = day[inside] * pairs.n_rings + pairs.ring[inside]
    return np.bincount(flat, minlength=(len(days) - 1) * pairs.n_rings).reshape(-1, pairs.n_rings)
