"""Reports on given scores, from Python and from the command line."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from skquake.metrics import seismic_mcc
from skquake.report import score_report
from skquake.report.__main__ import main

QUICK = {"n_resamples": 60, "n_permutations": 99, "random_state": 0}


def test_the_scores_are_taken_as_they_are(scored):
    frame = scored()
    report = score_report(frame, "probability", **QUICK)
    y, p = frame["label"].to_numpy(), frame["probability"].to_numpy()
    size = frame[y < 2].groupby("event_id")["event_id"].transform("size").reindex(frame.index)
    value = seismic_mcc(y, np.stack([1 - p, p], axis=1), sample_weight=(1 / size).fillna(0))
    assert report.evaluation.seismic_mcc.value == pytest.approx(value)
    assert report.leakage["shared_pairs"].sum() == 0
    assert sorted(report.evaluation.test) == list(range(len(frame)))


def test_verdicts(scored):
    nothing = score_report(scored(0.0), "probability", **QUICK)
    assert nothing.score_nulls["p_value"].max() > 0.05
    # Of 60 pairs in four pooled folds the interval is wider than an effect would have to be.
    assert nothing.verdict.code == "underpowered"
    found = score_report(scored(2.0), "probability", **QUICK)
    # The folds of this frame keep pairs whole and purge nothing.
    assert found.verdict.code == ("leakage" if found.leakage["n_leaking"].sum() else "unbalanced")
    torn = scored(2.0).assign(fold=lambda X: np.arange(len(X)) % 4)
    assert score_report(torn, "probability", **QUICK).verdict.code == "leakage"


def test_without_folds_leakage_is_not_known(scored):
    report = score_report(scored(2.0).drop(columns="fold"), "probability", **QUICK)
    assert report.leakage is None
    checks = {check.name: check.passed for check in report.verdict.checks}
    assert checks["Training and test share nothing"] is None
    assert checks["Rare among catalogs that never happened"] is None
    assert sorted(report.probes["location"].test) == sorted(report.evaluation.test)


def test_without_intervals_observations_are_not_known(scored):
    report = score_report(scored(2.0).drop(columns=["obs_start", "obs_end"]), "probability", **QUICK)
    assert report.verdict.checks[0].passed is None
    assert "shared_observations" not in report.leakage


def test_rows_without_a_fold_only_train(scored):
    frame = scored()
    frame["fold"] = np.where(frame["time"] > frame["time"].quantile(0.6), "test", None)
    frame.loc[frame["fold"].isna(), "probability"] = np.nan
    report = score_report(frame, "probability", **QUICK)
    assert len(report.folds) == 1
    assert report.evaluation.test.tolist() == np.flatnonzero(frame["fold"].notna()).tolist()


def test_intervals_of_pooled_folds_are_widened_as_those_that_evaluate_makes(scored, monkeypatch):
    """Folds that train on each other's test rows depend on one another, whoever has fitted them."""
    frame = scored()
    pooled = score_report(frame, "probability", **QUICK)
    monkeypatch.setattr("skquake.report._score_report.widening", lambda *of: 1.0)
    fixed = score_report(frame, "probability", **QUICK).evaluation
    monkeypatch.undo()
    last = frame.assign(fold=np.where(frame["fold"] == 3, 3, np.nan))
    assert pooled.evaluation.interval == "widened for pooled folds"
    assert pooled.settings["intervals"] == "60 resamples, 95 %; widened for pooled folds"
    assert pooled.evaluation.widening == pytest.approx(np.sqrt(1 + 4 / 3), rel=0.01)
    assert pooled.evaluation.widening == pytest.approx(pooled.probes["location"].widening)
    for name in ("seismic_mcc", "seismic_auc", "event_auc"):
        wide, narrow = getattr(pooled.evaluation, name), getattr(fixed, name)
        assert wide.high - wide.low > 1.2 * (narrow.high - narrow.low)
    assert score_report(last, "probability", **QUICK).evaluation.interval == "models held fixed"


def test_a_threshold_moves_decisions_and_no_ranks(scored):
    frame = scored()
    expected = score_report(frame, "probability", **QUICK).evaluation
    frame["logit"] = 10.0 * np.log(frame["probability"] / (1 - frame["probability"])) + 3.0
    found = score_report(frame, "logit", threshold=3.0, **QUICK).evaluation
    assert found.seismic_mcc == expected.seismic_mcc
    assert found.seismic_auc == expected.seismic_auc


def test_probabilities_of_classes(scored):
    frame = scored()
    expected = score_report(frame, "probability", **QUICK).evaluation
    frame["p0"], frame["p2"] = 0.5 * (1 - frame["probability"]), 0.5
    frame["p1"] = 0.5 * frame["probability"]
    found = score_report(frame, ["p0", "p1", "p2"], **QUICK).evaluation
    assert found.seismic_mcc.value == pytest.approx(expected.seismic_mcc.value)
    assert found.paper != expected.paper


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"score": "p"}, r"samples: missing column\(s\) p; it has"),
        ({}, {"fold": "part"}, r"missing column\(s\) part"),
        ({"probability": 3.0}, {}, "column probability goes from 3 to 3: no probabilities; name the value"),
        ({"probability": 0.3}, {"threshold": 1.5}, "threshold=1.5 lies outside the scores"),
        ({"probability": np.nan}, {}, "column probability: nan in row .* is no finite number"),
        ({"fold": np.nan}, {}, "column fold is empty"),
        ({"fold": "all"}, {}, "column fold holds 'all' in every row"),
        ({"label": 1}, {}, "non-seismic"),
        ({"p1": 1.2}, {"score": ["probability", "p1"]}, "column p1: 1.2 in row .* is no probability"),
        ({}, {"score": ["probability"] * 4}, "score: 4 columns"),
    ],
)
def test_bad_input_is_named(scored, change, options, message):
    with pytest.raises(ValueError, match=message):
        score_report(scored(n_pairs=20).assign(**change), **{"score": "probability"} | options, **QUICK)


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".csv.gz"])
def test_command(scored, tmp_path, capsys, ending):
    path = tmp_path / f"samples{ending}"
    frame = scored(n_pairs=30)
    frame.to_parquet(path) if ending == ".parquet" else frame.to_csv(path, index=False)
    html, numbers = tmp_path / "out.html", tmp_path / "out.json"
    options = ["--html", html, "--json", numbers, "--permutations", 19, "--resamples", 30]
    assert main([str(path), *map(str, options)]) == 0
    out = capsys.readouterr().out
    content = json.loads(numbers.read_text(encoding="utf-8"))
    assert content["title"] == path.name
    assert content["verdict"]["text"] in out
    assert content["verdict"]["text"] in html.read_text(encoding="utf-8")
    assert f"written: {html}" in out


def test_clusters_of_the_catalog(scored, tmp_path, capsys):
    frame = scored(n_pairs=30)
    events = (
        frame.drop_duplicates("event_id").query("label == 1").assign(mag=6.0, type="earthquake", depth=10.0)
    )
    # Two earthquakes of other folds become one cluster.
    first, second = events["fold"].drop_duplicates().index[:2]
    for column in ("latitude", "longitude", "time"):
        events.loc[second, column] = events.loc[first, column]
    events.loc[second, "time"] += pd.Timedelta("1h")
    events = events.assign(id=events["event_id"], time=events["time"].dt.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    wanted = ["time", "latitude", "longitude", "depth", "mag", "id", "type"]
    catalog = events.reindex(columns=[*wanted, "magType", "updated"], fill_value="")
    catalog.to_csv(tmp_path / "usgs.csv", index=False)
    frame.to_parquet(tmp_path / "samples.parquet")
    arguments = [tmp_path / "samples.parquet", "--catalog", tmp_path / "usgs.csv", "--permutations", 9]
    assert main([*map(str, arguments), "--resamples", "30"]) == 0
    assert "clusters in training and test" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "arguments", "message"),
    [
        ("a.csv", None, [], "no such file"),
        ("a.xlsx", b"", [], "unknown ending '.xlsx'"),
        ("a.parquet", b"no parquet", [], "not readable as parquet"),
        ("a.csv", b"", [], "not readable as csv"),
        ("a.csv.gz", b"\x1f\x8bcut", [], "not readable as csv.gz"),
        ("a.csv", b"time,latitude\n2015-01-01,1\n", [], "missing column(s) score"),
        (
            "a.csv",
            b"time,score\n2015-01-01,1\n",
            [],
            "missing column(s) latitude, longitude, event_id, label",
        ),
        ("a.csv", b"time,score\n2015-01-01,1\n", ["--catalog", "no.csv"], "no.csv"),
    ],
)
def test_what_gives_no_report(tmp_path, capsys, name, content, arguments, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SystemExit) as stop:
        main([str(tmp_path / name), *arguments])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_help():
    done = subprocess.run(
        [sys.executable, "-m", "skquake.report", "--help"], capture_output=True, text=True, check=True
    )
    for word in ("--score", "--html", "event_id", "pair_id", "example"):
        assert word in done.stdout
