"""Simulated tracks: layout, sums of their parts, the planted perturbation."""

import numpy as np
import pandas as pd
import pytest

from skquake._core._geodesy import great_circle_km
from skquake.datasets import make_kp, make_track
from skquake.sources import TrackSource

START, END = "2019-03-05", "2019-03-25"


@pytest.fixture(scope="module")
def catalog():
    return pd.DataFrame(
        {
            "time": pd.to_datetime(["2019-03-21 07:00", "2019-03-24 00:00", "2019-03-20 00:00"]),
            "latitude": [-5.0, 40.0, 64.0],
            "longitude": [102.0, 179.8, -150.0],
            "magnitude": [7.0, 5.0, 6.0],
        },
        index=["big", "small", "north"],
    )


@pytest.fixture(scope="module")
def tracks(catalog):
    kp = make_kp("2019-03-01", END, random_state=0)
    options = {"kp": kp, "side": "night", "random_state": 0}
    without = make_track("cses", START, END, **options)
    planted = make_track("cses", START, END, catalog=catalog, effect=0.4, **options)
    return without, planted


def test_layout(tracks):
    frame = tracks[0].frame
    assert list(frame.columns) == ["time", "latitude", "longitude", "Ne", "Te"]
    assert frame["time"].dtype == "datetime64[ns]"
    assert frame["time"].is_monotonic_increasing and frame["time"].is_unique
    assert frame["time"].between(START, END, inclusive="left").all()
    assert frame["longitude"].between(-180, 180, inclusive="left").all()
    assert frame.notna().all(axis=None)
    assert frame["Ne"].between(1e3, 1e6).all() and frame["Te"].between(300, 5000).all()
    assert len(frame) == pytest.approx(20 * 15.2 * 695, rel=0.01)


def test_source_finds_its_passes(tracks):
    source = TrackSource(tracks[0].frame, ["Ne", "Te"])
    assert len(source.passes) == pytest.approx(20 * 15.2, abs=2)
    assert source.ascending.all()
    assert source.cadence == np.timedelta64(3, "s")


def test_effect_zero_is_no_catalog(tracks, catalog):
    kp = make_kp("2019-03-01", END, random_state=0)
    zero = make_track("cses", START, END, catalog=catalog, effect=0.0, kp=kp, side="night", random_state=0)
    pd.testing.assert_frame_equal(zero.frame, tracks[0].frame)


def test_tracks_of_one_seed_differ_by_the_planted_shape_alone(tracks):
    without, planted = tracks
    difference = np.log10(planted.frame["Ne"]) - np.log10(without.frame["Ne"])
    np.testing.assert_allclose(difference, planted.truth.planted, atol=3e-6)
    np.testing.assert_array_equal(planted.truth.background, without.truth.background)
    assert not without.truth.planted.any()
    # Te answers with the slope of its model.
    answer = np.log10(planted.frame["Te"]) - np.log10(without.frame["Te"])
    np.testing.assert_allclose(answer, -0.2 * planted.truth.planted, atol=3e-6)


def test_planted_shape_by_brute_force(tracks, catalog):
    truth, frame = tracks[1].truth, tracks[1].frame
    expected = np.zeros(len(frame))
    for event in catalog.itertuples():
        distance = great_circle_km(event.latitude, event.longitude, frame["latitude"], frame["longitude"])
        width = max(0.5 * 10 ** (0.43 * event.magnitude), 200.0)
        days = (frame["time"] - event.time) / pd.Timedelta(days=1)
        way = ((days + 15) / 3).clip(0, 1)
        strength = (way**2 * (3 - 2 * way)).where(days.between(-15, 0), 0)
        expected += np.log10(1.4) * np.exp(-0.5 * (distance / width) ** 2) * strength
    np.testing.assert_allclose(truth.planted, expected, atol=1e-4)
    assert truth.planted.max() == pytest.approx(np.log10(1.4), rel=0.1)


def test_temperature_opposes_density(tracks):
    frame, truth = tracks[0].frame, tracks[0].truth
    deviation = np.log10(frame["Ne"]) - truth.background
    assert np.corrcoef(np.log10(frame["Ne"]), np.log10(frame["Te"]))[0, 1] < -0.8
    assert deviation.std() == pytest.approx(np.hypot(np.hypot(0.10, 0.07), 0.027), rel=0.3)


def test_noise_on_one_pass_has_the_stated_covariance():
    """Neighbouring points of many passes, against the covariance that the oracle uses."""
    frame, truth = make_track("cses", "2019-03-01", "2019-05-01", side="night", random_state=1).values()
    residual = truth.log_ne.astype(float) - truth.background
    first = np.flatnonzero(np.abs(frame["latitude"].to_numpy()) < 0.1)
    rows = first[::2, np.newaxis] + np.arange(0, 60, 15)
    measured = residual[rows].T @ residual[rows] / len(rows)
    latitude, longitude = (frame[name].to_numpy()[rows[0]] for name in ("latitude", "longitude"))
    all_rows = np.arange(rows[0, 0], rows[0, -1] + 1)
    stated = truth.noise.covariance(
        *(frame[name].to_numpy()[all_rows] for name in ("latitude", "longitude"))
    )[::15, ::15][:4, :4]
    assert np.ptp(latitude) > 8 and np.ptp(longitude) < 3
    np.testing.assert_allclose(measured, stated, rtol=0.2)
    steps = residual[first[:, np.newaxis] + np.arange(30)]
    stated_step = 2 * (
        stated[0, 0] - truth.noise.covariance(frame["latitude"][:2], frame["longitude"][:2])[0, 1]
    )
    assert np.diff(steps, axis=1).var() == pytest.approx(stated_step, rel=0.05)


def test_storms_follow_kp(tracks):
    quiet = make_track("cses", START, END, side="night", random_state=0)
    change = tracks[0].truth.background - quiet.truth.background
    difference = np.log10(tracks[0].frame["Ne"]) - np.log10(quiet.frame["Ne"])
    np.testing.assert_allclose(difference, change, atol=3e-6)
    assert change.max() > 0 > change.min()


def test_batches_change_nothing(tracks, monkeypatch):
    monkeypatch.setattr("skquake.datasets._track.BATCH", 7)
    kp = make_kp("2019-03-01", END, random_state=0)
    again = make_track("cses", START, END, kp=kp, side="night", random_state=0)
    pd.testing.assert_frame_equal(again.frame, tracks[0].frame, rtol=1e-6)


@pytest.mark.parametrize(("satellite", "rows"), [("swarm", 86_400), ("demeter", 63_800)])
def test_other_satellites(satellite, rows):
    track = make_track(satellite, "2019-03-14", "2019-03-15", random_state=0)
    assert len(track.frame) == pytest.approx(rows, rel=0.02)
    source = TrackSource(track.frame, ["Ne", "Te"])
    assert len(np.unique(source.ascending)) == 2
    assert len(source.passes) == pytest.approx(30, abs=2)


def test_fields_and_cadence(monkeypatch):
    arguments = ("swarm", "2019-03-14", "2019-03-14 03:00")
    noisy = make_track(*arguments, cadence=2, fields=True, random_state=0).frame
    monkeypatch.setattr("skquake.datasets._track.field_noise", lambda *_: 0.0)
    frame = make_track(*arguments, cadence=2, fields=True, random_state=0).frame
    disturbance = (noisy - frame)[["B_N", "B_E", "B_C"]][frame["latitude"].abs() < 45]
    assert disturbance["B_N"].mean() == pytest.approx(-4.5, abs=0.5)  # 5 nT along the dipole's axis
    assert disturbance.diff().std().between(0.1, 0.5).all()
    pd.testing.assert_frame_equal(noisy[["time", "Ne", "Te"]], frame[["time", "Ne", "Te"]])
    assert list(frame.columns[-3:]) == ["B_N", "B_E", "B_C"]
    assert len(frame) == 3 * 1800
    from ppigrf import igrf_gc

    some = frame.iloc[::500]
    up, south, east = igrf_gc(
        6831.2, 90 - some["latitude"], some["longitude"], pd.Timestamp("2019-03-14").to_pydatetime()
    )
    np.testing.assert_allclose(some[["B_N", "B_E", "B_C"]], np.stack([-south, east, -up])[:, 0].T, atol=1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"satellite": "sputnik"}, ValueError, "satellite must be one of"),
        ({"side": "dusk"}, ValueError, "side must be"),
        ({"effect": 0.3}, ValueError, "effect needs a catalog"),
        ({"effect": -1.0}, ValueError, "effect"),
        ({"effect": "much"}, TypeError, "effect"),
        ({"effect_days": (0, -15)}, ValueError, "effect_days"),
        ({"f107": "100"}, TypeError, "f107"),
        ({"cadence": 0}, ValueError, "cadence"),
        ({"end": START}, ValueError, "end must be after start"),
        ({"kp": pd.Series([1.0])}, TypeError, "kp"),
        ({"catalog": pd.DataFrame({"time": []})}, ValueError, "missing column"),
    ],
)
def test_errors_name_the_argument(arguments, error, message):
    with pytest.raises(error, match=message):
        make_track(**{"satellite": "cses", "start": START, "end": END, **arguments})


def test_no_pass(tracks):
    """Between two nights."""
    time = tracks[0].frame["time"]
    end_of_pass = time[np.flatnonzero(time.diff() > pd.Timedelta(minutes=50))[0] - 1]
    start, end = end_of_pass + pd.Timedelta(minutes=1), end_of_pass + pd.Timedelta(minutes=2)
    with pytest.raises(ValueError, match="no pass of cses with side='night'"):
        make_track("cses", start, end, side="night")


@pytest.mark.slow
def test_a_year_needs_little_memory():
    import tracemalloc

    tracemalloc.start()
    track = make_track("cses", "2019-01-01", "2020-01-01", side="night", random_state=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(track.frame) > 3_800_000
    assert peak < 1e9
