"""Null tests, power and alarms handed in: what the report makes of them."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import wraps

import joblib
import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake.alarms import MolchanCurve
from skquake.inspection import CatalogNullResult, PowerCurve
from skquake.model_selection import PurgedGroupKFold, evaluate
from skquake.report import _evaluation_report, evaluation_report
from skquake.report._build import _power_facts

MODEL = make_pipeline(make_column_transformer(("passthrough", ["observed"])), LogisticRegression())
QUICK = {"n_resamples": 60, "random_state": 0}
CV = PurgedGroupKFold(3)


@pytest.fixture(autouse=True, scope="module")
def evaluated_once():
    """What is handed in differs; a model and its probes on the same samples and folds do not."""

    def once(function):
        made = {}

        @wraps(function)
        def remembered(*arguments, **options):
            key = joblib.hash((arguments, options))
            if key not in made:
                made[key] = function(*arguments, **options)
            return made[key]

        return remembered

    with pytest.MonkeyPatch.context() as patch:
        for name in ("evaluate", "run_probes"):
            patch.setattr(_evaluation_report, name, once(getattr(_evaluation_report, name)))
        yield


@pytest.fixture
def unrendered(monkeypatch):
    """Displays are plotted and not drawn: the pages of other tests here are."""
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda self, file, **_: file.write(b"<svg/>"))


@pytest.fixture(scope="module")
def samples():
    return sample_frame(60, signal=1.5, span_days=700)


@pytest.fixture(scope="module")
def observed(samples):
    return evaluate(MODEL, samples, CV, **QUICK)


def make_null(observed, p_values, scoring="seismic_mcc", n=99, tested=None, **changed):
    """A result whose nulls reach the observed score as often as their p-values say.

    ``tested``: earthquakes of the catalog that happened, and of all others.
    """
    value = getattr(observed, scoring).value
    rows = []
    for null, p in p_values.items():
        scores = np.full(n, value - 0.5)
        scores[: round(p * (n + 1)) - 1] = value + 0.1
        rows.append(pd.DataFrame({"null": null, "replicate": np.arange(n), "pipeline": scores}))
    if tested is not None:
        changed["tested"] = {"n_earthquakes": tested[0]}
        rows = [part.assign(n_earthquakes=tested[1]) for part in rows]
    return CatalogNullResult(
        observed={"pipeline": observed},
        scores=pd.concat(rows, ignore_index=True),
        scoring=scoring,
        resolution=dict.fromkeys(p_values, 0.01),
        assumes=dict.fromkeys(p_values, "a stationary record"),
        p_values=p_values,
        configuration_p_values=pd.DataFrame(),
        seconds=pd.DataFrame(),
        **changed,
    )


def make_power(found, n_events=(50,), nulls=("rotate",), **changes):
    """A curve of two sizes, found in the given shares of 20 studies each."""
    parts = [
        pd.DataFrame({"n_events": n, "size": size, "p": np.where(np.arange(20) < share * 20, 0.01, 0.5)})
        for n in n_events
        for size, share in found.items()
    ]
    scores = pd.concat(parts, ignore_index=True).assign(replicate=0, score=0.1)
    return replace(PowerCurve(scores, 0.05, "seismic_mcc", nulls, 0.95, {}), **changes)


def test_the_largest_p_decides(samples, observed):
    null = make_null(observed, {"rotate": 0.01, "shuffle-times": 0.4})
    found = evaluation_report(MODEL, samples, CV, null=null, **QUICK)
    assert found.verdict.code == "null"
    assert found.verdict.text == (
        "no evidence: the null (shuffle-times) reaches this score in 39 % of catalogs, p = 0.4"
    )
    frame = found.to_frame().set_index(["section", "quantity"])
    assert frame.loc[("null", "shuffle-times: p_value"), "value"] == 0.4
    assert frame.loc[("null", "rotate: n"), "value"] == 99
    assert "a stationary record" in found.to_html()


def test_a_rare_score_is_still_no_precursor(samples, observed, monkeypatch):
    monkeypatch.setattr("skquake.report._build.unbalanced", lambda balance: {})  # differs by chance here
    null, power = make_null(observed, {"rotate": 0.01}), make_power({0.1: 0.2, 0.4: 1.0})
    found = evaluation_report(MODEL, samples, CV, null=null, power=power, **QUICK)
    assert found.verdict.text.startswith("not tested against power")  # no size was declared
    found = evaluation_report(MODEL, samples, CV, null=null, power=power, effect_size=0.4, **QUICK)
    assert found.verdict.code == "differs"
    assert "p = 0.01" in found.verdict.text
    assert "not a precursor until replicated" in found.verdict.text


def test_the_score_is_that_of_the_null(samples, observed):
    null = make_null(observed, {"rotate": 0.01}, "event_auc")
    found = evaluation_report(MODEL, samples, CV, null=null, probes=False, **QUICK)
    assert found.scoring == "event_auc"
    with pytest.raises(ValueError, match="null test was made for 'event_auc'"):
        evaluation_report(MODEL, samples, CV, null=null, scoring="seismic_mcc", **QUICK)


def test_a_null_of_other_samples_is_told(samples, unrendered):
    other = evaluate(MODEL, sample_frame(60, signal=0.3, span_days=700, seed=1), CV, **QUICK)
    for p in (0.01, 0.4):
        null = make_null(other, {"rotate": p})
        with pytest.warns(UserWarning, match="the null test observed seismic_mcc"):
            found = evaluation_report(MODEL, samples, CV, null=null, probes=False, **QUICK)
        (check,) = (check for check in found.verdict.checks if "never happened" in check.name)
        # Its p is that of another score; the page says so, and the verdict does not rest on it.
        assert check.passed is None and "not the same pipeline, samples or splits" in check.finding
        assert found.verdict.code not in ("differs", "null") and check.finding in found.to_html()


def test_power_is_read_at_the_size_and_number_of_the_study(samples, observed, unrendered):
    null = make_null(observed, {"rotate": 0.3})
    weak = make_power({0.1: 0.2, 0.4: 0.5}, n_events=(50, 500))
    found = evaluation_report(MODEL, samples, CV, null=null, power=weak, **QUICK)
    assert found.verdict.text.startswith(
        "underpowered: an effect of size 0.4 (the largest planted, none was declared) would be seen in 50 % "
        "[27, 73] of such studies; the null (rotate) reaches"
    )
    strong = make_power({0.1: 0.2, 0.4: 1.0})
    assert evaluation_report(MODEL, samples, CV, null=null, power=strong, **QUICK).verdict.code == "null"
    found = evaluation_report(MODEL, samples, CV, null=null, power=strong, effect_size=0.1, **QUICK)
    assert "size 0.1 would be seen in 20 % [6, 44] of" in found.verdict.text
    rows = found.to_frame().set_index(["section", "quantity"])
    assert rows.loc[("power", "size 0.4, 50 earthquakes"), "value"] == 1.0
    page = found.to_html()
    assert "How often an effect of a given size is seen" in page


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        (
            {"nulls": ("other-place", "shuffle-times", "rotate")},
            "differs",
            "seen in 100 % [83, 100] of such studies",
        ),
        (
            {"nulls": ("shuffle-times",)},  # that of the headline p alone
            "untested",
            "power was counted under shuffle-times, the p is the largest over rotate, shuffle-times",
        ),
        ({"alpha": 0.2}, "untested", "power was counted at p <= 0.2"),
        ({"scoring": "event_auc"}, "untested", "power was counted in the event AUC, not in the seismic MCC"),
        ({"n_events": (500,)}, "untested", "power was counted for 500 earthquakes, "),
    ],
)
def test_power_counts_for_the_headline_alone(samples, observed, monkeypatch, changes, code, said):
    monkeypatch.setattr("skquake.report._build.unbalanced", lambda balance: {})
    null = make_null(observed, {"rotate": 0.01, "shuffle-times": 0.02})
    power = make_power({0.1: 0.2, 0.4: 1.0}, **{"nulls": ("rotate", "shuffle-times")} | changes)
    found = evaluation_report(MODEL, samples, CV, null=null, power=power, effect_size=0.4, **QUICK)
    assert found.verdict.code == code
    assert said in " ".join(check.finding for check in found.verdict.checks)


def test_facts_of_a_power_curve(samples):
    curve = make_power({0.1: 0.2, 0.4: 0.5}, (50, 500), ("rotate", "other-place"), alpha=0.01)
    facts = _power_facts(curve, 2.0, samples)
    assert facts["power_nulls"] == ("rotate", "other-place") and facts["power_alpha"] == 0.01
    assert (facts["effect_size"], facts["power_largest"], facts["effect_power"]) == (2.0, 0.4, 0.5)
    assert round(facts["power_low"], 2) == 0.27 and facts["power_high"] == 1.0  # beyond the largest planted
    assert facts["power_earthquakes"] == 50 <= facts["n_sampled"] <= 60
    assert _power_facts(None, 2.0, samples) == {}


def test_which_effect_was_planted_is_told(samples, observed):
    effect = {"share": 0.3, "sign": "either", "days": (-15.0, 0.0), "duration": (2.0, 5.0)}
    power = make_power({0.1: 0.2, 0.4: 1.0}, nulls=("rotate", "other-place"), effect=effect)
    found = evaluation_report(MODEL, samples, CV, power=power, effect_size=0.1, probes=False, **QUICK)
    planted = "in 30 % of the earthquakes, drawn, of either sign, 2 to 5 days within days -15 to 0, drawn"
    finding = f"an effect of size 0.1 ({planted}) would be seen in 20 % [6, 44] of such studies"
    assert finding in [check.finding for check in found.verdict.checks]
    rows = found.to_frame().set_index(["section", "quantity"])
    counted = f"20 simulated studies; largest p over rotate, other-place; planted {planted}"
    assert rows.loc[("power", "size 0.4, 50 earthquakes"), "note"] == counted
    assert rows.loc[("power", "planted: duration"), "note"] == "(2.0, 5.0)"
    assert f"(largest p over rotate, other-place; planted {planted})" in found.to_html()


def test_molchan_stands_beside_chance(samples):
    curve = MolchanCurve.from_cells([0.9, 0.8, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4], [1, 0, 1, 0])
    found = evaluation_report(MODEL, samples, CV, molchan=curve, probes=False, **QUICK)
    numbers = {
        row["quantity"]: row["value"]
        for row in json.loads(found.to_json())["rows"]
        if row["section"] == "molchan"
    }
    assert numbers["area_skill_score"] == pytest.approx(0.65)
    assert numbers["n_events"] == 2
    assert "area skill score 0.65 (chance 0.50)" in found.to_html()


def test_reports_of_the_same_samples_are_counted():
    samples = sample_frame(30, signal=1.0, span_days=700, seed=77)
    options = {"probes": False, "leakage": False} | QUICK
    told = [evaluation_report(MODEL, samples, CV, **options).settings["reports"] for _ in range(2)]
    assert [text.split(" in this")[0] for text in told] == [f"report {n} on these samples" for n in (1, 2)]
    other = sample_frame(30, signal=1.0, span_days=700, seed=78)
    assert evaluation_report(MODEL, other, CV, **options).settings["reports"].startswith("report 1 ")


@pytest.mark.parametrize("n", [1, 5, 40, pytest.param(400, marks=pytest.mark.slow)])
@pytest.mark.parametrize("signal", [0.0, 4.0])
@pytest.mark.filterwarnings("ignore:.*hardly more than a guess")
def test_planted_worlds_read_line_by_line(n, signal, request):
    """Rules of the lines of whole reports: few earthquakes bear no claim, many no more than was examined."""
    if signal:  # the pages of those without a signal are drawn
        request.getfixturevalue("unrendered")
    samples = sample_frame(n, signal=signal, span_days=max(400, 10 * n), seed=5)
    if n < 5:  # too few to be cut into folds: one earthquake is tested on itself
        folds = [(np.arange(len(samples.y)), np.arange(len(samples.y)))]
        found = evaluation_report(MODEL, samples, folds, leakage=False, **QUICK)
    else:
        found = evaluation_report(MODEL, samples, PurgedGroupKFold(3), **QUICK)
    text = found.verdict.text
    assert "differs" not in found.verdict.code and "differs before" not in text  # there was no null test
    assert "nan" not in text and "nan" not in " ".join(check.finding for check in found.verdict.checks)
    if n <= 5:
        assert found.verdict.code == "few" and text.startswith("too few for any claim")
    else:
        assert found.verdict.code != "few"
    checks = {check.name: check for check in found.verdict.checks}
    assert checks["Rare among catalogs that never happened"].passed is None
    assert checks["An effect would have been seen"].passed is not True
    if n == 400:
        assert checks["Above chance"].passed is (signal > 0.0)
        assert found.verdict.code == ("untested" if signal else "chance")
    score = found.evaluation.event_auc
    assert not score.has_interval or score.value == 0.5 or score.high > score.low
    assert ("too few for intervals" in found.to_html()) is (n == 1)


@pytest.mark.parametrize(
    ("tested", "match_events", "passed", "finding"),
    [
        (
            (29, 40),
            None,
            None,
            "; 29 tested earthquakes, null catalogs 40 [40, 40] (rotate), not matched: not",
        ),
        (
            (29, 40),
            "thin",
            True,
            "; 29 tested earthquakes, null catalogs 40 [40, 40] (rotate), scored on as many",
        ),
        ((52, 40), None, True, "; 52 tested earthquakes, null catalogs 40 [40, 40] (rotate), not matched"),
    ],
)
def test_tested_earthquakes_unlike_those_of_the_nulls(
    samples, observed, tested, match_events, passed, finding, monkeypatch, unrendered
):
    monkeypatch.setattr("skquake.report._build.unbalanced", lambda balance: {})
    null = make_null(observed, {"rotate": 0.01}, tested=tested, match_events=match_events)
    found = evaluation_report(MODEL, samples, CV, null=null, probes=False, **QUICK)
    (check,) = (check for check in found.verdict.checks if "never happened" in check.name)
    assert check.passed is passed and finding in check.finding
    if passed is None:
        assert found.verdict.text.startswith("not tested against never-happened catalogs")
    page, frame = found.to_html(), found.to_frame().set_index(["section", "quantity"])
    assert "Tested earthquakes; catalogs that never happened are" in page
    assert f"rotate is unlike: {tested[0]} tested earthquakes" in page
    assert frame.loc[("null", "rotate: n_tested"), "value"] == tested[0]
    assert frame.loc[("null", "rotate: tested_median"), "value"] == 40
    json.loads(found.to_json())


def test_both_nulls_with_other_numbers_are_named(samples, observed):
    null = make_null(observed, {"rotate": 0.3, "shuffle-times": 0.4}, tested=(29, 40), match_events="thin")
    found = evaluation_report(MODEL, samples, CV, null=null, probes=False, **QUICK)
    assert found.verdict.code == "null"
    assert found.verdict.text.endswith(
        "p = 0.4; 29 tested earthquakes, null catalogs 40 [40, 40] (rotate), null catalogs 40 [40, 40] "
        "(shuffle-times), scored on as many"
    )
