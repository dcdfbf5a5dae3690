"""Weights reach what predicts in the end, or it is said that they do not: held against what it was given."""

import warnings

import numpy as np
import pytest
import sklearn
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, RegressorMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping

from skquake import HyperoptSearchCV
from skquake._core._routing import fit_weighted, weight_params, weight_route
from skquake.metrics import seismic_auc_scorer
from skquake.preprocessing import TrainOnly

X = np.random.default_rng(0).normal(size=(60, 2))
Y = np.tile([0, 1], 30)
WEIGHT = np.linspace(0.5, 1.5, 60)


class Seen(ClassifierMixin, BaseEstimator):
    """Notes the weights that its fits were given."""

    given = []

    def fit(self, X, y, sample_weight=None):
        Seen.given.append(sample_weight)
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.tile([0.4, 0.6], (len(X), 1))

    def predict(self, X):
        return self.classes_[np.ones(len(X), dtype=int)]


class SeenRegressor(RegressorMixin, BaseEstimator):
    def fit(self, X, y, sample_weight=None):
        Seen.given.append(sample_weight)
        return self

    def predict(self, X):
        return np.zeros(len(X))


class Plain(Seen):
    """Takes no weights."""

    def fit(self, X, y):
        return super().fit(X, y)


class Foreign(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Somebody's wrapper that takes weights and keeps them to itself."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y, sample_weight=None):
        self.estimator.fit(X, y)
        return self


def piped(model=None):
    return make_pipeline(FunctionTransformer(), Seen() if model is None else model)


def search(model):
    return GridSearchCV(model, {}, cv=2, scoring="accuracy")


REACHED = {
    "bare": Seen,
    "pipeline": piped,
    "pipeline in pipeline": lambda: piped(piped()),
    "search": lambda: search(piped()),
    "hyperopt": lambda: HyperoptSearchCV(piped(), {"seen": [Seen()]}, cv=2, n_iter=1, scoring="accuracy"),
    "pipeline of a search": lambda: piped(search(piped())),
    "train only": lambda: TrainOnly(RandomUnderSampler(random_state=0), Seen()),
    "train only, pipeline": lambda: TrainOnly(RandomUnderSampler(random_state=0), piped()),
    "train only, calibrated": lambda: TrainOnly(None, CalibratedClassifierCV(piped(), cv=2)),
    "search of train only": lambda: search(TrainOnly(None, piped())),
    "calibrated": lambda: CalibratedClassifierCV(Seen(), cv=2),
    "calibrated pipeline": lambda: CalibratedClassifierCV(piped(), cv=2),
    "calibrated, no ensemble": lambda: CalibratedClassifierCV(piped(), cv=2, ensemble=False),
    "calibrated train only": lambda: CalibratedClassifierCV(TrainOnly(None, piped()), cv=2),
    "search of calibrated": lambda: search(CalibratedClassifierCV(piped(), cv=2)),
    "voting": lambda: VotingClassifier([("a", Seen()), ("b", Seen())], voting="soft"),
    "stacking": lambda: StackingClassifier([("a", Seen())], Seen(), cv=2),
    "bagging": lambda: BaggingClassifier(Seen(), n_estimators=2, random_state=0),
    "boosting": lambda: AdaBoostClassifier(Seen(), n_estimators=1),
    "regressor": lambda: TransformedTargetRegressor(SeenRegressor()),
    "regressor in a pipeline": lambda: TransformedTargetRegressor(piped(SeenRegressor())),
}
NOT_REACHED = {
    "takes none": Plain,
    "pipeline": lambda: piped(Plain()),
    "calibrated": lambda: CalibratedClassifierCV(piped(Plain()), cv=2),
    "train only": lambda: TrainOnly(None, Plain()),
    "voting": lambda: VotingClassifier([("a", piped()), ("b", Seen())], voting="soft"),
    "one against the rest": lambda: OneVsRestClassifier(Seen()),
    "neighbours": KNeighborsClassifier,
}
UNKNOWN = {
    "frozen": lambda: FrozenEstimator(Seen().fit(X, Y)),
    "frozen in a pipeline": lambda: piped(FrozenEstimator(Seen().fit(X, Y))),
    "frozen, calibrated": lambda: CalibratedClassifierCV(FrozenEstimator(Seen().fit(X, Y))),
    "foreign": lambda: Foreign(Seen()),
}


def fitted(model):
    """Weights that the innermost fits were given."""
    Seen.given = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The scoring .* does not support sample_weight")
        fit_weighted(model, X, Y, WEIGHT)
    return Seen.given


@pytest.mark.parametrize("name", REACHED)
def test_weights_reach_what_predicts(name):
    model = REACHED[name]()
    assert weight_route(model).reached is True
    given = fitted(model)
    assert given and all(weight is not None for weight in given)


@pytest.mark.parametrize("name", NOT_REACHED)
def test_where_they_do_not_it_is_said(name):
    model = NOT_REACHED[name]()
    assert weight_route(model).reached is False
    given = fitted(model)
    assert not given or any(weight is None for weight in given)


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_seen_is_unknown(name):
    model = UNKNOWN[name]()
    assert weight_route(model).reached is None
    fitted(model)


def test_calibration_and_pipeline_get_them_both():
    model = CalibratedClassifierCV(piped(), cv=2)
    assert weight_route(model).names == ("sample_weight", "seen__sample_weight")
    assert weight_params(piped(Plain()), WEIGHT) == {}


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


ASKING = {
    "pipeline": piped,
    "search": lambda ask: GridSearchCV(piped(ask), {}, cv=2, scoring=seismic_auc_scorer),
    "hyperopt": lambda ask: HyperoptSearchCV(
        piped(ask), {"seen": [ask]}, cv=2, n_iter=1, scoring=seismic_auc_scorer
    ),
    "train only": lambda ask: TrainOnly(RandomUnderSampler(random_state=0), piped(ask)),
    "calibrated pipeline": lambda ask: CalibratedClassifierCV(piped(ask), cv=2),
    "voting": lambda ask: VotingClassifier([("a", piped(ask)), ("b", ask)], voting="soft"),
    "one against the rest": lambda ask: OneVsRestClassifier(ask),
    "bagging": lambda ask: BaggingClassifier(piped(ask), n_estimators=2, random_state=0),
}


@pytest.mark.parametrize("name", ASKING)
def test_routing_on(name, routing):
    model = ASKING[name](Seen().set_fit_request(sample_weight=True))
    assert weight_route(model) == (("sample_weight",), True)
    given = fitted(model)
    assert given and all(weight is not None for weight in given)
    named = ASKING[name](Seen().set_fit_request(sample_weight="events"))
    assert weight_route(named) == (("events",), True)
    silent = ASKING[name](Seen())
    assert weight_route(silent) == ((), False)
    assert weight_params(silent, WEIGHT) == {}


class Continued(ClassifierMixin, BaseEstimator):
    """Routes to what it holds under a name of its own, as FineTuned does."""

    def __init__(self, pretrained):
        self.pretrained = pretrained

    def fit(self, X, y, sample_weight=None):
        return self

    def get_metadata_routing(self):
        methods = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=self).add(network=self.pretrained, method_mapping=methods)


def test_routers_that_hold_something_unseen(routing):
    assert weight_route(Continued(Seen().set_fit_request(sample_weight=True))) == (("sample_weight",), True)
    assert weight_route(Continued(Seen())) == ((), False)
    assert weight_route(LogisticRegressionCV()) == (("sample_weight",), True)


def test_routing_on_and_no_wrapper(routing):
    assert weight_route(Seen()) == (("sample_weight",), True)
    assert weight_route(LogisticRegression()) == (("sample_weight",), True)
    assert weight_route(Plain()) == ((), False)
    assert weight_route(Foreign(Seen())) == (("sample_weight",), None)
    assert weight_route(FrozenEstimator(Seen())) == ((), None)
    calibrated = CalibratedClassifierCV(piped(), cv=2).set_fit_request(sample_weight=True)
    assert weight_route(calibrated) == (("sample_weight",), False)  # for the calibration alone
    several = VotingClassifier([("a", Seen().set_fit_request(sample_weight=True)), ("b", Plain())])
    assert weight_route(several) == (("sample_weight",), False)
