"""No interval from fewer than five units; and any dataframe where alarms take one."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import xarray as xr

from skquake.alarms import (
    MolchanCurve,
    area_rate,
    count_events,
    flagged_rate,
    molchan_curve,
    nightly_map,
    reference_rate,
    reliability_curve,
    score_alarms,
    superposed_epoch,
)

DAYS = pd.date_range("2015-01-01", periods=400)
RNG = np.random.default_rng(0)
ALARM = xr.DataArray(
    RNG.uniform(size=(400, 3, 4)),
    dims=("day", "latitude", "longitude"),
    coords={"day": DAYS, "latitude": [-60.0, 0.0, 60.0], "longitude": [-135.0, -45.0, 45.0, 135.0]},
)
RATE = area_rate(ALARM)


def catalog(*days):
    """Two earthquakes on each of these days."""
    time = DAYS[np.repeat(days, 2)]
    return pd.DataFrame(
        {"time": time, "latitude": 1.0, "longitude": RNG.uniform(-170, 170, len(time)), "magnitude": 6.0},
        index=[f"e{k}" for k in range(len(time))],
    )


ONE, TWO, FOUR = catalog(5), catalog(5, 300), catalog(5, 100, 200, 300)
FIVE = catalog(5, 100, 200, 300, 390)


@pytest.mark.parametrize(("events", "n"), [(ONE, 1), (TWO, 2), (FOUR, 4)], ids=["1", "2", "4"])
def test_blocks_with_earthquakes_count_not_blocks(events, n):
    curve = molchan_curve(ALARM, events, RATE, random_state=0)
    assert curve.n_units == n and np.isnan([curve.area_skill_low, curve.area_skill_high]).all()
    assert f"(no interval: {n} block{'s' * (n > 1)} of time)" in repr(curve)
    table = score_alarms(ALARM, events, RATE, [0.1, 0.5], random_state=0)
    assert (table["n_units"] == n).all() and table[["low", "high"]].isna().all(axis=None)


@pytest.mark.filterwarnings("ignore:.*only .* blocks of time")
def test_five_blocks_give_one():
    curve = molchan_curve(ALARM, FIVE, RATE, random_state=0)
    assert curve.n_units == 5 and curve.area_skill_low < curve.area_skill_score < curve.area_skill_high
    table = score_alarms(ALARM, FIVE, RATE, [0.5], random_state=0)
    assert table.loc[0, "n_units"] == 5 and table.loc[0, "low"] < table.loc[0, "high"]
    assert "[" in repr(curve) and "no interval" not in repr(curve)
    assert "interval" not in repr(MolchanCurve.from_cells([0.9, 0.1], [0.5, 0.5], [1, 0]))


def test_bands_of_few_null_catalogs():
    rng = np.random.default_rng(1)
    nulls = [catalog(*rng.integers(0, 400, 6)) for _ in range(5)]
    few = molchan_curve(ALARM, FOUR, RATE, null_catalogs=nulls[:4], random_state=0)
    assert np.isnan(few.null_low).all() and len(few.null_scores) == 4 and few.p_null >= 0.2
    enough = molchan_curve(ALARM, FOUR, RATE, null_catalogs=nulls, random_state=0)
    assert np.isfinite(enough.null_low).all() and (enough.null_low <= enough.null_high).all()


VALUES = pd.DataFrame({"time": DAYS, "latitude": 0.0, "longitude": 0.0, "probability": RNG.uniform(size=400)})
EPOCH = dict(days=[-5, -2, 0], distances=[0.0, 25_000.0], random_state=0)


@pytest.mark.filterwarnings("ignore:.*only .* blocks of time")
def test_each_bin_of_an_epoch_by_itself():
    events = FIVE.assign(magnitude=[6.0] * 8 + [7.0] * 2)
    found = superposed_epoch(VALUES, events, magnitudes=[5.0, 6.5, 8.0], **EPOCH)
    assert found.n_units.ravel().tolist() == [4, 1, 4, 1]
    assert np.isnan(found.low).all() and np.isnan(found.high).all() and np.isfinite(found.mean).all()
    frame = found.to_frame()
    assert frame["n_units"].tolist() == [4, 1, 4, 1]
    together = superposed_epoch(VALUES, events, **EPOCH)
    assert together.n_units.ravel().tolist() == [5, 5] and (together.low < together.high).all()
    rng = np.random.default_rng(1)
    nulls = [catalog(*rng.integers(20, 400, 6)) for _ in range(5)]
    few = superposed_epoch(VALUES, events, null_catalogs=nulls[:4], **EPOCH)
    assert np.isnan(few.null_low).all() and np.isfinite(few.null_mean).all() and few.n_nulls == 4
    assert np.isfinite(superposed_epoch(VALUES, events, null_catalogs=nulls, **EPOCH).null_low).all()


@pytest.mark.filterwarnings("ignore:.*only .* blocks of time")
def test_each_bin_of_a_reliability_curve_by_itself():
    p = np.full(400, 0.1)
    p[[5, 6, 300, 301]] = 0.9  # high probabilities in two blocks alone
    curve = reliability_curve(p, np.arange(400) % 10 == 0, time=DAYS, strategy="uniform", random_state=0)
    assert curve.n_units_of_bin.tolist() == [14, 2] and curve.n_units == 14
    assert np.isfinite(curve.low[0]) and np.isnan([curve.low[1], curve.high[1]]).all()
    assert np.isfinite(curve.skill_low)
    timeless = reliability_curve(p, np.arange(400) % 10 == 0)
    assert "(no interval: 1 block of time)" in repr(timeless)


def test_few_passes_have_a_wide_interval():
    flags = pd.DataFrame(
        {"time": DAYS[:2], "latitude": 10.0, "longitude": 0.5, "pass_id": [0, 1], "flagged": True}
    )
    found = flagged_rate(flags, 10, 0, 500)
    assert found["passes"] == 2 and found["low"] < 0.2 and found["high"] == 1.0
    empty = flagged_rate(flags, -80, 0, 500)
    assert empty["passes"] == 0 and np.isnan(empty[["rate", "low", "high"]]).all()


def polar(frame):
    return pl.from_pandas(frame.rename_axis("event_id").reset_index())


def test_frames_of_polars():
    assert count_events(ALARM, polar(FIVE)).equals(count_events(ALARM, FIVE))
    curves = [molchan_curve(ALARM, events, RATE, random_state=0) for events in (FOUR, polar(FOUR))]
    np.testing.assert_array_equal(curves[0].event_tau, curves[1].event_tau)
    tables = [score_alarms(ALARM, events, RATE, 0.5, random_state=0) for events in (FOUR, polar(FOUR))]
    pd.testing.assert_frame_equal(*tables)
    rates = [reference_rate(events, ALARM, before="2020") for events in (FIVE, polar(FIVE))]
    assert rates[0].equals(rates[1])
    maps = [nightly_map(scores, cell_degrees=90) for scores in (VALUES, pl.from_pandas(VALUES))]
    assert maps[0].equals(maps[1])
    flags = VALUES.assign(pass_id=range(400), flagged=VALUES["probability"] > 0.5)
    found = [
        flagged_rate(f, 0, 0, 500, avoid=a) for f, a in ((flags, FOUR), (pl.from_pandas(flags), polar(FOUR)))
    ]
    pd.testing.assert_series_equal(*found)
    epochs = [
        superposed_epoch(v, e, **EPOCH) for v, e in ((VALUES, FOUR), (pl.from_pandas(VALUES), polar(FOUR)))
    ]
    np.testing.assert_array_equal(epochs[0].mean, epochs[1].mean)


def test_what_is_no_frame_is_named():
    for call in (
        lambda: molchan_curve(ALARM, [1], RATE),
        lambda: score_alarms(ALARM, [1], RATE, 0.5),
        lambda: reference_rate([1], ALARM, before="2020"),
        lambda: count_events(ALARM, [1]),
        lambda: superposed_epoch(VALUES, [1]),
    ):
        with pytest.raises(TypeError, match="catalog: expected a dataframe"):
            call()
    with pytest.raises(TypeError, match="flags: expected a dataframe"):
        flagged_rate([1], 0, 0, 500)
    with pytest.raises(TypeError, match="scores: expected a dataframe"):
        nightly_map([1])
    with pytest.raises(ValueError, match="days must be two"):
        flagged_rate(VALUES.assign(pass_id=0, flagged=True), 0, 0, 500, avoid=FOUR, avoid_days=5)
