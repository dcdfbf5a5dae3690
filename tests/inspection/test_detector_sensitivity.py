"""Sensitivity to the analyst's choices: against loops, and honest where nothing is to be found."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake._core._geodesy import great_circle_km
from skquake.catalogs import region_radius_km
from skquake.inspection import detector_sensitivity
from skquake.inspection._detector_sensitivity import _with_p
from skquake.inspection._moved_rates import SIGNS, MovedRates, Pairs, layer, movable, owned
from skquake.preprocessing import IQRBounds, RollingSigmaBounds
from skquake.sources import SeriesSource

DAY = 86_400_000_000_000
START = pd.Timestamp("2012-01-01")
STATIONS = pd.DataFrame({"latitude": [0.0, 3.0, 40.0], "longitude": [179.5, -179.0, 10.0]}, ["A", "B", "C"])
DETECTORS = {"iqr": IQRBounds(style="iqr"), "2 sigma": RollingSigmaBounds(n_sigma=2.0, same_hour=True)}
SMALL = {"n_nulls": 99, "random_state": 0}


def make_series(n_days=700, seed=0, per_day=2):
    index = pd.date_range(START, periods=n_days * per_day, freq=f"{24 // per_day}h")
    values = np.random.default_rng(seed).normal(10.0, 1.0, (len(index), len(STATIONS)))
    return SeriesSource(pd.DataFrame(values, index, STATIONS.index), STATIONS)


def make_events(n=12, seed=0, n_days=700):
    rng = np.random.default_rng(seed)
    days = np.sort(rng.uniform(40.0, n_days - 5.0, n))
    place = STATIONS.iloc[rng.integers(0, 3, n)]
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta(np.round(days * 24) / 24, unit="D"),
            "latitude": place["latitude"].to_numpy() + 0.2,
            "longitude": place["longitude"].to_numpy(),
            "magnitude": rng.uniform(5.5, 7.0, n),
        },
        index=[f"e{k}" for k in rng.permutation(n)],
    )


def test_one_row_a_choice_and_what_each_says():
    choices = {"days": [(-15, 0), (-5, 0)], "region": ["dobrovolsky", 5], "min_magnitude": [5.5, 6.0]}
    table = detector_sensitivity(DETECTORS, make_series(), make_events(), choices=choices, **SMALL)
    assert len(table) == 16
    assert (table["p_max"] >= table["p"].min()).all()
    assert table["p"].between(0.01, 1.0).all()
    np.testing.assert_allclose(table["difference"], table["rate"] - table["free_rate"])
    assert (table["low"] < table["difference"]).all() and (table["difference"] < table["high"]).all()
    strong = table.groupby("min_magnitude")["n_events"].max()
    assert strong[6.0] < strong[5.5] == table.attrs["n_events"] <= 12
    assert set(table["expected_rate"].round(3)) == {0.114, 0.073}


def near(event, region):
    far = great_circle_km(
        event.latitude, event.longitude, STATIONS["latitude"].to_numpy(), STATIONS["longitude"].to_numpy()
    )
    return far <= region_radius_km(region, event.magnitude)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(list(SIGNS)), st.sampled_from([(-15.0, 0.0), (-4.5, 2.0)]))
def test_rates_by_loops(seed, sign, days):
    rng = np.random.default_rng(seed)
    series, events = make_series(120, seed), make_events(4, seed, 120)
    values = rng.choice([-1.0, 0.0, 1.0, np.nan], (240, 3), p=[0.2, 0.5, 0.2, 0.1])
    polarity = pd.DataFrame(values, series.to_frame().index, STATIONS.index)
    quiet = rng.random(len(values)) < 0.8
    event_time = events["time"].astype("datetime64[ns]").astype("int64").to_numpy()
    moments = event_time + rng.integers(-10, 10, (3, len(events))) * DAY
    pairs = Pairs(events, STATIONS, {"9 deg"})
    moved = MovedRates(series.time, moments, pairs.reached, (-15.0, 5.0))
    (counts,) = moved.counts([layer(polarity, quiet, sign)])
    found = moved.rates(counts, np.nonzero(pairs.reached), days)
    flag = {"both": (-1.0, 1.0), "positive": (1.0,), "negative": (-1.0,)}[sign]

    def share(rows, columns):
        part = polarity.to_numpy()[rows & quiet][:, columns]
        return np.isin(part, flag).sum(), np.isfinite(part).sum()

    day = (polarity.index - START).days.to_numpy()
    for row, moment in enumerate(pd.DatetimeIndex(m) for m in moments):
        free = np.ones((len(day), 3), dtype=bool)
        for event, at in zip(events.itertuples(), moment, strict=True):
            first, last = ((at + pd.Timedelta(d, "D") - START).days for d in (-15, 5))
            free[np.ix_((day >= first) & (day <= last), near(event, "9 deg"))] = False
        shares = []
        for event, at in zip(events.itertuples(), moment, strict=True):
            columns = near(event, "9 deg")
            low, high = (at + pd.Timedelta(d, "D") for d in days)
            flagged, n = share((polarity.index >= low) & (polarity.index <= high), columns)
            parts = [share(free[:, k], [k]) for k in np.flatnonzero(columns)]
            if n and sum(part[1] for part in parts):
                shares.append((flagged / n, np.sum(parts, axis=0)[0] / np.sum(parts, axis=0)[1]))
        np.testing.assert_allclose(found[:, row], np.mean(shares, axis=0), rtol=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([None, 7]))
def test_moves_keep_all_days_in_the_record(seed, longest):
    rng = np.random.default_rng(seed)
    time = np.sort(rng.integers(0, 300 * DAY, 12))
    reached = rng.random((12, 4)) < 0.3
    span = 30 * DAY, 290 * DAY
    groups = movable(time, (-15.0, 2.0), reached, span, longest)
    whole = (time - 15 * DAY >= span[0]) & (time + 2 * DAY <= span[1]) & reached.any(axis=1)
    together = np.concatenate([members for members, _ in groups])
    assert sorted(together) == np.flatnonzero(whole).tolist()
    for members, moves in groups:
        assert 0 in moves and (longest is None or np.abs(moves).max() <= longest)
        for move in (moves[0], moves[-1]):
            assert (time[members] + (move - 15) * DAY >= span[0]).all()
            assert (time[members] + (move + 2) * DAY <= span[1]).all()
        if longest is None:  # none is left out
            assert (time[members] + (moves[0] - 16) * DAY < span[0]).any()
            assert (time[members] + (moves[-1] + 3) * DAY > span[1]).any()


def test_what_shares_days_at_a_station_moves_together():
    time = np.array([0, 10, 30, 40, 200]) * DAY
    reached = np.array([[1, 0], [1, 1], [0, 1], [0, 1], [1, 0]], dtype=bool)
    span = -50 * DAY, 300 * DAY
    groups = movable(time, (-15.0, 0.0), reached, span, None)
    assert sorted(members.tolist() for members, _ in groups) == [[0, 1], [2, 3], [4]]
    assert len(movable(time, (-15.0, 0.0), np.eye(5, dtype=bool), span, None)) == 5


def test_p_values_by_loops():
    rng = np.random.default_rng(0)
    rates = rng.random((4, 50)).round(1)  # with ties
    rates[3] = 0.5  # a choice without any spread
    table = _with_p(pd.DataFrame(index=range(4)), rates, 0.9)
    z = np.array([(row - row.mean()) / row.std() if row.std() else 0 * row for row in rates])
    for choice in range(4):
        assert table["p"][choice] == np.mean(rates[choice] >= rates[choice, 0])
        as_large = [z[:, k].max() >= z[choice, 0] for k in range(1, 50)]
        assert table["p_max"][choice] == (1 + sum(as_large)) / 50


@pytest.mark.slow
def test_the_best_of_many_is_honest_without_any_effect():
    """Among 24 choices the smallest p is below 0.05 far too often; the p of the largest is not."""
    choices = {"days": [(-15, 0), (-10, 0), (-5, 0)], "sign": ["both", "positive"]}
    detectors = {
        f"{style} {k}": IQRBounds(style=style, k=k) for style in ("iqr", "quartile") for k in (1.0, 2.0)
    }
    alone, honest = [], []
    for seed in range(60):
        table = detector_sensitivity(
            detectors,
            make_series(400, seed, per_day=1),
            make_events(8, seed, 400),
            choices=choices,
            n_nulls=59,
            random_state=seed,
        )
        alone.append(table["p"].min())
        honest.append(table["p_max"].min())
    assert np.sum(np.array(alone) <= 0.05) >= 10
    assert np.sum(np.array(honest) <= 0.05) <= 7  # 5 % and two standard errors


def test_an_effect_is_found():
    series, events = make_series(), make_events()
    frame = series.to_frame().astype(float)
    for event in events.itertuples():
        frame.loc[event.time - pd.Timedelta(days=5) : event.time] += 2.0
    table = detector_sensitivity(
        DETECTORS, SeriesSource(frame, STATIONS), events, choices={"days": [(-15, 0), (-5, 0)]}, **SMALL
    )
    best = table.loc[table["difference"].idxmax()]
    assert best["days"] == (-5.0, 0.0) and best["p_max"] == 0.01 and best["low"] > 0.0


def test_kp_threshold_leaves_disturbed_times_out():
    series, events = make_series(), make_events()
    kp = pd.Series(1.0, pd.date_range(START - pd.Timedelta(days=2), periods=8 * 703, freq="3h"))
    frame = series.to_frame().astype(float)
    stormy = frame.index.to_series().dt.day.isin([3, 4]).to_numpy()
    frame[stormy] += 8.0
    kp[kp.index.to_series().dt.day.isin([3, 4])] = 6.0
    table = detector_sensitivity(
        {"iqr": DETECTORS["iqr"]},
        SeriesSource(frame, STATIONS),
        events,
        choices={"kp_threshold": [np.inf, 3.0]},
        kp=kp,
        **SMALL,
    ).set_index("kp_threshold")
    assert table.loc[3.0, "free_rate"] < 0.12 < table.loc[np.inf, "free_rate"]


def test_order_of_rows_and_seed():
    series, events = make_series(), make_events()
    first = detector_sensitivity(DETECTORS, series, events, **SMALL)
    shuffled = detector_sensitivity(DETECTORS, series, events.sample(frac=1, random_state=1), **SMALL)
    pd.testing.assert_frame_equal(first, shuffled)
    other = detector_sensitivity(DETECTORS, series, events, n_nulls=99, random_state=1)
    assert not first["low"].equals(other["low"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"choices": {"style": ["iqr"]}}, "unknown 'style'; they are min_magnitude, region"),
        ({"choices": {"days": []}}, "days has no options"),
        ({"choices": {"sign": ["up"]}}, "sign 'up' is none of both, positive, negative"),
        ({"choices": {"kp_threshold": [3.0]}}, "a kp_threshold needs kp"),
        ({"choices": {"min_magnitude": [9.0]}}, "no earthquake, or none with a value, is left"),
        ({"choices": {"region": ["near"]}}, "region 'near' is no region"),
        ({"choices": {"days": [(0, -3)]}}, "days must be two finite numbers"),
        ({"choices": {"days": [(-1000, 0)]}}, "no earthquake has a station in its region"),
        ({"detectors": {}}, "detectors: none"),
        ({"detectors": {"long": IQRBounds(days=9000)}}, "'long' has bounds nowhere"),
        ({"n_nulls": 0}, "n_nulls"),
    ],
)
def test_errors(change, message):
    arguments = {
        "detectors": DETECTORS,
        "series": make_series(90),
        "catalog": make_events(4, n_days=90),
    } | change
    with pytest.raises(ValueError, match=message):
        detector_sensitivity(**arguments)


def test_a_frame_is_no_series():
    with pytest.raises(TypeError, match="expected a SeriesSource, got DataFrame"):
        detector_sensitivity(DETECTORS, make_series().to_frame(), make_events())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_aftershocks_own_by_loops(seed):
    days, region = (-15.0, 2.0), "9 deg"
    events, aftershocks = make_events(5, seed, 120), make_events(6, seed + 50, 120)
    aftershocks["latitude"] += np.random.default_rng(seed).normal(0.0, 0.2, 6)
    time = make_series(120).time
    found = owned(time, STATIONS, events, aftershocks, region, days)
    quakes = pd.concat([events.assign(after=False), aftershocks.assign(after=True)])
    moments = quakes["time"].astype("datetime64[ns]").astype("int64").to_numpy()
    assert found.any() and not found.all()
    for row, moment in enumerate(time):
        for station in range(3):
            best = (np.inf, np.inf, False)
            for at, quake in zip(moments, quakes.itertuples(), strict=True):
                km = great_circle_km(quake.latitude, quake.longitude, *STATIONS.iloc[station])
                held = days[0] * DAY <= moment - at <= days[1] * DAY
                if held and km <= region_radius_km(region, quake.magnitude):
                    best = min(best, (km, abs(moment - at), quake.after))
            assert found[row, station] == best[2]


def test_what_aftershocks_own_is_left_out():
    series, events = make_series(), make_events()
    plain = detector_sensitivity(DETECTORS, series, events, **SMALL)
    far = events.assign(latitude=-70.0).set_axis([f"far {name}" for name in events.index])
    same = detector_sensitivity(DETECTORS, series, events, aftershocks=far, **SMALL)
    pd.testing.assert_frame_equal(plain, same)
    # A fault of the instrument after each aftershock, which is nearer than the earthquake, is not counted.
    near = events.iloc[::2].assign(time=lambda quakes: quakes["time"] + pd.Timedelta("5D"))
    near["latitude"] -= 0.2
    near.index = [f"after {name}" for name in near.index]
    frame = series.to_frame().copy()
    for moment in near["time"]:
        frame.loc[moment - pd.Timedelta("8D") : moment - pd.Timedelta("6D")] += 30.0
    faulty = SeriesSource(frame, STATIONS)
    kept = detector_sensitivity(DETECTORS, faulty, events, **SMALL)
    left = detector_sensitivity(DETECTORS, faulty, events, aftershocks=near, **SMALL)
    assert (left["rate"] < kept["rate"]).all()
    assert set(left["n_events"]) <= set(range(1, len(events) + 1))
