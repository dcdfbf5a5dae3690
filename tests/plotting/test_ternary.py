from __future__ import annotations

import numpy as np
import pytest

from skquake.plotting import TernaryDisplay

Y = [0, 0, 1, 1]
PROBA = [[0.8, 0.1, 0.1], [0.0, 1.0, 0.0], [0.1, 0.3, 0.6], [0.2, 0.7, 0.1]]


def test_shares_and_places():
    display = TernaryDisplay.from_predictions(
        {"before": (Y, PROBA), "after": (Y, np.multiply(PROBA, 2))}
    ).plot()
    assert display.axes_.shape == (2, 3)
    assert display.n_.loc["before"].tolist() == [2, 2, 0]
    assert display.right_.loc["before"].tolist()[:2] == [0.5, 0.5]
    assert np.isnan(display.right_.loc["before", 2])
    np.testing.assert_allclose(display.predictions["after"][1], PROBA)  # brought to sum 1
    height = np.sqrt(0.75)
    points = display.axes_[0, 0].collections[0].get_offsets()
    np.testing.assert_allclose(points, [[0.1 + 0.05, 0.1 * height], [1.0, 0.0]])
    assert display.axes_[1, 0].get_title() == "true class 0: control\nafter: 50% of 2 right"
    assert display.axes_[0, 2].get_title().endswith("before: none")


def test_given_axes(given_axes):
    axes = given_axes(1, 3)
    display = TernaryDisplay.from_predictions({"before": (Y, PROBA)}).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    with pytest.raises(ValueError, match="expected 1 x 3 axes"):
        display.plot(ax=axes[0, 0])


def test_errors():
    with pytest.raises(ValueError, match="all probabilities of row 1 are 0"):
        TernaryDisplay.from_predictions({"before": ([0, 1], [[1.0, 0, 0], [0, 0, 0]])})
    with pytest.raises(ValueError, match=r"TernaryDisplay: 'before': proba: row 0"):
        TernaryDisplay.from_predictions({"before": ([0], [[np.nan, 0, 0]])})
