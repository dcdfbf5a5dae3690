"""Earthquakes spread over the sphere, into cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skquake._core._geodesy import EARTH_RADIUS_KM, unit_vectors, wrap_longitude
from skquake._core._typing import FloatArray
from skquake.alarms._cells import Cells

POINTS = 256  # into which an earthquake is spread
QUANTILES = (np.arange(POINTS) + 0.5) / POINTS


def kernel_widths(events: pd.DataFrame, bandwidth: float | None, neighbours: int, least: float) -> FloatArray:
    """Kernel width of each event, km: the same for all, or its distance to a near one."""
    if bandwidth is not None:
        return np.full(len(events), float(bandwidth))
    from scipy.spatial import KDTree

    place = unit_vectors(events["latitude"], events["longitude"])
    order = min(neighbours, len(place) - 1) + 1  # the nearest is the event itself
    chord = KDTree(place).query(place, [order])[0][:, 0]
    return np.maximum(2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(0.5 * chord, 1.0)), least)


def gaussian_reach(width: FloatArray) -> FloatArray:
    """Distances of `POINTS` equal parts of Gaussian kernels, km, shape (n_events, POINTS)."""
    return width[:, np.newaxis] * np.sqrt(-2.0 * np.log1p(-QUANTILES))


def counts_in(grid: Cells, events: pd.DataFrame, reach: FloatArray) -> Any:
    """How many of each event's points lie in each cell.

    Parameters
    ----------
    grid : Cells
    events : DataFrame
    reach : ndarray of shape (n_events, POINTS)
        Distance of each point, km: they turn by the golden angle, one to a place of equal weight.

    Returns
    -------
    sparse array of shape (n_events, n_cells)
    """
    from scipy import sparse

    latitude, longitude = _points(events, reach)
    row, column = grid.locate(latitude, longitude)
    inside = row >= 0
    of = np.repeat(np.arange(len(events)), POINTS)[inside]
    cell = np.ravel_multi_index((row[inside], column[inside]), grid.shape)
    found = sparse.coo_array((np.ones(len(cell)), (of, cell)), (len(events), int(np.prod(grid.shape))))
    return found.tocsr()  # which adds what falls into one cell


def _points(events, reach):
    angle = np.minimum(reach / EARTH_RADIUS_KM, np.pi)
    azimuth = np.arange(POINTS) * np.pi * (3.0 - np.sqrt(5.0))
    south = np.deg2rad(events["latitude"].to_numpy())[:, np.newaxis]
    sine = np.sin(south) * np.cos(angle) + np.cos(south) * np.sin(angle) * np.cos(azimuth)
    latitude = np.arcsin(np.clip(sine, -1.0, 1.0))
    east = np.arctan2(
        np.sin(azimuth) * np.sin(angle) * np.cos(south), np.cos(angle) - np.sin(south) * np.sin(latitude)
    )
    longitude = events["longitude"].to_numpy()[:, np.newaxis] + np.rad2deg(east)
    return np.rad2deg(latitude).ravel(), wrap_longitude(longitude).ravel()
