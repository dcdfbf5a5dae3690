from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from skquake.plotting import NullDistributionDisplay

SCORES = np.array([-0.1, 0.0, 0.0, 0.1, 0.2, np.nan])


def test_every_finite_score_is_drawn_and_the_rest_is_told(given_axes):
    axes = given_axes(1, 2)
    nulls = {"rotate": (SCORES, 0.5, 0.1), "other-place": (np.full(9, 0.05), 0.1, 0.1)}
    display = NullDistributionDisplay(nulls, 0.15, scoring="seismic_mcc").plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    first, second = display.axes_[0]
    assert [sum(bar.get_height() for bar in ax.patches) for ax in (first, second)] == [5, 9]
    assert first.get_title() == "rotate: p = 0.5,\nsmallest possible with 6 catalogs: 0.1"
    assert second.get_title() == "other-place: p = 0.1,\nthe smallest possible with 9 catalogs"
    texts = [[text.get_text() for text in ax.get_legend().get_texts()] for ax in (first, second)]
    assert texts[0] == [
        "null catalogs (6)",
        "their 95 % quantile",
        "observed: 0.15",
        "1 failed, counted against it",
    ]
    assert len(texts[1]) == 3
    lines = [line.get_xdata()[0] for line in first.lines[:2]]
    assert lines == [np.quantile(SCORES[:5], 0.95), 0.15]
    assert first.get_xlabel() == "seismic MCC (no unit)"


def test_from_a_result():
    result = SimpleNamespace(
        p_values={"rotate": 0.3}, resolution={"rotate": 0.05}, observed_score=0.1, scoring="seismic_auc",
        null_scores=lambda null: {"rotate": SCORES}[null],
    )  # fmt: skip
    display = NullDistributionDisplay.from_result(result).plot()
    assert display.axes_.shape == (1, 1) and display.axes_[0, 0].get_xlabel() == "seismic AUC (no unit)"


def test_one_value_only_or_none():
    display = NullDistributionDisplay({"a": ([0.2, 0.2], 1.0, 0.3)}, 0.2).plot()
    left, right = display.axes_[0, 0].get_xlim()
    assert left < 0.2 < right
    NullDistributionDisplay({"a": ([np.nan], 1.0, 0.5)}, 0.2).plot()


def test_errors():
    with pytest.raises(ValueError, match=r"'a': expected a tuple \(scores, p-value, least p-value\)"):
        NullDistributionDisplay({"a": SCORES}, 0.1).plot()
    with pytest.raises(ValueError, match="empty dict"):
        NullDistributionDisplay({}, 0.1).plot()
    with pytest.raises(ValueError, match="observed=nan"):
        NullDistributionDisplay({"a": (SCORES, 1.0, 0.1)}, np.nan).plot()
