from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.plotting import SampleMapDisplay, ScoreDisplay, WindowsDisplay


def sample_frame():
    return pd.DataFrame(
        {
            "pair_id": ["a", "a", "b", "b", "c"],
            "event_id": ["a", "a-c0", "b", "b-c0", "c"],
            "magnitude": [5.0, 5.0, 6.0, 6.0, 8.0],
            "lead_days": 1.0,
            "time": pd.to_datetime(["2010-01-01"] * 5),
            "latitude": 0.0,
            "longitude": [0.0, 1.0, 2.0, 3.0, 4.0],
        }
    )


def test_windows_display_draws_whole_pairs_by_magnitude():
    windows = np.zeros((5, 7, 2))
    display = WindowsDisplay.from_samples(
        sample_frame(), [1, 0, 1, 0, 1], windows, channels=["Ne", "Te"]
    ).plot()
    assert display.pairs == ["b", "a"]  # c has no control
    assert display.axes_.shape == (2, 2)
    assert [len(axes.lines) for axes in display.axes_.flat] == [2, 2, 2, 2]
    assert display.axes_[0, 0].get_title().startswith("Ne, M 6.0, 2010-01-02")


def test_windows_display_errors():
    windows = np.zeros((5, 7, 2))
    with pytest.raises(ValueError, match="one row a sample"):
        WindowsDisplay.from_samples(sample_frame(), [1, 0], windows, channels=["Ne", "Te"])
    with pytest.raises(ValueError, match="3 channels"):
        WindowsDisplay.from_samples(sample_frame(), [1, 0, 1, 0, 1], windows, channels=["Ne", "Te", "B"])
    with pytest.raises(ValueError, match="no pair has both"):
        WindowsDisplay.from_samples(sample_frame(), [1] * 5, windows, channels=["Ne", "Te"])


def test_sample_map_and_given_axes():
    import matplotlib.pyplot as plt

    events = sample_frame().assign(label=[1, 0, 1, 0, 1])
    _, axes = plt.subplots(1, 2)
    display = SampleMapDisplay(events, sample_frame(), [1, 0, 1, 0, 1]).plot(ax=axes)
    assert display.figure_ is axes[0].figure
    assert "3 earthquakes" in display.axes_[0, 0].get_legend_handles_labels()[1]
    with pytest.raises(ValueError, match="expected 1 x 2 axes"):
        SampleMapDisplay(events).plot(ax=axes[:1])
    with pytest.raises(ValueError, match=r"missing column\(s\) label"):
        SampleMapDisplay(sample_frame()).plot()


def test_score_display():
    table = pd.DataFrame(
        {
            "model": ["forest", "place"] * 2,
            "panel": ["random"] * 2 + ["matched"] * 2,
            "probe": [False, True] * 2,
            "seismic_mcc": [0.5, 0.6, 0.0, 0.1],
            "seismic_mcc_low": [0.4, 0.5, -0.1, 0.0],
            "seismic_mcc_high": [0.6, 0.7, 0.1, 0.2],
        }
    )
    display = ScoreDisplay(table, references={"matched": 0.7}, reference_name="published").plot()
    assert [[text.get_text() for text in axes.texts] for axes in display.axes_[0]] == [[], ["published"]]
    assert [axes.get_title() for axes in display.axes_[0]] == ["random", "matched"]
    assert [tick.get_text() for tick in display.axes_[0, 0].get_yticklabels()] == ["forest", "place"]
    with pytest.raises(ValueError, match="seismic_auc"):
        ScoreDisplay(table, score="seismic_auc").plot()
