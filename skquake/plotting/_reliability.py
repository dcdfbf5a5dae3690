"""Do things happen as often as their probability says?"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any, Self

import numpy as np

from skquake._core._frames import as_frame, is_frame
from skquake._core._typing import ArrayLike, Estimator, Rows
from skquake._core._weights import event_weights
from skquake.alarms import ReliabilityCurve, reliability_curve
from skquake.metrics._evidence import seismic_probability
from skquake.plotting._check import Predictions, check_predictions
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._predict import predict
from skquake.plotting._style import (
    REFERENCE,
    SINGLE,
    check_axes,
    fit_height,
    legend_below,
    line_of,
    line_style,
    tidy,
)


class ReliabilityDisplay(Display):
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
    'observed frequency (no unit)'
    """

    def __init__(self, curves: ReliabilityCurve | Mapping[str, ReliabilityCurve]) -> None:
        self.curves = curves

    @classmethod
    def from_predictions(
        cls,
        predictions: Predictions,
        *,
        time: ArrayLike | None = None,
        sample_weight: ArrayLike | Mapping[str, ArrayLike] | None = None,
        **options: Any,
    ) -> Self:
        """Curves of the evidence: of rows whose true class is 0 or 1, with the probability p1 / (p0 + p1).

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like)}
            Classes (n_samples,) and probabilities (n_samples, 3) by model.
        time : array-like of datetime of shape (n_samples,), default=None
            Of the rows, for intervals from blocks of time; None: no intervals.
        sample_weight : array-like of shape (n_samples,) or dict of {str: array-like}, default=None
            Weights of the rows, the same for all models or by name.
        **options
            As for :func:`~skquake.alarms.reliability_curve`.

        Raises
        ------
        ValueError
            For impossible predictions, or no row of evidence.
        """
        curves = {}
        times = None if time is None else np.asarray(time)
        for name, (y, proba, weight) in check_predictions(predictions, cls.__name__, sample_weight).items():
            rows = y < 2
            if not rows.any():
                raise ValueError(f"{cls.__name__}: {name!r}: no row of class 0 or 1; leave the entry out")
            curves[name] = reliability_curve(
                seismic_probability(proba[rows]),
                y[rows] == 1,
                time=None if times is None else times[rows],
                sample_weight=weight[rows],
                **options,
            )
        return cls(curves)

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator | Mapping[str, Estimator],
        X: Rows,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        **options: Any,
    ) -> Self:
        """Curves of fitted classifiers on samples they have not seen.

        Of a sample frame the rows of one event share a weight of one, and intervals come from its times.

        Parameters
        ----------
        estimator : fitted classifier, or dict of {str: fitted classifier}
            With ``predict_proba``. One alone goes by the name of its class.
        X : sample frame, or windows of shape (n_samples, length, channels)
            What the classifier takes.
        y : array-like of shape (n_samples,)
            True classes.
        sample_weight : array-like of shape (n_samples,), default=None
            None: by event where ``X`` has ``event_id``, else uniform.
        **options
            As for :func:`~skquake.alarms.reliability_curve`.

        Raises
        ------
        TypeError, ValueError
            For what has no probabilities, and as in ``from_predictions``.
        """
        found = predict(estimator, X, y, cls.__name__)
        if is_frame(X):
            frame = as_frame(X, cls.__name__)
            if "time" in frame:
                options = {"time": frame["time"].to_numpy()} | options
            if sample_weight is None and "event_id" in frame:
                sample_weight = event_weights(frame["event_id"])
        return cls.from_predictions(found, sample_weight=sample_weight, **options)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on the Axes given, or on a new figure."""
        curves = self.curves if isinstance(self.curves, Mapping) else {"": self.curves}
        if not curves:
            raise ValueError(f"{type(self).__name__}: nothing to draw in an empty dict; pass {{name: curve}}")
        self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=(SINGLE + 0.4, 4.0))
        axes, end = self.axes_[0, 0], 0.0
        for i, (name, curve) in enumerate(curves.items()):
            style = line_style(i, name)
            axes.axhline(curve.base_rate, lw=1, alpha=0.7, color=style["color"], ls=(0, (5, 3)))
            known = np.isfinite(curve.low)
            axes.vlines(
                curve.predicted[known], curve.low[known], curve.high[known], lw=1.2, color=style["color"]
            )
            axes.plot(
                curve.predicted,
                curve.observed,
                lw=1.2,
                label=_label(name, curve, line_of(axes, 7.0, 0.2)),
                **style,
            )
            axes.scatter(
                curve.predicted, curve.observed, s=5 + 70 * curve.share, color=style["color"], zorder=3
            )
            end = max(
                end, curve.predicted.max(), curve.observed.max(), np.max(curve.high[known], initial=0.0)
            )
        end = min(1.0, 1.05 * end) if end else 1.0
        axes.plot([0, end], [0, end], color=REFERENCE, lw=1, ls=(0, (1, 2)), label="reliable")
        axes.plot([], [], color=REFERENCE, lw=1, ls=(0, (5, 3)), label="base rate: no skill")
        pad, rare = 0.02 * end, end < 0.1  # rare things in per cent
        unit = "%" if rare else "no unit"
        axes.set(
            xlabel=f"forecast probability ({unit})",
            ylabel=f"observed frequency ({unit})",
            xlim=(-pad, end + pad),
            ylim=(-pad, end + pad),
            aspect="equal",
        )
        axes.set_anchor("N")
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_major_locator().set_params(nbins=5)
            if rare:
                axis.set_major_formatter(lambda x, _: f"{100.0 * x:.3g}")
        axes.set_title("Reliability; area: share of rows, line: interval")
        tidy(axes)
        legend_below(axes)
        if ax is None:
            fit_height(self.figure_, self.axes_, 3.9)
        return self


def _label(name, curve, width):
    """Name, Brier score beside that of the base rate, skill with its interval."""
    interval = ""
    if np.isfinite(curve.skill_low):
        interval = f" [{curve.skill_low:.2g}, {curve.skill_high:.2g}]"
    brier = (
        f"{name + ': ' if name else ''}Brier score {curve.brier:.3g}, of the base rate "
        f"({curve.base_rate:.2g}) {curve.uncertainty:.3g}"
    )
    return f"{fill(brier, width)}\nskill {curve.skill:.2g}{interval}"
