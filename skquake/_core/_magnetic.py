"""Magnetic coordinates of places on and above the Earth."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator

import numpy as np
import pandas as pd

from skquake._core._geodesy import EARTH_RADIUS_KM, unit_vectors, wrap_longitude
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import Array, ArrayLike, FloatArray

FIRST_YEAR, LAST_YEAR = 1900, 2030  # of the field model's coefficients
_STEP = 2  # degrees from node to node: a tenth of the finest wave of the quasi-dipole series
_PAD = 10  # nodes beyond the dateline and the poles, so that splines do not feel an edge
_DECAY = 1.4  # between the quadrupole (1) and the octupole (2) beside the dipole


def dip_latitude(times: Array, latitude: Array, longitude: Array) -> FloatArray:
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


def quasi_dipole(
    times: Array, latitude: Array, longitude: Array, altitude_km: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Quasi-dipole latitude and longitude in degrees, longitude in [-180, 180).

    At the ground from PyIRI's yearly spherical harmonics of the apex model, through cubic splines on a grid
    of 2 degrees. Above it, the departure from the centred dipole shrinks as that of the field's next
    multipoles does.

    Parameters
    ----------
    times : array-like of datetime64, shape (n,)
        From 1900 to 2030; the field is that of the beginning of their year.
    latitude, longitude, altitude_km : array-like, shape (n,)
        Degrees, km; finite.
    """
    latitude, longitude = np.asarray(latitude, dtype=float), wrap_longitude(longitude)
    share = (1.0 + np.asarray(altitude_km, dtype=float) / EARTH_RADIUS_KM) ** -_DECAY
    vectors = np.empty((len(latitude), 3))
    for year, rows in _by_year(times):
        centred = unit_vectors(latitude[rows], longitude[rows]) @ _dipole_axes(year)
        ground = _at_ground(year, latitude[rows], longitude[rows])
        vectors[rows] = centred + share[rows, None] * (ground - centred)
    return _angles(vectors)


def ground_quasi_dipole(
    year: int, latitude: FloatArray, longitude: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Quasi-dipole latitude and longitude at the ground with the field at the beginning of a year.

    Parameters
    ----------
    year : int
        From 1900 to 2030.
    latitude, longitude : ndarray of shape (n,)
        Degrees; longitude of any turn.
    """
    return _angles(_at_ground(year, latitude, wrap_longitude(longitude)))


def _at_ground(year: int, latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Vectors in quasi-dipole coordinates at the ground, (n, 3)."""
    from scipy.ndimage import map_coordinates

    node = np.stack([(latitude + 90.0) / _STEP + _PAD, (longitude + 180.0) / _STEP + _PAD])
    return np.stack([map_coordinates(c, node, prefilter=False) for c in _splines(year)], axis=-1)


def magnetic_local_time(times: Array, qd_longitude: ArrayLike) -> FloatArray:
    """Magnetic local time in hours, [0, 24): 12 where the sun stands.

    Quasi-dipole longitude east of the sub-solar point's centred dipole longitude (Laundal & Richmond, 2017).

    Parameters
    ----------
    times : array-like of datetime64, shape (n,)
        From 1900 to 2030.
    qd_longitude : array-like, shape (n,)
        Degrees.
    """
    from PyIRI.main_library import subsolar_point

    longitude, latitude = subsolar_point(as_ns(times) / NS_PER_DAY + 2_440_587.5)
    sun = np.empty(len(longitude))
    for year, rows in _by_year(times):
        _, sun[rows] = _angles(unit_vectors(latitude[rows], longitude[rows]) @ _dipole_axes(year))
    hours = (12.0 + (np.asarray(qd_longitude, dtype=float) - sun) / 15.0) % 24.0
    return np.where(hours >= 24.0, 0.0, hours)


def _by_year(times: Array) -> Iterator[tuple[int, slice | Array]]:
    """Pairs of a year and its rows."""
    years = pd.DatetimeIndex(times).year.to_numpy()
    wrong = ~((years >= FIRST_YEAR) & (years <= LAST_YEAR))  # NaT too
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"time {pd.DatetimeIndex(times)[row]} in row {row}: "
            f"the field is known from {FIRST_YEAR} to {LAST_YEAR}"
        )
    every = np.unique(years)
    for year in every:
        yield int(year), slice(None) if len(every) == 1 else np.flatnonzero(years == year)


def _angles(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude in degrees of vectors of any length, shape (n, 3)."""
    x, y, z = vectors.T
    return np.rad2deg(np.arctan2(z, np.hypot(x, y))), wrap_longitude(np.rad2deg(np.arctan2(y, x)))


@functools.lru_cache(maxsize=32)
def _splines(year: int) -> list[FloatArray]:
    """Spline coefficients of the quasi-dipole unit vector's components on a grid at the ground."""
    from PyIRI.sh_library import Apex_geo_qd
    from scipy.ndimage import spline_filter

    latitude, longitude = np.meshgrid(
        np.arange(-90.0, 91.0, _STEP), np.arange(-180.0, 180.0, _STEP), indexing="ij"
    )
    place = Apex_geo_qd(latitude, longitude, datetime.datetime(year, 1, 1), "GEO_2_QD")
    splines = []
    for component in np.moveaxis(unit_vectors(*place), -1, 0):
        turned = np.roll(component, component.shape[1] // 2, axis=1)  # what lies beyond a pole
        rows = np.concatenate([turned[_PAD:0:-1], component, turned[-2 : -_PAD - 2 : -1]])
        splines.append(spline_filter(np.pad(rows, ((0, 0), (_PAD, _PAD)), mode="wrap")))
    return splines


@functools.lru_cache(maxsize=32)
def _dipole_axes(year: int) -> FloatArray:
    """Axes of centred dipole coordinates as columns, in geographic coordinates.

    z is the dipole axis, northward; the meridian of longitude 0 holds the geographic south pole.
    """
    from ppigrf.ppigrf import read_shc

    g, h = read_shc()
    days = as_ns(g.index) / NS_PER_DAY
    now = as_ns(np.datetime64(f"{year}-01-01", "ns")) / NS_PER_DAY
    z = -np.array([np.interp(now, days, c) for c in (g[1, 1], h[1, 1], g[1, 0])])
    z /= np.linalg.norm(z)
    y = np.cross([0.0, 0.0, 1.0], z)
    y /= np.linalg.norm(y)
    return np.stack([np.cross(y, z), y, z], axis=1)
