"""Earthquakes whose region holds a place."""

import numpy as np
import pandas as pd
import pytest

from skquake._core._geodesy import great_circle_km
from skquake.catalogs import dobrovolsky_radius, events_near


def catalog(n=200, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.uniform(0, 300, n), unit="D"),
            "latitude": rng.uniform(-90, 90, n),
            "longitude": rng.uniform(-180, 180, n),
            "magnitude": rng.uniform(5, 8.5, n),
        },
        index=[f"e{k}" for k in range(n)],
    ).sample(frac=1, random_state=seed)


def test_brute_force():
    events, places = catalog(), [(0.0, 179.9), (45.0, -100.0)]
    expected = [
        name
        for name, row in events.iterrows()
        if any(
            great_circle_km(*place, row["latitude"], row["longitude"]) <= dobrovolsky_radius(row["magnitude"])
            for place in places
        )
    ]
    assert 3 < len(expected) < 150
    found = events_near(events, *zip(*places, strict=True))
    assert found.index.tolist() == expected
    pd.testing.assert_frame_equal(found, events.loc[expected])


def test_region_and_none():
    events = catalog()
    assert len(events_near(events, 0.0, 0.0, region="20000 km")) > 150
    assert len(events_near(events, 0.0, 0.0, region="1 km")) == 0
    with pytest.raises(ValueError, match="place"):
        events_near(events, 95.0, 0.0)
