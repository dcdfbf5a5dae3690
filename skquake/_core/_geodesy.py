"""Distances and directions on a spherical Earth."""

from __future__ import annotations

import numpy as np

from skquake._core._typing import ArrayLike, FloatArray

EARTH_RADIUS_KM = 6371.0
KM_PER_DEGREE = np.pi * EARTH_RADIUS_KM / 180.0


def wrap_longitude(longitude: ArrayLike) -> FloatArray:
    """Longitudes brought into [-180, 180), in degrees.

    Accepts any convention (0...360, several turns); NaN stays NaN.
    """
    longitude = np.asarray(longitude, dtype=float)
    # What already lies in range keeps its exact bits.
    inside = (longitude >= -180.0) & (longitude < 180.0)
    return np.where(inside, longitude, (longitude + 180.0) % 360.0 - 180.0)


def longitude_difference(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Signed shortest way from ``b`` to ``a``, in degrees, in [-180, 180)."""
    return wrap_longitude(np.asarray(a, dtype=float) - np.asarray(b, dtype=float))


def unit_vectors(latitude: ArrayLike, longitude: ArrayLike) -> FloatArray:
    """Points on the unit sphere, shape (..., 3), from degrees."""
    latitude = np.deg2rad(np.asarray(latitude, dtype=float))
    longitude = np.deg2rad(np.asarray(longitude, dtype=float))
    cos_latitude = np.cos(latitude)
    return np.stack(
        [cos_latitude * np.cos(longitude), cos_latitude * np.sin(longitude), np.sin(latitude)], axis=-1
    )


def great_circle_km(
    latitude_1: ArrayLike, longitude_1: ArrayLike, latitude_2: ArrayLike, longitude_2: ArrayLike
) -> FloatArray:
    """Great-circle distance in km (haversine: exact for close points too); broadcasts."""
    one, other = np.deg2rad(latitude_1), np.deg2rad(latitude_2)
    half_longitude = 0.5 * np.deg2rad(np.subtract(longitude_2, longitude_1))
    half_latitude = 0.5 * (other - one)
    h = np.sin(half_latitude) ** 2 + np.cos(one) * np.cos(other) * np.sin(half_longitude) ** 2
    return 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))


def chord_of_km(distance_km: ArrayLike) -> FloatArray:
    """Straight-line distance on the unit sphere of a great-circle distance in km.

    Distances beyond half the circumference give the diameter, 2.
    """
    angle = np.clip(np.asarray(distance_km, dtype=float) / EARTH_RADIUS_KM, 0.0, np.pi)
    return 2.0 * np.sin(0.5 * angle)
