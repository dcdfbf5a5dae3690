"""Simulated outgoing longwave radiation: what it is made of, by code of its own."""

import numpy as np
import pandas as pd
import pytest

from skquake.datasets import make_olr
from skquake.preprocessing import RSTIndex

EVENT = pd.DataFrame(
    {"time": [pd.Timestamp("2016-12-08 05:15")], "latitude": 43.823, "longitude": 86.345, "magnitude": 6.2}
)


def test_maps():
    olr = make_olr("2016-01-01", "2017-01-01", random_state=0)
    assert olr.dims == ("time", "latitude", "longitude") and olr.shape == (366, 12, 12)
    assert olr.attrs == {"units": "W/m2", "origin": "simulated"} and olr.dtype == np.float32
    north = olr.sel(latitude=57.5).mean("longitude")
    summer, winter = (north.sel(time=north.time.dt.month == month).mean() for month in (6, 12))
    assert float(summer - winter) > 30.0
    assert np.array_equal(olr, make_olr("2016-01-01", "2017-01-01", random_state=0))
    december = make_olr("2016-01-01", "2017-01-01", months=(12,), random_state=0)
    assert np.array_equal(december, olr[olr.time.dt.month.to_numpy() == 12])


def test_the_spot_lies_before_the_earthquake_and_nothing_else_changes():
    days = "2016-11-25", "2016-12-12"
    change = make_olr(*days, catalog=EVENT, effect=40.0, random_state=1) - make_olr(*days, random_state=1)
    at = change.sel(latitude=43.823, longitude=86.345, method="nearest")
    lead = (at.time.to_numpy() - EVENT["time"].to_numpy()) / np.timedelta64(1, "D")
    during = (lead >= -8) & (lead <= 0)
    assert np.allclose(at[~during], 0.0, atol=1e-4) and (at[during] > 30.0).all() and during.sum() == 8
    far = change.sel(latitude=30.0, longitude=100.0)
    assert float(np.abs(far).max()) < 0.1


def test_weather_alone_leaves_the_index_as_often_as_said():
    """Of ten years of Decembers without any earthquake about one value in twenty lies beyond 2."""
    olr = make_olr("2007-09-01", "2016-12-31", months=(12,), random_state=2)
    index = RSTIndex().fit(olr).transform(olr)
    assert 0.03 < float((np.abs(index) > 2).mean()) < 0.09


def test_what_cannot_be():
    with pytest.raises(ValueError, match="effect needs a catalog"):
        make_olr("2016-12-01", "2016-12-05", effect=10.0)
    with pytest.raises(ValueError, match="latitude must be"):
        make_olr("2016-12-01", "2016-12-05", latitude=(50.0, 40.0))
    with pytest.raises(ValueError, match="months: none"):
        make_olr("2016-12-01", "2016-12-05", months=(6,))
