"""The forecasts that every model must beat, against pandas."""

import numpy as np
import pandas as pd
import pytest

from skquake.forecasting import (
    PersistenceForecaster,
    RecurrenceForecaster,
    RunningMedianForecaster,
    SmoothingForecaster,
    YesterdayForecaster,
)


def noise(days=40, stations=2, per_day=12, seed=0):
    rng = np.random.default_rng(seed)
    time = pd.date_range("2016-12-01", periods=days * per_day, freq=pd.Timedelta(days=1) / per_day)
    return pd.DataFrame(rng.normal(size=(len(time), stations)), time, ["A", "B"][:stations])


def test_persistence():
    series = noise(days=3)
    found = PersistenceForecaster(n_out=4).fit(series).predict(series)
    for row in range(len(series)):
        issue = row - row % 4 - 1
        expected = series.iloc[issue] if issue >= 0 else series.iloc[0] * np.nan
        np.testing.assert_array_equal(found.iloc[row], expected)
    newest = PersistenceForecaster(n_out=4, step=1).fit(series).predict(series)
    pd.testing.assert_frame_equal(newest, series.shift(1))


@pytest.mark.parametrize("gaps", [False, True])
def test_days_before(gaps):
    series = noise()
    if gaps:
        series[series > 1] = np.nan
    found = YesterdayForecaster().fit(series).predict(series)
    pd.testing.assert_frame_equal(found, series.shift(12))
    found = RecurrenceForecaster().fit(series).predict(series)
    pd.testing.assert_frame_equal(found, series.shift(27 * 12))


@pytest.mark.parametrize("min_days", [None, 3])
def test_median_of_the_days_before(min_days):
    series = noise()
    series[series > 1] = np.nan
    found = RunningMedianForecaster(days=7, min_days=min_days).fit(series).predict(series)
    by_hour = series.groupby(series.index.hour, group_keys=False)
    expected = by_hour.apply(lambda g: g.rolling(7, min_periods=min_days or 7).median().shift(1)).sort_index()
    if min_days:  # the record must reach back far enough, too
        assert found.notna().sum().sum() > 800
    there = found.notna()
    pd.testing.assert_frame_equal(found[there], expected[there], check_freq=False)
    assert there[7 * 12 :].equals(expected[7 * 12 :].notna())


def test_other_cadence():
    series = noise(days=3, per_day=96)
    pd.testing.assert_frame_equal(YesterdayForecaster().fit(series).predict(series), series.shift(96))
    seven = noise(days=3).set_axis(pd.date_range("2016-12-01", periods=36, freq="7h"))
    with pytest.raises(ValueError, match="does not divide a day"):
        YesterdayForecaster().fit(seven).predict(seven)


def test_min_days():
    with pytest.raises(ValueError, match="min_days=9 is more than days=3"):
        RunningMedianForecaster(3, min_days=9).fit(noise()).predict(noise())


def test_smoothing_is_a_weighted_mean_of_the_days():
    series = noise(days=14)
    series[series > 1] = np.nan
    found = SmoothingForecaster(0.6, days=4).fit(series).predict(series)
    assert found[:12].isna().all(axis=None)
    for row in range(12, len(series)):
        for name in series:
            past = series[name].iloc[[row - 12 * day for day in range(1, 5) if row >= 12 * day]]
            weight = 0.6 ** np.arange(len(past))
            weight, past = weight[past.notna()], past.dropna()
            expected = np.average(past, weights=weight) if len(past) else np.nan
            assert found[name].iloc[row] == pytest.approx(expected, nan_ok=True)


def test_smoothing_without_end_is_exponential_smoothing():
    series = noise(days=60, stations=1, per_day=1)["A"]
    level = [series.iloc[0]]
    for value in series.iloc[1:-1]:
        level.append(0.5 * value + 0.5 * level[-1])
    found = SmoothingForecaster(0.5, days=59).fit(series).predict(series)
    np.testing.assert_allclose(found["A"].iloc[40:], level[39:], atol=1e-9)
