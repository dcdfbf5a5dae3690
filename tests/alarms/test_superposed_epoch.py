"""Superposed epochs against a loop over every earthquake and observation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake._core._geodesy import great_circle_km
from skquake.alarms import superposed_epoch
from skquake.alarms._superposed_epoch import _stack
from skquake.catalogs import dobrovolsky_radius

DAYS, DISTANCES, MAGNITUDES = [-6.0, -2.0, 0.0, 1.5], [0.0, 300.0, 1500.0], [5.0, 6.0, 8.0]


def scene(n=4000, n_events=60, n_days=500, seed=0):
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2015-01-01")
    values = pd.DataFrame(
        {
            "time": start + pd.to_timedelta(rng.uniform(0, n_days, n), "D"),
            "latitude": rng.uniform(-20, 20, n),
            "longitude": (rng.uniform(160, 200, n) + 180) % 360 - 180,
            "probability": rng.normal(size=n),
        }
    )
    events = pd.DataFrame(
        {
            "time": start + pd.to_timedelta(rng.uniform(0, n_days, n_events), "D"),
            "latitude": rng.uniform(-20, 20, n_events),
            "longitude": (rng.uniform(160, 200, n_events) + 180) % 360 - 180,
            "magnitude": rng.uniform(4.5, 8.0, n_events),
        },
        index=rng.permutation(n_events),
    )
    return values, events


def loop(values, events, unit="km"):
    shape = len(DAYS) - 1, len(DISTANCES) - 1, len(MAGNITUDES) - 1
    total, n_events, n_values = np.zeros(shape), np.zeros(shape, int), np.zeros(shape, int)
    for event in events.itertuples():
        lag = (values["time"] - event.time) / pd.Timedelta(days=1)
        km = great_circle_km(event.latitude, event.longitude, values["latitude"], values["longitude"])
        km = km / dobrovolsky_radius(event.magnitude) if unit == "dobrovolsky" else km
        for day, ring, size in np.ndindex(shape):
            here = (lag >= DAYS[day]) & (lag < DAYS[day + 1])
            here &= (km >= DISTANCES[ring]) & (km < DISTANCES[ring + 1])
            here &= MAGNITUDES[size] <= event.magnitude < MAGNITUDES[size + 1]
            if here.any():
                total[day, ring, size] += values.loc[here, "probability"].mean()
                n_events[day, ring, size] += 1
                n_values[day, ring, size] += here.sum()
    return np.where(n_events, total / np.maximum(n_events, 1), np.nan), n_events, n_values


@pytest.mark.parametrize("seed", range(3))
def test_against_a_loop(seed):
    values, events = scene(seed=seed)
    found = superposed_epoch(
        values, events, days=DAYS, distances=DISTANCES, magnitudes=MAGNITUDES, random_state=0
    )
    mean, n_events, n_values = loop(values, events)
    np.testing.assert_allclose(found.mean, mean, atol=1e-12)
    np.testing.assert_array_equal(found.n_events, n_events)
    np.testing.assert_array_equal(found.n_values, n_values)
    inside = (found.low <= found.mean) & (found.mean <= found.high)
    assert inside[found.n_events > 5].all()
    frame = found.to_frame()
    assert len(frame) == mean.size
    row = frame.query("day_from == -2 and distance_from == 300 and magnitude_from == 6").iloc[0]
    assert row["mean"] == pytest.approx(mean[1, 1, 1]) and row["day_to"] == 0 and row["distance_to"] == 1500


def test_distances_in_dobrovolsky_radii():
    values, events = scene()
    rings = [ring / 500 for ring in DISTANCES]
    found = superposed_epoch(
        values,
        events,
        days=DAYS,
        distances=rings,
        magnitudes=MAGNITUDES,
        distance_unit="dobrovolsky",
        random_state=0,
    )
    shape = found.mean.shape
    old, DISTANCES[:] = list(DISTANCES), rings
    try:
        mean, n_events, _ = loop(values, events, "dobrovolsky")
    finally:
        DISTANCES[:] = old
    np.testing.assert_allclose(found.mean, mean, atol=1e-12)
    assert found.n_events.sum() == n_events.sum() > 50 and shape == (3, 2, 2)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 300))
def test_pieces_and_orders_change_nothing(seed, some):
    import skquake.alarms._superposed_epoch as module

    values, events = scene(n=1000, n_events=150, seed=seed)
    keep = {"days": DAYS, "distances": DISTANCES, "random_state": 0}
    expected = superposed_epoch(values, events, **keep)
    shuffled = values.sample(frac=1, random_state=seed), events.sample(frac=1, random_state=seed)
    before, module._EVENTS = module._EVENTS, some
    try:
        found = superposed_epoch(*shuffled, **keep)
    finally:
        module._EVENTS = before
    np.testing.assert_allclose(found.mean, expected.mean, atol=1e-12)
    np.testing.assert_array_equal(found.n_values, expected.n_values)


def test_an_effect_is_seen_where_it_is_and_nothing_elsewhere():
    values, events = scene(n=10_000, n_events=120)
    planted = values.copy()
    for event in events.itertuples():
        lag = (values["time"] - event.time) / pd.Timedelta(days=1)
        km = great_circle_km(event.latitude, event.longitude, values["latitude"], values["longitude"])
        planted.loc[lag.between(-2, 0) & (km < 300), "probability"] += 3.0
    rng = np.random.default_rng(1)
    shifts = rng.uniform(30, 470, 39)
    start = pd.Timestamp("2015-01-01")
    nulls = [
        events.assign(time=start + ((events["time"] - start) + pd.Timedelta(days=s)) % pd.Timedelta(days=500))
        for s in shifts
    ]
    keep = {"days": DAYS, "distances": DISTANCES, "random_state": 0}
    found = superposed_epoch(planted, events, null_catalogs=iter(nulls), **keep)
    assert found.n_nulls == 39 and found.p_value == 1 / 40
    assert found.mean[1, 0, 0] > found.null_high[1, 0, 0] + 1 and found.low[1, 0, 0] > 2
    quiet = superposed_epoch(values, events, null_catalogs=nulls, **keep)
    assert quiet.p_value > 0.05 and "39 null catalogs" in repr(quiet)
    alone = superposed_epoch(values, nulls[0], **keep)
    assert (quiet.null_low <= quiet.null_mean).all() and alone.p_value != alone.p_value  # NaN without nulls
    assert {"null_mean", "null_low", "null_high"} <= set(quiet.to_frame())
    with pytest.raises(ValueError, match="null_catalogs: empty"):
        superposed_epoch(values, events, null_catalogs=[], **keep)
    # A null catalog that nobody observed would depart from nothing and make p smaller.
    away = events.assign(time=events["time"] + pd.Timedelta(days=4000))
    with pytest.raises(ValueError, match="null_catalogs: number 1 has no observation"):
        superposed_epoch(values, events, null_catalogs=[events, away], **keep)


def test_p_value_is_exchangeable():
    """Observed and null catalogs of one kind: p-values are uniform on their steps."""
    rng = np.random.default_rng(0)
    values, _ = scene(n=2000, n_days=330)
    base = scene(n_events=40, n_days=330)[1]
    start, p = pd.Timestamp("2015-01-01"), []
    for _ in range(30):
        catalogs = [
            base.assign(time=start + pd.to_timedelta(rng.uniform(0, 330, 40), "D")) for _ in range(10)
        ]
        keep = {"days": DAYS, "distances": DISTANCES, "n_resamples": 2, "random_state": 0}
        p.append(superposed_epoch(values, catalogs[0], null_catalogs=catalogs[1:], **keep).p_value)
    assert 0.3 < np.mean(p) < 0.8  # 0.55 expected of steps of a tenth


def test_maps():
    """A night is taken at the local midnight of each cell, a day at noon UT, times as they are."""
    time = pd.date_range("2015-01-01", periods=300, unit="ns")
    for by, longitude, moment in (
        ("night", 0.0, "2015-01-04 00:00"),
        ("night", 90.0, "2015-01-03 18:00"),
        ("day", 90.0, "2015-01-03 12:00"),
        ("time", 90.0, "2015-01-03 00:00"),
    ):
        array = xr.DataArray(
            np.zeros((300, 1, 1)),
            dims=(by, "latitude", "longitude"),
            coords={by: time, "latitude": [0.0], "longitude": [longitude]},
        )
        array.loc[{by: "2015-01-03"}] = 1.0
        event = pd.DataFrame(
            {"time": pd.to_datetime([moment]), "latitude": 0.0, "longitude": longitude, "magnitude": 6.0}
        )
        found = superposed_epoch(array, event, days=[-0.5, 0.5], random_state=0)
        assert found.mean.item() == 1.0 and found.n_values.item() == 1


def test_nothing_is_counted_twice_or_lost():
    values, events = scene()
    edges = {
        "days": np.array([-5.0, 5.0]),
        "distances": np.array([0.0, 1e4]),
        "magnitudes": np.array([-9.0, 9.0]),
    }
    from sklearn.utils import Bunch

    from skquake.alarms._superposed_epoch import _points

    points = _points(values.assign(probability=np.where(values.index % 7, 1.0, np.nan)), "probability")
    sums = _stack(points, events, Bunch(**edges), "km")
    lag = np.abs(
        points.time[:, np.newaxis] - events["time"].to_numpy().astype("datetime64[ns]").view("int64")
    )
    assert sums.n_values.sum() == (lag < 5 * 86400 * 10**9).sum()


def test_errors():
    values, events = scene()
    with pytest.raises(ValueError, match="no earthquake has an observation"):
        superposed_epoch(values, events.iloc[:0])
    with pytest.raises(ValueError, match="days: expected two ascending edges"):
        superposed_epoch(values, events, days=[1.0, 0.0])
    with pytest.raises(ValueError, match="below zero"):
        superposed_epoch(values, events, distances=[-1.0, 5.0])
    with pytest.raises(ValueError, match=r"missing column\(s\) probability"):
        superposed_epoch(values.drop(columns="probability"), events)
    with pytest.raises(ValueError, match="expected an array of"):
        superposed_epoch(xr.DataArray(np.zeros(3), dims="time"), events)
