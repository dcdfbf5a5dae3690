"""Rates of errors with a memory: against loops, against realised rates, and how often intervals hold them."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from skquake.preprocessing import IQRBounds, RollingSigmaBounds
from skquake.preprocessing._ar_rate import ar_noise_rate, lag_sums

STYLES = {
    "iqr": IQRBounds(style="iqr"),
    "sigma": IQRBounds(style="sigma"),
    "quartile": IQRBounds(),
    "mean -+ 2 sigma": RollingSigmaBounds(),
    "mean -+ 2 sigma, same hour": RollingSigmaBounds(same_hour=True),
}


def errors(phi, n_days, n_series, seed, common=0.0, per_day=12):
    """Stationary AR(1) errors with ``phi`` from time to time; ``common`` is the correlation of the series."""
    rng = np.random.default_rng(seed)
    n = n_days * per_day
    noise = rng.standard_normal((n, n_series)) * np.sqrt(1 - common)
    noise += rng.standard_normal((n, 1)) * np.sqrt(common)
    noise[1:] *= np.sqrt(1 - phi**2)
    index = pd.date_range("2001-01-01", periods=n, freq=f"{24 // per_day}h")
    return pd.DataFrame(lfilter([1.0], [1.0, -phi], noise, axis=0), index)


@pytest.mark.parametrize("style", STYLES)
def test_memory_raises_the_rate_and_is_expected(style):
    bounds, record = STYLES[style], errors(0.97, 700, 8, 1)
    found = bounds.fit(record).detect(record)
    rate, low, high = bounds.ar_rate(errors(0.97, 100, 8, 2)).interval()
    assert found.flagged_rate > 1.08 * found.expected_rate  # what independent errors promise is too little
    assert low < found.flagged_rate < high
    assert rate == pytest.approx(found.flagged_rate, rel=0.2)


def test_expected_ar_rate_is_that_of_the_detector():
    from skquake.forecasting import TECAnomalyDetector

    train, record = errors(0.97, 100, 3, 3), errors(0.97, 300, 3, 4)
    for style in ("iqr", "mean -+ 2 sigma"):
        detector = TECAnomalyDetector(None, STYLES[style]).fit(train)
        rate = detector.detect(record).rate()
        assert rate["expected_rate"] < rate["expected_ar_low"]
        assert rate["expected_ar_low"] < rate["expected_ar_rate"] < rate["expected_ar_high"]
        assert rate["expected_ar_rate"] == detector.ar_rate_.rate


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_rate_by_simulation_of_the_values_themselves(correlation):
    for bounds in (IQRBounds(style="iqr"), IQRBounds(), RollingSigmaBounds(same_hour=True)):
        rows = errors(correlation, 16, 60_000, 5, per_day=1).to_numpy()
        reference = rows[:15]
        if isinstance(bounds, RollingSigmaBounds):
            center, width = reference.mean(axis=0), 2 * reference.std(axis=0, ddof=1)
            low, high = center - width, center + width
        else:
            lower, center, upper = np.quantile(reference, [0.25, 0.5, 0.75], axis=0)
            if bounds.style == "iqr":
                low, high = center - 1.5 * (upper - lower), center + 1.5 * (upper - lower)
            else:
                low, high = center - 1.5 * (center - lower), center + 1.5 * (upper - center)
        outside = np.mean((rows[15] < low) | (rows[15] > high))
        assert ar_noise_rate(*bounds._rule(), 15, correlation) == pytest.approx(outside, abs=0.006)


def test_independent_errors_have_the_independent_rate():
    for bounds in STYLES.values():
        n = 15 if bounds.same_hour else 180
        assert ar_noise_rate(*bounds._rule(), n, 0.0) == pytest.approx(bounds.expected_rate(n), abs=1e-3)


def test_lag_sums_by_loops():
    rng = np.random.default_rng(6)
    spans = rng.normal(size=(2, 5, 3, 2))
    spans[rng.random(spans.shape) < 0.2] = np.nan
    products = squares = pairs = 0
    for a in range(2):
        for c in range(3):
            for d in range(2):
                values = spans[a, :, c, d] - np.nanmean(spans[a, :, c, d])
                for one, next_ in pairwise(values):
                    if np.isfinite(one * next_):
                        products, squares, pairs = (
                            products + one * next_, squares + (one**2 + next_**2) / 2, pairs + 1
                        )  # fmt: skip
    assert lag_sums(spans) == pytest.approx((products, squares, pairs))


def test_gaps_and_shared_series_widen_the_interval():
    record = errors(0.97, 64, 4, 7)
    bounds = IQRBounds(style="iqr")

    def width(X):
        middle, low, high = bounds.ar_rate(X).correlation()
        assert low < middle < high
        return high - low

    whole = width(record)
    assert width(record.where(np.random.default_rng(8).random(record.shape) < 0.6)) > whole
    assert width(errors(0.97, 64, 4, 7, common=0.98)) > 1.2 * whole
    assert width(record[: 12 * 32]) > whole


def test_too_short_a_record_has_no_rate():
    short = IQRBounds(style="iqr").ar_rate(errors(0.9, 15, 2, 9))
    assert np.isnan([*short.interval(), *short.correlation(), short.rate]).all()
    assert "unknown" in repr(short)
    nothing = errors(0.9, 40, 2, 9) * np.nan
    assert np.isnan(IQRBounds().ar_rate(nothing).rate)
    constant = errors(0.9, 40, 2, 9) * 0.0
    assert np.isnan(IQRBounds().ar_rate(constant).rate)


def test_a_slow_drift_is_no_memory():
    noise = errors(0.0, 200, 3, 10)
    drift = 3.0 * np.sin(2 * np.pi * np.arange(len(noise)) / len(noise))[:, np.newaxis]
    middle, *_ = IQRBounds().ar_rate(noise + drift).correlation()
    assert abs(middle) < 0.1


def test_arrays_and_maps():
    record = errors(0.9, 64, 6, 11)
    bounds = IQRBounds(samples_per_day=12)
    wanted = bounds.ar_rate(record)
    assert bounds.ar_rate(record.to_numpy()) == wanted
    assert bounds.ar_rate(record.to_numpy().reshape(-1, 2, 3)) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.9, 0.97])
@pytest.mark.parametrize("style", ["iqr", "mean -+ 2 sigma"])
def test_interval_holds_the_true_rate_as_often_as_it_says(style, phi):
    bounds = STYLES[style]
    lag, n = (12, 15) if bounds.same_hour else (1, 180)
    # The true rate: a long series, bounds by pandas.
    rng = np.random.default_rng(12)
    correlation = phi**lag
    noise = rng.standard_normal(2_000_000)
    noise[1:] *= np.sqrt(1 - correlation**2)
    series = pd.Series(lfilter([1.0], [1.0, -correlation], noise))
    history = series.rolling(n)
    if style == "iqr":
        lower, center, upper = (history.quantile(q).shift(1) for q in (0.25, 0.5, 0.75))
        width = 1.5 * (upper - lower)
    else:
        center, width = history.mean().shift(1), 2.0 * history.std().shift(1)
    true = ((series - center).abs() > width)[n:].mean()
    held = []
    for seed in range(100):
        _, low, high = bounds.ar_rate(errors(phi, 64, 2, 20_000 + seed, common=0.5)).interval()
        held.append(low - 1e-3 <= true <= high + 1e-3)  # 1e-3: of two simulations
    print(f"{style}, phi {phi}: true rate {true:.4f}, held by {np.mean(held):.3f} of the intervals")
    assert 0.89 <= np.mean(held)
