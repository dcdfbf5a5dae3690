"""Gaps filled by a structural model of level and daily cycle."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from skquake._core._read_only import read_only
from skquake._core._sklearn import Interval, StrOptions, fit_context
from skquake._core._typing import BoolArray, FloatArray, IntArray, Record
from skquake.preprocessing._containers import (
    SeriesOutput,
    like,
    name_of,
    read_values,
    samples_per_day,
    times_of,
    with_times,
)

LOG_VARIANCES = (-16.0, 3.0)  # of standardised series
START = (0.05, 0.05, 1e-3)  # variances of noise, level, cycle from which the search begins


class KalmanImputer(SeriesOutput, OneToOneFeatureMixin, BaseEstimator):
    """Fill gaps of regular series from a structural model: wandering level, daily cycle, noise.

    The variances of the three are estimated from the training span by maximum likelihood, each series
    alone; the Kalman filter then carries level and cycle across the gap.

    Parameters
    ----------
    method : {"filter", "smoother"}, default="filter"
        "filter": a filled value rests on observations before it alone. "smoother": on those after the gap
        too; it looks ahead, and has no place before a forecast that is to be scored.
    max_gap_hours : float, default=6.0
        Longest gap to fill; at least one sample is filled.
    long_gaps : {"error", "nan"}, default="error"
        What to do about longer ones. "nan": the smoother leaves them whole, the filter (which cannot know
        how long a gap will be) fills the first ``max_gap_hours`` of them.
    harmonics : int, default=3
        Of the daily cycle; as many as the cadence can carry, none below 3 samples a day.
    samples_per_day : int or None, default=None
        None: from the times of ``X``; one a day where it has none.
    max_iter : int, default=50
        Of the search for the variances.

    Attributes
    ----------
    mean_, scale_ : ndarray of float64, shape (series,)
        By which series are standardised; read-only.
    variances_ : ndarray of float64, shape (series, 2 or 3)
        Of noise, steps of the level and steps of the cycle, of the standardised series; read-only.
    n_iter_ : int
        Iterations of the longest search.
    samples_per_day_ : int
    n_features_in_ : int
    feature_names_in_ : ndarray of str, where X has names

    Notes
    -----
    Observed values stay as they are. The filter leaves gaps NaN that begin before the first observation. At
    the beginning of each ``transform`` the model knows no more than the mean and the standard deviation
    of the training span: give some days of history in front of what is to be filled.

    References
    ----------
    .. [1] Harvey, A. C., "Forecasting, structural time series models and the Kalman filter", Cambridge
       University Press (1989).
    .. [2] Xiong, P. et al., "GNSS TEC-based earthquake ionospheric perturbation detection using a novel
       deep learning framework", IEEE JSTARS 15 (2022).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.preprocessing import KalmanImputer
    >>> index = pd.date_range("2001-01-01", periods=240, freq="h")
    >>> tec = pd.DataFrame({"XJSH": 20 + 10 * np.sin(np.arange(240) * np.pi / 12)}, index=index)
    >>> gappy = tec.copy()
    >>> gappy.iloc[200:204] = np.nan
    >>> filled = KalmanImputer().fit_transform(gappy)
    >>> bool(abs(filled - tec).max(axis=None) < 0.5)
    True
    """

    _parameter_constraints: dict = {
        "method": [StrOptions({"filter", "smoother"})],
        "max_gap_hours": [Interval(Real, 0, None, closed="neither")],
        "long_gaps": [StrOptions({"error", "nan"})],
        "harmonics": [Interval(Integral, 0, None, closed="left")],
        "samples_per_day": [Interval(Integral, 1, None, closed="left"), None],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        method: str = "filter",
        *,
        max_gap_hours: float = 6.0,
        long_gaps: str = "error",
        harmonics: int = 3,
        samples_per_day: int | None = None,
        max_iter: int = 50,
    ) -> None:
        self.method = method
        self.max_gap_hours = max_gap_hours
        self.long_gaps = long_gaps
        self.harmonics = harmonics
        self.samples_per_day = samples_per_day
        self.max_iter = max_iter

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Record, y: object = None) -> Self:
        """Estimate the variances of each series.

        Parameters
        ----------
        X : DataFrame, Series, DataArray or array-like of shape (n, series)
            Of the training span, regular in time; gaps are NaN.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For irregular times, a series with fewer than 3 values, or infinite values.

        Warns
        -----
        ConvergenceWarning
            If ``max_iter`` iterations do not suffice for a series.
        """
        X = with_times(X)
        values, self.samples_per_day_, *_ = self._read(X, reset=True)
        known = (~np.isnan(values)).sum(axis=0)
        if (known < 3).any():
            column = int(np.argmax(known < 3))
            has = "is all NaN" if not known[column] else f"has {known[column]} value(s)"
            raise ValueError(
                f"X: {name_of(X, column)} {has}, n_samples={len(values)}; at least 3 are needed: leave it "
                "out or take a longer training span"
            )
        mean, scale = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
        self.mean_ = read_only(mean)
        self.scale_ = read_only(np.where(scale <= 1e-12 * np.abs(mean), 1.0, scale))
        found = [self._search(column) for column in self._standard(values).T]
        self.variances_ = read_only(np.exp([each.x for each in found]))
        self.n_iter_ = max(each.nit for each in found)
        if self.n_iter_ >= self.max_iter:
            column = int(np.argmax([each.nit for each in found]))
            warnings.warn(
                f"KalmanImputer: the variances of {name_of(X, column)} are not found after {self.n_iter_} "
                "iterations; raise max_iter",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def transform(self, X: Record) -> Record:
        """X with its gaps filled, in its container and dtype.

        Parameters
        ----------
        X : as in ``fit``

        Returns
        -------
        as X

        Raises
        ------
        ValueError
            For a gap longer than ``max_gap_hours`` (its series and time are named), unless
            ``long_gaps="nan"``; for another cadence than that of the fit.
        """
        check_is_fitted(self)
        X = with_times(X)
        values, _, shape, dtype = self._read(X)
        limit = max(1, int(self.max_gap_hours / 24.0 * self.samples_per_day_ + 1e-9))
        since, length = _gaps(np.isnan(values))
        if self.long_gaps == "error" and (length > limit).any():
            self._raise_gap(X, length, limit)
        fill = (length > 0) & (length <= limit)
        if self.method == "filter":
            started = np.logical_or.accumulate(~np.isnan(values), axis=0)
            fill = (since > 0) & (since <= limit) & started
        filled = values.copy()
        for column in np.flatnonzero(fill.any(axis=0)):
            found = self._estimate(self._standard(values)[:, column], self.variances_[column])
            rows = fill[:, column]
            filled[rows, column] = self.mean_[column] + self.scale_[column] * found[rows]
        return like(X, filled.reshape(shape).astype(dtype, copy=False))

    def _read(self, X: Record, *, reset: bool = False) -> tuple[FloatArray, int, tuple[int, ...], Any]:
        """Values (n, series) as float64, the samples per day, and the shape and dtype that X has."""
        read = read_values(self, X, reset=reset)
        values = read.reshape(len(read), -1).astype(np.float64)
        if not reset and values.shape[1] != len(self.mean_):
            raise ValueError(f"X: {values.shape[1]} series, but fit saw {len(self.mean_)}; give the same")
        times = times_of(X)
        given = self.samples_per_day if reset else self.samples_per_day_
        if times is None or len(times) < 2:
            return values, given or 1, read.shape, read.dtype
        return values, samples_per_day(times, given), read.shape, read.dtype

    def _standard(self, values: FloatArray) -> FloatArray:
        return (values - self.mean_) / self.scale_

    def _model(self, series: FloatArray) -> Any:
        """State-space model of a standardised series, nothing known before it but mean 0 and variance 1."""
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        harmonics = min(self.harmonics, (self.samples_per_day_ - 1) // 2)
        cycle = [{"period": self.samples_per_day_, "harmonics": harmonics}] if harmonics else None
        model = UnobservedComponents(series, "llevel", freq_seasonal=cycle)
        states = model.k_states
        model.ssm.initialize_known(np.zeros(states), np.eye(states))
        model.ssm.loglikelihood_burn = 0
        return model

    def _search(self, series: FloatArray) -> Any:
        """Logarithms of the variances of greatest likelihood."""
        from scipy.optimize import minimize

        model = self._model(series)
        start = np.log(START[: len(model.param_names)])
        return minimize(
            lambda log: -model.loglike(np.exp(log), transformed=True) / len(series),
            start,
            method="L-BFGS-B",
            bounds=[LOG_VARIANCES] * len(start),
            options={"maxiter": self.max_iter},
        )

    def _estimate(self, series: FloatArray, variances: FloatArray) -> FloatArray:
        """What the model holds each value to be: from the past alone, or from all."""
        model = self._model(series)
        model.update(variances)
        if self.method == "filter":
            return model.ssm.filter().forecasts[0]
        return model["design"][0] @ model.ssm.smooth().smoothed_state

    def _raise_gap(self, X: Record, length: IntArray, limit: int) -> None:
        row, column = np.argwhere(length > limit)[0]
        times = times_of(X)
        where = f"row {row}" if times is None else pd.Timestamp(times[row]).isoformat()
        hours = 24.0 / self.samples_per_day_
        raise ValueError(
            f"X: {name_of(X, column)} has a gap of {length[row, column] * hours:g} h from {where} on, longer "
            f"than max_gap_hours={self.max_gap_hours:g}; cut the record there, raise the limit, or set "
            'long_gaps="nan"'
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _gaps(missing: BoolArray) -> tuple[IntArray, IntArray]:
    """How many missing values there have been in a row, and how many there are in all, per value."""
    row = np.arange(1, len(missing) + 1)[:, np.newaxis]
    before = np.maximum.accumulate(np.where(missing, 0, row), axis=0)
    after = np.minimum.accumulate(np.where(missing, len(missing) + 1, row)[::-1], axis=0)[::-1]
    return np.where(missing, row - before, 0), np.where(missing, after - before - 1, 0)
