"""The papers' scores as bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, Estimator, Frame, Rows
from skquake.metrics import classification_summary
from skquake.plotting._check import Predictions, check_predictions, with_index
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._predict import predict
from skquake.plotting._style import CYCLE, REFERENCE, check_axes, legend_below

_NAMES = {"mcc": "MCC", "f1_micro": "F1, micro (= accuracy)", "f1_macro": "F1, macro"}


class ScoreBarsDisplay(Display):
    """Bars of several scores, one group a model, each with its number.

    Parameters
    ----------
    table : DataFrame
        Models x scores.

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

    def __init__(self, table: Frame) -> None:
        self.table = table

    @classmethod
    def from_predictions(
        cls,
        predictions: Predictions,
        *,
        sample_weight: ArrayLike | Mapping[str, ArrayLike] | None = None,
    ) -> Self:
        """Scores of three classes, by :func:`~skquake.metrics.classification_summary`.

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like)}
            Classes (n_samples,) and probabilities (n_samples, 3) by model.
        sample_weight : array-like of shape (n_samples,) or dict of {str: array-like}, default=None
            Weights of the rows, the same for all models or by name.

        Raises
        ------
        ValueError
            For impossible predictions.
        """
        rows = {}
        for name, (y, proba, weight) in check_predictions(predictions, cls.__name__, sample_weight).items():
            found = classification_summary(y, proba, sample_weight=weight)
            rows[name] = {title: found[key] for key, title in _NAMES.items()}
        return cls(pd.DataFrame.from_dict(rows, orient="index"))

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator | Mapping[str, Estimator],
        X: Rows,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Scores of fitted classifiers on samples they have not seen.

        Parameters
        ----------
        estimator : fitted classifier, or dict of {str: fitted classifier}
            With ``predict_proba``. One alone goes by the name of its class.
        X : sample frame, or windows of shape (n_samples, length, channels)
            What the classifier takes.
        y : array-like of shape (n_samples,)
            True classes.
        sample_weight : array-like of shape (n_samples,), default=None

        Raises
        ------
        TypeError, ValueError
            For what has no probabilities, and as in ``from_predictions``.
        """
        found = predict(estimator, X, y, cls.__name__)
        return cls.from_predictions(found, sample_weight=sample_weight)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes, or on a new figure."""
        table = with_index(self.table, f"{type(self).__name__}: table", "model", "index")
        if not table.notna().any(axis=None):
            raise ValueError("table: expected a DataFrame of models x scores with one number at least")
        n_models, n_scores = table.shape
        height = 0.19 * n_scores + 0.12
        self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=(7.5, height * n_models + 1.2))
        axes, width = self.axes_[0, 0], 0.84 / n_scores
        for i, score in enumerate(table.columns):
            place = np.arange(n_models) - 0.42 + width * (i + 0.5)
            values = table[score].to_numpy(dtype=float)
            axes.barh(place, np.nan_to_num(values), 0.92 * width, color=CYCLE[i % len(CYCLE)], label=score)
            for x, y in zip(values, place, strict=True):
                side, text = (-1, "right") if x < 0 else (1, "left")
                axes.annotate(
                    "none" if np.isnan(x) else f"{x:z.2f}",
                    (np.nan_to_num(x), y),
                    xytext=(3 * side, 0),
                    textcoords="offset points",
                    ha=text,
                    va="center",
                    fontsize=8,
                )
        axes.axvline(0, color=REFERENCE, lw=1)
        low, high = min(0.0, np.nanmin(table.to_numpy(float))), np.nanmax(table.to_numpy(float))
        axes.set_xlim(low - 0.12 if low < 0 else 0.0, max(1.0, high) + 0.1)
        axes.set_yticks(range(n_models), table.index)
        axes.set_ylim(n_models - 0.45, -0.55)
        axes.set_xlabel("score (1: perfect)")
        axes.grid(axis="x", alpha=0.25, lw=0.5)
        axes.set_axisbelow(True)
        legend_below(axes, ncols=min(n_scores, 4))
        return self
