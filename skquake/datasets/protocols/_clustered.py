"""Earthquakes of a region with aftershocks, at times that nothing announces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def clustered_catalog(
    start: pd.Timestamp,
    days: float,
    n_mainshocks: int,
    belt: Sequence[tuple[float, float]],
    rng: np.random.Generator,
    *,
    magnitude: float = 4.5,
    aftershocks: float = 3.0,
    decay_days: float = 8.0,
    scatter: float = 0.7,
) -> pd.DataFrame:
    """Mainshocks along a belt at random times, each with a Poisson number of aftershocks.

    Parameters
    ----------
    start : Timestamp
    days : float
    n_mainshocks : int
    belt : sequence of (latitude, longitude)
        Corners, degrees.
    rng : Generator
    magnitude : float
        Least of all; mainshocks exceed it exponentially, aftershocks are a unit below theirs at most.
    aftershocks : float
        Mean number of each mainshock.
    decay_days : float
        Mean delay.
    scatter : float
        Degrees from the belt, and of aftershocks a third of it from their mainshock.

    Returns
    -------
    DataFrame
        A catalog in the order of time.
    """
    corners = np.asarray(belt, dtype=float)
    along = rng.uniform(0, len(corners) - 1, n_mainshocks)
    where = np.stack([np.interp(along, np.arange(len(corners)), side) for side in corners.T], axis=1)
    where += scatter * rng.standard_normal(where.shape)
    size = magnitude + rng.exponential(1 / np.log(10), n_mainshocks)
    day = rng.uniform(0, days, n_mainshocks)
    mother = np.repeat(np.arange(n_mainshocks), rng.poisson(aftershocks, n_mainshocks))
    n = len(mother)
    place = np.vstack([where, where[mother] + scatter / 3 * rng.standard_normal((n, 2))])
    moment = np.r_[day, day[mother] + rng.exponential(decay_days, n)]
    lower = np.maximum(size[mother] - 1.0 - rng.exponential(0.3, n), magnitude)
    catalog = pd.DataFrame(
        {
            "time": start + pd.to_timedelta(moment, unit="D").as_unit("s"),
            "latitude": place[:, 0],
            "longitude": place[:, 1],
            "depth_km": 10.0,
            "magnitude": np.r_[size, lower].round(2),
        }
    )
    inside = catalog["time"] < start + pd.Timedelta(days=days)
    catalog = catalog[inside].sort_values("time", kind="stable")
    return catalog.set_axis(pd.Index([f"q{k:04d}" for k in range(len(catalog))], name="id"))
