"""What the window transformers share: reading windows, naming channels, logarithms of channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from skquake._core._output import WindowOutput
from skquake._core._read_only import ReadOnlyState
from skquake._core._sklearn import fit_context
from skquake._core._typing import Array, ArrayLike, FloatArray, Rows


class WindowTransformer(WindowOutput, ReadOnlyState, OneToOneFeatureMixin, BaseEstimator):
    """Base of the 1:1 transformers of windows (n_samples, length, channels).

    2-D input means one channel and stays 2-D. ``float32`` stays ``float32``, everything else becomes
    ``float64``; NaN is let through, infinity is an error.
    ``n_features_in_`` is the length. ``set_output`` reaches 2-D output alone.
    """

    def _read(self, X: Rows, *, reset: bool = False) -> FloatArray:
        """Windows as they came (2-D or 3-D), checked; a fit (``reset``) remembers their shape.

        What a masked array masks is NaN.
        """
        if isinstance(X, np.ma.MaskedArray):
            X = np.ma.filled(X.astype(np.result_type(X.dtype, np.float32)), np.nan)
        read = check_array(
            X,
            dtype=(np.float64, np.float32),
            allow_nd=True,
            ensure_all_finite="allow-nan",
            input_name="X",
            estimator=self,
        )
        if read.ndim > 3:
            raise ValueError(
                "X: expected windows of shape (n_samples, length, channels) or (n_samples, length), "
                f"got {read.shape}"
            )
        fitted = getattr(self, "window_shape_", None)
        if not reset and fitted is not None and read.ndim == 3 and read.shape[1:] != fitted:
            raise ValueError(
                f"X: windows of shape {read.shape[1:]}, but {type(self).__name__} was fitted on windows of "
                f"shape {fitted}; cut both alike"
            )
        if reset or fitted is not None:
            validate_data(self, X, reset=reset, skip_check_array=True)  # names and number of columns
        if reset:
            self.window_shape_ = read.shape[1:]
        return read

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Names of the channels (of the steps, where the windows are 2-D).

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels that came in; ``c0, c1, ...`` by default.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self, "window_shape_")
        if len(self.window_shape_) == 1:
            return super().get_feature_names_out(input_features)
        return channel_names(input_features, self.window_shape_[1])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


class ShapeLearner(WindowTransformer):
    """Base of those that learn nothing but the shape of the windows; ``transform`` works without ``fit``."""

    _parameter_constraints: dict = {}

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Rows, y: object = None) -> Self:
        """Check parameters and windows; learns nothing but the shape.

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
            For infinite values, another number of dimensions, or parameters that do not go with the windows.
        """
        self._check_windows(self._read(X, reset=True))
        return self

    def _check_windows(self, X: FloatArray) -> None:
        """Raise for parameters that these windows do not go with."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


def as_channels(X: FloatArray) -> FloatArray:
    """View of windows with a channel axis: (n_samples, length) becomes (n_samples, length, 1)."""
    return X if X.ndim == 3 else X[:, :, np.newaxis]


def channel_names(names: ArrayLike | None, n_channels: int) -> Array:
    """``names`` as an object array, ``c0, c1, ...`` where there are none; their number is checked."""
    found = np.asarray([f"c{i}" for i in range(n_channels)] if names is None else names, dtype=object)
    if len(found) != n_channels:
        raise ValueError(
            f"input_features should have length equal to the {n_channels} channels, got {len(found)}"
        )
    return found


def log_channels(X: FloatArray, log: Iterable[int] | None) -> FloatArray:
    """float64 copy of windows (n, length, channels), log10 taken of the channels at positions ``log``.

    NaN stays NaN; zero and negative values raise, naming sample and channel.
    """
    X = X.astype(np.float64)
    for channel in check_positions(log, X.shape[2]):
        values = X[:, :, channel]
        bad = values <= 0
        if bad.any():
            sample, step = np.argwhere(bad)[0]
            raise ValueError(
                f"X: log10 of {values[sample, step]} in sample {sample}, step {step}, channel {channel}; "
                "mask values that are not positive (NaN) or leave the channel out of log"
            )
        X[:, :, channel] = np.log10(values)
    return X


def check_positions(log: Iterable[int] | None, n_channels: int) -> list[int]:
    """The channel positions ``log`` (None: none) as a list of integers in range."""
    positions = [] if log is None else list(log)
    for position in positions:
        if isinstance(position, str) or int(position) != position or not -n_channels <= position < n_channels:
            raise ValueError(f"log: {position!r} is no position of one of the {n_channels} channels")
    return [int(position) for position in positions]
