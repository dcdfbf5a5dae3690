"""Scores of forecasts by station or latitude, quiet and disturbed times apart."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, Frame
from skquake.plotting._display import GivenAxes
from skquake.plotting._forecast_intervals import forecast_intervals
from skquake.plotting._forecasts import (
    SCORE_NAMES,
    WITH_UNIT,
    ForecastDisplay,
    check_forecasts,
    score_forecasts,
)
from skquake.plotting._style import (
    DOUBLE,
    REFERENCE,
    SINGLE,
    bar_style,
    check_axes,
    draw_whiskers,
    legend_below,
    tidy,
)


class ForecastBarsDisplay(ForecastDisplay):
    """One score by station, bars a model, one panel for quiet and one for disturbed times.

    Parameters
    ----------
    table : DataFrame
        Values of the score: rows (state, station), one column a model.
    counts : Series
        Number of values by (state, station).
    score : str, default="rmse"
    latitude : dict or Series of {str: float}, default=None
        Degrees by station, for the labels.
    unit : str, default="TECU"
    low, high : DataFrame, default=None
        Ends of the 95 % intervals, shaped as the table; NaN where there is none.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_states, 1)

    See Also
    --------
    skquake.forecasting.forecast_scores : The scores.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.plotting import ForecastBarsDisplay
    >>> observed = pd.DataFrame({"QION": [1.0, 2.0, 3.0, 4.0], "XJSH": [2.0, 2.0, 3.0, 3.0]})
    >>> display = ForecastBarsDisplay.from_predictions(
    ...     observed, {"persistence": observed.shift(), "mean": observed * 0 + 2.5},
    ...     disturbed=[False, False, True, True], latitude={"QION": 19.0, "XJSH": 44.2}).plot()
    >>> display.table.round(2)
    model                   persistence  mean
    state     station
    quiet     XJSH                 0.00  0.50
              QION                 1.00  0.50
              all stations         0.71  0.50
    disturbed XJSH                 0.71  0.50
              QION                 1.00  1.12
              all stations         0.87  0.87
    """

    def __init__(
        self,
        table: pd.DataFrame,
        counts: pd.Series,
        *,
        score: str = "rmse",
        latitude: Mapping[str, float] | pd.Series | None = None,
        unit: str = "TECU",
        low: pd.DataFrame | None = None,
        high: pd.DataFrame | None = None,
    ) -> None:
        self.table = table
        self.counts = counts
        self.score = score
        self.latitude = latitude
        self.unit = unit
        self.low = low
        self.high = high

    @classmethod
    def from_predictions(
        cls,
        observed: Frame,
        forecasts: Frame | Mapping[str, Frame],
        *,
        disturbed: ArrayLike | None = None,
        score: str = "rmse",
        latitude: Mapping[str, float] | pd.Series | None = None,
        unit: str = "TECU",
    ) -> Self:
        """Score forecasts on the values that every model has, with intervals from whole blocks of time.

        Parameters
        ----------
        observed : DataFrame of shape (n, stations)
        forecasts : DataFrame, or dict of {str: DataFrame}
            Forecasts of one model, or by model; NaN where there is none.
        disturbed : Series or array-like of bool, shape (n,), default=None
            Which times were disturbed by space weather; None: all times in one panel.
        score : {"rmse", "mae", "bias", "r2", "pearson", "pearson_squared"}, default="rmse"
            As in :func:`~skquake.forecasting.forecast_scores`.
        latitude : dict or Series of {str: float}, default=None
            Degrees of every station: they stand from north to south and are labelled.
        unit : str, default="TECU"

        Raises
        ------
        TypeError, ValueError
            For other times or stations than the observed ones, an unknown score, or a station without
            latitude.
        """
        what = cls.__name__
        if score not in SCORE_NAMES:
            raise ValueError(f"{what}: score={score!r}; choose one of {', '.join(SCORE_NAMES)}")
        observed, forecasts = check_forecasts(observed, forecasts, what)
        stations = list(observed.columns)
        if latitude is not None:
            latitude = dict(latitude)
            absent = [station for station in stations if not abs(latitude.get(station, np.nan)) <= 90]
            if absent:
                raise ValueError(f"{what}: latitude: none in degrees for station {absent[0]!r}")
            stations.sort(key=lambda station: -latitude[station])
        scores = score_forecasts(observed, forecasts, disturbed=disturbed)
        states = ["all"] if disturbed is None else ["quiet", "disturbed"]
        rows = pd.MultiIndex.from_product([states, [*stations, "all stations"]], names=["state", "station"])
        table = scores[score].unstack("model").reindex(index=rows, columns=list(forecasts))
        counts = scores["n"].unstack("model").reindex(rows).iloc[:, 0].rename("n")
        if isinstance(disturbed, pd.Series):
            disturbed = disturbed.reindex(observed.index)
        flags = None if disturbed is None else np.asarray(disturbed, dtype=bool)
        at = {"all": np.ones(len(observed), bool)} if flags is None else {"quiet": ~flags, "disturbed": flags}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of few blocks: the bars show how wide that is
            ends = forecast_intervals(observed, forecasts, at, score)
        low, high = (None, None) if ends is None else (end.reindex(rows) for end in ends)
        return cls(
            table.rename_axis(columns="model"),
            counts,
            score=score,
            latitude=latitude,
            unit=unit,
            low=low,
            high=high,
        )

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes a state, or on a new figure."""
        table = self.table
        if not np.isfinite(table.to_numpy(dtype=float)).any():
            raise ValueError(f"{type(self).__name__}: table: no finite {self.score}")
        states = list(dict.fromkeys(table.index.get_level_values("state")))
        stations = list(dict.fromkeys(table.index.get_level_values("station")))
        width = SINGLE if len(stations) * table.shape[1] <= 12 else DOUBLE
        self.figure_, self.axes_ = check_axes(
            ax, (len(states), 1), figsize=(width, 1.6 * len(states) + 0.9), sharex=True, sharey=True
        )
        thick = 0.84 / table.shape[1]
        for axes, state in zip(self.axes_[:, 0], states, strict=True):
            here = table.loc[state].reindex(stations)
            for i, model in enumerate(table.columns):
                place = np.arange(len(stations)) - 0.42 + thick * (i + 0.5)
                axes.bar(place, here[model], 0.92 * thick, label=model, **bar_style(i, model))
                if self.low is not None and self.high is not None:
                    low, high = (end.loc[state].reindex(stations)[model] for end in (self.low, self.high))
                    draw_whiskers(axes, place, low, high)
            n = self.counts.loc[state].loc["all stations"] if "all stations" in stations else None
            axes.set_title(_words(state, n, self.low is not None))
            axes.axhline(0, color=REFERENCE, lw=1)
            if "all stations" in stations:
                axes.axvline(stations.index("all stations") - 0.5, color=REFERENCE, lw=0.8, ls=":")
            unit = f" ({self.unit})" if self.score in WITH_UNIT else " (no unit)"
            axes.set_ylabel(f"{SCORE_NAMES.get(self.score, self.score)}{unit}")
            tidy(axes)
        self.axes_[-1, 0].set_xticks(range(len(stations)), [self._label(name) for name in stations])
        self.axes_[-1, 0].set_xlabel("station (latitude)" if self.latitude is not None else "station (name)")
        self.axes_[-1, 0].set_xlim(-0.55, len(stations) - 0.45)
        legend_below(self.axes_[-1, 0], ncols=min(table.shape[1], 3 if width == SINGLE else 6), lines=2)
        return self

    def _label(self, station):
        if station == "all stations":
            return "all\nstations"
        if self.latitude is None:
            return str(station)
        degrees = self.latitude[station]
        return f"{station}\n{abs(degrees):.1f}° {'S' if degrees < 0 else 'N'}"


def _words(state, n, intervals):
    """Title of a panel."""
    words = f"{state} times" if state != "all" else "all times"
    words += "" if n is None else f": {n:.0f} values"
    return f"{words}; lines: 95 % intervals" if intervals else words
