"""How long before the earthquake windows are recognised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, Estimator, Frame
from skquake._core._validation import check_columns
from skquake.plotting._check import check_entries, check_prediction
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._predict import predict
from skquake.plotting._style import DOUBLE, REFERENCE, SEISMIC, SINGLE, check_axes, legend_below


class LeadTimeDisplay(Display):
    """Seismic windows tested, and those recognised, by days before the earthquake; one panel an evaluation.

    Parameters
    ----------
    counts : dict of {str: DataFrame}
        Columns ``tested`` and ``recognised``; the index holds the lower edge of each bin in days.
    width : float, default=1.0
        Width of a bin in days.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, n_panels)

    Examples
    --------
    >>> from skquake.plotting import LeadTimeDisplay
    >>> proba = [[0.4, 0.6, 0.0], [0.7, 0.3, 0.0], [0.2, 0.3, 0.5], [0.9, 0.1, 0.0]]
    >>> display = LeadTimeDisplay.from_predictions({"forest": ([0.5, 0.7, 2.5, 3.0], [1, 1, 1, 0], proba)})
    >>> display.plot().counts["forest"]
               tested  recognised
    lead_days
    0.0             2           1
    1.0             0           0
    2.0             1           1
    """

    def __init__(self, counts: Mapping[str, pd.DataFrame], *, width: float = 1.0) -> None:
        self.counts = counts
        self.width = width

    @classmethod
    def from_predictions(
        cls, predictions: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]], *, width: float = 1.0
    ) -> Self:
        """Count windows whose true class is 1; they are recognised where p1 > p0.

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like, array-like)}
            Lead in days (n_samples,), positive before the earthquake; classes (n_samples,); probabilities
            (n_samples, 3). Other classes than 1 do not count and need no lead.
        width : float, default=1.0
            Width of a bin in days.

        Raises
        ------
        ValueError
            For impossible predictions, an entry without seismic windows, or one of them without a lead.
        """
        check_entries(predictions, ("lead_days", "y", "proba"), cls.__name__)
        if not width > 0:
            raise ValueError(f"{cls.__name__}: width={width}; bins need a positive width in days")
        counts = {}
        for name, (lead_days, y_true, given) in predictions.items():
            what = f"{cls.__name__}: {name!r}"
            y, proba, _ = check_prediction(y_true, given, None, what)
            lead = np.asarray(lead_days, dtype=float)
            if lead.shape != y.shape:
                raise ValueError(f"{what}: lead_days has shape {lead.shape} and y {y.shape}")
            seismic = y == 1
            if not seismic.any():
                raise ValueError(f"{what}: no seismic window (class 1); leave the entry out")
            if not np.isfinite(lead[seismic]).all():
                row = int(np.flatnonzero(seismic & ~np.isfinite(lead))[0])
                raise ValueError(f"{what}: lead_days is {lead[row]} for the seismic window in row {row}")
            recognised = seismic & (proba[:, 1] > proba[:, 0])
            bins = np.floor(lead / width, where=seismic, out=np.zeros(len(lead)))
            first, last = int(bins[seismic].min()), int(bins[seismic].max())
            edges = width * np.arange(first, last + 1)
            counts[name] = pd.DataFrame(
                {
                    part: np.bincount(bins[rows].astype(int) - first, minlength=len(edges))
                    for part, rows in (("tested", seismic), ("recognised", recognised))
                },
                index=pd.Index(edges, name="lead_days", dtype=float),
            )
        return cls(counts, width=width)

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator | Mapping[str, Estimator],
        X: Frame,
        y: ArrayLike,
        *,
        width: float = 1.0,
    ) -> Self:
        """Count what fitted classifiers recognise of samples they have not seen.

        Parameters
        ----------
        estimator : fitted classifier, or dict of {str: fitted classifier}
            With ``predict_proba``. One alone goes by the name of its class.
        X : sample frame
            With ``lead_days``.
        y : array-like of shape (n_samples,)
            True classes.
        width : float, default=1.0
            Width of a bin in days.

        Raises
        ------
        TypeError, ValueError
            For what has no probabilities, and as in ``from_predictions``.
        """
        frame = check_columns(X, ("lead_days",), f"{cls.__name__}: X")
        found = predict(estimator, X, y, cls.__name__)
        lead = frame["lead_days"].to_numpy(dtype=float)
        return cls.from_predictions({name: (lead, *said) for name, said in found.items()}, width=width)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on as many Axes as there are evaluations, or on a new figure."""
        n = len(self.counts)
        self.figure_, self.axes_ = check_axes(ax, (1, n), figsize=(SINGLE if n == 1 else DOUBLE, 2.6))
        for axes, (name, count) in zip(self.axes_[0], self.counts.items(), strict=True):
            for part, color in (("tested", SEISMIC), ("recognised", SEISMIC)):
                alpha = 0.3 if part == "tested" else 1.0
                axes.bar(
                    count.index,
                    count[part],
                    0.94 * self.width,
                    align="edge",
                    color=color,
                    alpha=alpha,
                    lw=0,
                    label=f"{part} ({count[part].sum()})",
                )
            if count.index[0] < 0:
                axes.axvline(0, color=REFERENCE, lw=1, ls="--", label="earthquake")
            axes.invert_xaxis()
            share = count["recognised"].sum() / count["tested"].sum()
            axes.set_title(f"{name}: {share:.0%} recognised")
            axes.set_xlabel("time before the earthquake (days)")
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.yaxis.get_major_locator().set_params(integer=True)
            axes.spines[["top", "right"]].set_visible(False)
            legend_below(axes, ncols=2)
        self.axes_[0, 0].set_ylabel(f"seismic windows in {self.width:g} d (count)")
        return self
