"""What all forecasters share: the frames that they take and give."""

from __future__ import annotations

from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skquake._core._sklearn import Interval, fit_context
from skquake._core._time import NS_PER_DAY, as_ns
from skquake.forecasting._frames import check_series

POSITIVE = [Interval(Integral, 1, None, closed="left")]
BLOCK_RULES: dict = {"n_out": POSITIVE, "step": [*POSITIVE, None]}


class Forecaster(BaseEstimator):
    """Base of the forecasters: a subclass defines ``_fit`` and ``_predict``.

    ``_predict(frame, exogenous)`` gives an array of shape (n, stations) for a checked frame with the
    stations of the fit in their order.
    """

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, series, exogenous=None):
        """Learn from a training span.

        Parameters
        ----------
        series : DataFrame of shape (n, stations)
            Regular in time (UTC); gaps are NaN.
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

    def predict(self, series, exogenous=None):
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
            Index and columns as in ``series``. NaN where history is missing and, for forecasters that learn,
            where the forecast would be older than the end of the training span.

        Raises
        ------
        ValueError
            As ``fit``; and for other stations or another cadence than it saw.
        """
        check_is_fitted(self)
        frame = self._like_fitted(series)
        found = self._predict(frame, exogenous)
        names = series.columns if isinstance(series, pd.DataFrame) else frame.columns
        return pd.DataFrame(found, series.index, self.stations_)[list(names)]

    def _fit_checked(self, series, exogenous, **options):
        """``fit`` without its checks of parameters; ``_fit`` gets the options."""
        frame, self.cadence_ = check_series(series)
        self.stations_ = list(frame.columns)
        self._fit(frame, exogenous, **options)
        self.fitted_until_ = frame.index[-1]
        return self

    def _like_fitted(self, series, name="series"):
        """A checked frame with the stations of the fit, in their order, at its cadence."""
        frame, cadence = check_series(series, name)
        odd = [name for name in self.stations_ if name not in frame.columns] or [
            name for name in frame.columns if name not in self.stations_
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

    def _fit(self, frame, exogenous):
        """Learn nothing."""

    def _predict(self, frame, exogenous):
        raise NotImplementedError

    def _days(self, days):
        """Rows in a number of days."""
        rows, rest = divmod(days * NS_PER_DAY, self.cadence_)
        if rest:
            raise ValueError(
                f"series: a cadence of {pd.Timedelta(self.cadence_, 'ns')} does not divide a day; resample "
                "to one that does"
            )
        return rows

    def _check_length(self, frame, rows, what):
        """Raise unless a frame has ``rows`` rows."""
        if len(frame) < rows:
            cadence = pd.Timedelta(self.cadence_, "ns")
            raise ValueError(
                f"series: {len(frame)} times from {frame.index[0].isoformat()} to "
                f"{frame.index[-1].isoformat()} are too few: {what} takes {rows * cadence} ({rows} times); "
                "begin earlier"
            )

    def _starts(self, frame, n_in):
        """First rows of the blocks of ``n_out`` times that are forecast together.

        Blocks begin at whole multiples of ``step`` since 1970, so that a forecast does not depend on where
        the frame begins.
        """
        step = self.n_out if self.step is None else self.step
        if step > self.n_out:
            raise ValueError(f"step={step} is more than n_out={self.n_out}: times between would be left out")
        number = as_ns(frame.index) // self.cadence_
        return np.flatnonzero((number % step == 0) & (np.arange(len(frame)) >= n_in))

    def _place(self, blocks, starts, n_rows):
        """Forecasts (blocks, n_out, stations) at their rows; where blocks overlap, the latest counts."""
        found = np.full((n_rows + self.n_out, blocks.shape[2]), np.nan)
        for lead in reversed(range(self.n_out)):
            there = ~np.isnan(blocks[:, lead])
            rows = found[starts + lead]
            found[starts + lead] = np.where(there, blocks[:, lead], rows)
        return found[:n_rows]
