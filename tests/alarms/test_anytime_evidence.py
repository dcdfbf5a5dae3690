"""Evidence at any time: a martingale without an effect, against brute force, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skquake.alarms import AnytimeEvidence, anytime_evidence, area_rate
from skquake.alarms._anytime_evidence import BETS, wealth_of

START = pd.Timestamp("2015-01-01")


def make(values, by="day"):
    n_days, n_lat, n_lon = values.shape
    coordinates = {
        by: pd.date_range(START, periods=n_days, unit="ns"),
        "latitude": 10.0 * np.arange(n_lat) - 5.0,
        "longitude": 10.0 * np.arange(n_lon) - 5.0,
    }
    return xr.DataArray(values, coordinates, tuple(coordinates))


def events(day, row, column):
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta(np.asarray(day), unit="D"),
            "latitude": 10.0 * np.asarray(row) - 5.0,
            "longitude": 10.0 * np.asarray(column) - 5.0,
            "magnitude": 6.0,
        }
    )


def brute_force(forecast, rate, day, row, column):
    """One gambler a bet, one earthquake after another."""
    wealth, paths = dict.fromkeys(BETS, 1.0), []
    for d, r, c in zip(day, row, column, strict=True):
        today = forecast.values[int(d)]
        known = ~np.isnan(today)
        factor = 1.0
        if known[r, c] and np.nansum(today) > 0:
            factor = (today[r, c] / today[known].sum()) / (rate.values[r, c] / rate.values[known].sum())
        for bet in BETS:
            wealth[bet] *= 1 - bet + bet * factor
        paths.append(sum(wealth.values()) / len(BETS))
    return paths


@pytest.mark.parametrize("seed", range(5))
def test_against_brute_force(seed):
    rng = np.random.default_rng(seed)
    forecast = make(rng.gamma(1.0, size=(40, 3, 4)))
    forecast.values[rng.random(forecast.shape) < 0.2] = np.nan
    forecast.values[7] = np.where(np.isnan(forecast.values[7]), np.nan, 0.0)
    rate = make(rng.gamma(1.0, size=(1, 3, 4)))[0].drop_vars("day") + 0.01
    day = np.sort(rng.uniform(0, 40, 60))
    row, column = rng.integers(3, size=60), rng.integers(4, size=60)
    shuffled = rng.permutation(60)
    found = anytime_evidence(forecast, events(day, row, column).iloc[shuffled], rate)
    expected = brute_force(forecast, rate, day, row, column)
    np.testing.assert_allclose(found.events["wealth"], expected)
    np.testing.assert_allclose(
        found.events["p_value"], 1.0 / np.maximum.accumulate([*np.maximum(expected, 1.0)])
    )
    assert found.unobserved == int(np.isnan(forecast.values[day.astype(int), row, column]).sum())
    assert found.outside == 0 and found.events["time"].is_monotonic_increasing


def test_the_reference_itself_wins_and_loses_nothing():
    rate = make(np.random.default_rng(0).gamma(1.0, size=(1, 3, 4)))[0].drop_vars("day")
    forecast = make(np.broadcast_to(7.0 * rate.values, (30, 3, 4)).copy())
    found = anytime_evidence(forecast, events(np.arange(30), np.arange(30) % 3, np.arange(30) % 4), rate)
    np.testing.assert_allclose(found.events["wealth"], 1.0)
    assert found.p_value == 1.0 and found.crossed() is None


def test_without_an_effect_the_expected_wealth_is_one():
    """Exactly: over all cells in which the next earthquake can be, weighted by the reference."""
    rng = np.random.default_rng(3)
    rate = make(rng.gamma(1.0, size=(1, 3, 4)))[0].drop_vars("day")
    forecast = make(rng.gamma(0.5, size=(1, 3, 4)))
    chance = rate.values / rate.values.sum()
    factor = np.array(
        [
            [anytime_evidence(forecast, events([0.5], [r], [c]), rate).wealth for c in range(4)]
            for r in range(3)
        ]
    )
    assert (chance * factor).sum() == pytest.approx(1.0)


def test_few_effect_free_replays_ever_cross():
    """Ville: at most 5 % at any time; what would cross if each look were judged alone is more."""
    rng = np.random.default_rng(0)
    q = rng.gamma(0.5, size=30)
    q /= q.sum()
    n_replays, n = 2000, 150
    weights = q * np.exp(rng.normal(0.0, 1.0, (n_replays, n, 30)))
    cell = np.searchsorted(np.cumsum(q)[:-1], rng.random((n_replays, n)))
    share = np.take_along_axis(weights / weights.sum(axis=2, keepdims=True), cell[..., np.newaxis], 2)[..., 0]
    wealth = wealth_of(share / q[cell], np.array(BETS))
    assert (wealth.max(axis=1) >= 20.0).mean() <= 0.05
    assert (wealth.max(axis=1) >= 20.0).any()


def test_an_effect_is_found_and_when():
    rng = np.random.default_rng(1)
    values = np.ones((200, 3, 4))
    row, column = rng.integers(3, size=100), rng.integers(4, size=100)
    values[2 * np.arange(100), row, column] = 4.0
    forecast = make(values)
    found = anytime_evidence(forecast, events(2 * np.arange(100) + 0.5, row, column), area_rate(forecast))
    assert found.p_value < 1e-6 and found.at(START) == 1.0
    when = found.crossed(0.05)
    assert found.at(when) <= 0.05 < found.at(when - pd.Timedelta("1h"))
    assert repr(found).startswith("AnytimeEvidence(100 earthquakes, wealth ")


def test_nights_and_what_lies_outside():
    forecast = make(np.ones((5, 3, 4)), by="night")
    late = pd.concat([events([1.5, 2.5], [0, 1], [1, 2]), events([40.0], [0], [0])], ignore_index=True)
    found = anytime_evidence(forecast, late, area_rate(forecast))
    assert isinstance(found, AnytimeEvidence) and (len(found.events), found.outside) == (2, 1)
    none = anytime_evidence(forecast, late.iloc[:0], area_rate(forecast))
    assert (none.wealth, none.p_value, none.crossed()) == (1.0, 1.0, None)


def test_what_cannot_be_is_refused():
    forecast, catalog = make(np.ones((5, 3, 4))), events([1.5], [0], [0])
    rate = area_rate(forecast)
    for value in (-1.0, np.inf):
        bad = forecast.copy()
        bad.values[2, 1, 1] = value
        with pytest.raises(ValueError, match="is no weight"):
            anytime_evidence(bad, catalog, rate)
    for bets in ((), (0.0,), (1.0,), (0.5, 2.0)):
        with pytest.raises(ValueError, match="bets: expected shares above 0 and below 1"):
            anytime_evidence(forecast, catalog, rate, bets=bets)
    none = rate.copy()
    none.values[0, 0] = 0.0
    with pytest.raises(ValueError, match="1 earthquakes in cells to which it gives no chance"):
        anytime_evidence(forecast, catalog, none)
