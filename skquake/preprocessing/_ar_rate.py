"""What errors with a memory leave of bounds: the rate expected of AR(1) errors, fitted to a record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.special import ndtr

from skquake._core._typing import FloatArray
from skquake.preprocessing._rules import Rule

VALUES = 500_000  # simulated for a table of the estimate's scatter, at most
REPEATS = 400
SERIES = 64  # of a map, at most: evenly spread
GRID = np.array(
    [-0.9, -0.6, -0.3, 0.0, 0.2, 0.4, 0.55, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.985, 0.993, 0.998]
)


@dataclass(frozen=True, repr=False)
class ARRate:
    """Share of AR(1) errors outside bounds, with the memory of a record; of ``ar_rate`` of bounds.

    The model: Gaussian errors, of which each remembers the one before it. What counts is the correlation of
    a value with the nearest of its reference values (of the day before with ``same_hour``, of the time
    before without).

    Attributes
    ----------
    lag_correlation : float
        As found within spans of one value more than the reference, about the mean of each: biased towards
        less memory ([1]_, [2]_). NaN for a record shorter than one span.
    count, step : int
        Reference values of a sample, and the times between two of them.
    n_spans : float
        Spans that the record is worth: its pairs of known values over those of a span.
    n_series : float
        Series that it is worth: n**2 over the sum of their squared correlations.
    rule, k : callable, float
        Of the bounds.

    Notes
    -----
    The correlation is the one whose simulated estimates, from records of the same length, number of series
    and spans, have the observed one for a median; its interval holds those of whose estimates the
    observed one is no extreme [3]_. So the bias is taken out, and the shorter the record, the wider the
    interval. Drifts that are slow beside a span do not count as memory. Other memories than AR(1), and
    errors that are not Gaussian, leave the bounds at yet another rate.

    References
    ----------
    .. [1] Marriott, F. H. C. and Pope, J. A. (1954). Bias in the estimation of autocorrelations. Biometrika
       41, 390-402.
    .. [2] Kendall, M. G. (1954). Note on bias in the estimation of autocorrelation. Biometrika 41, 403-404.
    .. [3] Andrews, D. W. K. (1993). Exactly median-unbiased estimation of first order autoregressive/unit
       root models. Econometrica 61, 139-165.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.signal import lfilter
    >>> from skquake.preprocessing import RollingSigmaBounds
    >>> noise = np.random.default_rng(0).normal(size=(1200, 3))
    >>> errors = lfilter([1.0], [1.0, -0.97], noise, axis=0)
    >>> bounds = RollingSigmaBounds(samples_per_day=12)
    >>> round(bounds.expected_rate(180), 3)
    0.048
    >>> bounds.ar_rate(errors)
    ARRate(10.1% [8.8%, 12.8%], correlation 0.98)
    """

    lag_correlation: float
    count: int
    step: int
    n_spans: float
    n_series: float
    rule: Rule
    k: float

    def correlation(self, level: float = 0.95) -> tuple[float, float, float]:
        """Correlation of an error with that of its nearest reference value, and the ends of its interval."""
        if not np.isfinite(self.lag_correlation):
            return np.nan, np.nan, np.nan
        n_series = max(int(np.ceil(self.n_series)), 1)
        simulated = max(int(np.ceil(self.n_spans)), 1)
        per_span = (self.count + 1) * self.step * n_series
        simulated = min(simulated, max(VALUES // (REPEATS * per_span), 2))
        table = _estimates(self.count, self.step, simulated, n_series)
        tails = np.quantile(table, [0.5, 0.5 + level / 2.0, 0.5 - level / 2.0], axis=1)
        # What is simulated is worth more or less than the record: the scatter goes with its root.
        tails = tails[0] + (tails - tails[0]) * np.sqrt(simulated * n_series / (self.n_spans * self.n_series))
        grid = np.arctanh(GRID)
        found = [
            np.interp(self.lag_correlation, np.maximum.accumulate(tail) + 1e-12 * np.arange(len(grid)), grid)
            for tail in tails
        ]
        middle, low, high = np.tanh(found)
        return float(middle), float(low), float(high)

    def interval(self, level: float = 0.95) -> tuple[float, float, float]:
        """The rate, and the ends of its interval.

        Parameters
        ----------
        level : float, default=0.95

        Returns
        -------
        (float, float, float)
            Over all correlations in the interval of ``correlation``; NaN where that is.
        """
        middle, low, high = self.correlation(level)
        if np.isnan(middle):
            return np.nan, np.nan, np.nan
        between = np.tanh(np.linspace(np.arctanh(low), np.arctanh(high), 3))
        rate, *others = (self._rate(float(correlation)) for correlation in (middle, *between))
        return rate, min(rate, *others), max(rate, *others)

    @property
    def rate(self) -> float:
        """The rate alone."""
        middle = self.correlation()[0]
        return np.nan if np.isnan(middle) else self._rate(middle)

    def _rate(self, correlation: float) -> float:
        return ar_noise_rate(self.rule, self.k, self.count, round(correlation, 3))

    def numbers(self, level: float = 0.95) -> dict[str, float]:
        """``expected_ar_rate``, ``expected_ar_low``, ``expected_ar_high``."""
        names = ("expected_ar_rate", "expected_ar_low", "expected_ar_high")
        return dict(zip(names, self.interval(level), strict=True))

    def __repr__(self) -> str:
        rate, low, high = self.interval()
        if np.isnan(rate):
            return "ARRate(unknown: the record is shorter than one span of its bounds)"
        return f"ARRate({rate:.1%} [{low:.1%}, {high:.1%}], correlation {self.correlation()[0]:.2f})"


def fit_ar_rate(values: FloatArray, rule: Rule, k: float, *, count: int, step: int) -> ARRate:
    """The rate of AR(1) errors with the memory of ``values`` (n, series); gaps are NaN."""
    if values.shape[1] > SERIES:
        values = values[:, np.linspace(0, values.shape[1] - 1, SERIES).astype(int)]
    values = values.astype(np.float64)
    length = (count + 1) * step
    n = len(values) // length
    if not n:
        return ARRate(np.nan, count, step, 0.0, 0.0, rule, k)
    spans = values[len(values) - n * length :].reshape(n, count + 1, step, -1)
    products, squares, pairs = lag_sums(spans)
    correlation = products / squares if squares > 0 else np.nan
    n_spans = pairs / (count * step * values.shape[1])
    if n_spans < 0.5:
        correlation = np.nan
    return ARRate(float(correlation), count, step, float(n_spans), _worth(spans), rule, k)


def lag_sums(spans: FloatArray) -> tuple[float, float, int]:
    """Products and mean squares of successive values (axis 1) about the mean of each span, and the pairs."""
    known = np.isfinite(spans)
    n = known.sum(axis=1, keepdims=True)
    mean = np.where(known, spans, 0.0).sum(axis=1, keepdims=True) / np.maximum(n, 1)
    away = np.where(known, spans - mean, 0.0)
    both = known[:, 1:] & known[:, :-1]
    squares = 0.5 * np.where(both, away[:, 1:] ** 2 + away[:, :-1] ** 2, 0.0).sum()
    return float((away[:, 1:] * away[:, :-1]).sum()), float(squares), int(both.sum())


def _worth(spans: FloatArray) -> float:
    """How many independent series the series of (n, values, step, series) are worth."""
    known = np.isfinite(spans)
    mean = np.where(known, spans, 0.0).sum(axis=1, keepdims=True) / np.maximum(
        known.sum(axis=1, keepdims=True), 1
    )
    frame = pd.DataFrame(np.where(known, spans - mean, np.nan).reshape(-1, spans.shape[-1]))
    correlation = frame.corr(min_periods=2).fillna(0.0).to_numpy(copy=True)
    np.fill_diagonal(correlation, 1.0)
    return float(len(correlation) ** 2 / (correlation**2).sum())


@lru_cache(maxsize=64)
def _estimates(count: int, step: int, n_spans: int, n_series: int) -> FloatArray:
    """Simulated lag correlations (correlations of GRID, REPEATS) of records of so many spans and series."""
    rng = np.random.default_rng(0)
    n = n_spans * (count + 1) * step
    repeats = int(np.clip(VALUES // (n * n_series), 100, REPEATS))
    noise = rng.standard_normal((n, n_series, repeats))
    found = np.empty((len(GRID), repeats))
    for row, correlation in enumerate(GRID):
        # A memory from time to time that gives this one from reference to reference; a negative one is
        # each phase's own.
        lag = step if correlation < 0 else 1
        phi = correlation if correlation < 0 else correlation ** (1.0 / step)
        first = noise.copy()
        first[lag:] *= np.sqrt(1.0 - phi**2)
        weights = np.zeros(lag + 1)
        weights[0], weights[lag] = 1.0, -phi
        series = lfilter([1.0], weights, first, axis=0)
        spans = series.reshape(n_spans, count + 1, step, n_series, repeats)
        away = spans - spans.mean(axis=1, keepdims=True)
        products = np.einsum("abcde,abcde->e", away[:, 1:], away[:, :-1])
        square = np.einsum("abcde,abcde->e", away, away)
        ends = (away[:, 0] ** 2 + away[:, -1] ** 2).sum(axis=(0, 1, 2))
        found[row] = products / (square - 0.5 * ends)
    return found


@lru_cache(maxsize=512)
def ar_noise_rate(rule: Rule, k: float, n: int, correlation: float) -> float:
    """Probability that a Gaussian AR(1) value leaves the bounds made of the n before it.

    The mean over simulated references (fixed seed) of the exact probability given the nearest of them; that
    of independent values for a correlation of 0.
    """
    references = np.random.default_rng(0).standard_normal((max(1_000_000 // n, 100), n))
    spread = np.sqrt(1.0 - correlation**2)
    references[:, 1:] *= spread
    references = lfilter([1.0], [1.0, -correlation], references, axis=1)
    lower, _, upper = rule(lambda statistic: statistic(references), k)
    center = correlation * references[:, -1]
    return float(np.mean(ndtr((lower - center) / spread) + ndtr((center - upper) / spread)))
