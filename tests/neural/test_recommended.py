"""The recommended pipelines see what they should, and go through all that takes a pipeline."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from skquake import SeriesSource, TrackSource
from skquake.alarms import score_track
from skquake.model_selection import evaluate, spaces
from skquake.neural import load_model, make_safenet, make_seqnetquake, save_model
from skquake.preprocessing import IRIResidual, QuietBackground
from skquake.sampling import ResidualWindow
from skquake.sources import SourceCollection

TINY = dict(filters=2, lstm_units=4, dense_units=4, epochs=1, random_state=0)  # one shape: compiled once
IRI = IRIResidual(f107=100.0)


def record(n_passes=40, rows=400, altitude=True, seed=0):
    """Passes over the equator with a slope of their own, and what was added in the middle of every other."""
    rng = np.random.default_rng(seed)
    step = np.arange(rows)
    parts = []
    for k in range(n_passes):
        smooth = 5.0 + rng.normal(0, 0.2) + rng.normal(0, 0.03) * np.cos(step / 60.0)
        bump = 0.15 * np.exp(-0.5 * ((step - rows / 2) / 8.0) ** 2) * (k % 2)
        noise = rng.normal(0, 0.01, (2, rows))
        parts.append(
            pd.DataFrame(
                {
                    "time": pd.Timestamp("2019-03-01") + pd.to_timedelta(step * 3 + k * 6000, unit="s"),
                    "latitude": np.linspace(-38, 38, rows),
                    "longitude": 100.0,
                    "Ne": 10.0 ** (smooth + bump + noise[0]),
                    "Te": 10.0 ** (3.0 + noise[1]),
                    "B_N": 2e4 + step,
                }
                | ({"altitude_km": 507.0} if altitude else {})
            )
        )
    return pd.concat(parts, ignore_index=True)


def centers(frame, rows=400):
    """Rows at the middle of each pass, as samples, and their classes."""
    at = np.arange(rows // 2, len(frame), rows)
    X = frame.iloc[at][["time", "latitude", "longitude"]].reset_index(drop=True)
    X["event_id"] = X["pair_id"] = np.arange(len(X))
    return X, np.arange(len(X)) % 2


@pytest.fixture(scope="module")
def track():
    return TrackSource(record(), channels=["Ne", "Te"])


def test_a_bump_is_found_through_context_and_residual(track):
    X, y = centers(record())
    model = make_seqnetquake(track, background=IRI, **(TINY | {"epochs": 60, "learning_rate": 0.02}))
    model.fit(X[:28], y[:28])
    assert roc_auc_score(y[28:], model.predict_proba(X[28:])[:, 1]) > 0.9
    assert model[:-1].transform(X).shape == (40, 20, 3)  # 100 observations by fives; Ne, Te and the residual
    seen = model[:-1].transform(X)
    assert np.ptp(seen.mean(axis=1), axis=0).max() < 1e-3  # the level is gone


@pytest.mark.parametrize(
    ("make", "length", "context", "average"),
    [
        (make_seqnetquake, 20, 20, 3),
        (make_seqnetquake, 20, 40, 5),
        (make_seqnetquake, 20, 0, 1),
        (make_safenet, 70, 70, 11),
    ],
)
def test_some_twenty_averages_in_equal_segments(track, make, length, context, average):
    model = make(track, length, context=context)
    assert model["windowmean"].size == average
    assert -(-(length + 2 * context) // average) % 2 == 0
    assert make(track, length, context=context, average=2)["windowmean"].size == 2


def test_logarithms_of_what_is_positive_by_nature():
    frame = record(2)
    frame.attrs["units"] = {"Ne": "cm-3", "B_N": "nT"}
    source = TrackSource(frame, channels=["B_N", "Ne", "Te"])
    assert make_safenet(source)["log"].log == [1, 2]
    assert make_safenet(source, channels=["Te", "B_N"])["log"].log == [0]


def test_series_look_back_only():
    time = pd.date_range("2019-01-01", periods=200, freq="h")
    stations = pd.DataFrame({"latitude": [0.0], "longitude": [100.0]}, ["A"])
    series = SeriesSource(pd.DataFrame({"A": np.arange(200.0) + 1}, index=time), stations)
    assert make_seqnetquake(series, 40, context=20)["windowmean"].size == 3  # of 60, not of 80


def test_wrong_arguments_say_the_cure(track):
    bare = TrackSource(record(2, altitude=False), channels=["Ne"])
    with pytest.raises(
        ValueError, match=r"IRIResidual needs the altitude.*altitude_km=507\.0.*background=None"
    ):
        make_seqnetquake(bare, background=IRI)
    with pytest.raises(ValueError, match="needs the altitude"):
        make_seqnetquake(SourceCollection({"a": bare}), background=IRI)
    make_seqnetquake(bare, background=IRIResidual(f107=100.0, altitude_km=507.0))
    with pytest.raises(ValueError, match=r"reads 'TEC', the source has Ne; give QuietBackground\(column="):
        make_seqnetquake(bare, background=[QuietBackground("TEC")])
    with pytest.raises(ValueError, match="the source has no 'Ti', it has Ne, Te"):
        make_seqnetquake(track, channels=["Ti"])
    with pytest.raises(ValueError, match="no average leaves 7 equal segments"):
        make_seqnetquake(track, 5, context=0, n_segments=7)


def test_parameters_reach_the_network_and_nothing_is_shared(track):
    background = QuietBackground()
    model = make_seqnetquake(track, background=background, epochs=7, random_state=3, verbose=0)
    assert (model[-1].epochs, model[-1].random_state) == (7, 3)
    model.set_params(residualwindow__background=[QuietBackground(alpha=1.0)])
    assert background.alpha is None and clone(model)["residualwindow"].window.source is track
    for name in spaces.recommended():
        assert name in model.get_params(), name
    assert set(spaces.recommended("safenetclassifier")) <= set(make_safenet(track).get_params())
    length = spaces.window(20, 20, prefix="residualwindow__window__")
    assert set(length) <= set(model.get_params())


def test_evaluate_and_score_track(track):
    X, y = centers(record())
    model = make_seqnetquake(track, background=QuietBackground(), **TINY)
    found = evaluate(model, Bunch(X=X, y=y), (np.arange(28), np.arange(28, 40)), n_resamples=0)
    assert found.weighted_fit and found.proba.shape == (12, 3)
    scores = score_track(model.fit(X, y), track)
    assert len(scores) == len(track.blocks(20, context=40).center) and scores["probability"].notna().all()


def test_round_trip(track, tmp_path):
    X, y = centers(record())
    model = make_seqnetquake(track, background=IRI, **TINY).fit(X, y)
    save_model(model, tmp_path / "model")
    names = ["Ne", "Te", "Ne_iri"]
    loaded = load_model(tmp_path / "model", channels=names)
    with pytest.raises(ValueError, match="trained on"):
        load_model(tmp_path / "model", channels=["Ne", "Te"])
    step = ResidualWindow(clone(model[0].window), IRI, keep="both").fit(X)
    again = make_pipeline(step, loaded)
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_what_a_background_has_learnt_is_not_lost_in_silence(track, tmp_path):
    X, y = centers(record())
    model = make_seqnetquake(track, background=[QuietBackground()], **TINY).fit(X, y)
    with pytest.raises(TypeError, match="step 'residualwindow': QuietBackground learnt"):
        save_model(model, tmp_path / "model")
    assert not (tmp_path / "model").exists()
