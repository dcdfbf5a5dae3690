"""Each statistic against its definition, one window and channel at a time."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import clone

from skquake.baselines import WindowStatistics

NAMES = "mean std min max q10 q25 median q75 q90 slope lag1 roughness".split()


def by_definition(values):
    """All statistics of one channel of one window, in plain NumPy."""
    step = np.flatnonzero(~np.isnan(values))
    known = values[step]
    centered = known - known.mean()
    near = np.diff(step) == 1
    constant = np.ptp(known) == 0
    return [
        known.mean(),
        known.std(),
        known.min(),
        known.max(),
        *np.quantile(known, [0.1, 0.25, 0.5, 0.75, 0.9]),
        np.polyfit(step, known, 1)[0] if len(known) > 1 else 0.0,
        0.0 if constant else (centered[1:] * centered[:-1])[near].sum() / (centered**2).sum(),
        np.abs(np.diff(known))[near].mean() if near.any() else 0.0,
    ]


@pytest.mark.parametrize("gaps", [False, True])
def test_against_the_definitions(gaps):
    rng = np.random.default_rng(0)
    X = rng.normal(50, 10, (6, 15, 3))
    if gaps:
        X[rng.random(X.shape) < 0.3] = np.nan
    expected = [[number for c in range(3) for number in by_definition(window[:, c])] for window in X]
    np.testing.assert_allclose(WindowStatistics().fit_transform(X), expected, rtol=1e-9)


def test_golden_window():
    found = WindowStatistics().fit_transform([[1.0, 2.0, 4.0, 5.0]])[0]
    expected = [3, np.sqrt(2.5), 1, 5, 1.3, 1.75, 3, 4.25, 4.7, 1.4, 0.3, 4 / 3]
    np.testing.assert_allclose(found, expected)


@given(arrays(float, (2, 7, 1), elements=st.floats(-1e3, 1e3)), st.floats(-10, 10), st.floats(0.1, 10))
def test_shift_and_scale(X, shift, scale):
    names = ["mean", "std", "max", "slope", "roughness"]
    before = WindowStatistics(names).fit_transform(X)
    after = WindowStatistics(names).fit_transform(X * scale + shift)
    np.testing.assert_allclose(after, before * scale + np.array([shift, 0, shift, 0, 0]), atol=1e-6)


def test_names():
    fitted = WindowStatistics().fit(np.ones((2, 5, 2)))
    assert fitted.get_feature_names_out().tolist() == [f"c{c}_{name}" for c in (0, 1) for name in NAMES]
    assert fitted.get_feature_names_out(["Ne", "Te"])[12] == "Te_mean"
    assert WindowStatistics().fit(np.ones((2, 5))).get_feature_names_out().tolist() == NAMES
    with pytest.raises(ValueError, match="2 channels"):
        fitted.get_feature_names_out(["Ne"])


def test_constant_short_and_empty_channels():
    assert np.isfinite(WindowStatistics().fit_transform(np.full((1, 1, 1), 7.0))).all()
    constant = WindowStatistics(["std", "slope", "lag1", "roughness"]).fit_transform(np.full((1, 9, 1), 0.1))
    np.testing.assert_array_equal(constant, 0.0)
    X = np.ones((2, 4, 2))
    X[0, :, 1] = np.nan
    found = WindowStatistics().fit_transform(X)
    assert np.isnan(found[0, 12:]).all()
    assert np.isfinite(found[0, :12]).all() and np.isfinite(found[1]).all()


def test_log_and_dtype():
    X = np.array([[[10.0], [1000.0]]], dtype="float32")
    found = WindowStatistics(["mean"], log=[0]).fit_transform(X)
    assert found.dtype == np.float32 and found == 2.0
    with pytest.raises(ValueError, match="log10 of 0"):
        WindowStatistics(log=[0]).fit(X * 0)


@pytest.mark.parametrize("wrong", [["mean", "mode"], []])
def test_unknown_statistics_list_the_known(wrong):
    with pytest.raises(ValueError, match="no statistic; there are mean, std, min, max, q10"):
        WindowStatistics(wrong).fit(np.ones((2, 3)))


def test_copies():
    X = np.random.default_rng(0).normal(size=(3, 6, 2))
    fitted = clone(WindowStatistics()).fit(X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(X), fitted.transform(X))
    np.testing.assert_array_equal(clone(fitted).transform(X), fitted.transform(X))
