"""Samples through scikit-learn's own tools, unmodified: pipelines, searches, clones, pickles, processes."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
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
from skquake.baselines import IntervalQuantiles, WindowStatistics
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


@pytest.mark.slow
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
                HistGradientBoostingClassifier(max_iter=5),
            ]
        },
        {"windowflattener": ["passthrough"], "seqnetquakeclassifier__filters": [2, 4]},
    ]
    search = GridSearchCV(
        model, grid, cv=PurgedGroupKFold(2), scoring=seismic_auc_scorer, error_score="raise"
    ).fit(samples.X, samples.y, groups=samples.groups)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.slow
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
    train_only = TrainOnly(AftershockRemover("box", half_width=30.0, days=60.0), model)
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


CLASSICAL = LogisticRegression(max_iter=5000)


@pytest.mark.parametrize("container", ["pandas", "polars"])
@pytest.mark.parametrize("last", ["network", "classical"])
def test_output_of_any_container(world, container, last):
    """Set for the pipeline or for all of scikit-learn, the container changes what passes as a table alone."""
    source, samples = world
    ends = [network()] if last == "network" else [WindowFlattener(), CLASSICAL]
    plain = make_pipeline(SlidingWindow(source, 16), ChannelScaler(log=[0, 1]), *ends)
    expected = clone(plain).fit(samples.X, samples.y).predict_proba(samples.X)
    asked = clone(plain).set_output(transform=container).fit(samples.X, samples.y)
    with sklearn.config_context(transform_output=container):
        configured = clone(plain).fit(samples.X, samples.y)
        np.testing.assert_allclose(configured.predict_proba(samples.X), expected, atol=5e-3)
        search = GridSearchCV(plain, {"slidingwindow__length": [8, 16]}, cv=PurgedGroupKFold(2))
        search.fit(samples.X, samples.y, groups=samples.groups)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    np.testing.assert_allclose(asked.predict_proba(samples.X), expected, atol=5e-3)
    assert asked[:2].transform(samples.X).shape == (len(samples.X), 16, 2)
    if last == "classical":
        frame = pd.DataFrame if container == "pandas" else pl.DataFrame
        assert isinstance(asked[:-1].transform(samples.X), frame)


def test_catalogs_under_any_container(world):
    events = make_catalog("2019-01-01", "2019-03-01", random_state=3)
    steps = make_pipeline(AftershockRemover(), MagnitudeFilter(4.8))
    expected = clone(steps).fit_transform(events)
    for container in ("pandas", "polars"):
        asked = clone(steps).set_output(transform=container)
        pd.testing.assert_frame_equal(asked.fit_transform(events), expected)
        with sklearn.config_context(transform_output=container):
            pd.testing.assert_frame_equal(clone(steps).fit_transform(events), expected)


@pytest.mark.parametrize(
    ("steps", "names"),
    [
        ([ChannelScaler(log=[0, 1])], ["Ne", "Te"]),
        ([ChannelScaler(log=[0, 1]), WindowFlattener()], ["Ne_0", "Te_0", "Ne_1"]),
        ([WindowNormalizer("center", log=[0, 1]), WindowFlattener()], ["Ne_center_0", "Te_center_0"]),
        ([WindowStatistics(["mean", "slope"])], ["Ne_mean", "Ne_slope", "Te_mean"]),
        ([IntervalQuantiles(depth=3)], ["Ne_value_0:16_q0/3", "Ne_value_0:16_q1/3-mean"]),
        (
            [WindowBounds(IQRBounds(days=5, samples_per_day=2), 3, output="deviation"), WindowFlattener()],
            ["Ne_0", "Ne_deviation_0", "Te_0", "Te_deviation_0", "Ne_1"],
        ),
    ],
)
def test_names_of_every_sample_pipeline(world, steps, names):
    source, samples = world
    model = make_pipeline(SlidingWindow(source, 16), *steps).fit(samples.X)
    assert model.n_features_in_ == samples.X.shape[1]
    assert list(model.feature_names_in_) == list(samples.X.columns)
    found = model.get_feature_names_out()
    assert list(found[: len(names)]) == names
    assert len(set(found)) == len(found) == model.transform(samples.X).shape[-1]


def test_weights_and_groups_under_metadata_routing(world):
    """What is asked for arrives, in a search around the resampler around the pipeline."""
    source, samples = world
    with sklearn.config_context(enable_metadata_routing=True):
        scaler = ChannelScaler(log=[0, 1]).set_fit_request(sample_weight=False)
        last = clone(CLASSICAL).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        model = TrainOnly(
            AftershockRemover("box", half_width=30.0, days=60.0),
            make_pipeline(SlidingWindow(source, 16), scaler, WindowFlattener(), last),
        )
        grid = {"estimator__logisticregression__C": [0.1, 1.0]}
        cv = PurgedGroupKFold(2)
        search = GridSearchCV(model, grid, cv=cv, scoring=None, error_score="raise")
        weight = np.asarray(samples.sample_weight)
        search.fit(samples.X, samples.y, groups=samples.groups, sample_weight=weight)
    best = search.best_estimator_
    rows = best.resampler_.sample_indices_
    assert len(rows) < len(samples.X)
    alone = clone(best.estimator).fit(
        samples.X.iloc[rows], samples.y[rows], logisticregression__sample_weight=weight[rows]
    )
    np.testing.assert_allclose(search.predict_proba(samples.X), alone.predict_proba(samples.X), atol=1e-9)


def test_the_network_under_metadata_routing(world):
    source, samples = world
    with sklearn.config_context(enable_metadata_routing=True):
        model = make_pipeline(
            SlidingWindow(source, 16),
            ChannelScaler(log=[0, 1]).set_fit_request(sample_weight=True),
            network().set_fit_request(sample_weight=True).set_score_request(sample_weight=True),
        )
        search = GridSearchCV(
            model, {"seqnetquakeclassifier__filters": [2]}, cv=PurgedGroupKFold(2), error_score="raise"
        )
        search.fit(samples.X, samples.y, groups=samples.groups, sample_weight=samples.sample_weight)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


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
