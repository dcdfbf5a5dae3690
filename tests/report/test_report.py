"""The report as an object, a table, JSON and a page."""

from __future__ import annotations

import copy
import json
import re
import warnings
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from skquake.metrics import score_difference
from skquake.model_selection import PurgedGroupKFold, evaluate
from skquake.report import evaluation_report
from skquake.report._build import unbalanced
from skquake.report._tables import number

MODEL = make_pipeline(make_column_transformer(("passthrough", ["observed"])), LogisticRegression())
QUICK = {"n_resamples": 60, "random_state": 0}
HOSTILE = "<script>alert(\"1\")</script> & 'x' {{ 7 * 7 }}"
VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """Checks that tags close in order; keeps attributes, texts and ids."""

    def __init__(self, text):
        super().__init__()
        self.open, self.attributes, self.texts, self.tags = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def samples():
    return sample_frame(60, signal=1.5, span_days=700)


@pytest.fixture(scope="module")
def report(samples):
    return evaluation_report(MODEL, samples, PurgedGroupKFold(3), title=HOSTILE, **QUICK)


def test_its_parts_are_those_of_the_tools(report, samples):
    alone = evaluate(MODEL, samples, PurgedGroupKFold(3), **QUICK)
    assert report.evaluation.seismic_mcc == alone.seismic_mcc
    probe = report.probes["location"]
    np.testing.assert_array_equal(probe.test, alone.test)
    X = samples.X.iloc[alone.test]
    where = {name: X[name].to_numpy() for name in ("event_id", "pair_id", "time")}
    found = score_difference("seismic_mcc", alone.y, alone.proba, probe.proba, **where, **QUICK)
    assert report.differences["location"].value == pytest.approx(found.value)
    assert report.splits["n_purged_shared"].sum() > 0
    assert report.leakage["n_leaking"].sum() == 0
    assert report.verdict.code == "unbalanced"  # of so few events, by chance
    assert "PurgedGroupKFold(n_splits=3)" in report.settings["splits"]
    assert "LogisticRegression()" in report.settings["pipeline"]
    assert report.versions["skquake"]
    assert str(report) == f"EvaluationReport({report.verdict.text})"


def test_folds_that_leak_decide(samples):
    with warnings.catch_warnings():
        warnings.filterwarnings("error", category=UserWarning)
        found = evaluation_report(MODEL, samples, KFold(3, shuffle=True, random_state=0), **QUICK)
    assert found.verdict.code == "leakage"
    assert found.leakage["shared_pairs"].sum() > 0


def test_shuffled_splitters_split_once(samples):
    found = evaluation_report(MODEL, samples, PurgedGroupKFold(3, shuffle=True), leakage=False, **QUICK)
    np.testing.assert_array_equal(found.evaluation.test, found.probes["metadata"].test)
    assert found.leakage is None
    assert found.splits["n_test"].tolist() == [len(test) for _, test in found.folds]


def test_without_probes(samples):
    found = evaluation_report(MODEL, samples, PurgedGroupKFold(3), probes=False, scoring="event_auc", **QUICK)
    assert found.probes == found.differences == {}
    checks = {check.name: check.passed for check in found.verdict.checks}
    for name in ("Above place alone", "Above circumstances alone", "Above place and date alone"):
        assert checks[name] is None
    Page(found.to_html())


def test_samples_of_one_s_own_need_no_circumstances(samples):
    own = Bunch(
        X=samples.X.drop(columns=["kp", "local_time", "magnitude"]), y=samples.y, groups=samples.groups
    )
    found = evaluation_report(MODEL, own, PurgedGroupKFold(3), **QUICK)
    assert not {"Kp", "magnitude"} & set(found.balance.index)
    assert "latitude" in found.balance.index
    assert list(own.X) == [name for name in samples.X if name not in ("kp", "local_time", "magnitude")]


def test_few_events_do_not_loosen_the_limit_of_balance():
    balance = pd.DataFrame({"difference": [0.05, 0.3, 0.6, -np.inf]}, index=["a", "b", "c", "d"])
    assert unbalanced(balance) == {"b": 0.3, "c": 0.6, "d": -np.inf}


def test_the_frame_is_tidy(report):
    frame = report.to_frame()
    assert frame.columns.tolist() == ["section", "quantity", "value", "low", "high", "note"]
    assert not frame.duplicated(["section", "quantity"]).any()
    model = frame[frame["section"] == "model"].set_index("quantity")
    assert model.loc["seismic_mcc", ["value", "low", "high"]].tolist() == list(
        report.evaluation.seismic_mcc[:3]
    )
    assert model.loc["paper's mcc", "note"].startswith("paper's score")
    assert set(frame["section"]) >= {
        "verdict",
        "check",
        "difference",
        "chance",
        "balance",
        "splits",
        "leakage",
    }


def test_json_holds_the_frame(report, tmp_path):
    report.balance.loc["constant", "difference"] = np.inf
    text = report.to_json(tmp_path / "report.json")
    assert text == (tmp_path / "report.json").read_text(encoding="utf-8")

    def refuse(literal):
        raise AssertionError(f"{literal} is no JSON")

    content = json.loads(text, parse_constant=refuse)
    assert content["title"] == HOSTILE
    assert content["verdict"]["text"] == report.verdict.text
    assert [check["passed"] for check in content["verdict"]["checks"]] == [
        check.passed for check in report.verdict.checks
    ]
    frame = report.to_frame().replace([np.inf, -np.inf], np.nan)
    again = pd.DataFrame(content["rows"], columns=frame.columns)
    again = again.astype({"value": float, "low": float, "high": float})
    pd.testing.assert_frame_equal(again, frame, check_dtype=False)
    report.balance.drop(index="constant", inplace=True)


def test_the_page_stands_alone(report, tmp_path):
    text = report.to_html(tmp_path / "report.html")
    assert text == (tmp_path / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    images = [value for tag, name, value in page.attributes if (tag, name) == ("img", "src")]
    assert len(images) >= 4
    assert all(value.startswith("data:image/") for value in images)
    alternatives = [value for tag, name, value in page.attributes if (tag, name) == ("img", "alt")]
    assert len(alternatives) == len(images)
    assert all(len(value) > 10 for value in alternatives)
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", text)
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value for _, name, value in page.attributes if name == "aria-labelledby"} == set(ids)
    assert page.tags.count("h1") == 1
    shown = "".join(page.texts)
    assert report.verdict.text in shown
    for check in report.verdict.checks:
        assert check.finding in shown
    for words in ("leakage: training and test share", "differs: it passed everything", "fewer than 80 %"):
        assert words in shown  # the rules


def test_many_marks_are_pixels(report, monkeypatch):
    from skquake.report import _figures

    monkeypatch.setattr(_figures, "_MANY", 100)
    (splits,) = _figures.figures(report)["splits"]
    assert splits.url.startswith("data:image/png;base64,")


def test_hostile_names_stay_text(report, samples):
    assert "<script" not in report._repr_html_()
    report = copy.copy(report)
    renamed = report.settings | {HOSTILE: HOSTILE, "pipeline": HOSTILE}
    object.__setattr__(report, "settings", renamed)
    text = report.to_html()
    assert "<script" not in text
    assert Page(text).texts.count(HOSTILE) >= 4


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (12345, "12\u202f345"),
        (1234.56, "1235"),
        (-3, "−3"),
        (0.25, "0.250"),
        (-0.5, "−0.500"),
        (-1e-5, "0.000"),
        (np.inf, "∞"),
        (-np.inf, "−∞"),
        (np.nan, "–"),
        (pd.NA, "–"),
        (True, "1"),
    ],
)
def test_numbers_as_people_write_them(value, text):
    assert number(value) == text


def test_small_p_values_keep_their_digits():
    assert number(0.0001, small=True) == "0.0001"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pipeline": object()}, "pipeline"),
        ({"scoring": "accuracy"}, "scoring"),
        ({"null": "rotate"}, "null"),
        ({"probes": "place"}, "probes"),
        ({"cv": []}, "no folds"),
    ],
)
def test_bad_parameters_are_named(samples, change, message):
    with pytest.raises(ValueError, match=message):
        evaluation_report(**{"pipeline": MODEL, "samples": samples, "cv": PurgedGroupKFold(3)} | change)
