from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from skquake.plotting import SensitivityDisplay


def make_table(seed=0):
    rng = np.random.default_rng(seed)
    options = itertools.product(["iqr 1.5", "sigma"], [(-15.0, 0.0), (-5.0, 0.0)], [np.inf, 3.0], [5.5])
    table = pd.DataFrame(list(options), columns=["detector", "days", "kp_threshold", "min_magnitude"])
    table["difference"] = rng.normal(0.0, 0.02, len(table))
    table["low"], table["high"] = table["difference"] - 0.03, table["difference"] + 0.03
    table["p"] = np.r_[0.01, 0.04, np.full(len(table) - 2, 0.5)]
    table["p_max"] = np.r_[0.03, 0.3, np.full(len(table) - 2, 0.9)]
    return table.assign(rate=0.1, free_rate=0.1, expected_rate=0.1, n_events=9)


def test_choices_stand_in_order_above_their_options():
    table = make_table()
    display = SensitivityDisplay.from_frame(table).plot()
    top, bottom = display.axes_[:, 0]
    drawn = {
        x: y for line in top.lines for x, y in zip(*line.get_data(), strict=True) if line.get_marker() == "o"
    }
    np.testing.assert_allclose([drawn[x] for x in range(8)], 100 * np.sort(table["difference"]))
    labels = [tick.get_text() for tick in bottom.get_yticklabels()]
    assert labels == [
        "detector: iqr 1.5",
        "detector: sigma",
        "days: -15 to 0",
        "days: -5 to 0",
        "kp threshold: 3",
        "kp threshold: any",
    ]  # the one magnitude is no choice
    order = table.sort_values("difference", ignore_index=True)
    marks = [line for line in bottom.lines if line.get_marker() == "|"]
    for line, (option, value) in zip(
        marks,
        [("detector", "iqr 1.5"), ("detector", "sigma"), ("days", (-15.0, 0.0)), ("days", (-5.0, 0.0))],
        strict=False,
    ):
        np.testing.assert_array_equal(line.get_xdata(), np.flatnonzero(order[option] == value))
    assert top.get_title() == "2 of 8 choices significant alone, 1 as the best of all (p = 0.03)"
    words = [text.get_text() for text in bottom.get_legend().get_texts()]
    assert words == [
        "significant even as the best of all (1)",
        "significant alone, not as the best of all (1)",
        "not significant (6)",
    ]


def test_on_given_axes_with_given_options(given_axes):
    axes = given_axes(2, 1)
    display = SensitivityDisplay(make_table(), alpha=0.02, options=["days"]).plot(axes)
    assert display.figure_ is axes[0, 0].figure
    assert len(axes[1, 0].get_yticklabels()) == 2
    assert axes[0, 0].get_xlim() == axes[1, 0].get_xlim()
    assert "1 of 8 choices significant alone, 0 as the best" in axes[0, 0].get_title()


def test_errors():
    with pytest.raises(ValueError, match=r"missing column.* p_max"):
        SensitivityDisplay(make_table().drop(columns="p_max")).plot()
    with pytest.raises(ValueError, match="without rows"):
        SensitivityDisplay(make_table().iloc[:0]).plot()
    with pytest.raises(ValueError, match=r"missing column.* style"):
        SensitivityDisplay(make_table(), options=["style"]).plot()
