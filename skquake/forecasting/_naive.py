"""Forecasts without learning, which every other one has to beat."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from numbers import Real

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval
from skquake._core._typing import FloatArray
from skquake.forecasting._base import BLOCK_RULES, POSITIVE, DayAheadForecaster, Forecaster


class PersistenceForecaster(Forecaster):
    """The last value stays.

    Parameters
    ----------
    n_out : int, default=1
        Times forecast together.
    step : int or None, default=None
        Times from one forecast to the next, ``n_out`` by default; with fewer the newest forecast counts.

    Attributes
    ----------
    stations_ : list
    cadence_ : int
        ns.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.forecasting import PersistenceForecaster
    >>> tec = pd.DataFrame({"XJSH": range(6)}, index=pd.date_range("2016-12-01", periods=6, freq="2h"))
    >>> PersistenceForecaster(n_out=2).fit(tec).predict(tec)["XJSH"].to_numpy()
    array([nan, nan,  1.,  1.,  3.,  3.])
    """

    _parameter_constraints: dict = BLOCK_RULES

    def __init__(self, n_out: int = 1, *, step: int | None = None) -> None:
        self.n_out = n_out
        self.step = step

    def _predict(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> FloatArray:
        values, starts = frame.to_numpy(), self._starts(frame, 1)
        self._check_length(frame, 2, "persistence")
        blocks = np.repeat(values[starts - 1][:, np.newaxis], self.n_out, axis=1)
        return self._place(blocks, starts, len(frame))


class _Lagged(DayAheadForecaster):
    """Base of the forecasts by the same hour of earlier days."""

    def _lagged(self, frame: pd.DataFrame, days: Sequence[int]) -> FloatArray:
        """Values (lags, n, stations) so many days before each time, for each number of days."""
        values = frame.to_numpy()
        rows = [self._days(day) for day in days]
        self._check_length(frame, max(rows) + 1, type(self).__name__)
        lagged = np.full((len(rows), *values.shape), np.nan)
        for found, row in zip(lagged, rows, strict=True):
            found[row:] = values[:-row]
        return lagged


class YesterdayForecaster(_Lagged):
    """The same hour yesterday.

    Known a day before, and so comparable with forecasts of any ``n_out`` up to a day.

    Attributes
    ----------
    stations_ : list
    cadence_ : int
        ns.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.forecasting import YesterdayForecaster
    >>> tec = pd.DataFrame({"XJSH": range(5)}, index=pd.date_range("2016-12-01", periods=5, freq="12h"))
    >>> YesterdayForecaster().fit(tec).predict(tec)["XJSH"].to_numpy()
    array([nan, nan,  0.,  1.,  2.])
    """

    _parameter_constraints: dict = {}

    def _predict(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> FloatArray:
        return self._lagged(frame, [1])[0]


class RecurrenceForecaster(_Lagged):
    """The same hour a rotation of the Sun ago.

    Parameters
    ----------
    days : int, default=27

    Attributes
    ----------
    stations_ : list
    cadence_ : int
        ns.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.forecasting import RecurrenceForecaster
    >>> tec = pd.DataFrame({"XJSH": range(30)}, index=pd.date_range("2016-12-01", periods=30, freq="D"))
    >>> RecurrenceForecaster().fit(tec).predict(tec)["XJSH"].dropna().to_numpy()
    array([0., 1., 2.])
    """

    _parameter_constraints: dict = {"days": POSITIVE}

    def __init__(self, days: int = 27) -> None:
        self.days = days

    def _predict(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> FloatArray:
        return self._lagged(frame, [self.days])[0]


class RunningMedianForecaster(_Lagged):
    """The median of the same hour over the days before.

    Parameters
    ----------
    days : int, default=15
    min_days : int or None, default=None
        Fewest days with a value; None wants all.

    Attributes
    ----------
    stations_ : list
    cadence_ : int
        ns.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.forecasting import RunningMedianForecaster
    >>> tec = pd.DataFrame({"XJSH": [1, 9, 2, 3, 4.0]}, pd.date_range("2016-12-01", periods=5, freq="D"))
    >>> RunningMedianForecaster(days=3).fit(tec).predict(tec)["XJSH"].to_numpy()
    array([nan, nan, nan, 2., 3.])
    """

    _parameter_constraints: dict = {"days": POSITIVE, "min_days": [*POSITIVE, None]}

    def __init__(self, days: int = 15, *, min_days: int | None = None) -> None:
        self.days = days
        self.min_days = min_days

    def _predict(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> FloatArray:
        least = self.days if self.min_days is None else self.min_days
        if least > self.days:
            raise ValueError(f"min_days={least} is more than days={self.days}")
        lagged = self._lagged(frame, range(1, self.days + 1))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # all-NaN columns, which come out as NaN
            median = np.nanmedian(lagged, axis=0)
        enough = np.isfinite(lagged).sum(axis=0) >= least
        return np.where(enough, median, np.nan)


class SmoothingForecaster(_Lagged):
    """The mean of the same hour over the days before, the nearer the heavier: seasonal exponential smoothing.

    Parameters
    ----------
    decay : float in (0, 1), default=0.5
        Weight of a day as a part of that of the day after it.
    days : int, default=10
        After so many days the weights end.

    Attributes
    ----------
    stations_ : list
    cadence_ : int
        ns.

    Notes
    -----
    Missing days have no weight; at the start of a record the days that there are must do.

    References
    ----------
    P. R. Winters (1960), "Forecasting sales by exponentially weighted moving averages", Management Science 6,
    324-342.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.forecasting import SmoothingForecaster
    >>> tec = pd.DataFrame({"XJSH": [3, 6, 6.0, 6]}, pd.date_range("2016-12-01", periods=4, freq="D"))
    >>> SmoothingForecaster().fit(tec).predict(tec)["XJSH"].round(2).to_numpy()
    array([ nan, 3.  , 5.  , 5.57])
    """

    _parameter_constraints: dict = {"decay": [Interval(Real, 0, 1, closed="neither")], "days": POSITIVE}

    def __init__(self, decay: float = 0.5, *, days: int = 10) -> None:
        self.decay = decay
        self.days = days

    def _predict(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> FloatArray:
        reach = min(self.days, max(1, (len(frame) - 1) // self._days(1)))
        lagged = self._lagged(frame, range(1, reach + 1))
        weight = self.decay ** np.arange(reach)[:, np.newaxis, np.newaxis] * np.isfinite(lagged)
        total = weight.sum(axis=0)
        mean = np.nansum(weight * lagged, axis=0) / np.where(total, total, 1.0)
        return np.where(total, mean, np.nan)
