"""Molchan's diagram."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skquake._core._typing import Frame
from skquake.alarms import MolchanCurve, molchan_curve
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import (
    NULL,
    REFERENCE,
    SINGLE,
    check_axes,
    fit_height,
    legend_below,
    line_of,
    line_style,
    tidy,
)

if TYPE_CHECKING:
    import xarray as xr


class MolchanDisplay(Display):
    """Missed earthquakes against alarmed space and time, with what random alarms would do.

    Parameters
    ----------
    curves : MolchanCurve or dict of {str: MolchanCurve}
        Of :func:`skquake.alarms.molchan_curve`, several of them by name. The grey band is that of the first
        one: where random alarms lie. A curve with null catalogs brings their band in its own colour.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Examples
    --------
    >>> from skquake.alarms import MolchanCurve
    >>> from skquake.plotting import MolchanDisplay
    >>> curve = MolchanCurve.from_cells([0.9, 0.8, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4], [1, 0, 1, 0])
    >>> display = MolchanDisplay({"model": curve}).plot()
    >>> display.axes_[0, 0].get_xlabel()
    'alarmed fraction of space and time (no unit)'
    """

    def __init__(self, curves: MolchanCurve | Mapping[str, MolchanCurve]) -> None:
        self.curves = curves

    @classmethod
    def from_predictions(
        cls,
        alarms: xr.DataArray | Mapping[str, xr.DataArray],
        catalog: Frame,
        rate: xr.DataArray,
        **options: Any,
    ) -> Self:
        """Compute the curves of alarms, by :func:`~skquake.alarms.molchan_curve`.

        Parameters
        ----------
        alarms : DataArray over (night or day, latitude, longitude), or dict of {str: DataArray}
            Of :func:`~skquake.alarms.alarm_function`, by name.
        catalog : DataFrame
            Target earthquakes, independent ones.
        rate : DataArray over (latitude, longitude)
            What a cell weighs: :func:`~skquake.alarms.reference_rate`.
        **options
            As for :func:`~skquake.alarms.molchan_curve`.
        """
        named = alarms if isinstance(alarms, Mapping) else {"": alarms}
        return cls({name: molchan_curve(alarm, catalog, rate, **options) for name, alarm in named.items()})

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on the Axes given, or on a new figure."""
        curves = self.curves if isinstance(self.curves, Mapping) else {"": self.curves}
        if not curves:
            raise ValueError(f"{type(self).__name__}: nothing to draw in an empty dict; pass {{name: curve}}")
        self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=(SINGLE + 0.4, 4.0))
        axes, first = self.axes_[0, 0], next(iter(curves.values()))
        tau = np.linspace(0.0, 1.0, 501)
        band = f"{first.level:.0%} of random alarms"
        axes.fill_between(tau, *first.band(tau), color=NULL, alpha=0.5, lw=0, label=band)
        axes.plot(
            [0, 1], [1, 0], color=REFERENCE, lw=1, ls=(0, (1, 2)), label="random alarms: area skill 0.50"
        )
        for i, (name, curve) in enumerate(curves.items()):
            style = line_style(i, name)
            if curve.null_low is not None and curve.null_scores is not None:
                axes.fill_between(
                    curve.tau,
                    curve.null_low,
                    curve.null_high,
                    color=style["color"],
                    alpha=0.15,
                    lw=0,
                    label=f"{len(curve.null_scores)} null catalogs" + (f" ({name})" if name else ""),
                )
            axes.plot(
                curve.tau, curve.nu, lw=1.5, label=_label(name, curve, line_of(axes, 7.0, 0.2)), **style
            )
        axes.set(
            xlabel="alarmed fraction of space and time (no unit)",
            ylabel="missed fraction of earthquakes (no unit)",
            xlim=(-0.01, 1.01),
            ylim=(-0.01, 1.01),
            aspect="equal",
        )
        axes.set_anchor("N")
        axes.set_title(f"Molchan diagram, {first.n_events} earthquakes")
        tidy(axes)
        legend_below(axes)
        if ax is None:
            fit_height(self.figure_, self.axes_, 3.9)
        return self


def _label(name, curve, width):
    """Name, area skill with its interval, p-value, coverage and weight."""
    interval = ""
    if np.isfinite(curve.area_skill_low):
        interval = f" [{curve.area_skill_low:z.2f}, {curve.area_skill_high:.2f}]"
    p = f"p = {curve.p_value:.2g}" if curve.p_value >= 0.001 else "p < 0.001"
    score = f"area skill {curve.area_skill_score:.2f}{interval}, {p}"
    cover = f"coverage {curve.coverage:.0%}, space and time by {curve.weighting}"
    return f"{fill(f'{name}: {score}' if name else score, width)}\n{fill(cover, width)}"
