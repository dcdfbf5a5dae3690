"""The RST index against a loop over every value."""

import pickle

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skquake.preprocessing import RSTIndex


def maps(times=None, *, shape=(2, 3), seed=0, missing=0.2, dtype="float64"):
    times = pd.date_range("2010-01-01", "2014-12-31", freq="5D") if times is None else times
    rng = np.random.default_rng(seed)
    values = rng.normal(240.0, 20.0, (len(times), *shape))
    values[rng.random(values.shape) < missing] = np.nan
    return xr.DataArray(
        values.astype(dtype),
        name="olr",
        dims=("time", "latitude", "longitude"),
        coords={
            "time": times,
            "latitude": 2.5 * np.arange(shape[0]),
            "longitude": 2.5 * np.arange(shape[1]),
        },
        attrs={"units": "W/m^2", "origin": "here"},
    )


def brute_force(reference, X, *, same_hour=True, leave_year_out=True, min_years=3):
    known, now = reference.to_series().dropna().reset_index(), X.to_series().reset_index()
    found = []
    for _, row in now.iterrows():
        rows = known[
            (known["latitude"] == row["latitude"])
            & (known["longitude"] == row["longitude"])
            & (known["time"].dt.month == row["time"].month)
        ]
        if same_hour:
            rows = rows[rows["time"].dt.hour == row["time"].hour]
        if leave_year_out:
            rows = rows[rows["time"].dt.year != row["time"].year]
        enough = rows["time"].dt.year.nunique() >= min_years and len(rows) > 1
        found.append((row["olr"] - rows["olr"].mean()) / rows["olr"].std(ddof=1) if enough else np.nan)
    return np.reshape(found, X.shape)


@pytest.mark.parametrize("leave_year_out", [True, False])
@pytest.mark.parametrize("same_hour", [True, False])
@pytest.mark.parametrize("min_years", [1, 4])
def test_against_a_loop(leave_year_out, same_hour, min_years):
    times = pd.date_range("2010-01-01", "2014-12-31", freq="25D")
    times = times.union(times[::2] + pd.Timedelta("12h"))
    options = dict(leave_year_out=leave_year_out, same_hour=same_hour, min_years=min_years)
    X = maps(times, shape=(1, 2), missing=0.3)
    found = RSTIndex(**options).fit(X).transform(X)
    assert np.isfinite(found).any() and np.isnan(found).any()
    np.testing.assert_allclose(found, brute_force(X, X, **options), rtol=1e-9)


def test_a_year_outside_the_reference():
    reference, later = maps(), maps(pd.date_range("2016-12-01", periods=9), seed=1)
    found = RSTIndex().fit(reference).transform(later)
    np.testing.assert_allclose(found, brute_force(reference, later), rtol=1e-9)
    same = RSTIndex(leave_year_out=False).fit(reference).transform(later)
    np.testing.assert_array_equal(found, same)


def test_leaving_the_year_out_does_not_hide_an_anomaly():
    X = maps(missing=0.0)
    X[dict(time=(X.time.dt.year == 2012) & (X.time.dt.month == 5))] += 200.0
    may = dict(time=(X.time.dt.year == 2012) & (X.time.dt.month == 5))
    left_out = RSTIndex().fit(X).transform(X)[may]
    kept = RSTIndex(leave_year_out=False).fit(X).transform(X)[may]
    assert float(left_out.min()) > 5 > 3 > float(kept.max())


def test_constant_places_and_missing_ones_have_no_index():
    X = maps(missing=0.0)
    X[:, 0, 0] = 0.1  # three tenths are not three times a tenth
    X[:, 0, 1] = np.nan
    X[dict(time=X.time.dt.year == 2012, latitude=0, longitude=2)] = 7.1
    X[dict(time=X.time.dt.year != 2012, latitude=0, longitude=2)] = 1e6 + 0.1
    found = RSTIndex().fit(X).transform(X)
    assert np.isnan(found[:, 0, :2]).all() and np.isfinite(found[:, 1]).all()
    # Constant in all other years: nothing to compare 2012 with; the other years see 2012 vary.
    year = X.time.dt.year == 2012
    assert np.isnan(found[:, 0, 2][year]).all() and np.isfinite(found[:, 0, 2][~year]).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_order_dtype_dimensions_and_attributes_are_kept(dtype):
    X = maps(dtype=dtype)
    before = X.copy(deep=True)
    turned = X.transpose("latitude", "time", "longitude")[:, ::-1]
    found = RSTIndex().fit(X).transform(turned)
    xr.testing.assert_identical(X, before)
    assert found.dims == turned.dims and found.dtype == dtype and found.name == "olr"
    assert found.attrs == {"units": "1", "origin": "here", "long_name": "RST index"}
    expected = RSTIndex().fit(turned).transform(X)
    np.testing.assert_allclose(found.transpose(*X.dims)[::-1], expected, rtol=1e-5)


def test_frames_and_series():
    X = maps()
    frame = pd.DataFrame(X.to_numpy().reshape(len(X), -1), index=X["time"].to_index()).add_prefix("p")
    found = RSTIndex().fit(frame).transform(frame)
    expected = RSTIndex().fit(X).transform(X).to_numpy().reshape(len(X), -1)
    pd.testing.assert_frame_equal(found, pd.DataFrame(expected, frame.index, frame.columns))
    pd.testing.assert_series_equal(RSTIndex().fit_transform(frame["p3"]), found["p3"])


def test_months_and_hours_without_a_reference():
    january = maps(pd.DatetimeIndex([f"{y}-01-{d:02d}" for y in range(2010, 2015) for d in range(1, 9)]))
    fitted = RSTIndex().fit(january)
    for time in ("2015-02-01", "2015-01-01 12:00"):
        assert np.isnan(fitted.transform(maps(pd.DatetimeIndex([time]), missing=0.0))).all()
    noon = maps(pd.DatetimeIndex(["2015-01-01 12:00"]), missing=0.0)
    assert np.isfinite(RSTIndex(same_hour=False).fit(january).transform(noon)).all()


def test_gaussian_noise_lies_beyond_two_as_often_as_said():
    X = maps(pd.date_range("2007-01-01", "2016-12-31"), shape=(5, 5), missing=0.0)
    found = np.abs(RSTIndex().fit_transform(X).to_numpy())
    assert np.isfinite(found).all()
    assert (found > 2).mean() == pytest.approx(0.0455, abs=0.003)


def test_errors():
    X = maps()
    with pytest.raises(TypeError, match="got ndarray; month and year must be known"):
        RSTIndex().fit(X.to_numpy())
    with pytest.raises(TypeError, match="DatetimeIndex"):
        RSTIndex().fit(pd.DataFrame({"a": [1.0]}))
    with pytest.raises(ValueError, match=r"2 year.* of the 3 that min_years"):
        RSTIndex().fit(X.sel(time=slice("2010", "2011")))
    with pytest.raises(ValueError, match=r"2010-01-01.* repeats"):
        RSTIndex().fit(xr.concat([X, X[:1]], dim="time"))
    with pytest.raises(ValueError, match="no values"):
        RSTIndex().fit(X[:0])
    infinite = X.copy()
    infinite[1, 1, 1] = np.inf
    with pytest.raises(ValueError, match=r"infinity at 2010-01-06.*, place 4"):
        RSTIndex().fit(infinite)
    with pytest.raises(ValueError, match="min_years"):
        RSTIndex(min_years=0).fit(X)
    with pytest.raises(NotFittedError):
        RSTIndex().transform(X)
    fitted = RSTIndex().fit(X)
    with pytest.raises(ValueError, match="latitude differs"):
        fitted.transform(X.assign_coords(latitude=[0.0, 1.0]))
    with pytest.raises(ValueError, match="places by latitude"):
        fitted.transform(X[:, :, 0])


def test_pickle():
    X = maps()
    fitted = RSTIndex().fit(X)
    xr.testing.assert_identical(pickle.loads(pickle.dumps(fitted)).transform(X), fitted.transform(X))
    assert clone(RSTIndex(min_years=7)).min_years == 7
