"""Standardisation of counts, most of which are zero."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skquake._core._output import WindowOutput
from skquake._core._read_only import ReadOnlyState, read_only
from skquake._core._sklearn import fit_context
from skquake._core._typing import FloatArray, Rows


class CountScaler(WindowOutput, ReadOnlyState, OneToOneFeatureMixin, BaseEstimator):
    """Bring roots of counts to one scale and leave zeros at zero, as Hydra does before its classifier.

    Of each column the square root is taken; values above zero become (root - mean) / (scale + s**4), with
    ``s`` the share of zeros. A column that is nearly always zero is so kept small, where its standard
    deviation alone would blow it up.

    Attributes
    ----------
    mean_, scale_ : ndarray of shape (n_features,), float64
        Mean of the roots, and their standard deviation (ddof 0) with ``s**4 + 1e-8`` added, read-only.
    n_features_in_ : int
    feature_names_in_ : ndarray of str, where X has names

    Notes
    -----
    What is negative counts as zero.

    References
    ----------
    A. Dempster, D. F. Schmidt, G. I. Webb (2023), "Hydra: competing convolutional kernels for fast and
    accurate time series classification", Data Mining and Knowledge Discovery 37, 1779-1805,
    doi:10.1007/s10618-023-00939-3.

    Examples
    --------
    >>> from skquake.baselines import CountScaler
    >>> CountScaler().fit_transform([[0.0, 1.0], [0.0, 4.0], [4.0, 9.0]]).round(2)
    array([[ 0.  , -1.22],
           [ 0.  ,  0.  ],
           [ 1.17,  1.22]])
    """

    _parameter_constraints: dict = {}

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Rows, y: object = None) -> Self:
        """Learn mean and scale of the root of each column.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For NaN or infinite values.
        """
        root = self._roots(X, reset=True)
        self.mean_ = read_only(root.mean(axis=0))
        self.scale_ = read_only(root.std(axis=0) + (root == 0).mean(axis=0) ** 4 + 1e-8)
        return self

    def transform(self, X: Rows) -> FloatArray:
        """Scaled roots, of the shape and dtype of ``X``."""
        check_is_fitted(self)
        root = self._roots(X)
        scaled = np.where(root > 0, (root - self.mean_) / self.scale_, 0.0)
        return scaled.astype(root.dtype, copy=False)

    def _roots(self, X: Rows, *, reset: bool = False) -> FloatArray:
        X = validate_data(self, X, reset=reset, dtype=(np.float64, np.float32))
        return np.sqrt(np.maximum(X, 0.0))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
