"""Samples through scikit-learn's own tools, unmodified: pipelines, searches, clones, pickles, processes."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline

from skquake import (
    AftershockRemover,
    IQRBounds,
    MapSource,
    SeqNetQuakeClassifier,
    SlidingWindow,
    TrackSource,
    make_samples,
)
from skquake.catalogs import MagnitudeFilter, MatchedControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.io import read_ionex, read_space_weather, read_usgs
from skquake.metrics import seismic_auc_scorer, seismic_mcc_scorer
from skquake.model_selection import PurgedGroupKFold, SpatialBlockKFold, chronological_split
from skquake.preprocessing import ChannelScaler, TrainOnly, WindowBounds, WindowFlattener, WindowNormalizer


@pytest.fixture(scope="module")
def world():
    """Four months of a satellite's nights: the source and its samples under matched controls."""
    start, end = pd.Timestamp("2019-01-01"), pd.Timestamp("2019-05-01")
    everything = make_catalog(start, end, random_state=3)
    catalog = make_pipeline(AftershockRemover(), MagnitudeFilter(4.8)).fit_transform(everything)
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=3)
    frame = make_track("cses", start, end, kp=kp, side="night", random_state=3).frame
    source = TrackSource(frame, channels=["Ne", "Te"])
    samples = make_samples(
        source,
        catalog,
        MatchedControls(avoid=everything, random_state=0),
        region="dobrovolsky",
        days=(-15, 0),
        local_time="night",
        max_length=24,
        exclude=everything,
        kp=kp,
    )
    return source, samples


def network(**parameters):
    return SeqNetQuakeClassifier(
        conv_layers=2,
        kernel_size=2,
        lstm_layers=1,
        lstm_units=4,
        dense_layers=2,
        dense_units=4,
        epochs=1,
        random_state=0,
        **parameters,
    )


def test_search_over_window_length_in_two_processes(world):
    source, samples = world
    model = make_pipeline(
        SlidingWindow(source, 16),
        WindowNormalizer("center", log=[0, 1]),
        WindowFlattener(),
        LogisticRegression(),
    )
    search = GridSearchCV(
        model,
        {"slidingwindow__length": [8, 16, 24]},
        cv=PurgedGroupKFold(3),
        scoring=seismic_mcc_scorer,
        n_jobs=2,
        error_score="raise",
    )
    search.fit(samples.X, samples.y, groups=samples.groups)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    length = search.best_params_["slidingwindow__length"]
    assert search.best_estimator_[:-2].transform(samples.X).shape == (len(samples.X), length, 2)


def test_search_over_the_classifier_network_included(world):
    source, samples = world
    model = make_pipeline(SlidingWindow(source, 16), ChannelScaler(log=[0, 1]), WindowFlattener(), network())
    grid = [
        {
            "seqnetquakeclassifier": [
                RandomForestClassifier(5, random_state=0),
                HistGradientBoostingClassifier(),
            ]
        },
        {"windowflattener": ["passthrough"], "seqnetquakeclassifier__filters": [2, 4]},
    ]
    search = GridSearchCV(
        model, grid, cv=PurgedGroupKFold(2), scoring=seismic_auc_scorer, error_score="raise"
    ).fit(samples.X, samples.y, groups=samples.groups)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_network_in_two_processes(world):
    source, samples = world
    model = make_pipeline(SlidingWindow(source, 16), ChannelScaler(log=[0, 1]), network())
    cut = {"groups": samples.groups, "cv": PurgedGroupKFold(2), "scoring": seismic_mcc_scorer}
    together = cross_val_score(model, samples.X, samples.y, n_jobs=2, error_score="raise", **cut)
    alone = cross_val_score(model, samples.X, samples.y, error_score="raise", **cut)
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_cross_val_predict_clone_and_pickle(world):
    source, samples = world
    model = make_pipeline(SlidingWindow(source, 16), ChannelScaler(log=[0, 1]), network())
    assert clone(model)[0].source is source
    proba = cross_val_predict(
        model, samples.X, samples.y, groups=samples.groups, cv=PurgedGroupKFold(3), method="predict_proba"
    )
    assert proba.shape == (len(samples.X), 3)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, atol=1e-5)
    fitted = clone(model).fit(
        samples.X, samples.y, seqnetquakeclassifier__sample_weight=samples.sample_weight
    )
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(fitted.predict_proba(samples.X), again.predict_proba(samples.X))


def test_aftershock_samples_leave_training_only(world):
    source, samples = world
    steps = SlidingWindow(source, 16), ChannelScaler(log=[0, 1]), WindowFlattener()
    model = make_pipeline(*steps, LogisticRegression(max_iter=5000))
    train_only = TrainOnly(AftershockRemover(half_width=30.0, days=60.0), model)
    train, test = chronological_split(samples.X, samples.y)
    train_only.fit(samples.X.iloc[train], samples.y[train])
    assert len(train_only.resampler_.sample_indices_) < len(train)
    assert len(train_only.predict(samples.X.iloc[test])) == len(test)


def test_labels_and_shuffled_rows_do_not_mix(world):
    source, samples = world
    cut = SlidingWindow(source, 16)
    order = np.random.default_rng(0).permutation(len(samples.X))
    np.testing.assert_array_equal(cut.transform(samples.X.iloc[order]), cut.transform(samples.X)[order])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        make_pipeline(cut, WindowFlattener(), LogisticRegression()).fit(samples.X, samples.y[:-1])


def test_real_maps_end_to_end(real_data):
    """Windows of the JPL maps around the real earthquakes, bounds inside the pipeline, searched."""
    tec = MapSource(read_ionex(str(real_data / "ionex" / "jpl_2000-2001" / "*")), name="TEC")
    everything = read_usgs(real_data / "catalog" / "usgs_m4.5_1999-2004.csv.gz")
    kp = read_space_weather(real_data / "indices" / "SW-All.csv")["kp"]
    near = everything[everything["time"].between("2000-10-20", "2001-02-10")]
    catalog = AftershockRemover().fit_transform(near.query("magnitude >= 4.8"))
    controls = MatchedControls(ratio=2, min_days=5, max_days=30, days=(-3, 0), avoid=near, random_state=0)
    samples = make_samples(
        tec, catalog, controls, region="dobrovolsky", days=(-3, 0), max_length=216, exclude=near, kp=kp
    )
    assert (samples.y == 1).sum() >= 10
    bounds = IQRBounds(days=15, samples_per_day=12)
    model = make_pipeline(
        SlidingWindow(tec, 216),
        WindowBounds(bounds, 36),
        WindowFlattener(),
        RandomForestClassifier(20, random_state=0),
    )
    assert model[:2].transform(samples.X).shape == (len(samples.X), 36, 4)
    search = GridSearchCV(
        model,
        {"windowbounds__bounds__k": [1.0, 1.5]},
        cv=SpatialBlockKFold(3),
        scoring=seismic_auc_scorer,
        error_score="raise",
    ).fit(samples.X, samples.y, groups=samples.groups)
    assert np.isfinite(search.best_score_)
