"""Magnetic coordinates of places on and above the Earth."""

from __future__ import annotations

import numpy as np
import pandas as pd


def dip_latitude(times, latitude, longitude):
    """Dip latitude in degrees from the inclination of the main field 300 km up.

    Parameters
    ----------
    times : array-like of datetime64
        The field is taken in the middle of their year.
    latitude, longitude : array-like
        Degrees.
    """
    import ppigrf

    years = pd.DatetimeIndex(times).year.to_numpy()
    # The field model divides by the sine of the colatitude: the poles themselves are undefined.
    latitude = np.clip(np.asarray(latitude, dtype=float), -89.99, 89.99)
    longitude = np.asarray(longitude, dtype=float)
    tangent = np.empty(len(years))
    for year in np.unique(years):
        here = years == year
        east, north, up = ppigrf.igrf(longitude[here], latitude[here], 300.0, pd.Timestamp(year, 7, 2))
        tangent[here] = (-up / np.hypot(east, north))[0]
    return np.rad2deg(np.arctan(0.5 * tangent))
