import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skquake.preprocessing import SigmaClipper


def frame():
    index = pd.date_range("2016-12-01", periods=200, freq="h")
    return pd.DataFrame(np.random.default_rng(0).normal(20, 2, (200, 2)), index, ["XJSH", "LHAS"])


@pytest.mark.parametrize("outside", ["nan", "clip"])
def test_bounds_come_from_the_training_span(outside):
    train, test = frame().iloc[:100], frame().iloc[100:].copy()
    clipper = SigmaClipper(3.0, outside=outside).fit(train)
    mean, deviation = train.mean(), train.std(ddof=0)
    np.testing.assert_allclose(clipper.mean_, mean)
    np.testing.assert_allclose(clipper.scale_, deviation)
    test.iloc[5, 0], test.iloc[6, 1] = 90.0, -3.0
    found = clipper.transform(test)
    if outside == "nan":
        expected = test.where((test - mean).abs() <= 3 * deviation)
        assert found.isna().iloc[5, 0] and found.isna().iloc[6, 1]
    else:
        expected = test.clip(mean - 3 * deviation, mean + 3 * deviation, axis=1)
    pd.testing.assert_frame_equal(found, expected)


def test_the_outlier_itself_counts_in_training():
    X = np.r_[np.zeros(99), 10.0][:, None] + np.random.default_rng(0).normal(0, 0.1, (100, 1))
    found = SigmaClipper().fit_transform(X)
    assert np.isnan(found).sum() == 1 and np.isnan(found[-1, 0])


def test_nan_is_left_out_and_stays():
    X = frame()
    X.iloc[::7, 0] = np.nan
    clipper = SigmaClipper().fit(X)
    np.testing.assert_allclose(clipper.mean_, X.mean())
    assert clipper.transform(X).iloc[::7, 0].isna().all()


def test_maps_keep_their_container():
    values = np.random.default_rng(0).normal(30, 3, (50, 2, 3)).astype("float32")
    values[3, 1, 2] = 500.0
    maps = xr.DataArray(values, dims=("time", "latitude", "longitude"))
    found = SigmaClipper().fit_transform(maps)
    assert found.dtype == np.float32 and found.dims == maps.dims
    assert int(found.isnull().sum()) >= 1 and bool(found.isnull()[3, 1, 2])
    with pytest.raises(ValueError, match="give maps on one grid"):
        SigmaClipper().fit(maps).transform(maps[:, :, :2])


def test_constant_series_keeps_its_value():
    X = np.full((20, 1), 0.1)
    np.testing.assert_array_equal(SigmaClipper().fit_transform(X), X)


def test_a_station_that_is_all_nan():
    X = frame().assign(LHAS=np.nan)
    with pytest.raises(ValueError, match="series 'LHAS' is all NaN; leave it out"):
        SigmaClipper().fit(X)


@pytest.mark.parametrize("parameters", [{"n_sigma": 0}, {"outside": "drop"}])
def test_bad_parameters(parameters):
    with pytest.raises(ValueError, match=f"'{next(iter(parameters))}' parameter"):
        SigmaClipper(**parameters).fit(frame())
