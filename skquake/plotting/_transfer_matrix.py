"""Trained on one data set, tested on another."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import Frame
from skquake._core._validation import check_columns
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import (
    DOUBLE,
    NO_VALUE,
    NULL,
    SINGLE,
    check_axes,
    score_label,
    signed_map,
    units_words,
)

_KINDS = ("direct", "initial", "transferred")


class TransferMatrixDisplay(Display):
    """Scores of every way to train, on every data set, with their intervals.

    One row a way to train and the data set trained on first, one column a data set tested; the colours part
    at chance. Grey are cells whose interval holds chance or is not known: they cannot be told from it. Cells
    never tested are empty and hatched.

    Parameters
    ----------
    frame : DataFrame
        What :func:`~skquake.model_selection.cross_dataset_score` returns: ``train``, ``test``, ``kind``,
        ``scoring``, ``score``, ``low``, ``high``, perhaps ``n_units``. Scores without an interval (NaN) say
        of how many units they are, where that is known.
    scoring : str, default="seismic_mcc"
        Which of its scores to draw. Chance is 0.5 for those with "auc" in their name, 0 for others.

    Attributes
    ----------
    matrix_ : DataFrame
        Scores, (kind, train) x test.
    told_ : DataFrame of bool
        Which scores have an interval without chance, shaped as ``matrix_``; after ``plot``.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Raises
    ------
    ValueError
        When it is drawn: for missing columns, no such score, or one cell scored twice.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.plotting import TransferMatrixDisplay
    >>> frame = pd.DataFrame({"train": ["CSES", "DEMETER"], "test": "CSES", "kind": ["direct", "transferred"],
    ...                       "scoring": "seismic_mcc", "score": [0.1, 0.2], "low": [0.0, 0.1],
    ...                       "high": [0.2, 0.3]})
    >>> TransferMatrixDisplay(frame).plot().matrix_
    test                 CSES
    kind        train
    direct      CSES      0.1
    transferred DEMETER   0.2
    """

    def __init__(self, frame: Frame, *, scoring: str = "seismic_mcc") -> None:
        self.frame = frame
        self.scoring = scoring

    @property
    def matrix_(self) -> pd.DataFrame:
        """Scores, (kind, train) x test."""
        return self._matrix("score")

    def _matrix(self, column):
        keys = ["kind", "train", "test"]
        needed = (*keys, "scoring", "score", "low", "high")
        frame = check_columns(self.frame, needed, f"{type(self).__name__}: frame")
        here = frame[frame["scoring"] == self.scoring]
        if not len(here):
            there = ", ".join(map(str, frame["scoring"].unique())) or "no row at all"
            raise ValueError(f"{type(self).__name__}: frame: no row of {self.scoring!r}; it has {there}")
        twice = here[here.duplicated(keys)]
        if len(twice):
            raise ValueError(
                f"{type(self).__name__}: frame: {tuple(twice[keys].iloc[0])} is scored twice by "
                f"{self.scoring!r}; pass one run of cross_dataset_score"
            )
        kinds = list(dict.fromkeys([*_KINDS, *here["kind"]]))
        trains = list(dict.fromkeys(here["train"]))
        rows = sorted(
            set(zip(here["kind"], here["train"], strict=True)),
            key=lambda row: (kinds.index(row[0]), trains.index(row[1])),
        )
        return here.pivot(index=["kind", "train"], columns="test", values=column).reindex(
            index=pd.MultiIndex.from_tuples(rows, names=["kind", "train"]),
            columns=pd.Index(list(dict.fromkeys(here["test"])), name="test"),
        )

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes, or on a new figure."""
        from matplotlib.colors import ListedColormap

        score, low, high = (self._matrix(column) for column in ("score", "low", "high"))
        counted = "n_units" in check_columns(self.frame, (), "frame")
        units = self._matrix("n_units" if counted else "score")
        if not np.isfinite(score.to_numpy(dtype=float)).any():
            raise ValueError(f"{type(self).__name__}: frame: no finite score of {self.scoring!r}")
        n_rows, n_columns = score.shape
        self.figure_, self.axes_ = check_axes(
            ax, (1, 1), figsize=(SINGLE + 0.5 if n_columns < 3 else DOUBLE, max(0.36 * n_rows, 0.8) + 1.1)
        )
        axes, value = self.axes_[0, 0], score.to_numpy(dtype=float)
        chance = 0.5 if "auc" in self.scoring else 0.0
        away = np.abs(value - chance)
        reach = max(0.3 * (1.0 - chance), np.max(away, where=np.isfinite(away), initial=0.0))
        axes.patch.set(facecolor="white", edgecolor=NULL, hatch="////", lw=0)
        told = (low.to_numpy(dtype=float) > chance) | (high.to_numpy(dtype=float) < chance)
        self.told_ = pd.DataFrame(told & np.isfinite(value), score.index, score.columns)
        grey = np.ma.masked_where(~np.isfinite(value) | told, np.zeros_like(value))
        axes.imshow(grey, cmap=ListedColormap([NO_VALUE]), aspect="auto")
        image = axes.imshow(
            np.ma.masked_where(~np.isfinite(value) | ~told, value),
            cmap=signed_map(),
            vmin=chance - reach,
            vmax=chance + reach,
            aspect="auto",
        )
        for i, j in np.argwhere(np.isfinite(value)):
            interval = low.iat[i, j], high.iat[i, j]
            text = f"{value[i, j]:z.2f}"
            if np.isfinite(interval).all():
                text += f"\n[{interval[0]:z.2f}, {interval[1]:z.2f}]"
            else:
                text += f"\n({units_words(units.iat[i, j] if counted else None)})"
            axes.text(
                j,
                i,
                text,
                ha="center",
                va="center",
                fontsize="small",
                color="white" if told[i, j] and away[i, j] > 0.75 * reach else "black",
            )
        kinds = score.index.get_level_values("kind")
        for i in np.flatnonzero(kinds[1:] != kinds[:-1]):
            axes.axhline(i + 0.5, color="black", lw=1)
        axes.set_xticks(range(n_columns), score.columns)
        axes.set_yticks(range(n_rows), [f"{kind}: {train}" for kind, train in score.index])
        axes.set(xlabel="tested on (data set)", ylabel="trained on (data set)")
        name = score_label(self.scoring)
        self.figure_.colorbar(image, ax=axes, label=f"{name} (no unit)")
        axes.set_title(f"{name}, 95 % interval;\ngrey: not told from {chance:g}")
        return self
