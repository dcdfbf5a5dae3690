"""Probabilities of three classes in a triangle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import Array, ArrayLike, Estimator, Rows
from skquake.plotting._check import Predictions, check_predictions
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._predict import predict
from skquake.plotting._style import CLASS_COLORS, DOUBLE, REFERENCE, check_axes

_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])

_TITLES = {0: "control", 1: "before an earthquake", 2: "disturbed"}
_SHORT = {0: "control", 1: "before", 2: "disturbed"}


class TernaryDisplay(Display):
    """Probabilities as points of a triangle: one panel a true class, one row an evaluation.

    A point in a corner is sure of that class; dotted lines part the areas where a class is the most
    probable one. Two rows show a model before and after transfer.

    Parameters
    ----------
    predictions : dict of {str: (ndarray, ndarray)}
        Classes (n_samples,) and probabilities (n_samples, 3) by row, each row of probabilities with sum 1.

    Attributes
    ----------
    n_ : DataFrame
        Samples of each true class, row x class.
    right_ : DataFrame
        Share of them whose most probable class is the true one; NaN where there are none.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_rows, 3)

    Examples
    --------
    >>> from skquake.plotting import TernaryDisplay
    >>> proba = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]]
    >>> display = TernaryDisplay.from_predictions({"before transfer": ([0, 1, 1, 2], proba)}).plot()
    >>> float(display.right_.loc["before transfer", 1]), display.axes_.shape
    (0.5, (1, 3))
    """

    def __init__(self, predictions: Mapping[str, tuple[Array, Array]]) -> None:
        self.predictions = predictions

    @classmethod
    def from_predictions(cls, predictions: Predictions) -> Self:
        """Check the predictions and bring each row of probabilities to sum 1.

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like)}
            Classes (n_samples,) and probabilities (n_samples, 3) by name of the row.

        Raises
        ------
        ValueError
            For impossible predictions, such as a row of zeros.
        """
        checked = {}
        for name, (y, proba, _) in check_predictions(predictions, cls.__name__).items():
            total = proba.sum(axis=1, keepdims=True)
            if not total.all():
                raise ValueError(
                    f"{cls.__name__}: {name!r}: all probabilities of row {int(np.argmin(total))} are 0; "
                    "such a row has no place in the triangle, leave it out"
                )
            checked[name] = y, proba / total
        return cls(checked)

    @classmethod
    def from_estimator(cls, estimator: Estimator | Mapping[str, Estimator], X: Rows, y: ArrayLike) -> Self:
        """Probabilities that fitted classifiers give to samples they have not seen, a row each.

        Parameters
        ----------
        estimator : fitted classifier, or dict of {str: fitted classifier}
            With ``predict_proba``. One alone goes by the name of its class.
        X : sample frame, or windows of shape (n_samples, length, channels)
            What the classifier takes.
        y : array-like of shape (n_samples,)
            True classes.

        Raises
        ------
        TypeError, ValueError
            For what has no probabilities, and as in ``from_predictions``.
        """
        return cls.from_predictions(predict(estimator, X, y, cls.__name__))

    @property
    def n_(self) -> pd.DataFrame:
        """Samples of each true class."""
        return self._by_class(lambda y, proba, label: int((y == label).sum()))

    @property
    def right_(self) -> pd.DataFrame:
        """Share of each true class that is recognised."""

        def share(y, proba, label):
            here = y == label
            return (proba[here].argmax(axis=1) == label).mean() if here.any() else np.nan

        return self._by_class(share)

    def _by_class(self, number):
        rows = {
            name: [number(y, proba, label) for label in CLASS_COLORS]
            for name, (y, proba) in self.predictions.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(CLASS_COLORS))

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on three Axes a row, or on a new figure."""
        shape = (len(self.predictions), 3)
        self.figure_, self.axes_ = check_axes(
            ax, shape, layout="compressed", figsize=(DOUBLE, 2.5 * shape[0] + 0.1)
        )
        n, right = self.n_, self.right_
        for row, (name, (y, proba)) in zip(self.axes_, self.predictions.items(), strict=True):
            for label, axes in zip(CLASS_COLORS, row, strict=True):
                _triangle(axes)
                points = proba[y == label] @ _CORNERS
                # Many points get small and pale, so that their density still shows.
                alpha = np.clip(12 / np.sqrt(max(len(points), 1)), 0.15, 0.8)
                axes.scatter(*points.T, s=5, alpha=alpha, lw=0, color=CLASS_COLORS[label], zorder=2)
                found = f"{right[label][name]:.0%} of {n[label][name]} right" if len(points) else "none"
                axes.set_title(f"true class {label}: {_TITLES[label]}\n{name}: {found}")
        return self


def _triangle(axes):
    """Edges, corners by class, and the lines between the areas of the classes."""
    axes.fill(*_CORNERS.T, facecolor="none", edgecolor=REFERENCE, lw=1)
    center = _CORNERS.mean(axis=0)
    for k, (x, y) in enumerate(_CORNERS):
        middle = np.delete(_CORNERS, k, axis=0).mean(axis=0)
        axes.plot(*zip(center, middle, strict=True), color=REFERENCE, lw=0.8, ls=":", zorder=3)
        up = 1 if y else -1
        axes.text(
            x if y else x + (0.06 if x > 0.5 else -0.06),
            y + 0.04 * up,
            f"{k}: {_SHORT[k]}",
            color=CLASS_COLORS[k],
            weight="bold",
            fontsize="small",
            ha="center" if y else "right" if x > 0.5 else "left",
            va="bottom" if y else "top",
        )
    axes.set(aspect="equal", xlim=(-0.06, 1.06), ylim=(-0.13, 1.0))
    axes.axis("off")
