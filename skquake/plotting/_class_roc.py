"""Each class against the rest, for several models or data sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.metrics import auc, roc_curve

from skquake._core._typing import ArrayLike, Estimator, Rows
from skquake.plotting._check import Predictions, check_predictions
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._predict import predict, predict_folds
from skquake.plotting._style import CLASS_NAMES, REFERENCE, check_axes, class_title, legend_below, line_style


class ClassROCDisplay(Display):
    """ROC curves of each class against the rest, overlaid over models or data sets; one panel a class.

    These curves count class 2 and show, as the papers do, how well each class is told from both others.
    The evidence alone is what :func:`~skquake.metrics.seismic_auc` scores.

    Parameters
    ----------
    curves : dict of {str: dict of {int: (ndarray, ndarray)}}
        False-positive and true-positive rates by name and class.
    classes : sequence of int, default=(0, 1, 2)
        Classes to draw, one panel each.

    Attributes
    ----------
    auc_ : DataFrame
        Area under each curve, name x class; NaN where there is none.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, n_classes)

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.plotting import ClassROCDisplay
    >>> y = np.array([0, 0, 1, 1])
    >>> proba = [[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.65, 0.35, 0.0], [0.2, 0.8, 0.0]]
    >>> display = ClassROCDisplay.from_predictions({"forest": (y, proba)}, classes=(0, 1)).plot()
    >>> float(display.auc_.loc["forest", 1])
    0.75
    """

    def __init__(
        self,
        curves: Mapping[str, Mapping[int, tuple[ArrayLike, ArrayLike]]],
        *,
        classes: Sequence[int] = (0, 1, 2),
    ) -> None:
        self.curves = curves
        self.classes = classes

    @classmethod
    def from_predictions(
        cls,
        predictions: Predictions,
        *,
        classes: Sequence[int] = (0, 1, 2),
        sample_weight: ArrayLike | Mapping[str, ArrayLike] | None = None,
    ) -> Self:
        """Compute the curves.

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like)}
            Classes (n_samples,) and probabilities (n_samples, 3) by name of model or data set. A name
            without rows of a class, or of the others, is left out of its panel.
        classes : sequence of int, default=(0, 1, 2)
        sample_weight : array-like of shape (n_samples,) or dict of {str: array-like}, default=None
            Weights of the rows, the same for all names or by name.

        Raises
        ------
        ValueError
            For impossible predictions, and where no name has a curve.
        """
        classes = tuple(classes)
        if not classes or not set(classes) <= set(CLASS_NAMES):
            raise ValueError(f"{cls.__name__}: classes={classes}; take one or several of 0, 1, 2")
        checked = check_predictions(predictions, cls.__name__, sample_weight)
        curves: dict[str, dict[int, Any]] = {name: {} for name in checked}
        for name, (y, proba, weight) in checked.items():
            for label in classes:
                here = y == label
                if weight[here].any() and weight[~here].any():
                    curves[name][label] = roc_curve(here, proba[:, label], sample_weight=weight)[:2]
        if not any(curves.values()):
            raise ValueError(
                f"{cls.__name__}: no entry has rows of a class and of the others; score a larger test set"
            )
        return cls(curves, classes=classes)

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator | Mapping[str, Estimator],
        X: Rows,
        y: ArrayLike,
        *,
        classes: Sequence[int] = (0, 1, 2),
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Curves of fitted classifiers on samples they have not seen.

        Parameters
        ----------
        estimator : fitted classifier, or dict of {str: fitted classifier}
            With ``predict_proba``. One alone goes by the name of its class.
        X : sample frame, or windows of shape (n_samples, length, channels)
            What the classifier takes.
        y : array-like of shape (n_samples,)
            True classes.
        classes : sequence of int, default=(0, 1, 2)
        sample_weight : array-like of shape (n_samples,), default=None

        Raises
        ------
        TypeError, ValueError
            For what has no probabilities, and as in ``from_predictions``.
        """
        found = predict(estimator, X, y, cls.__name__)
        return cls.from_predictions(found, classes=classes, sample_weight=sample_weight)

    @classmethod
    def from_cv_results(
        cls,
        cv_results: Mapping[str, Any],
        X: Rows,
        y: ArrayLike,
        *,
        classes: Sequence[int] = (0, 1, 2),
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Curves of each fold of a cross-validation, on its test rows.

        Parameters
        ----------
        cv_results : dict
            Of :func:`sklearn.model_selection.cross_validate` with ``return_estimator=True`` and
            ``return_indices=True``.
        X, y
            What was cross-validated.
        classes : sequence of int, default=(0, 1, 2)
        sample_weight : array-like of shape (n_samples,), default=None

        Raises
        ------
        TypeError, ValueError
            Without estimators or indices, and as in ``from_predictions``.
        """
        found, tests = predict_folds(cv_results, X, y, cls.__name__)
        weights = None
        if sample_weight is not None:
            weight = np.asarray(sample_weight)
            weights = {name: weight[test] for name, test in zip(found, tests, strict=True)}
        return cls.from_predictions(found, classes=classes, sample_weight=weights)

    @property
    def auc_(self) -> pd.DataFrame:
        """Area under each curve."""
        areas = [
            [auc(found[label][0], found[label][1]) if label in found else np.nan for label in self.classes]
            for found in self.curves.values()
        ]
        return pd.DataFrame(areas, index=list(self.curves), columns=list(self.classes))

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on as many Axes as there are classes, or on a new figure."""
        n = len(self.classes)
        self.figure_, self.axes_ = check_axes(
            ax, (1, n), figsize=(3.7 * n + 0.3, 4.3 + 0.19 * len(self.curves)), sharey=True
        )
        area = {name: row.to_dict() for name, row in self.auc_.iterrows()}
        for label, axes in zip(self.classes, self.axes_[0], strict=True):
            for i, (name, found) in enumerate(self.curves.items()):
                if label in found:
                    text = f"{name}: AUC {area[name][label]:.2f}"
                    axes.plot(found[label][0], found[label][1], lw=1.5, label=text, **line_style(i))
            axes.plot([0, 1], [0, 1], color=REFERENCE, lw=1, ls=(0, (1, 2)), label="chance: AUC 0.50")
            axes.set(xlabel="false-positive rate", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
            axes.set_title(class_title(label), fontsize=10)
            axes.set_anchor("N")  # what is left over goes below, to the legend
            axes.grid(alpha=0.25, lw=0.5)
            legend_below(axes)
        self.axes_[0, 0].set_ylabel("true-positive rate")
        return self
