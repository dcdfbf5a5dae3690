"""What all forecasters share: the frames that they take and give."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skquake._core._frames import as_frame
from skquake._core._sklearn import Interval, fit_context
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import FloatArray, Frame, IntArray, Record
from skquake.forecasting._frames import check_series
from skquake.preprocessing._containers import with_times

POSITIVE = [Interval(Integral, 1, None, closed="left")]
BLOCK_RULES: dict = {"n_out": POSITIVE, "step": [*POSITIVE, None]}


class Forecaster(BaseEstimator):
    """Base of the forecasters: a subclass defines ``_fit`` and ``_predict``.

    ``_predict(frame, exogenous)`` gives an array of shape (n, stations) for a checked frame with the
    stations of the fit in their order.
    """

    stations_: list[Any]
    cadence_: int
    fitted_until_: pd.Timestamp
    n_out: int
    step: int | None

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, series: Record, exogenous: Frame | None = None) -> Self:
        """Learn from a training span.

        Parameters
        ----------
        series : DataFrame of shape (n, stations)
            Regular in time (UTC), by its index or, for any library's frame, its column ``time``; gaps are
            NaN.
        exogenous : DataFrame or None
            Indices by the start of their interval, as the readers give them.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For irregular or repeated times, a station without any value, too short a span, or exogenous
            columns that are missing.
        """
        return self._fit_checked(series, exogenous)

    def predict(self, series: Record, exogenous: Frame | None = None) -> pd.DataFrame:
        """Forecasts of all times that can be forecast from what was known before them.

        Parameters
        ----------
        series : DataFrame of shape (n, stations)
            What was observed: history and the span to forecast. Rows of NaN at the end are forecast, too.
        exogenous : DataFrame or None
            As in ``fit``.

        Returns
        -------
        DataFrame of shape (n, stations)
            pandas; index and columns as in ``series``. NaN where history is missing and, for forecasters
            that learn, where the forecast would be older than the end of the training span.

        Raises
        ------
        ValueError
            As ``fit``; and for other stations or another cadence than it saw.
        """
        return self._predict_checked(series, exogenous)

    def _predict_checked(self, series: Record, exogenous: Frame | None, **options: Any) -> pd.DataFrame:
        """``predict``; ``_predict`` gets the options."""
        check_is_fitted(self)
        series = with_times(series, "series")
        frame = self._like_fitted(series)
        found = self._predict(frame, _with_times(exogenous), **options)
        names = series.columns if isinstance(series, pd.DataFrame) else frame.columns
        return pd.DataFrame(found, series.index, self.stations_)[list(names)]

    def _fit_checked(self, series: Record, exogenous: Frame | None, **options: Any) -> Self:
        """``fit`` without its checks of parameters; ``_fit`` gets the options."""
        frame, self.cadence_ = check_series(series)
        self.stations_ = list(frame.columns)
        self._fit(frame, _with_times(exogenous), **options)
        self.fitted_until_ = frame.index[-1]
        return self

    def _like_fitted(self, series: Record, name: str = "series") -> pd.DataFrame:
        """A checked frame with the stations of the fit, in their order, at its cadence."""
        frame, cadence = check_series(series, name)
        odd = [station for station in self.stations_ if station not in frame.columns] or [
            station for station in frame.columns if station not in self.stations_
        ]
        if odd:
            raise ValueError(
                f"{name}: station {odd[0]!r} is {'missing' if odd[0] in self.stations_ else 'new'}; fit saw "
                f"{', '.join(map(repr, self.stations_))}"
            )
        if cadence != self.cadence_:
            raise ValueError(
                f"{name}: a cadence of {pd.Timedelta(cadence, 'ns')}, but fit saw "
                f"{pd.Timedelta(self.cadence_, 'ns')}; resample to that"
            )
        return frame[self.stations_]

    def _fit(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> None:
        """Learn nothing."""

    def _predict(self, frame: pd.DataFrame, exogenous: pd.DataFrame | None) -> FloatArray:
        raise NotImplementedError

    def _days(self, days: int) -> int:
        """Rows in a number of days."""
        rows, rest = divmod(days * NS_PER_DAY, self.cadence_)
        if rest:
            raise ValueError(
                f"series: a cadence of {pd.Timedelta(self.cadence_, 'ns')} does not divide a day; resample "
                "to one that does"
            )
        return rows

    def _check_length(self, frame: pd.DataFrame, rows: int, what: str) -> None:
        """Raise unless a frame has ``rows`` rows."""
        if len(frame) < rows:
            cadence = pd.Timedelta(self.cadence_, "ns")
            raise ValueError(
                f"series: {len(frame)} times from {frame.index[0].isoformat()} to "
                f"{frame.index[-1].isoformat()} are too few: {what} takes {rows * cadence} ({rows} times); "
                "begin earlier"
            )

    def _starts(self, frame: pd.DataFrame, n_in: int) -> IntArray:
        """First rows of the blocks of ``n_out`` times that are forecast together.

        Blocks begin at whole multiples of ``step`` since 1970, so that a forecast does not depend on where
        the frame begins.
        """
        step = self.n_out if self.step is None else self.step
        if step > self.n_out:
            raise ValueError(f"step={step} is more than n_out={self.n_out}: times between would be left out")
        number = as_ns(frame.index) // self.cadence_
        return np.flatnonzero((number % step == 0) & (np.arange(len(frame)) >= n_in))

    def _place(self, blocks: FloatArray, starts: IntArray, n_rows: int) -> FloatArray:
        """Forecasts (blocks, n_out, stations) at their rows; where blocks overlap, the latest counts."""
        found = np.full((n_rows + self.n_out, blocks.shape[2]), np.nan)
        for lead in reversed(range(self.n_out)):
            there = ~np.isnan(blocks[:, lead])
            rows = found[starts + lead]
            found[starts + lead] = np.where(there, blocks[:, lead], rows)
        return found[:n_rows]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # frames with times, not arrays of numbers
        tags.input_tags.allow_nan = True
        tags.no_validation = True
        return tags


class DayAheadForecaster(Forecaster):
    """Base of the forecasts that are known a day before."""


def _with_times(exogenous: Frame | None) -> pd.DataFrame | None:
    """An exogenous frame, indexed by time."""
    return None if exogenous is None else with_times(as_frame(exogenous, "exogenous"), "exogenous")
