"""Logarithms of the channels that have them."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skquake._core._read_only import read_only
from skquake._core._sklearn import fit_context
from skquake._core._typing import FloatArray, Rows
from skquake.preprocessing._windows import WindowTransformer, as_channels


class ChannelLog(WindowTransformer):
    """log10 of the channels that are positive in all training windows; the others stay.

    Densities, temperatures and electron content are positive and vary by factors; components of a field, and
    what is standardised or a logarithm already, are not.

    Attributes
    ----------
    log_ : ndarray of int64
        Positions of the channels whose log10 is taken, read-only.
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    See Also
    --------
    ChannelScaler : Takes logarithms of named channels and standardises.

    Notes
    -----
    2-D input (n_samples, length) means one channel and comes back 2-D. NaN is left out when fitting and stays
    NaN. A value of such a channel that is not positive later on becomes NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.preprocessing import ChannelLog
    >>> X = np.array([[[100.0, -3.0], [1000.0, 5.0]]])
    >>> log = ChannelLog().fit(X)
    >>> log.log_, log.transform(X)[0]
    (array([0]), array([[ 2., -3.],
           [ 3.,  5.]]))
    """

    _parameter_constraints: dict = {}

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Rows, y: object = None) -> Self:
        """Find the channels that are positive.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For infinite values or another number of dimensions.
        """
        windows = as_channels(self._read(X, reset=True))
        known = ~np.isnan(windows)
        positive = ((windows > 0) | ~known).all(axis=(0, 1)) & known.any(axis=(0, 1))
        self.log_ = read_only(np.flatnonzero(positive).astype(np.int64))
        return self

    def transform(self, X: Rows) -> FloatArray:
        """Windows of the shape and dtype of ``X``."""
        check_is_fitted(self)
        X = self._read(X)
        windows = as_channels(X).copy()
        values = windows[:, :, self.log_].astype(np.float64)
        windows[:, :, self.log_] = np.log10(values, where=values > 0, out=np.full(values.shape, np.nan))
        return windows.reshape(X.shape)

    def inverse_transform(self, X: Rows) -> FloatArray:
        """Windows in their original units again, of the shape and dtype of ``X``."""
        check_is_fitted(self)
        X = self._read(X)
        windows = as_channels(X).copy()
        windows[:, :, self.log_] = 10.0 ** windows[:, :, self.log_].astype(np.float64)
        return windows.reshape(X.shape)
