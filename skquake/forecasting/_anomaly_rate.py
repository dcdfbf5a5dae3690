"""How often something is flagged, with an interval from blocks of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from skquake._core._evidence import FEWEST
from skquake._core._time import as_ns, days_to_ns, to_utc
from skquake._core._typing import Array
from skquake.preprocessing import ARRate

AR_NUMBERS = ("expected_ar_rate", "expected_ar_low", "expected_ar_high")


def ar_numbers(expected_ar: ARRate | None, level: float) -> dict[str, float]:
    """``expected_ar_rate``, ``expected_ar_low``, ``expected_ar_high``; NaN where nothing is known."""
    if expected_ar is None:
        return dict.fromkeys(AR_NUMBERS, np.nan)
    return expected_ar.numbers(level)


def rate_in_words(rate: Mapping[str, Any] | pd.Series) -> str:
    """A flagged rate beside those expected, as text.

    Parameters
    ----------
    rate : Series, Bunch or dict
        Of :meth:`TECAnomalies.rate`, :meth:`TECAnomalyDetector.confute` or a row of
        :func:`skquake.inspection.false_alarm_rate`.

    Returns
    -------
    str
        With the number of blocks or spans where they are too few for an interval.

    Examples
    --------
    >>> from skquake.forecasting import rate_in_words
    >>> rate_in_words({"flagged_rate": 0.209, "low": float("nan"), "high": float("nan"), "n_blocks": 3,
    ...     "expected_rate": 0.114, "expected_ar_rate": 0.15, "expected_ar_low": 0.13,
    ...     "expected_ar_high": 0.19})
    '20.9% (3 blocks) flagged; expected of independent errors 11.4%, of AR(1) errors 15.0% [13.0%, 19.0%]'
    """
    if not np.isfinite(rate["flagged_rate"]):
        return "no value with bounds"
    if np.isfinite([rate["low"], rate["high"]]).all():
        interval = f" [{rate['low']:.1%}, {rate['high']:.1%}]"
    else:
        n, what = (rate["n_blocks"], "block") if "n_blocks" in rate else (len(rate["spans"]), "span")
        interval = f" ({n:.0f} {what}{'' if n == 1 else 's'})"
    text = f"{rate['flagged_rate']:.1%}{interval} flagged"
    if np.isfinite(rate["expected_rate"]):
        text += f"; expected of independent errors {rate['expected_rate']:.1%}"
    middle, low, high = (rate[name] for name in AR_NUMBERS)
    return text + (f", of AR(1) errors {middle:.1%} [{low:.1%}, {high:.1%}]" if np.isfinite(middle) else "")


def block_rate(
    polarity: pd.DataFrame,
    expected_rate: float,
    expected_ar: ARRate | None = None,
    *,
    block_days: float = 5.0,
    level: float = 0.95,
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
        What independent errors give.
    expected_ar : ARRate, default=None
        What errors with a memory give.
    block_days, level : float

    Returns
    -------
    Series
        flagged_rate, low, high, expected_rate, expected_ar_rate, expected_ar_low, expected_ar_high, n
        (defined values), n_blocks. NaN without any value, low and high with fewer than five blocks.
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
            **ar_numbers(expected_ar, level),
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
