"""Values far from the mean of the training span."""

from __future__ import annotations

from numbers import Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted

from skquake._core._read_only import read_only
from skquake._core._sklearn import Interval, StrOptions, fit_context
from skquake._core._typing import Record
from skquake.preprocessing._containers import SeriesOutput, like, name_of, read_values, with_times


class SigmaClipper(SeriesOutput, OneToOneFeatureMixin, BaseEstimator):
    """Remove or clip values more than ``n_sigma`` standard deviations from the mean of the training span.

    Parameters
    ----------
    n_sigma : float, default=3.0
    outside : {"nan", "clip"}, default="nan"
        What becomes of a value outside: NaN, for :class:`KalmanImputer` to fill, or the bound.

    Attributes
    ----------
    mean_, scale_ : ndarray of float64, shape (...)
        Mean and standard deviation (ddof 0) of each series, in its units, read-only.
    n_features_in_ : int
    feature_names_in_ : ndarray of str, where X has names

    Notes
    -----
    TEC is far from Gaussian and swings with the hour and the season: the mean of a short training span is
    not that of the months after it. Look at how much is removed, and when, before believing it wrong.

    References
    ----------
    .. [1] Xiong, P. et al., "GNSS TEC-based earthquake ionospheric perturbation detection using a novel
       deep learning framework", IEEE JSTARS 15 (2022).

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.preprocessing import SigmaClipper
    >>> clipper = SigmaClipper().fit(np.array([[9.0], [10.0], [11.0]]))
    >>> clipper.transform(np.array([[10.0], [12.0], [99.0]])).ravel()
    array([10., 12., nan])
    """

    _parameter_constraints: dict = {
        "n_sigma": [Interval(Real, 0, None, closed="neither")],
        "outside": [StrOptions({"nan", "clip"})],
    }

    def __init__(self, n_sigma: float = 3.0, *, outside: str = "nan") -> None:
        self.n_sigma = n_sigma
        self.outside = outside

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Record, y: object = None) -> Self:
        """Learn mean and standard deviation of each series.

        Parameters
        ----------
        X : DataFrame, Series, DataArray or array-like of shape (n, series) or (n, ...)
            Of the training span only; NaN is left out.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For a series of nothing but NaN, or infinite values.
        """
        X = with_times(X)
        values = read_values(self, X, reset=True).astype(np.float64)
        empty = np.isnan(values).all(axis=0).ravel()
        if empty.any():
            raise ValueError(f"X: {name_of(X, int(np.argmax(empty)))} is all NaN; leave it out")
        first = np.take_along_axis(values, np.argmax(~np.isnan(values), axis=0)[np.newaxis], axis=0)
        # From the first value on: exact for a constant series.
        self.mean_ = read_only(first[0] + np.nanmean(values - first, axis=0))
        self.scale_ = read_only(np.nanstd(values - first, axis=0))
        return self

    def transform(self, X: Record) -> Record:
        """X with the values outside replaced, in its container and dtype."""
        check_is_fitted(self)
        X = with_times(X)
        values = read_values(self, X)
        if values.shape[1:] != self.mean_.shape:
            raise ValueError(
                f"X: rows of shape {values.shape[1:]}, but fit saw rows of shape {self.mean_.shape}; "
                "give maps on one grid"
            )
        reach = self.n_sigma * self.scale_
        if self.outside == "clip":
            kept = np.clip(values, self.mean_ - reach, self.mean_ + reach)
        else:
            kept = np.where(np.abs(values - self.mean_) > reach, np.nan, values)
        return like(X, kept.astype(values.dtype, copy=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
