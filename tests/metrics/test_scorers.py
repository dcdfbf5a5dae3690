"""Scorers inside scikit-learn's own tools."""

import pickle

import numpy as np
import pytest
from common.sample_frames import sample_frame
from sklearn import config_context
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from skquake._core._weights import event_weights
from skquake.metrics import seismic_auc, seismic_auc_scorer, seismic_mcc, seismic_mcc_scorer
from skquake.model_selection import PurgedGroupKFold


@pytest.fixture
def samples():
    return sample_frame(60, signal=1.0)


@pytest.fixture
def model():
    return make_pipeline(make_column_transformer(("passthrough", ["observed"])), LogisticRegression())


@pytest.mark.parametrize(
    ("scorer", "score"), [(seismic_mcc_scorer, seismic_mcc), (seismic_auc_scorer, seismic_auc)]
)
def test_an_event_counts_once(scorer, score, samples, model):
    X, y = samples.X, samples.y
    model.fit(X, y)
    weight = np.zeros(len(y))
    weight[y != 2] = event_weights(X["event_id"][y != 2])
    proba = model.predict_proba(X)
    assert scorer(model, X, y) == score(y, proba, sample_weight=weight)
    assert scorer(model, X, y, sample_weight=np.ones(len(y))) == score(y, proba)


def test_bare_arrays_are_uniform(samples):
    X, y = samples.X[["observed"]].to_numpy(), samples.y
    model = LogisticRegression().fit(X, y)
    assert seismic_auc_scorer(model, X, y) == seismic_auc(y, model.predict_proba(X))


def test_a_class_absent_from_training(samples):
    X, y = samples.X[["observed"]].to_numpy(), samples.y
    model = LogisticRegression().fit(X[y != 2], y[y != 2])
    assert seismic_auc_scorer(model, X, y) == seismic_auc(y, model.predict_proba(X), classes=[0, 1])


def test_search_and_cross_validation(samples, model):
    X, y = samples.X, samples.y
    cv = PurgedGroupKFold(3)
    search = GridSearchCV(model, {"logisticregression__C": [0.1, 1.0]}, cv=cv, scoring=seismic_auc_scorer)
    search.fit(X, y, groups=samples.groups)
    assert search.best_score_ > 0.6
    scores = cross_val_score(model, X, y, cv=cv, scoring=seismic_auc_scorer)
    both = cross_validate(model, X, y, cv=cv, scoring={"a": seismic_auc_scorer, "m": seismic_mcc_scorer})
    np.testing.assert_array_equal(both["test_a"], scores)


def test_pickle_and_repr(samples, model):
    copy = pickle.loads(pickle.dumps(seismic_mcc_scorer))
    model.fit(samples.X, samples.y)
    assert copy(model, samples.X, samples.y) == seismic_mcc_scorer(model, samples.X, samples.y)
    assert repr(copy) == "seismic_mcc_scorer"


def test_metadata_routing(samples):
    X, y = samples.X[["observed"]].to_numpy(), samples.y
    weight = np.random.default_rng(0).exponential(size=len(y))
    with config_context(enable_metadata_routing=True):
        model = LogisticRegression().set_fit_request(sample_weight=False)
        plain = cross_validate(model, X, y, scoring=seismic_auc_scorer)
        weighted = cross_validate(
            model,
            X,
            y,
            scoring=seismic_auc_scorer.set_score_request(sample_weight=True),
            params={"sample_weight": weight},
        )
    assert (plain["test_score"] != weighted["test_score"]).any()


def test_no_probabilities(samples):
    X, y = samples.X[["observed"]].to_numpy(), samples.y
    with pytest.raises(TypeError, match="LinearSVC has no predict_proba; wrap it"):
        seismic_auc_scorer(LinearSVC().fit(X, y), X, y)
