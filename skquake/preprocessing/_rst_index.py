"""How unusual a value is for its place, month and hour."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skquake._core._read_only import read_only
from skquake._core._sklearn import Interval, check_parameters, fit_context
from skquake._core._time import NS_PER_HOUR, as_ns, to_utc
from skquake._core._typing import FloatArray, Record
from skquake.preprocessing._containers import SeriesOutput, with_times


class RSTIndex(SeriesOutput, OneToOneFeatureMixin, BaseEstimator):
    """Deviation of a value from those of the same place, month and hour in other years.

    (V - mean) / standard deviation, over all values of that place in that month and hour of the reference
    years.

    Parameters
    ----------
    same_hour : bool, default=True
        Values of different hours of the day (UT) are referred to their own hour; else all hours of a month
        are one.
    leave_year_out : bool, default=True
        The year of a value is no reference for it. Else an anomaly widens its own reference and hides.
    min_years : int, default=3
        Fewest other years with a known value at that place, month and hour; below, the index is NaN.

    Attributes
    ----------
    years_ : ndarray of int
        Reference years.
    blocks_ : DataFrame
        ``month``, ``hour`` and ``year`` of each block of reference values.
    count_, mean_, squares_ : ndarray of shape (n_blocks, n_places)
        Known values of each block, their mean, and their summed squared distance from it; read-only.
    n_features_in_ : int
        Places.
    feature_names_in_ : ndarray of str, where X has names

    See Also
    --------
    skquake.io.read_olr : Outgoing longwave radiation as such maps.
    skquake.plotting.RSTMapDisplay : The index on maps.

    Notes
    -----
    The standard deviation has ddof 1. NaN is left out of the reference and stays NaN. Places whose reference
    does not vary (beyond rounding) have no index: NaN. Independent Gaussian values lie beyond 2 in 4.6 % of
    cases; values that persist from day to day do so in runs and over wide areas.

    References
    ----------
    V. Tramutoli (2007), "Robust satellite techniques (RST) for natural and environmental hazards monitoring
    and mitigation: theory and applications", MultiTemp 2007, IEEE.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.preprocessing import RSTIndex
    >>> times = pd.to_datetime(["2012-12-01", "2013-12-01", "2014-12-01", "2015-12-01", "2016-12-01"])
    >>> olr = pd.DataFrame({"Hutubi": [200.0, 204.0, 196.0, 200.0, 212.0]}, index=times)
    >>> RSTIndex().fit(olr).transform(olr.loc["2016"]).round(2)
                Hutubi
    2016-12-01    3.67
    """

    _parameter_constraints: dict = {
        "same_hour": ["boolean"],
        "leave_year_out": ["boolean"],
        "min_years": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, *, same_hour: bool = True, leave_year_out: bool = True, min_years: int = 3) -> None:
        self.same_hour = same_hour
        self.leave_year_out = leave_year_out
        self.min_years = min_years

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Record, y: object = None) -> Self:
        """Mean and spread of each place by month, hour and year.

        Parameters
        ----------
        X : DataArray with a dimension ``time``, or DataFrame or Series with a DatetimeIndex
            The reference years, in any order of time; every other dimension or column is a place. Any
            library's frame with a column ``time`` does, too.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        TypeError
            For an array without times.
        ValueError
            For times that repeat, no values, infinite values, or fewer years than ``min_years``.
        """
        X = with_times(X)
        values, calendar, self._places = self._read(X)
        blocks = calendar.groupby(["month", "hour", "year"], sort=True).indices
        self.blocks_ = pd.DataFrame(list(blocks), columns=["month", "hour", "year"])
        self.years_ = np.unique(self.blocks_["year"].to_numpy())
        if len(self.years_) < self.min_years:
            raise ValueError(
                f"X: the reference has {len(self.years_)} year(s) of the {self.min_years} that min_years "
                "asks for; give more years, or lower it"
            )
        shape = len(blocks), values.shape[1]
        count, mean, squares = np.zeros(shape, dtype=int), np.zeros(shape), np.zeros(shape)
        for i, rows in enumerate(blocks.values()):
            block = values[rows].astype(float)
            known = ~np.isnan(block)
            count[i] = known.sum(axis=0)
            mean[i] = np.where(known, block, 0.0).sum(axis=0) / np.maximum(count[i], 1)
            squares[i] = (np.where(known, block - mean[i], 0.0) ** 2).sum(axis=0)
        self.count_, self.mean_, self.squares_ = read_only(count), read_only(mean), read_only(squares)
        validate_data(self, _named(X, values), skip_check_array=True)  # names and number of places
        return self

    def transform(self, X: Record) -> Record:
        """The index of every value.

        Parameters
        ----------
        X : DataArray, DataFrame or Series
            On the places of the fit.

        Returns
        -------
        DataArray, DataFrame or Series
            Like ``X``, without unit.

        Raises
        ------
        ValueError
            For other places than those of the fit, times that repeat, or infinite values.
        """
        check_is_fitted(self)
        check_parameters(self)
        X = with_times(X)
        values, calendar, places = self._read(X)
        for name in self._places if list(places) == list(self._places) else [None]:
            if name is None or not np.array_equal(places[name], self._places[name]):
                what = f"{name} differs" if name else f"places by {', '.join(map(str, places))}"
                raise ValueError(
                    f"X: {what}; {type(self).__name__} was fitted on places by "
                    f"{', '.join(map(str, self._places))}: select or regrid, so that they agree"
                )
        index = np.full(values.shape, np.nan, dtype=values.dtype)
        for block, rows in calendar.groupby(["month", "hour", "year"]).indices.items():
            mean, deviation = self._reference(*np.asarray(block))
            with np.errstate(invalid="ignore"):
                index[rows] = (values[rows] - mean) / deviation
        return self._pack(X, index)

    def _reference(self, month: int, hour: int, year: int) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of each place, NaN where ``min_years`` is not reached."""
        blocks = self.blocks_
        chosen = (blocks["month"] == month) & (blocks["hour"] == hour)
        if self.leave_year_out:
            chosen &= blocks["year"] != year
        count, means, squares = (
            array[chosen.to_numpy()] for array in (self.count_, self.mean_, self.squares_)
        )
        n = count.sum(axis=0)
        mean = (count * means).sum(axis=0) / np.maximum(n, 1)
        total = (squares + count * (means - mean) ** 2).sum(axis=0)
        # What rounding alone gives is no spread.
        floor = (n * np.finfo(float).eps * mean) ** 2 * np.maximum(n, 1)
        good = ((count > 0).sum(axis=0) >= self.min_years) & (n > 1) & (total > floor)
        deviation = np.sqrt(np.where(good, total, np.nan) / np.maximum(n - 1, 1))
        return mean, deviation

    def _read(self, X: Record) -> tuple[FloatArray, pd.DataFrame, dict[Any, Any]]:
        """Values (times, places), month, hour and year of each time, and what names the places."""
        if hasattr(X, "dims") and hasattr(X, "coords") and "time" in X.dims:
            table = X.transpose("time", ...)
            times = table["time"].to_numpy()
            places = {name: table[name].to_numpy() for name in table.dims[1:]}
            values = table.to_numpy()
        elif isinstance(X, pd.DataFrame | pd.Series) and isinstance(X.index, pd.DatetimeIndex):
            table = X.to_frame() if isinstance(X, pd.Series) else X
            times, places, values = table.index, {"columns": np.asarray(table.columns)}, table.to_numpy()
        else:
            raise TypeError(
                f"X: expected a DataArray with a dimension time, or a DataFrame or Series with a "
                f"DatetimeIndex (or a column 'time'), got {type(X).__name__}; month and year must be known"
            )
        if not values.size:
            raise ValueError(f"X: no values in an array of shape {values.shape}")
        values = values.reshape(len(values), -1)
        values = values if values.dtype in (np.float32, np.float64) else values.astype(float)
        if np.isinf(values).any():
            row, place = np.argwhere(np.isinf(values))[0]
            raise ValueError(f"X: infinity at {times[row]}, place {place}; set it to NaN")
        times = pd.DatetimeIndex(to_utc(times, "X: time"))
        if times.hasnans or not times.is_unique:
            again = "NaT" if times.hasnans else times[times.duplicated()][0]
            raise ValueError(f"X: the time {again} is missing or repeats; keep one map a time")
        hour = (as_ns(times) // NS_PER_HOUR) % 24 if self.same_hour else 0
        return values, pd.DataFrame({"month": times.month, "hour": hour, "year": times.year}), places

    def _pack(self, X: Record, index: FloatArray) -> Record:
        """The index in the container of X."""
        if isinstance(X, pd.Series):
            return pd.Series(index[:, 0], index=X.index, name=X.name)
        if isinstance(X, pd.DataFrame):
            return pd.DataFrame(index, index=X.index, columns=X.columns)
        table = X.transpose("time", ...)
        found = table.copy(data=index.reshape(table.shape)).transpose(*X.dims)
        found.attrs = {**X.attrs, "units": "1", "long_name": "RST index"}
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # maps or frames with times, not arrays of numbers
        tags.input_tags.allow_nan = True
        tags.no_validation = True
        return tags


def _named(X: Record, values: FloatArray) -> Any:
    """What has the names of the places: the frame itself, else the values without names."""
    return X if isinstance(X, pd.DataFrame) else values
