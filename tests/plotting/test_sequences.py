from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.plotting import SequencesDisplay


def sample_frame():
    # Labels of the index repeat: places count, not labels.
    return pd.DataFrame(
        {"event_id": ["a", "a", "b", "c", "d"], "magnitude": [5.0, 5.0, 7.0, 6.0, 5.5]}, index=[3, 3, 0, 0, 1]
    )


WINDOWS = np.arange(5 * 4 * 2, dtype=float).reshape(5, 4, 2)


def draw(y=(1, 1, 1, 1, 0), **options):
    return SequencesDisplay.from_samples(sample_frame(), y, WINDOWS, channels=["Ne", "Te"], **options)


def test_first_windows_of_the_largest_events():
    found = draw(n=3).sequences
    assert sorted(found) == [0, 1]
    np.testing.assert_array_equal(found[1], WINDOWS[[2, 3, 0]])
    np.testing.assert_array_equal(found[0], WINDOWS[[4]])


def test_one_column_a_class_and_one_row_a_channel(given_axes):
    axes = given_axes(2, 2)
    display = draw(n=2, step=3.0, unit="s").plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    assert [[len(ax.lines) for ax in row] for row in display.axes_] == [[1, 2], [1, 2]]
    line = display.axes_[1, 1].lines[0]
    np.testing.assert_array_equal(line.get_xdata(), [0.0, 3.0, 6.0, 9.0])
    np.testing.assert_array_equal(line.get_ydata(), WINDOWS[2, :, 1])
    assert [ax.get_ylabel() for ax in display.axes_[:, 0]] == ["Ne", "Te"]
    assert display.axes_[1, 0].get_xlabel() == "time in window (s)"
    assert draw(y=[0, 1, 2, 0, 1]).plot().axes_.shape == (2, 3)


def test_errors():
    with pytest.raises(ValueError, match="one row a sample"):
        draw(y=[0, 1])
    with pytest.raises(ValueError, match="one row a sample"):
        SequencesDisplay.from_samples(sample_frame()[:0], [], WINDOWS[:0], channels=["Ne", "Te"])
    with pytest.raises(ValueError, match="1 channels"):
        SequencesDisplay.from_samples(sample_frame(), [0] * 5, WINDOWS, channels=["Ne"])
    with pytest.raises(ValueError, match="n=0"):
        draw(n=0)
    with pytest.raises(ValueError, match="none of the classes"):
        draw(y=[0, 1, 2, 3, 0])
    with pytest.raises(ValueError, match="missing column"):
        SequencesDisplay.from_samples(pd.DataFrame({"magnitude": [5.0]}), [0], WINDOWS[:1], channels="ab")
