"""What windows of each class look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import check_columns
from skquake.plotting._check import check_cut, check_labels
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import CLASS_COLORS, CLASS_NAMES, DOUBLE, SINGLE, check_axes, class_title, tidy


class SequencesDisplay(Display):
    """Example windows of each class: one column a class, one row a channel, the same scale in a row.

    Parameters
    ----------
    sequences : dict of {int: ndarray of shape (n_windows, length, n_channels)}
        Windows to draw, by class; the first ones darkest.
    channels : sequence of str
        Names with units, for the labels.
    step : float
        Time between two observations, in ``unit``.
    unit : str

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_channels, n_classes)

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.plotting import SequencesDisplay
    >>> X = pd.DataFrame({"event_id": ["a", "a", "b", "c"], "magnitude": [6.1, 6.1, 5.2, 5.4]})
    >>> windows = np.random.default_rng(0).normal(size=(4, 20, 1))
    >>> display = SequencesDisplay.from_samples(X, [1, 1, 1, 0], windows, channels=["Ne (cm$^{-3}$)"]).plot()
    >>> {label: len(found) for label, found in display.sequences.items()}
    {0: 1, 1: 2}
    """

    def __init__(
        self,
        sequences: Mapping[int, npt.NDArray[Any]],
        *,
        channels: Sequence[str],
        step: float = 1.0,
        unit: str = "observations",
    ) -> None:
        self.sequences = sequences
        self.channels = channels
        self.step = step
        self.unit = unit

    @classmethod
    def from_samples(
        cls,
        X: Frame,
        y: ArrayLike,
        windows: ArrayLike,
        *,
        channels: Sequence[str],
        step: float = 1.0,
        unit: str = "observations",
        n: int = 3,
    ) -> Self:
        """Choose the first window of each of the largest events of a class.

        Parameters
        ----------
        X : DataFrame of n_samples rows
            ``event_id`` and ``magnitude``. A class without rows has no column.
        y : array-like of shape (n_samples,)
        windows : array-like of shape (n_samples, length, n_channels)
            What :class:`~skquake.sampling.SlidingWindow` cut for the rows of ``X``.
        channels, step, unit
            As for the class.
        n : int, default=3
            Windows of each class.

        Raises
        ------
        ValueError
            For no samples, ``n`` below 1, or shapes that do not fit.
        """
        what = cls.__name__
        X = check_columns(X, ("event_id", "magnitude"), f"{what}: X")
        label_of = check_labels(y, f"{what}: y")
        cut = check_cut(X, label_of, windows, channels, what)
        if n < 1:
            raise ValueError(f"{what}: n={n}; draw one window of each class at least")
        sequences = {}
        for label in np.unique(label_of):
            rows = np.flatnonzero(label_of == label)
            events = X.iloc[rows].reset_index(drop=True).drop_duplicates("event_id")
            sequences[int(label)] = cut[rows[events.nlargest(n, "magnitude").index]]
        return cls(sequences, channels=list(channels), step=step, unit=unit)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on as many Axes as channels times classes, or on a new figure."""
        shape = (len(self.channels), len(self.sequences))
        self.figure_, self.axes_ = check_axes(
            ax,
            shape,
            figsize=(SINGLE if shape[1] == 1 else DOUBLE, 1.3 * shape[0] + 0.6),
            sharex=True,
            sharey="row",
        )
        for column, (label, windows) in zip(self.axes_.T, self.sequences.items(), strict=True):
            time = self.step * np.arange(windows.shape[1])
            for channel, axes in enumerate(column):
                for window, alpha in zip(windows, np.linspace(1.0, 0.4, len(windows)), strict=True):
                    axes.plot(time, window[:, channel], color=CLASS_COLORS[label], lw=1.0, alpha=alpha)
                tidy(axes)
                axes.ticklabel_format(axis="y", scilimits=(-3, 5))
            for name, axes in zip(self.channels, column, strict=True):
                one = len(column) == 1
                axes.set_title(
                    class_title(label) if one else f"{name.partition(' (')[0]}, {CLASS_NAMES[label]}"
                )
            column[-1].set_xlabel(f"time in window ({self.unit})")
        for name, axes in zip(self.channels, self.axes_[:, 0], strict=True):
            axes.set_ylabel(name)
        self.figure_.align_ylabels(self.axes_[:, 0])
        return self
