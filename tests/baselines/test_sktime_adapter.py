"""sktime's panel estimators inside scikit-learn: pipelines, cross-validation, searches, copies."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sktime.classification.dummy import DummyClassifier
from sktime.classification.feature_based import SummaryClassifier
from sktime.classification.interval_based import TimeSeriesForestClassifier
from sktime.transformations.dilation_mapping import DilationMappingTransformer
from sktime.transformations.summarize import SummaryTransformer

from skquake.baselines import SktimeClassifier, SktimeTransformer
from skquake.preprocessing import ChannelScaler


def summary_classifier(**parameters):
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(20, random_state=0)
    return SummaryClassifier(estimator=forest, summary_quantiles=None, **parameters)


CLASSIFIER = SktimeClassifier(summary_classifier(), random_state=0)
TRANSFORMER = SktimeTransformer(SummaryTransformer())
FAST = SktimeClassifier(TimeSeriesForestClassifier(n_estimators=10), random_state=0)
ADAPTERS = [FAST, TRANSFORMER]


@pytest.fixture(scope="module")
def data():
    """Thirty windows of ten steps; the second channel's mean tells the class."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 10, 2))
    y = np.tile(["quiet", "seismic", "storm"], 10)
    X[:, :, 1] += 4.0 * (np.arange(30) % 3)[:, np.newaxis]
    return X, y


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: type(adapter).__name__)
def test_clone_pickle_and_parameters(adapter, data):
    X, y = data[0][:, :, 1], data[1]
    before = adapter.get_params(deep=False)
    fitted = clone(adapter).fit(X, y)
    method = "predict_proba" if hasattr(fitted, "predict_proba") else "transform"
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(getattr(again, method)(X), getattr(fitted, method)(X))
    assert all(adapter.get_params(deep=False)[name] is value for name, value in before.items())
    assert "Sktime" in repr(adapter)


def test_axis_order_is_ours(data):
    """The mean of each channel, not of each step."""
    X, _ = data
    mean = SktimeTransformer(SummaryTransformer(summary_function=("mean",), quantiles=None))
    np.testing.assert_allclose(mean.fit_transform(X), X.mean(axis=1))


def test_series_come_back_in_our_order(data):
    X, _ = data
    found = SktimeTransformer(DilationMappingTransformer(dilation=2)).fit_transform(X)
    order = np.r_[0:10:2, 1:10:2]
    np.testing.assert_allclose(found, X[:, order])


def test_labels_of_any_kind(data):
    X, y = data
    model = clone(CLASSIFIER).fit(X, y)
    assert model.classes_.tolist() == ["quiet", "seismic", "storm"]
    assert (model.predict(X) == y).all()
    proba = model.predict_proba(X)
    assert proba.shape == (30, 3)
    assert (model.classes_[proba.argmax(axis=1)] == y).all()


def test_pipeline_cross_validation_and_search(data):
    X, y = data
    model = make_pipeline(ChannelScaler(), CLASSIFIER)
    assert cross_val_score(model, X, y, cv=3).mean() > 0.9
    assert cross_val_predict(model, X, y, cv=3, method="predict_proba").shape == (30, 3)
    name = "sktimeclassifier__estimator__summary_functions"
    search = GridSearchCV(model, {name: [("std",), ("mean",)]}, cv=3).fit(X, y)
    assert search.best_params_[name] == ("mean",)
    assert search.best_estimator_[-1].estimator_.summary_functions == ("mean",)
    assert model[-1].estimator.summary_functions != ("mean",)


def test_transformer_before_a_classifier(data):
    X, y = data
    model = make_pipeline(TRANSFORMER, LogisticRegression(max_iter=1000))
    assert cross_val_score(model, X, y, cv=3).mean() > 0.9


def test_random_state_seeds_the_copy(data):
    X, y = data

    def proba(seed):
        forest = TimeSeriesForestClassifier(n_estimators=3)
        return SktimeClassifier(forest, random_state=seed).fit(X[:, :, 0], y).predict_proba(-X[:, :, 0])

    np.testing.assert_array_equal(proba(1), proba(1))
    assert not np.array_equal(proba(1), proba(2))


def test_two_dimensions_are_one_channel(data):
    X, y = data
    flat = clone(CLASSIFIER).fit(X[:, :, 1], y).predict_proba(X[:, :, 1])
    np.testing.assert_array_equal(flat, clone(CLASSIFIER).fit(X[:, :, 1:], y).predict_proba(X[:, :, 1:]))


@pytest.mark.parametrize("shape", [(2, 11, 2), (2, 10, 3), (2, 10)])
def test_other_windows_than_fitted_raise(data, shape):
    fitted = clone(CLASSIFIER).fit(*data)
    message = r"windows of shape .* was fitted on windows of shape \(10, 2\)|is expecting 10 features"
    with pytest.raises(ValueError, match=message):
        fitted.predict(np.ones(shape))


def test_four_dimensions_raise(data):
    with pytest.raises(ValueError, match="expected windows of shape"):
        clone(CLASSIFIER).fit(np.ones((3, 2, 2, 2)), data[1][:3])


def test_nan_passes_where_sktime_takes_it(data):
    X, y = data
    X = X.copy()
    X[0, 0, 0] = np.nan
    assert SktimeClassifier(DummyClassifier()).fit(X, y).predict(X).shape == (30,)
    with pytest.raises(ValueError, match="NaN"):
        SktimeClassifier(TimeSeriesForestClassifier()).fit(X, y)


@pytest.mark.parametrize(
    ("adapter", "what"),
    [
        (SktimeClassifier(LogisticRegression()), "estimator: LogisticRegression is no classifier of sktime"),
        (SktimeClassifier(SummaryTransformer()), "estimator: SummaryTransformer is no classifier of sktime"),
        (SktimeTransformer(ChannelScaler()), "transformer: ChannelScaler is no transformer of sktime"),
    ],
    ids=["sklearn", "transformer", "ours"],
)
def test_what_is_not_sktime_is_refused(data, adapter, what):
    with pytest.raises(TypeError, match=what):
        adapter.fit(*data)


class Seeding(DummyClassifier):
    """Seeds numpy's generator when fitted, as sktime's MultiRocketMultivariate does."""

    def _fit(self, X, y):
        np.random.seed(3)  # noqa: NPY002
        return super()._fit(X, y)


def test_a_seeded_fit_leaves_numpys_generator_where_it_was(data):
    """Whoever draws from it afterwards would draw the same after every fit."""
    before = np.random.get_state()  # noqa: NPY002
    SktimeClassifier(Seeding(), random_state=0).fit(*data)
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(after[1], before[1])
    assert after[2] == before[2]


def test_windows_that_multirocket_would_read_beyond_are_refused():
    pytest.importorskip("numba")
    from sktime.transformations.rocket import MultiRocketMultivariate

    with pytest.raises(ValueError, match="9 steps are too short for MultiRocketMultivariate, which takes 10"):
        SktimeTransformer(MultiRocketMultivariate()).fit(np.ones((4, 9, 2)))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["MiniRocketMultivariate", "MultiRocketMultivariate"])
def test_rockets(name):
    pytest.importorskip("numba")
    from sktime.transformations import rocket as rockets

    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 12, 2)).astype(np.float32)
    rocket = SktimeTransformer(getattr(rockets, name)(num_kernels=84), random_state=0)
    found = rocket.fit_transform(X)
    assert found.shape == (20, 84 if name.startswith("Mini") else 84 * 8)
    np.testing.assert_array_equal(clone(rocket).fit_transform(X), rocket.transform(X))
