"""The Earth's main magnetic field along an orbit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.ndimage import map_coordinates

GRID_DEGREES = 2.0
FIRST_COLATITUDE = -7.0  # over the poles and never on them, so that the spline sees no edge
PAD = 8


def main_field(dates, altitude_km):
    """Interpolator of the main field between two dates.

    Parameters
    ----------
    dates : pair of datetime64
    altitude_km : float

    Returns
    -------
    callable
        ``field(fraction, latitude, longitude)`` -> nT north, east, down (center), stacked first;
        ``fraction`` is the way from the first to the second date. Cubic in space, within 1 nT of
        the model itself.

    References
    ----------
    Alken et al. (2021), International Geomagnetic Reference Field: the thirteenth generation,
    Earth, Planets and Space 73, 49; evaluated by ppigrf.
    """
    from ppigrf import igrf_gc

    colatitude = np.arange(FIRST_COLATITUDE, 188.0, GRID_DEGREES)
    longitude = np.arange(0.0, 360.0, GRID_DEGREES)
    radius = 6371.2 + altitude_km
    up, south, east = igrf_gc(
        radius, colatitude[:, np.newaxis], longitude, [pd.Timestamp(d).to_pydatetime() for d in dates]
    )
    grid = np.stack([-south, east, -up])  # (component, date, colatitude, longitude)
    grid = np.pad(grid, ((0, 0), (0, 0), (0, 0), (PAD, PAD)), mode="wrap")

    def field(fraction, latitude, longitude):
        latitude, longitude = np.broadcast_arrays(latitude, longitude)
        points = [(90.0 - latitude - FIRST_COLATITUDE) / GRID_DEGREES, longitude % 360.0 / GRID_DEGREES + PAD]
        first, last = (
            np.stack([map_coordinates(c, points, order=3, mode="nearest") for c in grid[:, k]])
            for k in (0, 1)
        )
        return first + fraction * (last - first)

    return field
