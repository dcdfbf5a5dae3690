import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake.preprocessing import ChannelScaler, WindowFlattener


def test_there_and_back():
    X = np.random.default_rng(0).normal(size=(4, 5, 3))
    flattener = WindowFlattener().fit(X)
    rows = flattener.transform(X)
    assert rows.shape == (4, 15)
    np.testing.assert_array_equal(rows[:, :3], X[:, 0])
    np.testing.assert_array_equal(flattener.inverse_transform(rows), X)


def test_inverse_of_wrong_width():
    flattener = WindowFlattener().fit(np.ones((2, 3, 2)))
    with pytest.raises(ValueError, match=r"rows of 5 values do not fill windows of shape \(3, 2\)"):
        flattener.inverse_transform(np.ones((2, 5)))


def test_names_through_a_pipeline():
    X = np.random.default_rng(0).normal(size=(4, 2, 2))
    steps = make_pipeline(ChannelScaler(), WindowFlattener()).fit(X)
    assert list(steps.get_feature_names_out(["Ne", "Te"])) == ["Ne_0", "Te_0", "Ne_1", "Te_1"]
    assert list(steps.get_feature_names_out()) == ["c0_0", "c1_0", "c0_1", "c1_1"]


def test_before_a_flat_classifier():
    X = np.random.default_rng(0).normal(size=(20, 4, 2))
    y = (X[:, :, 0].mean(axis=1) > 0).astype(int)
    assert make_pipeline(WindowFlattener(), LogisticRegression()).fit(X, y).score(X, y) > 0.9
