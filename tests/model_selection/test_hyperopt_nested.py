"""The search on samples: purged folds, groups, weights, pipelines, nested cross-validation, routing."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from common.sample_frames import sample_frame
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

from skquake import HyperoptSearchCV, SlidingWindow, TrackSource
from skquake._core._routing import group_parameter, weight_route
from skquake._core._weights import event_weights
from skquake.metrics import seismic_auc_scorer, seismic_mcc_scorer
from skquake.model_selection import PurgedGroupKFold, PurgedTimeSeriesSplit, evaluate
from skquake.preprocessing import WindowFlattener

SPACE = {"logisticregression__C": loguniform(1e-3, 1e2)}


@pytest.fixture(scope="module")
def samples():
    return sample_frame(60, signal=1.0)


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def logistic(**options):
    return make_pipeline(
        make_column_transformer(("passthrough", ["observed"])), LogisticRegression(**options)
    )


def search(estimator=None, space=SPACE, **changes):
    options = {
        "cv": PurgedGroupKFold(3),
        "n_iter": 4,
        "scoring": seismic_auc_scorer,
        "random_state": 0,
    } | changes
    return HyperoptSearchCV(logistic() if estimator is None else estimator, space, **options)


class Watching(ClassifierMixin, BaseEstimator):
    """Keeps what its fits were given."""

    seen = []

    def __init__(self, a=0):
        self.a = a

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        Watching.seen.append((X.index, sample_weight))
        return self

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


def test_equals_a_loop_over_purged_folds(samples):
    found = search().fit(samples.X, samples.y, groups=samples.groups)
    folds = list(PurgedGroupKFold(3).split(samples.X, samples.y, samples.groups))
    for i, params in enumerate(found.cv_results_["params"]):
        for k, (train, test) in enumerate(folds):
            model = clone(logistic()).set_params(**params).fit(samples.X.iloc[train], samples.y[train])
            score = seismic_auc_scorer(model, samples.X.iloc[test], samples.y[test])
            assert found.cv_results_[f"split{k}_test_score"][i] == score
    assert list(found.feature_names_in_) == list(samples.X.columns)


def test_the_space_serves_random_search_too(samples):
    random = RandomizedSearchCV(
        logistic(), SPACE, n_iter=2, cv=PurgedGroupKFold(3), scoring=seismic_auc_scorer
    )
    assert set(random.fit(samples.X, samples.y).best_params_) == set(SPACE)


def test_window_length_is_searched(samples):
    time = pd.date_range("2019-01-01", periods=4000, freq="s")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"time": time, "latitude": np.linspace(-60, 60, 4000), "longitude": 20.0, "altitude_km": 507.0}
    )
    source = TrackSource(frame.assign(Ne=rng.normal(size=4000)), channels=["Ne"])
    rows = np.arange(50, 3950, 50)
    X = frame.iloc[rows].reset_index(drop=True)
    X["obs_start"], X["obs_end"] = X["time"] - pd.Timedelta("12s"), X["time"] + pd.Timedelta("12s")
    X["source"], X["radius_km"] = "track", 100.0
    X["event_id"] = X["pair_id"] = np.arange(len(X))
    X["pass_id"] = 0
    y = np.tile([0, 1], len(X))[: len(X)]
    model = make_pipeline(SlidingWindow(source, 16), WindowFlattener(), LogisticRegression())
    space = {"slidingwindow__length": [8, 16, 24], "logisticregression__C": loguniform(1e-3, 1.0)}
    found = search(model, space, n_iter=9).fit(X, y)
    lengths = [params["slidingwindow__length"] for params in found.cv_results_["params"]]
    assert set(lengths) == {8, 16, 24}
    chosen = found.best_estimator_.named_steps["slidingwindow"]
    assert chosen.length == found.best_params_["slidingwindow__length"] and chosen.source is source


def test_groups_reach_the_splitter(samples):
    found = search(cv=GroupKFold(4)).fit(samples.X, samples.y, groups=samples.groups)
    assert found.n_splits_ == 4
    with pytest.raises(ValueError, match="groups"):
        search(cv=GroupKFold(4)).fit(samples.X, samples.y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        search().fit(samples.X, samples.y, groups=samples.groups[:-1])


def test_weights_reach_the_last_step(samples):
    Watching.seen.clear()
    weight = event_weights(samples.X["event_id"].to_numpy())
    model = make_pipeline("passthrough", Watching())
    found = search(model, {"watching__a": [1, 2]}, n_iter=2)
    found.fit(samples.X, samples.y, watching__sample_weight=weight)
    assert len(Watching.seen) == 2 * 3 + 1
    for rows, given in Watching.seen:
        np.testing.assert_array_equal(given, weight[rows])


def test_nested_cross_validation(samples):
    nested = search(n_iter=3)
    outer = PurgedTimeSeriesSplit(2)
    scores = cross_val_score(nested, samples.X, samples.y, cv=outer, scoring=seismic_mcc_scorer)
    for score, (train, test) in zip(scores, outer.split(samples.X, samples.y), strict=True):
        alone = clone(nested).fit(samples.X.iloc[train], samples.y[train])
        assert score == seismic_mcc_scorer(alone, samples.X.iloc[test], samples.y[test])


@pytest.mark.parametrize("inner", [PurgedGroupKFold(3), GroupKFold(3), 3], ids=["purged", "groups", "plain"])
def test_evaluate_a_search(samples, inner):
    found = evaluate(search(cv=inner), samples, PurgedGroupKFold(2), n_resamples=50, random_state=0)
    assert found.weighted_fit and found.seismic_auc.value > 0.65
    Watching.seen.clear()
    model = search(Watching(), {"a": [1, 2]}, n_iter=2, cv=inner)
    evaluate(model, samples, PurgedGroupKFold(2), n_resamples=50, random_state=0)
    assert len(Watching.seen) == 2 * (2 * 3 + 1)
    for rows, given in Watching.seen[:7]:
        whole = event_weights(samples.X.loc[Watching.seen[6][0], "event_id"].to_numpy())
        whole = pd.Series(whole / whole.mean(), Watching.seen[6][0])
        np.testing.assert_allclose(given, whole[rows])


def test_who_wants_groups():
    assert group_parameter(search()) == group_parameter(search(cv=GroupKFold(2))) == "groups"
    assert (
        group_parameter(make_pipeline("passthrough", search(cv=GroupKFold(2)))) == "hyperoptsearchcv__groups"
    )
    assert group_parameter(search(cv=3)) is None and group_parameter(LogisticRegression()) is None
    assert weight_route(search()) == (("logisticregression__sample_weight",), True)


def test_metadata_routing(samples, routing):
    weight = event_weights(samples.X["event_id"].to_numpy())
    Watching.seen.clear()
    watching = Watching().set_fit_request(sample_weight=True)
    scorer = seismic_auc_scorer.set_score_request(sample_weight=True)
    nested = search(make_pipeline("passthrough", watching), {"watching__a": [1, 2]}, n_iter=2, scoring=scorer)
    nested.fit(samples.X, samples.y, sample_weight=weight, groups=samples.groups)
    assert len(Watching.seen) == 7
    for rows, given in Watching.seen:
        np.testing.assert_array_equal(given, weight[rows])
    params = {"sample_weight": weight, "groups": samples.groups}
    scores = cross_val_score(nested, samples.X, samples.y, cv=GroupKFold(2), params=params, scoring=scorer)
    assert scores.tolist() == [0.5, 0.5]
    with pytest.raises(TypeError, match="unexpected argument"):
        search().fit(samples.X, samples.y, nonsense=weight)


def test_evaluate_where_metadata_is_routed(samples, routing):
    Watching.seen.clear()
    watching = make_pipeline("passthrough", Watching().set_fit_request(sample_weight=True))
    scorer = seismic_auc_scorer.set_score_request(sample_weight=False)  # it weighs events itself
    model = search(watching, {"watching__a": [1, 2]}, n_iter=1, scoring=scorer)
    found = evaluate(model, samples, PurgedGroupKFold(2), n_resamples=50, random_state=0)
    assert found.weighted_fit and all(given is not None for _, given in Watching.seen)
    plain = search(make_pipeline("passthrough", Watching()), {"watching__a": [1, 2]}, n_iter=1)
    assert weight_route(plain) == ((), False) and group_parameter(plain) == "groups"


def test_samples_of_any_dataframe_library(samples):
    X = samples.X.drop(columns="owners")
    found = search().fit(pl.from_pandas(X), samples.y, groups=samples.groups)
    expected = search().fit(X, samples.y, groups=samples.groups)
    np.testing.assert_array_equal(
        found.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )
