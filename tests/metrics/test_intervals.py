"""Intervals: the resampling against plain loops, the units, the coverage."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skquake.metrics import event_auc, score_interval, seismic_auc, seismic_mcc
from skquake.metrics._intervals import SCORES, _auc, _mcc


def matched_null(seed, *, span_days, n_pairs, place=1.0, weather=1.0, memory_days=4.0):
    """Pairs without any effect: errors share the place of a pair and the weather of a night and region."""
    rng = np.random.default_rng(seed)
    n_days, regions = span_days + 160, 8
    night = np.empty((n_days, regions))
    night[0], keep = rng.normal(size=regions), np.exp(-1.0 / memory_days)
    for day in range(1, n_days):
        night[day] = keep * night[day - 1] + np.sqrt(1.0 - keep**2) * rng.normal(size=regions)
    pair = np.repeat(np.arange(n_pairs), 2)
    label = np.tile([1, 0], n_pairs)
    away = rng.uniform(20.0, 60.0, n_pairs) * rng.choice([-1, 1], n_pairs)
    day = np.repeat(rng.uniform(80.0, 80.0 + span_days, n_pairs), 2) + np.where(
        label, 0.0, np.repeat(away, 2)
    )
    rows = np.repeat(
        np.arange(2 * n_pairs), np.clip(np.exp(rng.normal(1.5, 1.0, 2 * n_pairs)), 1, 60).astype(int)
    )
    time = day[rows] - rng.uniform(0.0, 15.0, len(rows))
    here, region = place * rng.normal(size=n_pairs), rng.integers(regions, size=n_pairs)
    logit = (
        here[pair[rows]] + weather * night[time.astype(int), region[pair[rows]]] + rng.normal(size=len(rows))
    )
    p = 1.0 / (1.0 + np.exp(-logit))
    where = {
        "event_id": rows,
        "pair_id": pair[rows],
        "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(time, unit="D"),
    }
    return label[rows], np.stack([1.0 - p, p], axis=1), where


def test_resampled_scores_equal_a_plain_loop():
    rng = np.random.default_rng(0)
    y, unit, weight = rng.integers(0, 2, 80), rng.integers(0, 12, 80), rng.exponential(size=80)
    p = np.round(rng.random(80), 1)
    draws = rng.multinomial(12, np.full(12, 1 / 12), 20)
    proba = np.stack([1 - p, p], axis=1)
    for resample, score in ((_mcc, seismic_mcc), (_auc, seismic_auc)):
        values = resample(draws, y == 1, proba[:, 1], weight, unit)
        expected = [score(y, proba, sample_weight=weight * draw[unit]) for draw in draws]
        np.testing.assert_allclose(values, expected, atol=1e-12)


def test_a_resample_of_one_class_is_undefined():
    label, unit = np.array([True, False]), np.array([0, 1])
    for resample in (_mcc, _auc):
        values = resample(np.array([[2, 0], [1, 1]]), label, np.array([0.9, 0.1]), np.ones(2), unit)
        np.testing.assert_array_equal(values, [np.nan, 1.0])


@pytest.mark.parametrize("score", SCORES)
def test_interval_holds_the_score_and_repeats(score):
    y, proba, where = matched_null(0, span_days=400, n_pairs=80)
    value = {
        "seismic_mcc": seismic_mcc(
            y, proba, sample_weight=1 / np.bincount(where["event_id"])[where["event_id"]]
        ),
        "event_auc": event_auc(where["event_id"], y, proba),
    }.get(score)
    first = score_interval(score, y, proba, **where, random_state=3)
    assert first == score_interval(score, y, proba, **where, random_state=3)
    assert first.low < first.high
    if value is not None:
        assert first.low < value < first.high


def test_units():
    y, proba, where = matched_null(0, span_days=400, n_pairs=80)
    long = score_interval("seismic_mcc", y, proba, **where, random_state=0)
    days = np.ptp(where["time"].to_numpy()) / np.timedelta64(1, "D")
    assert long.n_units <= days // 27
    assert long.unit == f"block of {days / (days // 27):.3g} days"
    short = score_interval("seismic_mcc", y, proba, **where, min_blocks=30, random_state=0)
    assert short.unit in ("pair", f"block of {days / 30:.3g} days")
    del where["time"]
    pairs = score_interval("seismic_mcc", y, proba, **where, random_state=0)
    assert (pairs.unit, pairs.n_units) == ("pair", 80)
    del where["pair_id"]
    events = score_interval("seismic_mcc", y, proba, **where, random_state=0)
    assert (events.unit, events.n_units) == ("event", 160)
    # Members of a pair err in opposite directions: alone, they seem to vary more.
    assert events.high - events.low > pairs.high - pairs.low


def test_short_span_takes_the_wider_interval():
    units = set()
    for seed in range(6):
        y, proba, where = matched_null(seed, span_days=60, n_pairs=100, weather=1.0 + 0.5 * seed)
        chosen = score_interval("seismic_auc", y, proba, **where, random_state=0)
        pairs = score_interval("seismic_auc", y, proba, **{**where, "time": None}, random_state=0)
        assert chosen.high - chosen.low >= pairs.high - pairs.low
        assert (chosen == pairs) == (chosen.unit == "pair")
        units.add(chosen.unit)
    assert any(unit.startswith("block") for unit in units)


def test_rows_of_class_two_and_weights():
    y, proba, where = matched_null(2, span_days=400, n_pairs=80)
    clean = score_interval("seismic_auc", y, proba, **where, random_state=0)
    extra = {key: np.r_[np.asarray(value), np.asarray(value)[:7]] for key, value in where.items()}
    mixed = score_interval(
        "seismic_auc", np.r_[y, np.full(7, 2)], np.r_[proba, proba[:7]], **extra, random_state=0
    )
    assert mixed == clean
    by_hand = 1 / np.bincount(where["event_id"])[where["event_id"]]
    assert score_interval("seismic_auc", y, proba, **where, sample_weight=by_hand, random_state=0) == clean
    assert score_interval("seismic_auc", y, proba, **where, sample_weight=None, random_state=0) != clean


def test_few_units_warn():
    y, proba, where = matched_null(0, span_days=400, n_pairs=6)
    del where["time"]
    with pytest.warns(UserWarning, match=r"only 6 units \(pair\)"):
        score_interval("seismic_auc", y, proba, **where, random_state=0)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("n_pairs", [1, 2, 4, 5])
def test_fewer_than_five_units_give_no_interval(score, n_pairs):
    y, proba, where = matched_null(0, span_days=400, n_pairs=n_pairs)
    del where["time"]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore" if n_pairs == 5 else "error", message=".*only 5 units")
        warnings.filterwarnings("ignore", message=".*resamples hold one class only")
        found = score_interval(score, y, proba, **where, random_state=0)
    assert (found.unit, found.n_units) == ("pair", n_pairs)
    assert np.isfinite([found.low, found.high]).tolist() == [n_pairs >= 5] * 2


def test_units_without_weight_carry_no_evidence():
    y, proba, where = matched_null(0, span_days=400, n_pairs=20)
    del where["time"]
    weight = (where["pair_id"] < 3).astype(float)
    found = score_interval("seismic_mcc", y, proba, **where, sample_weight=weight)
    assert found.n_units == 3 and np.isnan([found.low, found.high]).all()


def test_many_pairs_in_few_nights_give_no_interval():
    y, proba, where = matched_null(0, span_days=60, n_pairs=50)
    where["time"] = pd.to_datetime(np.where(where["pair_id"] < 25, "2015-01-01", "2015-02-20"))
    found = score_interval("seismic_auc", y, proba, **where)
    assert found.n_units == 2 and found.unit.startswith("block") and np.isnan(found.low)


def test_undefined_resamples_warn():
    y, proba = np.array([1] + [0] * 11), np.full((12, 2), 0.5)  # a third of all draws miss the one
    with pytest.warns(UserWarning, match="resamples hold one class only"):
        score_interval("seismic_auc", y, proba, event_id=np.arange(12), random_state=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"score": "accuracy"}, "score"),
        ({"level": 95}, "level"),
        ({"n_resamples": 0}, "n_resamples"),
        ({"block_days": "27"}, "block_days"),
        ({"sample_weight": "row"}, "sample_weight"),
        ({"event_id": [1, 2]}, "event_id has 2 values and y 4"),
        ({"time": np.arange(4)}, "time: numbers of type int64 are not dates"),
    ],
)
def test_bad_input_is_named(change, message):
    good = {"score": "seismic_mcc", "event_id": [1, 2, 3, 4]}
    with pytest.raises(ValueError, match=message):
        score_interval(y=[0, 1, 0, 1], proba=np.full((4, 2), 0.5), **(good | change))


def coverage(n, score, truth, **null):
    hits = 0
    for seed in range(n):
        y, proba, where = matched_null(seed, **null)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "only . units")
            interval = score_interval(score, y, proba, **where, n_resamples=400, random_state=seed)
        hits += interval.low <= truth <= interval.high
    return hits / n


@pytest.mark.slow
@pytest.mark.parametrize(("score", "truth"), [("seismic_mcc", 0.0), ("seismic_auc", 0.5), ("event_auc", 0.5)])
@pytest.mark.parametrize(
    "null",
    [
        {"span_days": 440, "n_pairs": 100},
        {"span_days": 440, "n_pairs": 400, "weather": 1.5, "memory_days": 20.0},
        {"span_days": 440, "n_pairs": 100, "place": 2.0, "weather": 0.3},
        {"span_days": 60, "n_pairs": 100},
        {"span_days": 60, "n_pairs": 60, "place": 0.0, "weather": 1.5},
    ],
)
def test_coverage_without_any_effect(score, truth, null):
    # Nominal 95 %. The standard error of a coverage from 100 draws is 2 %.
    assert coverage(100, score, truth, **null) >= 0.90


@pytest.mark.parametrize("n", [5, 12, 40, 400])
def test_nothing_wrong_among_few_units_is_no_certainty(n):
    """Where n units are all right, a share of 1 - 0.025**(1 / n) may be wrong."""
    y = np.tile([1, 0], n)
    sure = np.stack([1.0 - y, y], axis=1)
    where = {"event_id": np.arange(2 * n), "pair_id": np.arange(2 * n) // 2, "random_state": 0}
    share = 1.0 - 0.025 ** (1.0 / n)
    assert (1.0 - share) ** n == pytest.approx(0.025)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {name: score_interval(name, y, sure, **where) for name in SCORES}
        wrong = score_interval("seismic_mcc", y, 1.0 - sure, **where)
        constant = score_interval("seismic_mcc", y, np.full((2 * n, 2), 0.5), **where)
        ahead = score_interval("seismic_auc", y, sure, reference=np.full((2 * n, 2), 0.5), **where)
    assert (found["seismic_mcc"].low, found["seismic_mcc"].high) == pytest.approx((1.0 - 2.0 * share, 1.0))
    for name in ("seismic_auc", "event_auc"):
        assert (found[name].low, found[name].high) == pytest.approx((1.0 - share, 1.0))
    assert (wrong.low, wrong.high) == pytest.approx((-1.0, 2.0 * share - 1.0))
    assert (constant.low, constant.high) == (0.0, 0.0)  # says the same of all: at chance by definition
    assert (ahead.low, ahead.high) == pytest.approx((0.5 - share, min(1.0, 0.5 + share)))
