"""How long before the earthquake windows are recognised."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake.plotting._check import check_entries, check_prediction
from skquake.plotting._style import DISTURBED, REFERENCE, SEISMIC, check_axes, legend_below


class LeadTimeDisplay:
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

    def __init__(self, counts, *, width=1.0):
        self.counts = counts
        self.width = width

    @classmethod
    def from_predictions(cls, predictions, *, width=1.0):
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
        for name, (lead, y, proba) in predictions.items():
            what = f"{cls.__name__}: {name!r}"
            y, proba, _ = check_prediction(y, proba, None, what)
            lead = np.asarray(lead, dtype=float)
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

    def plot(self, ax=None):
        """Draw on as many Axes as there are evaluations, or on a new figure."""
        n = len(self.counts)
        self.figure_, self.axes_ = check_axes(ax, (1, n), figsize=(4.3 * n + 0.4, 3.6))
        for axes, (name, count) in zip(self.axes_[0], self.counts.items(), strict=True):
            for part, color in (("tested", DISTURBED), ("recognised", SEISMIC)):
                alpha = 0.5 if part == "tested" else 1.0
                axes.bar(
                    count.index,
                    count[part],
                    0.94 * self.width,
                    align="edge",
                    color=color,
                    alpha=alpha,
                    label=f"{part} ({count[part].sum()})",
                )
            if count.index[0] < 0:
                axes.axvline(0, color=REFERENCE, lw=1, ls="--", label="earthquake")
            axes.invert_xaxis()
            share = count["recognised"].sum() / count["tested"].sum()
            axes.set_title(f"{name}: {share:.0%} recognised", fontsize=10)
            axes.set_xlabel("days before the earthquake")
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.yaxis.get_major_locator().set_params(integer=True)
            legend_below(axes, ncols=3)
        self.axes_[0, 0].set_ylabel(f"seismic windows in {self.width:g} d (count)")
        return self
