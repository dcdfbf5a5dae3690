"""Reliability and Brier score by definition, and what their parts add up to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from skquake.alarms import reliability_curve


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 3)), min_size=1, max_size=30).filter(
        lambda rows: any(weight for *_, weight in rows)
    ),
    st.integers(1, 6),
    st.sampled_from(["quantile", "uniform", "expected"]),
)
def test_parts_add_up_to_the_brier_score(rows, n_bins, strategy):
    p, y, weight = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    curve = reliability_curve(p, y, sample_weight=weight, n_bins=n_bins, strategy=strategy)
    brier = np.average((p - y) ** 2, weights=weight)
    assert curve.brier == pytest.approx(brier)
    parts = curve.reliability - curve.resolution + curve.uncertainty + curve.within_bins
    assert parts == pytest.approx(brier)
    assert curve.base_rate == pytest.approx(np.average(y, weights=weight))
    assert curve.uncertainty == pytest.approx(curve.base_rate * (1 - curve.base_rate))
    assert curve.share.sum() == pytest.approx(1) and len(curve.share) <= n_bins
    assert min(curve.reliability, curve.resolution) >= 0


def test_forecasts_of_few_values_leave_nothing_over():
    """One value a bin: Murphy's three parts, by hand."""
    p = np.repeat([0.1, 0.4, 0.9], [50, 30, 20])
    y = np.r_[np.arange(50) < 10, np.arange(30) < 12, np.arange(20) < 15]
    curve = reliability_curve(p, y, n_bins=3)
    np.testing.assert_allclose(curve.predicted, [0.1, 0.4, 0.9])
    np.testing.assert_allclose(curve.observed, [0.2, 0.4, 0.75])
    assert curve.reliability == pytest.approx(0.5 * 0.1**2 + 0.2 * 0.15**2)
    base = 37 / 100
    expected = 0.5 * (0.2 - base) ** 2 + 0.3 * (0.4 - base) ** 2 + 0.2 * (0.75 - base) ** 2
    assert curve.resolution == pytest.approx(expected)
    assert curve.within_bins == pytest.approx(0, abs=1e-12)
    assert curve.brier == pytest.approx(brier_score_loss(y, p))
    assert curve.skill == pytest.approx(1 - curve.brier / curve.uncertainty)


def test_intervals_come_from_blocks_of_time():
    """Whole months that go wrong together widen the intervals beyond those of independent forecasts."""
    rng = np.random.default_rng(0)
    n = 8000
    time = pd.date_range("2015-01-01", periods=n, freq="3h")
    p = np.full(n, 0.5)
    alone = reliability_curve(p, rng.uniform(size=n) < 0.5, time=time, random_state=0)
    month = np.repeat(rng.uniform(0.2, 0.8, n // 200 + 1), 200)[:n]
    together = reliability_curve(p, rng.uniform(size=n) < month, time=time, random_state=0)
    assert alone.n_units == 37 and alone.unit == "block of 27 days"
    assert alone.low < 0.5 < alone.high
    assert (together.high - together.low) > 3 * (alone.high - alone.low)
    assert alone.skill_low <= alone.skill <= alone.skill_high


def test_intervals_cover_the_truth():
    rng = np.random.default_rng(1)
    time = pd.date_range("2015-01-01", periods=1500, freq="6h")
    covered = []
    for _ in range(60):
        p = rng.choice([0.2, 0.6], 1500)
        curve = reliability_curve(p, rng.uniform(size=1500) < p, time=time, random_state=0, n_resamples=300)
        covered += list((curve.low <= [0.2, 0.6]) & (curve.high >= [0.2, 0.6]))
    assert 0.88 <= np.mean(covered) <= 1.0


def test_equal_forecasts_share_a_bin():
    curve = reliability_curve(np.full(10, 0.3), np.arange(10) < 3, n_bins=5)
    assert curve.predicted.tolist() == [pytest.approx(0.3)] and np.isnan(curve.low).all()
    assert curve.n_units == 1 and np.isnan(curve.skill_low)


def test_bins_of_equal_expected_numbers():
    """A thousand hopeless forecasts, and as much to expect of ten: two bins."""
    p = np.r_[np.linspace(0.0009, 0.0011, 1000), np.linspace(0.09, 0.11, 10)]
    curve = reliability_curve(p, np.arange(1010) % 500 == 0, n_bins=2, strategy="expected")
    np.testing.assert_allclose(curve.predicted, [0.001, 0.1], rtol=0.02)
    np.testing.assert_allclose(curve.share * 1010 * curve.predicted, [1, 1], rtol=0.02)


def test_errors():
    with pytest.raises(ValueError, match=r"probability: 1\.5 in row 1"):
        reliability_curve([0.5, 1.5], [0, 1])
    with pytest.raises(ValueError, match="shapes"):
        reliability_curve([0.5], [0, 1])
    with pytest.raises(ValueError, match="time has 1 values"):
        reliability_curve([0.5, 0.5], [0, 1], time=["2015-01-01"])
    time = pd.date_range("2015-01-01", periods=160)
    with pytest.warns(UserWarning, match="reliability: only 5 blocks"):
        reliability_curve([0.5] * 160, [0, 1] * 80, time=time, random_state=0)
    few = reliability_curve([0.5] * 60, [0, 1] * 30, time=time[:60], random_state=0)
    assert few.n_units == 2 and np.isnan([few.skill_low, few.skill_high]).all()
