import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from skquake.preprocessing import IQRBounds, RollingSigmaBounds, WindowBounds, WindowFlattener

EACH = [
    IQRBounds(days=3, samples_per_day=2),
    IQRBounds(days=3, style="iqr", samples_per_day=2, same_hour=False),
    RollingSigmaBounds(days=3, samples_per_day=2),
]
each = pytest.mark.parametrize("bounds", EACH, ids=repr)


def windows(n=5, length=12, channels=2, seed=0):
    return np.random.default_rng(seed).normal(20, 4, (n, length, channels))


@each
def test_equals_the_bounds_of_each_window(bounds):
    X = windows()
    found = WindowBounds(bounds, keep=4).fit_transform(X)
    assert found.shape == (5, 4, 8)
    for sample, window in zip(found, X, strict=True):
        expected = clone(bounds).fit_transform(window)[-4:]
        for channel in range(2):
            np.testing.assert_array_equal(sample[:, 4 * channel], window[-4:, channel])
            np.testing.assert_allclose(
                sample[:, 4 * channel + 1 : 4 * channel + 4], expected[:, 3 * channel : 3 * channel + 3]
            )


@each
def test_deviation_is_value_and_value_minus_center(bounds):
    X = windows()
    full = WindowBounds(bounds, keep=4).fit_transform(X)
    found = WindowBounds(bounds, keep=4, output="deviation").fit_transform(X)
    assert found.shape == (5, 4, 4)
    np.testing.assert_array_equal(found[..., 0::2], full[..., 0::4])
    np.testing.assert_allclose(found[..., 1::2], full[..., 0::4] - full[..., 2::4])


@given(
    bounds=st.sampled_from(EACH), keep=st.integers(1, 6), extra=st.integers(0, 4), seed=st.integers(0, 100)
)
@settings(max_examples=60, deadline=None)
def test_one_to_one_and_complete(bounds, keep, extra, seed):
    X = windows(4, 6 + keep + extra, 3, seed)
    found = WindowBounds(bounds, keep).fit_transform(X)
    assert found.shape == (4, keep, 12)
    assert np.isfinite(found).all()
    assert (found[..., 1::4] <= found[..., 2::4]).all() and (found[..., 2::4] <= found[..., 3::4]).all()
    np.testing.assert_array_equal(WindowBounds(bounds, keep).fit_transform(X[:, extra:]), found)


@given(bounds=st.sampled_from(EACH), at=st.integers(8, 11))
@settings(max_examples=30, deadline=None)
def test_nothing_looks_ahead(bounds, at):
    X = windows()
    later = X.copy()
    later[:, at:] += 100.0
    steps = WindowBounds(bounds, keep=4)
    before, after = steps.fit_transform(X), steps.fit_transform(later)
    first = at - 8
    np.testing.assert_array_equal(before[:, :first], after[:, :first])
    np.testing.assert_array_equal(before[:, first, 1:4], after[:, first, 1:4])


def test_names():
    steps = WindowBounds(EACH[0], keep=4).fit(windows())
    assert list(steps.get_feature_names_out(["Ne", "Te"])) == [
        *("Ne", "Ne_lower", "Ne_center", "Ne_upper"),
        *("Te", "Te_lower", "Te_center", "Te_upper"),
    ]
    steps.set_params(output="deviation")
    assert list(steps.get_feature_names_out()) == ["c0", "c0_deviation", "c1", "c1_deviation"]


def test_too_short_names_the_length_needed():
    with pytest.raises(
        ValueError, match=r"windows of 12 steps are too short: 3 days of 2 samples and keep=7 need 13"
    ):
        WindowBounds(EACH[0], keep=7).fit_transform(windows())


def test_bounds_without_cadence():
    with pytest.raises(ValueError, match="set samples_per_day of IQRBounds"):
        WindowBounds(IQRBounds(days=3), keep=2).fit_transform(windows())


def test_something_else_than_bounds():
    with pytest.raises(ValueError, match="'bounds' parameter"):
        WindowBounds(WindowFlattener(), keep=2).fit(windows())


def test_nan_in_the_history():
    X = windows()
    X[0, 5, 0] = np.nan
    strict = WindowBounds(IQRBounds(days=3, samples_per_day=2), keep=4).fit_transform(X)
    assert np.isnan(strict[0, :, 1]).any() and np.isfinite(strict[1:]).all()
    lenient = WindowBounds(IQRBounds(days=3, samples_per_day=2, min_periods=2), keep=4).fit_transform(X)
    assert np.isfinite(lenient).all()


def test_searchable():
    X, y = windows(40), np.arange(40) % 2
    X[y == 1, -1] += 10
    model = make_pipeline(
        WindowBounds(IQRBounds(days=3, samples_per_day=2), keep=2),
        WindowFlattener(),
        DecisionTreeClassifier(random_state=0),
    )
    grid = {"windowbounds__bounds__k": [1.0, 1.5], "windowbounds__bounds__days": [2, 3]}
    search = GridSearchCV(model, grid, cv=3).fit(X, y)
    assert search.best_score_ > 0.8
