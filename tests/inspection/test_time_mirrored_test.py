"""The days after earthquakes: what stands before alone, after alone, on both sides, or on neither."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from skquake.catalogs import AftershockRemover, MatchedControls, RandomControls
from skquake.inspection import TimeMirroredResult, catalog_null_test, time_mirrored_test
from skquake.inspection._time_mirrored_test import _mirrored, _Shifted, _window
from skquake.metrics._joint_difference import joint_interval
from skquake.model_selection import Score, chronological_split
from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow
from skquake.sources import SeriesSource, TrackSource

# A dozen places for all earthquakes: wider windows would take most of them for aftershocks of each other.
BOX = AftershockRemover("box")
SAMPLING = {"region": "2000 km", "days": (-15, 0), "max_length": 3}


def make_world(seed, *, before=0.0, after=0.0, n=150, n_days=900, days_after=3):
    """Noise at twelve far stations; a rise on the three ticks before, or after, each earthquake."""
    rng = np.random.default_rng(seed)
    times = pd.date_range("2015-01-01", periods=n_days, freq="D")
    stations = pd.DataFrame(
        {"latitude": np.tile([-40.0, 0.0, 40.0], 4), "longitude": np.repeat([-150.0, -60.0, 30.0, 120.0], 3)},
        [f"s{k}" for k in range(12)],
    )
    values = rng.normal(size=(n_days, 12))
    near, day = rng.integers(0, 12, n), rng.uniform(20, n_days - 20, n)
    for k, d in zip(near, day, strict=True):
        values[int(d) - 2 : int(d) + 1, k] += before
        values[int(d) + 1 : int(d) + 1 + days_after, k] += after
    catalog = pd.DataFrame(
        {
            "time": times[0] + pd.to_timedelta(day, "D"),
            "latitude": stations["latitude"].to_numpy()[near],
            "longitude": stations["longitude"].to_numpy()[near],
            "magnitude": 5.5,
        },
        index=[f"q{k}" for k in range(n)],
    )
    return SeriesSource(pd.DataFrame(values, times, stations.index), stations, max_km=2500.0), catalog


def run(source, catalog, **changed):
    model = make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression())
    keywords = {
        "controls": MatchedControls(region="2000 km"),
        "decluster": BOX,
        "sampling": SAMPLING,
        "cv": lambda samples: chronological_split(samples.X, samples.y, test_size=0.5),
        "scoring": "seismic_auc",
        "random_state": 0,
    }
    return time_mirrored_test(model, source, catalog, **keywords | changed)


def test_an_effect_before_is_told_from_one_after_and_from_one_on_both_sides():
    before = run(*make_world(0, before=1.5))
    assert before.score("declared").low > 0.7 and before.score("mirrored").low < 0.5
    assert before.differences["declared minus mirrored"].low > 0.0
    assert "the days before score higher than those after" in before.sentences[0]
    for side in ("before", "after"):
        assert (
            before.differences[f"{side} minus declared"].low
            < 0.0
            < before.differences[f"{side} minus declared"].high
        )
    assert "no dependence on the side of the controls is seen" in repr(before)

    after = run(*make_world(0, after=1.5))
    assert after.score("mirrored").low > 0.7 and after.differences["declared minus mirrored"].high < 0.0
    assert "the declared score is not above chance" in after.sentences[0]

    both = run(*make_world(0, before=1.5, after=1.5))
    assert both.score("declared").low > 0.6 and both.score("mirrored").low > 0.6
    assert "nothing speaks for the days before" in both.sentences[0]


@pytest.mark.parametrize("later", [0.0, 15.0])
def test_controls_within_the_record_are_observed_within_it(later):
    source, catalog = make_world(0, n=60, n_days=150)
    controls = MatchedControls(region="2000 km", within=source.span, side="either")
    analysis = _Shifted({}, source, controls, SAMPLING, None, None, None, "seismic_auc", None, later)
    found = analysis.samples(catalog, catalog, 0)
    reasons = found.dropped.loc[found.dropped["label"] == 0, "reason"]
    assert (found.y == 0).sum() > 5 and not reasons.str.contains("outside the span").any()


def test_what_lasts_for_weeks_after_earthquakes_shows_in_the_sides_of_the_controls():
    found = run(*make_world(0, after=2.0, n=80, days_after=70))
    assert found.score("after").value > found.score("before").value
    assert found.differences["after minus declared"].low > 0.0
    assert "the score depends on the side of the controls" in found.sentences[1]
    frame = found.to_frame().set_index("name")
    assert frame.index.tolist()[:4] == ["declared", "mirrored", "before", "after"]
    assert frame.loc["mirrored", "days"] == "0 to 3" and frame.loc["declared", "days"] == "-3 to 0"
    assert frame.loc["declared", "n_earthquakes"] == found.n_earthquakes["declared"] > 0


def test_the_declared_row_is_what_the_null_test_observes():
    source, catalog = make_world(1)
    found = run(source, catalog)
    model = make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression())
    null = catalog_null_test(
        model,
        source,
        catalog,
        controls=MatchedControls(region="2000 km"),
        decluster=BOX,
        sampling=SAMPLING,
        cv=lambda samples: chronological_split(samples.X, samples.y, test_size=0.5),
        scoring="seismic_auc",
        nulls=("shuffle-times",),
        n_nulls=1,
        random_state=0,
    )
    assert found.score("declared") == null.observed["pipeline"].seismic_auc


def test_mirrored_windows_lie_after_and_their_controls_keep_clear_of_both_sides():
    source, catalog = make_world(2)
    later, (before, after) = _window(source, SAMPLING, 1.0)
    assert (later, before, after) == (4.0, (-3.0, 0.0), (1.0, 4.0))
    _, (before, after) = _window(source, SAMPLING | {"step": 1}, 0.0)
    assert (before, after) == ((-18.0, 0.0), (0.0, 18.0))
    later, (before, _) = _window(source, SAMPLING | {"context": 2}, 1.0)
    assert (later, before) == (6.0, (-5.0, 0.0))
    changed = _mirrored(MatchedControls(), after, 0.0)
    assert changed.days == (0.0, 18.0) and changed.avoid_days == (-15.0, 18.0)
    frame = pd.DataFrame(
        {"time": pd.date_range("2015", periods=9, freq="s"), "latitude": 0.0, "longitude": 0.0, "Ne": 1.0}
    )
    assert _window(TrackSource(frame), SAMPLING | {"lead": 2}, 0.5) == (17.5, ((-15.0, -2.0), (2.5, 15.5)))

    seen = []

    def keep(samples):
        seen.append(samples)
        return chronological_split(samples.X, samples.y, test_size=0.5)

    run(source, catalog, cv=keep)
    X = seen[1].X
    event = X["time"] + pd.to_timedelta(X["lead_days"], "D")
    assert (X["obs_start"] > event).all() and (X["lead_days"] < 0).all()
    of = X["event_id"].isin(catalog.index).to_numpy()
    assert (abs(event[of] - catalog.loc[X["event_id"][of], "time"].to_numpy()) < pd.Timedelta("1us")).all()
    # No window of a control touches the days -15 to 3 around an earthquake at its station.
    start, end = X["obs_start"][~of].to_numpy(), X["obs_end"][~of].to_numpy()
    for time, latitude, longitude in catalog[["time", "latitude", "longitude"]].itertuples(index=False):
        same = (X["latitude"][~of] == latitude) & (X["longitude"][~of] == longitude)
        clear = (end < time - pd.Timedelta("15D")) | (start > time + pd.Timedelta("3D"))
        assert clear[same.to_numpy()].all()


def test_what_cannot_be_made_is_said_and_days_beyond_the_earthquake_are_refused():
    source, catalog = make_world(3)
    found = run(source, catalog, controls=RandomControls())
    assert set(found.evaluations) == {"declared", "mirrored"}
    assert "RandomControls has no side" in found.sentences[1]
    assert found.to_frame().set_index("name").loc["before", "note"] == "RandomControls has no side"
    assert found.to_frame().set_index("name").loc["before minus declared", "note"] == "not made: before"
    with pytest.raises(ValueError, match="reach beyond the earthquake"):
        run(
            TrackSource(
                pd.DataFrame(
                    {
                        "time": pd.date_range("2015", periods=9, freq="s"),
                        "latitude": 0.0,
                        "longitude": 0.0,
                        "Ne": 1.0,
                    }
                )
            ),
            catalog,
            sampling=SAMPLING | {"days": (-15, 5)},
        )


@pytest.mark.parametrize("score", ["seismic_mcc", "seismic_auc", "event_auc"])
def test_the_joint_interval_of_an_analysis_with_itself_is_none_and_of_others_holds_both_spreads(score):
    rng = np.random.default_rng(0)

    def rows(gain, shift=0):
        y = np.tile([1, 0], 200)
        p = np.clip(0.5 + gain * (y - 0.5) + 0.2 * rng.normal(size=400), 0.01, 0.99)
        ids = np.array([f"{'q' if label else 'c'}{k // 2}" for k, label in enumerate(y)])
        return Bunch(
            y=y,
            proba=np.c_[1 - p, p, np.zeros(400)],
            event_id=ids,
            pair_id=np.arange(400) // 2,
            time=pd.date_range("2015", periods=400, freq="2D") + pd.Timedelta(days=shift),
        )

    one, other = rows(0.1), rows(0.5)
    assert np.isnan(joint_interval(score, one, one, random_state=0).low)
    found = joint_interval(score, other, one, random_state=0)
    assert 0.0 < found.low < found.high and found.n_units >= 12
    few = Bunch(**{name: value[:8] for name, value in one.items()})
    assert np.isnan(joint_interval(score, few, few, random_state=0).low)
    # Four pairs of one analysis make no interval, however many the other has.
    for pair in ((one, few), (few, one)):
        found = joint_interval(score, *pair, random_state=0)
        assert np.isnan(found.low) and np.isnan(found.high) and found.n_units <= 4


def test_no_interval_no_sentence():
    bare = Score(1.0, np.nan, np.nan, "pair", 3)
    evaluation = Bunch(seismic_mcc=bare)
    found = TimeMirroredResult(
        evaluations={"declared": evaluation, "mirrored": evaluation},
        differences={"declared minus mirrored": Score(0.0, np.nan, np.nan, "pair", 3)},
        scoring="seismic_mcc",
        days=dict.fromkeys(("declared", "mirrored", "before", "after"), (-15.0, 0.0)),
        n_earthquakes={"declared": 3, "mirrored": 3},
        failed=dict.fromkeys(("before", "after"), "no sample is left"),
    )
    assert found.sentences[0].endswith("without intervals nothing follows.")
