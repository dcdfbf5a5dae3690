"""What a magnetometer sees besides the main field."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import unit_vectors
from skquake._core._typing import FloatArray
from skquake.datasets._ionosphere import DIPOLE_POLE
from skquake.datasets._variability import along_track_noise

# nT: instrument, structure along the track (250 km), ring current per unit of storm drive and on a quiet day,
# and how much rougher the auroral zones are, always and per unit of drive.
WHITE, SMALL, SMALL_KM = 0.1, 0.5, 250.0
QUIET_RING, STORM_RING = 5.0, 40.0
AURORAL, AURORAL_STORM = 5.0, 40.0
ZONE_DEGREES, ZONE_WIDTH = 68.0, 6.0


def field_noise(
    latitude: FloatArray,
    longitude: FloatArray,
    drive: FloatArray,
    step_km: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Noise and disturbance of the field's north, east and center components.

    The ring current makes a uniform field along the dipole's axis; noise with a white part and one that
    decays along the track is larger in the auroral zones; both grow with storms. Orders of magnitude only.

    Parameters
    ----------
    latitude, longitude : arrays of shape (n_passes, n)
        Degrees.
    drive : array of shape (n_passes,)
        Of the storm, as of ``storm_drive``.
    step_km : float
        Distance between rows.
    rng : Generator

    Returns
    -------
    ndarray of shape (3, n_passes, n)
        nT.
    """
    axis = unit_vectors(*DIPOLE_POLE)
    up = unit_vectors(latitude, longitude)
    east = unit_vectors(np.zeros_like(longitude), longitude + 90.0)
    north = np.cross(up, east)
    drive = np.asarray(drive)[:, np.newaxis]
    ring = -(QUIET_RING + STORM_RING * drive)
    smooth = np.stack([ring * (north @ axis), ring * (east @ axis), -ring * (up @ axis)])
    dipole = np.rad2deg(np.arcsin(np.clip(up @ axis, -1.0, 1.0)))
    zone = np.exp(-0.5 * ((np.abs(dipole) - ZONE_DEGREES) / ZONE_WIDTH) ** 2)
    rough = 1.0 + zone * (AURORAL + AURORAL_STORM * drive)
    return smooth + np.stack([_noise(rough, step_km, rng) for _ in range(3)])


def _noise(rough, step_km, rng):
    small = along_track_noise(rough.shape, step_km, SMALL, SMALL_KM, rng)
    return rough * small + WHITE * rng.standard_normal(rough.shape, dtype=np.float32)
