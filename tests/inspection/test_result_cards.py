"""Evaluations and results in a notebook."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from common.card_page import HOSTILE, check_alone
from common.sample_frames import sample_frame
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake.inspection import CatalogNullResult, PowerCurve, TimeMirroredResult
from skquake.model_selection import PurgedTimeSeriesSplit, Score, evaluate


def words(result):
    return " ".join(" ".join(check_alone(result._repr_html_()).texts).split())


@pytest.fixture(scope="module")
def evaluation():
    model = make_pipeline(make_column_transformer(("passthrough", ["observed"])), LogisticRegression())
    samples = sample_frame(60, signal=1.5, span_days=700)
    return evaluate(model, samples, PurgedTimeSeriesSplit(3), n_resamples=50, random_state=0)


def test_an_evaluation_has_its_scores_with_intervals(evaluation):
    said = words(evaluation)
    for name, label in (
        ("seismic_mcc", "seismic MCC"),
        ("seismic_auc", "seismic AUC"),
        ("event_auc", "event AUC"),
    ):
        score = getattr(evaluation, name)
        assert f"{label} {score.value:.3f} {score.low:.2f} to {score.high:.2f}" in said
        assert f"{score.n_units} {score.unit}" in said
    assert f"{evaluation.n_events} events and controls" in said and "3 folds" in said
    assert "Paper's score" in said and "nan" not in said


def test_an_evaluation_without_intervals():
    model = make_pipeline(make_column_transformer(("passthrough", ["observed"])), LogisticRegression())
    samples = sample_frame(30, signal=1.5, span_days=700)
    bare = evaluate(model, samples, PurgedTimeSeriesSplit(2), n_resamples=0)
    assert words(bare).count(" none ") >= 3 and "nan" not in words(bare)


def null_result(evaluation, **changes):
    scores = pd.DataFrame(
        {
            "null": HOSTILE,
            "replicate": np.arange(19),
            "pipeline": np.linspace(-0.2, 0.2, 19),
            "n_earthquakes": 30,
        }
    )
    scores.loc[18, "pipeline"] = np.nan
    return CatalogNullResult(
        observed={"pipeline": evaluation},
        scores=scores,
        scoring="seismic_mcc",
        resolution={HOSTILE: 0.05},
        assumes={HOSTILE: "a stationary record"},
        p_values={HOSTILE: 0.1},
        configuration_p_values=pd.DataFrame(),
        seconds=pd.DataFrame(),
        **changes,
    )


def test_a_null_result_has_a_row_a_null(evaluation):
    result = null_result(evaluation, tested={"n_earthquakes": 40})
    said = words(result)
    assert f"{evaluation.seismic_mcc.value:.3f} observed seismic MCC" in said
    assert "0.1 0.05 19, 1 failed 30 [30, 30] (unlike)" in said and "40 tested earthquakes" in said
    assert f"{HOSTILE} assumes: a stationary record" in said
    assert check_alone(result._repr_html_()).tags.count("svg") == 1
    assert "19, 1 failed –" in words(null_result(evaluation))


def test_a_power_curve_has_its_numbers_with_intervals():
    p = np.r_[np.repeat([0.5, 0.01], 10), np.repeat([0.5, 0.01], [1, 19])]
    scores = pd.DataFrame({"n_events": 50, "size": np.repeat([-0.1, -0.4], 20), "p": p, "score": 0.1})
    curve = PowerCurve(scores, 0.05, "seismic_mcc", (HOSTILE,), 0.95, {})
    said = words(curve)
    for row in curve.to_frame().itertuples():
        assert f"50 {row.size:+.3g} {row.power:.0%} {row.low:.0%} to {row.high:.0%} 20" in said
    assert "-0.4 size found in 95 %" in said and f"under {HOSTILE}" in said
    never = PowerCurve(scores.assign(p=0.9), 0.05, "seismic_mcc", ("a",), 0.95, {})
    assert "none planted size found in 95 %" in words(never)


def test_days_before_and_after(evaluation):
    found = TimeMirroredResult(
        evaluations={"declared": evaluation, "mirrored": evaluation},
        differences={"declared minus mirrored": Score(0.0, -0.11, 0.12, "block of 27 days", 14)},
        scoring="seismic_mcc",
        days=dict.fromkeys(("declared", "before", "after"), (-15.0, 0.0)) | {"mirrored": (0.0, 15.0)},
        n_earthquakes={"declared": 40, "mirrored": 31},
        failed=dict.fromkeys(("before", "after"), HOSTILE),
    )
    said = words(found)
    assert found.sentences[0] in said and HOSTILE in said
    assert "declared minus mirrored 0.000 -0.11 to 0.12 31" in said and "nan" not in said
