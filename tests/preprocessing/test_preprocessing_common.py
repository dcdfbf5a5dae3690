"""What every window transformer must do, beyond the public checks."""

import pickle

import numpy as np
import pytest
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from skquake.preprocessing import (
    ChannelLog,
    ChannelScaler,
    IQRBounds,
    RollingSigmaBounds,
    TrainOnly,
    WindowBounds,
    WindowFlattener,
    WindowMean,
    WindowNormalizer,
)
from skquake.testing import parametrize_with_skquake_checks

TRANSFORMERS = [
    ChannelScaler(),
    ChannelScaler(method="robust"),
    ChannelLog(),
    WindowFlattener(),
    WindowMean(5),
    WindowNormalizer(kind="l2"),
    WindowNormalizer(kind="zscore"),
    WindowNormalizer(kind="detrend"),
    WindowBounds(IQRBounds(days=2, samples_per_day=1), keep=1),
    WindowBounds(RollingSigmaBounds(days=1, samples_per_day=2), keep=1, output="deviation"),
]
LENGTH, CHANNELS = 6, 2


def windows(seed=0, n=8, dtype="float32"):
    return np.random.default_rng(seed).normal(10, 2, (n, LENGTH, CHANNELS)).astype(dtype)


@parametrize_with_skquake_checks(
    [TrainOnly(RandomUnderSampler(random_state=0), LogisticRegression())],
    expected_failed_checks=lambda _: {
        f"check_sample_weight_equivalence_on_{kind}_data": "the sampler draws other rows of other data"
        for kind in ("dense", "sparse")
    },
)
def test_checks_of_a_model_trained_on_resampled_rows(estimator, check):
    check(estimator)


each = pytest.mark.parametrize("transformer", TRANSFORMERS, ids=repr)


@each
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_same_rows_same_dtype(transformer, dtype):
    X = windows(dtype=dtype)
    before = X.copy()
    found = clone(transformer).fit_transform(X)
    assert found.dtype == dtype
    assert len(found) == len(X)
    np.testing.assert_array_equal(X, before)


@each
def test_rows_do_not_see_each_other_at_transform(transformer):
    fitted = clone(transformer).fit(windows())
    X = windows(1)
    order = np.random.default_rng(0).permutation(len(X))
    np.testing.assert_allclose(fitted.transform(X)[order], fitted.transform(X[order]), rtol=1e-6)
    np.testing.assert_allclose(fitted.transform(X)[:1], fitted.transform(X[:1]), rtol=1e-6)


@each
def test_two_dimensions_are_one_channel(transformer):
    X = windows(dtype="float64")[:, :, :1]
    flat = clone(transformer).fit_transform(X[:, :, 0])
    np.testing.assert_allclose(flat.ravel(), clone(transformer).fit_transform(X).ravel())


@each
def test_pickle(transformer):
    fitted = clone(transformer).fit(windows())
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.transform(windows(1)), fitted.transform(windows(1)))


@each
def test_nan_stays_in_its_sample(transformer):
    X = windows()
    X[2, -1, 1] = np.nan
    found = clone(transformer).fit(windows()).transform(X)
    assert np.isnan(found[2]).any()
    assert np.isfinite(np.delete(found, 2, axis=0)).all()


@each
def test_infinity_raises(transformer):
    X = windows()
    X[0, 0, 0] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        clone(transformer).fit_transform(X)


@each
@pytest.mark.parametrize("shape", [(8, LENGTH + 1, CHANNELS), (8, LENGTH, CHANNELS + 1)])
def test_other_shape_than_fitted_raises(transformer, shape):
    fitted = clone(transformer).fit(windows())
    with pytest.raises(ValueError, match=r"windows of shape .* was fitted on windows of shape \(6, 2\)"):
        fitted.transform(np.ones(shape))


@each
def test_four_dimensions_raise(transformer):
    with pytest.raises(ValueError, match=r"expected windows of shape \(n_samples, length, channels\)"):
        clone(transformer).fit(np.ones((2, 3, 4, 5)))


@each
def test_names_of_three_dimensions(transformer):
    fitted = clone(transformer).fit(windows())
    names = fitted.get_feature_names_out(["Ne", "Te"])
    assert len(names) == fitted.transform(windows()).shape[-1]
    assert names[0].startswith("Ne")
    with pytest.raises(ValueError, match="2 channels"):
        fitted.get_feature_names_out(["Ne"])
