"""Every feature of QUANT against its definition, one interval of one channel at a time."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier

from skquake.baselines import IntervalQuantiles

ALL = ["value", "change", "curvature", "spectrum"]


def series_of(values, representation):
    """One representation of one channel, step by step."""
    n = len(values)
    if representation == "value":
        return list(values)
    change = [values[t + 1] - values[t] for t in range(n - 1)]
    if representation == "curvature":
        return [change[t + 1] - change[t] for t in range(n - 2)]
    if representation == "change":
        smooth = []
        for t in range(n - 1):
            near = [change[min(max(t + lag, 0), n - 2)] for lag in (-2, -1, 0, 1, 2)]
            near = [value for value in near if not np.isnan(value)]
            smooth.append(sum(near) / len(near) if near else np.nan)
        return smooth
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return [np.nan] * (n // 2 + 1)
    filled = [sum(known) / len(known) if np.isnan(value) else value for value in values]
    waves = [
        [value * np.exp(-2j * np.pi * k * t / n) for t, value in enumerate(filled)] for k in range(n // 2 + 1)
    ]
    return [abs(sum(wave)) for wave in waves]


def intervals(n, depth):
    """(start, end) by exact halving, each once."""
    found = []
    for level in range(depth):
        if 2**level > n:
            break
        width = Fraction(n, 2**level)
        for late in (0, width / 2):
            k = 0
            while late + (k + 1) * width <= n:
                span = (int(late + k * width), int(late + (k + 1) * width))
                found += [span] if span not in found else []
                k += 1
    return found


def by_definition(values, depth, divisor, representations):
    """All features of one channel of one window."""
    found = []
    for name in representations:
        series = np.array(series_of(values, name))
        for start, end in intervals(len(series), depth):
            count = 1 + (end - start - 1) // divisor
            known = series[start:end][~np.isnan(series[start:end])]
            for position in range(count):
                level = position / (count - 1) if count > 1 else 0.5
                quantile = np.quantile(known, level) if len(known) else np.nan
                found.append(quantile - (known.mean() if len(known) and position % 2 else 0.0))
    return found


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize(("length", "depth", "divisor"), [(13, 6, 2), (16, 3, 4), (3, 6, 1), (1, 6, 4)])
def test_against_the_definition(gaps, length, depth, divisor):
    rng = np.random.default_rng(length)
    X = rng.normal(5, 2, (4, length, 2))
    if gaps:
        X[rng.random(X.shape) < 0.4] = np.nan
        X[0, :, 1] = np.nan
    quantiles = IntervalQuantiles(depth, divisor=divisor)
    found = quantiles.fit_transform(X)
    expected = [
        [number for c in range(2) for number in by_definition(window[:, c], depth, divisor, ALL)]
        for window in X
    ]
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert len(quantiles.get_feature_names_out()) == found.shape[1]


def test_golden_window():
    """By hand: the whole, its halves, and the half between; of four values two quantiles for every two."""
    quantiles = IntervalQuantiles(2, divisor=2, representations=["value"])
    found = quantiles.fit_transform([[1.0, 3.0, 2.0, 10.0, 4.0, 4.0, 0.0, 8.0]])
    # sorted 0 1 2 3 4 4 8 10, mean 4; quantiles 0, 1/3, 2/3, 1 at positions 0, 7/3, 14/3, 7
    whole = [0.0, 2 + 1 / 3 - 4, 4.0, 10.0 - 4]
    first, second, middle = [1.0, 10.0 - 4], [0.0, 8.0 - 4], [2.0, 10.0 - 5]
    np.testing.assert_allclose(found, [whole + first + second + middle])
    assert quantiles.get_feature_names_out().tolist() == [
        *["value_0:8_q0/3", "value_0:8_q1/3-mean", "value_0:8_q2/3", "value_0:8_q3/3-mean"],
        *["value_0:4_q0/1", "value_0:4_q1/1-mean", "value_4:8_q0/1", "value_4:8_q1/1-mean"],
        *["value_2:6_q0/1", "value_2:6_q1/1-mean"],
    ]


def test_number_of_intervals_of_the_paper():
    """At depth 6, 63 dyadic intervals and 57 between them."""
    found = IntervalQuantiles(representations=["value"], divisor=1000).fit_transform(np.ones((1, 128)))
    assert found.shape == (1, 120)


@given(arrays(float, (2, 9, 1), elements=st.floats(-1e3, 1e3)), st.floats(-10, 10), st.floats(0.1, 10))
def test_shift_and_scale(X, shift, scale):
    """Differences do not see a shift, nor do quantiles less the mean; all scale with the window."""
    quantiles = IntervalQuantiles(representations=["value", "change", "curvature"]).fit(X)
    names = quantiles.get_feature_names_out()
    level = np.array(["value" in name and "mean" not in name for name in names])
    expected = quantiles.transform(X) * scale + shift * level
    np.testing.assert_allclose(quantiles.transform(X * scale + shift), expected, atol=1e-6)


def test_names_and_representations():
    quantiles = IntervalQuantiles(1, divisor=9, representations=["spectrum", "curvature"])
    quantiles.fit(np.ones((2, 6, 2)))
    assert quantiles.get_feature_names_out(["Ne", "Te"]).tolist() == [
        *["Ne_spectrum_0:4_q1/2", "Ne_curvature_0:4_q1/2", "Te_spectrum_0:4_q1/2", "Te_curvature_0:4_q1/2"],
    ]
    with pytest.raises(ValueError, match="2 channels"):
        quantiles.get_feature_names_out(["Ne"])
    long = IntervalQuantiles(divisor=1).fit(np.ones((1, 700, 1)))
    assert len(set(long.get_feature_names_out())) == long.transform(np.ones((1, 700, 1))).shape[1]


@pytest.mark.parametrize("wrong", [["value", "median"], []])
def test_unknown_representations_list_the_known(wrong):
    with pytest.raises(ValueError, match="no representation; there are value, change, curvature, spectrum"):
        IntervalQuantiles(representations=wrong).fit(np.ones((2, 3)))


def test_a_window_too_short_for_any_feature_raises():
    with pytest.raises(ValueError, match=r"windows of 1 step\(s\) have no change and no curvature; cut"):
        IntervalQuantiles(representations=["change", "curvature"]).fit(np.ones((2, 1)))


def test_dtype_copies_and_no_change_of_the_input():
    X = np.random.default_rng(0).normal(size=(3, 8, 2)).astype(np.float32)
    before = X.copy()
    fitted = clone(IntervalQuantiles()).fit(X)
    found = fitted.transform(X)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(X), found)
    np.testing.assert_array_equal(clone(fitted).transform(X[1:2]), found[1:2])
    np.testing.assert_array_equal(fitted.transform(X[:, :, 0]).shape, (3, found.shape[1] // 2))


def test_trees_take_windows_with_gaps():
    rng = np.random.default_rng(1)
    y = np.tile([0, 1], 40)
    X = rng.normal(size=(80, 12, 2))
    X[:, 3:7, 0] += 4 * y[:, np.newaxis]
    X[rng.random(X.shape) < 0.2] = np.nan
    X[:4] = np.nan
    features = IntervalQuantiles().fit_transform(X)
    trees = ExtraTreesClassifier(20, random_state=0).fit(features[:60], y[:60])
    assert trees.score(features[60:], y[60:]) > 0.9
