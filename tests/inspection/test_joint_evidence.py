"""Several sources asked one question: ranks, combination, size under shared noise, bad input, stores."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_config
from scipy.stats import norm
from test_catalog_null_test import SAMPLING, halves, make_model, make_world

from skquake.catalogs import MatchedControls
from skquake.inspection import JointEvidence, catalog_null_test, joint_evidence
from skquake.inspection._joint_result import joint_statistics, monte_carlo_p, standardised
from skquake.sources import SeriesSource


def table(swarm, tec, null="rotate"):
    return pd.DataFrame({"null": null, "replicate": range(len(swarm)), "swarm": swarm, "tec": tec})


def test_a_table_by_hand():
    """Four catalogs and the one that happened, second in one source and first in the other."""
    scores = table([0.5, 0.1, 0.3, 0.2], [0.0, 0.3, 0.2, 0.1])
    joint = JointEvidence({"swarm": 0.4, "tec": 0.4}, scores, "fisher")
    # Means 0.3 and 0.2, variances 0.02.
    z = np.array([[1, 2], [2, -2], [-2, 1], [0, 0], [-1, -1]]) / np.sqrt(2.0)
    found = joint.statistics("rotate")
    np.testing.assert_allclose(found["fisher"], -2.0 * np.log(norm.sf(z)).sum(axis=1))
    np.testing.assert_allclose(found["max"], z.max(axis=1), atol=1e-12)
    assert joint.p_value == joint.p_values["rotate"] == 0.2
    assert joint.joint_p_value("max") == 0.4  # an equal reaches
    assert joint.own_p_value("swarm") == 0.4 and joint.own_p_value("tec") == 0.2
    rows = joint.to_frame().set_index("name")
    assert rows["what"].tolist() == ["alone", "alone", "joint, declared", "joint, beside it"]
    assert rows["p"].tolist() == [0.4, 0.2, 0.2, 0.4] and rows["p rotate"].tolist() == rows["p"].tolist()
    assert joint.dependence().loc["swarm", "tec"] == pytest.approx(-0.8)


def test_the_largest_over_nulls_and_no_p_below_what_independent_catalogs_allow():
    both = pd.concat([table([0.0] * 9, [0.0] * 9), table([0.0] * 8 + [1.0], [0.0] * 9, "other-place")])
    resolution = {"rotate": 0.25, "other-place": 0.1}
    joint = JointEvidence({"swarm": 0.5, "tec": 0.5}, both, "fisher", resolution=resolution)
    assert joint.p_values == {"rotate": 0.25, "other-place": 0.1} and joint.p_value == 0.25
    assert joint.own_p_value("swarm") == 0.25 and "0.25 was possible" in joint.sentence


def test_a_catalog_that_failed_reaches():
    for column in ("swarm", "tec"):
        scores = table([0.0, 0.1, 0.2], [0.2, 0.1, 0.0])
        scores.loc[1, column] = np.nan
        joint = JointEvidence({"swarm": 0.5, "tec": 0.5}, scores, "max")
        assert joint.p_value == 0.5 and joint.own_p_value(column) == 0.5
        assert joint.to_frame().set_index("name").loc[column, "n_failed"] == 1


numbers = st.integers(0, 6).map(lambda k: k / 4.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=2, max_size=9))
def test_against_loops(rows):
    scores = np.array(rows)
    n = len(scores)
    found = joint_statistics(scores)
    for i in range(n):
        tails, largest = [], []
        for column in scores.T:
            spread = float(np.std(column))
            z = (column[i] - sum(column) / n) / spread if spread > 0 else 0.0
            tails.append(norm.sf(z))
            largest.append(z)
        assert found["fisher"][i] == pytest.approx(-2.0 * np.log(np.prod(tails)))
        assert found["max"][i] == pytest.approx(max(largest))
    for values in found.values():
        reach = sum(values[j] >= values[0] - 1e-9 for j in range(1, n))
        assert monte_carlo_p(values[0], values[1:]) == pytest.approx((1 + reach) / n)


def test_size_under_shared_noise():
    """Sources that see mostly the same: no more than alpha, where the product of p would be more."""
    rng = np.random.default_rng(0)
    found = {"fisher": [], "max": [], "as if independent": []}
    for _ in range(2000):
        scores = 2.0 * rng.normal(size=(40, 1)) + rng.normal(size=(40, 3))
        for name, values in joint_statistics(scores).items():
            found[name].append(monte_carlo_p(values[0], values[1:]))
        product = np.log((scores >= scores[0]).mean(axis=0)).sum()
        found["as if independent"].append(float(np.exp(product) * (1 - product + product**2 / 2)))
    share = {name: np.mean(np.array(p) <= 0.05) for name, p in found.items()}
    assert 0.04 <= share["fisher"] <= 0.06 and 0.04 <= share["max"] <= 0.06
    assert share["as if independent"] > 0.08


def test_two_of_three_sources_gain_and_few_catalogs_do_not_hide_it():
    """Ranks of twenty catalogs do not tell a little above all from far above."""
    rng = np.random.default_rng(0)
    found = {"fisher": [], "max": [], "alone": []}
    for _ in range(2000):
        scores = rng.normal(size=(20, 3))
        scores[0, :2] += 2.0
        for name, values in (joint_statistics(scores) | {"alone": scores[:, 0]}).items():
            found[name].append(monte_carlo_p(values[0], values[1:]) <= 0.05)
    power = {name: np.mean(each) for name, each in found.items()}
    assert power["fisher"] > power["alone"] + 0.03 and power["max"] > power["alone"] - 0.03


def test_scores_that_are_alike_but_for_rounding_say_nothing():
    scores = np.array([[0.1 + 0.2, 1.0], [0.3, 2.0], [0.3, 3.0]])
    np.testing.assert_array_equal(standardised(scores)[:, 0], 0.0)


def test_json_round_trip_and_what_is_refused(tmp_path):
    scores = table([0.5, 0.1, np.nan, 0.2], [0.0, 0.3, 0.2, 0.1])
    joint = JointEvidence({"swarm": 0.4, "tec": 0.4}, scores, "max", tested={"swarm": 12})
    text = joint.to_json(tmp_path / "joint.json")
    assert (tmp_path / "joint.json").read_text() == text and "NaN" not in text
    again = JointEvidence.from_json(text)
    pd.testing.assert_frame_equal(again.to_frame(), joint.to_frame())
    assert repr(again) == repr(joint) and again.to_dict() == joint.to_dict()
    given = json.loads(text)
    for wrong, match in (
        ("[]", "no joint evidence"),
        ("{", "no JSON"),
        (json.dumps(given | {"p_value": 0.01}), "was changed"),
        (json.dumps({name: value for name, value in given.items() if name != "observed"}), "not whole"),
        (json.dumps(given | {"scores": {"null": ["rotate"]}}), "not whole"),
        (json.dumps(given | {"statistic": "sum"}), "not whole"),
    ):
        with pytest.raises(ValueError, match=match):
            JointEvidence.from_json(wrong)


def test_words():
    quiet = JointEvidence(
        {"swarm": 0.4, "t<c": 0.4}, table([0.5] * 4, [0.5] * 4).rename(columns={"tec": "t<c"}), "max"
    )
    assert "no absence of an effect" in quiet.sentence and "p=1 (max)" in repr(quiet)
    assert "<table" in quiet._repr_html_() and "t&lt;c" in quiet._repr_html_()
    loud = JointEvidence({"swarm": 0.4, "tec": 0.4}, table([0.1] * 39, [0.1] * 39), "fisher")
    assert loud.p_value == 0.025 and "neither which source" in loud.sentence


SOURCE, CATALOG = make_world()
OTHER = SeriesSource(
    SOURCE.to_frame() + np.random.default_rng(1).normal(size=(400, 12)), SOURCE.stations, max_km=2500.0
)


def keywords(source, **changes):
    return {
        "pipeline": make_model(source),
        "source": source,
        "controls": MatchedControls(region=SAMPLING["region"]),
        "sampling": SAMPLING,
        "cv": halves,
        "scoring": "seismic_auc",
    } | changes


def mean_before(catalog):
    """A detector without a fit: the mean of the first station on the days of the earthquakes."""
    frame = SOURCE.to_frame()
    return float(frame.iloc[:, 0].reindex(catalog["time"].dt.floor("D")).mean())


DETECTOR = {"source": SOURCE, "score": mean_before, "sampling": SAMPLING}
BOTH = {"a": keywords(SOURCE), "b": keywords(OTHER)}


def run(analyses=BOTH, **changes):
    options = {"nulls": ("rotate", "shuffle-times"), "n_nulls": 3, "random_state": 0}
    return joint_evidence(analyses, CATALOG, **options | changes)


def test_each_source_scores_what_it_scores_alone():
    joint = run(BOTH | {"detector": DETECTOR})
    for name, source in (("a", SOURCE), ("b", OTHER)):
        alone = catalog_null_test(
            **keywords(source), catalog=CATALOG, nulls=("rotate", "shuffle-times"), n_nulls=3, random_state=0
        )
        assert joint.observed[name] == alone.observed_score
        assert joint.tested[name] == alone.tested["n_earthquakes"]
        np.testing.assert_array_equal(joint.scores[name], alone.scores["pipeline"])
        assert joint.resolution == alone.resolution
    assert joint.scoring == {"a": "seismic_auc", "b": "seismic_auc", "detector": "score"}
    assert joint.scores["detector"].notna().all() and "detector" not in joint.tested
    assert joint.scores.columns.tolist() == ["null", "replicate", "a", "b", "detector"]


def test_stores_go_on(tmp_path):
    path = tmp_path / "rows.jsonl"
    whole = run(BOTH | {"detector": DETECTOR}, store=path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + 6
    path.write_bytes(b"".join(lines[:3]) + lines[3][:-20])  # killed while it wrote
    again = run(BOTH | {"detector": DETECTOR}, store=path, statistic="max")
    pd.testing.assert_frame_equal(again.scores, whole.scores)
    assert len(path.read_bytes().splitlines()) == 1 + 6 and again.statistic == "max"
    with pytest.raises(ValueError, match=r"made with another sources \(a"):
        run(
            {"a": keywords(SOURCE, scoring="seismic_mcc"), "b": keywords(OTHER), "detector": DETECTOR},
            store=path,
        )
    with pytest.raises(ValueError, match="random_state"):
        run(store=path, random_state=None)


def test_a_source_that_fails_counts_against_the_joint_score():
    calls = []

    def sometimes(catalog):
        calls.append(1)
        return np.nan if len(calls) > 1 else 1e9

    with pytest.warns(
        UserWarning, match="6 scores of 6 null catalogs .*detector: ValueError: score gave nan"
    ):
        joint = run({"a": keywords(SOURCE), "detector": DETECTOR | {"score": sometimes}})
    assert joint.own_p_value("detector") == 1.0 and joint.failed["detector"].startswith("ValueError")


LONGER = SeriesSource(
    pd.DataFrame(np.zeros((410, 12)), pd.date_range("2015-01-01", periods=410), SOURCE.stations.index),
    SOURCE.stations,
    max_km=2500.0,
)


@pytest.mark.parametrize(
    ("analyses", "match"),
    [
        ({}, "0 given, two at least"),
        ({"a": BOTH["a"]}, "1 given, two at least .* catalog_null_test"),
        ({"a": BOTH["a"], "null": BOTH["b"]}, "'null' cannot name a source"),
        ({"a": BOTH["a"], 3: BOTH["b"]}, "3 cannot name a source"),
        ({"a": BOTH["a"], "": BOTH["b"]}, "'' cannot name"),
        ({"a": BOTH["a"], "b": SOURCE}, "'b' is a SeriesSource; expected a dict"),
        ({"a": BOTH["a"], "b": {}}, "'b': .*missing"),
        ({"a": BOTH["a"], "b": BOTH["b"] | {"n_nulls": 3}}, "'b': .*n_nulls"),
        ({"a": BOTH["a"], "b": BOTH["b"] | {"scoring": "f1"}}, "'b': .*scoring"),
        ({"a": BOTH["a"], "b": BOTH["b"] | {"sampling": {}}}, "'b': sampling"),
        ({"a": BOTH["a"], "b": DETECTOR | {"sampling": {"days": (-1, 0)}}}, "'b': sampling: without max"),
        ({"a": BOTH["a"], "b": keywords(LONGER)}, "different days .*a 2015-01-01 to 2016-02-04, b .*share"),
        ({"a": BOTH["a"], "b": DETECTOR | {"score": lambda c: np.inf}}, "'b', under the catalog"),
    ],
)  # fmt: skip
def test_bad_input_is_named(analyses, match):
    with pytest.raises(ValueError, match=match):
        run(analyses)


def test_unknown_nulls_and_statistics():
    with pytest.raises(ValueError, match="statistic"):
        run(statistic="product")
    with pytest.raises(ValueError, match="'turn' is none of"):
        run(nulls=("turn",))


def test_the_same_whatever_the_number_of_workers():
    one = run(n_nulls=2)
    with parallel_config("threading"):
        pd.testing.assert_frame_equal(run(n_nulls=2, n_jobs=2).scores, one.scores)
