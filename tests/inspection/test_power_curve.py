"""Power from p-values: intervals, the curve that never falls, and what is read from it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skquake.inspection import PowerCurve

SIZES = (0.0, 0.1, 0.2, 0.4)


def make_curve(shares, n=20, sizes=SIZES, n_events=(50,)):
    """Shares found, one row a number of events."""
    rows = [
        (replicate, count, size, 0.3, 0.01 if replicate < round(share * n) else 0.5)
        for count, row in zip(n_events, np.atleast_2d(shares), strict=True)
        for size, share in zip(sizes, row, strict=True)
        for replicate in range(n)
    ]
    scores = pd.DataFrame(rows, columns=["replicate", "n_events", "size", "score", "p"])
    return PowerCurve(scores.sample(frac=1, random_state=0), 0.05, "event_auc", ("shuffle-times",), 0.95, {})


def test_frame_by_hand():
    frame = make_curve([0.05, 0.3, 0.5, 1.0]).to_frame()
    assert frame["power"].tolist() == [0.05, 0.3, 0.5, 1.0]
    for row in frame.itertuples():
        k = round(row.power * row.n)
        low = stats.beta.ppf(0.025, k, row.n - k + 1) if k else 0.0
        high = stats.beta.ppf(0.975, k + 1, row.n - k) if k < row.n else 1.0
        assert (row.low, row.high) == pytest.approx((low, high))


@settings(max_examples=40)
@given(st.lists(st.integers(0, 20), min_size=4, max_size=4), st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_the_curve_never_falls_and_inverts(counts, a, b):
    curve = make_curve(np.array(counts) / 20)
    low, high = sorted([a, b])
    assert 0.0 <= curve.power_at(low) <= curve.power_at(high) <= 1.0
    for power in (0.2, 0.95):
        size = curve.size_at(power)
        if np.isnan(size):
            assert curve.power_at(9.0) < power
        else:
            assert curve.power_at(size) >= power - 1e-9
            assert size == 0.0 or curve.power_at(size - 1e-6) < power


def test_read_from_the_curve():
    curve = make_curve([0.0, 0.2, 0.6, 0.6])
    assert curve.power_at(0.15) == pytest.approx(0.4)
    assert curve.power_at(5.0) == 0.6
    assert curve.size_at(0.5) == pytest.approx(0.175)
    assert np.isnan(curve.size_at(0.95))
    assert repr(curve) == (
        "PowerCurve(event_auc, p <= 0.05, 50 events: no size found in 95 %; +0.4 in 60% [36%, 81%]; "
        "under shuffle-times)"
    )
    # What falls by chance is pooled with its neighbour.
    assert make_curve([0.0, 0.5, 0.3, 1.0]).power_at(0.15) == pytest.approx(0.4)


def test_interval_of_a_power_by_hand():
    curve = make_curve([0.05, 0.3, 0.5, 1.0])  # at 0, 0.1, 0.2, 0.4
    exact = [stats.binomtest(k, 20).proportion_ci(0.95) for k in (1, 6, 10, 20)]
    assert curve.interval_at(0.2) == pytest.approx(exact[2])
    assert curve.interval_at(0.15) == pytest.approx((exact[1].low, exact[2].high))
    assert curve.interval_at(0.5) == pytest.approx((exact[3].low, 1.0))
    assert curve.interval_at(0.4, 50) == pytest.approx((exact[3].low, 1.0))
    pooled = make_curve([0.0, 0.5, 0.0, 1.0])
    low, high = pooled.interval_at(0.2)
    assert low <= pooled.power_at(0.2) <= high
    with pytest.raises(ValueError, match="another sign"):
        curve.interval_at(-0.2)


def test_negative_sizes():
    curve = make_curve([0.0, 0.2, 0.6, 1.0], sizes=(0.0, -0.1, -0.2, -0.4))
    assert curve.power_at(-0.2) == pytest.approx(0.6)
    assert curve.size_at(0.8) == pytest.approx(-0.3)
    assert curve.to_frame()["size"].tolist() == [0.0, -0.1, -0.2, -0.4]
    with pytest.raises(ValueError, match="another sign"):
        curve.power_at(0.2)


def test_numbers_of_events():
    curve = make_curve([[0.0, 0.1, 0.2, 0.5], [0.0, 0.2, 0.4, 1.0]], n_events=(50, 200))
    assert curve.to_table().to_numpy().tolist() == [[0.0, 0.1, 0.2, 0.5], [0.0, 0.2, 0.4, 1.0]]
    assert curve.power_at(0.4) == 1.0 and curve.power_at(0.4, n_events=50) == 0.5
    assert curve.events_needed(0.4, 0.75) == pytest.approx(125.0)
    assert curve.events_needed(0.4, 0.4) == 50.0
    assert np.isnan(curve.events_needed(0.1))
    with pytest.raises(ValueError, match="n_events=70 was not tried; 50, 200 were"):
        curve.size_at(n_events=70)


def test_power_of_each_null_and_of_all():
    scores = pd.DataFrame(
        {
            "n_events": [50] * 6,
            "size": [0.0, 0.0, 0.0, 0.2, 0.2, 0.2],
            "score": 0.1,
            "p_rotate": [0.01, 0.5, 0.5, 0.01, 0.02, 0.5],
            "p_other-place": [0.5, 0.5, 0.5, 0.03, 0.5, 0.04],
        }
    )
    scores["p"] = scores[["p_rotate", "p_other-place"]].max(axis=1)
    curve = PowerCurve(scores, 0.05, "event_auc", ("rotate", "other-place"), 0.95, {})
    table = curve.by_null()
    assert list(table) == ["n_events", "size", "rotate", "other-place", "all"]
    np.testing.assert_allclose(table.iloc[:, 2:], [[1 / 3, 0, 0], [2 / 3, 2 / 3, 1 / 3]])
    assert table["all"].tolist() == curve.to_frame()["power"].tolist()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "in all earthquakes, of one sign, days -15 to 0"),
        ({"share": 0.25}, "in 25 % of the earthquakes, drawn, of one sign, days -15 to 0"),
        ({"sign": "either", "days": (-4.5, -1)}, "in all earthquakes, of either sign, days -4.5 to -1"),
        ({"duration": (3.0, 3.0)}, "in all earthquakes, of one sign, 3 days within days -15 to 0, drawn"),
    ],
)
def test_what_was_planted_in_words(changes, words):
    effect = {"share": 1.0, "sign": "same", "days": (-15.0, 0.0), "duration": None} | changes
    curve = replace(make_curve([0.0, 0.2, 0.6, 0.6]), effect=effect)
    assert curve.planted == words
    assert repr(curve).endswith(f"; under shuffle-times; planted {words})")
    assert make_curve([0.0, 0.2, 0.6, 0.6]).planted == ""
