"""Seismic scores against scikit-learn, by hand, and on the edges."""

import numpy as np
import pytest
from sklearn.metrics import matthews_corrcoef, roc_auc_score

from skquake.metrics import seismic_auc, seismic_mcc


@pytest.fixture(params=range(5))
def case(request):
    rng = np.random.default_rng(request.param)
    y = rng.integers(0, 3, 200)
    proba = np.round(rng.dirichlet([1, 1, 1], 200), 1)  # rounding makes ties
    return y, proba, rng.exponential(size=200)


def by_hand(y, proba):
    rows = y != 2
    total = proba[rows, 0] + proba[rows, 1]
    return rows, np.where(total > 0, proba[rows, 1] / np.where(total > 0, total, 1), 0.5)


@pytest.mark.parametrize("weighted", [False, True])
def test_mcc_equals_scikit_learn(case, weighted):
    y, proba, weight = case
    rows, p = by_hand(y, proba)
    weight = weight if weighted else None
    expected = matthews_corrcoef(y[rows], p > 0.5, sample_weight=None if weight is None else weight[rows])
    assert seismic_mcc(y, proba, sample_weight=weight) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_auc_equals_scikit_learn(case, weighted):
    y, proba, weight = case
    rows, p = by_hand(y, proba)
    weight = weight if weighted else None
    expected = roc_auc_score(y[rows], p, sample_weight=None if weight is None else weight[rows])
    assert seismic_auc(y, proba, sample_weight=weight) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("score", [seismic_mcc, seismic_auc])
def test_rows_of_class_two_do_not_count(score, case):
    y, proba, _ = case
    changed = proba.copy()
    changed[y == 2] = [0.0, 1.0, 0.0]
    assert score(y, changed) == score(y, proba)
    assert score(y[y != 2], proba[y != 2]) == score(y, proba)


@pytest.mark.parametrize("score", [seismic_mcc, seismic_auc])
def test_probability_of_class_two_is_divided_out(score, case):
    y, proba, _ = case
    binary = proba[:, :2] / np.maximum(proba[:, :2].sum(axis=1, keepdims=True), 1e-300)
    binary[proba[:, :2].sum(axis=1) == 0] = 0.5
    assert score(y, proba) == pytest.approx(score(y, binary), abs=1e-12)


def test_sure_of_class_two_is_undecided():
    proba = [[0.0, 0.0, 1.0], [0.4, 0.6, 0.0], [0.6, 0.4, 0.0]]
    assert seismic_mcc([0, 1, 0], proba) == 1.0  # one half is not seismic
    assert seismic_auc([1, 1, 0], proba) == 1.0
    assert seismic_auc([0, 0, 1], proba) == 0.0


def test_classes_are_found_by_value(case):
    y, proba, _ = case
    order = [2, 0, 1]
    assert seismic_auc(y, proba[:, order], classes=order) == seismic_auc(y, proba)
    # A model that never saw class 0 calls everything seismic.
    assert seismic_mcc(y, proba[:, 1:] + 0.1, classes=[1, 2]) == 0.0


def test_one_decision_for_all_is_zero():
    assert seismic_mcc([0, 1, 0, 1], np.full((4, 2), 0.5)) == 0.0
    assert seismic_auc([0, 1, 0, 1], np.full((4, 2), 0.5)) == 0.5


@pytest.mark.parametrize("score", [seismic_mcc, seismic_auc])
@pytest.mark.parametrize(
    ("y", "proba", "options", "message"),
    [
        ([0, 0, 2], np.ones((3, 3)), {}, "no row of class 1 .seismic."),
        ([1, 1, 2], np.ones((3, 3)), {}, "no row of class 0"),
        ([2, 2, 2], np.ones((3, 3)), {}, "among the 0 rows"),
        ([0, 1], np.ones((2, 2)), {"sample_weight": [1, 0]}, "no row of class 1"),
        ([0, 1], np.ones((2, 2)), {"sample_weight": [1, -1]}, "not negative"),
        ([0, 1], np.ones((2, 2)), {"sample_weight": [1]}, "sample_weight: shape"),
        ([0, 1, 0], np.ones((2, 2)), {}, "proba has 2 rows and y_true 3"),
        ([0, 1], [[0.5, 0.5], [np.nan, 1]], {}, "row 1"),
        ([0, 1], [0.2, 0.4], {}, "expected shape"),
        ([0, 1], np.ones((2, 4)), {}, "name the columns"),
        ([0, 1], np.ones((2, 2)), {"classes": [0, 5]}, "distinct labels among"),
        ([0, 1], np.ones((2, 2)), {"classes": [0, 1, 2]}, "does not fit"),
        ([0, 3], np.ones((2, 2)), {}, "3.* in row 1"),
        (["a", "b"], np.ones((2, 2)), {}, "none of the classes"),
        ([[0, 1]], np.ones((2, 2)), {}, "expected shape"),
    ],
)
def test_bad_input_is_named(score, y, proba, options, message):
    with pytest.raises(ValueError, match=message):
        score(y, proba, **options)


@pytest.mark.parametrize("score", [seismic_mcc, seismic_auc])
def test_weights_that_are_all_zero_are_named(score):
    proba = [[0.7, 0.3], [0.2, 0.8]]
    with pytest.raises(ValueError, match="sample_weight is 0 in all 2 rows of evidence"):
        score([0, 1], proba, sample_weight=[0.0, 0.0])
