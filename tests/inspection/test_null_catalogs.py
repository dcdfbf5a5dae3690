"""Catalogs that never happened: each keeps what it promises to keep, and destroys the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake._core._geodesy import great_circle_km, wrap_longitude
from skquake._core._magnetic import dip_latitude
from skquake._core._time import NS_PER_DAY, as_ns, local_solar_time
from skquake.catalogs import AftershockRemover, region_radius_km
from skquake.inspection import null_catalogs
from skquake.inspection._null_catalogs import (
    OtherPlace,
    Rotate,
    ShiftLongitude,
    ShuffleTimes,
    make_nulls,
    window_days,
)
from skquake.inspection._record import Record, turn
from skquake.sources import SeriesSource, TrackSource

DAYS = 400
SEEDS = st.integers(0, 2**32 - 1)
NULLS = (Rotate(80, 15.0), ShiftLongitude(min_magnitude=5.5), ShuffleTimes(), OtherPlace())
FEW = settings(max_examples=4, deadline=None)


def sequences(seed, n=60, *, within=DAYS, latitude=88.0):
    """Mainshocks anywhere, poles and dateline too, half of them with aftershocks; in no order."""
    rng = np.random.default_rng(seed)
    parts = []
    for k in range(n):
        n_after = int(rng.integers(0, 6)) if k % 2 else 0
        lat = rng.choice([rng.uniform(-latitude, latitude), rng.uniform(-60, 60)])
        lon = rng.choice([rng.uniform(-180, 180), -180.0, 179.99, 0.0])
        magnitude = rng.uniform(5.5, 7.8)
        delay = np.r_[0.0, np.sort(rng.uniform(0.01, 20.0, n_after))]
        north, east = np.r_[[[0.0, 0.0]], rng.normal(0, 0.1, (n_after, 2))].T
        parts.append(
            pd.DataFrame(
                {
                    "time": pd.Timestamp("2015-01-01")
                    + pd.to_timedelta(rng.integers(0, within) + rng.choice([0.0, rng.random()]) + delay, "D"),
                    "latitude": np.clip(lat + north, -90, 90),
                    "longitude": wrap_longitude(lon + east),
                    "magnitude": np.r_[magnitude, rng.uniform(4.5, magnitude - 0.5, n_after)],
                },
                index=[f"{k}-{j}" for j in range(n_after + 1)],
            )
        )
    return pd.concat(parts).sample(frac=1.0, random_state=seed % 2**31)


def series(days=DAYS, *, start="2015-01-01 06:00"):
    times = pd.date_range(start, periods=days, freq="D")
    return SeriesSource(
        pd.DataFrame({"A": np.zeros(days)}, times),
        pd.DataFrame({"latitude": [0.0], "longitude": [0.0]}, ["A"]),
        name="series",
    )


def track(days=DAYS):
    seconds = np.arange(0, days * 86400, 1800)
    frame = pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(seconds, "s"),
            "latitude": 80 * np.sin(seconds / 900.0),
            "longitude": wrap_longitude(seconds / 240.0),
            "Ne": 1.0,
        }
    )
    return TrackSource(frame, cadence=1800.0, max_gap=3600.0)


def record_of(seed, source=None, **keywords):
    return Record.of(series() if source is None else source, sequences(seed, **keywords))


def clusters_of(record):
    """Positions of each cluster with more than one event."""
    order = np.argsort(record.mainshock, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(record.mainshock[order])) + 1)
    return [group for group in groups if len(group) > 1]


def circular(ns, record):
    """Time differences on the circle of the record, the shorter way."""
    around = record.n_days * NS_PER_DAY
    ns = np.abs(ns) % around
    return np.minimum(ns, around - ns)


def distances(catalog, rows):
    latitude, longitude = (catalog[name].to_numpy()[rows] for name in ("latitude", "longitude"))
    return great_circle_km(latitude[:, None], longitude[:, None], latitude, longitude)


@pytest.mark.parametrize("null", NULLS, ids=lambda null: null.name)
@FEW
@given(seed=SEEDS)
def test_every_null_keeps_events_magnitudes_and_clusters(null, seed):
    record = record_of(seed)
    drawn, said = null.draw(record, np.random.default_rng(seed))
    before = record.catalog
    assert drawn.index.equals(before.index)
    pd.testing.assert_frame_equal(
        drawn.drop(columns=["time", "latitude", "longitude"]),
        before.drop(columns=["time", "latitude", "longitude"]),
    )
    assert drawn["longitude"].between(-180, 180, inclusive="left").all()
    assert drawn["latitude"].between(-90, 90).all()
    time = as_ns(drawn["time"])
    assert ((time >= record.start) & (time < record.start + record.n_days * NS_PER_DAY)).all()
    for group in clusters_of(record):
        delay, old = (circular(t[group][:, None] - t[group], record) for t in (time, record.time))
        np.testing.assert_array_equal(delay, old)
        np.testing.assert_allclose(distances(drawn, group), distances(before, group), atol=1e-3)
    again, said_again = null.draw(record, np.random.default_rng(seed))
    pd.testing.assert_frame_equal(drawn, again)
    assert said == said_again


@FEW
@given(seed=SEEDS)
def test_rotation_is_one_offset_of_whole_days_far_from_none(seed):
    record = record_of(seed)
    drawn, said = NULLS[0].draw(record, np.random.default_rng(seed))
    offset = (as_ns(drawn["time"]) - record.time) % (record.n_days * NS_PER_DAY)
    assert set(offset) == {said["days"] * NS_PER_DAY}
    assert 80 <= said["days"] <= record.n_days - 80
    pd.testing.assert_frame_equal(drawn.drop(columns="time"), record.catalog.drop(columns="time"))
    hour = local_solar_time(record.time.view("datetime64[ns]"), 0.0)
    np.testing.assert_array_equal(local_solar_time(drawn["time"].to_numpy(), 0.0), hour)


@FEW
@given(seed=SEEDS)
def test_whole_years_keep_the_season(seed):
    source = series(round(21.4 * 365.2425), start="1995-03-05")
    made, n_days = make_nulls(
        ["rotate"], source, {"days": (-15, 0), "max_length": 5, "region": 3.0}, 7817, shift_days=60.0
    )
    assert n_days == round(21 * 365.2425)
    catalog = sequences(seed, within=7000).assign(time=lambda c: c["time"] - pd.Timedelta(days=7240))
    record = Record.of(source, catalog, n_days=n_days)
    drawn, _ = made["rotate"].draw(record, np.random.default_rng(seed))
    year = 365.2425
    season = (as_ns(drawn["time"]) - record.time) / NS_PER_DAY % year
    assert (np.minimum(season, year - season) <= 1.01).all()
    assert made["rotate"].n_independent(record) == 20
    assert "one year is as good" in made["rotate"].assumes


@FEW
@given(seed=SEEDS)
def test_a_shift_keeps_dip_latitude_and_local_time(seed):
    null = NULLS[1]
    record = record_of(seed, latitude=60.0)
    drawn, said = null.draw(record, np.random.default_rng(seed))
    heads = record.heads
    old, new = record.catalog.iloc[heads], drawn.iloc[heads]
    east = wrap_longitude(new["longitude"].to_numpy() - old["longitude"].to_numpy() - said["degrees"])
    np.testing.assert_allclose(east, 0.0, atol=1e-9)
    dip = dip_latitude(old["time"], new["latitude"], new["longitude"])
    reachable = np.abs(record.dip) < 50.0
    np.testing.assert_allclose(dip[reachable], record.dip[reachable], atol=0.5)
    hour = local_solar_time(new["time"].to_numpy(), new["longitude"])
    change = np.abs(hour - local_solar_time(old["time"].to_numpy(), old["longitude"]))
    assert (np.minimum(change, 24 - change) < 1e-6).all()
    assert (circular(as_ns(drawn["time"]) - record.time, record) <= NS_PER_DAY // 2).all()
    # No event stays in its own region (overlaps says how many could not be moved out).
    away = great_circle_km(old["latitude"], old["longitude"], new["latitude"], new["longitude"])
    inside = away <= region_radius_km("dobrovolsky", old["magnitude"].to_numpy())
    assert inside.sum() == said["overlaps"]
    if (old["magnitude"] < 7.0).all():
        assert said["overlaps"] == 0


def test_a_shift_keeps_times_on_a_track():
    record = record_of(3, track())
    drawn, _ = NULLS[1].draw(record, np.random.default_rng(0))
    assert drawn["time"].equals(record.catalog["time"])
    moved, _ = NULLS[1].draw(record_of(3), np.random.default_rng(0))
    assert not moved["time"].equals(record.catalog["time"])


@FEW
@given(seed=SEEDS)
def test_shuffled_times_keep_the_rate_of_each_month(seed):
    record = record_of(seed)
    drawn, _ = NULLS[2].draw(record, np.random.default_rng(seed))
    months = [
        catalog["time"].iloc[record.heads].dt.to_period("M").to_numpy() for catalog in (record.catalog, drawn)
    ]
    np.testing.assert_array_equal(*months)
    places = ["latitude", "longitude"]
    pd.testing.assert_frame_equal(drawn[places], record.catalog[places])
    hours = [local_solar_time(c["time"].to_numpy(), c["longitude"]) for c in (record.catalog, drawn)]
    np.testing.assert_array_equal(*hours)


def test_shuffled_days_are_uniform_over_the_month():
    times = pd.to_datetime(["2015-02-11 03:00:00.0"] * 4000 + ["2015-01-15 23:59:59.5"])
    catalog = pd.DataFrame(
        {"time": times, "latitude": np.linspace(-60, 60, 4001), "longitude": 0.0, "magnitude": 1.0}
    )
    record = Record.of(series(), catalog, clusters=AftershockRemover("box", half_width=1e-6, days=0.1))
    drawn, _ = NULLS[2].draw(record, np.random.default_rng(0))
    count = drawn["time"].iloc[:-1].dt.day.value_counts()
    assert set(count.index) == set(range(1, 29)) and count.between(100, 190).all()
    assert (drawn["time"].iloc[:-1].dt.strftime("%m %H:%M") == "02 03:00").all()
    assert drawn["time"].iloc[-1].strftime("%m %H:%M:%S.%f") == "01 23:59:59.500000"


@FEW
@given(seed=SEEDS)
def test_clusters_exchange_places_at_like_dip_latitudes(seed):
    record = record_of(seed, n=120)
    drawn, _ = NULLS[3].draw(record, np.random.default_rng(seed))
    assert drawn["time"].equals(record.catalog["time"])
    old, new = (c[["latitude", "longitude"]].to_numpy()[record.heads] for c in (record.catalog, drawn))
    assert {tuple(row) for row in old} == {tuple(row) for row in new}
    assert (old != new).any(axis=1).mean() > 0.5
    # Each takes the place of one of its own band: in the order of |dip latitude| it moves by no more.
    rank = np.argsort(np.argsort(np.abs(record.dip), kind="stable"))
    where = {tuple(row): rank[k] for k, row in enumerate(old)}
    bands = max(1, len(old) // 50)
    edges = np.cumsum([len(band) for band in np.array_split(rank, bands)])
    for k, row in enumerate(new):
        assert np.searchsorted(edges, where[tuple(row)], side="right") == np.searchsorted(
            edges, rank[k], side="right"
        )


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, where=st.tuples(*[st.floats(-90, 90), st.floats(-180, 179.9)] * 2))
def test_turning_keeps_all_distances(seed, where):
    rng = np.random.default_rng(seed)
    n = 6
    latitude, longitude = rng.uniform(-90, 90, n), rng.uniform(-180, 180, n)
    moved = turn(latitude, longitude, *(np.full(n, value) for value in where))
    old = pd.DataFrame({"latitude": latitude, "longitude": longitude})
    new = pd.DataFrame({"latitude": moved[0], "longitude": moved[1]})
    rows = np.arange(n)
    np.testing.assert_allclose(distances(new, rows), distances(old, rows), atol=1e-2)
    center = turn(*(np.full(1, value) for value in (where[0], where[1], *where)))
    assert great_circle_km(*center, where[2], where[3])[0] < 1e-3


def test_near_the_dip_poles_the_nearest_dip_latitude_is_taken():
    catalog = pd.DataFrame(
        {
            "time": pd.to_datetime(["2015-05-01", "2015-06-01", "2015-06-01"]),
            "latitude": [86.0, 90.0, -64.0],
            "longitude": [-160.0, 10.0, 136.0],
            "magnitude": [5.0, 5.0, 5.0],
        }
    )
    record = Record.of(series(), catalog)
    for seed in range(5):
        drawn, _ = NULLS[1].draw(record, np.random.default_rng(seed))
        assert np.isfinite(drawn[["latitude", "longitude"]]).all(axis=None)
        assert (np.abs(drawn["latitude"]) > 45.0).all()


def test_the_record_is_the_whole_days_of_the_source():
    catalog = sequences(0)
    late = catalog.assign(time=catalog["time"] + pd.Timedelta(days=DAYS - 30))
    record = Record.of(series(), late)
    assert 0 < len(record.catalog) < len(late)
    assert pd.Timestamp(record.start) == pd.Timestamp("2015-01-01") and record.n_days == DAYS
    labels = AftershockRemover("gardner-knopoff").fit(record.catalog).labels_
    assert record.catalog.index[record.mainshock].tolist() == list(labels)
    with pytest.raises(ValueError, match=r"none of its .* events lies in the 400 days of the source"):
        Record.of(series(), catalog.assign(time=catalog["time"] + pd.Timedelta(days=3 * DAYS)))
    with pytest.raises(ValueError, match="no events"):
        Record.of(series(), catalog.iloc[:0])


def test_events_of_one_moment_and_one_place_are_no_trouble():
    catalog = sequences(1, n=10).assign(time=pd.Timestamp("2015-04-01"), latitude=10.0, longitude=-180.0)
    record = Record.of(series(), catalog)
    for null in NULLS:
        drawn, _ = null.draw(record, np.random.default_rng(0))
        assert len(drawn) == len(catalog) and np.isfinite(drawn["latitude"]).all()


def test_a_record_too_short_to_rotate_says_so():
    catalog = sequences(0, within=100)
    with pytest.raises(ValueError, match=r"rotate needs offsets of at least 80 days in both .* 120 days"):
        list(null_catalogs("rotate", series(120), catalog, days=(-15, 0), max_length=5, random_state=0))
    with pytest.raises(ValueError, match="'turn' is none of 'rotate', 'shift-longitude'"):
        list(null_catalogs("turn", series(), sequences(0)))


def test_offsets_lie_beyond_window_and_shift_of_controls():
    sampling = {"days": (-15, 5), "max_length": 11, "region": "dobrovolsky"}
    made, _ = make_nulls(["rotate"], series(), sampling, DAYS, shift_days=60.0)
    assert made["rotate"].least_days == 20 + 10 + 60 + 1
    assert made["rotate"].spacing_days == 30.0
    record = record_of(0)
    days = made["rotate"].offsets(record)
    assert (days[0], days[-1]) == (91, DAYS - 91)
    assert made["rotate"].n_independent(record) == (DAYS - 182) // 30 + 1


def test_windows_reach_as_far_as_their_context():
    sampling = {"days": (-15, 0), "max_length": 11, "context": 4}
    assert window_days(series(60), sampling) == 15 + 10 + 4
    assert window_days(track(2), sampling) == pytest.approx(15 + (10 + 2 * 4) / 48)  # a half hour each
    assert window_days(series(60), sampling | {"context": 0}) == 15 + 10


def test_catalogs_for_other_uses():
    catalog = sequences(0)
    first, second = null_catalogs("shuffle-times", series(), catalog, n=2, random_state=0)
    assert not first["time"].equals(second["time"])
    (again,) = null_catalogs("shuffle-times", series(), catalog, random_state=0)
    pd.testing.assert_frame_equal(first, again)
