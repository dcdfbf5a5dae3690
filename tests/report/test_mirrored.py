"""Days after earthquakes in a report: printed, and no part of the verdict."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from skquake.catalogs import MatchedControls
from skquake.inspection import TimeMirroredResult, time_mirrored_test
from skquake.model_selection import PurgedTimeSeriesSplit, Score, evaluate
from skquake.preprocessing import WindowFlattener
from skquake.report import evaluation_report
from skquake.sampling import SlidingWindow
from skquake.sources import SeriesSource


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


@pytest.fixture(scope="module")
def real():
    source, catalog, model, cv = _world()
    result = time_mirrored_test(
        model,
        source,
        catalog,
        controls=MatchedControls(region="2000 km"),
        decluster=None,
        sampling={"region": "2000 km", "days": (-15, 0), "max_length": 3},
        cv=cv,
        n_resamples=20,
        random_state=0,
    )
    return model, cv, result


def _world():
    rng = np.random.default_rng(0)
    times = pd.date_range("2015-01-01", periods=500, freq="D")
    stations = pd.DataFrame(
        {"latitude": [-40.0, 0.0, 40.0, 0.0], "longitude": [-150.0, -60.0, 30.0, 120.0]}, list("abcd")
    )
    near, day = rng.integers(0, 4, 40), np.sort(rng.uniform(20, 480, 40))
    catalog = pd.DataFrame(
        {
            "time": times[0] + pd.to_timedelta(day, "D"),
            "latitude": stations["latitude"].to_numpy()[near],
            "longitude": stations["longitude"].to_numpy()[near],
            "magnitude": 5.5,
        },
        index=[f"q{k}" for k in range(40)],
    )
    source = SeriesSource(
        pd.DataFrame(rng.normal(size=(500, 4)), times, stations.index), stations, max_km=2500.0
    )
    model = make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression())
    return source, catalog, model, PurgedTimeSeriesSplit(2)


def _report(real, model=None, samples=None, cv=None, **options):
    own, splits, result = real
    return evaluation_report(
        own if model is None else model,
        result.samples if samples is None else samples,
        splits if cv is None else cv,
        mirrored=result,
        probes=False,
        leakage=False,
        n_resamples=20,
        random_state=0,
        **options,
    )


def test_a_mirrored_test_of_this_analysis_is_printed_without_a_word(real):
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "The time-mirrored test")
        report = _report(real, clone(real[0]))
    assert real[2].pipeline and report.mirrored_unlike == ""
    assert "not of this analysis" not in report.to_html()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"C": 1e-3}, "another pipeline"),
        ({"cv": PurgedTimeSeriesSplit(3)}, r"other tested rows \(\d+, here \d+\)"),
        ({"half": True}, r"other tested rows \(\d+, here \d+\)"),
        ({"scoring": "event_auc"}, r"another scoring \(seismic_mcc, here event_auc\)"),
    ],
)
def test_a_mirrored_test_of_another_analysis_is_warned_of_and_told(real, changed, said):
    model, _, result = real
    options = dict(changed)
    if "C" in options:
        options["model"] = clone(model).set_params(logisticregression__C=options.pop("C"))
    if options.pop("half", False):
        keep = np.arange(len(result.samples.y)) < 0.7 * len(result.samples.y)
        parts = {name: result.samples[name][keep] for name in ("X", "y", "groups")}
        options["samples"] = Bunch(**parts)
    with pytest.warns(UserWarning, match=f"The time-mirrored test is not of this analysis: .*{said}") as seen:
        report = _report(real, **options)
    assert any(one.filename == __file__ for one in seen if "time-mirrored" in str(one.message))
    assert "not of this analysis" in report.to_html()
    rows = report.to_frame().query("section == 'mirrored'").set_index("quantity")
    assert rows.loc["not of this analysis", "note"] == report.mirrored_unlike
