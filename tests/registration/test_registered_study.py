"""What a plan says becomes the analysis: source, catalog, controls, samples, split."""

import json

import numpy as np
import pandas as pd
import pytest
from common.registered_study import PIPELINE, PLAN, write_study
from sklearn.pipeline import Pipeline

from skquake.catalogs import AftershockRemover, RandomControls
from skquake.registration import freeze, run, show, verify
from skquake.registration._plan_text import read_plan
from skquake.registration._seal import seals
from skquake.registration._sealed_span import SealedSpan
from skquake.registration._study import Study
from skquake.sampling import make_samples
from skquake.sources import MapSource


def study_of(path):
    plan = read_plan(path)
    return Study.of(plan, path.parent, seals(plan, path)["files"])


def test_a_plan_becomes_an_analysis(tmp_path):
    study = study_of(write_study(tmp_path))
    assert isinstance(study.pipeline, Pipeline) and study.pipeline[0].source is study.arguments["source"]
    assert isinstance(study.arguments["source"], MapSource) and len(study.arguments["catalog"]) == 120
    assert study.arguments["sampling"] == {"region": "dobrovolsky", "days": (-15, 0), "max_length": 3}
    assert study.arguments["decluster"] is None and study.arguments["nulls"] == ("shuffle-times",)
    samples = make_samples(
        study.arguments["source"], study.arguments["catalog"],
        study.arguments["controls"].set_params(avoid=study.arguments["catalog"], random_state=0),
        **study.arguments["sampling"],
    )  # fmt: skip
    ((train, test),) = study.arguments["cv"].split(samples.X, samples.y, samples.groups)
    first = pd.Timestamp("2015-07-20")
    assert (samples.X["time"].iloc[test] >= first).all() and (samples.X["time"].iloc[train] < first).all()
    assert (samples.X["time"] >= first).sum() == len(test)
    assert samples.X["obs_end"].iloc[train].max() <= samples.X["obs_start"].iloc[test].max()
    assert not set(samples.X["pair_id"].iloc[train]) & set(samples.X["pair_id"].iloc[test])


def test_the_catalog_is_cut_as_declared(tmp_path):
    keep = "keep.magnitude = [5.5, 10]\nkeep.time = [2015-02-01, 2015-03-01]"
    study = study_of(write_study(tmp_path, PLAN.replace('decluster = "none"', f'decluster = "box"\n{keep}')))
    catalog = study.arguments["catalog"]
    assert 0 < len(catalog) < 20 and catalog["magnitude"].min() >= 5.5
    assert catalog["time"].between("2015-02-01", "2015-03-01").all()
    assert isinstance(study.arguments["decluster"], AftershockRemover)
    with pytest.raises(ValueError, match="no earthquake is left"):
        study_of(write_study(tmp_path, PLAN.replace('decluster = "none"', "keep.magnitude = [9, 10]")))


def test_a_source_of_ones_own_and_random_controls(tmp_path):
    text = PLAN.replace('kind = "map"', 'kind = "python"').replace(
        'kind = "matched"', 'kind = "random"\nratio = 2'
    )
    path = write_study(tmp_path, text)
    (tmp_path / "analysis.py").write_text(
        f"{PIPELINE}\n\ndef source(paths):\n    from skquake.sources import MapSource\n"
        "    return MapSource(paths[0], name='mine')\n"
    )
    study = study_of(path)
    assert study.arguments["source"].name == "mine"
    assert isinstance(study.arguments["controls"], RandomControls) and study.arguments["controls"].ratio == 2


def test_what_a_file_does_not_define_is_refused(tmp_path):
    path = write_study(tmp_path)
    (tmp_path / "analysis.py").write_text("model = 3\n")
    with pytest.raises(ValueError, match=r"analysis\.py: defines no function pipeline"):
        study_of(path)
    (tmp_path / "analysis.py").write_text("def pipeline(:\n")
    with pytest.raises(ValueError, match=r"analysis\.py: no Python"):
        study_of(path)


def frame(days):
    time = pd.DatetimeIndex(days)
    return pd.DataFrame(
        {"source": "tec", "time": time, "latitude": 0.0, "longitude": 0.0, "pair_id": np.arange(len(time)),
         "radius_km": 100.0, "obs_start": time - pd.Timedelta("2D"), "obs_end": time}
    )  # fmt: skip


def test_what_is_beyond_the_span_neither_trains_nor_tests():
    X = frame(["2015-01-01", "2015-01-19", "2015-01-20", "2015-01-29", "2015-01-30", "2015-03-01"])
    ((train, test),) = SealedSpan("2015-01-20", "2015-01-30", min_train=0.1).split(X)
    assert (train.tolist(), test.tolist()) == ([0], [2, 3])  # row 1 shares a day with row 2
    ((_, test),) = SealedSpan("2015-01-20", min_train=0.1).split(X)
    assert test.tolist() == [2, 3, 4, 5]
    with pytest.raises(
        ValueError, match=r"no sample lies in the test span, 2016-01-01 to the end; they lie between "
    ):
        list(SealedSpan("2016-01-01").split(X))


@pytest.mark.slow
def test_a_plan_from_its_power_to_its_report(tmp_path):
    path = write_study(tmp_path)
    frozen = freeze(path)
    assert frozen.power.power_at(1.0) == 1.0 and "report/_verdict.py" in frozen.content["skquake"]
    report = run(path)
    assert report.look.registered and report.verdict.text.startswith(f"registered, seal {frozen.seal[:12]}: ")
    assert len(report.null.scores) == 20
    page = (tmp_path / "plan.look1.html").read_text()
    assert f"Registered: the plan of seal {frozen.seal}" in page
    rows = json.loads((tmp_path / "plan.look1.json").read_bytes())["report"]["rows"]
    assert {"section": "look", "quantity": "level", "value": 0.05}.items() <= rows[2].items()
    assert verify(path) == [] and "look 1     opened" in show(path)
    again = run(path, exploratory=True)
    assert again.look.number == 2 and "exploratory, look 2" in again.to_json()
    assert again.evaluation.event_auc.value == report.evaluation.event_auc.value
