"""Earthquakes without a control: what is to blame is said, and two earthquakes make no error."""

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

from skquake import SlidingWindow, TrackSource, make_samples
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls
from skquake.datasets import make_track
from skquake.inspection import location_probe
from skquake.model_selection import PurgedTimeSeriesSplit, evaluate
from skquake.report import evaluation_report

CALL = dict(region="dobrovolsky", days=(-15, 0), local_time="night", max_length=5)


@pytest.fixture(scope="module")
def track():
    made = make_track("cses", "2019-01-01", "2019-05-01", side="night", cadence=30.0, random_state=0)
    return TrackSource(made.frame, channels=["Ne"])


@pytest.fixture(scope="module")
def quakes():
    return pd.DataFrame(
        {
            "time": pd.to_datetime(["2019-02-10", "2019-03-10", "2019-03-01", "2019-03-20"]),
            "latitude": [-30.0, 10.0, 40.0, -20.0],
            "longitude": [-71.0, 100.0, 20.0, 170.0],
            "magnitude": [6.5, 6.4, 6.6, 6.3],
        },
        index=list("abcd"),
    )


def test_controls_beyond_the_record_are_named(track, quakes):
    far = MatchedControls(min_days=200, max_days=220, random_state=0)
    words = r"its control outside the span of the source: 4.*within=source.span"
    with pytest.raises(ValueError, match=words):
        make_samples(track, quakes, far, **CALL)
    words = r"none for the 4 events.*free ones outside within .a pair at 200 days takes a record of 215"
    with pytest.warns(UserWarning, match="outside within"), pytest.raises(ValueError, match=words):
        make_samples(track, quakes, far.set_params(within=track.span), **CALL)
    within = MatchedControls(within=track.span, random_state=0)
    samples = make_samples(track, quakes, within, **CALL)
    controls = samples.events[samples.events["label"] == 0]
    assert (controls["time"] - pd.Timedelta("15D") >= track.span[0]).all()
    assert (controls["time"] <= track.span[1]).all()


def test_places_that_are_never_free_are_named(track, quakes):
    every_week = pd.date_range("2018-06-01", "2019-12-01", freq="7D")
    busy = pd.DataFrame({"time": every_week, "latitude": -30.5, "longitude": -71.0, "magnitude": 6.0})
    avoid = pd.concat([quakes, busy.rename(index="busy{}".format)])
    samples = make_samples(track, quakes, MatchedControls(avoid=avoid, random_state=1), **CALL)
    assert samples.dropped.set_index("event_id")["reason"]["a"] == "no control"
    with pytest.warns(UserWarning, match="no control is left"), pytest.raises(ValueError, match="of avoid"):
        make_samples(track, quakes.loc[["a"]], MatchedControls(avoid=avoid, random_state=0), **CALL)


@pytest.mark.parametrize("n", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_few_earthquakes_make_no_error(track, quakes, n):
    controls = MatchedControls(within=track.span, side="either", random_state=3)
    samples = make_samples(track, quakes[-n:], controls, **CALL)
    n_pairs = samples.X.loc[samples.y == 1, "pair_id"].nunique()
    assert n_pairs >= 2
    model = make_baseline("profile", SlidingWindow(track, 5))
    with pytest.warns(UserWarning, match=f"{n_pairs} earthquakes with a control are too few"):
        found = evaluate(model, samples, random_state=0)
    assert not found.seismic_mcc.has_interval
    with pytest.warns(UserWarning, match="fewer than 20 bear no claim"):
        probe = location_probe(samples, estimator=DecisionTreeClassifier(), random_state=0)
    assert np.array_equal(probe.test, found.test)
    with pytest.warns(UserWarning, match="too few for"):
        report = evaluation_report(model, samples, probes=False, n_resamples=10, random_state=0)
    assert report.verdict.code == "few" and report.verdict.text.startswith("too few for any claim")
    with pytest.raises(ValueError, match="PurgedTimeSeriesSplit"):  # what is asked for by name stays an error
        evaluate(model, samples, PurgedTimeSeriesSplit(5), random_state=0)


def test_one_earthquake_says_what_is_missing(track, quakes):
    controls = MatchedControls(within=track.span, side="either", random_state=3)
    samples = make_samples(track, quakes[-1:], controls, **CALL)
    with pytest.raises(ValueError, match="one earthquake with a control, and nothing is left to train on"):
        evaluate(make_baseline("profile", SlidingWindow(track, 5)), samples, random_state=0)
