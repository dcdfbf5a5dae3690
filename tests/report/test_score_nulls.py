"""Labels dealt anew: against plain loops, in what they keep, and in their p-values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skquake.metrics import event_auc, seismic_auc, seismic_mcc
from skquake.report._build import _null_facts
from skquake.report._score_nulls import (
    ROTATED,
    WITHIN_PAIRS,
    _rotated,
    _statistic,
    _within_pairs,
    score_nulls,
)


def frame(n_pairs=30, seed=0, ratio=1, gain=0.0):
    """Rows of pairs with one to four rows an event, in no order."""
    rng = np.random.default_rng(seed)
    event = np.repeat(np.arange(n_pairs * (1 + ratio)), rng.integers(1, 5, n_pairs * (1 + ratio)))
    rng.shuffle(event)
    label = (event % (1 + ratio) == 0).astype(int)
    p = np.clip(rng.random(len(event)) + gain * label, 0.0, 1.0)
    day = rng.permutation(n_pairs * (1 + ratio))
    time = pd.Timestamp("2015-01-01") + pd.to_timedelta(day[event], unit="D")
    where = {"event_id": event, "pair_id": event // (1 + ratio), "time": time}
    return label, np.stack([1.0 - p, p], axis=1), where


@pytest.mark.parametrize("scoring", ["seismic_mcc", "seismic_auc", "event_auc"])
def test_the_statistic_is_the_score(scoring):
    _, proba, where = frame()
    code, names = pd.factorize(where["event_id"])
    weight = 1.0 / np.bincount(code)[code]
    rng = np.random.default_rng(1)
    dealt = rng.random((5, len(names))) < 0.5
    values = _statistic(scoring, code, proba[:, 1])(dealt)
    for label, value in zip(dealt, values, strict=True):
        rows = label[code].astype(int)
        expected = {
            "seismic_mcc": lambda r=rows: seismic_mcc(r, proba, sample_weight=weight),
            "seismic_auc": lambda r=rows: seismic_auc(r, proba, sample_weight=weight),
            "event_auc": lambda r=rows: event_auc(where["event_id"], r, proba),
        }[scoring]()
        assert value == pytest.approx(expected, abs=1e-12)


def test_observed_is_the_score_without_class_two():
    y, proba, where = frame(gain=0.5)
    more = {name: np.r_[np.asarray(ids), np.asarray(ids)[:5]] for name, ids in where.items()}
    found = score_nulls(
        np.r_[y, np.full(5, 2)], np.r_[proba, proba[:5]], **more, scoring="event_auc", random_state=0
    )
    np.testing.assert_allclose(found["observed"], event_auc(where["event_id"], y, proba))
    assert found.index.tolist() == [WITHIN_PAIRS, ROTATED]
    assert (found["p_value"] < 0.05).all()


@pytest.mark.parametrize("ratio", [1, 3])
def test_pairs_keep_their_number_of_earthquakes(ratio):
    n = 20 * (1 + ratio)
    events = pd.DataFrame({"pair": np.arange(n) % 20, "time": np.arange(n), "label": np.arange(n) < 20})
    dealt = _within_pairs(events, 200, np.random.default_rng(0))
    for pair in range(20):
        assert (dealt[:, events["pair"] == pair].sum(axis=1) == 1).all()
    np.testing.assert_allclose(dealt.mean(axis=0), 1.0 / (1 + ratio), atol=0.15)


def test_rotations_keep_the_order_and_leave_out_no_move():
    label = np.array([True, True, False, False, True, False, False])
    events = pd.DataFrame({"pair": 0, "time": [3, 1, 2, 5, 4, 7, 6], "label": label})
    dealt = _rotated(events, 999, np.random.default_rng(0))
    in_time = np.argsort(events["time"].to_numpy())
    expected = {tuple(np.roll(label[in_time], k)) for k in range(1, 7)}
    assert {tuple(row[in_time]) for row in dealt} == expected
    assert len(_rotated(events, 3, np.random.default_rng(0))) == 3


def test_without_pairs_labels_are_only_rotated():
    y, proba, where = frame()
    found = score_nulls(y, proba, **where | {"pair_id": where["event_id"]}, scoring="seismic_mcc")
    assert found.index.tolist() == [ROTATED]


def test_a_null_that_no_score_can_beat_refutes_none():
    """Where each earthquake is followed by its control, every second rotation gives the labels back."""
    n = 80
    y, event = np.tile([1, 0], n // 2), np.arange(n)
    time = pd.Timestamp("2010-01-01") + pd.to_timedelta(30 * event, "D")
    proba = np.stack([1.0 - y, y], axis=1).astype(float)
    where = {"event_id": event, "pair_id": event // 2, "time": time}
    found = score_nulls(y, proba, **where, scoring="seismic_mcc", random_state=0)
    assert found.loc[ROTATED, "p_value"] == found.loc[ROTATED, "resolution"] == 0.5
    assert found.loc[WITHIN_PAIRS, "p_value"] == found.loc[WITHIN_PAIRS, "resolution"] == 0.001
    facts = _null_facts(None, found)
    assert (facts["permutation"], facts["permutation_p"]) == (WITHIN_PAIRS, 0.001)
    assert _null_facts(None, found.loc[[ROTATED]]) == {}


def test_p_values_are_uniform_without_an_effect():
    p = {WITHIN_PAIRS: [], ROTATED: []}
    for seed in range(80):
        y, proba, where = frame(20, seed)
        found = score_nulls(y, proba, **where, scoring="seismic_auc", n_permutations=99, random_state=seed)
        for name in p:
            p[name].append(found.loc[name, "p_value"])
    for name, values in p.items():
        assert stats.kstest(values, "uniform").pvalue > 0.01, name
