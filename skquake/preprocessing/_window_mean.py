"""Averages along a window."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from skquake._core._sklearn import Interval, check_parameters
from skquake._core._typing import Array, ArrayLike, FloatArray, Rows
from skquake.preprocessing._windows import ShapeLearner, as_channels


class WindowMean(ShapeLearner):
    """Average every ``size`` steps of a window: fewer steps, less noise.

    A broad perturbation stands out against its surroundings in a few averages; single observations add
    noise and weights to learn.

    Parameters
    ----------
    size : int, default=4
        Steps an average. The last one has what is left.

    Attributes
    ----------
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    Windows (n_samples, length, channels) become (n_samples, ceil(length / size), channels); 2-D input
    (n_samples, length) means one channel and comes back 2-D. NaN, and what a masked array masks, is left
    out; an average of nothing is NaN. Take logarithms first (``ChannelScaler(log=...)``,
    :class:`ChannelLog`): the average of log Ne is hardly moved by one burst, that of Ne is.
    ``transform`` works without ``fit``.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.preprocessing import WindowMean
    >>> windows = np.array([[[1.0], [3.0], [5.0], [np.nan], [9.0]]])
    >>> WindowMean(2).fit_transform(windows)[..., 0]
    array([[2., 5., 9.]])
    """

    _parameter_constraints: dict = {"size": [Interval(Integral, 1, None, closed="left")]}

    def __init__(self, size: int = 4) -> None:
        self.size = size

    def transform(self, X: Rows) -> FloatArray:
        """Averages, of the dtype of ``X``.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)

        Returns
        -------
        ndarray of shape (n_samples, ceil(length / size), channels), without the last axis for 2-D input

        Raises
        ------
        ValueError
            For infinite values, another number of dimensions, or another shape than that of ``fit``.
        """
        check_parameters(self)
        X = self._read(X)
        windows = as_channels(X)
        known = ~np.isnan(windows)
        first = np.arange(0, windows.shape[1], self.size)
        total = np.add.reduceat(np.where(known, windows, 0.0), first, axis=1, dtype=np.float64)
        count = np.add.reduceat(known, first, axis=1, dtype=np.int64)
        mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        return mean.astype(X.dtype).reshape(len(X), len(first), *X.shape[2:])

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Names of the channels, which stay; ``{step}_mean`` of each first step after a 2-D fit.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels that came in; ``c0, c1, ...`` by default.

        Returns
        -------
        ndarray of str
        """
        names = super().get_feature_names_out(input_features)
        if len(self.window_shape_) == 2:
            return names
        return np.array([f"{name}_mean" for name in names[:: self.size]], dtype=object)
