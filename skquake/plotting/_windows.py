"""Windows of earthquakes beside those of their controls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import check_columns
from skquake.plotting._check import check_cut
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import CONTROL, DOUBLE, SEISMIC, SINGLE, check_axes, legend_below, tidy


class WindowsDisplay(Display):
    """Windows cut before earthquakes, with those of their controls.

    One row a pair, one column a channel; the earthquake's windows in one colour, its control's in another.

    Parameters
    ----------
    X : DataFrame
        Sample frame of the windows.
    y : array-like of shape (n_samples,)
        Classes; 0 control, 1 before an earthquake, others are not drawn.
    windows : array-like of shape (n_samples, length, channels)
        What :class:`~skquake.sampling.SlidingWindow` cut for the rows of ``X``.
    pairs : sequence
        ``pair_id`` of the pairs to draw, one row each.
    channels : sequence of str
        Names with units, for the labels.
    step : float
        Time between two observations, in ``unit``.
    unit : str

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_pairs, channels)

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.plotting import WindowsDisplay
    >>> X = pd.DataFrame({"pair_id": ["a", "a"], "event_id": ["a", "a-c0"], "magnitude": 6.1,
    ...                   "lead_days": [2.0, 3.0], "time": pd.to_datetime(["2010-01-01", "2010-03-01"])})
    >>> windows = np.random.default_rng(0).normal(size=(2, 20, 1))
    >>> display = WindowsDisplay.from_samples(X, [1, 0], windows, channels=["Ne (cm$^{-3}$)"]).plot()
    >>> display.axes_.shape
    (1, 1)
    """

    def __init__(
        self,
        X: Frame,
        y: ArrayLike,
        windows: ArrayLike,
        *,
        pairs: Sequence[Any],
        channels: Sequence[str],
        step: float = 1.0,
        unit: str = "observations",
    ) -> None:
        self.X = X
        self.y = y
        self.windows = windows
        self.pairs = pairs
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
        n_pairs: int = 3,
        step: float = 1.0,
        unit: str = "observations",
    ) -> Self:
        """Choose the pairs of largest magnitude that have windows on both sides.

        Parameters
        ----------
        X, y, windows, channels, step, unit
            As for the class.
        n_pairs : int
            Pairs to draw.
        """
        X = check_columns(X, ("pair_id", "magnitude"), "X")
        labels = np.asarray(y)
        cut = check_cut(X, labels, windows, channels, cls.__name__)
        sides = pd.crosstab(X["pair_id"].to_numpy(), labels).reindex(columns=[0, 1], fill_value=0)
        whole = sides.index[(sides > 0).all(axis=1)]
        if not len(whole):
            raise ValueError("no pair has both a window before the earthquake and one of its control")
        magnitude = X.groupby("pair_id")["magnitude"].first().loc[whole]
        pairs = magnitude.sort_values(ascending=False, kind="stable").index[:n_pairs]
        return cls(X, labels, cut, pairs=list(pairs), channels=list(channels), step=step, unit=unit)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw; ``ax`` are as many Axes as pairs times channels, or None for a new figure."""
        shape = (len(self.pairs), len(self.channels))
        self.figure_, self.axes_ = check_axes(
            ax, shape, figsize=(SINGLE if shape[1] == 1 else DOUBLE, 1.35 * shape[0] + 0.7), sharex=True
        )
        X = check_columns(self.X, ("pair_id", "magnitude", "time", "lead_days"), "X")
        windows = np.asarray(self.windows)
        t = np.arange(windows.shape[1]) * self.step
        pair_id = X["pair_id"].to_numpy()
        for row, pair in zip(self.axes_, self.pairs, strict=True):
            rows = {
                label: np.flatnonzero((pair_id == pair) & (np.asarray(self.y) == label)) for label in (0, 1)
            }
            for channel, axes in enumerate(row):
                for label, color, name in ((0, CONTROL, "control"), (1, SEISMIC, "before the earthquake")):
                    for i, sample in enumerate(rows[label]):
                        axes.plot(
                            t,
                            windows[sample, :, channel],
                            color=color,
                            lw=0.9,
                            alpha=0.75,
                            label=name if i == 0 else None,
                        )
                axes.set_ylabel(self.channels[channel])
            first = X.iloc[rows[1][0]]
            event_time = pd.Timestamp(first["time"]) + pd.Timedelta(days=float(first["lead_days"]))
            words = f"M {first['magnitude']:.1f}, {event_time:%Y-%m-%d %H:%M} UT"
            for held, axes in zip(self.channels, row, strict=True):
                axes.set_title(words if len(row) == 1 else f"{_quantity(held)}, {words}")
                tidy(axes)
        for axes in self.axes_[-1]:
            axes.set_xlabel(f"time in window ({self.unit})")
        legend_below(self.axes_[-1, 0], ncols=2)
        return self


def _quantity(channel):
    """Name of a channel without its unit."""
    return channel.partition(" (")[0]
