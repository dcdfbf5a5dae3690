"""Blocks of time: never shorter than asked for, every time in one, intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.metrics._blocks import block_interval, block_sums, ratio, time_blocks

DAY = 86_400 * 10**9


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 3000 * DAY), min_size=1, max_size=30), st.floats(1, 400))
def test_blocks_are_equal_and_long_enough(times, block_days):
    time = np.array(times)
    blocks = time_blocks(time, block_days=block_days)
    days = (time.max() - time.min()) / DAY
    assert ((blocks.code >= 0) & (blocks.code < blocks.n)).all()
    assert blocks.n == 1 or days / blocks.n >= block_days
    assert days / (blocks.n + 1) < block_days or blocks.n == 1
    order = np.argsort(time)
    assert (np.diff(blocks.code[order]) >= 0).all()
    np.testing.assert_allclose(block_sums(blocks, np.ones(len(time))).sum(), len(time))


def test_empty_blocks_count_and_times_outside_fall_to_the_ends():
    blocks = time_blocks(np.array([-5, 1, 299]) * DAY, 0, 270 * DAY)
    assert blocks.n == 10 and blocks.unit == "block of 27 days" and blocks.code.tolist() == [0, 0, 9]
    assert block_sums(blocks, np.ones(3))[:, 0].tolist() == [2, *[0] * 8, 1]


def mean(sums):
    return ratio(sums[:, 0], sums[:, 1])


def test_intervals_cover_the_truth():
    rng, covered = np.random.default_rng(0), []
    for _ in range(200):
        blocks = time_blocks(rng.integers(0, 351 * DAY, 100), 0, 351 * DAY)
        sums = block_sums(blocks, rng.uniform(size=100), np.ones(100))
        low, high = block_interval(sums, mean, n_resamples=400, random_state=0)
        covered.append(low <= 0.5 <= high)
    assert 0.89 < np.mean(covered) < 0.99


def test_too_few_blocks():
    low, high = block_interval(np.ones((1, 2)), mean)
    assert np.isnan(low) and np.isnan(high)
    for n in (2, 4):
        assert np.isnan(block_interval(np.ones((n, 2)), mean, what="gain")).all()
    empty = np.r_[np.ones((4, 2)), np.zeros((20, 2))]  # no evidence but in four
    assert np.isnan(block_interval(empty, mean, what="gain")).all()
    with pytest.warns(UserWarning, match="gain: only 5 blocks of time"):
        low, high = block_interval(np.ones((5, 2)), mean, what="gain", random_state=0)
    assert low == high == 1.0


def test_values_that_are_nowhere_defined_are_nan():
    sums = np.c_[np.ones(12), np.ones(12), np.zeros(12)]
    low, high = block_interval(sums, lambda s: np.c_[ratio(s[:, 0], s[:, 1]), ratio(s[:, 0], s[:, 2])])
    assert low[0] == high[0] == 1.0 and np.isnan([low[1], high[1]]).all()
