"""Quantiles of many intervals of a window: the features of QUANT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from numbers import Integral
from typing import NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skquake._core._sklearn import Interval, check_parameters
from skquake._core._typing import Array, ArrayLike, FloatArray, Rows
from skquake.preprocessing._windows import ShapeLearner, as_channels, channel_names

SMOOTHING = 5  # steps of the moving mean of the differences


class IntervalQuantiles(ShapeLearner):
    """Describe each channel of a window by the quantiles of its halves, quarters, eighths, ...: QUANT.

    A window is cut into 1, 2, 4, ... intervals, and cut again half an interval later. Every interval of
    ``m`` values gives 1 + (m - 1) // ``divisor`` quantiles, evenly spaced from the least to the greatest
    value (the median, where there is one), the mean of the interval taken from every second one. So are
    three series made of the window: what changes, where, and how fast is in the features as well.

    Parameters
    ----------
    depth : int, default=6
        How often the window is halved at most, the whole window counted as the first; fewer where the
        intervals would be shorter than a step.
    divisor : int, default=4
        Values of an interval for each of its quantiles.
    representations : sequence of str or None, default=None
        Of what, in this order; None takes all:

        - ``"value"``: the window;
        - ``"change"``: differences of neighbouring steps, averaged over five (at the ends the first and
          the last difference are repeated);
        - ``"curvature"``: differences of differences;
        - ``"spectrum"``: magnitudes of the discrete Fourier transform, from frequency 0 upwards.

    Attributes
    ----------
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    The channels of a window are described one by one; the paper knows one channel only. Missing values
    are left out: quantiles and means are of the values that are not NaN, a difference with NaN is NaN, and in
    the spectrum a NaN counts as the mean of the others. An interval of nothing but NaN has NaN quantiles,
    which scikit-learn's trees take. A length that is no power of two is cut at the whole step before;
    an interval that occurs twice is described once. ``transform`` works without ``fit``.

    References
    ----------
    A. Dempster, D. F. Schmidt, G. I. Webb (2024), "quant: a minimalist interval method for time series
    classification", Data Mining and Knowledge Discovery 38, 2377-2402, doi:10.1007/s10618-024-01036-9.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.baselines import IntervalQuantiles
    >>> quantiles = IntervalQuantiles(depth=2, representations=["value"])
    >>> quantiles.fit_transform(np.array([[0.0, 1.0, 2.0, 3.0, 4.0, 9.0]]))
    array([[0.        , 5.83333333, 1.        , 4.        , 2.        ]])
    >>> quantiles.get_feature_names_out()
    array(['value_0:6_q0/1', 'value_0:6_q1/1-mean', 'value_0:3_q1/2',
           'value_3:6_q1/2', 'value_1:4_q1/2'], dtype=object)
    """

    _parameter_constraints: dict = {
        "depth": [Interval(Integral, 1, None, closed="left")],
        "divisor": [Interval(Integral, 1, None, closed="left")],
        "representations": ["array-like", None],
    }

    def __init__(
        self, depth: int = 6, *, divisor: int = 4, representations: Sequence[str] | None = None
    ) -> None:
        self.depth = depth
        self.divisor = divisor
        self.representations = representations

    def _check_windows(self, X: FloatArray) -> None:
        self._check_length(X.shape[1])

    def transform(self, X: Rows) -> FloatArray:
        """Quantiles, shape (n_samples, channels * n_quantiles), of the dtype of ``X``."""
        check_parameters(self)
        X = self._read(X)
        self._check_length(X.shape[1])
        channels = np.ascontiguousarray(as_channels(X).transpose(0, 2, 1), dtype=np.float64)
        found = [
            _quantiles(representation(channels), self.depth, self.divisor)
            for representation in map(REPRESENTATIONS.__getitem__, self._names())
        ]
        return np.concatenate(found, axis=2).reshape(len(X), -1).astype(X.dtype)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """``{channel}_{representation}_{start}:{end}_q{fraction}[-mean]`` of every column.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels; ``c0, c1, ...`` by default. After a 2-D fit there are none.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self, "window_shape_")
        names = [
            f"{name}_{start}:{end}_q{quantile}"
            for name in self._names()
            for start, end in _intervals(LENGTHS[name](self.window_shape_[0]), self.depth)
            for quantile in _quantile_names(end - start, self.divisor)
        ]
        if len(self.window_shape_) == 1:
            return np.array(names, dtype=object)
        channels = channel_names(input_features, self.window_shape_[1])
        return np.array([f"{channel}_{name}" for channel in channels for name in names], dtype=object)

    def _names(self) -> list[str]:
        names = list(REPRESENTATIONS if self.representations is None else self.representations)
        unknown = [name for name in names if name not in REPRESENTATIONS]
        if unknown or not names:
            what = repr(unknown[0]) if unknown else "an empty sequence"
            raise ValueError(
                f"representations: {what} is no representation; there are {', '.join(REPRESENTATIONS)}"
            )
        return names

    def _check_length(self, length: int) -> None:
        """Raise where a window is too short for any feature."""
        names = self._names()
        if all(LENGTHS[name](length) < 1 for name in names):
            raise ValueError(
                f"X: windows of {length} step(s) have no {' and no '.join(names)}; "
                "cut longer windows or add the representation 'value'"
            )


class Span(NamedTuple):
    """Half-open interval of steps."""

    start: int
    end: int


def _intervals(length: int, depth: int) -> list[Span]:
    """Dyadic intervals of ``length`` steps and those half an interval later, each once, longest first."""
    if length < 1:
        return []
    found: dict[Span, None] = {}
    for level in range(min(depth, length.bit_length())):
        parts = 2**level
        for half in (0, 1):
            edges = [length * (2 * part + half) // (2 * parts) for part in range(parts + 1 - half)]
            found |= dict.fromkeys(Span(*ends) for ends in pairwise(edges))
    return list(found)


def _levels(size: int, divisor: int) -> FloatArray:
    """Which quantiles an interval of ``size`` values gives."""
    count = 1 + (size - 1) // divisor
    return np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5])


def _quantile_names(size: int, divisor: int) -> list[str]:
    """Fractions of the quantiles of an interval of ``size`` values, and where its mean is taken off."""
    most = (size - 1) // divisor
    return [f"{k}/{most}{'-mean' * (k % 2)}" for k in range(most + 1)] if most else ["1/2"]


def _quantiles(series: FloatArray, depth: int, divisor: int) -> FloatArray:
    """Quantiles of all intervals of series (n, channels, length), shape (n, channels, n_quantiles)."""
    found: dict[Span, FloatArray] = {}
    spans = _intervals(series.shape[2], depth)
    for size, alike in _by_size(spans):
        steps = np.array([np.arange(span.start, span.end) for span in alike])
        values = np.sort(series[:, :, steps], axis=3)  # NaN come last
        levels = _levels(size, divisor)
        known = size - np.isnan(values).sum(axis=3, keepdims=True)
        position = levels * np.maximum(known - 1, 0)
        below = np.floor(position).astype(np.intp)
        lower = np.take_along_axis(values, below, axis=3)
        upper = np.take_along_axis(values, np.minimum(below + 1, np.maximum(known - 1, 0)), axis=3)
        quantile = lower + (position - below) * (upper - lower)
        mean = np.nansum(values, axis=3, keepdims=True) / np.maximum(known, 1)
        quantile[..., 1::2] -= mean
        found |= {span: quantile[:, :, k] for k, span in enumerate(alike)}
    none = np.empty((*series.shape[:2], 0))
    return np.concatenate([none, *(found[span] for span in spans)], axis=2)


def _by_size(spans: list[Span]) -> Iterator[tuple[int, list[Span]]]:
    sizes = {span.end - span.start for span in spans}
    for size in sorted(sizes):
        yield size, [span for span in spans if span.end - span.start == size]


def _change(series: FloatArray) -> FloatArray:
    """Differences of neighbouring steps, the mean of those that are known among five."""
    change = np.diff(series, axis=2)
    if not change.shape[2]:
        return change
    reach = SMOOTHING // 2
    near = np.pad(change, ((0, 0), (0, 0), (reach, reach)), mode="edge")
    near = np.lib.stride_tricks.sliding_window_view(near, SMOOTHING, axis=2)
    known = np.count_nonzero(~np.isnan(near), axis=3)
    total = np.nansum(near, axis=3)
    return np.where(known > 0, total / np.maximum(known, 1), np.nan)


def _spectrum(series: FloatArray) -> FloatArray:
    """Magnitudes of the discrete Fourier transform; NaN counts as the mean of what is known."""
    known = ~np.isnan(series)
    count = known.sum(axis=2, keepdims=True)
    mean = np.nansum(series, axis=2, keepdims=True) / np.maximum(count, 1)
    magnitude = np.abs(np.fft.rfft(np.where(known, series, mean), axis=2))
    return np.where(count > 0, magnitude, np.nan)


REPRESENTATIONS = {
    "value": lambda series: series,
    "change": _change,
    "curvature": lambda series: np.diff(series, n=2, axis=2),
    "spectrum": _spectrum,
}
LENGTHS = {  # steps of each, of so many steps of a window
    "value": lambda length: length,
    "change": lambda length: length - 1,
    "curvature": lambda length: max(length - 2, 0),
    "spectrum": lambda length: length // 2 + 1,
}
