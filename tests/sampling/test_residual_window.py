"""Windows of residuals: those of the frame, whatever the length, learnt from training rows of class 0."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from common.sampling_orbits import make_events, make_orbit
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline

from skquake.alarms import score_track
from skquake.inspection._inject import source_parameters, with_source
from skquake.preprocessing import (
    IRIResidual,
    NeLOGResidual,
    QuietBackground,
    RevisitResidual,
    WindowFlattener,
)
from skquake.sampling import ResidualWindow, SlidingWindow, make_samples
from skquake.sources import MapSource, SourceCollection, TrackSource

TRACK = make_orbit(3)
TRACK = TRACK._with_values(10.0 ** (5.0 + 0.1 * TRACK.values))
SAMPLES = make_samples(
    TRACK, make_events(3, magnitude=(7, 8)), region="3000 km", days=(-1.5, 0), max_length=6
).X
LABELS = np.arange(len(SAMPLES)) % 3
IRI = IRIResidual(f107=100.0, altitude_km=460.0)
NELOG = NeLOGResidual(degree=1, latitude_limit=90, max_gap=300)
FRAME = TRACK.to_frame()


def direct(column, length):
    """Windows of a column of the frame around the samples."""
    center = np.searchsorted(TRACK.time, SAMPLES["time"].to_numpy().astype("datetime64[ns]").astype("int64"))
    rows = center[:, np.newaxis] - length // 2 + np.arange(length)
    return np.asarray(column)[rows]


@pytest.mark.parametrize("length", [6, 3])
def test_windows_are_those_of_the_residuals_of_the_frame(length):
    step = ResidualWindow(SlidingWindow(TRACK, length), IRI)
    found = step.fit_transform(SAMPLES)
    assert found.dtype == np.float32 and found.shape == (len(SAMPLES), length, 1)
    np.testing.assert_allclose(found[..., 0], direct(IRI.fit_transform(FRAME)["Ne_iri"], length), atol=1e-5)


def test_both_and_several_backgrounds():
    several = [IRI, QuietBackground(harmonics=1, alpha=1e-3), NELOG]
    step = ResidualWindow(SlidingWindow(TRACK, 4, channels=["Te", "Ne"]), several, keep="both")
    found = step.fit_transform(SAMPLES)
    assert list(step.get_feature_names_out()) == ["Te", "Ne", "Ne_iri", "Ne_quiet", "Ne_nelog"]
    raw = SlidingWindow(TRACK, 4, channels=["Te", "Ne"]).fit_transform(SAMPLES)
    np.testing.assert_array_equal(found[..., :2], raw)
    nelog = NELOG.fit_transform(FRAME)["Ne_nelog"]
    np.testing.assert_allclose(found[..., 4], direct(nelog, 4), atol=1e-5)


def test_it_learns_from_training_rows_of_class_0_alone():
    train, test = np.arange(0, len(SAMPLES), 2), np.arange(1, len(SAMPLES), 2)
    step = ResidualWindow(SlidingWindow(TRACK, 4), QuietBackground(harmonics=1, alpha=1e-3))
    fitted = step.fit(SAMPLES.iloc[train], LABELS[train])
    used = np.unique(direct(np.arange(len(FRAME)), 4)[train][LABELS[train] == 0])
    other = np.unique(direct(np.arange(len(FRAME)), 4)[train][LABELS[train] != 0])
    expected = QuietBackground(harmonics=1, alpha=1e-3).fit(FRAME.iloc[np.setdiff1d(used, other)])
    np.testing.assert_allclose(fitted.backgrounds_[0].coef_, expected.coef_, atol=1e-8)
    residual = direct(expected.transform(FRAME)["Ne_quiet"], 4)[test]
    np.testing.assert_allclose(fitted.transform(SAMPLES.iloc[test])[..., 0], residual, atol=1e-5)
    assert fitted.backgrounds_[0].n_quiet_ < step.fit(SAMPLES.iloc[train]).backgrounds_[0].n_quiet_


def test_the_length_can_be_searched_and_the_model_pickled():
    step = ResidualWindow(SlidingWindow(TRACK, 6), QuietBackground(harmonics=1, alpha=1e-3))
    model = make_pipeline(step, WindowFlattener(), LogisticRegression())
    search = GridSearchCV(model, {"residualwindow__window__length": [2, 4]}, cv=KFold(2))
    search.fit(SAMPLES, LABELS % 2)
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(again.predict_proba(SAMPLES), search.predict_proba(SAMPLES))
    scores = score_track(search, TRACK)
    assert len(scores) and scores["probability"].between(0, 1).all()


def test_two_satellites():
    both = SourceCollection({"A": TRACK, "B": TrackSource(FRAME.iloc[: len(FRAME) // 2])})
    X = pd.concat([SAMPLES.assign(source="A"), SAMPLES[:3].assign(source="B")], ignore_index=True)
    backgrounds = [IRI, NELOG]
    found = ResidualWindow(SlidingWindow(both, 4), backgrounds).fit_transform(X)
    alone = ResidualWindow(SlidingWindow(TRACK, 4), backgrounds).fit_transform(SAMPLES)
    np.testing.assert_allclose(found[: len(SAMPLES)], alone, atol=1e-5)
    np.testing.assert_allclose(found[len(SAMPLES) :, :, 0], alone[:3, :, 0], atol=1e-5)


def test_what_is_planted_in_the_source_arrives():
    model = ResidualWindow(SlidingWindow(TRACK, 4), [IRI, NELOG])
    names = source_parameters(model, TRACK)
    assert names == ["window__source"]
    changed = TRACK._with_values(TRACK.values * np.float32(2.0))
    planted = with_source(model, names, changed).fit_transform(SAMPLES)
    before = model.fit_transform(SAMPLES)
    np.testing.assert_allclose(planted[..., 0] - before[..., 0], np.log10(2.0), atol=1e-5)
    np.testing.assert_allclose(planted[..., 1], before[..., 1], atol=1e-4)  # a constant is smooth
    assert copy.deepcopy(model).window.source is TRACK and clone(model).window.source is TRACK


def test_a_residual_that_is_not_there():
    values = TRACK.values.copy()
    row = direct(np.arange(len(FRAME)), 4)[2, 1]
    values[row, TRACK.channels.index("Ne")] = -1.0
    marred = SlidingWindow(TRACK._with_values(values), 4)
    with pytest.raises(ValueError, match=r"no residual Ne_iri at step \d of row \d.*is the value positive"):
        ResidualWindow(marred, IRI).fit_transform(SAMPLES)
    found = ResidualWindow(marred.set_params(missing="nan"), IRI).fit_transform(SAMPLES)
    assert np.isnan(found[2, 1, 0]) and np.isfinite(found).mean() > 0.9
    with pytest.raises(ValueError, match="no residual Ne_revisit"):  # there are no earlier passes
        ResidualWindow(SlidingWindow(TRACK, 4), RevisitResidual()).fit_transform(SAMPLES)


def test_wrong_backgrounds_and_sources():
    with pytest.raises(TypeError, match="WindowFlattener is no residual of observations"):
        ResidualWindow(SlidingWindow(TRACK, 4), WindowFlattener()).fit(SAMPLES)
    with pytest.raises(ValueError, match="an empty list"):
        ResidualWindow(SlidingWindow(TRACK, 4), []).fit(SAMPLES)
    with pytest.raises(ValueError, match="window"):
        ResidualWindow(TRACK, IRI).fit(SAMPLES)
    import xarray as xr

    times = pd.date_range("2015-01-01", periods=30, freq="2h")
    maps = xr.DataArray(
        np.ones((30, 3, 4)), dims=("time", "latitude", "longitude"), name="Ne",
        coords={"time": times, "latitude": [-10.0, 0.0, 10.0], "longitude": [0.0, 10.0, 20.0, 30.0]},
    )  # fmt: skip
    X = pd.DataFrame({"time": times[[20, 21]], "latitude": 0.0, "longitude": 10.0})
    with pytest.raises(TypeError, match="backgrounds are for tracks, not for MapSource"):
        ResidualWindow(SlidingWindow(MapSource(maps), 4), IRI).fit(X)
