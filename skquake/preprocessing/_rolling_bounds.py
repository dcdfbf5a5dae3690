"""What the bounds of series and maps share: reading, times, history, detection."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, OutlierMixin
from sklearn.utils import Bunch

from skquake._core._sklearn import Interval, check_parameters, fit_context
from skquake._core._typing import Array, ArrayLike, FloatArray, Record
from skquake.preprocessing._ar_rate import ARRate, fit_ar_rate
from skquake.preprocessing._containers import (
    SeriesOutput,
    is_data_array,
    like,
    read_values,
    samples_per_day,
    series_names,
    times_of,
    with_times,
)
from skquake.preprocessing._history import History
from skquake.preprocessing._rules import Rule, noise_rate, rolling_bounds

NAMES = ("lower", "center", "upper")


class RollingBounds(SeriesOutput, OneToOneFeatureMixin, OutlierMixin, BaseEstimator):
    """Base of the bounds: everything but the rule.

    scikit-learn's outlier interface looks at rows: a row is an outlier where any of its series lies outside
    its bounds. ``offset_`` is -1.
    """

    offset_ = -1.0

    samples_per_day_: int
    _history: History | None

    days: int
    same_hour: bool
    samples_per_day: int | None
    min_periods: int | None

    _parameter_constraints: dict = {
        "days": [Interval(Integral, 1, None, closed="left")],
        "same_hour": ["boolean"],
        "samples_per_day": [Interval(Integral, 1, None, closed="left"), None],
        "min_periods": [Interval(Integral, 2, None, closed="left"), None],
    }

    def _rule(self) -> tuple[Rule, float]:
        """The rule and its factor."""
        raise NotImplementedError

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Record, y: object = None) -> Self:
        """Check parameters and input; learns nothing but names and cadence.

        Parameters
        ----------
        X : DataFrame, Series, DataArray or array-like of shape (n, series) or (n, ...)
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For times that are not regular, a cadence that does not divide a day or contradicts
            ``samples_per_day``, fewer than two reference values, or infinite values.
        """
        _, self.samples_per_day_ = self._read(with_times(X), reset=True)
        self._count(self.samples_per_day_)
        self._history = None
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Record, y: object = None) -> Self:
        """Take the next block of a record, a day say, as history of those that follow.

        ``transform``, ``detect`` and ``predict`` of a block give the numbers that the whole record gives at
        once, before the block's own ``partial_fit`` or right after it. Only ``days`` days and the last
        block are kept. Where blocks have times, days that never came count as NaN; where they have
        none, a block follows the one before it, and is to be transformed before its ``partial_fit``.
        ``fit`` forgets the history.

        Parameters
        ----------
        X : DataFrame, Series, DataArray or array-like of shape (n, series) or (n, ...)
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As ``fit``; for a block that came before, or is off the cadence; and for a first block of one
            time without ``samples_per_day``.
        """
        X = with_times(X)
        first = not hasattr(self, "samples_per_day_")
        times = times_of(X)
        values, per_day = self._read(X, reset=first)
        if first and times is not None and len(times) < 2 and self.samples_per_day is None:
            raise ValueError("X: one time has no cadence; set samples_per_day or give at least two times")
        self._count(per_day)
        history = getattr(self, "_history", None) or History(values[:0], None, per_day, False)
        self._history = history.followed_by(values, times, self.days * per_day)
        self.samples_per_day_ = per_day
        return self

    def transform(self, X: Record) -> Record:
        """Bounds of every sample from the samples before it.

        Parameters
        ----------
        X : DataFrame, Series, DataArray or array-like of shape (n, series) or (n, ...)
            Regular in time; gaps are NaN. Any library's frame whose column ``time`` tells the times is
            taken for a pandas frame with that index.

        Returns
        -------
        DataFrame, DataArray or ndarray
            Frame in: columns ``{name}_lower, {name}_center, {name}_upper`` of each series in turn.
            Array (n, series) in: (n, 3 * series) in the same order. Array (n, ...) of more dimensions in:
            (n, ..., 3). DataArray in: a last dimension ``bound``. NaN where there is not enough history.
        """
        X = with_times(X)
        return self._pack(X, self._values_and_bounds(X)[1])

    def detect(self, X: Record) -> Bunch:
        """Samples outside their bounds.

        Parameters
        ----------
        X : as in ``transform``

        Returns
        -------
        Bunch
            polarity, dtec : like ``X``
                -1 below, 0 inside, +1 above; and by how much the nearer bound is exceeded, signed, in the
                units of ``X``, 0 inside. NaN in both where value or bounds are undefined.
            bounds
                What ``transform`` returns.
            flagged_rate, expected_rate : float
                Share of the defined samples outside, and what independent Gaussian noise gives with full
                history.
        """
        X = with_times(X)
        values, bounds, per_day = self._values_and_bounds(X)
        lower, upper = bounds[..., 0], bounds[..., 2]
        dtec = np.fmax(values - upper, 0.0) + np.fmin(values - lower, 0.0)
        dtec = np.where(np.isnan(values - lower), np.nan, dtec).astype(values.dtype, copy=False)
        defined = ~np.isnan(dtec)
        return Bunch(
            polarity=like(X, np.sign(dtec)),
            dtec=like(X, dtec),
            bounds=self._pack(X, bounds),
            flagged_rate=float(np.mean(dtec[defined] != 0)) if defined.any() else np.nan,
            expected_rate=self.expected_rate(self._count(per_day)),
        )

    def predict(self, X: Record) -> Array:
        """-1 for each row in which any series lies outside its bounds, else +1.

        A row without any defined bounds is +1: nothing speaks against it (``detect`` has NaN there). The more
        series, the more rows chance alone calls outliers.

        Parameters
        ----------
        X : as in ``transform``

        Returns
        -------
        ndarray of int, shape (n,)
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def decision_function(self, X: Record) -> FloatArray:
        """``score_samples`` less ``offset_``: negative where ``predict`` is -1, shape (n,)."""
        return self.score_samples(X) - self.offset_

    def score_samples(self, X: Record) -> FloatArray:
        """Minus the largest distance from the center among the series of a row.

        The unit is the distance of the bound on the same side, so that -1 lies on a bound.

        Parameters
        ----------
        X : as in ``transform``

        Returns
        -------
        ndarray of float64, shape (n,)
            0 where no series has defined bounds; -inf outside bounds of no width.
        """
        values, bounds, _ = self._values_and_bounds(with_times(X))
        lower, center, upper = np.moveaxis(bounds.astype(np.float64), -1, 0)
        width = np.where(values > center, upper - center, center - lower)
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = np.abs(values - center) / width
        outside = (values > upper) | (values < lower)
        distance = np.where(outside, np.fmax(distance, np.nextafter(1.0, 2.0)), np.fmin(distance, 1.0))
        distance = np.where(np.isnan(values - lower) | (values == center), 0.0, distance)
        return -distance.reshape(len(values), -1).max(axis=1)

    def expected_rate(self, n: int | None = None) -> float:
        """Share of independent Gaussian noise outside the bounds.

        Parameters
        ----------
        n : int >= 2 or None
            Number of reference values; None: ``days`` with ``same_hour``, else ``days`` times the samples
            per day of the fit (of ``samples_per_day`` before it).

        Returns
        -------
        float
            From a simulation with a fixed seed, good to about 0.0003. Values that persist from day to
            day leave the bounds at another rate: :meth:`ar_rate`.

        Raises
        ------
        ValueError
            For ``n`` below 2.
        """
        check_parameters(self)
        if n is None:
            n = self._count(getattr(self, "samples_per_day_", self.samples_per_day or 1))
        if n < 2 or int(n) != n:
            raise ValueError(f"n: bounds need a whole number of at least 2 reference values, got {n}")
        return noise_rate(*self._rule(), int(n))

    def ar_rate(self, X: Record) -> ARRate:
        """The rate expected of AR(1) errors with the memory of a record.

        Parameters
        ----------
        X : as in ``transform``
            Where nothing is to be found: a training span. It must be one reference value longer than the
            history of the bounds; gaps are NaN.

        Returns
        -------
        ARRate
            Its ``interval`` gives the rate and what the length of the record leaves open.
        """
        check_parameters(self)
        values, per_day = self._read(with_times(X))
        step = per_day if self.same_hour else 1
        return fit_ar_rate(
            values.reshape(len(values), -1), *self._rule(), count=self._count(per_day), step=step
        )

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """``{name}_lower, {name}_center, {name}_upper`` of each series in turn.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the series; those of ``fit``, else ``x0, x1, ...``, by default.

        Returns
        -------
        ndarray of str
        """
        names = super().get_feature_names_out(input_features)
        return np.array([f"{name}_{bound}" for name in names for bound in NAMES], dtype=object)

    def _count(self, per_day: int) -> int:
        """Number of reference values of a sample."""
        count = self.days if self.same_hour else self.days * per_day
        if count < 2:
            raise ValueError(
                f"{type(self).__name__}: days={self.days} gives 1 reference value; bounds need at least 2"
            )
        if self.min_periods is not None and self.min_periods > count:
            raise ValueError(
                f"{type(self).__name__}: min_periods={self.min_periods} is more than the {count} "
                "reference values"
            )
        return count

    def _bounds(self, values: FloatArray, per_day: int, start: int = 0) -> FloatArray:
        """Bounds (n - start, ..., 3) of the samples from ``start`` on, in the dtype of the values."""
        check_parameters(self)
        rule, k = self._rule()
        count = self._count(per_day)
        bounds = rolling_bounds(
            values.reshape(len(values), -1),
            rule,
            k,
            count=count,
            step=per_day if self.same_hour else 1,
            min_periods=count if self.min_periods is None else self.min_periods,
            start=start,
        )
        return bounds.reshape(-1, *values.shape[1:], 3)

    def _read(self, X: Record, *, reset: bool = False) -> tuple[FloatArray, int]:
        """Values (n, ...) as float32 or float64, and the samples per day."""
        values = read_values(self, X, reset=reset)
        history = None if reset else getattr(self, "_history", None)
        given = self.samples_per_day if history is None else history.per_day
        times = times_of(X)
        if times is not None and len(times) > 1:
            return values, samples_per_day(times, given)
        return values, getattr(self, "samples_per_day_", 1) if given is None else given

    def _values_and_bounds(self, X: Record) -> tuple[FloatArray, FloatArray, int]:
        """Values, their bounds (n, ..., 3) after the history of ``partial_fit``, and the samples per day."""
        values, per_day = self._read(X)
        history = getattr(self, "_history", None)
        if history is None:
            return values, self._bounds(values, per_day), per_day
        before = history.before(values, times_of(X), self.days * per_day)
        bounds = self._bounds(np.concatenate([before, values]), per_day, start=len(before))
        return values, bounds.astype(values.dtype, copy=False), per_day

    def _pack(self, X: Record, bounds: FloatArray) -> Record:
        """Bounds (n, ..., 3) in the container of X."""
        if is_data_array(X):
            return X.expand_dims(bound=list(NAMES), axis=-1).copy(data=bounds)
        flat = bounds.reshape(len(bounds), -1) if bounds.ndim == 3 else bounds
        if isinstance(X, (pd.DataFrame, pd.Series)):
            columns = [f"{name}_{bound}" for name in series_names(X) for bound in NAMES]
            return pd.DataFrame(flat, index=X.index, columns=columns)
        return flat

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
