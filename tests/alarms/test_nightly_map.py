"""Maps of scores: every window in one cell of one night, whatever side of the dateline."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skquake._core._geodesy import wrap_longitude
from skquake.alarms import nightly_map


def scores_of(latitude, longitude, time="2015-01-01", probability=0.5):
    return pd.DataFrame(
        {
            "time": pd.to_datetime(time),
            "latitude": latitude,
            "longitude": longitude,
            "probability": probability,
        }
    )


@pytest.fixture(scope="module")
def scores():
    rng = np.random.default_rng(0)
    n = 4000
    time = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.uniform(0, 4, n), unit="D")
    return scores_of(rng.uniform(-90, 90, n), rng.uniform(-180, 180, n), time, rng.uniform(size=n))


@pytest.mark.parametrize("by", ["night", "day"])
@pytest.mark.parametrize("statistic", ["mean", "max"])
def test_against_a_group_by(scores, by, statistic):
    found = nightly_map(scores, cell_degrees=30, statistic=statistic, by=by)
    time = scores["time"]
    if by == "night":
        time = time + pd.to_timedelta(scores["longitude"] / 15.0 - 12.0, unit="h")
    keys = [time.dt.floor("D"), scores["latitude"] // 30 * 30 + 15, scores["longitude"] // 30 * 30 + 15]
    expected = scores["probability"].groupby(keys).agg([statistic, "size"])
    assert int(found.notnull().sum()) == len(expected)
    for (day, latitude, longitude), (value, size) in expected.iterrows():
        cell = found.sel({by: day, "latitude": latitude, "longitude": longitude})
        assert float(cell) == pytest.approx(value)
        assert int(cell["count"]) == size
    assert found.dims == (by, "latitude", "longitude") and found.name == "probability"


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-90, 90), st.floats(-720, 720)), min_size=1, max_size=20),
    st.sampled_from([0.5, 2.5, 7.5, 45.0, 180.0]),
)
@example([(-2.2e-16, 0.0)], 5.0)
@example([(0.0, -2.2e-16)], 5.0)
def test_every_window_is_in_one_cell_that_holds_it(points, size):
    latitude, longitude = np.array(points).T
    grid = nightly_map(scores_of(latitude, longitude), cell_degrees=size)
    assert int(grid["count"].sum()) == len(points)
    assert bool((grid["count"].values > 0).any(axis=0).any())
    _, row, column = np.nonzero(grid["count"].to_numpy())
    south = grid["latitude"].to_numpy()[row] - size / 2
    west = grid["longitude"].to_numpy()[column] - size / 2
    for y, x in zip(latitude, wrap_longitude(longitude), strict=True):
        held = (south <= y) & ((y < south + size) | (y == 90.0)) & (west <= x) & (x < west + size)
        assert held.any()


def test_poles_and_dateline():
    grid = nightly_map(scores_of([90.0, -90.0, 0.0, 0.0], [0.0, 0.0, 180.0, -180.0]), cell_degrees=10)
    count = grid["count"].sum("night")
    assert int(count.sel(latitude=85, longitude=5)) == int(count.sel(latitude=-85, longitude=5)) == 1
    assert int(count.sel(latitude=5, longitude=-175)) == 2


def test_a_night_begins_at_local_noon():
    """At 150 E local noon is 2 UT: before it the night of the day before, after it the next."""
    time = ["2015-01-02 01:59", "2015-01-02 02:01", "2015-01-02 14:00"]
    nights = nightly_map(scores_of(0.0, 150.0, time), cell_degrees=90)["count"].sum(["latitude", "longitude"])
    assert nights["night"].dt.strftime("%m-%d").values.tolist() == ["01-01", "01-02"]
    assert nights.values.tolist() == [1, 2]


def test_days_without_a_window_are_there():
    grid = nightly_map(scores_of(0.0, 0.0, ["2015-01-01", "2015-01-04"]), cell_degrees=90, by="day")
    assert grid.sizes["day"] == 4 and grid["count"].values.sum() == 2
    assert np.isnan(grid.values[1]).all()


def test_errors(scores):
    with pytest.raises(ValueError, match="no multiple"):
        nightly_map(scores, cell_degrees=7)
    with pytest.raises(ValueError, match="no rows"):
        nightly_map(scores.iloc[:0])
    with pytest.raises(ValueError, match="missing column"):
        nightly_map(scores.drop(columns="probability"))
    with pytest.raises(ValueError, match=r"probability 1\.5 in row 1"):
        nightly_map(scores_of(0.0, [0.0, 1.0], probability=[0.5, 1.5]))
