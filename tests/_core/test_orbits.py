"""Orbits turn as the missions' do."""

import numpy as np
import pytest

from skquake._core._orbits import ORBITS
from skquake._core._time import NS_PER_DAY, as_ns, local_solar_time
from skquake.datasets._passes import Passes

START = int(as_ns(np.datetime64("2019-03-01")))


def laid_out(name, days=2, side=None):
    passes = Passes(ORBITS[name], START, START + days * NS_PER_DAY, side)
    which = np.arange(len(passes))
    passes.fill(which, *passes.seconds(which))
    return passes


@pytest.mark.parametrize(("name", "minutes"), [("swarm", 93.7), ("cses", 94.7), ("demeter", 97.8)])
def test_period(name, minutes):
    center, ascending = ORBITS[name].passes(START, START + NS_PER_DAY)
    assert np.diff(center[ascending]) / 60e9 == pytest.approx(minutes, abs=0.15)


@pytest.mark.parametrize(("name", "limit"), [("swarm", 87.35), ("cses", 65.0), ("demeter", 65.0)])
def test_latitudes(name, limit):
    latitude = laid_out(name).latitude
    assert limit - 0.2 < latitude.max() <= limit
    assert -limit <= latitude.min() < -limit + 0.2


def crossings(passes):
    """Local times at the rows next to the equator, and their direction."""
    near = np.abs(passes.latitude) < 0.2
    number = np.repeat(np.arange(len(passes)), passes.count)[near]
    return local_solar_time(passes.time[near], passes.longitude[near]), passes.ascending[number]


@pytest.mark.parametrize(("name", "ascending", "descending"), [("cses", 2, 14), ("demeter", 22.5, 10.5)])
def test_sun_synchronous(name, ascending, descending):
    for days in (1, 300):
        passes = Passes(ORBITS[name], START + days * NS_PER_DAY, START + (days + 1) * NS_PER_DAY, None)
        which = np.arange(len(passes))
        passes.fill(which, *passes.seconds(which))
        hours, up = crossings(passes)
        assert hours[up] == pytest.approx(ascending, abs=0.05)
        assert hours[~up] == pytest.approx(descending, abs=0.05)


def test_swarm_drifts_through_the_day():
    cycle = 24.0 / -ORBITS["swarm"].node_drift
    assert cycle == pytest.approx(266, abs=2)
    first, later = (ORBITS["swarm"].local_time(START + days * NS_PER_DAY, True) for days in (0.0, 10.0))
    assert (first - later) % 24 == pytest.approx(10 * 24 / cycle)


def test_cses_repeats_after_five_days():
    passes = laid_out("cses", days=6)
    day = round(NS_PER_DAY / passes.step_ns)
    first = passes.time < START + NS_PER_DAY
    again = (passes.time >= START + 5 * NS_PER_DAY) & (passes.time < START + 6 * NS_PER_DAY)
    assert day > first.sum()
    np.testing.assert_allclose(passes.latitude[first], passes.latitude[again], atol=1e-6)
    np.testing.assert_allclose(passes.longitude[first], passes.longitude[again], atol=1e-6)


@pytest.mark.parametrize("name", ["swarm", "cses"])
def test_speed_over_ground(name):
    """7 km/s, and no jump between the rows of a pass, at poles and dateline either."""
    passes = laid_out(name, days=1)
    latitude, longitude = np.deg2rad(passes.latitude), np.deg2rad(passes.longitude)
    point = np.array(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )
    km = 6371 * np.linalg.norm(np.diff(point), axis=0)
    inside = np.diff(np.repeat(np.arange(len(passes)), passes.count)) == 0
    speed = km[inside] / ORBITS[name].cadence_s
    assert speed.min() > 6.8
    assert speed.max() < 7.8


@pytest.mark.parametrize("name", list(ORBITS))
def test_sides_share_the_passes(name):
    both, night, day = (laid_out(name, side=side) for side in (None, "night", "day"))
    np.testing.assert_array_equal(np.sort(np.concatenate([night.time, day.time])), both.time)
    hours, _ = crossings(night)
    assert (np.abs(hours - 12) > 5.9).all()


def test_times_are_multiples_of_the_cadence():
    passes = laid_out("cses")
    assert (passes.time % passes.step_ns == 0).all()
    assert (np.diff(passes.time) > 0).all()
    assert passes.time[0] >= START
    assert passes.time[-1] < START + 2 * NS_PER_DAY


def test_rows_near_finds_all():
    passes = laid_out("cses", days=5)
    from skquake._core._geodesy import great_circle_km

    for latitude, longitude in ((0.0, 10.0), (-63.0, 179.9), (50.0, -120.0), (70.0, 0.0)):
        distance = great_circle_km(latitude, longitude, passes.latitude, passes.longitude)
        rows = passes.rows_near(np.arange(len(passes)), latitude, longitude, 900.0)
        assert set(np.flatnonzero(distance < 900.0)) <= set(rows)
        assert len(rows) == len(set(rows)) < 0.1 * len(distance)
