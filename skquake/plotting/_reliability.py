"""Do things happen as often as their probability says?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from skquake.plotting._style import REFERENCE, check_axes, legend_below, line_style


class ReliabilityDisplay:
    """Observed frequency against forecast probability, with the diagonal and the base rate.

    Parameters
    ----------
    curves : ReliabilityCurve or dict of {str: ReliabilityCurve}
        Of :func:`skquake.alarms.reliability_curve`, several of them by name.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)
        The size of a marker says how many forecasts its bin has.

    Examples
    --------
    >>> from skquake.alarms import reliability_curve
    >>> from skquake.plotting import ReliabilityDisplay
    >>> curve = reliability_curve([0.25, 0.25, 0.75, 0.75], [0, 0, 1, 1], n_bins=2)
    >>> display = ReliabilityDisplay(curve).plot()
    >>> display.axes_[0, 0].get_ylabel()
    'observed frequency'
    """

    def __init__(self, curves):
        self.curves = curves

    def plot(self, ax=None):
        """Draw on the Axes given, or on a new figure."""
        curves = self.curves if isinstance(self.curves, Mapping) else {"": self.curves}
        if not curves:
            raise ValueError(f"{type(self).__name__}: nothing to draw in an empty dict; pass {{name: curve}}")
        self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=(4.8, 4.4 + 0.34 * len(curves)))
        axes, end = self.axes_[0, 0], 0.0
        for i, (name, curve) in enumerate(curves.items()):
            style = line_style(i)
            axes.axhline(curve.base_rate, lw=1, alpha=0.7, color=style["color"], ls=(0, (5, 3)))
            known = np.isfinite(curve.low)
            axes.vlines(
                curve.predicted[known], curve.low[known], curve.high[known], lw=1.2, color=style["color"]
            )
            axes.plot(curve.predicted, curve.observed, lw=1.2, label=_label(name, curve), **style)
            axes.scatter(
                curve.predicted, curve.observed, s=8 + 120 * curve.share, color=style["color"], zorder=3
            )
            end = max(
                end, curve.predicted.max(), curve.observed.max(), np.max(curve.high[known], initial=0.0)
            )
        end = min(1.0, 1.05 * end) if end else 1.0
        axes.plot([0, end], [0, end], color=REFERENCE, lw=1, ls=(0, (1, 2)), label="reliable")
        axes.plot([], [], color=REFERENCE, lw=1, ls=(0, (5, 3)), label="base rate: no skill")
        pad = 0.02 * end
        axes.set(
            xlabel="forecast probability",
            ylabel="observed frequency",
            xlim=(-pad, end + pad),
            ylim=(-pad, end + pad),
            aspect="equal",
        )
        axes.set_anchor("N")
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_major_locator().set_params(nbins=5)
        axes.ticklabel_format(scilimits=(-2, 3))  # rare things: the power of ten beside the axis
        axes.grid(alpha=0.25, lw=0.5)
        legend_below(axes)
        return self


def _label(name, curve):
    """Name, Brier score beside that of the base rate, skill with its interval."""
    interval = ""
    if np.isfinite(curve.skill_low):
        interval = f" [{curve.skill_low:.2g}, {curve.skill_high:.2g}]"
    return (
        f"{name + ': ' if name else ''}Brier score {curve.brier:.3g}, of the base rate "
        f"({curve.base_rate:.2g}) {curve.uncertainty:.3g}\nskill {curve.skill:.2g}{interval}"
    )
