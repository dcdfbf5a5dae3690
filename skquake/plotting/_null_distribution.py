"""Scores under catalogs that never happened, beside the observed one."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any, Self

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike
from skquake.plotting._check import check_entries
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import (
    DOUBLE,
    NULL,
    REFERENCE,
    SEISMIC,
    SINGLE,
    check_axes,
    legend_below,
    line_of,
    p_words,
    score_label,
)


class NullDistributionDisplay(Display):
    """Histogram of the scores that each null gives, with the observed score; one panel a null.

    Parameters
    ----------
    nulls : dict of {str: (array-like, float, float)}
        Scores of the null catalogs (NaN where one failed), p-value, and the smallest p-value that their
        number allows.
    observed : float
        Score under the catalog that happened.
    scoring : str, default="score"

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, n_panels)

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.plotting import NullDistributionDisplay
    >>> scores = np.random.default_rng(0).normal(0.0, 0.1, 99)
    >>> display = NullDistributionDisplay({"rotate": (scores, 0.04, 0.04)}, 0.3, scoring="seismic_mcc").plot()
    >>> display.axes_[0, 0].get_title().splitlines()
    ['rotate: p = 0.04,', 'the smallest possible with 99 catalogs']
    """

    def __init__(
        self,
        nulls: Mapping[str, tuple[ArrayLike, float, float]],
        observed: pd.DataFrame,
        *,
        scoring: str = "score",
    ) -> None:
        self.nulls = nulls
        self.observed = observed
        self.scoring = scoring

    @classmethod
    def from_result(cls, result: Any) -> Self:
        """Scores of a test; of several configurations the largest.

        Parameters
        ----------
        result : CatalogNullResult
            As `skquake.inspection.catalog_null_test` returns.
        """
        nulls = {
            null: (result.null_scores(null), p, result.resolution[null])
            for null, p in result.p_values.items()
        }
        return cls(nulls, result.observed_score, scoring=result.scoring)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on as many Axes as there are nulls, or on a new figure."""
        check_entries(self.nulls, ("scores", "p-value", "least p-value"), type(self).__name__)
        scores = {name: np.asarray(entry[0], dtype=float) for name, entry in self.nulls.items()}
        known = np.concatenate([values[np.isfinite(values)] for values in scores.values()])
        if not np.isfinite(self.observed):
            raise ValueError(f"{type(self).__name__}: observed={self.observed}; expected a finite score")
        low, high = np.append(known, self.observed).min(), np.append(known, self.observed).max()
        edge = 0.04 * (high - low) or 0.05
        n_bins = int(np.clip(2.5 * np.sqrt(max(map(len, scores.values()))), 12, 40))
        bins = np.linspace(low - edge, high + edge, n_bins + 1)
        n = len(self.nulls)
        self.figure_, self.axes_ = check_axes(
            ax, (1, n), figsize=(SINGLE if n == 1 else DOUBLE, 2.9), sharex=True, sharey=True
        )
        for axes, (name, (_, p, least)) in zip(self.axes_[0], self.nulls.items(), strict=True):
            values = scores[name]
            finite = values[np.isfinite(values)]
            axes.hist(finite, bins, color=NULL, label=f"null catalogs ({len(values)})")
            if len(finite):
                axes.axvline(np.quantile(finite, 0.95), color=REFERENCE, ls=":", label="their 95 % quantile")
            axes.axvline(self.observed, color=SEISMIC, lw=1.8, label=f"observed: {self.observed:z.2f}")
            if len(finite) < len(values):
                failed = len(values) - len(finite)
                axes.plot([], [], color=NULL, ls="none", label=f"{failed} failed, counted against it")
            first, second = p_words(p, least, len(values))
            axes.set_title(f"{name}: {first},\n{fill(second, line_of(axes))}")
            axes.set_xlabel(f"{score_label(self.scoring)} (no unit)")
            axes.spines[["top", "right"]].set_visible(False)
            axes.tick_params(labelbottom=True)  # also in the upper rows of Axes given
            axes.yaxis.get_major_locator().set_params(integer=True)
            legend_below(axes)
        self.axes_[0, 0].set_ylabel("catalogs (count)")
        return self
