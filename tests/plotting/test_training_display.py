from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from skquake.plotting import TrainingDisplay

ONE = {
    "loss": [0.7, 0.5, 0.4],
    "accuracy": [0.5, 0.6, 0.7],
    "val_loss": [0.6, 0.4, 0.5],
    "val_accuracy": [0.5] * 3,
}
TWO = {"loss": [0.8, 0.6], "accuracy": [0.4, 0.5], "val_loss": [0.7, 0.8], "val_accuracy": [0.3, 0.4]}
PLAIN = {"loss": [3.0, 1.0, 2.0, 1.5]}


def test_best_epochs():
    best = TrainingDisplay.from_histories({"SIP": [ONE, TWO], "DNN": PLAIN}).best_
    assert best.loc["SIP"].tolist() == [
        2,
        2.5,
        1.5,
        pytest.approx(0.55),
        pytest.approx(np.std([0.4, 0.7], ddof=1)),
    ]
    assert best.loc["DNN"].tolist()[:4] == [1, 4, 2, 1.0] and np.isnan(best.loc["DNN", "loss_std"])


def test_curves(given_axes):
    axes = given_axes(1, 2)
    display = TrainingDisplay.from_histories({"SIP": [ONE, TWO], "DNN": PLAIN}).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    loss, accuracy = display.axes_[0]
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss (no unit)", "accuracy (no unit)")
    training, validation, plain = loss.lines
    np.testing.assert_allclose(training.get_ydata(), [0.75, 0.55, 0.4])  # the mean of those that got there
    np.testing.assert_allclose(validation.get_ydata(), [0.65, 0.6, 0.5])
    np.testing.assert_allclose(plain.get_ydata(), PLAIN["loss"])
    assert training.get_xdata().tolist() == [1, 2, 3]
    assert (training.get_linestyle(), validation.get_linestyle()) == ("--", "-")
    assert len(loss.collections) == 2 and len(accuracy.lines) == 2
    said = [text.get_text() for text in loss.get_legend().get_texts()]
    assert said == ["SIP (2 fits)", "DNN", "training", "validation"]


def test_estimators():
    fits = [SimpleNamespace(history_=ONE), SimpleNamespace(history_=TWO)]
    display = TrainingDisplay.from_estimator({"SIP": fits})
    assert display.histories == {"SIP": [ONE, TWO]}
    assert list(TrainingDisplay.from_estimator(fits[0]).histories) == ["SimpleNamespace"]


def test_a_diverged_fit_is_drawn():
    best = TrainingDisplay.from_histories({"SIP": {"loss": [np.nan, np.nan]}}).plot().best_
    assert np.isnan(best.loc["SIP", "loss"])


def test_errors():
    with pytest.raises(ValueError, match="'SIP': object has no history_; fit it first"):
        TrainingDisplay.from_estimator({"SIP": object()})
    draw = TrainingDisplay.from_histories
    with pytest.raises(TypeError, match="expected a dict"):
        draw([ONE])
    with pytest.raises(TypeError, match="with an entry"):
        draw({})
    with pytest.raises(ValueError, match="'SIP': no fit"):
        draw({"SIP": []})
    with pytest.raises(ValueError, match="'SIP': no loss in a history of accuracy"):
        draw({"SIP": {"accuracy": [0.5]}})
    with pytest.raises(ValueError, match=r"differ in epochs: \{'loss': 2, 'val_loss': 1\}"):
        draw({"SIP": {"loss": [1.0, 2.0], "val_loss": [1.0]}})
