"""Intervals of folds that train on each other's test rows are widened, and say so."""

import json

import numpy as np
import pytest
from common.sample_frames import sample_frame
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake.metrics import score_interval
from skquake.model_selection import PurgedGroupKFold, PurgedTimeSeriesSplit, chronological_split, evaluate
from skquake.model_selection._widening import widen, widening


def evaluated(cv, **params):
    samples = sample_frame(60, signal=0.5)
    model = make_pipeline(make_column_transformer(("passthrough", ["observed"])), LogisticRegression())
    return samples, evaluate(model, samples, cv, random_state=0, **params)


def held_fixed(samples, found, score="seismic_auc"):
    X = samples.X.iloc[found.test]
    where = {name: X[name].to_numpy() for name in ("event_id", "pair_id", "time")}
    return score_interval(score, found.y, found.proba, **where, random_state=0)


def test_pooled_folds_are_widened_by_what_they_share():
    samples, found = evaluated(PurgedGroupKFold(5))
    plain = held_fixed(samples, found)
    folds = list(PurgedGroupKFold(5).split(samples.X, samples.y, samples.groups))
    factor = np.sqrt(1 + 5 * np.mean([len(test) / len(train) for train, test in folds]))
    assert found.widening == pytest.approx(factor) and factor >= 1.49
    score = found.seismic_auc
    assert score.value - score.low == pytest.approx(factor * (score.value - plain.low))
    assert score.high == pytest.approx(min(1.0, score.value + factor * (plain.high - score.value)))
    assert found.interval == "widened for pooled folds"
    assert "widened for pooled folds" in repr(found)
    assert found.to_frame()["interval"].item() == found.interval
    assert json.loads(json.dumps(found.to_dict()))["interval"] == found.interval


@pytest.mark.parametrize("cv", [PurgedTimeSeriesSplit(3), "one"])
def test_folds_forwards_and_one_fold_are_left_as_they_are(cv):
    samples = sample_frame(60, signal=0.5)
    samples, found = evaluated(chronological_split(samples.X, samples.y) if cv == "one" else cv)
    plain = held_fixed(samples, found)
    assert (found.seismic_auc.low, found.seismic_auc.high) == (plain.low, plain.high)
    assert found.interval == "models held fixed" and found.widening == 1.0
    assert "models held fixed" in repr(found)


def test_no_interval_is_called_none():
    assert evaluated(PurgedGroupKFold(5), n_resamples=0)[1].interval == "none"


def test_folds_of_separate_rows_are_not_pooled():
    # Each fold trains on rows that no fold tests.
    rows = np.arange(40)
    assert widening([(rows[:10], rows[20:30]), (rows[10:20], rows[30:])], 40) == 1.0


def test_widened_ends_stay_in_the_range_and_never_come_nearer():
    assert widen(0.9, 0.8, 0.98, 2.0, 0.0, 1.0) == pytest.approx((0.7, 1.0))
    assert widen(0.5, 0.55, 0.6, 1.5, 0.0, 1.0) == pytest.approx((0.55, 0.65))
