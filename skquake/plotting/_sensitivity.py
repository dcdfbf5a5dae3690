"""The result of every combination of an analyst's choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from skquake._core._typing import Frame
from skquake._core._validation import check_columns
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import (
    ABOVE,
    DOUBLE,
    NULL,
    REFERENCE,
    SEISMIC,
    check_axes,
    draw_intervals,
    legend_below,
    tidy,
)

NUMBERS = (
    *("rate", "free_rate", "difference", "low", "high", "p", "p_max", "n_events"),
    *("expected_rate", "expected_ar_rate", "expected_ar_low", "expected_ar_high"),
)
VERDICTS = {
    "p_max": ("even as the best of all", SEISMIC),
    "p": ("alone, not as the best of all", ABOVE),
    "": ("not at all", "#8A8A8A"),
}


class SensitivityDisplay(Display):
    """Specification curve: the difference of each choice, in order, over the options that it is made of.

    Above, rate before earthquakes less that of free days with its interval; below, a mark in the row of each
    option taken. Choices with one option only are left out.

    Parameters
    ----------
    table : DataFrame
        As :func:`skquake.inspection.detector_sensitivity` returns: ``difference``, ``low``, ``high``, ``p``,
        ``p_max`` and the columns of the choices.
    alpha : float, default=0.05
        What counts as significant.
    options : list of str, default=None
        Columns of choices, in order; None: all but the numbers.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (2, 1)

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.plotting import SensitivityDisplay
    >>> table = pd.DataFrame({"detector": ["iqr", "iqr", "sigma", "sigma"], "sign": ["both", "positive"] * 2,
    ...     "difference": [0.01, 0.03, -0.01, 0.0], "low": [-0.02, 0.005, -0.03, -0.02],
    ...     "high": [0.04, 0.05, 0.01, 0.02], "p": [0.2, 0.02, 0.7, 0.5], "p_max": [0.5, 0.09, 0.9, 0.8]})
    >>> display = SensitivityDisplay(table).plot()
    >>> display.axes_[0, 0].get_title()
    '1 of 4 choices significant alone, 0 as the best of all (p = 0.09)'
    """

    def __init__(self, table: Frame, *, alpha: float = 0.05, options: Sequence[str] | None = None) -> None:
        self.table = table
        self.alpha = alpha
        self.options = options

    @classmethod
    def from_frame(cls, table: Frame, *, alpha: float = 0.05, options: Sequence[str] | None = None) -> Self:
        """The same as the class itself: a display of a result."""
        return cls(table, alpha=alpha, options=options)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on two Axes, one above the other, or on a new figure."""
        name = type(self).__name__
        given = check_columns(self.table, ("difference", "low", "high", "p", "p_max"), name)
        if not len(given):
            raise ValueError(f"{name}: a table without rows")
        table = given.sort_values("difference", kind="stable", ignore_index=True)
        options = [c for c in table if c not in NUMBERS] if self.options is None else list(self.options)
        check_columns(table, options, name)
        labels = [
            (option, value)
            for option in options
            for value in sorted(table[option].unique(), key=_rank)
            if table[option].nunique() > 1
        ]
        height = 0.14 * max(len(labels), 1)
        self.figure_, self.axes_ = check_axes(
            ax,
            (2, 1),
            figsize=(DOUBLE, 2.7 + height),
            sharex=True,
            gridspec_kw={"height_ratios": [1.9, height]},
        )
        verdict = np.where(table["p_max"] <= self.alpha, "p_max", np.where(table["p"] <= self.alpha, "p", ""))
        top, bottom = self.axes_[:, 0]
        x = np.arange(len(table))
        for axes in (top, bottom):
            axes.set_xlim(-0.02 * len(table) - 0.5, 1.02 * len(table) - 0.5)
        thin = float(np.clip(150.0 / len(table), 0.25, 0.8))  # lines of many choices must not fill the panel
        for key, (how, color) in VERDICTS.items():
            at = verdict == key
            if at.any():
                part = 100.0 * table.loc[at, ["difference", "low", "high"]]
                label = f"significant {how} ({at.sum()})" if key else f"not significant ({at.sum()})"
                low, high = part["difference"] - part["low"], part["high"] - part["difference"]
                draw_intervals(
                    top, x[at], part["difference"], low, high, color=color, ms=2.5, lw=thin, label=label
                )
        top.axhline(0.0, color=REFERENCE, lw=1, ls="--")
        top.set_ylabel("before earthquakes\nless free days\n(percentage points)")
        tidy(top)
        alone, best = int((table["p"] <= self.alpha).sum()), int((table["p_max"] <= self.alpha).sum())
        title = f"{alone} of {len(table)} choices significant alone, {best} as the best of all"
        top.set_title(f"{title} (p = {table['p_max'].min():.2g})")
        for row, (option, value) in enumerate(labels):
            taken = (table[option] == value).to_numpy()
            bottom.plot(x[taken], np.full(taken.sum(), row), "|", ms=4, color=REFERENCE)
        bottom.set_yticks(
            range(len(labels)),
            [f"{str(o).replace('_', ' ')}: {_text(v)}" for o, v in labels],
            fontsize="small",
        )
        bottom.set(
            ylim=(len(labels) - 0.5, -0.5),
            xlabel="choices by their difference (number)",
            title="Options taken",
        )
        bottom.tick_params(axis="y", length=0)
        bottom.xaxis.get_major_locator().set_params(integer=True)
        for k in range(1, len(labels)):
            if labels[k][0] != labels[k - 1][0]:
                bottom.axhline(k - 0.5, color=NULL, lw=0.5)
        legend_below(bottom, ncols=2, handles=top.get_legend_handles_labels()[0])
        return self


def _rank(value):
    """Numbers by size, pairs of days by their length, words by themselves."""
    if isinstance(value, tuple):
        return (0, *value)
    return (1, value) if isinstance(value, (int, float, np.number)) else (2, str(value))


def _text(value):
    if isinstance(value, tuple):
        return " to ".join(f"{part:g}" for part in value)
    if isinstance(value, (int, float, np.number)) and value == value:
        return "any" if np.isinf(value) else f"{value:g}"
    return str(value)
