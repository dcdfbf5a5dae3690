"""Normalisation of each window by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skquake._core._sklearn import StrOptions, check_parameters
from skquake._core._typing import Array, ArrayLike, FloatArray, Rows
from skquake.preprocessing._windows import ShapeLearner, as_channels, log_channels


class WindowNormalizer(ShapeLearner):
    """Normalise each window by itself; nothing is learnt from other windows.

    Parameters
    ----------
    kind : {"l2", "center", "zscore", "detrend"}, default="l2"
        - ``"l2"``: divide by the Euclidean norm of the whole flattened window, as in [1]_ (a window of
          zeros stays);
        - ``"center"``: subtract each channel's mean over the window;
        - ``"zscore"``: subtract it and divide by the standard deviation (ddof 0; a constant channel
          becomes 0);
        - ``"detrend"``: subtract the straight line fitted to each channel by least squares.
    log : sequence of int or None, default=None
        Positions of the channels whose log10 is taken first; with ``"center"`` that gives the logarithm
        of the ratio to the window's own (geometric) mean. Values that are not positive raise.

    Attributes
    ----------
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    2-D input (n_samples, length) means one channel and comes back 2-D. Norms, means and lines are those
    of the values that are not NaN, and NaN stays NaN. ``transform`` works without ``fit``.

    References
    ----------
    .. [1] Xiong, P. et al., "Pre-earthquake ionospheric perturbation identification using CSES data via
       transfer learning", Frontiers in Environmental Science 9 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.preprocessing import WindowNormalizer
    >>> WindowNormalizer("l2").transform(np.array([[3.0, 4.0]]))
    array([[0.6, 0.8]])
    >>> center = WindowNormalizer("center").fit(np.array([[[1.0], [2.0], [6.0]]]))
    >>> center.transform(np.array([[[1.0], [2.0], [6.0]]])).ravel()
    array([-2., -1.,  3.])
    >>> center.get_feature_names_out(["Ne"])
    array(['Ne_center'], dtype=object)
    """

    _parameter_constraints: dict = {
        "kind": [StrOptions({"l2", "center", "zscore", "detrend"})],
        "log": ["array-like", None],
    }

    def __init__(self, kind: str = "l2", *, log: Sequence[int] | None = None) -> None:
        self.kind = kind
        self.log = log

    def _check_windows(self, X: FloatArray) -> None:
        if self.log is not None:
            log_channels(as_channels(X), self.log)

    def transform(self, X: Rows) -> FloatArray:
        """Normalised windows of the shape and dtype of ``X``."""
        check_parameters(self)
        X = self._read(X)
        windows: FloatArray = as_channels(X).astype(np.float64)
        if self.log is not None:
            windows = log_channels(windows, self.log)
        return _KINDS[self.kind](windows).astype(X.dtype, copy=False).reshape(X.shape)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """``{channel}_{kind}`` (``{step}_{kind}`` after a 2-D fit): no name of what came in.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels that came in; ``c0, c1, ...`` by default.

        Returns
        -------
        ndarray of str
        """
        names = super().get_feature_names_out(input_features)
        return np.array([f"{name}_{self.kind}" for name in names], dtype=object)


def _total(values: Array) -> Array:
    """Sum over time of what is known, (n, 1, channels)."""
    return np.nansum(values, axis=1, keepdims=True)


def _divide(values: Array, by: Array) -> Array:
    return values / np.where(by > 0, by, 1.0)


def _l2(windows: FloatArray) -> FloatArray:
    return _divide(windows, np.sqrt(np.nansum(windows**2, axis=(1, 2), keepdims=True)))


def _center(windows: FloatArray) -> FloatArray:
    return windows - _divide(_total(windows), _total(~np.isnan(windows)))


def _zscore(windows: FloatArray) -> FloatArray:
    centered = _center(windows)
    deviation = np.sqrt(_divide(_total(centered**2), _total(~np.isnan(windows))))
    constant = np.nanmax(np.abs(windows), axis=1, keepdims=True, initial=0.0) * 1e-14
    return _divide(centered, np.where(deviation > constant, deviation, 0.0))


def _detrend(windows: FloatArray) -> FloatArray:
    centered = _center(windows)
    position = np.arange(windows.shape[1], dtype=np.float64)[np.newaxis, :, np.newaxis]
    step = _center(np.where(np.isnan(windows), np.nan, position))
    return centered - step * _divide(_total(step * centered), _total(step**2))


_KINDS = {"l2": _l2, "center": _center, "zscore": _zscore, "detrend": _detrend}
