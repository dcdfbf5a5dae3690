"""Bounds inside the pipeline of windows: history in, values beside their bounds out."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils.metaestimators import available_if

from skquake._core._sklearn import Interval, StrOptions, check_parameters
from skquake._core._typing import Array, ArrayLike, FloatArray, Rows
from skquake.preprocessing._rolling_bounds import RollingBounds
from skquake.preprocessing._windows import ShapeLearner, as_channels, channel_names


def _fitted_on_channels(self: Any) -> bool:
    return len(getattr(self, "window_shape_", ())) == 2


class WindowBounds(ShapeLearner):
    """Turn windows (n_samples, history + keep, channels) into their last steps beside their bounds.

    The bounds of a step come from earlier steps of the same window, so that windows are cut with
    their history in front and everything stays 1:1 and causal.

    Parameters
    ----------
    bounds : IQRBounds or RollingSigmaBounds
        With ``samples_per_day`` set, since windows carry no times.
    keep : int
        Number of steps to keep, the last of the window. It must be at least ``days * samples_per_day``
        longer; what is older than that is not used.
    output : {"bounds", "deviation"}, default="bounds"
        For each channel in turn: value, lower, center, upper; or value, value - center.

    Attributes
    ----------
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    2-D input (n_samples, length) means one channel; the output is 3-D always. NaN is left out of the
    reference as far as ``min_periods`` of the bounds allows. ``transform`` works without ``fit``.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.preprocessing import IQRBounds, WindowBounds
    >>> bounds = IQRBounds(days=3, k=1.5, samples_per_day=1)
    >>> windows = np.array([[[1.0], [2.0], [3.0], [2.5], [9.0]]])
    >>> WindowBounds(bounds, keep=2).fit_transform(windows)
    array([[[2.5  , 1.25 , 2.   , 2.75 ],
            [9.   , 2.125, 2.5  , 2.875]]])
    >>> WindowBounds(bounds, keep=2, output="deviation").fit_transform(windows)
    array([[[2.5, 0.5],
            [9. , 6.5]]])
    """

    _parameter_constraints: dict = {
        "bounds": [RollingBounds],
        "keep": [Interval(Integral, 1, None, closed="left")],
        "output": [StrOptions({"bounds", "deviation"})],
    }

    def __init__(self, bounds: RollingBounds, keep: int, *, output: str = "bounds") -> None:
        self.bounds = bounds
        self.keep = keep
        self.output = output

    def transform(self, X: Rows) -> FloatArray:
        """The last ``keep`` steps beside their bounds.

        Parameters
        ----------
        X : array-like of shape (n_samples, length, channels) or (n_samples, length)

        Returns
        -------
        ndarray of shape (n_samples, keep, 4 * channels), or 2 * channels for ``output="deviation"``

        Raises
        ------
        ValueError
            For windows shorter than history and ``keep`` together (the length needed is named), bounds
            without ``samples_per_day``, or infinite values.
        """
        check_parameters(self)
        X = self._read(X)
        first, per_day = self._first_step(X)
        windows = as_channels(X)[:, first:]
        by_time = windows.transpose(1, 0, 2)
        bounds = self.bounds._bounds(by_time, per_day, start=len(by_time) - self.keep)
        bounds = bounds.transpose(1, 0, 2, 3)
        values = windows[:, -self.keep :, :, np.newaxis]
        extra = bounds if self.output == "bounds" else values - bounds[..., 1:2]
        return np.concatenate([values, extra], axis=3).reshape(len(X), self.keep, -1)

    def _first_step(self, X: FloatArray) -> tuple[int, int]:
        """The step at which the history of the first kept step begins, and the samples per day."""
        per_day = self.bounds.samples_per_day
        if per_day is None:
            raise ValueError(
                f"WindowBounds: windows carry no times; set samples_per_day of {type(self.bounds).__name__}"
            )
        self.bounds._count(per_day)
        history = self.bounds.days * per_day
        first = X.shape[1] - history - self.keep
        if first < 0:
            raise ValueError(
                f"WindowBounds: windows of {X.shape[1]} steps are too short: {self.bounds.days} days of "
                f"{per_day} samples and keep={self.keep} need {history + self.keep}"
            )
        return first, per_day

    @available_if(_fitted_on_channels)
    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Names of the channels that come out; there after a fit on (n_samples, length, channels).

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels that came in; ``c0, c1, ...`` by default.

        Returns
        -------
        ndarray of str
            ``{name}, {name}_lower, {name}_center, {name}_upper`` of each channel in turn, or ``{name},
            {name}_deviation``.
        """
        ends = ("", "_lower", "_center", "_upper") if self.output == "bounds" else ("", "_deviation")
        names = channel_names(input_features, self.window_shape_[1])
        return np.array([f"{name}{end}" for name in names for end in ends], dtype=object)
