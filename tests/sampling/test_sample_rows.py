"""Rows of samples: altered ones are named, frames of other libraries taken, names handed on."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from common.sampling_orbits import make_events, make_orbit
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.pipeline import make_pipeline

from skquake.preprocessing import WindowFlattener
from skquake.sampling import SIPImages, SlidingWindow, make_samples
from skquake.sources import SeriesSource, SourceCollection

TRACK = make_orbit(3, gaps=0, holes=0)
BOTH = SourceCollection({"A": TRACK, "B": make_orbit(4, gaps=0, holes=0)})
CALL = dict(region="3000 km", days=(-1.5, 0), max_length=6)
SAMPLES = make_samples(TRACK, make_events(3, magnitude=(7, 8)), **CALL)
HOURS = pd.date_range("2001-01-01", periods=60 * 24, freq="h")
PLACES = pd.DataFrame({"latitude": [36.0, -5.0], "longitude": [142.0, 100.0]}, index=["a", "b"])
SERIES = SeriesSource(pd.DataFrame({"a": np.arange(len(HOURS), dtype=float), "b": 1.0}, index=HOURS), PLACES)
IMAGES = pd.DataFrame(
    {
        "time": HOURS[[47 * 24 - 1, 50 * 24 - 1, 60 * 24 - 1]],
        "latitude": 36.0,
        "longitude": 142.0,
        "event_id": ["e", "f", "g"],
    }
)
IMAGES["obs_end"], IMAGES["obs_start"] = (
    IMAGES["time"],
    IMAGES["time"] - pd.Timedelta("45D") + pd.Timedelta("1h"),
)


def shifted(X, column):
    """The same frame with one column moved on by a row."""
    return X.assign(**{column: np.roll(X[column].to_numpy(), 1)})


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ("time", "its time lies outside its own obs_start"),
        ("obs_start", "its time lies outside its own obs_start"),
        ("obs_end", "its time lies outside its own obs_start"),
        ("latitude", "its place is not where 'track' was at its time"),
        ("longitude", "its place is not where 'track' was at its time"),
    ],
)
def test_a_shuffled_column_is_named_with_its_sample(column, why):
    X = SAMPLES.X.reset_index(drop=True)
    step = SlidingWindow(TRACK, 4, missing="nan").fit(X)
    with pytest.raises(
        ValueError, match=rf"row \d+ .*event '.*was altered.*{why}.*of {len(X)} samples.*whole rows"
    ):
        step.transform(shifted(X, column))
    rows = np.random.default_rng(0).permutation(len(X))
    np.testing.assert_array_equal(step.transform(X.iloc[rows]), step.transform(X)[rows])


def test_columns_that_a_window_does_not_hang_on_may_be_shuffled():
    X = SAMPLES.X
    for column in ("kp", "magnitude", "lead_days", "event_id", "local_time"):
        windows = SlidingWindow(TRACK, 4).transform(shifted(X, column))
        np.testing.assert_array_equal(windows, SlidingWindow(TRACK, 4).transform(X))


def test_a_sample_of_another_source():
    X = make_samples(BOTH, make_events(3, magnitude=(7, 8)), **CALL).X
    other = X.assign(source=np.where(X["source"] == "A", "B", "A"))
    with pytest.raises(ValueError, match=r"was altered, or is of another source"):
        SlidingWindow(BOTH, 4).transform(other)
    late = X.assign(time=X["time"] + pd.Timedelta("1s"))
    with pytest.raises(ValueError, match=r"'[AB]' observed nothing at its time"):
        SlidingWindow(BOTH, 4).transform(late)


def test_permutation_importance_is_told_what_to_permute():
    model = make_pipeline(
        SlidingWindow(TRACK, 4), WindowFlattener(), RandomForestClassifier(2, random_state=0)
    )
    y = np.arange(len(SAMPLES.X)) % 2
    model.fit(SAMPLES.X, y)
    with pytest.raises(ValueError, match=r"was altered.*permutation_importance"):
        permutation_importance(model, SAMPLES.X, y, n_repeats=1, random_state=0)


def test_altered_images():
    assert SIPImages(SERIES, channel="TEC").fit_transform(IMAGES).shape == (3, 30, 24, 6)
    with pytest.raises(ValueError, match=r"row 0 .*event 'e'.*was altered.*its time is not its obs_end"):
        SIPImages(SERIES, channel="TEC").transform(shifted(IMAGES, "time"))


def test_the_bunch_instead_of_its_rows():
    with pytest.raises(TypeError, match=r"pass its X: samples.X"):
        SlidingWindow(TRACK, 4).fit(SAMPLES)


STEPS = [
    (SlidingWindow(TRACK, 4), SAMPLES.X, list(TRACK.channels)),
    (SlidingWindow(TRACK, 4, channels=["Te"]), SAMPLES.X, ["Te"]),
    (
        SIPImages(SERIES, channel="TEC"),
        IMAGES,
        ["TEC", "median", "lower", "upper", "positive", "negative"],
    ),
]


@pytest.mark.parametrize(("step", "X", "names"), STEPS, ids=["windows", "one channel", "images"])
class TestStep:
    def test_names(self, step, X, names):
        assert clone(step).get_feature_names_out().tolist() == names
        fitted = clone(step).fit(X)
        assert fitted.n_features_in_ == X.shape[1] and fitted.feature_names_in_.tolist() == list(X.columns)
        assert fitted.get_feature_names_out(X.columns).tolist() == names
        assert fitted.transform(X).shape[-1] == len(names)

    @pytest.mark.parametrize("container", ["pandas", "polars"])
    def test_set_output_is_taken_and_changes_nothing(self, step, X, names, container):
        expected = clone(step).fit_transform(X)
        chosen = clone(step).set_output(transform=container)
        np.testing.assert_array_equal(chosen.fit_transform(X), expected)
        np.testing.assert_array_equal(clone(chosen).fit(X).transform(X), expected)
        with config_context(transform_output=container, enable_metadata_routing=True):
            found = clone(step).fit_transform(X)
        assert isinstance(found, np.ndarray)
        np.testing.assert_array_equal(found, expected)

    def test_a_frame_of_polars(self, step, X, names):
        plain = X.drop(columns=[name for name in ("owners",) if name in X])
        np.testing.assert_array_equal(
            clone(step).fit_transform(pl.from_pandas(plain)), clone(step).fit_transform(X)
        )

    def test_a_refused_fit_leaves_what_was_there(self, step, X, names):
        fitted = clone(step).fit(X)
        before = {name: vars(fitted)[name] for name in ("n_features_in_", "feature_names_in_")}
        with pytest.raises(ValueError, match="missing column"):
            fitted.fit(X.drop(columns=["time", "event_id"]))
        assert all(vars(fitted)[name] is value for name, value in before.items())
        fresh = clone(step)
        with pytest.raises(ValueError, match="missing column"):
            fresh.fit(X.drop(columns="time"))
        assert not hasattr(fresh, "n_features_in_")


def test_a_pipeline_of_pandas_output():
    model = make_pipeline(SlidingWindow(TRACK, 4), WindowFlattener()).set_output(transform="pandas")
    table = model.fit_transform(SAMPLES.X)
    assert isinstance(table, pd.DataFrame) and len(table) == len(SAMPLES.X)
    assert model.n_features_in_ == SAMPLES.X.shape[1]
    assert table.columns.is_unique and table.shape[1] == len(model.get_feature_names_out())
    assert {name.split("_")[0] for name in model.get_feature_names_out()} == set(TRACK.channels)
