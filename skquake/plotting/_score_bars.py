"""The papers' scores as bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, Estimator, Frame, Rows
from skquake.metrics import classification_summary
from skquake.plotting._bootstrap import Units, check_units, summary_intervals, units_of
from skquake.plotting._check import Predictions, check_predictions, with_index
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._predict import predict
from skquake.plotting._style import REFERENCE, bar_style, check_axes, draw_whiskers, legend_below

_NAMES = {"mcc": "MCC", "f1_micro": "F1, micro (= accuracy)", "f1_macro": "F1, macro"}


class ScoreBarsDisplay(Display):
    """Bars of several scores, one group a model, each with its number.

    Parameters
    ----------
    table : DataFrame
        Models x scores.
    low, high : DataFrame, default=None
        Ends of the 95 % intervals, shaped as the table; NaN where there is none.
    title : str, default="Scores by model"
        Names the data set and its controls.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Examples
    --------
    >>> from skquake.plotting import ScoreBarsDisplay
    >>> proba = [[0.7, 0.2, 0.1], [0.4, 0.5, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]
    >>> display = ScoreBarsDisplay.from_predictions({"forest": ([0, 1, 1, 2], proba)}).plot()
    >>> display.table.round(2)
            MCC  F1, micro (= accuracy)  F1, macro
    forest  1.0                     1.0        1.0
    """

    def __init__(
        self,
        table: Frame,
        *,
        low: Frame | None = None,
        high: Frame | None = None,
        title: str = "Scores by model",
    ) -> None:
        self.table = table
        self.low = low
        self.high = high
        self.title = title

    @classmethod
    def from_predictions(
        cls,
        predictions: Predictions,
        *,
        sample_weight: ArrayLike | Mapping[str, ArrayLike] | None = None,
        units: Units = None,
        title: str = "Scores by model",
    ) -> Self:
        """Scores of three classes, by :func:`~skquake.metrics.classification_summary`.

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like)}
            Classes (n_samples,) and probabilities (n_samples, 3) by model.
        sample_weight : array-like of shape (n_samples,) or dict of {str: array-like}, default=None
            Weights of the rows, the same for all models or by name.
        units : array-like of shape (n_samples,) or dict of {str: array-like}, default=None
            What is independent: the ``pair_id`` of each row, its event or its block of time. They are drawn
            with replacement, with all their rows, for 95 % intervals; None: bars without any.
        title : str, default="Scores by model"
            Names the data set and its controls.

        Raises
        ------
        ValueError
            For impossible predictions.
        """
        checked = check_predictions(predictions, cls.__name__, sample_weight)
        codes = check_units(units, {name: len(y) for name, (y, _, _) in checked.items()}, cls.__name__)
        names = list(_NAMES.values())
        rows, ends = {}, {}
        for name, (y, proba, weight) in checked.items():
            found, unit = classification_summary(y, proba, sample_weight=weight), codes[name]
            rows[name] = [found[key] for key in _NAMES]
            if unit is not None:
                ends[name] = summary_intervals(y, proba, weight, unit)
        table = pd.DataFrame.from_dict(rows, orient="index", columns=names)
        if not ends:
            return cls(table, title=title)
        low, high = (
            pd.DataFrame.from_dict(
                {name: end[side] for name, end in ends.items()}, orient="index", columns=names
            )
            for side in ("low", "high")
        )
        return cls(table, low=low.reindex(table.index), high=high.reindex(table.index), title=title)

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator | Mapping[str, Estimator],
        X: Rows,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        title: str = "Scores by model",
    ) -> Self:
        """Scores of fitted classifiers on samples they have not seen.

        Parameters
        ----------
        estimator : fitted classifier, or dict of {str: fitted classifier}
            With ``predict_proba``. One alone goes by the name of its class.
        X : sample frame, or windows of shape (n_samples, length, channels)
            What the classifier takes. The pairs of a sample frame are the units of the intervals.
        y : array-like of shape (n_samples,)
            True classes.
        sample_weight : array-like of shape (n_samples,), default=None
        title : str, default="Scores by model"

        Raises
        ------
        TypeError, ValueError
            For what has no probabilities, and as in ``from_predictions``.
        """
        found = predict(estimator, X, y, cls.__name__)
        return cls.from_predictions(found, sample_weight=sample_weight, units=units_of(X), title=title)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes, or on a new figure."""
        table = with_index(self.table, f"{type(self).__name__}: table", "model", "index")
        if not table.notna().any(axis=None):
            raise ValueError("table: expected a DataFrame of models x scores with one number at least")
        n_models, n_scores = table.shape
        height = 0.16 * n_scores + 0.1
        self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=(4.6, height * n_models + 1.1))
        axes, width = self.axes_[0, 0], 0.84 / n_scores
        for i, score in enumerate(table.columns):
            place = np.arange(n_models) - 0.42 + width * (i + 0.5)
            values = table[score].to_numpy(dtype=float)
            axes.barh(place, np.nan_to_num(values), 0.92 * width, label=score, **bar_style(i))
            low, high = self._ends(table, score)
            known = np.isfinite(low) & np.isfinite(high)
            draw_whiskers(axes, place[known], low[known], high[known], lying=True)
            for x, y, end in zip(values, place, np.where(values < 0, low, high), strict=True):
                side, text = (-1, "right") if x < 0 else (1, "left")
                axes.annotate(
                    "none" if np.isnan(x) else f"{x:z.2f}",
                    (end if np.isfinite(end) else np.nan_to_num(x), y),
                    xytext=(3 * side, 0),
                    textcoords="offset points",
                    ha=text,
                    va="center",
                    fontsize="small",
                )
        axes.axvline(0, color=REFERENCE, lw=1)
        ends = [
            part
            for score in table
            for part in (table[score].to_numpy(dtype=float), *self._ends(table, score))
        ]
        low, high = min(0.0, np.nanmin(ends)), np.nanmax(ends)
        axes.set_xlim(low - 0.12 if low < 0 else 0.0, max(1.0, high) + 0.1)
        axes.set_yticks(range(n_models), table.index)
        axes.set_ylim(n_models - 0.45, -0.55)
        level = "" if self.low is None else "; line: 95 % interval"
        axes.set_xlabel(f"score (no unit; 1: perfect{level})")
        axes.set_title(self.title)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="x", alpha=0.3, lw=0.4)
        axes.set_axisbelow(True)
        legend_below(axes, ncols=min(n_scores, 4))
        return self

    def _ends(self, table, score):
        """Ends of the intervals of a score, NaN where there is none."""
        return tuple(
            np.full(len(table), np.nan)
            if side is None
            else with_index(side, f"{type(self).__name__}: intervals", "model", "index")[score].to_numpy(
                float
            )
            for side in (self.low, self.high)
        )
