"""Bilinear interpolation of gridded series, round the globe and up to the poles."""

from __future__ import annotations

import numpy as np

from skquake.sources._base import cut


def corners(maps, latitude, longitude):
    """The four nodes around each place, their bilinear weights, and whether it lies outside.

    Returns
    -------
    nodes : ndarray of int64, shape (n, 4)
        Flat positions in the grid. A node of no weight is replaced by its neighbour, so that
        a hole in the maps spoils only the places that use it.
    weights : ndarray of float64, shape (n, 4)
    outside : ndarray of bool, shape (n,)
    """
    south, north, v, outside_v = bracket_rows(maps.latitude, latitude)
    west, east, u, outside_u = bracket_columns(maps.longitude, longitude)
    width = len(maps.longitude)
    nodes = np.stack(
        [south * width + west, south * width + east, north * width + west, north * width + east], 1
    )
    weights = np.stack([(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u], axis=1)
    return nodes, weights, outside_v | outside_u


def bracket_rows(grid, latitude):
    """Rows south and north of each latitude, and the way between them in [0, 1)."""
    if len(grid) == 1:
        zero = np.zeros(len(latitude), dtype=np.int64)
        return zero, zero, np.zeros(len(latitude)), latitude != grid[0]
    # Polar caps: the last row holds up to the pole if the next one would lie beyond it.
    low = -90.0 if 2 * grid[0] - grid[1] <= -90.0 else grid[0]
    high = 90.0 if 2 * grid[-1] - grid[-2] >= 90.0 else grid[-1]
    outside = (latitude < low) | (latitude > high)
    return *bracket(grid, np.clip(latitude, grid[0], grid[-1])), outside


def bracket_columns(grid, longitude):
    """Columns west and east of each longitude, and the way between them in [0, 1).

    The grid is taken as a ring; outside are places in a hole wider than 1.5 typical steps,
    wherever it lies: maps of a region may contain the dateline.
    """
    n = len(grid)
    ring = np.append(grid, grid[0] + 360.0)
    west, east, u = bracket(ring, np.where(longitude < grid[0], longitude + 360.0, longitude))
    typical = np.median(np.diff(grid)) if n > 1 else 0.0
    outside = (u > 0) & (ring[east] - ring[west] > 1.5 * typical)
    return west % n, east % n, u, outside


def bracket(grid, x):
    """Nodes at or below and above each x of an ascending grid, and the way between them."""
    low = np.searchsorted(grid, x, side="right") - 1
    high = np.minimum(low + 1, len(grid) - 1)
    step = grid[high] - grid[low]
    way = np.divide(x - grid[low], step, out=np.zeros(len(x)), where=step > 0)
    return low, np.where(way > 0, high, low), way


def blend(maps, first, weights, length):
    """Weighted sum of the windows at the four corners: float32 (n, length, c)."""
    values = maps.values.reshape(-1, len(maps.channels))
    total = np.zeros((len(first), length, values.shape[1]))
    for corner in range(4):
        total += weights[:, corner, np.newaxis, np.newaxis] * cut(values, first[:, corner], length)
    return total.astype(np.float32)
