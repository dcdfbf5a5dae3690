"""The perturbation planted before earthquakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skquake._core._geodesy import great_circle_km
from skquake._core._time import as_ns, days_to_ns
from skquake.catalogs import dobrovolsky_radius

REACH = 4.0  # widths; exp(-8) of the peak is left there
RISE = 0.2  # share of the days over which the perturbation grows


@dataclass(frozen=True)
class Plant:
    """Size, width and time of the perturbation.

    Parameters
    ----------
    effect : float
        Fractional change of Ne at the epicentre at full strength: 0.3 raises it by 30 %.
    width : float
        Standard deviation of the Gaussian in distance, in Dobrovolsky radii.
    minimum_km : float
        The standard deviation is never below this.
    days : pair of float
        First and last day relative to the earthquake. Strength grows smoothly over the first
        fifth and then stays until the end.
    """

    effect: float
    width: float
    minimum_km: float
    days: tuple

    def width_km(self, magnitude):
        """Standard deviation in km around earthquakes of these magnitudes."""
        return np.maximum(self.width * dobrovolsky_radius(magnitude), self.minimum_km)

    def strength(self, days):
        """Strength, 0 to 1, this many days relative to the earthquake."""
        first, last = self.days
        way = np.clip((np.asarray(days) - first) / (RISE * (last - first)), 0.0, 1.0)
        return np.where((days >= first) & (days <= last), way**2 * (3.0 - 2.0 * way), 0.0)

    def shape(self, distance_km, magnitude, days):
        """Change of log10 Ne at a distance from the epicentre, broadcasting."""
        width = self.width_km(magnitude)
        return np.log10(1.0 + self.effect) * np.exp(-0.5 * (distance_km / width) ** 2) * self.strength(days)


def add_perturbation(out, catalog, plant, passes):
    """Add the perturbation of each earthquake to ``out`` (one value a row), in place.

    Parameters
    ----------
    out : float array of shape (n_rows,)
    catalog : checked catalog
    plant : Plant
    passes : _track.Passes
    """
    latitude, longitude = (catalog[name].to_numpy() for name in ("latitude", "longitude"))
    magnitude = catalog["magnitude"].to_numpy()
    time = as_ns(catalog["time"])
    reach = REACH * plant.width_km(magnitude)
    begin, stop = (np.searchsorted(passes.center, time + days_to_ns(d)) for d in plant.days)
    for k in range(len(catalog)):
        near = np.arange(max(begin[k] - 1, 0), min(stop[k] + 1, len(passes.center)))
        rows = passes.rows_near(near, latitude[k], longitude[k], reach[k])
        if len(rows):
            distance = great_circle_km(
                latitude[k], longitude[k], passes.latitude[rows], passes.longitude[rows]
            )
            days = (passes.time[rows] - time[k]) / days_to_ns(1)
            out[rows] += plant.shape(distance, magnitude[k], days)
