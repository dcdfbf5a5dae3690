"""Hydra's scaling against its formula, number by number."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from skquake.baselines import CountScaler


def test_against_the_formula():
    rng = np.random.default_rng(0)
    X = np.where(rng.random((30, 4)) < [0.0, 0.3, 0.9, 1.0], 0.0, rng.exponential(5.0, (30, 4)))
    found = CountScaler().fit(X[:20]).transform(X)
    for column in range(4):
        roots = [value**0.5 for value in X[:20, column]]
        mean = sum(roots) / 20
        deviation = (sum((root - mean) ** 2 for root in roots) / 20) ** 0.5
        scale = deviation + (sum(root == 0 for root in roots) / 20) ** 4 + 1e-8
        expected = [(value**0.5 - mean) / scale if value > 0 else 0.0 for value in X[:, column]]
        np.testing.assert_allclose(found[:, column], expected, rtol=1e-12)
    assert np.abs(found[:20].mean(axis=0)[0]) < 1e-9  # without zeros: standardised
    np.testing.assert_array_equal(found[:, 3], 0.0)


def test_negative_is_zero_and_a_constant_is_finite():
    found = CountScaler().fit_transform([[-1.0, 4.0], [4.0, 4.0]])
    np.testing.assert_allclose(found, [[0.0, 0.0], [1.0 / (1.0 + 0.5**4), 0.0]], rtol=1e-6)


def test_a_column_that_was_zero_stays_small():
    scaler = CountScaler().fit(np.zeros((5, 1)))
    assert scaler.transform([[9.0]]) == pytest.approx(3.0)


def test_dtype_names_copies():
    X = np.random.default_rng(0).poisson(2.0, (6, 3)).astype(np.float32)
    fitted = clone(CountScaler()).fit(X)
    assert fitted.transform(X).dtype == np.float32
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(X), fitted.transform(X))
    assert fitted.get_feature_names_out().tolist() == ["x0", "x1", "x2"]
    with pytest.raises(ValueError, match="read-only"):
        fitted.mean_[0] = 1.0
