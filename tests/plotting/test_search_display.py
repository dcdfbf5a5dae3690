from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from skquake.model_selection import HyperoptSearchCV
from skquake.plotting import SearchDisplay

X, Y = make_classification(80, random_state=0)


def found(**changes):
    results = {
        "params": [
            {"clf__C": 0.001, "clf__kernel": "rbf"},
            {"clf__C": 10.0, "clf__kernel": "linear"},
            {"clf__C": 1.0, "clf__kernel": "rbf"},
            {"clf__C": 0.1, "clf__kernel": "rbf"},
            {"clf__C": 5.0, "clf__kernel": "linear"},
        ],
        "mean_test_score": np.array([0.1, np.nan, 0.3, 0.9, 0.2]),
        "std_test_score": np.array([0.01, np.nan, 0.02, 0.0, 0.01]),
        "status": np.array(["complete", "infeasible", "complete", "stopped", "complete"]),
    }
    return SimpleNamespace(cv_results_=results | changes, refit=True, scoring="seismic_mcc")


def test_the_best_is_that_of_complete_trials():
    display = SearchDisplay.from_estimator(found())
    assert display.best_.tolist() == [0.1, 0.1, 0.3, 0.3, 0.3]
    assert (display.score, display.chance) == ("seismic_mcc", 0.0)


def test_progress(given_axes):
    axes = given_axes(1, 1)
    display = SearchDisplay.from_estimator(found(), references={"nested": -0.1}).plot(ax=axes)
    (drawn,) = display.axes_[0]
    assert drawn is axes[0, 0] and drawn.get_ylabel() == "seismic MCC (no unit)"
    assert drawn.get_xlabel() == "trial (number)"
    lines = {line.get_label(): line for line in drawn.lines}
    assert lines["best so far"].get_ydata().tolist() == [0.1, 0.1, 0.3, 0.3, 0.3]
    assert lines["stopped early"].get_xdata().tolist() == [4]
    assert lines["infeasible"].get_xdata().tolist() == [2]
    assert set(lines["no skill: 0"].get_ydata()) == {0.0}
    assert set(lines["nested: -0.10"].get_ydata()) == {-0.1}
    said = {text.get_text() for text in drawn.get_legend().get_texts()}
    assert {"trial, deviation over folds", "best so far", "nested: -0.10"} <= said


def test_parallel_coordinates():
    display = SearchDisplay.from_estimator(found(), kind="parallel").plot()
    axes = display.axes_[0, 0]
    names = [text.get_text() for text in axes.get_xticklabels()]
    assert names == ["C", "kernel", "seismic MCC\n(no skill: 0)"]
    drawn = [line.get_ydata() for line in axes.lines if len(line.get_xdata()) == 3]
    assert len(drawn) == 3 + 1  # the complete trials, and the best once more
    np.testing.assert_allclose(drawn[0], [0.0, 1.0, 0.0])  # C=0.001 on a logarithmic scale; worst first
    np.testing.assert_allclose(drawn[1], [1.0, 0.0, 0.5])
    np.testing.assert_allclose(drawn[-1], [np.log10(1000) / np.log10(5000), 1.0, 1.0])
    texts = [text.get_text() for text in axes.texts]
    assert {"0.001", "5", "rbf", "linear"} <= set(texts)


@pytest.mark.parametrize("kind", ["progress", "parallel"])
def test_real_searches(kind):
    space = {"C": [0.01, 1.0], "class_weight": [None, "balanced"], "fit_intercept": [True, False]}
    ours = HyperoptSearchCV(LogisticRegression(), space, cv=2, n_iter=5, scoring="roc_auc", random_state=0)
    theirs = GridSearchCV(LogisticRegression(), space, cv=2, scoring=["accuracy", "roc_auc"], refit="roc_auc")
    for search in (ours, theirs):
        display = SearchDisplay.from_estimator(search.fit(X, Y), kind=kind).plot()
        assert display.best_.iloc[-1] == search.best_score_ and display.chance == 0.5
    one = SearchDisplay.from_estimator(theirs, kind=kind, metric="accuracy", chance=None).plot()
    assert one.score == "accuracy" and one.chance is None


def test_one_trial_of_one_value():
    one = {"params": [{"a": 3}], "mean_test_score": [0.2], "std_test_score": [0.0]}
    for kind in ("progress", "parallel"):
        search = SimpleNamespace(cv_results_=one)
        assert SearchDisplay.from_estimator(search, kind=kind).plot().best_.tolist() == [0.2]


def test_errors():
    with pytest.raises(TypeError, match="LogisticRegression has no cv_results_; pass a fitted search"):
        SearchDisplay.from_estimator(LogisticRegression())
    with pytest.raises(ValueError, match="kind='surface' is none of progress, parallel"):
        SearchDisplay.from_estimator(found(), kind="surface")
    with pytest.raises(ValueError, match="metric='f1': the search has score"):
        SearchDisplay.from_estimator(found(), metric="f1")
    none = found(status=np.array(["infeasible"] * 5))
    with pytest.raises(ValueError, match="no complete trial"):
        SearchDisplay.from_estimator(none, kind="parallel").plot()
