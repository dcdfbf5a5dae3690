"""Small, crowded catalogs."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st


def make_small(n, seed=0, *, days=60, spread=4.0, centre=(0.0, 179.0), tied=False):
    """Crowded catalog across the dateline (or any centre): many boxes and regions overlap."""
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


@st.composite
def catalogs(draw, max_events=30):
    """Catalogs of several densities and places, with and without equal times."""
    return make_small(
        draw(st.integers(1, max_events)),
        draw(st.integers(0, 10_000)),
        days=draw(st.sampled_from([20, 60, 200])),
        spread=draw(st.sampled_from([1.0, 4.0, 15.0])),
        centre=draw(st.sampled_from([(0.0, 179.0), (40.0, 0.0), (89.0, 90.0), (-88.5, -179.0)])),
        tied=draw(st.booleans()),
    )
