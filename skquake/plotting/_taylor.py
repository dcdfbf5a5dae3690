"""Correlation, spread and error of several forecasts in one diagram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import Frame
from skquake.plotting._display import GivenAxes
from skquake.plotting._forecasts import ForecastDisplay, check_forecasts
from skquake.plotting._style import DOUBLE, REFERENCE, check_axes, legend_below, signed_map

_MARKERS = "osD^vPX<>hp8"
_CORRELATIONS = (0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99)
_COLUMNS = ["correlation", "std", "centred_rms", "bias"]


class TaylorDisplay(ForecastDisplay):
    """Taylor diagram: one point a model, its bias as colour.

    The angle shows the correlation with the observed values, the distance from the origin the standard
    deviation, and the distance from the observed point the centred RMS error (with dotted arcs about it). The
    bias is what this geometry leaves out.

    Parameters
    ----------
    statistics : DataFrame
        ``correlation``, ``std``, ``centred_rms`` and ``bias`` (forecast less observed) by model.
    observed_std : float
        Standard deviation of the observed values; it is positive.
    unit : str, default="TECU"

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Notes
    -----
    All have ddof 0, so that centred_rms² = observed_std² + std² - 2 observed_std std correlation. A forecast
    that does not vary has no correlation (NaN) and lies at the origin.

    References
    ----------
    K. E. Taylor (2001), "Summarizing multiple aspects of model performance in a single diagram", Journal of
    Geophysical Research 106, 7183-7192.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.plotting import TaylorDisplay
    >>> observed = pd.DataFrame({"XJSH": [1.0, 3.0, 2.0, 5.0]})
    >>> forecasts = {"twice": 2.0 * observed, "late": observed.shift()}
    >>> display = TaylorDisplay.from_predictions(observed, forecasts)
    >>> display.plot().statistics.round(2)
           correlation   std  centred_rms  bias
    twice         1.00  2.49         1.25  3.33
    late         -0.33  0.82         1.70 -1.33
    """

    def __init__(self, statistics: pd.DataFrame, observed_std: float, *, unit: str = "TECU") -> None:
        self.statistics = statistics
        self.observed_std = observed_std
        self.unit = unit

    @classmethod
    def from_predictions(
        cls,
        observed: Frame,
        forecasts: Frame | Mapping[str, Frame],
        *,
        unit: str = "TECU",
    ) -> Self:
        """Compare forecasts, all stations pooled, on the values that every model has.

        Parameters
        ----------
        observed : DataFrame of shape (n, stations)
        forecasts : DataFrame, or dict of {str: DataFrame}
            Forecasts of one model, or by model; NaN where there is none.
        unit : str, default="TECU"

        Raises
        ------
        TypeError, ValueError
            For other times or stations than the observed ones, or observed values that do not vary.
        """
        observed, forecasts = check_forecasts(observed, forecasts, cls.__name__)
        truth = observed.to_numpy().ravel()
        known = np.isfinite(truth)
        truth = truth[known]
        spread, rows = np.std(truth), {}
        if not spread > 0:
            raise ValueError(
                f"{cls.__name__}: the {len(truth)} observed values do not vary; give more of them"
            )
        for name, predicted in forecasts.items():
            found = predicted.to_numpy().ravel()[known]
            apart = found - found.mean() - (truth - truth.mean())
            varies = np.ptp(found) > 0
            std = np.std(found) if varies else 0.0
            moment = np.mean((found - found.mean()) * (truth - truth.mean()))
            correlation = np.clip(moment / (std * spread), -1.0, 1.0) if varies else np.nan
            rows[name] = [correlation, std, np.sqrt(np.mean(apart**2)), np.mean(found - truth)]
        table = pd.DataFrame.from_dict(rows, orient="index", columns=_COLUMNS)
        return cls(table, float(spread), unit=unit)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes, or on a new figure."""
        table, spread = self.statistics, self.observed_std
        reach = 1.12 * max(spread, table["std"].max())
        start = -reach if (table["correlation"] < 0).any() else 0.0
        size = (DOUBLE, 4.2) if start else (4.6, 4.2)
        self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=size)
        axes = self.axes_[0, 0]
        _grid(axes, spread, reach, start)
        # Where the correlation is not defined, the standard deviation is 0 and the angle does not matter.
        x = table["std"] * table["correlation"].fillna(0.0)
        y = table["std"] * np.sqrt(1.0 - table["correlation"].fillna(0.0) ** 2)
        most = table["bias"].abs().max() or 1.0
        for i, name in enumerate(table.index):
            points = axes.scatter(
                x[name],
                y[name],
                s=38,
                marker=_MARKERS[i % len(_MARKERS)],
                c=[table.loc[name, "bias"]],
                cmap=signed_map(),
                vmin=-most,
                vmax=most,
                edgecolor="black",
                lw=0.6,
                zorder=4,
                clip_on=False,
                label=name,
            )
        axes.set(xlim=(start * 1.02, 1.02 * reach), ylim=(0, 1.02 * reach), aspect="equal")
        axes.set_xlabel(f"standard deviation ({self.unit}); dotted: centred RMS error ({self.unit})")
        if not start:
            axes.set_ylabel(f"standard deviation ({self.unit})")
        axes.set_title("Forecasts: spread and correlation, bias by colour")
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines["left"].set_visible(not start)
        axes.tick_params(left=not start, labelleft=not start)
        self.figure_.colorbar(points, ax=axes, label=f"bias ({self.unit})", shrink=0.75, pad=0.08)
        legend_below(axes, ncols=4)
        return self


def _grid(axes, spread, reach, start):
    """Rays of correlation, arcs of standard deviation, and arcs of error about the observed point."""
    from matplotlib.ticker import MaxNLocator

    thin = {"color": REFERENCE, "lw": 0.5, "alpha": 0.5, "zorder": 1}
    angle = np.linspace(0.0, np.pi if start else np.pi / 2, 361)
    axes.plot(reach * np.cos(angle), reach * np.sin(angle), color=REFERENCE, lw=1)
    signed = sorted({0.0, *_CORRELATIONS, *((-c for c in _CORRELATIONS) if start else ())})
    for correlation in signed:
        up = np.sqrt(1.0 - correlation**2)
        axes.plot([0, reach * correlation], [0, reach * up], **thin)
        axes.annotate(
            f"{correlation:g}",
            (1.01 * reach * correlation, 1.01 * reach * up),
            ha="left" if correlation > 0.05 else "right" if correlation < -0.05 else "center",
            va="bottom" if up > 0.3 else "center",
            fontsize="small",
            annotation_clip=False,
        )
    axes.annotate(
        "correlation (no unit)",
        (reach * np.sqrt(0.5) * 1.09, reach * np.sqrt(0.5) * 1.09),
        rotation=-45,
        ha="center",
        va="center",
        annotation_clip=False,
    )
    levels = np.asarray(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, reach))
    levels = levels[(levels > 0) & (levels < reach)]
    for level in levels:
        axes.plot(level * np.cos(angle), level * np.sin(angle), **thin)
    axes.set_xticks(np.concatenate([-levels[::-1], [0.0], levels]) if start else [0.0, *levels])
    axes.set_xticklabels([f"{abs(tick):g}" for tick in axes.get_xticks()])
    axes.set_yticks([0.0, *levels])
    around = np.linspace(0.0, np.pi, 361)
    for level in levels:
        x, y = spread + level * np.cos(around), level * np.sin(around)
        inside = (np.hypot(x, y) <= reach) & (x >= start)
        axes.plot(np.where(inside, x, np.nan), y, color="#777777", lw=0.8, ls=":", zorder=1)
        if inside.any():
            # At the top of the arc, or where it leaves the diagram.
            top = np.flatnonzero(inside)[np.argmin(np.abs(around[inside] - 0.62 * np.pi))]
            axes.annotate(
                f"{level:g}", (x[top], y[top]), color="#555555", fontsize="small", ha="center", va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
    axes.plot(spread * np.cos(angle), spread * np.sin(angle), color="black", lw=1, ls="--", zorder=1)
    axes.plot(spread, 0, "*", color="black", ms=9, zorder=3, clip_on=False, ls="none", label="observed")
