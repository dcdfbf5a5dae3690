"""How often something is flagged, with an interval from blocks of time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from skquake._core._evidence import FEWEST
from skquake._core._time import as_ns, days_to_ns, to_utc
from skquake._core._typing import Array


def block_rate(
    polarity: pd.DataFrame, expected_rate: float, *, block_days: float = 5.0, level: float = 0.95
) -> pd.Series:
    """Share of the defined values that are flagged, and its interval.

    Values of one block of time are taken as dependent (they share the weather of the ionosphere), blocks as
    independent: the interval is that of a ratio of sums over blocks, with Student's t of as many blocks
    as there are, less one.

    Parameters
    ----------
    polarity : DataFrame of shape (n, stations)
        0 inside, other numbers flagged, NaN undefined.
    expected_rate : float
        What chance gives.
    block_days, level : float

    Returns
    -------
    Series
        flagged_rate, low, high, expected_rate, n (defined values), n_blocks. NaN without any value,
        low and high with fewer than five blocks.
    """
    values = polarity.to_numpy(dtype=float)
    defined = np.isfinite(values)
    flagged = np.where(defined, values, 0.0) != 0
    time = as_ns(to_utc(polarity.index))
    _, block = np.unique(time // days_to_ns(block_days), return_inverse=True)
    d, f = (np.bincount(block, part.sum(axis=1)) for part in (defined, flagged))
    d, f = d[d > 0], f[d > 0]
    rate, low, high = ratio_interval(f, d, level)
    return pd.Series(
        {
            "flagged_rate": rate,
            "low": low,
            "high": high,
            "expected_rate": expected_rate,
            "n": d.sum(),
            "n_blocks": len(d),
        },
        dtype=float,
        name="rate",
    )


def ratio_interval(part: Array, whole: Array, level: float) -> tuple[float, float, float]:
    """sum(part) / sum(whole) over independent units, and its interval, kept within [0, 1].

    No interval (NaN) from fewer than five units.
    """
    n = len(whole)
    if not n:
        return np.nan, np.nan, np.nan
    rate = part.sum() / whole.sum()
    if n < FEWEST:
        return rate, np.nan, np.nan
    spread = np.sqrt(n / (n - 1) * np.sum((part - rate * whole) ** 2)) / whole.sum()
    reach = stats.t.ppf(0.5 + level / 2.0, n - 1) * spread
    return rate, max(rate - reach, 0.0), min(rate + reach, 1.0)
