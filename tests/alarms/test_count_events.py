"""Earthquakes on cells and days: each once, in the cell that holds it, and as the curves count them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skquake.alarms import area_rate, count_events, molchan_curve


def cells(by, n_days=300, degrees=30.0):
    latitude, longitude = (np.arange(-end + degrees / 2, end, degrees) for end in (90, 180))
    return xr.DataArray(
        np.random.default_rng(0).uniform(size=(n_days, len(latitude), len(longitude))),
        dims=(by, "latitude", "longitude"),
        coords={
            by: pd.date_range("2015-01-01", periods=n_days, unit="ns"),
            "latitude": latitude,
            "longitude": longitude,
        },
    )


def catalog(rows):
    day, latitude, longitude = np.array(rows, dtype=float).T
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(day, "D"),
            "latitude": latitude,
            "longitude": longitude,
            "magnitude": 6.0,
        }
    )


PLACES = st.tuples(st.floats(1, 298), st.floats(-90, 90), st.floats(-180, 180))


@settings(max_examples=25, deadline=None)
@example([(1.0, 89.99999999999999, 0.0)], "night")
@given(st.lists(PLACES, min_size=1, max_size=6), st.sampled_from(["night", "day"]))
def test_every_earthquake_is_in_the_cell_that_holds_it(rows, by):
    map, events = cells(by), catalog(rows)
    count = count_events(map, events)
    assert int(count.sum()) == len(events) and count.dims == map.dims
    for event in events.itertuples():
        alone = count_events(map, events.loc[[event.Index]])
        ((day, row, column),) = np.argwhere(alone.to_numpy())
        longitude = map["longitude"].to_numpy()[column]
        assert abs(map["latitude"].to_numpy()[row] - event.latitude) <= 15.0 + 1e-6
        assert abs((longitude - event.longitude + 180) % 360 - 180) <= 15.0 + 1e-6
        hours = (event.time - pd.Timestamp(map[by].to_numpy()[day])) / pd.Timedelta(hours=1)
        # A night begins at noon of the western edge.
        noon = 12.0 - (longitude - 15.0) / 15.0 if by == "night" else 0.0
        assert noon - 1e-6 <= hours <= noon + 24.0 + 1e-6


def test_counts_what_the_curves_count():
    map = cells("night").where(lambda values: values > 0.2)
    rng = np.random.default_rng(1)
    events = catalog(np.c_[rng.uniform(-5, 305, 200), rng.uniform(-90, 90, 200), rng.uniform(-180, 180, 200)])
    count = count_events(map, events)
    curve = molchan_curve(map, events, area_rate(map), random_state=0)
    assert int(count.where(map.notnull()).sum()) == curve.n_events
    assert int(count.sum()) == curve.n_events + curve.n_unobserved < 200
    turned = count_events(map.transpose("longitude", "night", "latitude"), events)
    xr.testing.assert_equal(turned.transpose(*count.dims), count)
    with pytest.raises(ValueError, match="missing column"):
        count_events(map, events.drop(columns="time"))
