"""Averages along windows, and logarithms of positive channels, against loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from skquake.preprocessing import ChannelLog, WindowMean

WINDOWS = arrays(
    np.float64,
    array_shapes(min_dims=3, max_dims=3, max_side=9),
    elements=st.one_of(st.floats(-100, 100, width=16), st.just(np.nan)),
)


@given(X=WINDOWS, size=st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_means_against_a_loop(X, size):
    n, length, channels = X.shape
    expected = np.full((n, -(-length // size), channels), np.nan)
    for k in range(expected.shape[1]):
        for i in range(n):
            for c in range(channels):
                known = [v for v in X[i, k * size : (k + 1) * size, c] if v == v]
                if known:
                    expected[i, k, c] = sum(known) / len(known)
    found = WindowMean(size).fit_transform(X)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    masked = np.ma.masked_array(np.nan_to_num(X, nan=7.0), np.isnan(X))
    np.testing.assert_array_equal(WindowMean(size).fit_transform(masked), found)
    np.testing.assert_array_equal(WindowMean(size).fit_transform(X[:, :, 0]), found[:, :, 0])
    assert WindowMean(size).fit_transform(X.astype("float32")).dtype == np.float32


def test_names_and_bad_sizes():
    X = np.ones((3, 7, 2))
    assert WindowMean(3).fit(X).get_feature_names_out(["Ne", "Te"]).tolist() == ["Ne", "Te"]
    flat = WindowMean(3).fit(X[:, :, 0])
    assert flat.get_feature_names_out().tolist() == ["x0_mean", "x3_mean", "x6_mean"]
    for size in (0, 1.5, "4"):
        with pytest.raises(ValueError, match="'size' parameter"):
            WindowMean(size).fit(X)
    with pytest.raises(ValueError, match="cut both alike"):
        WindowMean().fit(X).transform(X[:, :5])


def test_logarithms_of_what_is_positive():
    X = np.array([[[10.0, -1.0, np.nan, 1.0]], [[np.nan, 5.0, np.nan, 0.0]]])
    log = ChannelLog().fit(X)
    assert log.log_.tolist() == [0]  # a channel of zeros or of nothing known stays
    found = log.transform(X)
    np.testing.assert_array_equal(found[:, 0, 0], [1.0, np.nan])
    np.testing.assert_array_equal(found[:, :, 1:], X[:, :, 1:])
    np.testing.assert_allclose(log.inverse_transform(found), X)
    later = X.copy()
    later[0, 0, 0] = -3.0
    assert np.isnan(log.transform(later)[0, 0, 0])
    assert later[0, 0, 0] == -3.0
    assert ChannelLog().fit(X[:, :, 0]).log_.tolist() == [0]
