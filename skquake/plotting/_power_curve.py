"""How often an effect of a size is found."""

from __future__ import annotations

import textwrap
from typing import Any, Self

import numpy as np

from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import (
    REFERENCE,
    SINGLE,
    check_axes,
    draw_intervals,
    legend_below,
    line_style,
    score_label,
    tidy,
)


class PowerCurveDisplay(Display):
    """Share of catalogs in which a planted effect is found, by its size; one line a number of earthquakes.

    Points with exact binomial intervals are what was planted, lines the curve through them that never falls.
    Which effect that was, and which nulls the p is the largest of, stands above the legend.

    Parameters
    ----------
    curve : PowerCurve
        As :func:`skquake.inspection.injection_recovery` returns.
    power : float, default=0.95
        Drawn as a line: what a study would want to reach.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.inspection import PowerCurve
    >>> from skquake.plotting import PowerCurveDisplay
    >>> scores = pd.DataFrame({"replicate": range(6), "n_events": 50, "size": [0.0, 0.0, 0.2, 0.2, 0.4, 0.4],
    ...     "score": 0.1, "p": [0.9, 0.5, 0.2, 0.01, 0.01, 0.02]})
    >>> display = PowerCurveDisplay(PowerCurve(scores, 0.05, "seismic_mcc", ("rotate",), 0.95, {})).plot()
    >>> display.axes_[0, 0].get_xlabel()
    'planted effect at the epicentre (%)'
    """

    def __init__(self, curve: Any, *, power: float = 0.95) -> None:
        self.curve = curve
        self.power = power

    @classmethod
    def from_curve(cls, curve: Any, *, power: float = 0.95) -> Self:
        """The same as the class itself: a display of a result."""
        return cls(curve, power=power)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on an Axes or on a new figure."""
        if not 0.0 < self.power < 1.0:
            raise ValueError(f"{type(self).__name__}: power={self.power} must lie between 0 and 1")
        frame = self.curve.to_frame()
        self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=(SINGLE + 0.4, 3.2))
        axes = self.axes_[0, 0]
        numbers = frame["n_events"].unique()
        reach = frame["size"].abs().max()
        for k, n_events in enumerate(numbers):
            part = frame[frame["n_events"] == n_events]
            style = line_style(k)
            # Points of several lines stand beside each other, not on top.
            aside = 0.006 * reach * (k - (len(numbers) - 1) / 2) if len(numbers) > 1 else 0.0
            size = 100.0 * (part["size"] + aside)
            low, high = part["power"] - part["low"], part["high"] - part["power"]
            draw_intervals(axes, size, part["power"], low, high, color=style["color"], ms=3.5, lw=1)
            fitted = [self.curve.power_at(size, n_events) for size in part["size"]]
            at = self.curve.size_at(self.power, n_events)
            reached = "not reached" if np.isnan(at) else f"at {at:+.0%}"
            label = f"{n_events} earthquakes: {self.power:.0%} {reached}"
            axes.plot(100.0 * part["size"], fitted, lw=1.5, label=label, **style)
        most = " at most" if len(self.curve.nulls) > 1 else ""
        chance = f"chance{most}: p <= {self.curve.alpha:g}"
        axes.axhline(self.curve.alpha, color=REFERENCE, lw=1, ls="--", label=chance)
        axes.axhline(self.power, color=REFERENCE, lw=0.8, ls=":")
        axes.set(
            ylim=(-0.02, 1.03),
            xlabel="planted effect at the epicentre (%)",
            ylabel="found (share of catalogs, no unit)",
        )
        axes.set_title(f"Power of the {score_label(self.curve.scoring)}")
        tidy(axes)
        legend_below(axes, title=_heading(self.curve))
        return self


def _heading(curve):
    """What the curve was counted under and what was planted, in lines that an Axes is wide enough for."""
    return "\n".join(textwrap.fill(part, 64) for part in curve.counted.split("; "))
