"""From nights to alarms: nothing looks ahead, thresholds keep to their fraction, counts are right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.alarms import (
    alarm_function,
    area_rate,
    choose_threshold,
    molchan_curve,
    nightly_map,
    score_alarms,
)


def some_map(n_days=30, seed=0, by="night", missing=0.5):
    rng = np.random.default_rng(seed)
    values = rng.uniform(size=(n_days, 3, 6))
    values[rng.uniform(size=values.shape) < missing] = np.nan
    return xr.DataArray(
        values,
        dims=(by, "latitude", "longitude"),
        coords={
            by: pd.date_range("2015-01-01", periods=n_days, unit="ns"),
            "latitude": [-60.0, 0.0, 60.0],
            "longitude": np.arange(-150.0, 180, 60),
        },
    )


@pytest.mark.parametrize("statistic", ["max", "mean"])
@pytest.mark.parametrize("lead", [1, 4, 29, 30, 100])
def test_against_a_loop_over_days(lead, statistic):
    map = some_map(missing=0.8)
    found = alarm_function(map, lead=lead, statistic=statistic).to_numpy()
    values = map.to_numpy()
    for day, row, column in np.ndindex(values.shape):
        before = values[max(day - lead, 0) : day, row, column]
        before = before[~np.isnan(before)]
        if len(before):
            assert found[day, row, column] == pytest.approx(getattr(np, statistic)(before))
        else:
            assert np.isnan(found[day, row, column])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 29), st.integers(1, 12), st.sampled_from(["max", "mean"]))
def test_nothing_looks_ahead(day, lead, statistic):
    map = some_map()
    other = map.copy()
    other[day:] = np.nan
    np.testing.assert_array_equal(
        *(alarm_function(part, lead=lead, statistic=statistic)[: day + 1] for part in (map, other))
    )


def test_of_a_nightly_map_in_any_order_of_dimensions():
    scores = pd.DataFrame(
        {
            "time": pd.date_range("2015-01-01 23:00", periods=3),
            "latitude": 1.0,
            "longitude": 2.0,
            "probability": 0.7,
        }
    )
    map = nightly_map(scores, cell_degrees=30)
    found = alarm_function(map.transpose("longitude", "night", "latitude"), lead=2)
    assert found.dims == ("night", "latitude", "longitude") and "count" not in found.coords
    assert float(found.sel(night="2015-01-03", latitude=15, longitude=15)) == 0.7
    with pytest.raises(ValueError, match="expected an array of"):
        alarm_function(map[0])
    with pytest.raises(ValueError, match="lead"):
        alarm_function(map, lead=0)


@pytest.mark.parametrize("unobserved", ["restrict", "no alarm"])
@pytest.mark.parametrize("tau", [0.01, 0.1, 0.4])
def test_threshold_is_the_lowest_that_keeps_to_tau(tau, unobserved):
    alarm = some_map(n_days=200, missing=0.3)
    rate = area_rate(alarm)
    threshold = choose_threshold(alarm, rate, tau=tau, unobserved=unobserved)
    weight = np.broadcast_to(rate.to_numpy(), alarm.shape)
    every = weight[alarm.notnull().to_numpy()].sum() if unobserved == "restrict" else weight.sum()
    alarmed = [weight[(alarm >= t).to_numpy()].sum() / every for t in np.unique(alarm)[:-1]]
    values = np.unique(alarm)[:-1]
    assert weight[(alarm >= threshold).to_numpy()].sum() / every <= tau
    lower = values[values < threshold]
    assert alarmed[len(lower) - 1] > tau


def test_threshold_of_few_scores():
    alarm = some_map(n_days=60, missing=0.0).round(1)
    with pytest.raises(ValueError, match="share the highest score, 1: no threshold alarms as little"):
        choose_threshold(alarm, area_rate(alarm), tau=0.001)


def test_alarms_are_counted_by_hand():
    alarm = some_map(n_days=320, by="day", missing=0.2)
    rng = np.random.default_rng(1)
    catalog = pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.uniform(0, 320, 80), "D"),
            "latitude": rng.uniform(-90, 90, 80),
            "longitude": rng.uniform(-180, 180, 80),
            "magnitude": 6.0,
        }
    )
    rate = area_rate(alarm) * xr.DataArray(
        rng.uniform(size=6), dims="longitude", coords={"longitude": alarm.longitude}
    )
    found = score_alarms(alarm, catalog, rate, [0.5, 0.9], random_state=0)
    day = (catalog["time"] - pd.Timestamp("2015-01-01")).dt.days.to_numpy()
    at = tuple(
        [
            day,
            ((catalog["latitude"] + 90) // 60).astype(int),
            ((catalog["longitude"] + 180) // 60).astype(int),
        ]
    )
    score, weight = alarm.to_numpy(), np.broadcast_to(rate.to_numpy(), alarm.shape)
    seen = ~np.isnan(score)
    occurred = np.zeros(score.shape, dtype=bool)
    occurred[at] = True
    for row in found.itertuples():
        alarmed = score >= row.threshold
        n, hits = seen[at].sum(), alarmed[at].sum()
        tau = weight[alarmed].sum() / weight[seen].sum()
        assert (row.n_events, row.hits) == (n, hits)
        assert row.tau == pytest.approx(tau) and row.nu == pytest.approx(1 - hits / n)
        assert row.probability == pytest.approx(hits / alarmed.sum())
        assert row.base_rate == pytest.approx(n * tau / alarmed.sum())
        assert row.probability / row.base_rate == pytest.approx(row.probability_gain)
        assert row.low < row.probability_gain < row.high
        both, none = occurred & seen, ~occurred & seen
        assert row.hanssen_kuipers == pytest.approx(alarmed[both].mean() - alarmed[none].mean())
        assert row.n_units == 11 and row.unit == "block of 29.1 days"
    curve = molchan_curve(alarm, catalog, rate, random_state=0)
    np.testing.assert_allclose(np.interp(found["tau"], curve.tau, curve.nu), found["nu"], atol=1e-9)
    with pytest.raises(ValueError, match="no earthquake"):
        score_alarms(alarm, catalog.iloc[:0], rate, 0.5)


def test_no_alarm_at_all():
    alarm = some_map(n_days=300, by="day", missing=0.0)
    catalog = pd.DataFrame(
        {"time": alarm["day"].to_numpy()[[5, 200]], "latitude": 0.0, "longitude": 0.0, "magnitude": 6.0}
    )
    row = score_alarms(alarm, catalog, area_rate(alarm), 2.0, random_state=0).iloc[0]
    assert row["hits"] == row["tau"] == 0 and row["nu"] == row["p_value"] == 1
    assert np.isnan(
        row[["probability", "base_rate", "probability_gain", "low", "high"]].to_numpy(float)
    ).all()
