"""Circular orbits of the satellites."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND
from skquake._core._typing import Array, ArrayLike, BoolArray, FloatArray, IntArray

EPOCH_NS = 1_514_764_800 * NS_PER_SECOND  # 2018-01-01
SUN_DEGREES_A_DAY = 360.0 / 365.2422


@dataclass(frozen=True)
class Orbit:
    """A circular orbit seen from the rotating Earth.

    Parameters
    ----------
    altitude_km, inclination, period_s : float
    node_hours : float
        Local time at which the ascending node lies at the epoch, 2018-01-01.
    node_drift : float
        Change of that local time, hours a day (0: sun-synchronous).
    latitude_limit : float
        The instruments work up to this latitude (90: everywhere).
    cadence_s : float
        Time between two observations.
    """

    altitude_km: float
    inclination: float
    period_s: float
    node_hours: float
    node_drift: float
    latitude_limit: float
    cadence_s: float

    @property
    def half_s(self) -> float:
        """Half the duration of a pass, seconds."""
        reach = np.sin(np.deg2rad(self.latitude_limit)) / np.sin(np.deg2rad(self.inclination))
        return float(np.arcsin(min(reach, 1.0)) * self.period_s / (2 * np.pi))

    def local_time(self, center_ns: Array, ascending: Array) -> FloatArray:
        """Local solar time in hours at which a pass crosses the equator."""
        days = (center_ns - EPOCH_NS) / NS_PER_DAY
        return (self.node_hours + self.node_drift * days + np.where(ascending, 0.0, 12.0)) % 24.0

    def local_time_change(self, days: ArrayLike) -> FloatArray:
        """Hours from the local times of the passes to the nearest ones that many days later.

        Ascending and descending passes lie 12 h apart; either may come back at the other's hours.
        """
        return np.abs((self.node_drift * np.asarray(days) + 6.0) % 12.0 - 6.0)

    def track_change(self, days: ArrayLike) -> FloatArray:
        """Degrees of longitude from the passes to the nearest of their direction whole days later.

        For a Sun-synchronous orbit: the Earth turns below it by 15 degrees an hour.
        """
        late = (np.asarray(days) * 86_400.0 + 0.5 * self.period_s) % self.period_s - 0.5 * self.period_s
        return np.abs(late) / 240.0

    def passes(self, start_ns: int, end_ns: int, side: str | None = None) -> tuple[IntArray, BoolArray]:
        """Half orbits that touch [start, end): time of the equator crossing (ns) and direction.

        ``side`` "night" keeps crossings at 18-06 h local time, "day" those at 06-18 h.
        """
        half_period_ns = 0.5 * self.period_s * NS_PER_SECOND
        margin = self.half_s * NS_PER_SECOND
        first = int(np.floor((start_ns - margin - EPOCH_NS) / half_period_ns))
        last = int(np.ceil((end_ns + margin - EPOCH_NS) / half_period_ns))
        number = np.arange(first, last + 1)
        center = EPOCH_NS + np.round(number * half_period_ns).astype("int64")
        ascending = number % 2 == 0
        if side is not None:
            night = np.abs(self.local_time(center, ascending) - 12.0) >= 6.0
            keep = night if side == "night" else ~night
            center, ascending = center[keep], ascending[keep]
        return center, ascending

    def node_longitude(self, center_ns: Array, ascending: Array) -> FloatArray:
        """Longitude in degrees east of the equator crossings."""
        universal = (center_ns % NS_PER_DAY) / NS_PER_HOUR
        return 15.0 * (self.local_time(center_ns, ascending) - universal)

    def profile(self, seconds: ArrayLike, ascending: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Latitude, and longitude east of the crossing, ``seconds`` after it (degrees).

        Every pass of one direction has the same profile; only its longitude differs.
        """
        angle = 2 * np.pi * np.asarray(seconds, dtype=float) / self.period_s
        inclination = np.deg2rad(self.inclination)
        latitude = np.arcsin(np.sin(inclination) * np.sin(angle))
        along = np.arctan2(np.cos(inclination) * np.sin(angle), np.cos(angle))
        turn = (15.0 * self.node_drift - 360.0) / 86_400.0 * np.asarray(seconds)
        return np.rad2deg(np.where(ascending, latitude, -latitude)), np.rad2deg(along) + turn


def _local_time_rate(node_degrees_a_day: float) -> float:
    """Hours a day that the local time of a node gains when it turns that much against the stars."""
    return (node_degrees_a_day - SUN_DEGREES_A_DAY) / 15.0


def _kepler_s(altitude_km: float) -> float:
    """Period of a circular orbit, seconds."""
    return 2 * math.pi * math.sqrt((6371.2 + altitude_km) ** 3 / 398_600.44)


# Swarm A: Friis-Christensen et al. (2008); CSES: Shen et al. (2018), 76 orbits in 5 days;
# DEMETER: Parrot (2002), after its descent to 660 km. The epoch of Swarm's local time is arbitrary.
ORBITS = {
    "swarm": Orbit(460.0, 87.35, _kepler_s(460.0), 12.0, _local_time_rate(-0.36), 90.0, 1.0),
    "cses": Orbit(507.0, 97.4, 5 * 86_400.0 / 76, 2.0, 0.0, 65.0, 3.0),
    "demeter": Orbit(660.0, 98.3, _kepler_s(660.0), 22.5, 0.0, 65.0, 1.0),
}
