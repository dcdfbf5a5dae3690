"""How often each of some random kernels fits best along a window: the features of Hydra."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Self

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skquake._core._read_only import read_only
from skquake._core._sklearn import Interval, fit_context
from skquake._core._typing import Array, ArrayLike, FloatArray, RandomState, Rows
from skquake.preprocessing._windows import WindowTransformer, as_channels

KERNEL = 9  # steps
AT_ONCE = 2**22  # responses in memory


class CompetingKernels(WindowTransformer):
    """Count which random kernel of a group fits best at each step of a window: Hydra.

    Groups of random convolution kernels compete: at every step the kernel with the largest response wins
    its response, and the kernel with the smallest one a point. What each has won along the window are its
    two features. Half of the groups see the window, half the differences of its neighbouring steps, and all
    of that at dilations 1, 2, 4, ... as long as the kernel fits into the window.

    Parameters
    ----------
    n_groups : int, default=64
        Of kernels, at each dilation.
    n_kernels : int, default=8
        In each group. Few make a dictionary of patterns coarse, many make it fine.
    random_state : int, RandomState or None, default=None
        Of weights and channels.

    Attributes
    ----------
    kernels_ : ndarray of shape (n_dilations, n_groups, n_kernels, channels, 9)
        Standard normal weights, their mean taken off, of sum 1 in magnitude; 0 in channels that a group does
        not see. Read-only.
    dilations_ : ndarray of int, shape (n_dilations,)
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    Windows should be scaled (``ChannelScaler``). Beyond the ends of a window there are zeros, and a missing
    value (NaN) is one of them, as is its difference from the steps beside it. Where no kernel responds, as in
    a constant stretch, the first wins: equal is what differs by less than 1e-12 of the largest response
    possible.

    The paper knows one channel. Of several, each group sees some, drawn at random as MiniRocket draws them
    (the number between 1 and all, small ones more often), with weights for each.

    References
    ----------
    A. Dempster, D. F. Schmidt, G. I. Webb (2023), "Hydra: competing convolutional kernels for fast and
    accurate time series classification", Data Mining and Knowledge Discovery 37, 1779-1805,
    doi:10.1007/s10618-023-00939-3.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.baselines import CompetingKernels
    >>> X = np.random.default_rng(0).normal(size=(3, 20, 2))
    >>> kernels = CompetingKernels(n_groups=2, n_kernels=4, random_state=0).fit(X)
    >>> kernels.dilations_, kernels.transform(X).shape
    (array([1, 2]), (3, 32))
    >>> kernels.get_feature_names_out()[:5]
    array(['value_d1_g0_k0_max', 'value_d1_g0_k1_max', 'value_d1_g0_k2_max',
           'value_d1_g0_k3_max', 'value_d1_g0_k0_min'], dtype=object)
    """

    _parameter_constraints: dict = {
        "n_groups": [Interval(Integral, 1, None, closed="left")],
        "n_kernels": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(self, n_groups: int = 64, n_kernels: int = 8, *, random_state: RandomState = None) -> None:
        self.n_groups = n_groups
        self.n_kernels = n_kernels
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Rows, y: object = None) -> Self:
        """Draw the kernels; of the windows only their shape is learnt.

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
        length, channels = windows.shape[1:]
        reach = max((length - 1) // (KERNEL - 1), 1)
        dilations = 2 ** np.arange(reach.bit_length())
        random = check_random_state(self.random_state)
        shape = (len(dilations), self.n_groups, self.n_kernels, channels, KERNEL)
        weights = random.standard_normal(shape)
        weights -= weights.mean(axis=4, keepdims=True)
        weights *= _seen(random, shape[:2], channels)[:, :, np.newaxis, :, np.newaxis]
        weights /= np.abs(weights).sum(axis=(3, 4), keepdims=True)
        self.dilations_, self.kernels_ = read_only(dilations), read_only(weights)
        return self

    def transform(self, X: Rows) -> FloatArray:
        """What the kernels win, shape (n_samples, n_dilations * n_groups * n_kernels * 2), dtype of ``X``."""
        check_is_fitted(self)
        X = self._read(X)
        windows = as_channels(X)
        found = np.empty((len(X), *self.kernels_.shape[:2], 2, self.n_kernels), dtype=X.dtype)
        for rows in _batches(len(X), windows.shape[1] * self.n_groups * self.n_kernels):
            values = windows[rows].astype(np.float64)
            series = {"value": values, "change": np.diff(values, axis=1)}
            for name, groups in self._groups().items():
                known = np.nan_to_num(series[name], nan=0.0)
                for step, dilation in enumerate(self.dilations_):
                    responses = _responses(known, self.kernels_[step, groups], dilation)
                    found[rows, step, groups] = _wins(responses)
        return found.reshape(len(X), -1)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """``{value or change}_d{dilation}_g{group}_k{kernel}_{max or min}`` of every column.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of what came in; they are not those of what comes out.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        series = {
            group: name
            for name, groups in self._groups().items()
            for group in range(self.kernels_.shape[1])[groups]
        }
        names = [
            f"{series[group]}_d{dilation}_g{group}_k{kernel}_{end}"
            for dilation in self.dilations_
            for group in sorted(series)
            for end in ("max", "min")
            for kernel in range(self.kernels_.shape[2])
        ]
        return np.array(names, dtype=object)

    def _groups(self) -> dict[str, slice]:
        """Which groups see the window, and which its differences."""
        first = (self.kernels_.shape[1] + 1) // 2
        return {"value": slice(first), "change": slice(first, None)}


def _seen(random: np.random.RandomState, groups: tuple[int, ...], channels: int) -> Array:
    """Which channels each group sees, bool of shape (*groups, channels)."""
    most = min(channels, KERNEL)
    count = (2 ** random.uniform(0, np.log2(most + 1), groups)).astype(int)
    order = random.uniform(size=(*groups, channels)).argsort(axis=-1).argsort(axis=-1)
    return order < count[..., np.newaxis]


def _batches(n: int, each: int) -> Iterator[slice]:
    """Rows of which ``each`` responses fit into memory."""
    size = max(AT_ONCE // max(each, 1), 1)
    return (slice(start, start + size) for start in range(0, n, size))


def _responses(series: FloatArray, kernels: FloatArray, dilation: int) -> FloatArray:
    """Of series (n, length, channels) to kernels (groups, k, channels, 9), shape (k, groups, n, length)."""
    n, length, channels = series.shape
    margin = (KERNEL - 1) * dilation // 2
    padded = np.pad(series, ((0, 0), (margin, margin), (0, 0)))
    taps = [padded[:, tap * dilation : tap * dilation + length] for tap in range(KERNEL)]
    seen = np.stack(taps, axis=3).reshape(n * length, channels * KERNEL)
    weights = kernels.swapaxes(0, 1).reshape(-1, channels * KERNEL)
    responses = (weights @ seen.T).reshape(*kernels.shape[1::-1], n, length)
    largest = np.abs(series).max(axis=(1, 2), initial=0.0)
    responses[np.abs(responses) <= 1e-12 * largest[:, np.newaxis]] = 0.0  # rounding of a constant stretch
    return responses


def _wins(responses: FloatArray) -> FloatArray:
    """Responses won and times lost, shape (n, groups, 2, k), the first of equals winning."""
    k, groups, n, _ = responses.shape
    found = np.empty((n, groups, 2, k))
    for end, best in enumerate((responses.max(axis=0), responses.min(axis=0))):
        worth = np.maximum(best, 0.0) if end == 0 else 1.0
        free = np.ones(best.shape, dtype=bool)
        for kernel in range(k):
            won = free & (responses[kernel] == best)
            free &= ~won
            found[:, :, end, kernel] = (won * worth).sum(axis=2).T
    return found
