"""Which class is taken for which."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix

from skquake.plotting._check import check_entries, check_labels, check_prediction
from skquake.plotting._style import CLASS_NAMES, check_axes


class ConfusionDisplay:
    """Confusion matrices with counts and the percentages of their row and column, one panel each.

    The diagonal's percentage of the row is the recall of a class, that of the column its precision.

    Parameters
    ----------
    counts : dict of {str: DataFrame}
        Samples by true class (index) and predicted class (columns): 0 and 1, and 2 where any of them has it.

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

    def __init__(self, counts):
        self.counts = counts

    @classmethod
    def from_predictions(cls, predictions):
        """Count the predictions.

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like)}
            True classes (n_samples,), with the predicted ones (n_samples,) or the probabilities
            (n_samples, 3), of which the largest counts.

        Raises
        ------
        ValueError
            For impossible predictions.
        """
        check_entries(predictions, ("y", "labels or proba"), cls.__name__)
        pairs, counts = {}, {}
        for name, (y, said) in predictions.items():
            what = f"{cls.__name__}: {name!r}"
            if np.ndim(said) == 1:
                y, said = check_labels(y, what), check_labels(said, what)
                if not len(y) or len(y) != len(said):
                    raise ValueError(f"{what}: {len(y)} true and {len(said)} predicted classes")
            else:
                y, proba, _ = check_prediction(y, said, None, what)
                said = proba.argmax(axis=1)
            pairs[name] = y, said
        disturbed = any((part == 2).any() for pair in pairs.values() for part in pair)
        labels = [0, 1, 2] if disturbed else [0, 1]
        for name, pair in pairs.items():
            counts[name] = pd.DataFrame(
                confusion_matrix(*pair, labels=labels),
                index=pd.Index(labels, name="true"),
                columns=pd.Index(labels, name="predicted"),
            )
        return cls(counts)

    @property
    def row_share_(self):
        """Shares of the row."""
        return {name: count.div(count.sum(axis=1), axis=0) for name, count in self.counts.items()}

    @property
    def column_share_(self):
        """Shares of the column."""
        return {name: count / count.sum() for name, count in self.counts.items()}

    def plot(self, ax=None):
        """Draw on as many Axes as there are matrices, or on a new figure."""
        n = len(self.counts)
        self.figure_, self.axes_ = check_axes(ax, (1, n), layout="compressed", figsize=(3.2 * n + 2.2, 4.2))
        names = [fill(CLASS_NAMES[label], 13) for label in next(iter(self.counts.values())).index]
        for axes, name in zip(self.axes_[0], self.counts, strict=True):
            rows, columns = self.row_share_[name].to_numpy(), self.column_share_[name].to_numpy()
            drawn = ConfusionMatrixDisplay(np.nan_to_num(rows), display_labels=names).plot(
                ax=axes, cmap="Blues", include_values=False, colorbar=False, im_kw={"vmin": 0, "vmax": 1}
            )
            for (i, j), number in np.ndenumerate(self.counts[name].to_numpy()):
                axes.text(
                    j,
                    i,
                    f"{number}\nrow {_percent(rows[i, j])}\ncolumn {_percent(columns[i, j])}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if rows[i, j] > 0.6 else "black",
                )
            axes.set_title(name, fontsize=10)
            axes.set(xlabel="predicted class", ylabel="")
            axes.tick_params(labelsize=8, labelleft=axes is self.axes_[0, 0])
        self.axes_[0, 0].set_ylabel("true class")
        self.figure_.colorbar(drawn.im_, ax=list(self.axes_[0]), label="share of the row", shrink=0.75)
        return self


def _percent(share):
    return f"{share:.0%}" if np.isfinite(share) else "–"
