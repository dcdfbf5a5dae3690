import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from skquake.preprocessing import ChannelScaler

METHODS = ("standard", "robust", "minmax")


def windows(seed=0, shape=(12, 5, 3)):
    return np.random.default_rng(seed).lognormal(2, 0.5, shape)


def test_standard_is_the_standard_scaler_of_each_channel():
    X = windows()
    rows = X.reshape(-1, 3)
    scaler, reference = ChannelScaler().fit(X), StandardScaler().fit(rows)
    np.testing.assert_allclose(scaler.center_, reference.mean_)
    np.testing.assert_allclose(scaler.scale_, reference.scale_)
    np.testing.assert_allclose(scaler.transform(X).reshape(-1, 3), reference.transform(rows))


def test_robust_and_minmax():
    X = np.arange(1.0, 9.0).reshape(2, 4)
    robust = ChannelScaler(method="robust").fit(X)
    assert (robust.center_[0], robust.scale_[0]) == (4.5, 4.0)
    minmax = ChannelScaler(method="minmax").fit_transform(X)
    assert (minmax.min(), minmax.max()) == (0.0, 1.0)


@given(
    seed=st.integers(0, 1000), method=st.sampled_from(METHODS), log=st.sampled_from([None, [0], [0, 2], [-1]])
)
@settings(max_examples=40, deadline=None)
def test_inverse(seed, method, log):
    X = windows(seed)
    scaler = ChannelScaler(method, log=log).fit(X)
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(X)), X, rtol=1e-9)


@given(seed=st.integers(0, 1000), method=st.sampled_from(METHODS))
@settings(max_examples=30, deadline=None)
def test_weights_count_as_repetitions(seed, method):
    rng = np.random.default_rng(seed)
    X, weight = windows(seed), rng.integers(0, 4, 12)
    weight[0] = 1
    weighted = ChannelScaler(method).fit(X, sample_weight=weight)
    repeated = ChannelScaler(method).fit(np.repeat(X, weight, axis=0))
    np.testing.assert_allclose(weighted.center_, repeated.center_)
    np.testing.assert_allclose(weighted.scale_, repeated.scale_)


@pytest.mark.parametrize("method", METHODS)
def test_nan_is_left_out_of_the_fit_and_stays(method):
    X = windows(shape=(4, 5, 2))
    holes = X.copy()
    holes[3] = np.nan
    full, gappy = ChannelScaler(method).fit(X[:3]), ChannelScaler(method).fit(holes)
    np.testing.assert_allclose(gappy.center_, full.center_)
    np.testing.assert_allclose(gappy.scale_, full.scale_)
    assert np.isnan(gappy.transform(holes)[3]).all()


@pytest.mark.parametrize("method", METHODS)
def test_constant_channel_has_scale_one(method):
    X = windows(shape=(4, 5, 2))
    X[:, :, 1] = 0.1
    scaler = ChannelScaler(method).fit(X)
    assert scaler.scale_[1] == 1.0
    np.testing.assert_allclose(scaler.transform(X)[:, :, 1], 0.0, atol=1e-12)


def test_large_float32_values_are_summed_in_double():
    X = np.full((2000, 50, 1), 40_000.0, dtype="float32")
    X[::2] += 0.5
    scaler = ChannelScaler().fit(X)
    assert scaler.center_[0] == pytest.approx(40_000.25, abs=1e-9)
    assert scaler.scale_[0] == pytest.approx(0.25, rel=1e-9)


def test_log_of_a_channel():
    X = np.stack([10.0 ** np.arange(4.0), np.arange(4.0)], axis=1)[np.newaxis]
    scaler = ChannelScaler(log=[0]).fit(X)
    np.testing.assert_allclose(scaler.center_, [1.5, 1.5])
    np.testing.assert_allclose(scaler.transform(X)[..., 0], scaler.transform(X)[..., 1])


def test_log_of_zero_names_sample_and_channel():
    X = windows(shape=(4, 5, 2))
    X[2, 3, 1] = 0.0
    with pytest.raises(ValueError, match="sample 2, step 3, channel 1"):
        ChannelScaler(log=[1]).fit(X)


@pytest.mark.parametrize("log", [[3], ["Ne"], [0.5], [-4]])
def test_log_position_out_of_range(log):
    with pytest.raises(ValueError, match="no position of one of the 3 channels"):
        ChannelScaler(log=log).fit(windows())


def test_channel_of_nan_raises():
    X = windows(shape=(4, 5, 2))
    X[:, :, 1] = np.nan
    with pytest.raises(ValueError, match="channel 1 has no value"):
        ChannelScaler().fit(X)


def test_unknown_method_and_unfitted():
    with pytest.raises(ValueError, match="'method' parameter"):
        ChannelScaler("mean").fit(windows())
    with pytest.raises(NotFittedError):
        ChannelScaler().transform(windows())
