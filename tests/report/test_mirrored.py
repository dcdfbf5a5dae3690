"""Days after earthquakes in a report: printed, and no part of the verdict."""

from __future__ import annotations

import numpy as np
import pytest
from common.sample_frames import sample_frame
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake.inspection import TimeMirroredResult
from skquake.model_selection import PurgedTimeSeriesSplit, Score, evaluate
from skquake.report import evaluation_report


def test_the_report_prints_the_days_after_and_keeps_its_verdict():
    samples = sample_frame(60, signal=1.5, span_days=700)
    model = make_pipeline(make_column_transformer(("passthrough", ["observed"])), LogisticRegression())
    options = {"n_resamples": 60, "random_state": 0}
    found = evaluate(model, samples, PurgedTimeSeriesSplit(3), **options)
    mirrored = TimeMirroredResult(
        evaluations={"declared": found, "mirrored": found},
        differences={"declared minus mirrored": Score(0.0, -0.11, 0.12, "block of 27 days", 14)},
        scoring="seismic_mcc",
        days=dict.fromkeys(("declared", "before", "after"), (-15.0, 0.0)) | {"mirrored": (0.0, 15.0)},
        n_earthquakes={"declared": 40, "mirrored": 31},
        failed=dict.fromkeys(("before", "after"), "no sample is left"),
    )
    plain, report = (
        evaluation_report(model, samples, PurgedTimeSeriesSplit(3), mirrored=part, **options)
        for part in (None, mirrored)
    )
    assert report.verdict.code == plain.verdict.code and report.mirrored is mirrored
    rows = report.to_frame().query("section == 'mirrored'").set_index("quantity")
    assert rows.loc["mirrored", "value"] == found.seismic_mcc.value
    assert rows.loc["declared minus mirrored", "low"] == pytest.approx(-0.11)
    assert np.isnan(rows.loc["before", "value"]) and rows.loc["before", "note"] == "no sample is left"
    html = report.to_html()
    assert "Before and after" in html and "nothing speaks for the days before" in html
    assert "Before and after" not in plain.to_html()
