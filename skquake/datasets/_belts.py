"""Where simulated earthquakes happen: the plate-boundary belts as a few great-circle arcs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from skquake._core._geodesy import KM_PER_DEGREE, great_circle_km, unit_vectors, wrap_longitude
from skquake._core._typing import ArrayLike, FloatArray

# Belt -> (share of the events, deepest foci in km, scatter in km, corners as latitude and longitude).
# Drawn by hand through the belts on a world map; shares in round numbers after the counts of
# M >= 4.8 in global catalogs. They serve simulation, not hazard.
BELTS: dict[str, tuple[float, float, float, tuple[tuple[float, float], ...]]] = {
    "Kuril-Kamchatka": (5, 500, 90, ((42, 144.5), (45, 150), (50, 157), (55, 162.5))),
    "Japan": (4, 400, 110, ((34, 141), (38, 142.5), (42, 144.5))),
    "Izu-Mariana": (5, 550, 110, ((34, 141), (28, 142.5), (20, 146.5), (13, 144.5))),
    "Aleutians": (5, 200, 90, ((55, 162.5), (52.5, 173), (51.3, -178), (53, -167), (56, -157), (61, -150))),
    "Ryukyu-Taiwan": (3, 200, 110, ((32, 131.5), (28, 129.5), (24, 123), (22.5, 121))),
    "Philippines": (6, 600, 150, ((19, 121), (13, 124.5), (6.5, 126.5), (1.5, 126.5))),
    "Sumatra-Java": (9, 500, 120, ((14, 93), (6, 94.5), (0, 98), (-5, 102), (-9, 110), (-10, 118))),
    "Banda-Sulawesi": (6, 550, 180, ((-10, 118), (-8, 125), (-6, 130.5), (-3, 129), (0.5, 123))),
    "New Guinea": (6, 250, 150, ((-1.5, 133), (-3.5, 142), (-6, 147.5), (-5, 152))),
    "Solomon-Vanuatu": (10, 300, 110, ((-5, 152), (-7, 155.5), (-10.7, 161.5), (-12, 166.5), (-22, 171.5))),
    "Tonga-Kermadec": (14, 650, 150, ((-15.5, -173.5), (-22, -175.5), (-31, -178.5), (-38, 178.5))),
    "South America": (9, 550, 150, ((4, -77), (-3, -80.5), (-15, -75), (-19, -70), (-33, -71.5), (-45, -75))),
    "Central America": (5, 200, 100, ((6, -82.5), (12, -87.5), (15.5, -95), (19, -105))),
    "Western North America": (2, 20, 150, ((19, -105), (25, -110), (34, -117), (40.5, -125), (50, -130))),
    "Caribbean": (1.5, 150, 100, ((19, -76), (19, -66), (15, -60.5), (10.5, -62.5))),
    "Scotia": (3, 150, 120, ((-60, -52), (-60.5, -30), (-56, -26), (-59, -25))),
    "Mid-Atlantic": (
        5,
        15,
        70,
        ((-54, 0), (-35, -16), (-15, -14), (0, -20), (15, -46), (36, -33), (52, -31), (71, -10), (85, 20)),
    ),
    "Indian ridges": (4, 15, 90, ((12, 46), (8, 60), (-8, 68), (-25, 70), (-41, 80), (-49, 105), (-55, 145))),
    "Southwest Indian ridge": (2, 15, 90, ((-25, 70), (-38, 48), (-53, 22), (-54, 0))),
    "Pacific ridges": (
        5,
        15,
        90,
        ((8, -104), (-15, -114), (-35, -110), (-55, -125), (-63, -165), (-60, 160)),
    ),
    "Mediterranean-Zagros": (3.5, 60, 180, ((36, 15), (37, 22), (36, 28), (38, 40), (33, 48), (27.5, 55))),
    "Himalaya-Burma": (5, 120, 230, ((37, 71), (33, 76), (28, 86), (27, 95), (20, 94))),
}


def sample_belts(n: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Random places along the belts.

    Parameters
    ----------
    n : int
    rng : numpy.random.Generator

    Returns
    -------
    latitude, longitude, depth_km : ndarrays of shape (n,)
    """
    legs = [
        (share * great_circle_km(*start, *stop) / belt_length(corners), deepest, scatter, start, stop)
        for share, deepest, scatter, corners in BELTS.values()
        for start, stop in pairwise(corners)
    ]
    shares = np.array([leg[0] for leg in legs])
    which = rng.choice(len(legs), size=n, p=shares / shares.sum())
    deepest, scatter = (np.array([leg[k] for leg in legs])[which] for k in (1, 2))
    start, stop = (unit_vectors(*np.array([leg[k] for leg in legs]).T)[which] for k in (3, 4))

    along = rng.uniform(size=(n, 1))
    angle = np.arccos(np.clip((start * stop).sum(axis=1, keepdims=True), -1.0, 1.0))
    point = np.sin((1 - along) * angle) * start + np.sin(along * angle) * stop
    # A tenth lies far from any plate boundary.
    scatter = np.where(rng.uniform(size=n) < 0.1, 800.0, scatter)
    latitude, longitude = scatter_km(*_coordinates(point), scatter, rng)
    depth = np.minimum(rng.exponential(0.12 * deepest + 10.0), deepest)
    return latitude, longitude, depth


def scatter_km(
    latitude: ArrayLike, longitude: ArrayLike, scale_km: ArrayLike, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Places moved by a Gaussian step of ``scale_km`` in each direction, over poles and dateline."""
    point = unit_vectors(latitude, longitude)
    step = (
        rng.standard_normal(point.shape) * (np.asarray(scale_km) / KM_PER_DEGREE * np.pi / 180.0)[..., None]
    )
    return _coordinates(point + step)


def belt_length(corners: Sequence[tuple[float, float]]) -> float:
    """Length of a polyline of (latitude, longitude) corners in km."""
    latitude, longitude = np.array(corners, dtype=float).T
    return great_circle_km(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:]).sum()


def _coordinates(point: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude in degrees of vectors of any length, shape (..., 3)."""
    x, y, z = np.moveaxis(point, -1, 0)
    return np.rad2deg(np.arctan2(z, np.hypot(x, y))), wrap_longitude(np.rad2deg(np.arctan2(y, x)))
