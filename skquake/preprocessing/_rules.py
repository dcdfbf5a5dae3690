"""Bounds from the reference values before each sample: the rules, their rolling form, their noise rate."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import ndtr

from skquake._core._typing import FloatArray

BLOCK = 2**18  # reference values gathered at a time; more would leave the cache
COLUMNS = 64  # series gathered at a time, at least: fewer would waste most of each cache line
LONG = 512  # reference values in a row from which an incremental quantile beats sorting
QUARTILES = (0.25, 0.5, 0.75)
SIGMA_OF_QUARTILES = 1.34  # interquartile range of a Gaussian in standard deviations, as the custom rounds it


Statistic: TypeAlias = Callable[[FloatArray], Any]
Measure: TypeAlias = Callable[[Statistic], Any]
Bounds: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]
Rule: TypeAlias = Callable[[Measure, float], Bounds]

# A rule turns what ``measure`` finds, quartiles or moments, into (lower, center, upper).


def iqr_rule(measure: Measure, k: float) -> Bounds:
    """median -+ k (UQ - LQ)."""
    lower, median, upper = measure(quartiles)
    width = k * (upper - lower)
    return median - width, median, median + width


def quartile_rule(measure: Measure, k: float) -> Bounds:
    """M - k (M - LQ), M, M + k (UQ - M)."""
    lower, median, upper = measure(quartiles)
    return median - k * (median - lower), median, median + k * (upper - median)


def deviation_rule(measure: Measure, k: float) -> Bounds:
    """median -+ 1.34 k standard deviations."""
    median = measure(quartiles)[1]
    width = k * SIGMA_OF_QUARTILES * measure(moments)[1]
    return median - width, median, median + width


def sigma_rule(measure: Measure, k: float) -> Bounds:
    """mean -+ k standard deviations."""
    mean, deviation = measure(moments)
    return mean - k * deviation, mean, mean + k * deviation


def quartiles(rows: FloatArray) -> list[FloatArray]:
    """Lower quartile, median, upper quartile (linear interpolation) of rows (..., n) without NaN."""
    rows = np.sort(rows, axis=-1)
    last = rows.shape[-1] - 1
    found = []
    for q in QUARTILES:
        low, part = divmod(q * last, 1)
        below, above = rows[..., int(low)], rows[..., min(int(low) + 1, last)]
        found.append(below + part * (above - below))
    return found


def moments(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation (ddof 1) of rows (..., n) without NaN; exact for constant rows."""
    shifted = rows - rows[..., :1]
    mean = shifted.mean(axis=-1)
    shifted -= mean[..., np.newaxis]
    deviation = np.sqrt(np.einsum("...i,...i", shifted, shifted) / (rows.shape[-1] - 1))
    return rows[..., 0] + mean, deviation


def rolling_bounds(
    values: FloatArray,
    rule: Rule,
    k: float,
    *,
    count: int,
    step: int,
    min_periods: int,
    start: int = 0,
) -> FloatArray:
    """Bounds of the samples from ``start`` on, each from the values before it.

    Parameters
    ----------
    values : ndarray of shape (n, series)
    rule, k : callable and its factor
        One of the rules above.
    count, step : int
        The reference of sample t: the values at t - step, t - 2 step, ..., t - count step.
    min_periods : int
        Fewest references that are not NaN (outside the record counts as NaN); below: NaN.

    Returns
    -------
    ndarray of shape (n - start, series, 3)
        lower, center, upper; in the dtype of the values.
    """
    n_out, n_series = len(values) - start, values.shape[1]
    reach = count * step
    bounds = np.empty((n_out, n_series, 3), dtype=values.dtype)
    padding, first = max(reach - start, 0), max(start - reach, 0)
    n_columns = max(COLUMNS, BLOCK // (count * max(n_out, 1)))
    for a in range(0, n_series, n_columns):
        block = values[first:, a : a + n_columns].T.astype(np.float64)
        block = np.pad(block, ((0, 0), (padding, 0)), constant_values=np.nan)

        def measure(statistic, block=block):
            if statistic is quartiles and step == 1 and count >= LONG:
                return _rolling_quartiles(block, count, min_periods)
            return _rolling(statistic, block, count, step, min_periods)

        bounds[:, a : a + n_columns] = np.stack(rule(measure, k), axis=-1).transpose(1, 0, 2)
    return bounds


def _rolling(statistic: Statistic, block: FloatArray, count: int, step: int, min_periods: int) -> FloatArray:
    """The statistic of the references of each sample behind the first ``count * step`` of (series, n)."""
    reach = count * step
    n_out = block.shape[1] - reach
    windows = sliding_window_view(block, reach, axis=1)[:, :n_out, ::step]
    finite = np.isfinite(block)
    known = np.zeros((len(block), n_out), dtype=np.int32)
    for lag in range(0, reach, step):
        known += finite[:, lag : lag + n_out]
    found = np.full((3 if statistic is quartiles else 2, len(block), n_out), np.nan)
    n_rows = max(1, BLOCK // (count * len(block)))
    for t in range(0, n_out, n_rows):
        here = slice(t, t + n_rows)
        for n_known in np.unique(known[:, here]):  # windows with as many known values go together
            if n_known < min_periods:
                continue
            at = known[:, here] == n_known
            rows = windows[:, here][at]
            if n_known < count:
                rows = np.sort(rows, axis=-1)[:, :n_known]  # NaN is sorted to the end
            found[:, :, here][:, at] = statistic(rows)
    return found


def _rolling_quartiles(block: FloatArray, count: int, min_periods: int) -> list[FloatArray]:
    """Quartiles of the ``count`` values before each sample behind the first ``count`` of (series, n)."""
    rolling = pd.DataFrame(block.T).rolling(count, min_periods=min_periods)
    return [rolling.quantile(q).to_numpy().T[:, count - 1 : -1] for q in QUARTILES]


@lru_cache(maxsize=256)
def noise_rate(rule: Rule, k: float, n: int) -> float:
    """Probability that a Gaussian value leaves the bounds made of n others, all independent.

    The mean over simulated references (fixed seed) of the exact probability given the bounds: good to
    about 0.0003.
    """
    references = np.random.default_rng(0).standard_normal((max(4_000_000 // n, 100), n))
    lower, _, upper = rule(lambda statistic: statistic(references), k)
    return float(np.mean(ndtr(lower) + ndtr(-upper)))
