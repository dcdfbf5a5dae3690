import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.preprocessing import normalize

from skquake.preprocessing import WindowNormalizer

KINDS = ("l2", "center", "zscore", "detrend")
WINDOWS = arrays(
    np.float64,
    array_shapes(min_dims=3, max_dims=3, max_side=6),
    elements=st.one_of(st.floats(-100, 100, width=16), st.just(np.nan)),
)


def brute_force(window, kind):
    """One window, channel by channel, with numpy's own functions."""
    if kind == "l2":
        norm = np.linalg.norm(window[~np.isnan(window)])
        return window / (norm or 1.0)
    found = np.full(window.shape, np.nan)
    for channel, values in enumerate(window.T):
        at = np.flatnonzero(~np.isnan(values))
        if not len(at):
            continue
        known = values[at]
        if kind == "detrend" and len(at) > 1:
            found[at, channel] = known - np.polyval(np.polyfit(at, known, 1), at)
        else:
            spread = known.std() if kind == "zscore" and np.ptp(known) > 0 else 1.0
            found[at, channel] = (known - known.mean()) / spread
    return found


@given(X=WINDOWS, kind=st.sampled_from(KINDS))
@settings(max_examples=200, deadline=None)
def test_against_a_loop_over_windows(X, kind):
    found = WindowNormalizer(kind).fit_transform(X)
    expected = np.stack([brute_force(window, kind) for window in X])
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


def test_l2_is_the_row_normalisation_of_the_flattened_window():
    X = np.random.default_rng(0).normal(size=(6, 5, 3))
    expected = normalize(X.reshape(6, -1)).reshape(X.shape)
    np.testing.assert_allclose(WindowNormalizer("l2").fit_transform(X), expected)


def test_constant_windows_become_zero():
    X = np.full((2, 7, 1), 0.1)
    for kind in ("center", "zscore", "detrend"):
        np.testing.assert_allclose(WindowNormalizer(kind).transform(X), 0.0, atol=1e-15)


def test_line_is_removed_from_large_float32_values():
    X = (40_000 + 8.0 * np.arange(16, dtype="float32")).reshape(1, 16, 1)
    np.testing.assert_array_equal(WindowNormalizer("detrend").transform(X), 0.0)


def test_log_with_center_is_the_log_ratio_to_the_geometric_mean():
    X = np.array([[[1.0, 5.0], [100.0, 7.0]]])
    found = WindowNormalizer("center", log=[0]).transform(X)
    np.testing.assert_allclose(found, [[[-1.0, -1.0], [1.0, 1.0]]])


def test_bad_parameters():
    with pytest.raises(ValueError, match="'kind' parameter"):
        WindowNormalizer("l1").transform(np.ones((1, 2, 1)))
    with pytest.raises(ValueError, match="sample 0, step 1, channel 0"):
        WindowNormalizer(log=[0]).fit(np.array([[[1.0], [-2.0]]]))
