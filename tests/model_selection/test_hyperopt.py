"""The search: candidates, scores, batches, pruning, and what scikit-learn promises of a search."""

import builtins
import os
import pickle
import warnings

import numpy as np
import pytest
from hyperopt import hp
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_config
from scipy.stats import loguniform, randint
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score, cross_validate
from sklearn.tree import DecisionTreeClassifier

from skquake import HyperoptSearchCV, SeqNetQuakeClassifier
from skquake.model_selection import spaces
from skquake.model_selection._trial import BEFORE_STOPPING, Bar, Fold, Trial

X, Y = make_classification(120, random_state=0)
SPACE = {"max_depth": randint(1, 9), "min_samples_leaf": [1, 2, 4, 8], "criterion": ["gini", "entropy"]}
TREE = DecisionTreeClassifier(random_state=0)
CV = StratifiedKFold(3)


class Fake(ClassifierMixin, BaseEstimator):
    """Scores -(a - 0.7)**2, less 1 / (10 fold number) or so; infeasible or broken where told."""

    def __init__(self, a=0.0, infeasible_above=2.0, error="ValueError"):
        self.a = a
        self.infeasible_above = infeasible_above
        self.error = error

    def fit(self, X, y):
        if self.a > self.infeasible_above:
            raise getattr(builtins, self.error)(f"a={self.a:.3f} is too large")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)

    def score(self, X, y):
        return -((self.a - 0.7) ** 2) + 0.1 * float(X[:, 0].mean())


def search(estimator=TREE, space=SPACE, **changes):
    options = {"cv": CV, "n_iter": 8, "random_state": 0} | changes
    return HyperoptSearchCV(estimator, space, **options)


def scores_of(fitted):
    keys = [key for key in fitted.cv_results_ if key.startswith("split")]
    return np.stack([fitted.cv_results_[key] for key in sorted(keys)])


def test_equals_a_loop_over_the_candidates():
    found = search(n_iter=30).fit(X, Y)
    expected = []
    for params in found.cv_results_["params"]:
        model = clone(TREE).set_params(**params)
        expected.append(cross_val_score(model, X, Y, cv=CV))
    np.testing.assert_array_equal(scores_of(found).T, expected)
    mean = np.mean(expected, axis=1)
    np.testing.assert_allclose(found.cv_results_["mean_test_score"], mean)
    assert found.best_index_ == np.argmax(mean)
    assert found.best_score_ == mean.max()
    assert found.best_params_ == found.cv_results_["params"][found.best_index_]
    alone = clone(TREE).set_params(**found.best_params_).fit(X, Y)
    np.testing.assert_array_equal(found.predict(X), alone.predict(X))
    assert found.n_splits_ == 3 and not found.multimetric_ and found.refit_time_ > 0
    assert set(found.cv_results_["status"]) == {"complete"}
    assert found.cv_results_["n_folds"].tolist() == [3] * 30
    assert found.cv_results_["mean_fit_time"].min() > 0


@pytest.mark.parametrize(
    "space", [np.linspace(0, 1, 101).round(2), loguniform(1e-3, 1.0)], ids=["list", "log"]
)
def test_candidates_follow_the_scores(space):
    found = search(Fake(), {"a": space}, n_iter=80).fit(X, Y)
    away = np.abs(np.array([params["a"] for params in found.cv_results_["params"]]) - 0.7)
    assert np.median(away[:20]) > 1.3 * np.median(away[40:])  # at random, then by what scored well
    assert away[found.best_index_] < 0.05


@pytest.mark.parametrize("stop_hopeless", [False, True])
def test_trials_do_not_depend_on_the_workers(stop_hopeless):
    options = {"n_iter": 26, "batch_size": 4, "stop_hopeless": stop_hopeless}
    alone = search(**options).fit(X, Y)
    for backend, n_jobs in (("threading", 3), ("loky", 2)):
        with parallel_config(backend, n_jobs=n_jobs):
            other = search(**options).fit(X, Y)
        assert other.cv_results_["params"] == alone.cv_results_["params"]
        np.testing.assert_array_equal(scores_of(other), scores_of(alone))
        assert other.best_params_ == alone.best_params_


def test_trials_depend_on_random_state_and_batch_size():
    def candidates(**changes):
        options = {"n_iter": 50} | changes
        return search(Fake(), {"a": loguniform(1e-3, 1.0)}, **options).fit(X, Y).cv_results_["params"]

    first = candidates()
    assert candidates(n_iter=26) == first[:26]  # more trials go on, they change nothing before
    assert candidates(random_state=1) != first
    assert candidates(random_state=np.random.RandomState(0)) == first
    batched = candidates(batch_size=15)
    assert batched[:20] == first[:20] and batched != first  # the first twenty are drawn at random
    assert candidates(batch_size=15, n_iter=37) == batched[:37]


def test_infeasible_candidates_are_pruned_and_told():
    with pytest.warns(
        FitFailedWarning, match=r"\d+ of 60 trials are infeasible .*'a': 0\.\d+.*is too large"
    ) as caught:
        found = search(Fake(infeasible_above=0.75), {"a": loguniform(1e-2, 1.0)}, n_iter=60).fit(X, Y)
    assert len(caught) == 1
    a = np.array([params["a"] for params in found.cv_results_["params"]])
    infeasible = found.cv_results_["status"] == "infeasible"
    np.testing.assert_array_equal(infeasible, a > 0.75)
    assert infeasible.any() and np.isnan(found.cv_results_["mean_test_score"][infeasible]).all()
    assert (found.cv_results_["rank_test_score"][infeasible] > (~infeasible).sum()).all()
    assert abs(found.best_params_["a"] - 0.7) < 0.05
    with pytest.warns(FitFailedWarning):
        other = search(Fake(infeasible_above=0.75), {"a": loguniform(1e-2, 1.0)}, n_iter=60, error_score=-9.0)
        assert other.fit(X, Y).cv_results_["mean_test_score"].min() == -9.0


def test_errors_that_are_no_infeasible_candidates():
    with pytest.raises(ValueError, match=r"all 5 trials are infeasible; the first: \{'a': 0\..*too large"):
        search(Fake(infeasible_above=-1.0), {"a": [0.1, 0.2]}, n_iter=5).fit(X, Y)
    with pytest.raises(ValueError, match=r"^a=0.* is too large"):
        search(Fake(infeasible_above=-1.0), {"a": [0.1, 0.2]}, error_score="raise").fit(X, Y)
    with pytest.raises(TypeError, match="is too large"):
        search(Fake(infeasible_above=-1.0, error="TypeError"), {"a": [0.1]}, error_score="raise").fit(X, Y)


def test_networks_that_cannot_be_built_are_pruned():
    windows = np.random.default_rng(0).normal(size=(24, 10, 1))
    space = {"conv_layers": [1, 4], "kernel_size": [2, 3]}
    tiny = SeqNetQuakeClassifier(
        filters=2, lstm_layers=1, lstm_units=2, dense_layers=1, epochs=1, random_state=0
    )
    with pytest.warns(FitFailedWarning, match="length=10 .*conv_layers=4, kernel_size=. cannot"):
        found = search(tiny, space, cv=KFold(2), n_iter=4).fit(windows, np.tile([0, 1], 12))
    status = {
        p["conv_layers"]: s
        for p, s in zip(*(found.cv_results_[k] for k in ("params", "status")), strict=True)
    }
    assert status == {1: "complete", 4: "infeasible"}


def scored(values, n_splits, index=0):
    return Trial(index, {}, [Fold({"score": v}, 0.0, 0.0) for v in values])


@given(
    st.lists(st.lists(st.floats(-1, 1), min_size=4, max_size=4), min_size=BEFORE_STOPPING, max_size=14),
    st.data(),
)
@settings(max_examples=50, deadline=None)
def test_what_is_out_of_reach_is_no_better(table, data):
    """Whatever the folds not done would give, up to the best ever seen there, the best stays the best."""
    bar = Bar.of([scored(row, 4) for row in table], "score", 4)
    table = np.array(table)
    assert bar.best == table.mean(axis=1).max()
    begun = data.draw(st.lists(st.floats(-1, 1), min_size=1, max_size=3))
    rest = [data.draw(st.floats(-1, float(top))) for top in table.max(axis=0)[len(begun) :]]
    if bar.reach(np.array(begun)) < bar.best:
        assert np.mean(begun + rest) < bar.best + 1e-12
    best = table[np.argmax(table.mean(axis=1))]
    assert all(bar.reach(best[:k]) >= bar.best - 1e-12 for k in range(1, 5))


def test_no_bar_before_enough_trials_are_complete():
    rows = [scored([0.5, 0.5], 2) for _ in range(BEFORE_STOPPING - 1)]
    failed = Trial(0, {}, [Fold(None, 0.0, 0.0, "ValueError: no"), Fold({"score": 1.0}, 0.0, 0.0)])
    assert Bar.of([*rows, failed, scored([0.9], 2)], "score", 2) is None
    assert Bar.of([*rows, scored([0.5, 0.5], 2)], "score", 2) is not None


def test_hopeless_trials_are_stopped_and_say_so():
    space = {"a": [round(a, 2) for a in np.linspace(0, 1, 101)]}
    whole = search(Fake(), space, n_iter=40).fit(X, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = search(Fake(), space, n_iter=40, stop_hopeless=True).fit(X, Y)
    results = found.cv_results_
    stopped = results["status"] == "stopped"
    assert stopped.any() and not stopped[:BEFORE_STOPPING].any() and not stopped[found.best_index_]
    np.testing.assert_array_equal(stopped, results["n_folds"] < 3)
    table = scores_of(found).T
    for i in np.flatnonzero(stopped):
        n = results["n_folds"][i]
        assert np.isfinite(table[i, :n]).all() and np.isnan(table[i, n:]).all()
        assert results["mean_test_score"][i] == pytest.approx(table[i, :n].mean())
        before = table[:i][~stopped[:i]]
        assert np.r_[table[i, :n], before.max(axis=0)[n:]].mean() < before.mean(axis=1).max()
        assert results["rank_test_score"][i] > (~stopped).sum()
    assert found.best_score_ >= whole.best_score_ - 1e-3


def test_several_scores():
    scoring = ["accuracy", "roc_auc"]
    found = search(scoring=scoring, refit="roc_auc").fit(X, Y)
    expected = cross_validate(clone(TREE).set_params(**found.best_params_), X, Y, cv=CV, scoring=scoring)
    assert found.multimetric_ and set(found.scorer_) == set(scoring)
    assert (
        found.best_score_ == expected["test_roc_auc"].mean() == found.cv_results_["mean_test_roc_auc"].max()
    )
    assert found.cv_results_["mean_test_accuracy"][found.best_index_] == expected["test_accuracy"].mean()

    def both(estimator, X, y):
        return {"a": estimator.score(X, y), "b": -1.0}

    assert search(scoring=both, refit="a").fit(X, Y).multimetric_
    for refit in (False, lambda results: 0):
        with pytest.raises(
            ValueError, match="with several scores it must name the one to maximise, of accuracy, roc"
        ):
            search(scoring=scoring, refit=refit).fit(X, Y)
    with pytest.raises(ValueError, match="refit"):
        search(scoring=scoring, refit="f1").fit(X, Y)


def test_refit():
    none = search(refit=False).fit(X, Y)
    assert none.best_params_ and not hasattr(none, "best_estimator_")
    with pytest.raises((AttributeError, NotFittedError)):
        none.predict(X)
    last = search(refit=lambda results: len(results["params"]) - 1).fit(X, Y)
    assert last.best_params_ == last.cv_results_["params"][-1] and not hasattr(last, "best_score_")


def test_searches_without_a_target():
    found = search(KMeans(random_state=0, n_init=1), {"n_clusters": [2, 3, 4]}, cv=KFold(2), n_iter=5).fit(X)
    expected = cross_val_score(clone(found.estimator).set_params(**found.best_params_), X, cv=KFold(2))
    assert found.best_score_ == expected.mean() and found.predict(X).max() < 4


def test_pickle():
    fitted = search(space={"max_depth": hp.uniformint("depth", 1, 5)}, n_iter=3).fit(X, Y)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert again.fit(X, Y).best_params_ == fitted.best_params_


def test_folds_are_required():
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'cv'"):
        HyperoptSearchCV(TREE, SPACE)
    with pytest.raises(ValueError, match=r"cv=None: say how to split; for samples PurgedGroupKFold\(5\)"):
        search(cv=None).fit(X, Y)
    assert search(cv=2).fit(X, Y).n_splits_ == 2
    assert search(cv=[(np.arange(60), np.arange(60, 120))]).fit(X, Y).n_splits_ == 1


@pytest.mark.parametrize(
    ("space", "error", "words"),
    [
        ({}, ValueError, "no parameter"),
        ([{"max_depth": [1]}], TypeError, "expected a dict of parameters or a hyperopt expression, got list"),
        ({"max_depth": []}, ValueError, "max_depth: the list is empty"),
        ({"max_depth": 3}, TypeError, r"max_depth: expected a list.*write \[3\]"),
        ({"criterion": "gini"}, TypeError, r"criterion: .*write \['gini'\]"),
        ({3: [1]}, TypeError, "3 is no name"),
        ({"depth": [1]}, ValueError, "Invalid parameter 'depth'"),
        ({"max_depth": np.random.default_rng(0)}, TypeError, "max_depth: expected"),
        (
            {"max_depth": [1, 2], "min_samples_leaf": hp.randint("max_depth", 1, 3)},
            ValueError,
            "max_depth stands twice",
        ),
        (hp.choice("x", [1, 2]), TypeError, "must give a dict"),
    ],
)
def test_spaces_that_are_none(space, error, words):
    with pytest.raises(error, match=words):
        search(space=space).fit(X, Y)


@pytest.mark.parametrize(
    "wrong", [{"n_iter": 0}, {"batch_size": 0}, {"engine": "random"}, {"store": 3}, {"n_jobs": "two"}]
)
def test_wrong_parameters(wrong):
    with pytest.raises(ValueError, match=f"The '{next(iter(wrong))}' parameter"):
        search(**wrong).fit(X, Y)


def test_choices_within_choices():
    space = {
        "criterion": ["gini", "entropy"],
        "shape": hp.choice(
            "shape",
            [
                {"splitter": "best", "max_depth": hp.uniformint("max_depth", 1, 4)},
                {"splitter": "random", "max_leaf_nodes": hp.choice("max_leaf_nodes", [3, 5])},
            ],
        ),
    }
    candidates = search(space=space, n_iter=30).fit(X, Y).cv_results_["params"]
    assert {frozenset(params) for params in candidates} == {
        frozenset({"criterion", "splitter", "max_depth"}),
        frozenset({"criterion", "splitter", "max_leaf_nodes"}),
    }
    assert all(
        type(p["max_depth"]) is int and 1 <= p["max_depth"] <= 4 for p in candidates if "max_depth" in p
    )
    models = hp.choice(
        "which", [{"C": hp.loguniform("C", -3, 3)}, {"C": 1.0, "class_weight": {0: 1.0, 1: 2.0}}]
    )
    found = search(LogisticRegression(), models, n_iter=6).fit(X, Y).cv_results_["params"]
    assert {"class_weight" in params for params in found} == {True, False}


def test_spaces_of_the_papers():
    space = spaces.random_forest() | {"max_features": randint(1, 10)}
    del space["n_estimators"], space["bootstrap"]
    candidates = search(space=space, n_iter=25).fit(X, Y).cv_results_["params"]
    for params in candidates:
        assert type(params["max_depth"]) is int and 1 <= params["max_depth"] <= 27
        assert params["criterion"] in ("gini", "entropy")
    assert len({params["max_depth"] for params in candidates}) > 8


def test_one_value_is_no_dimension():
    found = search(space={"max_depth": [3]}, n_iter=25).fit(X, Y)
    assert [params["max_depth"] for params in found.cv_results_["params"]] == [3] * 25


def test_progress_shows_the_best(capsys):
    best = search(verbose=1).fit(X, Y).best_score_
    shown = capsys.readouterr().err
    assert "8/8" in shown and f"best {best:.4g}" in shown
    search().fit(X, Y)
    assert capsys.readouterr().err == ""


def test_optuna_is_an_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'pip install "skquake\[optuna\]"'):
        search(engine="optuna").fit(X, Y)


def test_optuna():
    pytest.importorskip("optuna")
    space = {"a": [round(a, 2) for a in np.linspace(0, 1, 101)]}
    with pytest.warns(FitFailedWarning):
        found = search(
            Fake(infeasible_above=0.9), {"a": loguniform(1e-3, 1.0)}, engine="optuna", n_iter=40
        ).fit(X, Y)
    a = np.array([params["a"] for params in found.cv_results_["params"]])
    assert np.median(np.abs(a[:10] - 0.7)) > 1.5 * np.median(np.abs(a[20:] - 0.7))
    assert abs(found.best_params_["a"] - 0.7) < 0.05
    again = [
        search(Fake(), space, engine="optuna", n_iter=14, batch_size=3, n_jobs=n).fit(X, Y) for n in (1, 2)
    ]
    assert again[0].cv_results_["params"] == again[1].cv_results_["params"]
    with pytest.raises(TypeError, match='hyperopt expressions are for engine="hyperopt"'):
        search(Fake(), {"a": hp.uniform("a", 0, 1)}, engine="optuna").fit(X, Y)


@pytest.mark.slow
def test_dask(tmp_path):
    distributed = pytest.importorskip("distributed")
    alone = search(batch_size=3).fit(X, Y)
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the cluster: ports and the like
        with (
            distributed.LocalCluster(processes=True, local_directory=str(tmp_path), **options) as cluster,
            distributed.Client(cluster),
            parallel_config("dask"),
        ):
            spread = search(batch_size=3, n_jobs=-1, store=tmp_path / "trials.jsonl").fit(X, Y)
    assert spread.cv_results_["params"] == alone.cv_results_["params"]
    np.testing.assert_array_equal(scores_of(spread), scores_of(alone))
    assert os.path.getsize(tmp_path / "trials.jsonl") > 0
