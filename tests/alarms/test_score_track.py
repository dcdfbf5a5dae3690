"""A track is scored window by window, as the model itself would score these windows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from common.source_examples import START, track_frame
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skquake._core._largest_kp import largest_kp
from skquake.alarms import score_track
from skquake.metrics._evidence import seismic_probability
from skquake.preprocessing import WindowFlattener, WindowNormalizer
from skquake.sampling import SlidingWindow
from skquake.sources import SourceCollection, TrackSource

LENGTH = 20


@pytest.fixture(scope="module")
def track():
    """Two days of orbits, with a gap and a channel that is missing at times."""
    frame = track_frame(n=2 * 17_280, cadence=5.0)
    frame.loc[300:305, "Te"] = np.nan
    return TrackSource(frame.drop(index=range(1000, 1200)), channels=["Ne", "Te"])


@pytest.fixture(scope="module")
def rows(track):
    center = track.blocks(LENGTH).center
    return pd.DataFrame(
        {
            "time": track.time[center].view("datetime64[ns]"),
            "latitude": track.latitude[center],
            "longitude": track.longitude[center],
        }
    )


@pytest.fixture(scope="module")
def model(track, rows):
    y = np.random.default_rng(0).integers(0, 3, len(rows))
    forest = RandomForestClassifier(10, random_state=0)
    window = SlidingWindow(track, LENGTH, channels=["Te", "Ne"])
    return make_pipeline(window, WindowNormalizer("center"), WindowFlattener(), forest).fit(rows, y)


@pytest.fixture(scope="module")
def kp():
    values = np.resize([1.0, 3.0, 3.333, 2.0, 0.0, 1.333], 40)
    return pd.Series(values, pd.date_range(START - pd.Timedelta(days=2), periods=40, freq="3h"))


def test_equals_the_model_on_the_same_windows(track, model, rows):
    scores = score_track(model, track)
    assert scores.columns.tolist() == [
        "time", "latitude", "longitude", "pass_id", "local_time", "kp", "probability",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(scores[list(rows.columns)], rows)
    np.testing.assert_array_equal(scores["probability"], seismic_probability(model.predict_proba(rows)))
    assert scores["kp"].isna().all() and scores["time"].is_monotonic_increasing
    assert scores.attrs["disturbed"] == 0


@pytest.mark.parametrize("chunk", [1, 7, 100_000])
def test_chunks_change_nothing(track, model, chunk):
    few = (6.0, 8.0)
    expected = score_track(model, track, local_time=few)
    pd.testing.assert_frame_equal(score_track(model, track, local_time=few, chunk=chunk), expected)


def test_no_more_than_a_chunk_is_cut_at_a_time(track, model, monkeypatch):
    sizes = []
    cut = TrackSource.windows
    monkeypatch.setattr(
        TrackSource, "windows", lambda self, X, *a, **k: sizes.append(len(X)) or cut(self, X, *a, **k)
    )
    n = len(score_track(model, track, chunk=300))
    assert max(sizes) == 300 and sum(sizes) == n


def test_windows_lie_in_one_pass_without_gaps(track, model):
    scores = score_track(model, track, step=3)
    windows, problem = track.windows(scores, LENGTH)
    assert (problem == "").all() and np.isfinite(windows).all()
    assert len(scores) == len(track.blocks(LENGTH, 3).center)
    pass_of = track.pass_id[np.searchsorted(track.time, scores["time"].to_numpy().view("int64"))]
    np.testing.assert_array_equal(scores["pass_id"], pass_of)


def test_quiet_windows_only(track, model, kp):
    everything = score_track(model, track)
    largest = largest_kp(kp, everything["time"], 6)
    quiet = score_track(model, track, kp=kp, disturbed_hours=6)
    assert 0 < len(quiet) < len(everything)
    assert quiet["kp"].max() == 3.0  # 3 is not above 3, 3.333 is
    np.testing.assert_array_equal(quiet["time"], everything["time"][largest < 3.1])
    assert quiet.attrs["disturbed"] == len(everything) - len(quiet)
    assert len(score_track(model, track, kp=kp, kp_threshold=9.0)) == len(everything)


def test_night_and_day_make_the_whole(track, model):
    night, day, both = (score_track(model, track, local_time=part) for part in ("night", "day", None))
    assert (night["local_time"].ge(18) | night["local_time"].lt(6)).all()
    assert day["local_time"].between(6, 18, inclusive="left").all()
    together = pd.concat([night, day]).sort_values("time", ignore_index=True)
    pd.testing.assert_frame_equal(together, both)


def test_poles_and_dateline(model):
    """A pass over the pole, and one that crosses the dateline: both scored, where they are."""
    n = 400
    angle = np.linspace(80.0, 100.0, n)
    pole = pd.DataFrame(
        {"latitude": np.minimum(angle, 180 - angle), "longitude": np.where(angle > 90, -90, 90)}
    )
    line = pd.DataFrame({"latitude": np.linspace(0, 20, n), "longitude": np.linspace(178, 182, n)})
    for frame, seam in ((pole, 90.0), (line, -180.0)):
        frame["time"] = pd.date_range(START, periods=n, freq="5s")
        frame[["Ne", "Te"]] = np.random.default_rng(0).lognormal(size=(n, 2))
        source = TrackSource(frame)
        scores = score_track(model, source)
        assert len(scores) >= n // LENGTH - 1
        assert scores["longitude"].between(-180, 180, inclusive="left").all()
        assert scores["latitude"].between(-90, 90).all()
        assert (scores["longitude"] < 0).any() and (scores["longitude"] > 0).any()
        where = scores["latitude"] if seam == 90.0 else -np.abs(scores["longitude"])
        assert np.abs(where - seam).min() < 1.5


def test_a_search_and_a_classifier_of_arrays(track, model, rows):
    y = np.random.default_rng(0).integers(0, 3, len(rows))
    search = GridSearchCV(model, {"randomforestclassifier__max_depth": [2, 3]}, cv=2).fit(rows, y)
    best = score_track(search.best_estimator_, track)
    pd.testing.assert_frame_equal(score_track(search, track), best)
    arrays = make_pipeline(WindowFlattener(), RandomForestClassifier(5, random_state=0))
    arrays.fit(track.windows(rows, LENGTH)[0], y)
    scores = score_track(arrays, track, length=LENGTH)
    proba = arrays.predict_proba(track.windows(rows, LENGTH)[0])
    np.testing.assert_array_equal(scores["probability"], seismic_probability(proba))


@pytest.mark.parametrize("edge", ["error", "nan"])
def test_a_model_with_context_gets_context(track, rows, edge):
    """The windows of a scored track are those that the model's own step cuts, core and context."""
    window = SlidingWindow(track, LENGTH, context=30, context_edge=edge, channels=["Te"])
    forest = RandomForestClassifier(5, random_state=0)  # takes NaN
    center = track.blocks(LENGTH, context=30).center
    whole = rows[np.isin(rows["time"], pd.DatetimeIndex(track.time[center]))]
    assert 0 < len(whole) < len(rows)
    y = np.random.default_rng(0).integers(0, 2, len(whole))
    model = make_pipeline(window, WindowFlattener(), forest).fit(whole, y)
    assert model[-1].n_features_in_ == LENGTH + 60
    scores = score_track(model, track, chunk=100)
    expected = whole if edge == "error" else rows
    np.testing.assert_array_equal(scores["time"], expected["time"])
    np.testing.assert_array_equal(scores["probability"], seismic_probability(model.predict_proba(expected)))
    alone = TrackSource(track.to_frame(), channels=["Te"])  # the steps after the window, by themselves
    bare = score_track(model[1:], alone, length=LENGTH, context=30)
    both = bare.merge(scores, on="time")
    assert len(both) and (both["probability_x"] == both["probability_y"]).all()
    with pytest.raises(ValueError, match="context=3, but the model's SlidingWindow has context=30"):
        score_track(model, track, context=3)


def test_another_track_than_the_models_own(track, model):
    other = TrackSource(track_frame(n=3000, cadence=5.0, seed=5, phase=0.3), channels=["Ne", "Te"])
    scores = score_track(model, other)
    assert len(scores) == len(other.blocks(LENGTH).center)
    assert (scores["time"] <= other.span[1]).all()


def test_two_classes_are_found_by_name(track, rows):
    y = np.where(np.arange(len(rows)) % 2, 2, 1)
    forest = make_pipeline(
        SlidingWindow(track, LENGTH), WindowFlattener(), RandomForestClassifier(5, random_state=0)
    )
    scores = score_track(forest.fit(rows, y), track)
    assert set(scores["probability"].unique()) <= {0.5, 1.0}  # never class 0; 0.5 where sure of class 2


def test_nothing_to_score(track, model):
    assert len(score_track(model, track, local_time=(3.0, 3.0))) == 0


def test_errors(track, model):
    with pytest.raises(ValueError, match="cuts no windows itself"):
        score_track(model[-1], track)
    with pytest.raises(ValueError, match="length=30, but the model's SlidingWindow has length=20"):
        score_track(model, track, length=30)
    with pytest.raises(TypeError, match="one by one"):
        score_track(model, SourceCollection({"A": track}))
    with pytest.raises(ValueError, match="kp: no value"):
        score_track(model, track, kp=pd.Series([1.0], [START]))


def noted(model, **observed):
    """What a pipeline's file gives back: the steps after the window, and what is known of it."""
    rest = model[1:]
    rest.observed_ = {"channels": ["Te", "Ne"], "length": LENGTH} | observed
    return rest


def test_a_model_from_a_file_knows_its_windows(track, model):
    expected = score_track(model, track)
    pd.testing.assert_frame_equal(score_track(noted(model), track), expected)
    pd.testing.assert_frame_equal(score_track(noted(model), track, length=LENGTH, context=0), expected)
    for given in ({"length": LENGTH + 1}, {"context": 3}):
        with pytest.raises(ValueError, match="but the model in the file was trained with"):
            score_track(noted(model), track, **given)
    with pytest.raises(ValueError, match="it has no B_N, which the model"):
        score_track(noted(model, channels=["Te", "B_N"]), track)
    with pytest.raises(ValueError, match="trained on residuals"):
        score_track(noted(model, residual=True), track)


def test_a_model_from_a_file_with_context(track, rows):
    y = np.random.default_rng(0).integers(0, 2, len(rows))
    for edge in ("error", "nan"):
        window = SlidingWindow(track, LENGTH - 8, context=4, context_edge=edge)
        forest = RandomForestClassifier(5, random_state=0)
        model = make_pipeline(window, WindowFlattener(), forest).fit(rows, y)
        found = noted(model, channels=["Ne", "Te"], length=LENGTH - 8, context=4, context_edge=edge)
        pd.testing.assert_frame_equal(score_track(found, track), score_track(model, track))
