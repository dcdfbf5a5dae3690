from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.plotting import LeadTimeDisplay

LEAD = [0.5, 1.0, 1.9, -0.5, np.nan, 5.0]
Y = [1, 1, 1, 1, 0, 2]
PROBA = [[0.4, 0.6, 0], [0.5, 0.5, 0], [0.1, 0.2, 0.7], [0.6, 0.4, 0], [0, 1, 0], [0, 1, 0]]


def test_seismic_windows_by_day_and_those_recognised():
    count = LeadTimeDisplay.from_predictions({"a": (LEAD, Y, PROBA)}).counts["a"]
    assert count.index.tolist() == [-1.0, 0.0, 1.0]
    assert count["tested"].tolist() == [1, 1, 2]
    assert count["recognised"].tolist() == [0, 1, 1]  # a tie is not recognised


@settings(max_examples=30)
@given(
    st.lists(st.floats(-20, 60), min_size=1, max_size=20),
    st.sampled_from([0.25, 0.5, 1.0, 2.0]),
)
def test_no_window_is_lost(lead, width):
    n = len(lead)
    count = LeadTimeDisplay.from_predictions(
        {"a": (lead, np.ones(n, int), [[0.2, 0.8]] * n)}, width=width
    ).counts["a"]
    assert count["tested"].sum() == count["recognised"].sum() == n
    assert count.index[0] <= min(lead) and max(lead) < count.index[-1] + width
    assert count["tested"].iloc[0] > 0 and count["tested"].iloc[-1] > 0


def test_panels_run_towards_the_earthquake(given_axes):
    axes = given_axes(1, 2)
    later = ([3.0], [1], [[0.3, 0.7]])
    display = LeadTimeDisplay.from_predictions({"a": (LEAD, Y, PROBA), "b": later}).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    assert [ax.get_title() for ax in display.axes_[0]] == ["a: 50% recognised", "b: 100% recognised"]
    left, right = display.axes_[0, 0].get_xlim()
    assert left > right
    texts = [[text.get_text() for text in ax.get_legend().get_texts()] for ax in display.axes_[0]]
    assert sorted(texts[0]) == ["earthquake", "recognised (2)", "tested (4)"]
    assert "earthquake" not in texts[1]  # 0 is out of the panel


def test_errors():
    draw = LeadTimeDisplay.from_predictions
    with pytest.raises(ValueError, match=r"'a': expected a tuple \(lead_days, y, proba\)"):
        draw({"a": (Y, PROBA)})
    with pytest.raises(ValueError, match=r"lead_days has shape \(1,\)"):
        draw({"a": ([1.0], Y, PROBA)})
    with pytest.raises(ValueError, match="'a': no seismic window"):
        draw({"a": ([1.0], [0], [[1.0, 0, 0]])})
    with pytest.raises(ValueError, match="lead_days is nan for the seismic window in row 1"):
        draw({"a": ([1.0, np.nan], [0, 1], [[1.0, 0, 0]] * 2)})
    with pytest.raises(ValueError, match="width=0"):
        draw({"a": (LEAD, Y, PROBA)}, width=0)
