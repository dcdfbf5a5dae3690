"""How many windows of each class there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike
from skquake.plotting._check import check_entries, check_labels
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import CLASS_COLORS, DOUBLE, check_axes, class_title, legend_below

_PARTS = {"training": 1.0, "test": 0.45}  # how opaque


class ClassBalanceDisplay(Display):
    """Windows of each class to train and to test on, one bar a data set.

    Parameters
    ----------
    parts : dict of {str: (array-like, array-like)}
        Classes of the training and of the test samples, by data set.

    Attributes
    ----------
    counts_ : DataFrame
        Windows by data set (index), and by class and part (columns).
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Raises
    ------
    ValueError
        When it is drawn or counted: for no data set, no window, or classes other than 0, 1, 2.

    Examples
    --------
    >>> from skquake.plotting import ClassBalanceDisplay
    >>> display = ClassBalanceDisplay({"01": ([0, 0, 1, 2], [0, 1, 1])}).plot()
    >>> int(display.counts_.loc["01", (1, "test")])
    2
    """

    def __init__(self, parts: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> None:
        self.parts = parts

    @property
    def counts_(self) -> pd.DataFrame:
        """Windows by data set, class and part."""
        what = type(self).__name__
        check_entries(self.parts, ("y_train", "y_test"), what)
        columns = pd.MultiIndex.from_product([list(CLASS_COLORS), list(_PARTS)], names=["class", "part"])
        rows = []
        for name, (y_train, y_test) in self.parts.items():
            train = check_labels(y_train, f"{what}: {name!r}: training")
            test = check_labels(y_test, f"{what}: {name!r}: test")
            rows.append([int((y == label).sum()) for label in CLASS_COLORS for y in (train, test)])
        return pd.DataFrame(rows, index=list(self.parts), columns=columns)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes, or on a new figure."""
        counts = self.counts_
        longest = counts.sum(axis=1).max()
        if not longest:
            raise ValueError(f"{type(self).__name__}: no window in {', '.join(map(str, self.parts))}")
        self.figure_, self.axes_ = check_axes(
            ax, (1, 1), figsize=(DOUBLE, max(0.28 * len(counts), 0.7) + 1.2)
        )
        axes, left, place = self.axes_[0, 0], np.zeros(len(counts)), np.arange(len(counts))
        for label, part in ((label, part) for label in CLASS_COLORS for part in _PARTS):
            number, title = counts[label, part].to_numpy(), f"{class_title(label)}, {part}"
            color, alpha = CLASS_COLORS[label], _PARTS[part]
            bars = axes.barh(place, number, left=left, color=color, alpha=alpha, lw=0, label=title)
            ink = "white" if part == "training" else "black"
            wide = [str(n) if n > 0.045 * longest else "" for n in number]
            axes.bar_label(bars, wide, label_type="center", fontsize="small", color=ink)
            left += number
        axes.bar_label(bars, [f"{n:.0f}" for n in left], padding=3, fontsize="small")
        axes.set_xlim(0, 1.08 * longest)
        axes.set_yticks(place, counts.index)
        axes.invert_yaxis()
        axes.set(xlabel="windows (count)", ylabel="data set (name)")
        axes.set_title("Windows by data set, class and part")
        axes.spines[["top", "right"]].set_visible(False)
        if ax is None:
            self.figure_.legend(loc="outside lower center", ncols=len(CLASS_COLORS), frameon=False)
        else:
            legend_below(axes, ncols=len(CLASS_COLORS))
        return self
