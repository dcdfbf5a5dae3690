from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from skquake.plotting import ClassROCDisplay


def predictions(n=60, seed=0):
    rng = np.random.default_rng(seed)
    return np.arange(n) % 3, rng.dirichlet([1, 1, 1], n)


def test_areas_are_those_of_each_class_against_the_rest():
    both = {"a": predictions(seed=0), "b": predictions(seed=1)}
    display = ClassROCDisplay.from_predictions(both)
    for name, (y, proba) in both.items():
        for label in range(3):
            assert display.auc_.loc[name, label] == pytest.approx(roc_auc_score(y == label, proba[:, label]))
    assert display.auc_.shape == (2, 3)


def test_weights_for_all_or_by_name():
    y, proba = predictions()
    weight = np.random.default_rng(2).uniform(0, 1, len(y))
    expected = roc_auc_score(y == 1, proba[:, 1], sample_weight=weight)
    for given in (weight, {"a": weight}):
        display = ClassROCDisplay.from_predictions({"a": (y, proba)}, sample_weight=given)
        assert display.auc_.loc["a", 1] == pytest.approx(expected)


def test_a_name_without_both_kinds_is_left_out_of_the_panel():
    y, proba = predictions()
    rows = y < 2
    display = ClassROCDisplay.from_predictions({"a": (y, proba), "b": (y[rows], proba[rows])}).plot()
    assert np.isnan(display.auc_.loc["b", 2])
    assert display.auc_.notna().to_numpy().sum() == 5
    texts = [[text.get_text() for text in ax.get_legend().get_texts()] for ax in display.axes_[0]]
    assert [len(found) for found in texts] == [3, 3, 2]
    assert texts[2][0] == f"a: AUC {display.auc_.loc['a', 2]:.2f}"


def test_a_class_that_carries_no_weight_is_left_out():
    y, proba = predictions()
    display = ClassROCDisplay.from_predictions({"a": (y, proba)}, sample_weight=(y != 2).astype(float))
    assert display.auc_.loc["a"].isna().tolist() == [False, False, True]


def test_two_columns_and_some_classes_on_given_axes(given_axes):
    axes = given_axes(1, 2)
    y, proba = np.array([0, 0, 1, 1]), [[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]]
    display = ClassROCDisplay.from_predictions({"a": (y, proba)}, classes=[1, 0]).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    assert display.auc_.columns.tolist() == [1, 0]
    assert display.auc_.loc["a", 1] == pytest.approx(0.75)
    assert display.axes_[0, 0].get_title() == "class 1: before an earthquake"
    with pytest.raises(ValueError, match="expected 1 x 2 axes"):
        display.plot(ax=axes[0, :1])


def test_errors():
    y, proba = predictions()
    draw = ClassROCDisplay.from_predictions
    with pytest.raises(ValueError, match="empty dict"):
        draw({})
    with pytest.raises(TypeError, match="expected a dict"):
        draw([(y, proba)])
    with pytest.raises(ValueError, match=r"'a': expected a tuple \(y, proba\)"):
        draw({"a": proba})
    with pytest.raises(ValueError, match=r"ClassROCDisplay: 'a': proba has 59 rows"):
        draw({"a": (y, proba[:-1])})
    with pytest.raises(ValueError, match="'a': no rows"):
        draw({"a": ([], np.empty((0, 3)))})
    with pytest.raises(ValueError, match=r"classes=\(3,\)"):
        draw({"a": (y, proba)}, classes=[3])
    with pytest.raises(ValueError, match="larger test set"):
        draw({"a": (np.zeros(60, dtype=int), proba)})
