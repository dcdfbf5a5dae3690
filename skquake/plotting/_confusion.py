"""Which class is taken for which."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix

from skquake._core._typing import ArrayLike, Estimator, Rows
from skquake.plotting._check import Predictions, check_entries, check_labels, check_prediction
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._predict import labels, predict
from skquake.plotting._style import CLASS_NAMES, DOUBLE, SINGLE, check_axes, share_map


class ConfusionDisplay(Display):
    """Confusion matrices with counts and the percentages of their row and column, one panel each.

    The diagonal's percentage of the row is the recall of a class, that of the column its precision.

    Parameters
    ----------
    counts : dict of {str: DataFrame}
        Samples by true class (index) and predicted class (columns): 0 and 1, and 2 where any of them has it.
    class_names : dict of {int: str} or None, default=None
        What the axes call a class, where that is not "control", "before an earthquake", "disturbed by
        space weather": of images, 0 is any normal one.

    Attributes
    ----------
    row_share_, column_share_ : dict of {str: DataFrame}
        Shares of the row and of the column; NaN where its sum is 0.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, n_panels)

    Examples
    --------
    >>> from skquake.plotting import ConfusionDisplay
    >>> display = ConfusionDisplay.from_predictions({"forest": ([0, 0, 1, 2], [0, 1, 1, 2])}).plot()
    >>> display.counts["forest"]
    predicted  0  1  2
    true
    0          1  1  0
    1          0  1  0
    2          0  0  1
    >>> float(display.column_share_["forest"].loc[1, 1])
    0.5
    """

    def __init__(
        self, counts: Mapping[str, pd.DataFrame], *, class_names: Mapping[int, str] | None = None
    ) -> None:
        self.counts = counts
        self.class_names = class_names

    @classmethod
    def from_predictions(
        cls, predictions: Predictions, *, class_names: Mapping[int, str] | None = None
    ) -> Self:
        """Count the predictions.

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like)}
            True classes (n_samples,), with the predicted ones (n_samples,) or the probabilities
            (n_samples, 3), of which the largest counts.
        class_names : dict of {int: str} or None, default=None

        Raises
        ------
        ValueError
            For impossible predictions.
        """
        check_entries(predictions, ("y", "labels or proba"), cls.__name__)
        pairs: dict[str, tuple[Any, Any]] = {}
        counts = {}
        for name, (y, said) in predictions.items():
            what = f"{cls.__name__}: {name!r}"
            if np.ndim(said) == 1:
                true, decided = check_labels(y, what), check_labels(said, what)
                if not len(true) or len(true) != len(decided):
                    raise ValueError(f"{what}: {len(true)} true and {len(decided)} predicted classes")
            else:
                true, proba, _ = check_prediction(y, said, None, what)
                decided = proba.argmax(axis=1)
            pairs[name] = true, decided
        disturbed = any((part == 2).any() for pair in pairs.values() for part in pair)
        shown = [0, 1, 2] if disturbed else [0, 1]
        for name, pair in pairs.items():
            counts[name] = pd.DataFrame(
                confusion_matrix(*pair, labels=shown),
                index=pd.Index(shown, name="true"),
                columns=pd.Index(shown, name="predicted"),
            )
        return cls(counts, class_names=class_names)

    @classmethod
    def from_estimator(cls, estimator: Estimator | Mapping[str, Estimator], X: Rows, y: ArrayLike) -> Self:
        """Count what fitted classifiers decide for samples they have not seen.

        Parameters
        ----------
        estimator : fitted classifier, or dict of {str: fitted classifier}
            One alone goes by the name of its class.
        X : sample frame, or windows of shape (n_samples, length, channels)
            What the classifier takes.
        y : array-like of shape (n_samples,)
            True classes.

        Raises
        ------
        TypeError, ValueError
            For what is no fitted classifier, and as in ``from_predictions``.
        """
        return cls.from_predictions(predict(estimator, X, y, cls.__name__, response=labels))

    @property
    def row_share_(self) -> dict[str, pd.DataFrame]:
        """Shares of the row."""
        return {name: count.div(count.sum(axis=1), axis=0) for name, count in self.counts.items()}

    @property
    def column_share_(self) -> dict[str, pd.DataFrame]:
        """Shares of the column."""
        return {name: count / count.sum() for name, count in self.counts.items()}

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on as many Axes as there are matrices, or on a new figure."""
        n = len(self.counts)
        self.figure_, self.axes_ = check_axes(ax, (1, n), layout="compressed", figsize=_size(n))
        called = CLASS_NAMES | dict(self.class_names or {})
        names = [
            fill(called[label], 13 if n < 3 else 10, break_long_words=False)
            for label in next(iter(self.counts.values())).index
        ]
        for axes, name in zip(self.axes_[0], self.counts, strict=True):
            rows, columns = self.row_share_[name].to_numpy(), self.column_share_[name].to_numpy()
            drawn = ConfusionMatrixDisplay(np.nan_to_num(rows), display_labels=names).plot(
                ax=axes, cmap=share_map(), include_values=False, colorbar=False, im_kw={"vmin": 0, "vmax": 1}
            )
            for (i, j), number in np.ndenumerate(self.counts[name].to_numpy()):
                axes.text(
                    j,
                    i,
                    _cell(number, rows[i, j], columns[i, j], n),
                    ha="center",
                    va="center",
                    fontsize="small",
                    color="white" if rows[i, j] > 0.45 else "black",
                )
            axes.set_title(name)
            axes.set(xlabel="predicted class", ylabel="")
            axes.tick_params(labelleft=axes is self.axes_[0, 0])
        self.axes_[0, 0].set_ylabel("true class")
        label = "share of the true class (no unit)"
        if n > 2:
            label += "\nin brackets: of the predicted"
        self.figure_.colorbar(drawn.im_, ax=list(self.axes_[0]), label=label, shrink=0.75)
        return self


def _size(n):
    """Three by three cells with three lines each, legible in one column."""
    return (SINGLE + 0.5, 2.9) if n == 1 else (DOUBLE, 3.3 if n == 2 else 2.7)


def _cell(number, row, column, n):
    """Text of a cell; beside more than two matrices it is short."""
    if n > 2:
        return f"{number}\n{_percent(row)}\n[{_percent(column)}]"
    return f"{number}\nrow {_percent(row)}\ncolumn {_percent(column)}"


def _percent(share):
    return f"{share:.0%}" if np.isfinite(share) else "–"
