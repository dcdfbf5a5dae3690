"""Standardisation of windows, channel by channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skquake._core._read_only import read_only
from skquake._core._sklearn import StrOptions, check_sample_weight, fit_context
from skquake._core._typing import ArrayLike, FloatArray, Rows
from skquake.preprocessing._windows import (
    WindowTransformer,
    as_channels,
    check_positions,
    log_channels,
)


class ChannelScaler(WindowTransformer):
    """Bring every channel of windows to one scale, learnt over all samples and time steps.

    Parameters
    ----------
    method : {"standard", "robust", "minmax"}, default="standard"
        ``(x - center) / scale`` with mean and standard deviation (ddof 0), with median and
        interquartile range (of the weighted distribution, the two middle values averaged), or with
        minimum and range, which maps the training values to [0, 1].
    log : sequence of int or None, default=None
        Positions of the channels whose log10 is taken first (electron density, say). Values that are not
        positive raise.

    Attributes
    ----------
    center_, scale_ : ndarray of shape (channels,), float64
        In the units of the channel (log10 of them for the positions in ``log``), read-only. A constant
        channel has scale 1.
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    Input is (n_samples, length, channels); 2-D input (n_samples, length) means one channel and comes
    back 2-D. NaN is left out when fitting and stays NaN; a channel of nothing but NaN raises.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.preprocessing import ChannelScaler
    >>> X = np.array([[[1.0, 20.0], [100.0, 40.0]]], dtype="float32")
    >>> scaler = ChannelScaler(log=[0]).fit(X)
    >>> scaler.center_
    array([ 1., 30.])
    >>> scaler.transform(X)
    array([[[-1., -1.],
            [ 1.,  1.]]], dtype=float32)
    """

    _parameter_constraints: dict = {
        "method": [StrOptions({"standard", "robust", "minmax"})],
        "log": ["array-like", None],
    }

    def __init__(self, method: str = "standard", *, log: Sequence[int] | None = None) -> None:
        self.method = method
        self.log = log

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Rows, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """Learn center and scale of every channel.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)
        y : ignored
        sample_weight : array-like of shape (n_samples,) or None
            Weight of each window; a weight of 2 counts as the window twice, 0 as not there.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For infinite values, a channel without any value, or a logarithm that does not exist.
        """
        X = self._read(X, reset=True)
        weight = check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        windows = as_channels(X)
        if self.log is not None:
            windows = log_channels(windows, self.log)
        center, scale = [], []
        for channel in range(windows.shape[2]):
            values = windows[:, :, channel].astype(np.float64)
            known = ~np.isnan(values) & (weight > 0)[:, np.newaxis]
            if not known.any():
                raise ValueError(
                    f"X: channel {channel} has no value but NaN (or weight 0) to learn from; leave it out"
                )
            weights = np.broadcast_to(weight[:, np.newaxis], values.shape)[known]
            a, b = _METHODS[self.method](values[known], weights)
            center.append(a)
            scale.append(b if b > 1e-14 * abs(a) else 1.0)  # below: rounding of a constant
        self.center_, self.scale_ = read_only(center), read_only(scale)
        return self

    def transform(self, X: Rows) -> FloatArray:
        """Standardised windows of the shape and dtype of ``X``."""
        check_is_fitted(self)
        X = self._read(X)
        windows = as_channels(X)
        if self.log is not None:
            windows = log_channels(windows, self.log)
        return ((windows - self.center_) / self.scale_).astype(X.dtype, copy=False).reshape(X.shape)

    def inverse_transform(self, X: Rows) -> FloatArray:
        """Windows in their original units again, of the shape and dtype of ``X``."""
        check_is_fitted(self)
        X = self._read(X)
        windows = as_channels(X) * self.scale_ + self.center_
        for channel in check_positions(self.log, windows.shape[2]):
            windows[:, :, channel] = 10.0 ** windows[:, :, channel]
        return windows.astype(X.dtype, copy=False).reshape(X.shape)


def _standard(values: FloatArray, weights: FloatArray) -> tuple[Any, Any]:
    mean = np.average(values, weights=weights)
    return mean, np.sqrt(np.average((values - mean) ** 2, weights=weights))


def _minmax(values: FloatArray, weights: FloatArray) -> tuple[Any, Any]:
    return values.min(), np.ptp(values)


def _robust(values: FloatArray, weights: FloatArray) -> tuple[Any, Any]:
    order = np.argsort(values)
    values, cumulated = values[order], np.cumsum(weights[order])
    at = np.array([0.25, 0.5, 0.75]) * cumulated[-1]
    below, above = np.searchsorted(cumulated, at, "left"), np.searchsorted(cumulated, at, "right")
    lower, median, upper = 0.5 * (values[below] + values[np.minimum(above, len(values) - 1)])
    return median, upper - lower


_METHODS = {"standard": _standard, "robust": _robust, "minmax": _minmax}
