"""Statistics of windows, for models that know no time axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skquake._core._sklearn import check_feature_names_in, check_parameters
from skquake._core._typing import Array, ArrayLike, FloatArray, Rows
from skquake.preprocessing._windows import ShapeLearner, as_channels, channel_names, log_channels

QUANTILES = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9}


class WindowStatistics(ShapeLearner):
    """Describe each channel of a window by a dozen numbers.

    Parameters
    ----------
    statistics : sequence of str or None, default=None
        Which, in this order; None takes all:

        - ``"mean"``, ``"std"`` (ddof 0), ``"min"``, ``"max"``;
        - ``"q10"``, ``"q25"``, ``"median"``, ``"q75"``, ``"q90"``: quantiles, linearly interpolated;
        - ``"slope"``: of the straight line fitted by least squares, per step;
        - ``"lag1"``: autocorrelation of neighbouring steps, sum of c[t] c[t+1] over sum of c[t]**2 with c
          the deviation from the mean (0 for a constant channel);
        - ``"roughness"``: mean absolute change from step to step (0 where there is none).
    log : sequence of int or None, default=None
        Positions of the channels whose log10 is taken first. Values that are not positive raise.

    Attributes
    ----------
    window_shape_ : tuple
        (length, channels), or (length,) after a 2-D fit.
    n_features_in_ : int
        The length.

    Notes
    -----
    2-D input (n_samples, length) means one channel. Statistics are those of the values that are not NaN; a
    channel of nothing but NaN has NaN statistics. ``transform`` works without ``fit``.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.baselines import WindowStatistics
    >>> statistics = WindowStatistics(["mean", "max", "slope"])
    >>> statistics.fit_transform(np.array([[[1.0, 4.0], [2.0, 4.0], [6.0, 1.0]]]))
    array([[ 3. ,  6. ,  2.5,  3. ,  4. , -1.5]])
    >>> statistics.get_feature_names_out(["Ne", "Te"])[:4]
    array(['Ne_mean', 'Ne_max', 'Ne_slope', 'Te_mean'], dtype=object)
    """

    _parameter_constraints: dict = {"statistics": ["array-like", None], "log": ["array-like", None]}

    def __init__(self, statistics: Sequence[str] | None = None, *, log: Sequence[int] | None = None) -> None:
        self.statistics = statistics
        self.log = log

    def _check_windows(self, X: FloatArray) -> None:
        self._names()
        if self.log is not None:
            log_channels(as_channels(X), self.log)

    def transform(self, X: Rows) -> FloatArray:
        """Statistics, shape (n_samples, channels * n_statistics), of the dtype of ``X``."""
        check_parameters(self)
        names = self._names()
        X = self._read(X)
        windows = as_channels(X)
        windows = windows.astype(np.float64) if self.log is None else log_channels(windows, self.log)
        found = _describe(windows, names)
        return np.stack([found[name] for name in names], axis=2).reshape(len(X), -1).astype(X.dtype)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """``{channel}_{statistic}`` of every column; the statistics alone after a 2-D fit.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels; ``c0, c1, ...`` by default.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self, "window_shape_")
        if len(self.window_shape_) == 1:
            check_feature_names_in(self, input_features)
            return np.array(self._names(), dtype=object)
        channels = channel_names(input_features, self.window_shape_[1])
        return np.array([f"{c}_{name}" for c in channels for name in self._names()], dtype=object)

    def _names(self) -> list[str]:
        names = list(STATISTICS if self.statistics is None else self.statistics)
        unknown = [name for name in names if name not in STATISTICS]
        if unknown or not names:
            what = repr(unknown[0]) if unknown else "an empty sequence"
            raise ValueError(f"statistics: {what} is no statistic; there are {', '.join(STATISTICS)}")
        return names


def _describe(windows: FloatArray, names: list[str]) -> dict[str, FloatArray]:
    """The named statistics of windows (n, length, channels), each of shape (n, channels)."""
    known = ~np.isnan(windows)
    none = np.logical_not(known.any(axis=1))
    count = np.maximum(known.sum(axis=1), 1)
    mean = np.nansum(windows, axis=1) / count
    step = np.arange(windows.shape[1], dtype=np.float64)[np.newaxis, :, np.newaxis] * known
    deviation = np.where(known, windows - mean[:, np.newaxis], 0.0)
    power = (deviation**2).sum(axis=1)
    power = np.where(power > count * (1e-14 * np.abs(mean)) ** 2, power, 0.0)  # below: rounding of a constant
    step = np.where(known, step - (step.sum(axis=1) / count)[:, np.newaxis], 0.0)
    both = known[:, 1:] & known[:, :-1]
    change = np.where(both, np.abs(np.diff(windows, axis=1)), 0.0)
    found = {
        "mean": mean,
        "std": np.sqrt(power / count),
        "min": np.where(known, windows, np.inf).min(axis=1),
        "max": np.where(known, windows, -np.inf).max(axis=1),
        "slope": _ratio((step * deviation).sum(axis=1), (step**2).sum(axis=1)),
        "lag1": _ratio((deviation[:, 1:] * deviation[:, :-1]).sum(axis=1), power),
        "roughness": _ratio(change.sum(axis=1), both.sum(axis=1)),
    }
    wanted = [name for name in QUANTILES if name in names]
    if wanted:
        filled = np.where(none[:, np.newaxis], 0.0, windows)
        quantile = np.nanquantile if not known.all() else np.quantile
        found |= dict(
            zip(wanted, quantile(filled, [QUANTILES[name] for name in wanted], axis=1), strict=True)
        )
    return {name: np.where(none, np.nan, values) for name, values in found.items()}


def _ratio(above: Array, below: Array) -> Array:
    """The ratio, and 0 where there is nothing to divide by."""
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), 0.0)


STATISTICS = ("mean", "std", "min", "max", *QUANTILES, "slope", "lag1", "roughness")
