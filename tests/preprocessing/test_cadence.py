import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.preprocessing import change_cadence


def frame(n=200, freq="15min", start="2016-12-01 00:30", nan=0.0, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(20, 3, (n, 2))
    values[rng.random(values.shape) < nan] = np.nan
    return pd.DataFrame(values, pd.date_range(start, periods=n, freq=freq), ["XJSH", "LHAS"])


@given(
    n=st.integers(2, 60),
    offset=st.integers(0, 12),
    nan=st.sampled_from([0.0, 0.4]),
    hours=st.sampled_from([1, 2]),
)
@settings(max_examples=60, deadline=None)
def test_mean_is_that_of_pandas(n, offset, nan, hours):
    X = frame(n, start=pd.Timestamp("2016-12-01") + offset * pd.Timedelta("15min"), nan=nan, seed=n)
    resampler = X.resample(f"{hours}h", closed="right", label="right")
    expected = resampler.mean().where(resampler.count() >= 0.5 * 4 * hours)
    found = change_cadence(X, f"{hours}h", "mean")
    pd.testing.assert_frame_equal(found, expected, check_freq=False, check_index_type=False)


def test_mean_looks_back_only():
    X = frame()
    later = X.copy()
    later.iloc[100:] += 50
    at = X.index[99]
    before, after = (change_cadence(each, "1h", "mean").loc[:at] for each in (X, later))
    pd.testing.assert_frame_equal(before, after)


def test_sample_and_back():
    X = frame(start="2016-12-01", n=24 * 4 + 1)
    hourly = change_cadence(X, "1h", "sample")
    pd.testing.assert_frame_equal(hourly, X.iloc[::4], check_freq=False, check_index_type=False)
    fine = change_cadence(hourly, "15min", "interpolate")
    expected = hourly.reindex(X.index).interpolate("time")
    pd.testing.assert_frame_equal(fine, expected, check_freq=False, check_index_type=False)
    held = change_cadence(hourly, "15min", "hold")
    pd.testing.assert_frame_equal(
        held, hourly.reindex(X.index).ffill(), check_freq=False, check_index_type=False
    )


def test_gaps_stay_gaps():
    X = frame(start="2016-12-01", n=5, freq="2h")
    X.iloc[2] = np.nan
    found = change_cadence(X, "1h", "interpolate")
    assert found["XJSH"].isna().tolist() == [False, False, False, True, True, True, False, False, False]
    held = change_cadence(X, "1h", "hold")
    assert held["XJSH"].isna().tolist() == [False] * 4 + [True, True] + [False] * 3


def test_maps_and_series():
    values = np.random.default_rng(0).normal(size=(13, 2, 3)).astype("float32")
    coords = {"time": pd.date_range("2001-01-01", periods=13, freq="2h"), "latitude": [10.0, 20.0]}
    maps = xr.DataArray(
        values, coords, ("time", "latitude", "longitude"), name="tec", attrs={"units": "TECU"}
    )
    found = change_cadence(maps, "1h", "interpolate")
    assert found.shape == (25, 2, 3) and found.dtype == np.float32
    assert found.name == "tec" and found.attrs == {"units": "TECU"} and "latitude" in found.coords
    np.testing.assert_array_equal(found[::2], maps)
    np.testing.assert_allclose(found[1], (maps[0] + maps[1]) / 2, rtol=1e-6)
    assert change_cadence(frame()["XJSH"], "1h", "mean").name == "XJSH"


def test_the_same_cadence_changes_nothing():
    pd.testing.assert_frame_equal(change_cadence(frame(), "15min", "mean"), frame())


@pytest.mark.parametrize(
    "cadence, how, word",
    [
        ("20min", "mean", "no whole multiple or part"),
        ("-1h", "mean", "no whole multiple or part"),
        ("1h", "hold", "to a coarser cadence it must be 'mean' or 'sample'"),
        ("5min", "mean", "to a finer cadence it must be 'hold' or 'interpolate'"),
        ("1h", "median", "'how' parameter"),
    ],
)
def test_bad_ways(cadence, how, word):
    with pytest.raises(ValueError, match=word):
        change_cadence(frame(), cadence, how)


def test_bad_times():
    with pytest.raises(ValueError, match="times are not regular"):
        change_cadence(frame().iloc[[0, 1, 1, 2]], "1h", "mean")
    with pytest.raises(ValueError, match="at least two times"):
        change_cadence(frame().reset_index(drop=True), "1h", "mean")
    with pytest.raises(ValueError, match="lie 0 days 00:07:00 after whole multiples"):
        change_cadence(frame(start="2016-12-01 00:07"), "1h", "mean")
