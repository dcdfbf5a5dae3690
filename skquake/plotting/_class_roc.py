"""Each class against the rest, for several models or data sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.metrics import auc, roc_curve

from skquake._core._typing import ArrayLike, Estimator, Rows
from skquake.plotting._bootstrap import Units, check_units, roc_band, units_of
from skquake.plotting._check import Predictions, check_predictions
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._predict import predict, predict_folds
from skquake.plotting._style import (
    CLASS_NAMES,
    DOUBLE,
    REFERENCE,
    SINGLE,
    check_axes,
    class_title,
    fit_height,
    legend_below,
    line_of,
    line_style,
    tidy,
)


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
    bands : dict of {str: dict of {int: Bunch}}, default=None
        By name and class ``fpr``, ``low``, ``high`` of shape (n_rates,), ``auc_low``, ``auc_high`` and
        ``n_units``: 95 % intervals from whole units drawn with replacement.

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
        bands: Mapping[str, Mapping[int, Any]] | None = None,
    ) -> None:
        self.curves = curves
        self.classes = classes
        self.bands = bands

    @classmethod
    def from_predictions(
        cls,
        predictions: Predictions,
        *,
        classes: Sequence[int] = (0, 1, 2),
        sample_weight: ArrayLike | Mapping[str, ArrayLike] | None = None,
        units: Units = None,
    ) -> Self:
        """Compute the curves, and their bands where the units are known.

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like)}
            Classes (n_samples,) and probabilities (n_samples, 3) by name of model or data set. A name
            without rows of a class, or of the others, is left out of its panel.
        classes : sequence of int, default=(0, 1, 2)
        sample_weight : array-like of shape (n_samples,) or dict of {str: array-like}, default=None
            Weights of the rows, the same for all names or by name.
        units : array-like of shape (n_samples,) or dict of {str: array-like}, default=None
            What is independent: the ``pair_id`` of each row, its event or its block of time. They are drawn
            with replacement, with all their rows, for 95 % bands; None: curves without a band.

        Raises
        ------
        ValueError
            For impossible predictions, and where no name has a curve.
        """
        classes = tuple(classes)
        if not classes or not set(classes) <= set(CLASS_NAMES):
            raise ValueError(f"{cls.__name__}: classes={classes}; take one or several of 0, 1, 2")
        checked = check_predictions(predictions, cls.__name__, sample_weight)
        codes = check_units(units, {name: len(y) for name, (y, _, _) in checked.items()}, cls.__name__)
        curves: dict[str, dict[int, Any]] = {name: {} for name in checked}
        bands: dict[str, dict[int, Any]] = {name: {} for name in checked}
        for name, (y, proba, weight) in checked.items():
            for label in classes:
                here = y == label
                if weight[here].any() and weight[~here].any():
                    curves[name][label] = roc_curve(here, proba[:, label], sample_weight=weight)[:2]
                    unit = codes[name]
                    if unit is not None:
                        bands[name][label] = roc_band(here, proba[:, label], weight, unit)
        if not any(curves.values()):
            raise ValueError(
                f"{cls.__name__}: no entry has rows of a class and of the others; score a larger test set"
            )
        return cls(curves, classes=classes, bands=bands if any(bands.values()) else None)

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
            What the classifier takes. The pairs of a sample frame are the units of the bands.
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
        return cls.from_predictions(found, classes=classes, sample_weight=sample_weight, units=units_of(X))

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
            Of ``sklearn.model_selection.cross_validate`` with ``return_estimator=True`` and
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
        unit = units_of(X)
        units = None
        if unit is not None:
            units = {name: np.asarray(unit)[test] for name, test in zip(found, tests, strict=True)}
        return cls.from_predictions(found, classes=classes, sample_weight=weights, units=units)

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
        size = (SINGLE if n == 1 else DOUBLE), 3.5
        self.figure_, self.axes_ = check_axes(ax, (1, n), figsize=size, sharey=True)
        area = {name: row.to_dict() for name, row in self.auc_.iterrows()}
        for label, axes in zip(self.classes, self.axes_[0], strict=True):
            for i, (name, found) in enumerate(self.curves.items()):
                if label in found:
                    text, style = f"{name}: AUC {area[name][label]:.2f}", line_style(i, name)
                    band = (self.bands or {}).get(name, {}).get(label)
                    if band is not None and np.isfinite(band.auc_low):
                        axes.fill_between(
                            band.fpr, band.low, band.high, color=style["color"], alpha=0.18, lw=0
                        )
                        text += f" [{band.auc_low:.2f}, {band.auc_high:.2f}]"
                    if len(text) > line_of(axes, 7.0, 0.2):  # wider than its panel
                        text = text.replace(": AUC", ":\nAUC")
                    axes.plot(found[label][0], found[label][1], lw=1.3, label=text, **style)
            axes.plot([0, 1], [0, 1], color=REFERENCE, lw=1, ls=(0, (1, 2)), label="chance: AUC 0.50")
            axes.set(
                xlabel="false-positive rate (no unit)", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal"
            )
            axes.set_title(class_title(label).replace(" by", "\nby") if n > 1 else class_title(label))
            axes.set_anchor("N")  # what is left over goes below, to the legend
            tidy(axes)
            legend_below(axes)
        self.axes_[0, 0].set_ylabel("true-positive rate (no unit)")
        if ax is None:
            fit_height(self.figure_, self.axes_, 3.5 if n < 3 else 3.0)
        return self
