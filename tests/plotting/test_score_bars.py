from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.metrics import classification_summary
from skquake.plotting import ScoreBarsDisplay


def test_scores_are_those_of_the_summary():
    rng = np.random.default_rng(0)
    y, proba, weight = np.arange(60) % 3, rng.dirichlet([1, 1, 1], 60), rng.uniform(0, 1, 60)
    table = ScoreBarsDisplay.from_predictions({"a": (y, proba)}, sample_weight=weight).table
    expected = classification_summary(y, proba, sample_weight=weight)
    assert table.loc["a"].tolist() == [expected[key] for key in ("mcc", "f1_micro", "f1_macro")]


def test_one_bar_and_number_a_score(given_axes):
    table = pd.DataFrame({"MCC": [0.5, -0.25], "F1": [0.75, np.nan]}, index=["a", "b"])
    axes = given_axes(1, 1)
    display = ScoreBarsDisplay(table).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    drawn = display.axes_[0, 0]
    assert [bar.get_width() for bar in drawn.patches] == [0.5, -0.25, 0.75, 0.0]
    assert [text.get_text() for text in drawn.texts] == ["0.50", "-0.25", "0.75", "none"]
    assert [tick.get_text() for tick in drawn.get_yticklabels()] == ["a", "b"]
    assert drawn.get_xlim()[0] < -0.25
    assert [text.get_text() for text in drawn.get_legend().get_texts()] == ["MCC", "F1"]


def test_errors():
    for table in (pd.DataFrame(), [[0.5]], pd.DataFrame({"MCC": [np.nan]})):
        with pytest.raises((TypeError, ValueError), match=r"models x scores|expected a dataframe"):
            ScoreBarsDisplay(table).plot()
    with pytest.raises(ValueError, match="ScoreBarsDisplay: 'a': y_true"):
        ScoreBarsDisplay.from_predictions({"a": ([5], [[0.1, 0.9]])})
