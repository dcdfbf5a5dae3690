"""Do things happen as often as their probability says?"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._time import as_ns, to_utc
from skquake._core._typing import ArrayLike, FloatArray, IntArray, RandomState
from skquake.alarms._evidence import in_words, of_enough
from skquake.metrics._blocks import BLOCK_DAYS, PARAMETERS, block_interval, block_sums, ratio, time_blocks


@dataclass(frozen=True, repr=False, eq=False)
class ReliabilityCurve:
    """Observed frequency by forecast probability, and the Brier score; of :func:`reliability_curve`.

    Attributes
    ----------
    predicted, observed : ndarray of shape (n_bins,)
        Mean probability of each bin, and the share of it that happened.
    low, high : ndarray of shape (n_bins,)
        Interval of the latter, from blocks of time; NaN where fewer than five hold a forecast of the bin.
    share : ndarray of shape (n_bins,)
        Share of the forecasts in each bin.
    base_rate : float
        Share of all that happened: the forecast of whoever knows nothing else.
    brier : float
        Mean squared difference; 0 is perfect.
    reliability, resolution, uncertainty, within_bins : float
        ``brier = reliability - resolution + uncertainty + within_bins``. Reliability: how far the bins lie
        from the diagonal. Resolution: how far they lie from the base rate. Uncertainty: the Brier score of
        the base rate. The last is what bins of unequal probabilities leave over.
    skill, skill_low, skill_high : float
        ``1 - brier / uncertainty``: positive is better than the base rate.
    n, unit, n_units : int, str, int
        Forecasts, what was resampled, and how many of them hold a forecast.
    n_units_of_bin : ndarray of int, shape (n_bins,)
        How many of them hold a forecast of each bin.

    Examples
    --------
    >>> from skquake.alarms import reliability_curve
    >>> reliability_curve([0.25, 0.25, 0.75, 0.75], [0, 0, 1, 1], n_bins=2)
    ReliabilityCurve(Brier 0.0625, base rate alone 0.25, skill 0.75 (no interval: 1 block of time), base
    rate 0.5, n=4)
    """

    predicted: FloatArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray
    share: FloatArray
    base_rate: float
    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float
    skill: float
    skill_low: float
    skill_high: float
    n: int
    unit: str
    n_units: int
    n_units_of_bin: IntArray

    def to_frame(self) -> pd.DataFrame:
        """One bin a row: ``predicted``, ``observed``, ``low``, ``high``, ``share``, ``base_rate``."""
        names = ("predicted", "observed", "low", "high", "share")
        return pd.DataFrame({name: getattr(self, name) for name in names}).assign(base_rate=self.base_rate)

    def __repr__(self) -> str:
        return (
            f"ReliabilityCurve(Brier {self.brier:.3g}, base rate alone {self.uncertainty:.3g}, "
            f"skill {self.skill:.2g}{in_words(self.skill_low, self.skill_high, self.n_units, '.2g')}, "
            f"base rate {self.base_rate:.3g}, n={self.n})"
        )


@validate_params(
    {
        "probability": ["array-like"],
        "occurred": ["array-like"],
        "sample_weight": ["array-like", None],
        "n_bins": [Interval(Integral, 1, None, closed="left")],
        "strategy": [StrOptions({"quantile", "uniform", "expected"})],
    }
    | PARAMETERS,
    prefer_skip_nested_validation=True,
)
def reliability_curve(
    probability: ArrayLike,
    occurred: ArrayLike,
    *,
    time: Any = None,
    sample_weight: ArrayLike | None = None,
    n_bins: int = 10,
    strategy: str = "quantile",
    level: float = 0.95,
    block_days: float = BLOCK_DAYS,
    n_resamples: int = 1000,
    random_state: RandomState = None,
) -> ReliabilityCurve:
    """Observed frequency by forecast probability, and the Brier score in its parts.

    Parameters
    ----------
    probability : array-like of shape (n,)
        Forecasts: of windows, p1 / (p0 + p1); of cells and days, ``1 - exp(-rate)`` of an expected number
        (:func:`alarm_rate`).
    occurred : array-like of bool, shape (n,)
        Whether it happened.
    time : array-like of datetime of shape (n,), default=None
        Of each forecast, UTC; without it there are no intervals.
    sample_weight : array-like of shape (n,), default=None
    n_bins : int, default=10
        Fewer where forecasts are equal.
    strategy : {"quantile", "uniform", "expected"}, default="quantile"
        Bins of equal weight, of equal width between 0 and 1, or of equal expected numbers of occurrences,
        which suits rare things.
    level, block_days, n_resamples, random_state
        Of the intervals, as in :func:`molchan_curve`.

    Returns
    -------
    ReliabilityCurve

    Raises
    ------
    ValueError
        For probabilities out of [0, 1], no forecast, or arrays of different lengths.

    Warns
    -----
    UserWarning
        With fewer than 10 blocks of time.

    References
    ----------
    Murphy, A. H. (1973). A new vector partition of the probability score. Journal of Applied Meteorology 12,
    595-600.

    Stephenson, D. B., Coelho, C. A. S. and Jolliffe, I. T. (2008). Two extra components in the Brier score
    decomposition. Weather and Forecasting 23, 752-757.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.alarms import reliability_curve
    >>> rng = np.random.default_rng(0)
    >>> p = rng.choice([0.1, 0.5], 2000)
    >>> curve = reliability_curve(p, rng.uniform(size=2000) < p, random_state=0,
    ...     time=pd.date_range("2015-01-01", periods=2000, freq="6h"))
    >>> curve.to_frame().round(2)
       predicted  observed   low  high  share  base_rate
    0        0.1      0.11  0.09  0.13   0.48       0.32
    1        0.5      0.52  0.48  0.55   0.52       0.32
    >>> round(curve.brier, 3), round(curve.uncertainty, 3)
    (0.178, 0.219)
    """
    p, y = np.asarray(probability, dtype=float), np.asarray(occurred).astype(float)
    weight = np.ones(len(p)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    if p.ndim != 1 or not len(p) or not p.shape == y.shape == weight.shape:
        raise ValueError(f"probability, occurred, weights: shapes {p.shape}, {y.shape}, {weight.shape}")
    bad = ~((p >= 0.0) & (p <= 1.0))
    if bad.any():
        raise ValueError(f"probability: {p[bad][0]} in row {int(np.argmax(bad))} is none")
    code = _bins(p, weight, n_bins, strategy)
    of_bin = np.bincount(code, weight)
    predicted, observed = (ratio(np.bincount(code, weight * part), of_bin) for part in (p, y))
    total = weight.sum()
    base_rate = float((weight * y).sum() / total)
    brier = float((weight * (p - y) ** 2).sum() / total)
    reliability = float(np.nansum(of_bin * (predicted - observed) ** 2) / total)
    resolution = float(np.nansum(of_bin * (observed - base_rate) ** 2) / total)
    uncertainty = base_rate * (1.0 - base_rate)
    blocks = _blocks(time, len(p), block_days)
    k = len(of_bin)
    sums = np.stack(
        [
            np.bincount(blocks.code * k + code, part, blocks.n * k).reshape(blocks.n, k)
            for part in (weight * y, weight)
        ]
    )
    totals = block_sums(blocks, weight * (p - y) ** 2, weight * y, weight)
    low, high = block_interval(
        np.c_[sums[0], sums[1], totals],
        lambda s: np.c_[ratio(s[:, :k], s[:, k : 2 * k]), _skill(s[:, 2 * k :])],
        level=level,
        n_resamples=n_resamples,
        random_state=random_state,
        what="reliability",
    )
    of_block = (sums[1] > 0).sum(axis=0)
    low_of_bin, high_of_bin = of_enough(low[:k], high[:k], of_block)
    return ReliabilityCurve(
        predicted=predicted,
        observed=observed,
        low=low_of_bin,
        high=high_of_bin,
        share=of_bin / total,
        base_rate=base_rate,
        brier=brier,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within_bins=brier - (reliability - resolution + uncertainty),
        skill=float(_skill(totals.sum(axis=0, keepdims=True))[0]),
        skill_low=float(low[k]),
        skill_high=float(high[k]),
        n=len(p),
        unit=blocks.unit,
        n_units=int((sums[1] > 0).any(axis=1).sum()),
        n_units_of_bin=of_block,
    )


def _skill(sums):
    """1 - Brier score / that of the base rate, from sums of squares, occurrences and weights."""
    rate = ratio(sums[:, 1], sums[:, 2])
    return 1.0 - ratio(ratio(sums[:, 0], sums[:, 2]), rate * (1.0 - rate))


def _blocks(time, n, block_days):
    """Blocks of time; a single one where no time is known."""
    if time is None:
        return time_blocks(np.zeros(n, dtype=np.int64))
    time = as_ns(to_utc(time))
    if len(time) != n:
        raise ValueError(f"time has {len(time)} values and probability {n}")
    return time_blocks(time, block_days=block_days)


def _bins(p, weight, n_bins, strategy):
    """Bin of each forecast, numbered without gaps; equal forecasts share one."""
    if strategy == "uniform":
        code = np.minimum((p * n_bins).astype(int), n_bins - 1)
    else:
        inverse = np.unique(p, return_inverse=True)[1]
        mass = np.bincount(inverse, weight * p if strategy == "expected" else weight)
        middle = (np.cumsum(mass) - 0.5 * mass) / max(mass.sum(), np.finfo(float).tiny)
        code = np.minimum((middle * n_bins).astype(int), n_bins - 1)[inverse]
    return np.unique(code, return_inverse=True)[1]
