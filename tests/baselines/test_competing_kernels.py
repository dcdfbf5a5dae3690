"""Hydra's features against loops over groups, steps and kernels, and its kernels against the paper."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from skquake.baselines import CompetingKernels
from skquake.baselines import _competing_kernels as module


def by_definition(window, kernels, dilations):
    """All features of one window (length, channels), a product at a time."""
    found = []
    n_groups, n_kernels = kernels.shape[1:3]
    for step, dilation in enumerate(dilations):
        for group in range(n_groups):
            series = window if group < (n_groups + 1) // 2 else window[1:] - window[:-1]
            won, lost = np.zeros(n_kernels), np.zeros(n_kernels)
            for t in range(len(series)):
                responses = []
                for kernel in kernels[step, group]:
                    response = 0.0
                    for channel in range(series.shape[1]):
                        for tap in range(9):
                            at = t + (tap - 4) * dilation
                            if 0 <= at < len(series) and not np.isnan(series[at, channel]):
                                response += kernel[channel, tap] * series[at, channel]
                    responses.append(response)
                best = int(np.argmax(responses))
                won[best] += max(responses[best], 0.0)
                lost[int(np.argmin(responses))] += 1
            found += [*won, *lost]
    return found


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize(("length", "channels", "groups"), [(19, 1, 2), (17, 3, 3), (4, 2, 1), (1, 1, 2)])
def test_against_loops(gaps, length, channels, groups):
    rng = np.random.default_rng(length)
    X = rng.normal(size=(3, length, channels))
    if gaps:
        X[rng.random(X.shape) < 0.3] = np.nan
    kernels = CompetingKernels(groups, 3, random_state=0).fit(X)
    found = kernels.transform(X)
    expected = [by_definition(window, kernels.kernels_, kernels.dilations_) for window in X]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert len(set(kernels.get_feature_names_out())) == found.shape[1]


def test_golden_window():
    """Kernels that look one step back and one step ahead, on a window with one peak."""
    fitted = CompetingKernels(1, 2, random_state=0).fit(np.ones((1, 5)))
    back, ahead = np.zeros(9), np.zeros(9)
    back[3], ahead[5] = 0.5, 0.5
    fitted.kernels_ = np.stack([back, ahead])[np.newaxis, np.newaxis, :, np.newaxis]
    # responses of back: 0 0 0 3 0, of ahead: 0 3 0 0 0; the first of equals wins
    np.testing.assert_array_equal(fitted.transform([[0.0, 0.0, 6.0, 0.0, 0.0]]), [[3.0, 3.0, 4.0, 1.0]])


@pytest.mark.parametrize(("length", "dilations"), [(1, [1]), (16, [1]), (17, [1, 2]), (100, [1, 2, 4, 8])])
def test_kernels_as_in_the_paper(length, dilations):
    """Mean 0, magnitudes that add up to 1, dilations as long as (9 - 1) * dilation + 1 fits the window."""
    fitted = CompetingKernels(random_state=0).fit(np.ones((1, length)))
    assert fitted.dilations_.tolist() == dilations
    assert fitted.kernels_.shape == (len(dilations), 64, 8, 1, 9)
    np.testing.assert_allclose(fitted.kernels_.mean(axis=4), 0.0, atol=1e-15)
    np.testing.assert_allclose(np.abs(fitted.kernels_).sum(axis=(3, 4)), 1.0)


def test_groups_see_some_channels():
    fitted = CompetingKernels(2000, 2, random_state=0).fit(np.ones((1, 5, 4)))
    seen = (fitted.kernels_ != 0).any(axis=4)
    assert (seen == seen[:, :, :1]).all()  # one choice a group
    seen = seen[0, :, 0]
    np.testing.assert_allclose(seen.mean(axis=0), seen.mean(), atol=0.03)  # no channel is preferred
    # the whole number below 2**u, u uniform up to log2(5): from k to k + 1 with log(1 + 1/k) / log(5)
    share = np.bincount(seen.sum(axis=1), minlength=5)[1:] / 2000
    np.testing.assert_allclose(share, np.log(1 + 1 / np.arange(1, 5)) / np.log(5), atol=0.03)


def test_constant_windows_and_rounding():
    """The first kernel of each group wins nothing and loses every step, whatever the level and the batch."""
    fitted = CompetingKernels(4, 3, random_state=0).fit(np.ones((1, 40, 1)))
    inner = CompetingKernels(4, 3, random_state=0).fit(np.ones((1, 40, 1)))
    X = np.full((50, 40, 1), 0.1) * np.arange(1, 51)[:, np.newaxis, np.newaxis]
    np.testing.assert_array_equal(fitted.transform(X)[7:8], inner.transform(X[7:8]))
    changes = [name.startswith("change") for name in fitted.get_feature_names_out()]
    found = fitted.transform(X)[:, changes].reshape(50, -1, 2, 3)
    np.testing.assert_array_equal(found[:, :, 0], 0.0)
    np.testing.assert_array_equal(found[:, :, 1], np.broadcast_to([39, 0, 0], found[:, :, 1].shape))


def test_batches_do_not_matter(monkeypatch):
    X = np.random.default_rng(0).normal(size=(9, 20, 2)).astype(np.float32)
    fitted = CompetingKernels(4, 4, random_state=0).fit(X)
    found = fitted.transform(X)
    monkeypatch.setattr(module, "AT_ONCE", 2 * 20 * 16)
    np.testing.assert_allclose(fitted.transform(X), found, rtol=1e-6)
    assert found.dtype == np.float32


def test_counts_are_of_steps():
    X = np.random.default_rng(0).normal(size=(5, 30, 2))
    fitted = CompetingKernels(6, 4, random_state=0).fit(X)
    names = fitted.get_feature_names_out()
    found = fitted.transform(X)
    lost = np.array([name.endswith("min") for name in names])
    assert (found >= 0).all()
    per_group = found[:, lost].reshape(5, 2, 6, 4).sum(axis=3)
    np.testing.assert_array_equal(per_group, np.broadcast_to([30, 30, 30, 29, 29, 29], per_group.shape))


def test_seed_copies_and_state():
    X = np.random.default_rng(0).normal(size=(3, 18, 2))
    fitted = clone(CompetingKernels(3, 2, random_state=1)).fit(X)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.transform(X), fitted.transform(X))
    np.testing.assert_array_equal(clone(fitted).fit(X).kernels_, fitted.kernels_)
    assert not np.array_equal(CompetingKernels(3, 2, random_state=2).fit(X).kernels_, fitted.kernels_)
    with pytest.raises(ValueError, match="read-only"):
        again.kernels_[0] = 0.0


def test_other_windows_than_fitted_raise():
    fitted = CompetingKernels(2, 2, random_state=0).fit(np.ones((2, 10, 2)))
    with pytest.raises(ValueError, match=r"windows of shape \(11, 2\), but CompetingKernels was fitted on"):
        fitted.transform(np.ones((2, 11, 2)))
