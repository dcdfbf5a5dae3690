"""What rests on fewer than five units has no interval, and says of how many units it is."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import Bunch

from skquake._core._made_with import made_with
from skquake.model_selection import Score
from skquake.report import Comparison, Facts, judge, score_report
from skquake.report._build import _other_versions
from skquake.report._tables import interval

NAN = float("nan")


@pytest.fixture(scope="module")
def report(scored):
    frame = scored(n_pairs=4, signal=3.0)
    return score_report(frame, "probability", n_resamples=50, n_permutations=19, random_state=0)


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Score(0.63, NAN, NAN, "pair", 2), "0.63 (2 units)"),
        (Score(0.63, NAN, NAN, "pair", 1), "0.63 (1 unit)"),
        (Score(-0.1, NAN, NAN, "none", 0), "−0.10"),
        (Score(0.63, 0.5, 0.7, "pair", 20), "0.63 [0.50, 0.70]"),
    ],
)
def test_cells(score, text):
    assert interval(score) == text
    assert interval(score, "+") == ("" if score.value < 0 else "+") + text.replace("[", "[+").replace(
        ", ", ", +"
    )


def test_tables_say_units(report):
    score = report.evaluation.seismic_mcc
    assert score.n_units == 4 and np.isnan(score.low)
    page = report.to_html()
    assert f"{score.value:.2f} (4 units)" in page and "of 4 units (pair), too few for intervals" in page
    assert "nan" not in page.split("<style>")[0] and "[nan" not in page
    row = report.to_frame().query("section == 'model' and quantity == 'seismic_mcc'").iloc[0]
    assert np.isnan(row["low"]) and row["note"] == "4 units (pair)"
    written = json.loads(report.to_json())["rows"]
    found = next(r for r in written if r["section"] == "model" and r["quantity"] == "seismic_mcc")
    assert found["low"] is None and found["high"] is None


def test_the_verdict_is_not_more_than_its_numbers(report):
    checks = {check.name: check for check in report.verdict.checks}
    assert checks["Above chance"].passed is None
    assert checks["Above chance"].finding.endswith("rests on 4 units: too few for an interval")
    assert checks["An effect would have been seen"] == (
        "An effect would have been seen", False, "4 units: no interval says what is possible",
    )  # fmt: skip
    assert report.verdict.code == "few" and "nan" not in report.verdict.text


def test_verdicts_without_an_interval():
    passed = {"shared": {"observations": 0}, "p_value": 0.01, "null": "rotate", "null_share": 0.0,
              "resolution": 0.01, "matched": True, "unbalanced": {}, "n_units": 2}  # fmt: skip
    probe = Comparison(0.1, 0.5, NAN, NAN)
    found = judge(Facts(0.6, NAN, NAN, place=probe, circumstances=probe, **passed))
    assert found == (
        "few",
        "too few for any claim: seismic MCC 0.60 rests on 2 units: too few for an interval",
        found.checks,
    )
    assert (
        found.checks[2].finding
        == "place alone reaches 0.10, the model 0.60 (difference +0.50, without an interval)"
    )
    assert found.checks[2].passed is None
    leaking = judge(Facts(0.6, NAN, NAN, shared={"observations": 3}, n_test=9))
    assert leaking.code == "leakage"
    refuted = judge(
        Facts(0.6, NAN, NAN, p_value=0.4, null="rotate", null_share=0.4, resolution=0.01, n_units=1)
    )
    assert refuted.code == "few" and "1 unit: too few for an interval" in refuted.text
    unknown = judge(Facts(0.6, NAN, NAN))
    assert (
        unknown.text
        == "too few for any claim: seismic MCC 0.60 rests on too few units: too few for an interval"
    )
    bare = judge(
        Facts(
            0.3, 0.2, 0.4, place=probe, circumstances=probe, **passed | {"n_units": 40, "n_earthquakes": 40}
        )
    )
    assert bare.text.startswith("not tested against place, circumstances, place and date, power:")


def test_versions_are_printed(report):
    page = report.to_html()
    for name in ("skquake", "scikit-learn", "numpy", "keras backend", "python"):
        assert report.versions[name] == made_with()[name]
        assert f"{name}&nbsp;{report.versions[name]}" in page
    assert json.loads(report.to_json())["versions"]["keras backend"] == report.versions["keras backend"]


def test_parts_of_other_versions_are_named():
    old = made_with() | {"numpy": "1.0"}
    found = _other_versions(
        {"null test": Bunch(versions=old), "power curve": Bunch(versions=[made_with(), old])}
    )
    change = f"numpy: 1.0 -> {made_with()['numpy']}"
    assert found == {
        "null test made with other versions": change,
        "power curve made with other versions": change,
    }
    assert not _other_versions({"null test": Bunch(versions=made_with()), "power curve": None, "a": object()})


def test_frames_of_another_library(scored):
    pl = pytest.importorskip("polars")
    frame = scored(n_pairs=20)
    options = {"n_resamples": 50, "n_permutations": 19, "random_state": 0}
    one = score_report(frame.reset_index(drop=True), "probability", **options)
    other = score_report(pl.from_pandas(frame.reset_index(drop=True)), "probability", **options)
    one, other = (report.to_frame().query("quantity != 'reports'") for report in (one, other))
    pd.testing.assert_frame_equal(one, other)
