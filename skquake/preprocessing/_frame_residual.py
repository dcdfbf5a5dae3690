"""What residuals of frames of observations share: frames in, the same rows out, with columns added."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from skquake._core._output import WindowOutput
from skquake._core._sklearn import check_parameters, fit_context
from skquake._core._typing import Array, ArrayLike, FloatArray, Frame
from skquake._core._validation import check_columns, note_columns


class FrameResidual(WindowOutput, BaseEstimator):
    """Base of the transformers of frames of observations: one row a row, in the order given.

    A subclass says which columns it reads (``_columns``), what it needs besides (``_needed``), how the new
    columns are called (``_name``) and what is in them (``_residuals``).
    """

    _parameter_constraints: dict = {}
    _unit = ""
    _alone = False  # whether a row's residual needs no other rows

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Frame, y: ArrayLike | None = None) -> Self:
        """Check the frame; nothing is learnt.

        Parameters
        ----------
        X : DataFrame (of any library)
            Observations: ``time`` and the columns that this transformer reads.
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
        """The rows of a frame with their residuals.

        Parameters
        ----------
        X : DataFrame of n rows
            In any order of time.

        Returns
        -------
        DataFrame of n rows
            pandas; the same rows in the same order, and one column more for each residual.

        Raises
        ------
        ValueError
            For missing columns, or columns of that name already there.
        """
        check_parameters(self)
        X = self._check(X)
        names = [self._name(column) for column in self._columns()]
        there = [name for name in names if name in X.columns]
        if there:
            raise ValueError(f"X: has a column {there[0]!r} already; drop it first")
        out = X.copy()
        for name, values in self._residuals(X).items():
            out[name] = values.astype(np.float32)
        out.attrs = {**X.attrs, "units": {**X.attrs.get("units", {}), **dict.fromkeys(names, self._unit)}}
        return out

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Names of the columns that ``transform`` returns.

        Parameters
        ----------
        input_features : array-like of str or None
            Columns of the frame; those of ``fit`` by default.

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
        return check_columns(X, ("time", *self._needed(), *self._columns()), "X (observations)")

    def _needed(self) -> list[str]:
        return ["latitude", "longitude"]

    def _columns(self) -> list[str]:
        raise NotImplementedError

    def _name(self, column: str) -> str:
        raise NotImplementedError

    def _residuals(self, X: pd.DataFrame) -> dict[str, FloatArray]:
        """Values of each new column, a row each."""
        raise NotImplementedError


def log10_positive(values: FloatArray) -> FloatArray:
    """log10 of what is positive, NaN elsewhere."""
    return np.log10(values, where=values > 0, out=np.full(len(values), np.nan))
