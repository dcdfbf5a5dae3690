from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skquake.plotting import RSTMapDisplay

EVENT = pd.DataFrame(
    {"time": [pd.Timestamp("2016-12-08 05:15")], "latitude": 44.0, "longitude": 86.0, "magnitude": 6.2}
)


def index(n=5, start="2016-12-06", seed=0):
    grid = {
        "time": pd.date_range(start, periods=n),
        "latitude": np.arange(30.0, 61, 2.5),
        "longitude": np.arange(60.0, 111, 2.5),
    }
    values = np.random.default_rng(seed).normal(0, 1.5, tuple(map(len, grid.values())))
    return xr.DataArray(values, grid, tuple(grid), name="olr")


def test_shares_of_the_known_places():
    maps = index()
    maps[1, :3] = np.nan
    maps[2] = np.nan
    display = RSTMapDisplay(maps, threshold=1.5).plot()
    values = maps.to_numpy()
    expected = [
        np.mean(np.abs(day[np.isfinite(day)]) > 1.5) if np.isfinite(day).any() else np.nan for day in values
    ]
    np.testing.assert_allclose(display.shares_, expected)
    assert display.shares_.index.tolist() == list(pd.date_range("2016-12-06", periods=5))
    assert display.expected_ == pytest.approx(0.1336, abs=1e-4)
    assert RSTMapDisplay(maps[:1]).plot().expected_ == pytest.approx(0.0455, abs=1e-4)
    assert display.axes_[0, 2].get_title() == "2016-12-08\nno value"
    assert display.axes_.shape == (2, 4)
    assert [axes.get_visible() for axes in display.axes_.flat] == [True] * 5 + [False] * 3


def test_days_about_the_event(given_axes):
    axes = given_axes(1, 3)
    maps = index()
    chosen = ["2016-12-07", "2016-12-08", "2016-12-09"]
    display = RSTMapDisplay(maps, times=chosen, event=EVENT, degrees=10).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    near = maps.sel(latitude=slice(34, 54), longitude=slice(76, 96))
    share = (np.abs(near.sel(time=chosen)) > 2).mean(("latitude", "longitude"))
    np.testing.assert_allclose(display.shares_, share)
    titles = [axes.get_title() for axes in display.axes_[0]]
    assert titles[0] == f"2016-12-07, day -1\n{float(share[0]):.1%}"
    assert titles[1].startswith("2016-12-08, the day\n") and titles[2].startswith("2016-12-09, day +1\n")
    first = display.axes_[0, 0]
    np.testing.assert_array_equal(first.collections[0].get_array(), near.sel(time=chosen[0]))
    assert first.collections[0].get_clim() == (-4, 4)
    assert [86.0, 44.0] in [offset.tolist() for found in first.collections for offset in found.get_offsets()]
    assert display.figure_.get_suptitle() == "share of places beyond ±2; Gaussian noise: 4.6%"


def test_hours_are_named_where_there_are_any():
    display = RSTMapDisplay(index(1, "2016-12-06 18:00") * 0).plot()
    assert display.axes_[0, 0].get_title() == "2016-12-06 18:00\n0.0%"


def test_errors():
    with pytest.raises(ValueError, match="RSTMapDisplay: index: 17 maps; choose 1 to 16 by `times`"):
        RSTMapDisplay(index(17)).plot()
    with pytest.raises(ValueError, match="index: 0 maps"):
        RSTMapDisplay(index(), times=[]).plot()
    with pytest.raises(ValueError, match=r"no map of 2017-01-01 .*; they run from 2016-12-06"):
        RSTMapDisplay(index(), times=["2017-01-01"]).plot()
    with pytest.raises(ValueError, match=r"expected a DataArray over \(time, latitude, longitude\), got"):
        RSTMapDisplay(index()[0]).plot()
    with pytest.raises(ValueError, match="threshold=0"):
        RSTMapDisplay(index(), threshold=0).plot()
    with pytest.raises(ValueError, match="a view needs an event"):
        RSTMapDisplay(index(), degrees=5).plot()
