"""evaluate: honest folds, weights, scores that agree with the metrics."""

import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from common.sample_frames import sample_frame
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RepeatedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import Bunch

from skquake._core._weights import effective_number, event_weights
from skquake.metrics import classification_summary, event_auc, seismic_mcc, seismic_mcc_scorer
from skquake.model_selection import (
    PurgedGroupKFold,
    PurgedTimeSeriesSplit,
    Score,
    chronological_split,
    evaluate,
)
from skquake.preprocessing import TrainOnly


class Recorder(ClassifierMixin, BaseEstimator):
    """Keeps the weights of its last fit; says 0.6 for earthquakes on even rows."""

    seen = {}

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        Recorder.seen = {"weight": sample_weight, "rows": X.index}
        return self

    def predict_proba(self, X):
        p = np.full((len(X), len(self.classes_)), 0.4)
        p[::2, 1] = 0.6
        return p


@pytest.fixture(scope="module")
def samples():
    return sample_frame(60, signal=1.5)


def logistic():
    return make_pipeline(make_column_transformer(("passthrough", ["observed"])), LogisticRegression())


def test_scores_agree_with_the_metrics(samples):
    result = evaluate(logistic(), samples, PurgedGroupKFold(4), n_resamples=100, random_state=0)
    assert sorted(result.test) == list(range(len(samples.X)))
    tested = samples.X.iloc[result.test]
    is_evidence = result.y != 2
    weight = np.zeros(len(tested))
    weight[is_evidence] = event_weights(tested["event_id"][is_evidence])
    np.testing.assert_array_equal(result.y, samples.y[result.test])
    assert result.seismic_mcc.value == seismic_mcc(result.y, result.proba, sample_weight=weight)
    assert result.event_auc.value == event_auc(tested["event_id"], result.y, result.proba)
    paper = classification_summary(result.y, result.proba, sample_weight=event_weights(tested["event_id"]))
    assert result.paper == paper
    assert result.n == is_evidence.sum()
    assert result.n_events == tested["event_id"][is_evidence].nunique()
    assert result.effective_number == effective_number(tested["event_id"][is_evidence])
    for score in (result.seismic_mcc, result.seismic_auc, result.event_auc):
        assert score.low < score.value < score.high
    assert result.seismic_mcc.low > 0.0
    assert result.weighted_fit


def test_probabilities_are_out_of_sample(samples):
    X = samples.X.assign(row=np.arange(len(samples.X)))
    memory = make_pipeline(make_column_transformer(("passthrough", ["row"])), KNeighborsClassifier(1))
    result = evaluate(memory, _bunch(X, samples), PurgedGroupKFold(4))
    assert abs(result.seismic_mcc.value) < 0.4
    assert not result.weighted_fit


def _bunch(X, samples):
    copy = samples.copy()
    copy["X"] = X
    return type(samples)(**copy)


def test_an_event_counts_once_in_fit(samples):
    train, test = chronological_split(samples.X, samples.y)
    for model in (
        Recorder(),
        make_pipeline(FunctionTransformer(), Recorder()),
        make_pipeline(FunctionTransformer(), make_pipeline(FunctionTransformer(), Recorder())),
        GridSearchCV(Recorder(), {}, cv=PurgedGroupKFold(2), scoring=seismic_mcc_scorer),
    ):
        result = evaluate(model, samples, (train, test), n_resamples=20)
        assert result.weighted_fit
        weight = pd.Series(Recorder.seen["weight"], samples.X["event_id"].iloc[train])
        totals = weight.groupby(level=0).sum()
        np.testing.assert_allclose(totals, totals.iloc[0])
        assert weight.mean() == pytest.approx(1.0)
        np.testing.assert_array_equal(Recorder.seen["rows"], train)
    evaluate(Recorder(), samples, (train, test), sample_weight=None, n_resamples=20)
    assert Recorder.seen["weight"] is None


def test_forms_of_cv(samples):
    cv = PurgedTimeSeriesSplit(3)
    folds = list(cv.split(samples.X, samples.y))
    a = evaluate(logistic(), samples, cv, n_resamples=20, random_state=0)
    b = evaluate(logistic(), samples, folds, n_resamples=20, random_state=0)
    pd.testing.assert_frame_equal(a.to_frame(), b.to_frame())
    np.testing.assert_array_equal(a.fold, np.repeat([0, 1, 2], [len(test) for _, test in folds]))
    two = evaluate(logistic(), samples, folds[1:], n_resamples=20)
    assert len(two.test) == len(folds[1][1]) + len(folds[2][1])
    one = evaluate(logistic(), samples, folds[2], n_resamples=20)
    np.testing.assert_array_equal(one.test, folds[2][1])


def test_a_class_absent_from_training(samples):
    train, test = chronological_split(samples.X, samples.y)
    result = evaluate(logistic(), samples, (train[samples.y[train] != 2], test), n_resamples=20)
    assert result.proba.shape == (len(test), 3)
    assert (result.proba[:, 2] == 0.0).all()


def test_presentation(samples):
    result = evaluate(logistic(), samples, chronological_split(samples.X), n_resamples=50, random_state=0)
    frame = result.to_frame()
    assert len(frame) == 1
    assert {"seismic_mcc", "seismic_mcc_low", "event_auc_high", "paper_f1_macro", "unit"} <= set(
        frame.columns
    )
    assert repr(result).startswith(f"Evaluation(seismic MCC {result.seismic_mcc.value:.2f} [")
    assert len(repr(result)) < 200
    plain = json.loads(json.dumps(result.to_dict()))
    assert plain["seismic_auc"]["value"] == result.seismic_auc.value
    assert plain["test"] == result.test.tolist()
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.to_frame(), frame)


def test_the_estimator_stays_unfitted(samples):
    model = logistic()
    evaluate(model, samples, chronological_split(samples.X), n_resamples=20)
    assert not hasattr(model[-1], "coef_")


def test_errors(samples):
    train, test = chronological_split(samples.X)
    with pytest.raises(ValueError, match="more than once"):
        evaluate(logistic(), samples, RepeatedKFold(n_splits=2, n_repeats=2, random_state=0))
    with pytest.raises(ValueError, match="neither"):
        evaluate(logistic(), samples, (train, test), sample_weight="row")
    with pytest.raises(ValueError, match="no row of class 1"):
        evaluate(logistic(), samples, (train, test[samples.y[test] != 1]))
    with pytest.raises(ValueError, match=r"missing column\(s\) pair_id"):
        evaluate(logistic(), _bunch(samples.X.drop(columns="pair_id"), samples), (train, test))
    short = _bunch(samples.X.iloc[:-1], samples)
    with pytest.raises(ValueError, match=r"samples\.y has"):
        evaluate(logistic(), short, (train, test))
    with pytest.raises(ValueError, match="no folds"):
        evaluate(logistic(), samples, [])


def test_mistakes_are_named(samples):
    with pytest.raises(
        TypeError, match=r"cv=5 is a number; say how to split, as by PurgedTimeSeriesSplit\(5\)"
    ):
        evaluate(logistic(), samples, 5)
    for table in (samples.X, pl.from_pandas(samples.X.drop(columns="owners")), samples.X[["kp"]].to_numpy()):
        with pytest.raises(TypeError, match=r"pass the samples, not samples\.X \(got "):
            evaluate(logistic(), table, PurgedGroupKFold(2))
    with pytest.raises(TypeError, match=r"cv must be a splitter or .* got <object"):
        evaluate(logistic(), samples, object())


def test_any_dataframe_holds_samples(samples):
    cv = PurgedGroupKFold(3)
    X = samples.X.drop(columns="owners")
    options = {"n_resamples": 50, "random_state": 0}
    expected = evaluate(logistic(), _bunch(X, samples), cv, **options).to_frame()
    found = evaluate(logistic(), _bunch(pl.from_pandas(X), samples), cv, **options).to_frame()
    pd.testing.assert_frame_equal(found, expected)
    assert cv.describe(pl.from_pandas(X), samples.y).equals(cv.describe(X, samples.y))


class Nearest(KNeighborsClassifier):
    """Of the column observed."""

    def fit(self, X, y):
        return super().fit(X[["observed"]], y)

    def predict_proba(self, X):
        return super().predict_proba(X[["observed"]])


def test_what_was_weighted(samples):
    fold = chronological_split(samples.X, samples.y)

    def weighted(model, **options):
        return evaluate(model, samples, fold, n_resamples=0, **options).weighted_fit

    assert weighted(CalibratedClassifierCV(logistic(), cv=2)) is True
    Recorder.seen = {}
    assert weighted(CalibratedClassifierCV(make_pipeline("passthrough", Recorder()), cv=2)) is True
    assert Recorder.seen["weight"] is not None
    assert weighted(CalibratedClassifierCV(Nearest(), cv=2)) is False
    assert weighted(TrainOnly(None, Nearest())) is False
    assert weighted(TrainOnly(None, make_pipeline("passthrough", Recorder()))) is True
    assert weighted(FrozenEstimator(logistic().fit(samples.X, samples.y))) is None
    assert weighted(logistic(), sample_weight=None) is False


def sampled():
    return TrainOnly(RandomUnderSampler(random_state=0), logistic())


@pytest.mark.parametrize("model", [logistic, sampled])
def test_routing_on(samples, model):
    with sklearn.config_context(enable_metadata_routing=True):
        silent = evaluate(model(), samples, PurgedGroupKFold(2), n_resamples=50, random_state=0)
        asking = model()
        last = getattr(asking, "estimator", asking)[-1].set_fit_request(sample_weight=True)
        found = evaluate(asking, samples, PurgedGroupKFold(2), n_resamples=50, random_state=0)
        assert last is getattr(asking, "estimator", asking)[-1]
    expected = evaluate(model(), samples, PurgedGroupKFold(2), n_resamples=50, random_state=0)
    assert found.weighted_fit is True and silent.weighted_fit is False
    np.testing.assert_array_equal(found.proba, expected.proba)
    assert (silent.proba != expected.proba).any()


def test_few_units_have_no_interval(samples):
    few = samples.X["pair_id"].isin([f"e{i}" for i in range(8)]).to_numpy()
    some = Bunch(X=samples.X[few].reset_index(drop=True), y=samples.y[few])
    pairs = some.X["pair_id"].to_numpy()
    test = np.flatnonzero(np.isin(pairs, ["e0", "e1", "e2"]))
    rest = np.flatnonzero(~np.isin(pairs, ["e0", "e1", "e2"]))
    found = evaluate(logistic(), some, (rest, test))
    for score in (found.seismic_mcc, found.seismic_auc, found.event_auc):
        assert np.isnan([score.low, score.high]).all() and not score.has_interval
        assert str(score) == f"{score.value:.2f} ({score.n_units} units)" and score.n_units < 5
    assert f"{found.seismic_mcc.n_units} units)" in repr(found) and "nan" not in repr(found)
    assert str(Score(0.5, np.nan, np.nan, "pair", 1)) == "0.50 (1 unit)"
    assert str(Score(0.5, np.nan, np.nan, "none", 0)) == "0.50"
    json.dumps(found.to_dict())


def test_versions_are_noted(samples):
    found = evaluate(logistic(), samples, chronological_split(samples.X), n_resamples=0)
    assert found.versions["scikit-learn"] == sklearn.__version__
    assert found.to_dict()["versions"] == found.versions


def test_folds_that_run_forwards_in_time_are_the_default(samples):
    found = evaluate(logistic(), samples, n_resamples=50, random_state=0)
    asked = evaluate(logistic(), samples, PurgedTimeSeriesSplit(5), n_resamples=50, random_state=0)
    np.testing.assert_array_equal(found.test, asked.test)
    assert found.seismic_mcc == asked.seismic_mcc
    assert found.interval == "models held fixed" and found.widening == 1.0
