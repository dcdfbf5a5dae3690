"""Bounds of a record that arrives block by block, and scikit-learn's outlier interface."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone, is_outlier_detector

from skquake.preprocessing import IQRBounds, RollingSigmaBounds

PER_DAY = 4


@st.composite
def cases(draw):
    common = {
        "days": draw(st.integers(2, 4)),
        "same_hour": draw(st.booleans()),
        "samples_per_day": PER_DAY,
        "min_periods": draw(st.sampled_from([None, 2])),
    }
    style = draw(st.sampled_from(["iqr", "sigma", "quartile", "rolling sigma"]))
    bounds = RollingSigmaBounds(**common) if style == "rolling sigma" else IQRBounds(style=style, **common)
    blocks = draw(st.lists(st.integers(1, 9), min_size=1, max_size=8))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    values = rng.normal(20, 5, (sum(blocks), 2, 3)).astype(draw(st.sampled_from(["float32", "float64"])))
    values[rng.random(values.shape) < draw(st.sampled_from([0.0, 0.2]))] = np.nan
    return bounds, np.split(values, np.cumsum(blocks)[:-1]), values


@given(case=cases(), timed=st.booleans())
@settings(max_examples=150, deadline=None)
def test_blocks_give_the_numbers_of_the_batch(case, timed):
    bounds, blocks, values = case
    if timed:
        values = maps(values)
        blocks = np.split(np.arange(len(values)), np.cumsum([len(b) for b in blocks])[:-1])
        blocks = [values[rows] for rows in blocks]
    whole = np.asarray(clone(bounds).fit_transform(values))
    found = (
        [np.asarray(bounds.partial_fit(blocks[0]).transform(blocks[0]))]
        if timed
        else [whole[: len(blocks[0])]]
    )
    if not timed:
        bounds.partial_fit(blocks[0])
    for block in blocks[1:]:
        before = np.asarray(bounds.transform(block))
        bounds.partial_fit(block)
        if timed:  # right after its own partial_fit, too
            np.testing.assert_array_equal(bounds.transform(block), before)
        found.append(before)
    np.testing.assert_array_equal(np.concatenate(found), whole)
    assert np.concatenate(found).dtype == whole.dtype


def maps(values, start="2001-01-01"):
    times = pd.date_range(start, periods=len(values), freq="6h")
    return xr.DataArray(values, dims=("time", "latitude", "longitude"), coords={"time": times})


def frame(n=60):
    index = pd.date_range("2001-01-01", periods=n, freq="6h")
    return pd.DataFrame(np.random.default_rng(0).normal(size=(n, 2)), index, ["XJSH", "LHAS"])


@pytest.mark.parametrize("missing", [1, 4, 30])
def test_days_that_never_came_are_nan(missing):
    X = frame()
    later = X.iloc[20 + missing :]
    bounds = IQRBounds(days=3, min_periods=2).partial_fit(X.iloc[:20])
    gappy = X.copy()
    gappy.iloc[20 : 20 + missing] = np.nan
    expected = IQRBounds(days=3, min_periods=2).fit_transform(gappy).loc[later.index]
    pd.testing.assert_frame_equal(bounds.transform(later), expected, check_freq=False)
    bounds.partial_fit(later)
    pd.testing.assert_frame_equal(bounds.transform(later), expected, check_freq=False)


def test_memory_is_bounded():
    X = np.random.default_rng(0).normal(size=(40 * PER_DAY, 2))
    bounds = IQRBounds(days=3, samples_per_day=PER_DAY)
    for day in np.split(X, 40):
        bounds.partial_fit(day)
    assert len(bounds._history.values) == 4 * PER_DAY
    assert bounds._history.values.base is None  # holds no larger array


def test_fit_forgets():
    X = frame()
    bounds = IQRBounds(days=3).partial_fit(X.iloc[:30])
    assert bounds.transform(X.iloc[30:]).notna().all(axis=None)
    assert bounds.fit(X.iloc[:30]).transform(X.iloc[30:]).isna().any(axis=None)


def test_a_block_in_the_past_raises():
    X = frame()
    bounds = IQRBounds(days=2).partial_fit(X.iloc[:20]).partial_fit(X.iloc[20:40])
    with pytest.raises(ValueError, match=r"begins at 2001-01-05 .* has seen all up to 2001-01-10 18:00"):
        bounds.partial_fit(X.iloc[16:20])
    with pytest.raises(ValueError, match="the days before it have been dropped"):
        bounds.transform(X.iloc[16:20])


def test_blocks_off_the_cadence_raise():
    X = frame()
    bounds = IQRBounds(days=2).partial_fit(X.iloc[:20])
    with pytest.raises(ValueError, match="no whole number of steps of 0 days 06:00:00"):
        bounds.transform(X.iloc[20:].shift(freq="1h"))
    with pytest.raises(ValueError, match="samples_per_day=4, but the times of X give 24 a day"):
        bounds.partial_fit(X.iloc[20:].set_axis(pd.date_range("2001-02-01", periods=40, freq="1h")))


def test_maps_on_another_grid_raise():
    values = np.random.default_rng(0).normal(size=(20, 2, 3))
    bounds = IQRBounds(days=2).partial_fit(maps(values))
    with pytest.raises(ValueError, match=r"rows of shape \(2, 4\), .* \(2, 3\); give maps on one grid"):
        bounds.partial_fit(maps(np.ones((4, 2, 4)), "2001-01-06"))
    with pytest.raises(ValueError, match="give maps on one grid"):
        bounds.transform(maps(np.ones((4, 2, 4)), "2001-01-06"))


@pytest.mark.parametrize("method", ["partial_fit", "transform", "detect", "predict"])
def test_maps_of_other_places_raise(method):
    """As many cells, elsewhere: nothing in the shape tells."""

    def placed(n, start, latitude, longitude):
        values = np.random.default_rng(0).normal(size=(n, 2, 3))
        return maps(values, start).assign_coords(latitude=latitude, longitude=longitude)

    first = placed(20, "2001-01-01", [10.0, 12.5], [0.0, 5.0, 10.0])
    bounds = IQRBounds(days=2).partial_fit(first)
    call = getattr(bounds, method)
    for latitude, longitude, word in (
        (
            [12.5, 10.0],
            [0.0, 5.0, 10.0],
            "2 of latitude from 12.5 to 10.0, but fit saw 2 of latitude from 10.0",
        ),
        ([10.0, 12.5], [5.0, 10.0, 15.0], "longitude from 5.0 to 15.0, .* give maps on one grid"),
    ):
        with pytest.raises(ValueError, match=word):
            call(placed(4, "2001-01-06", latitude, longitude))
    turned = placed(4, "2001-01-06", [10.0, 12.5], [0.0, 5.0, 10.0]).transpose(
        "time", "longitude", "latitude"
    )
    with pytest.raises(ValueError, match="axes longitude, latitude, but fit saw latitude, longitude"):
        call(turned)
    call(placed(4, "2001-01-06", [10.0, 12.5], [0.0, 5.0, 10.0]))
    bounds.fit(turned).transform(turned)  # fit forgets the grid, too


@pytest.mark.parametrize("method", ["partial_fit", "transform"])
def test_other_stations_raise(method):
    X = frame()
    bounds = IQRBounds(days=2).partial_fit(X[:20])
    with pytest.raises(ValueError, match="feature names should match"):
        getattr(bounds, method)(X[20:40].rename(columns={"LHAS": "KMIN"}))


def test_one_time_has_no_cadence():
    with pytest.raises(ValueError, match="one time has no cadence; set samples_per_day"):
        IQRBounds(days=2).partial_fit(frame(1))
    bounds = IQRBounds(days=2, samples_per_day=4)
    X = frame(12)
    found = []
    for row in range(12):
        found.append(bounds.transform(X.iloc[[row]]))
        bounds.partial_fit(X.iloc[[row]])
    pd.testing.assert_frame_equal(pd.concat(found), IQRBounds(days=2).fit_transform(X), check_freq=False)


# outliers


@given(case=cases())
@settings(max_examples=100, deadline=None)
def test_outliers_are_the_rows_that_detect_flags(case):
    bounds, _, values = case
    flagged = (np.nan_to_num(bounds.fit(values).detect(values).polarity) != 0).any(axis=(1, 2))
    np.testing.assert_array_equal(bounds.predict(values) == -1, flagged)
    np.testing.assert_array_equal(bounds.score_samples(values) < bounds.offset_, flagged)


def test_score_is_the_distance_in_widths():
    bounds = IQRBounds(days=3, k=1.5).fit(np.ones((5, 1)))
    X = np.array([[1.0], [2.0], [3.0], [4.0], [3.0]])  # bounds 1.25 2 2.75, then 2.25 3 3.75
    np.testing.assert_allclose(bounds.score_samples(X), [0, 0, 0, -2 / 0.75, 0])
    np.testing.assert_allclose(bounds.decision_function(X), bounds.score_samples(X) + 1)
    np.testing.assert_array_equal(bounds.predict(X), [1, 1, 1, -1, 1])
    assert is_outlier_detector(bounds)


def test_no_width():
    X = np.array([[1.0], [1.0], [1.0], [2.0]])
    np.testing.assert_array_equal(RollingSigmaBounds(days=2).fit(X).score_samples(X), [0, 0, 0, -np.inf])
