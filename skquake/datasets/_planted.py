"""Planting perturbations along simulated tracks."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import great_circle_km
from skquake._core._time import as_ns, days_to_ns
from skquake.catalogs._plant import REACH


def add_perturbation(out, catalog, plant, passes):
    """Add the perturbation of each earthquake to ``out`` (one value a row), in place.

    Parameters
    ----------
    out : float array of shape (n_rows,)
    catalog : checked catalog
    plant : skquake.catalogs._plant.Plant
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
