"""How far seismic and control samples differ in what is no observation."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import Frame
from skquake._core._validation import check_columns
from skquake.plotting._check import with_index
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import CONTROL, DOUBLE, REFERENCE, SINGLE, check_axes, legend_below, tidy

_MARKERS = "osD^vP*"
_COLORS = (CONTROL, "#00324F", "#8FBEDB")  # sets of controls: shades of their colour


class BalanceDisplay(Display):
    """Love plot: the absolute standardised difference of each covariate, with the line not to cross.

    Infinite differences (two constants that are not equal) stand at the right edge as an arrow. What could
    not be compared (NaN) is left out and named below.

    Parameters
    ----------
    table : DataFrame or dict of {str: DataFrame}
        What :func:`~skquake.sampling.balance_table` returns, or several of them by name.
    threshold : float, default=0.1
        Largest difference that counts as balanced.

    Attributes
    ----------
    differences_ : DataFrame
        Absolute standardised difference, covariate x name of the table.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Raises
    ------
    ValueError
        When it is drawn: for no table, one without rows or without the column ``difference``, or a threshold
        that is not positive.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.plotting import BalanceDisplay
    >>> table = pd.DataFrame({"difference": [-0.3, 0.02]}, index=["Kp", "latitude"])
    >>> display = BalanceDisplay({"random": table, "matched": table / 10}).plot()
    >>> display.differences_
              random  matched
    Kp          0.30    0.030
    latitude    0.02    0.002
    """

    def __init__(self, table: Frame | Mapping[str, Frame], *, threshold: float = 0.1) -> None:
        self.table = table
        self.threshold = threshold

    @property
    def differences_(self) -> pd.DataFrame:
        """Absolute standardised differences."""
        what = type(self).__name__
        tables = self.table if isinstance(self.table, Mapping) else {"difference": self.table}
        if not tables:
            raise ValueError(f"{what}: no table; pass what skquake.sampling.balance_table returns")
        found = {}
        for name, table in tables.items():
            frame = with_index(table, f"{what}: {name!r}", "covariate", "index")
            check_columns(frame, ("difference",), f"{what}: {name!r}")
            if not len(frame):
                raise ValueError(f"{what}: {name!r}: the table has no covariate")
            found[name] = frame["difference"].astype(float).abs()
        return pd.concat(found, axis=1, sort=False).rename_axis(index=None)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes, or on a new figure."""
        if not self.threshold > 0:
            raise ValueError(f"{type(self).__name__}: threshold={self.threshold}; it must be positive")
        differences = self.differences_
        finite = differences.to_numpy()[np.isfinite(differences.to_numpy())]
        edge = 1.12 * max(2 * self.threshold, finite.max(initial=0.0))
        absent = [
            f"{covariate}"
            if unknown.all()
            else f"{covariate} ({', '.join(map(str, unknown.index[unknown]))})"
            for covariate, unknown in differences.isna().iterrows()
            if unknown.any()
        ]
        note = "\n" + fill(f"not compared: {'; '.join(absent)}", 70) if absent else ""
        n_lines = note.count("\n")
        height = 0.2 * len(differences) + 0.14 * n_lines + 1.1
        self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=(_width(differences), height))
        axes, shown = self.axes_[0, 0], np.arange(len(differences))
        for i, name in enumerate(differences):
            value, color = differences[name].to_numpy(), _COLORS[i % len(_COLORS)]
            # Several tables stand a little apart, so that none hides another.
            place = shown + 0.16 * (i - (differences.shape[1] - 1) / 2)
            axes.plot(
                value[np.isfinite(value)],
                place[np.isfinite(value)],
                _MARKERS[i % len(_MARKERS)],
                color=color,
                ms=4.5,
                clip_on=False,
                zorder=3,
                label=name,
            )
            axes.plot(
                np.full(np.isinf(value).sum(), edge),
                place[np.isinf(value)],
                ">",
                color=color,
                ms=6,
                clip_on=False,
                zorder=3,
            )
            for y in place[np.isinf(value)]:
                axes.annotate(
                    "infinite",
                    (edge, y),
                    xytext=(-8, 0),
                    textcoords="offset points",
                    ha="right",
                    va="center",
                    fontsize="small",
                    color=color,
                )
        axes.axvline(
            self.threshold, color=REFERENCE, lw=1, ls="--", label=f"balanced: below {self.threshold:g}"
        )
        axes.xaxis.get_major_locator().set_params(nbins=5)
        axes.set(xlim=(0, edge), ylim=(len(differences) - 0.5, -0.5))
        axes.set_yticks(shown, differences.index)
        axes.set_xlabel("absolute difference (standard deviations)" + note)
        axes.set_title("Seismic less control samples")
        tidy(axes)
        legend_below(axes, ncols=min(3, differences.shape[1] + 1))
        return self


def _width(differences):
    """Of the figure, in: a page where there are many rows, or long names of them."""
    longest = max(map(len, map(str, differences.index)), default=0)
    return DOUBLE if len(differences) > 20 or longest > 18 or differences.shape[1] > 1 else SINGLE + 0.6
