import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from common.sample_frames import sample_frame
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import ClusterCentroids, RandomUnderSampler
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier, is_regressor
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skquake.catalogs import AftershockRemover
from skquake.model_selection import PurgedGroupKFold, evaluate
from skquake.preprocessing import ChannelScaler, TrainOnly, WindowFlattener


class Recorder(ClassifierMixin, BaseEstimator):
    """Keeps what it was fitted on."""

    def fit(self, X, y, sample_weight=None, note=None):
        self.X_, self.y_, self.weight_, self.note_ = X, y, sample_weight, note
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class DropLate(BaseEstimator):
    """Keeps the rows of a frame before a date, under their index; nothing else said."""

    def __init__(self, before="2020-01-11"):
        self.before = before

    def fit_resample(self, X, y):
        keep = (X["time"] < self.before).to_numpy()
        return X[keep], np.asarray(y)[keep]


class DropAll(BaseEstimator):
    def fit_resample(self, X, y):
        return X[:0], y[:0]


class Fresh(BaseEstimator):
    """Rows of a frame, changed, under an index that looks like the old one."""

    def fit_resample(self, X, y):
        return X.iloc[::-1].reset_index(drop=True).iloc[:5], np.asarray(y)[:5]


def windows(n=30):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [n - 6, 6])
    return (rng.normal(size=(n, 4, 2)) + y[:, None, None]).astype("float32"), y


def frame(n=20, index=None):
    times = pd.date_range("2020-01-01", periods=n)
    X = pd.DataFrame(
        {"time": times, "event_id": [f"e{i}" for i in range(n)], "owners": [(i,) for i in range(n)]}
    )
    X.index = pd.RangeIndex(n) if index is None else index
    return X, np.arange(n) % 4 // 3


def test_windows_keep_their_shape_and_rows():
    X, y = windows()
    model = TrainOnly(RandomUnderSampler(random_state=0), Recorder()).fit(X, y)
    rows = model.resampler_.sample_indices_
    assert len(rows) == 12
    np.testing.assert_array_equal(model.estimator_.X_, X[rows])
    np.testing.assert_array_equal(model.estimator_.y_, y[rows])
    assert model.estimator_.X_.dtype == np.float32
    assert model.predict(X).shape == (30,)


def test_new_rows_of_arrays_are_allowed():
    X, y = windows()
    model = TrainOnly(SMOTE(random_state=0), Recorder()).fit(X, y)
    assert model.estimator_.X_.shape == (48, 4, 2)
    assert np.bincount(model.estimator_.y_).tolist() == [24, 24]


@pytest.mark.parametrize("sampler", [RandomUnderSampler(random_state=0), RandomOverSampler(random_state=0)])
def test_row_aligned_parameters_are_cut_along(sampler):
    X, y = windows()
    weight, note = np.arange(30.0), [f"n{i}" for i in range(30)]
    model = TrainOnly(sampler, Recorder()).fit(X, y, sample_weight=weight, note=note)
    rows = model.resampler_.sample_indices_
    np.testing.assert_array_equal(model.estimator_.weight_, weight[rows])
    assert model.estimator_.note_ == [note[i] for i in rows]
    kept_whole = TrainOnly(sampler, Recorder()).fit(X, y, note="one word")
    assert kept_whole.estimator_.note_ == "one word"


def test_weight_cannot_follow_unknown_rows():
    X, y = windows()
    with pytest.raises(ValueError, match="sample_weight cannot follow, since SMOTE"):
        TrainOnly(SMOTE(random_state=0), Recorder()).fit(X, y, sample_weight=np.ones(30))


def test_weight_goes_to_the_last_step_or_raises():
    X, y = windows()
    weight = np.where(y == 1, 50.0, 1.0)
    steps = make_pipeline(ChannelScaler(), WindowFlattener(), LogisticRegression())
    plain = TrainOnly(None, steps).fit(X, y).predict_proba(X)[:, 1]
    weighted = TrainOnly(None, steps).fit(X, y, sample_weight=weight).predict_proba(X)[:, 1]
    assert weighted.mean() > plain.mean()
    with pytest.raises(TypeError, match="KNeighborsClassifier takes no sample_weight"):
        TrainOnly(None, KNeighborsClassifier()).fit(X[:, :, 0], y, sample_weight=weight)


@pytest.mark.parametrize(
    "index", [None, pd.Index(np.arange(20)[::-1]), pd.Index([f"r{i}" for i in range(20)])]
)
def test_frames_with_rows_under_their_index(index):
    X, y = frame(index=index)
    model = TrainOnly(DropLate(), Recorder()).fit(X, y, sample_weight=np.arange(20.0))
    pd.testing.assert_frame_equal(model.estimator_.X_, X.iloc[:10])
    np.testing.assert_array_equal(model.estimator_.y_, y[:10])
    np.testing.assert_array_equal(model.estimator_.weight_, np.arange(10.0))
    assert len(model.predict(X)) == 20


def test_frames_with_sample_indices():
    X, y = frame()
    model = TrainOnly(RandomUnderSampler(random_state=0), Recorder()).fit(X, pd.Series(y))
    pd.testing.assert_frame_equal(model.estimator_.X_, X.iloc[model.resampler_.sample_indices_])


def test_new_rows_of_frames_raise():
    X, y = frame()
    with pytest.raises(ValueError, match=r"Fresh returned rows that are not rows of the DataFrame"):
        TrainOnly(Fresh(), Recorder()).fit(X, y)
    numbers = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 2)), columns=["a", "b"])
    for sampler in (SMOTE(k_neighbors=2, random_state=0), ClusterCentroids(random_state=0)):
        with pytest.raises(ValueError, match="not rows of the DataFrame"):
            TrainOnly(sampler, Recorder()).fit(numbers, y)


def test_repeated_index_needs_sample_indices():
    X, y = frame(index=pd.Index(np.zeros(20, dtype=int)))
    with pytest.raises(ValueError, match="not rows of the DataFrame"):
        TrainOnly(DropLate(), Recorder()).fit(X, y)


def test_bad_input():
    X, y = windows()
    with pytest.raises(ValueError, match="DropAll left none of the 30 training rows"):
        TrainOnly(DropAll(), Recorder()).fit(X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        TrainOnly(RandomUnderSampler(), Recorder()).fit(X, y[:-1])
    with pytest.raises(ValueError, match="'resampler' parameter"):
        TrainOnly("random", Recorder()).fit(X, y)


def test_tags_and_methods_follow_the_estimator():
    assert is_classifier(TrainOnly(None, LogisticRegression()))
    assert is_regressor(TrainOnly(None, Ridge()))
    assert not hasattr(TrainOnly(None, Ridge()), "predict_proba")
    assert hasattr(TrainOnly(None, LogisticRegression()), "decision_function")
    assert not hasattr(TrainOnly(None, LogisticRegression()), "classes_")


def test_in_pipeline_search_and_pickle():
    X, y = windows(60)
    y = np.arange(60) % 5 // 4
    X = X + 2 * y[:, None, None]
    model = make_pipeline(
        ChannelScaler(),
        WindowFlattener(),
        TrainOnly(RandomUnderSampler(random_state=0), LogisticRegression()),
    )
    grid = {
        "trainonly__estimator__C": [0.1, 1.0],
        "trainonly__resampler": [None, RandomUnderSampler(random_state=0)],
    }
    search = GridSearchCV(model, grid, cv=3, scoring="f1_macro").fit(X, y)
    assert search.best_score_ > 0.5
    assert cross_val_predict(clone(model), X, y, cv=3, method="predict_proba").shape == (60, 2)
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(again.predict(X), search.predict(X))
    assert again.score(X, y) == search.best_estimator_.score(X, y)


def test_aftershocks_are_left_out_of_training_only():
    catalog = pd.DataFrame(
        {
            "time": pd.to_datetime(["2020-01-01", "2020-01-03", "2020-06-01", "2020-07-01"]),
            "latitude": 10.0,
            "longitude": [20.0, 20.5, 20.0, 80.0],
            "magnitude": [6.0, 5.0, 5.0, 5.0],
        },
        index=["a", "b", "c", "d"],
    )
    model = TrainOnly(AftershockRemover("box"), Recorder()).fit(catalog, np.ones(4, dtype=int))
    assert list(model.estimator_.X_.index) == ["a", "c", "d"]
    assert len(model.predict(catalog)) == 4


def weighted(sampler=None):
    """The resampler around a pipeline whose last step asks for weights, and whose first does not."""
    steps = make_pipeline(
        ChannelScaler().set_fit_request(sample_weight=False),
        WindowFlattener(),
        LogisticRegression().set_fit_request(sample_weight=True).set_score_request(sample_weight=True),
    )
    return TrainOnly(RandomUnderSampler(random_state=0) if sampler is None else sampler, steps)


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def test_weights_are_routed_and_cut_along(routing):
    X, y = windows()
    weight = np.arange(1.0, 31.0)
    model = TrainOnly(
        RandomUnderSampler(random_state=0), Recorder().set_fit_request(sample_weight=True, note=True)
    ).fit(X, y, sample_weight=weight, note="one word")
    np.testing.assert_array_equal(model.estimator_.weight_, weight[model.resampler_.sample_indices_])
    assert model.estimator_.note_ == "one word"
    found = weighted().fit(X, y, sample_weight=weight)
    score = found.score(X, y, sample_weight=weight)
    plain = weighted()
    with sklearn.config_context(enable_metadata_routing=False):
        expected = plain.fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(found.predict_proba(X), expected.predict_proba(X))
    assert score == pytest.approx(np.average(found.predict(X) == y, weights=weight))


def test_weights_that_nobody_asks_for_are_refused(routing):
    X, y = windows()
    with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
        TrainOnly(None, Recorder()).fit(X, y, sample_weight=np.ones(30))
    with pytest.raises(TypeError, match="note"):
        TrainOnly(None, Ridge()).fit(X[:, :, 0], y, note="a word")
    assert not hasattr(TrainOnly(None, Ridge()), "set_fit_request")


def test_searched_and_cross_validated_with_weights(routing):
    X, y = windows(60)
    y = np.arange(60) % 5 // 4
    weight = np.where(y == 1, 3.0, 1.0)
    params = {"params": {"sample_weight": weight}, "error_score": "raise"}
    found = cross_validate(weighted(), X, y, cv=3, **params)
    assert len(found["test_score"]) == 3
    grid = {"estimator__logisticregression__C": [0.1, 1.0]}
    search = GridSearchCV(weighted(), grid, cv=3, error_score="raise").fit(X, y, sample_weight=weight)
    alone = weighted().set_params(**search.best_params_).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(search.predict_proba(X), alone.predict_proba(X))


@pytest.mark.parametrize("enabled", [False, True])
def test_evaluated_by_event_with_routing_on_and_off(enabled):
    samples = sample_frame(24, signal=2.0)
    with sklearn.config_context(enable_metadata_routing=True):
        last = LogisticRegression().set_fit_request(sample_weight=True)
    model = TrainOnly(RandomUnderSampler(random_state=0), make_pipeline(Observed(), last))
    with sklearn.config_context(enable_metadata_routing=enabled):
        found = evaluate(model, samples, PurgedGroupKFold(2), n_resamples=20, random_state=0)
    assert found.weighted_fit and found.seismic_auc.value > 0.5


class Observed(BaseEstimator):
    """The column of a sample frame that was observed."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X[["observed"]].to_numpy()

    def __sklearn_is_fitted__(self):
        return True


def test_any_dataframe():
    X, y = frame()
    model = TrainOnly(DropLate(), Recorder()).fit(pl.from_pandas(X.drop(columns="owners")), y)
    assert isinstance(model.estimator_.X_, pd.DataFrame) and len(model.estimator_.X_) == 10
