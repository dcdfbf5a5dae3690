"""SlidingWindow alone, and inside scikit-learn's own tools."""

import pickle

import numpy as np
import pandas as pd
import pytest
from common.sampling_orbits import make_events, make_orbit
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow, make_samples

TRACK = make_orbit(3)
SAMPLES = make_samples(
    TRACK, make_events(3, magnitude=(7, 8)), region="3000 km", days=(-1.5, 0), max_length=6
)
LABELS = np.arange(len(SAMPLES.X)) % 2
FOREST = RandomForestClassifier(n_estimators=5, random_state=0)


def model(length=6):
    return make_pipeline(SlidingWindow(TRACK, length=length), WindowFlattener(), StandardScaler(), FOREST)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(st.integers(0, len(SAMPLES.X) - 1), min_size=1, max_size=12),
    length=st.integers(1, 6),
    channels=st.sampled_from([None, ["Te"], ["Te", "Ne"]]),
)
def test_windows_are_the_rows_around_the_centre(rows, length, channels):
    X = SAMPLES.X.iloc[rows]
    windows = SlidingWindow(TRACK, length, channels=channels).fit_transform(X)
    columns = [TRACK.channels.index(name) for name in channels or TRACK.channels]
    assert windows.dtype == np.float32
    for window, time in zip(windows, X["time"], strict=True):
        center = int(np.flatnonzero(TRACK.time == time.value)[0])
        first = center - length // 2
        np.testing.assert_array_equal(window, TRACK.values[first : first + length][:, columns])


def test_a_window_longer_than_the_samples_names_the_cure():
    with pytest.raises(ValueError, match=r"length=7: .*row 0 .*event 'q.*max_length=7\)"):
        SlidingWindow(TRACK, 7).fit_transform(SAMPLES.X)
    with pytest.raises(ValueError, match="leaves its obs_start"):  # centred samples, other alignment
        SlidingWindow(TRACK, 6, align="end").fit_transform(SAMPLES.X)
    assert SlidingWindow(TRACK, 4, align="end").fit_transform(SAMPLES.X).shape[1] == 4
    bare = SAMPLES.X[["time", "latitude", "longitude"]].iloc[[3]]
    assert SlidingWindow(TRACK, 7).fit_transform(bare).shape == (1, 7, 2)


def test_a_window_that_cannot_be_cut_is_named_or_nan():
    X = SAMPLES.X.copy()
    X.loc[[2, 4], ["time", "obs_start", "obs_end"]] += pd.Timedelta("1s")
    bare = X.drop(columns=["obs_start", "obs_end"])
    with pytest.raises(ValueError, match=rf"row 2 .*event .*no observation at this time \(2 of {len(X)}"):
        SlidingWindow(TRACK, 3).fit_transform(bare)
    windows = SlidingWindow(TRACK, 3, missing="nan").fit_transform(bare)
    assert np.flatnonzero(np.isnan(windows).all(axis=(1, 2))).tolist() == [2, 4]
    assert np.isfinite(np.delete(windows, [2, 4], axis=0)).all()


@pytest.mark.parametrize(
    ("change", "X", "message"),
    [
        ({}, SAMPLES.X.drop(columns="longitude"), "missing column.*longitude"),
        ({}, SAMPLES.X.to_numpy(), "expected a dataframe"),
        ({}, np.zeros((3, 4, 2)), "expected a dataframe"),
        ({"length": 0}, SAMPLES.X, "'length' parameter"),
        ({"length": "long"}, SAMPLES.X, "'length' parameter"),
        ({"missing": "drop"}, SAMPLES.X, "'missing' parameter"),
        ({"align": "start"}, SAMPLES.X, "'align' parameter"),
        ({"channels": ["Ti"]}, SAMPLES.X, "'Ti'"),
        ({"source": "track.parquet"}, SAMPLES.X, "'source' parameter"),
    ],
)
def test_bad_input_is_named(change, X, message):
    step = SlidingWindow(**{"source": TRACK, "length": 3, **change})
    with pytest.raises((TypeError, ValueError), match=message):
        step.fit(X).transform(X)
    with pytest.raises((TypeError, ValueError), match=message):
        step.transform(X)


def test_it_needs_no_fit_and_clones_share_the_source():
    step = SlidingWindow(TRACK, 3)
    assert not step.__sklearn_tags__().requires_fit
    assert clone(step).source is TRACK
    assert step.transform(SAMPLES.X).shape == (len(SAMPLES.X), 3, 2)


def test_pipeline_clone_and_pickle():
    fitted = model().fit(SAMPLES.X, LABELS)
    expected = fitted.predict_proba(SAMPLES.X)
    np.testing.assert_array_equal(clone(fitted).fit(SAMPLES.X, LABELS).predict_proba(SAMPLES.X), expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).predict_proba(SAMPLES.X), expected)


def test_weights_reach_the_last_step():
    fitted = model().fit(SAMPLES.X, LABELS, randomforestclassifier__sample_weight=SAMPLES.sample_weight)
    assert fitted.predict(SAMPLES.X).shape == LABELS.shape


def test_cross_val_predict_gives_every_row_its_own_prediction():
    cv = KFold(3, shuffle=True, random_state=0)
    found = cross_val_predict(model(), SAMPLES.X, LABELS, cv=cv, method="predict_proba")
    windows = SlidingWindow(TRACK, 6).transform(SAMPLES.X).reshape(len(LABELS), -1)
    bare = make_pipeline(StandardScaler(), FOREST)
    np.testing.assert_array_equal(
        found, cross_val_predict(bare, windows, LABELS, cv=cv, method="predict_proba")
    )


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_length_can_be_searched(n_jobs):
    search = GridSearchCV(
        model(), {"slidingwindow__length": [2, 6]}, cv=KFold(2), scoring="f1_macro", n_jobs=n_jobs,
        error_score="raise",
    ).fit(SAMPLES.X, LABELS)  # fmt: skip
    for length, score in zip([2, 6], search.cv_results_["mean_test_score"], strict=True):
        windows = SlidingWindow(TRACK, length).transform(SAMPLES.X).reshape(len(LABELS), -1)
        alone = GridSearchCV(
            make_pipeline(StandardScaler(), FOREST), {}, cv=KFold(2), scoring="f1_macro"
        ).fit(windows, LABELS)
        assert score == alone.cv_results_["mean_test_score"][0]
    assert search.predict(SAMPLES.X).shape == LABELS.shape


class Bare:
    """A source that has no more than the public method."""

    kind, channels = "track", ("a",)

    def windows(self, samples, length, *, channels=None, align="auto"):
        return np.ones((len(samples), length, 1), dtype=np.float32), np.full(len(samples), "", dtype=object)


def test_samples_that_vouch_for_nothing_need_no_more_than_windows():
    X = pd.DataFrame({"time": pd.to_datetime(["2015-01-01"]), "latitude": 0.0, "longitude": 0.0})
    assert SlidingWindow(Bare(), 3).fit_transform(X).shape == (1, 3, 1)
