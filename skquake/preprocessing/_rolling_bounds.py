"""What the bounds of series and maps share: reading, times, history, detection."""

from __future__ import annotations

from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, _fit_context
from sklearn.utils import Bunch, check_array
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import validate_data

from skquake._core._time import NS_PER_DAY, as_ns, to_utc
from skquake.preprocessing._rules import noise_rate, rolling_bounds

NAMES = ("lower", "center", "upper")


class RollingBounds(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Base of the bounds: everything but the rule."""

    _parameter_constraints: dict = {
        "days": [Interval(Integral, 1, None, closed="left")],
        "same_hour": ["boolean"],
        "samples_per_day": [Interval(Integral, 1, None, closed="left"), None],
        "min_periods": [Interval(Integral, 2, None, closed="left"), None],
    }

    def _rule(self):
        """The rule and its factor."""
        raise NotImplementedError

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
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
        _, self.samples_per_day_ = self._read(X, reset=True)
        self._count(self.samples_per_day_)
        return self

    def transform(self, X):
        """Bounds of every sample from the samples before it.

        Parameters
        ----------
        X : DataFrame, Series, DataArray or array-like of shape (n, series) or (n, ...)
            Regular in time; gaps are NaN.

        Returns
        -------
        DataFrame, DataArray or ndarray
            Frame in: columns ``{name}_lower, {name}_center, {name}_upper`` of each series in turn.
            Array (n, series) in: (n, 3 * series) in the same order. Array (n, ...) of more dimensions in:
            (n, ..., 3). DataArray in: a last dimension ``bound``. NaN where there is not enough history.
        """
        values, per_day = self._read(X)
        return self._pack(X, self._bounds(values, per_day))

    def detect(self, X):
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
        values, per_day = self._read(X)
        bounds = self._bounds(values, per_day)
        lower, upper = bounds[..., 0], bounds[..., 2]
        dtec = np.fmax(values - upper, 0.0) + np.fmin(values - lower, 0.0)
        dtec = np.where(np.isnan(values - lower), np.nan, dtec).astype(values.dtype, copy=False)
        defined = ~np.isnan(dtec)
        return Bunch(
            polarity=_like(X, np.sign(dtec)),
            dtec=_like(X, dtec),
            bounds=self._pack(X, bounds),
            flagged_rate=float(np.mean(dtec[defined] != 0)) if defined.any() else np.nan,
            expected_rate=self.expected_rate(self._count(per_day)),
        )

    def expected_rate(self, n=None):
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
            day leave the bounds at another rate.

        Raises
        ------
        ValueError
            For ``n`` below 2.
        """
        self._validate_params()
        if n is None:
            n = self._count(getattr(self, "samples_per_day_", self.samples_per_day or 1))
        if n < 2 or int(n) != n:
            raise ValueError(f"n: bounds need a whole number of at least 2 reference values, got {n}")
        return noise_rate(*self._rule(), int(n))

    def get_feature_names_out(self, input_features=None):
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

    def _count(self, per_day):
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

    def _bounds(self, values, per_day, start=0):
        """Bounds (n - start, ..., 3) of the samples from ``start`` on, in the dtype of the values."""
        self._validate_params()
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
        return bounds.reshape(-1, *values.shape[1:], 3).astype(values.dtype, copy=False)

    def _read(self, X, *, reset=False):
        """Values (n, ...) as float32 or float64, and the samples per day."""
        table = X.to_frame() if isinstance(X, pd.Series) else X
        table = np.asarray(table) if _is_data_array(X) else table
        values = check_array(
            table,
            dtype=(np.float64, np.float32),
            allow_nd=True,
            ensure_all_finite="allow-nan",
            input_name="X",
            estimator=self,
        )
        if reset or hasattr(self, "n_features_in_"):
            validate_data(self, table, reset=reset, skip_check_array=True)  # names and number of series
        times = _times(X)
        if times is not None and len(times) > 1:
            return values, _samples_per_day(times, self.samples_per_day)
        return values, self.samples_per_day or getattr(self, "samples_per_day_", 1)

    def _pack(self, X, bounds):
        """Bounds (n, ..., 3) in the container of X."""
        if _is_data_array(X):
            return X.expand_dims(bound=list(NAMES), axis=-1).copy(data=bounds)
        flat = bounds.reshape(len(bounds), -1) if bounds.ndim == 3 else bounds
        if isinstance(X, (pd.DataFrame, pd.Series)):
            names = X.columns if isinstance(X, pd.DataFrame) else [_series_name(X)]
            columns = [f"{name}_{bound}" for name in names for bound in NAMES]
            return pd.DataFrame(flat, index=X.index, columns=columns)
        return flat

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _is_data_array(X):
    return hasattr(X, "dims") and hasattr(X, "coords")


def _series_name(series):
    return "value" if series.name is None else series.name


def _like(X, values):
    """Values in the container of X, names and times kept."""
    if _is_data_array(X):
        return X.copy(data=values)
    if isinstance(X, pd.DataFrame):
        return pd.DataFrame(values, index=X.index, columns=X.columns)
    if isinstance(X, pd.Series):
        return pd.Series(values[:, 0], index=X.index, name=X.name)
    return values


def _times(X):
    """Times of the rows of X, or None where it has none."""
    if _is_data_array(X):
        times = X.coords.get(X.dims[0])
        return None if times is None or times.dtype.kind != "M" else times.to_numpy()
    index = getattr(X, "index", None)
    return index if isinstance(index, pd.DatetimeIndex) else None


def _samples_per_day(times, given):
    """Samples per day of regular times; checked against the number given."""
    nanoseconds = as_ns(to_utc(times, "X: index"))
    steps = np.diff(nanoseconds)
    wrong = np.flatnonzero((steps <= 0) | (steps != steps[0]))
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(
            f"X: times are not regular: {times[row + 1]} follows {times[row]}, where the first step is "
            f"{pd.Timedelta(int(steps[0]), 'ns')}; sort, drop duplicates and reindex, so that gaps become NaN"
        )
    per_day, rest = divmod(NS_PER_DAY, int(steps[0]))
    if rest or not per_day:
        raise ValueError(
            f"X: a cadence of {pd.Timedelta(int(steps[0]), 'ns')} does not divide a day; "
            "resample to one that does"
        )
    if given is not None and given != per_day:
        raise ValueError(f"samples_per_day={given}, but the times of X give {per_day} a day")
    return per_day
