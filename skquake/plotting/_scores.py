"""Scores with their intervals, panel beside panel."""

from __future__ import annotations

import numpy as np

from skquake._core._validation import check_columns
from skquake.plotting._style import CONTROL, REFERENCE, SEISMIC, check_axes, score_label


class ScoreDisplay:
    """Scores with intervals: one line a model, one panel a setting, the same scale in all.

    Parameters
    ----------
    table : DataFrame
        Columns ``model``, ``panel``, and the score with its interval: ``{score}``, ``{score}_low``,
        ``{score}_high``; a boolean column ``probe`` marks lines that use no observation.
    score : str
        Which score to draw.
    chance : float
        Its value by chance, drawn as a line.
    references : dict of {str: float}, default=None
        A value for each panel, drawn dashed (an oracle's score, say).
    reference_name : str, default="oracle"
        What the dashed lines are.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, n_panels)

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.plotting import ScoreDisplay
    >>> table = pd.DataFrame({"model": ["forest", "place"], "panel": "matched", "probe": [False, True],
    ...                       "seismic_mcc": [0.1, 0.0], "seismic_mcc_low": [-0.05, -0.1],
    ...                       "seismic_mcc_high": [0.25, 0.1]})
    >>> ScoreDisplay(table, score="seismic_mcc").plot().axes_.shape
    (1, 1)
    """

    def __init__(self, table, *, score="seismic_mcc", chance=0.0, references=None, reference_name="oracle"):
        self.table = table
        self.score = score
        self.chance = chance
        self.references = references
        self.reference_name = reference_name

    def plot(self, ax=None):
        """Draw on as many Axes as there are panels, or on a new figure."""
        score = self.score
        check_columns(
            self.table, ("model", "panel", "probe", score, f"{score}_low", f"{score}_high"), "table"
        )
        panels = list(dict.fromkeys(self.table["panel"]))
        models = list(dict.fromkeys(self.table["model"]))
        self.figure_, self.axes_ = check_axes(
            ax,
            (1, len(panels)),
            figsize=(3.1 * len(panels) + 1.2, 0.42 * len(models) + 1.5),
            sharex=True,
            sharey=True,
        )
        for axes, panel in zip(self.axes_[0], panels, strict=True):
            axes.axvline(self.chance, color=REFERENCE, lw=1)
            reference = (self.references or {}).get(panel)
            if reference is not None and np.isfinite(reference):
                axes.axvline(reference, color=REFERENCE, lw=1, ls="--")
                axes.annotate(
                    self.reference_name,
                    (reference, 0.98),
                    xycoords=("data", "axes fraction"),
                    fontsize=7,
                    ha="right",
                    va="top",
                    rotation=90,
                    color=REFERENCE,
                )
            for line in self.table[self.table["panel"] == panel].to_dict("records"):
                place = models.index(line["model"])
                color = CONTROL if line["probe"] else SEISMIC
                axes.plot(
                    [line[f"{score}_low"], line[f"{score}_high"]],
                    [place, place],
                    color=color,
                    lw=2.5,
                    alpha=0.6,
                )
                axes.plot(line[score], place, "s" if line["probe"] else "o", color=color, ms=6)
            axes.set_title(panel, fontsize=9)
            axes.set_xlabel(f"{score_label(score)}, 95 % interval")
            axes.grid(axis="x", alpha=0.25, lw=0.5)
        self.axes_[0, 0].set_yticks(range(len(models)), models)
        # Room above for the name of the dashed lines.
        self.axes_[0, 0].set_ylim(len(models) - 0.5, -0.9 if self.references else -0.5)
        return self
