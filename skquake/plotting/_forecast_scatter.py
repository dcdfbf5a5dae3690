"""Forecasts against what was observed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import Frame
from skquake.plotting._display import GivenAxes
from skquake.plotting._forecasts import ForecastDisplay, check_forecasts, score_forecasts
from skquake.plotting._style import DOUBLE, MODEL, REFERENCE, SINGLE, check_axes, label_grid

_FEW = 1000  # points that can still be told apart
_COLUMNS = 3


class ForecastScatterDisplay(ForecastDisplay):
    """Forecast against observed values, one panel a model, with R² and RMSE.

    Many points are counted in hexagons, the same colours in all panels.

    Parameters
    ----------
    observed : DataFrame of shape (n, stations)
    forecasts : dict of {str: DataFrame of shape (n, stations)}
        By model, with the index and columns of ``observed``.
    unit : str, default="TECU"

    Attributes
    ----------
    scores_ : DataFrame
        Model x score (``n``, ``rmse``, ``mae``, ``bias``, ``r2``, ``pearson``, ``pearson_squared``), all
        stations pooled.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_rows, n_columns)
        Of at most three columns; Axes left over are hidden.

    See Also
    --------
    TaylorDisplay : All models in one panel.
    skquake.forecasting.forecast_scores : The scores.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.plotting import ForecastScatterDisplay
    >>> observed = pd.DataFrame({"XJSH": [1.0, 2.0, 3.0, 4.0]})
    >>> display = ForecastScatterDisplay.from_predictions(observed, {"persistence": observed.shift()}).plot()
    >>> display.scores_[["n", "rmse", "r2"]]
                 n  rmse   r2
    model
    persistence  3   1.0 -0.5
    """

    def __init__(
        self,
        observed: pd.DataFrame,
        forecasts: Mapping[str, pd.DataFrame],
        *,
        unit: str = "TECU",
    ) -> None:
        self.observed = observed
        self.forecasts = forecasts
        self.unit = unit

    @classmethod
    def from_predictions(
        cls,
        observed: Frame,
        forecasts: Frame | Mapping[str, Frame],
        *,
        unit: str = "TECU",
    ) -> Self:
        """Keep the values that are observed and forecast by every model.

        Parameters
        ----------
        observed : DataFrame of shape (n, stations)
        forecasts : DataFrame, or dict of {str: DataFrame}
            Forecasts of one model, or by model; NaN where there is none.
        unit : str, default="TECU"

        Raises
        ------
        TypeError, ValueError
            For other times or stations than the observed ones, or nothing that all have.
        """
        return cls(*check_forecasts(observed, forecasts, cls.__name__), unit=unit)

    @property
    def scores_(self) -> pd.DataFrame:
        """Scores of all stations pooled."""
        scores = score_forecasts(self.observed, self.forecasts)
        pooled = (scores.index.get_level_values(1) == "all") & (
            scores.index.get_level_values(2) == "all stations"
        )
        return scores[pooled].droplevel([1, 2])

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on as many Axes as there are models (filled up to whole rows of three), or on a new figure."""
        from matplotlib.colors import LogNorm

        n, columns = len(self.forecasts), min(len(self.forecasts), _COLUMNS)
        shape = (-(-n // columns), columns)
        self.figure_, self.axes_ = check_axes(
            ax,
            shape,
            layout="compressed",
            figsize=(SINGLE + 0.3 if n == 1 else DOUBLE, (2.6 if columns < 3 else 2.1) * shape[0] + 0.4),
            sharex=True,
            sharey=True,
        )
        truth, scores = self.observed.to_numpy().ravel(), self.scores_
        known = np.isfinite(truth)
        truth = truth[known]
        values = {name: table.to_numpy().ravel()[known] for name, table in self.forecasts.items()}
        low = min(truth.min(), *(found.min() for found in values.values()))
        high = max(truth.max(), *(found.max() for found in values.values()))
        margin = 0.04 * (high - low) or 1.0
        limits = low - margin, high + margin
        counted = []
        for axes, (name, found) in zip(self.axes_.flat, values.items(), strict=False):
            if len(truth) > _FEW:
                counted.append(
                    axes.hexbin(
                        truth, found, gridsize=50, extent=limits * 2, mincnt=1, norm=LogNorm(), lw=0.1
                    )
                )
            else:
                axes.plot(truth, found, "o", ms=2.5, alpha=0.6, mew=0, color=MODEL)
            axes.plot(limits, limits, color=REFERENCE, lw=1, ls="--")
            axes.set(xlim=limits, ylim=limits, aspect="equal")
            axes.set_title(name)
            row = scores.loc[name]
            axes.annotate(
                f"R² {row['r2']:.3f}\nRMSE {row['rmse']:.2f} {self.unit}\nn {row['n']:.0f}",
                (0.04, 0.96),
                xycoords="axes fraction",
                va="top",
                fontsize="small",
                bbox={"facecolor": "white", "alpha": 0.8, "lw": 0, "pad": 1.0},
            )
        label_grid(self.axes_, n, x=f"observed ({self.unit})", y=f"forecast ({self.unit})")
        if counted:
            most = max(cells.get_array().max() for cells in counted)
            for cells in counted:
                cells.set_clim(1, max(most, 2))
            self.figure_.colorbar(counted[0], ax=list(self.axes_.flat), label="values (count)", shrink=0.8)
        return self
