"""The verdict's rules, as a table: numbers in, a line out."""

from __future__ import annotations

import itertools

import pytest

from skquake.report import Comparison, Facts, judge

GOOD = {
    "value": 0.30,
    "low": 0.20,
    "high": 0.40,
    "n_test": 480,
    "shared": {"observations": 0, "events": 0, "pairs": 0},
    "n_units": 60,
    "n_earthquakes": 120,
    "place": Comparison(0.02, 0.28, 0.15, 0.40, -0.05),
    "circumstances": Comparison(0.05, 0.25, 0.10, 0.38, -0.02),
    "place_and_date": Comparison(0.01, 0.29, 0.15, 0.40, -0.06),
    "p_value": 0.01,
    "null": "rotate",
    "null_share": 0.0,
    "resolution": 0.01,
    "effect_size": 0.2,
    "effect_power": 0.97,
    "matched": True,
    "unbalanced": {},
}
NO_RISE = {"value": 0.03, "low": -0.10, "high": 0.15, "place": Comparison(0.01, 0.02, -0.1, 0.2)}
NULL = {"p_value": 0.41, "null_share": 0.41}


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (
            {},
            "differs",
            "the input differs before earthquakes: p = 0.01, above place, circumstances and date, at "
            "matched controls; not a precursor until replicated on other data",
        ),
        (
            {"shared": {"observations": 12, "events": 1, "pairs": 3}},
            "leakage",
            "leakage: 12 of 480 test rows share observations with training, 1 event in training and test, "
            "3 pairs in training and test: the score means nothing",
        ),
        (
            {"shared": {"events": 0, "pairs": 0}},
            "untested",
            "not tested against shared observations: seismic MCC 0.30 [0.20, 0.40] is above chance",
        ),
        (
            {"p_value": None, "permutation": "labels permuted within pairs", "permutation_p": 0.2},
            "null",
            "no evidence: labels permuted within pairs give p = 0.2",
        ),
        (
            {"p_value": None, "permutation": "labels permuted within pairs", "permutation_p": 0.01},
            "untested",
            "not tested against never-happened catalogs: seismic MCC 0.30 [0.20, 0.40] is above chance",
        ),
        (
            {"shared": {"events": 2}},
            "leakage",
            "leakage: 2 events in training and test: the score means nothing",
        ),
        (
            {"value": 0.77, "low": 0.7, "high": 0.83, "place": Comparison(0.79, -0.02, -0.06, 0.02)},
            "probe",
            "no evidence: place alone reaches 0.79, the model 0.77 (difference -0.02 [-0.06, +0.02])",
        ),
        (
            {"circumstances": Comparison(0.25, 0.05, 0.0, 0.1)},
            "probe",
            "no evidence: circumstances alone reach 0.25, the model 0.30 (difference +0.05 [+0.00, +0.10])",
        ),
        (
            NULL,
            "null",
            "no evidence: the null (rotate) reaches this score in 41 % of catalogs, p = 0.41",
        ),
        (
            NO_RISE | NULL,
            "null",
            "no evidence: the null (rotate) reaches this score in 41 % of catalogs, p = 0.41",
        ),
        (
            NULL | {"effect_power": 0.12},
            "underpowered",
            "underpowered: an effect of size 0.2 would be seen in 12 % of such studies; the null (rotate) "
            "reaches this score in 41 % of catalogs, p = 0.41",
        ),
        (
            NULL | {"p_value": 0.1, "resolution": 0.1},
            "underpowered",
            "underpowered: the null (rotate) cannot give a p below 0.1: too few of its catalogs are "
            "independent",
        ),
        (NO_RISE, "chance", "no evidence: seismic MCC 0.03 [-0.10, 0.15] is not above chance"),
        (
            NO_RISE | {"effect_power": None, "p_value": None, "low": -0.3, "high": 0.2},
            "underpowered",
            "underpowered: anything from -0.30 to +0.20 is possible; seismic MCC 0.03 [-0.30, 0.20] is not "
            "above chance",
        ),
        (
            {"score": "event_auc", "value": 0.52, "low": 0.45, "high": 0.60},
            "chance",
            "no evidence: event AUC 0.52 [0.45, 0.60] is not above chance",
        ),
        (
            {"unbalanced": {"Kp": 0.52, "season (sin)": -0.3}},
            "unbalanced",
            "unbalanced controls: seismic and control samples differ in Kp (+0.52), season (sin) (-0.30)",
        ),
        (
            {"matched": False},
            "unbalanced",
            "unbalanced controls: controls belong to no earthquake; compare with matched controls",
        ),
        (
            {"p_value": None},
            "untested",
            "not tested against never-happened catalogs: seismic MCC 0.30 [0.20, 0.40] is above chance",
        ),
        (
            {"p_value": None, "place": None, "circumstances": None, "shared": None, "unbalanced": None},
            "untested",
            "not tested against never-happened catalogs, place, circumstances, shared observations, unlike "
            "controls: seismic MCC 0.30 [0.20, 0.40] is above chance",
        ),
    ],
)
def test_the_line_follows_from_the_numbers(change, code, line):
    found = judge(Facts(**GOOD | change))
    assert (found.code, found.text) == (code, line)
    assert [check.name for check in found.checks] == [check.name for check in judge(Facts(**GOOD)).checks]


# What is wrong in the order of the rules: an earlier one decides whatever the later ones say.
FAULTS = (
    ("leakage", {"shared": {"observations": 1}}),
    ("probe", {"place": Comparison(0.3, 0.0, -0.1, 0.1)}),
    ("null", {"p_value": 0.2, "null_share": 0.2}),
    ("unbalanced", {"unbalanced": {"Kp": 1.0}}),
    ("untested", {"circumstances": None}),
)


@pytest.mark.parametrize("chosen", [c for n in range(1, 6) for c in itertools.combinations(FAULTS, n)])
def test_the_first_rule_decides(chosen):
    facts = GOOD.copy()
    for _, fault in chosen:
        facts |= fault
    assert judge(Facts(**facts)).code == chosen[0][0]


def test_without_a_null_nothing_gets_further_than_untested():
    perfect = GOOD | {"value": 1.0, "low": 1.0, "high": 1.0, "p_value": None}
    assert judge(Facts(**perfect)).code == "untested"


@pytest.mark.parametrize(("p", "code"), [(0.05, "differs"), (0.0501, "null")])
def test_the_edge_of_p(p, code):
    assert judge(Facts(**GOOD | {"p_value": p})).code == code


def test_a_p_that_is_small_needs_no_finer_resolution():
    assert judge(Facts(**GOOD | {"resolution": 0.04, "p_value": 0.04})).code == "differs"


def test_small_shares_are_not_rounded_to_zero():
    checks = {check.name: check.finding for check in judge(Facts(**GOOD | {"null_share": 0.004})).checks}
    finding = checks["Rare among catalogs that never happened"]
    assert "in 0.4 % of catalogs" in finding


@pytest.mark.parametrize(("score", "chance"), [("seismic_mcc", 0.0), ("event_auc", 0.5)])
def test_a_model_without_an_opinion_is_told(score, chance):
    told = judge(Facts(chance, chance, chance, score=score)).text
    assert told.endswith("is not above chance: the model answers the same for all samples")
    assert "the same" not in judge(Facts(chance, chance - 0.1, chance + 0.1, score=score)).text


def test_no_negative_zeros():
    facts = Facts(**GOOD | {"value": -0.001, "low": -0.004, "place": Comparison(-0.002, 0.001, -0.004, 0.2)})
    found = judge(facts)
    assert "-0.00" not in " ".join(check.finding for check in found.checks)


# What a referee broke: each of these said "differs" or "no evidence" before.
BROKEN = {
    "five earthquakes cleanly apart": (
        {"value": 1.0, "low": 1.0, "high": 1.0, "n_units": 5, "n_earthquakes": 5},
        "few",
    ),
    "few earthquakes in many units": ({"n_earthquakes": 19}, "few"),
    "many earthquakes in few units": ({"n_units": 11}, "few"),
    "a probe of 0.45 under a model of 0.50": (
        {"value": 0.5, "low": 0.4, "high": 0.6, "place": Comparison(0.45, 0.05, 0.01, 0.09, 0.40)},
        "design",
    ),
    "place and date above chance": ({"place_and_date": Comparison(0.05, 0.25, 0.2, 0.3, 0.03)}, "design"),
    "an interval of nearly all, power 5 %": (
        {"low": 0.01, "high": 0.99, "effect_power": 0.05},
        "underpowered",
    ),
    "an interval of nearly all": ({"low": 0.01, "high": 0.99}, "underpowered"),
    "power of 5 %": ({"effect_power": 0.05}, "underpowered"),
    "a score below chance": (
        {"value": -0.4, "low": -0.5, "high": -0.3, "p_value": 1.0, "null_share": 1.0},
        "below",
    ),
    "no size declared": ({"effect_declared": False}, "untested"),
    "power under one null of two": (
        {"power_nulls": ("rotate",), "headline_nulls": ("shuffle-times", "rotate")},
        "untested",
    ),
    "power under nulls that nobody knows": ({"headline_nulls": ("rotate",)}, "untested"),
    "power at p <= 0.2": ({"power_alpha": 0.2}, "untested"),
    "power of another score": ({"power_score": "event_auc"}, "untested"),
    "power of another score, too little": ({"power_score": "event_auc", "effect_power": 0.1}, "untested"),
    "power of 500 earthquakes where there are 120": (
        {"power_earthquakes": 500, "n_sampled": 120},
        "untested",
    ),
    "no power curve": ({"effect_power": None, "effect_size": None}, "untested"),
    "no place-and-date probe": ({"place_and_date": None}, "untested"),
    "as many earthquakes as nobody knows": ({"n_earthquakes": None}, "untested"),
    "as many units as nobody knows": ({"n_units": None}, "untested"),
}


SAME = {
    "power_alpha": 0.05,
    "power_score": "seismic_mcc",
    "power_earthquakes": 100,
    "n_sampled": 120,
    "power_nulls": ("other-place", "rotate"),
    "headline_nulls": ("rotate", "other-place"),
    "effect_planted": "in 30 % of the earthquakes, drawn, of either sign, days -15 to 0",
}


@pytest.mark.parametrize(
    ("change", "passed", "finding"),
    [
        ({}, True, "an effect of size 0.2 ({planted}) would be seen in 97 % of such studies"),
        # What is printed and counted is the interval, not the share of a few studies.
        (
            {"effect_power": 0.9, "power_low": 0.68, "power_high": 0.99},
            None,
            "would be seen in 90 % [68, 99] of such studies: too few were tried to know that it is 80 %",
        ),
        (
            {"effect_power": 0.8, "power_low": 0.6, "power_high": 0.93},
            None,
            "would be seen in 80 % [60, 93] of such studies: too few were tried",
        ),
        (
            {"effect_power": 0.95, "power_low": 0.83, "power_high": 0.99},
            True,
            "would be seen in 95 % [83, 99] of such studies",
        ),
        (
            {"effect_power": 0.7, "power_low": 0.53, "power_high": 0.83},
            False,
            "would be seen in 70 % [53, 83] of such studies",
        ),
        # Under more nulls, at a smaller p or of a smaller size, power is a lower bound.
        ({"headline_nulls": ("rotate",)}, True, "an effect of size 0.2 ({planted}) would be seen in 97 % of"),
        ({"power_alpha": 0.01}, True, "an effect of size 0.2 ({planted}) would be seen in 97 % of"),
        (
            {"headline_nulls": ("rotate",), "effect_power": 0.5},
            None,
            "in 50 % of such studies; power was counted under other-place, rotate, the p is the largest over "
            "rotate",
        ),
        (
            {"power_alpha": 0.01, "effect_power": 0.5},
            None,
            "would be seen in 50 % of such studies; power was counted at p <= 0.01",
        ),
        (
            {"power_largest": 0.1, "effect_power": 0.5},
            None,
            "would be seen in 50 % of such studies; power was counted up to a size of 0.1",
        ),
        (
            {"power_largest": 0.1},
            True,
            "an effect of size 0.2 ({planted}) would be seen in 97 % of such studies",
        ),
        (
            {"power_earthquakes": 20, "effect_power": 0.5},
            None,
            "in 50 % of such studies; power was counted for 20 earthquakes only, 120 have samples",
        ),
        (
            {"power_earthquakes": 20},
            True,
            "an effect of size 0.2 ({planted}) would be seen in 97 % of such studies",
        ),
        # Under fewer, an upper one.
        (
            {"power_nulls": ("rotate",), "effect_power": 0.5},
            False,
            "in 50 % of such studies at most; power was counted under rotate, the p is the largest over "
            "rotate, other-place",
        ),
        (
            {"power_nulls": ("rotate",)},
            None,
            "in 97 % of such studies; power was counted under rotate, the p is the largest over rotate, "
            "other-place",
        ),
        (
            {"power_earthquakes": 500},
            None,
            "would be seen in 97 % of such studies; power was counted for 500 earthquakes, 120 have samples",
        ),
        (
            {"power_score": "event_auc"},
            None,
            "anything from +0.20 to +0.40 is possible; power was counted in the event AUC, not in the "
            "seismic MCC",
        ),
        (
            {"effect_declared": False},
            None,
            "0.2 (the largest planted, none was declared; {planted}) would be",
        ),
    ],
)
def test_power_is_that_of_the_headline(change, passed, finding):
    found = judge(Facts(**GOOD | SAME | change))
    (check,) = (check for check in found.checks if check.name == "An effect would have been seen")
    assert check.passed is passed
    assert finding.format(planted=SAME["effect_planted"]) in check.finding
    assert found.code == {True: "differs", None: "untested", False: "underpowered"}[passed]


@pytest.mark.parametrize(("change", "code"), BROKEN.values(), ids=BROKEN)
def test_no_line_says_more_than_its_numbers(change, code):
    assert judge(Facts(**GOOD | change)).code == code


def test_what_one_rule_says_names_its_numbers():
    few = judge(Facts(**GOOD | {"n_earthquakes": 5})).text
    assert few == "too few for any claim: 5 tested earthquakes, a claim takes at least 20"
    design = judge(Facts(**GOOD | {"place": Comparison(0.45, 0.05, 0.01, 0.09, 0.4)})).text
    assert design.startswith("the design fails: place alone reaches 0.45 (interval from 0.40)")
    again = judge(Facts(**GOOD | {"reports": 3, "population": "places of few earthquakes"})).text
    assert "report 3 on these samples" in again and "(places of few earthquakes)" in again


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"spreads_more": True}, "untested"),
        ({"spreads_more": True} | NULL, "null"),  # a large p is not made smaller by it
        ({"spreads_more": False}, "differs"),
    ],
)
def test_a_small_p_of_fewer_earthquakes_than_the_nulls_does_not_count(change, code):
    words = "29 tested earthquakes, null catalogs 40 [38, 42] (rotate), not matched"
    found = judge(Facts(**GOOD | {"unlike": words} | change))
    assert found.code == code
    finding = next(check.finding for check in found.checks if "never happened" in check.name)
    assert words in finding
    assert ("not exchangeable" in finding) == (code == "untested")
