"""What residuals along a satellite's track share: frames in, the same rows out, pass by pass."""

from __future__ import annotations

from itertools import pairwise
from numbers import Real
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from skquake._core._output import WindowOutput
from skquake._core._passes import find_passes
from skquake._core._sklearn import Interval, check_parameters, fit_context
from skquake._core._time import NS_PER_SECOND, as_ns, to_utc
from skquake._core._typing import Array, ArrayLike, FloatArray, Frame, IntArray
from skquake._core._validation import check_columns, note_columns


class TrackResidual(WindowOutput, BaseEstimator):
    """Base of the transformers of track frames: one row a row, in the order given, with columns added."""

    latitude: str
    latitude_limit: float
    max_gap: float

    _parameter_constraints: dict = {
        "latitude": [str],
        "latitude_limit": [Interval(Real, 0, 90, closed="right")],
        "max_gap": [Interval(Real, 0, None, closed="neither")],
    }
    _unit = ""

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Frame, y: object = None) -> Self:
        """Check the frame; nothing is learnt.

        Parameters
        ----------
        X : DataFrame (of any library)
            A track: ``time``, the latitudes and the columns that this transformer reads.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For missing columns.
        """
        note_columns(self, self._check(X))
        return self

    def transform(self, X: Frame) -> pd.DataFrame:
        """The rows of a track with their residuals.

        Parameters
        ----------
        X : DataFrame of n rows
            In any order of time; times must not repeat.

        Returns
        -------
        DataFrame of n rows
            pandas; the same rows in the same order, and one column more for each residual.

        Raises
        ------
        ValueError
            For missing columns, columns of that name already there, or repeated times.
        """
        check_parameters(self)
        X = self._check(X)
        names = [self._name(column) for column in self._columns()]
        there = [name for name in names if name in X.columns]
        if there:
            raise ValueError(f"X: has a column {there[0]!r} already; drop it first")
        out = X.copy()
        order, bounds = self._passes(X)
        inside = np.abs(X[self.latitude].to_numpy(dtype=float)) <= self.latitude_limit
        seconds = as_ns(to_utc(X["time"])) / NS_PER_SECOND
        for column, name in zip(self._columns(), names, strict=True):
            values = self._values(X[column].to_numpy(dtype=float))
            residual = np.full(len(X), np.nan)
            for first, stop in pairwise(bounds):
                rows = order[first:stop]
                rows = rows[inside[rows] & np.isfinite(values[rows])]
                if len(rows):
                    residual[rows] = self._residual(seconds[rows] - seconds[rows[0]], values[rows])
            out[name] = residual.astype(np.float32)
        out.attrs = {**X.attrs, "units": {**X.attrs.get("units", {}), **dict.fromkeys(names, self._unit)}}
        return out

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Names of the columns that :meth:`transform` returns.

        Parameters
        ----------
        input_features : array-like of str or None
            Columns of the track; those of ``fit`` by default.

        Returns
        -------
        ndarray of str
        """
        names = self.feature_names_in_ if input_features is None else np.asarray(input_features)
        return np.asarray([*names, *map(self._name, self._columns())], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.two_d_array = False  # frames with times, not arrays of numbers
        tags.no_validation = True
        return tags

    def _check(self, X: Frame) -> pd.DataFrame:
        return check_columns(X, ("time", self.latitude, *self._columns()), "X (a track)")

    def _passes(self, X: pd.DataFrame) -> tuple[IntArray, IntArray]:
        """Rows in the order of time, and the boundaries of passes among them."""
        time = as_ns(to_utc(X["time"]))
        order = np.argsort(time, kind="stable")
        again = np.flatnonzero(np.diff(time[order]) == 0)
        if len(again):
            moment = pd.Timestamp(time[order[again[0]]])
            raise ValueError(f"X: two rows of the time {moment}; keep one (drop_duplicates)")
        if not len(X):
            return order, np.zeros(1, dtype=np.int64)
        latitude = X[self.latitude].to_numpy(dtype=float)[order]
        return order, find_passes(time[order], latitude, round(self.max_gap * NS_PER_SECOND))

    def _values(self, values: FloatArray) -> FloatArray:
        """What the smooth part is taken from; NaN where there is none."""
        return values

    def _columns(self) -> list[str]:
        raise NotImplementedError

    def _name(self, column: str) -> str:
        raise NotImplementedError

    def _residual(self, seconds: FloatArray, values: FloatArray) -> FloatArray:
        """Residual of the finite values of one pass, in the order of time."""
        raise NotImplementedError
