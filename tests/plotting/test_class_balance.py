from __future__ import annotations

import pytest

from skquake.plotting import ClassBalanceDisplay


def test_counts_and_bars(given_axes):
    display = ClassBalanceDisplay({"01": ([0, 0, 1, 2], [0, 1, 1]), "02": ([1], [])})
    assert display.counts_.loc["01"].tolist() == [2, 1, 1, 2, 1, 0]
    assert display.counts_.loc["02", (1, "training")] == 1
    axes = given_axes(1, 1)
    drawn = display.plot(ax=axes).axes_[0, 0]
    assert display.figure_ is axes[0, 0].figure
    first = drawn.patches[::2]
    assert [bar.get_width() for bar in first] == [2, 1, 1, 2, 1, 0]
    assert [bar.get_x() for bar in first] == [0, 2, 3, 4, 6, 7]
    assert [text.get_text() for text in drawn.texts[-2:]] == ["7", "1"]  # the sums
    assert len(drawn.get_legend().get_texts()) == 6


def test_errors():
    with pytest.raises(ValueError, match="empty dict"):
        ClassBalanceDisplay({}).plot()
    with pytest.raises(ValueError, match="no window in 01"):
        ClassBalanceDisplay({"01": ([], [])}).plot()
    with pytest.raises(ValueError, match=r"'01': test: .*5.* in row 1 is none"):
        ClassBalanceDisplay({"01": ([0], [1, 5])}).plot()
    with pytest.raises(ValueError, match=r"expected a tuple \(y_train, y_test\)"):
        ClassBalanceDisplay({"01": ([0],)}).plot()
