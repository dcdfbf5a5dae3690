"""Paired differences of scores, against plain loops and in coverage."""

import numpy as np
import pytest

from skquake.metrics import event_auc, score_difference, score_interval, seismic_mcc
from skquake.metrics._intervals import SCORES


def pairs_of_models(seed=0, n_pairs=80, gain=0.0, shared=2.0):
    """Two models that share most of their errors; the first sees ``gain`` more."""
    rng = np.random.default_rng(seed)
    y = np.tile([1, 0], n_pairs)
    error = shared * rng.normal(size=2 * n_pairs)
    both = []
    for extra in (gain, 0.0):
        p = 1 / (1 + np.exp(-(error + extra * (2 * y - 1) + 0.5 * rng.normal(size=2 * n_pairs))))
        both.append(np.stack([1 - p, p], axis=1))
    return y, *both, {"event_id": np.arange(2 * n_pairs), "pair_id": np.arange(2 * n_pairs) // 2}


@pytest.mark.parametrize("score", SCORES)
def test_a_model_does_not_differ_from_itself(score):
    y, a, _, where = pairs_of_models()
    found = score_difference(score, y, a, a, **where, n_resamples=50, random_state=0)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("score", SCORES)
def test_swapping_the_models_turns_the_sign(score):
    y, a, b, where = pairs_of_models(gain=0.5)
    there = score_difference(score, y, a, b, **where, random_state=0)
    back = score_difference(score, y, b, a, **where, random_state=0)
    np.testing.assert_allclose(
        [there.value, there.low, there.high], [-back.value, -back.high, -back.low], atol=1e-12
    )


def test_the_difference_is_surer_than_both_scores():
    y, a, b, where = pairs_of_models(gain=0.5)
    difference = score_difference("seismic_auc", y, a, b, **where, random_state=0)
    one = score_interval("seismic_auc", y, a, **where, random_state=0)
    assert difference.high - difference.low < one.high - one.low
    assert (difference.unit, difference.n_units) == (one.unit, one.n_units)


def test_value_is_the_plain_difference():
    y, a, b, where = pairs_of_models(gain=0.5)
    y = np.r_[y, 2, 2]
    a, b = (np.r_[p, p[:2]] for p in (a, b))
    where = {name: np.r_[ids, ids[:2]] for name, ids in where.items()}
    found = score_difference("seismic_mcc", y, a, b, **where, n_resamples=10)
    assert found.value == pytest.approx(seismic_mcc(y, a) - seismic_mcc(y, b))
    found = score_difference("event_auc", y, a, b, **where, n_resamples=10)
    assert found.value == pytest.approx(
        event_auc(where["event_id"], y, a) - event_auc(where["event_id"], y, b)
    )


def test_a_reference_of_other_rows_is_an_error():
    y, a, b, where = pairs_of_models()
    with pytest.raises(ValueError, match="proba has 5 rows and y_true 160"):
        score_difference("seismic_mcc", y, a, b[:5], **where)


@pytest.mark.slow
@pytest.mark.parametrize("score", SCORES)
def test_coverage_of_two_equal_models(score):
    # Nominal 95 %; the standard error of a coverage from 200 draws is 1.5 %.
    hits = 0
    for seed in range(200):
        y, a, b, where = pairs_of_models(seed)
        found = score_difference(score, y, a, b, **where, n_resamples=400, random_state=seed)
        hits += found.low <= 0.0 <= found.high
    assert hits / 200 >= 0.91
