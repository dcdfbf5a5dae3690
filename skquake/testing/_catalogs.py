"""Small, crowded catalogs."""

from __future__ import annotations

import numpy as np
import pandas as pd


def crowded_catalog(
    n: int,
    seed: int = 0,
    *,
    days: int = 60,
    spread: float = 4.0,
    centre: tuple[float, float] = (0.0, 179.0),
    tied: bool = False,
) -> pd.DataFrame:
    """A catalog across the dateline (or around any centre) in which many boxes and regions overlap."""
    rng = np.random.default_rng(seed)
    hours = rng.integers(0, days if tied else days * 24, n) * (24 if tied else 1)
    latitude = np.clip(centre[0] + rng.uniform(-spread, spread, n).round(1), -90, 90)
    longitude = (centre[1] + rng.uniform(-spread, spread, n).round(1) + 180) % 360 - 180
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2010-01-01") + pd.to_timedelta(hours, unit="h"),
            "latitude": latitude,
            "longitude": longitude.round(1),
            "depth_km": 10.0,
            "magnitude": (4.5 + rng.exponential(0.6, n)).round(1),
        },
        index=[f"ev{k}" for k in rng.permutation(n)],
    )
