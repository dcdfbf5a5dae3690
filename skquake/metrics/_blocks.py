"""Blocks of time: what is resampled where scores of space and time are concerned."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy import stats
from sklearn.utils import Bunch, check_random_state

from skquake._core._evidence import FEWEST
from skquake._core._sklearn import Interval
from skquake._core._time import NS_PER_DAY
from skquake._core._typing import ArrayLike, FloatArray, IntArray, RandomState

BLOCK_DAYS = 27.0  # one rotation of the Sun
FEW = 10  # units below which an interval is hardly known
# What functions with such intervals take.
PARAMETERS: dict = {
    "level": [Interval(Real, 0, 1, closed="neither")],
    "block_days": [Interval(Real, 0, None, closed="neither")],
    "n_resamples": [Interval(Integral, 1, None, closed="left")],
    "random_state": ["random_state"],
}


def time_blocks(
    time: IntArray,
    first: int | None = None,
    last: int | None = None,
    *,
    block_days: float = BLOCK_DAYS,
    min_blocks: int = 1,
) -> Bunch:
    """Cut a span into equal blocks of at least ``block_days``, or into ``min_blocks`` shorter ones.

    Parameters
    ----------
    time : ndarray of shape (n,)
        Nanoseconds.
    first, last : int, default=None
        Ends of the span, ns; by default the earliest and the latest time.
    block_days : float, default=27.0
    min_blocks : int, default=1

    Returns
    -------
    Bunch
        ``code`` (block of each time, int), ``n`` (blocks, also those without any time), ``unit`` (in words).
    """
    first = int(time.min()) if first is None else int(first)
    last = int(time.max()) if last is None else int(last)
    days = (last - first) / NS_PER_DAY
    n = max(int(days / block_days), min_blocks)
    code = ((time - first) / NS_PER_DAY / (days / n)).astype(int) if days > 0 else np.zeros(len(time), int)
    return Bunch(code=np.clip(code, 0, n - 1), n=n, unit=f"block of {days / n:.3g} days")


def block_sums(blocks: Bunch, *values: ArrayLike) -> FloatArray:
    """Sum of each value in each block, shape (n_blocks, n_values)."""
    return np.stack([np.bincount(blocks.code, value, blocks.n) for value in values], axis=1)


def block_interval(
    sums: FloatArray,
    statistic: Callable[[FloatArray], ArrayLike],
    *,
    level: float = 0.95,
    n_resamples: int = 1000,
    random_state: RandomState = None,
    what: str = "interval",
) -> tuple[Any, Any]:
    """Percentile interval of a function of sums, by drawing blocks with replacement.

    Parameters
    ----------
    sums : ndarray of shape (n_blocks, k)
    statistic : callable
        Takes sums over drawn blocks, (n_resamples, k), to values, (n_resamples,) or (n_resamples, m);
        NaN where undefined.
    what : str
        What the interval is of, for the warning.

    Returns
    -------
    low, high : float or ndarray of shape (m,)
        NaN where fewer than five blocks carry evidence (a sum other than 0), or no resample has a value.

    Warns
    -----
    UserWarning
        With an interval from fewer than 10 blocks.
    """
    n, carrying = len(sums), int(np.any(sums != 0, axis=1).sum())
    if carrying < FEWEST:
        nothing = np.full_like(np.asarray(statistic(sums.sum(axis=0, keepdims=True)))[0], np.nan)
        return nothing, nothing.copy()
    if carrying < FEW:
        warnings.warn(
            f"{what}: only {carrying} blocks of time to resample; the interval is hardly more than a guess",
            stacklevel=3,
        )
    draws = check_random_state(random_state).multinomial(n, np.full(n, 1.0 / n), n_resamples)
    values = np.asarray(statistic(draws @ sums), dtype=float)
    defined = np.isfinite(values).any(axis=0)
    low, high = np.nanquantile(np.where(defined, values, 0.0), tails(level, n), axis=0)
    return np.where(defined, low, np.nan)[()], np.where(defined, high, np.nan)[()]


def tails(level: float, n: int) -> tuple[float, float]:
    """Levels of the two quantiles of an interval, moved outwards for n units (Hesterberg 2015)."""
    tail = stats.norm.cdf(np.sqrt(n / (n - 1)) * stats.t.ppf((1.0 - level) / 2.0, n - 1))
    return tail, 1.0 - tail


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> Any:
    """Elementwise quotient, NaN where the denominator is zero."""
    numerator, denominator = np.broadcast_arrays(
        np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    )
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator != 0)[()]
