"""The paper's score against scikit-learn."""

import warnings

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef, roc_auc_score

from skquake.metrics import classification_summary


def reference(y, proba, weight):
    said = proba.argmax(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        f1 = {
            f"f1_{kind}": f1_score(y, said, average=kind, sample_weight=weight)
            for kind in ("micro", "macro", "weighted")
        }
        auc = {
            f"auc_{k}": roc_auc_score(y == k, proba[:, k], sample_weight=weight)
            if 0 < (y == k).sum() < len(y)
            else np.nan
            for k in range(3)
        }
        mcc = matthews_corrcoef(y, said, sample_weight=weight)
    return {**f1, "mcc": mcc, "accuracy": accuracy_score(y, said, sample_weight=weight), **auc}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("present", [(0, 1, 2), (0, 1), (1, 2), (0,)])
@pytest.mark.parametrize("predicted", [(0, 1, 2), (0, 2), (1,)])
def test_equals_scikit_learn(present, predicted, weighted):
    rng = np.random.default_rng(0)
    y = rng.choice(present, 100)
    proba = np.zeros((100, 3))
    proba[:, predicted] = rng.dirichlet(np.ones(len(predicted)), 100)
    weight = rng.exponential(size=100) if weighted else None
    ours, theirs = classification_summary(y, proba, sample_weight=weight), reference(y, proba, weight)
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert ours[name] == pytest.approx(theirs[name], abs=1e-12, nan_ok=True), name


def test_two_columns_mean_classes_zero_and_one():
    scores = classification_summary([0, 1], [[0.9, 0.1], [0.2, 0.8]])
    assert scores["accuracy"] == scores["mcc"] == scores["auc_0"] == scores["auc_1"] == 1.0
    assert np.isnan(scores["auc_2"])


def test_nothing_to_score():
    with pytest.raises(ValueError, match="no row with a positive weight"):
        classification_summary([], np.empty((0, 3)))
