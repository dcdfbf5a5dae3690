"""The background is the empirical model's; temperature and storms do what they say."""

import numpy as np
import pandas as pd
import pytest

from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns
from skquake.datasets._ionosphere import (
    check_kp,
    log_density,
    log_tec,
    log_temperature,
    storm_drive,
    storm_pattern,
)

DAY = int(as_ns(np.datetime64("2019-03-15")))
PLACE = {"altitude_km": 507.0, "f107": 100.0}


def pyiri(day, hours, longitude, latitude):
    from PyIRI.sh_library import IRI_density_1day

    coefficients = {"foF2_coeff": "CCIR", "hmF2_model": "AMTB2013", "old_output": False}
    altitude = np.array([507.0])
    density = IRI_density_1day(2019, 3, day, hours, longitude, latitude, altitude, 100.0, **coefficients)[-1]
    return density[:, 0]


def test_density_is_pyiris():
    """Within 1 % at nearly all of 600 random places; more only on the steepest slopes.

    At the first hours of the 15th, since PyIRI keeps its monthly weights for the whole day.
    """
    rng = np.random.default_rng(0)
    hours, latitude = np.array([0.2, 1.3, 2.7, 3.5]), rng.uniform(-65, 65, 150)
    longitude = rng.uniform(-180, 180, 150)
    time = DAY + (hours * NS_PER_HOUR).astype("int64")[:, None]
    ratio = 10.0 ** log_density(time, latitude, longitude, **PLACE) * 1e6
    error = np.abs(ratio / pyiri(15, hours, longitude, latitude) - 1)
    assert np.median(error) < 0.002
    assert np.quantile(error, 0.93) < 0.01
    assert error.max() < 0.05


def test_density_between_months_is_pyiris():
    latitude, longitude = np.array([-40.0, 0.0, 30.0]), np.array([20.0, 120.0, -80.0])
    direct = pyiri(25, np.array([2.0]), longitude, latitude)[0]
    time = DAY + 10 * NS_PER_DAY + 2 * NS_PER_HOUR
    np.testing.assert_allclose(
        10.0 ** log_density(time, latitude, longitude, **PLACE) * 1e6, direct, rtol=0.03
    )


def test_few_places_are_asked_as_the_maps_say(monkeypatch):
    """At nodes the same; elsewhere within the maps' own error; two calls alike."""
    time = DAY + np.arange(-40, 40)[:, np.newaxis] * 11 * NS_PER_HOUR
    nodes, anywhere = (np.array([-30.0, 10.0, 45.0]), np.array([-80.0, 20.0, 170.0])), ([36.5], [142.3])
    direct = [log_tec(time, *map(np.array, places), f107=120.0) for places in (nodes, anywhere)]
    monkeypatch.setattr("skquake.datasets._ionosphere.FEW", 0)
    maps = [log_tec(time, *map(np.array, places), f107=120.0) for places in (nodes, anywhere)]
    np.testing.assert_allclose(direct[0], maps[0], atol=1e-9)
    np.testing.assert_allclose(direct[1], maps[1], atol=0.02)


def test_density_is_continuous():
    """Across midnight, the dateline, mid-month and New Year."""
    year = int(as_ns(np.datetime64("2020-01-01")))
    for time in (DAY, DAY + NS_PER_DAY // 2, year):
        near = np.array([time - 1_000_000, time + 1_000_000])
        assert np.ptp(log_density(near, 10.0, 30.0, **PLACE)) < 1e-3
    assert np.ptp(log_density(DAY, 10.0, np.array([-180.0, 179.9999, 180.0]), **PLACE)) < 1e-3


def test_days_are_denser_than_nights():
    time = DAY + np.array([14, 2]) * NS_PER_HOUR
    day, night = log_density(time, 0.0, 0.0, **PLACE)
    assert day - night > 0.3
    assert 3.5 < night < day < 6.5  # cm⁻³


def test_temperature():
    assert log_temperature(5.0, 2.0) < log_temperature(4.0, 2.0)
    assert 10 ** log_temperature(4.5, 2.0) == pytest.approx(950, rel=0.01)
    assert 10 ** log_temperature(4.5, 13.0) == pytest.approx(3000, rel=0.01)


def test_storms_raise_the_equator_and_lower_the_middle_latitudes():
    assert storm_pattern(0.0, 0.0) > 0 > storm_pattern(50.0, -70.0)
    assert storm_pattern(-60.0, 100.0) < 0


def series(values):
    return pd.Series(values, pd.date_range("2019-03-01", periods=len(values), freq="3h"))


def test_storms_are_remembered_for_a_day_and_a_half():
    start = int(as_ns(np.datetime64("2019-03-01")))
    kp = series([2.0] * 8 + [8.0] * 4 + [2.0] * 100)
    drive = storm_drive(kp, start + (np.array([20, 24, 36, 72, 132]) * NS_PER_HOUR))
    assert drive[0] == drive[1] == 0.0  # nothing looks ahead
    assert drive[2] > 1.0
    assert drive[3] == pytest.approx(drive[2] / np.e)
    assert drive[4] < 0.1 * drive[2]


def test_missing_kp_is_quiet():
    kp = series([2.0, np.nan, 9.0])
    assert np.isfinite(storm_drive(kp, as_ns(kp.index.to_numpy()))).all()


@pytest.mark.parametrize(
    ("kp", "error", "message"),
    [
        ([1.0, 2.0], TypeError, "expected a Series"),
        (series([1.0, 2.0, 3.0])[::-1], ValueError, "every 3 h, in order"),
        (series([1.0] * 5).iloc[[0, 1, 4]], ValueError, "every 3 h"),
        (series([1.0] * 3), ValueError, "do not cover"),
    ],
)
def test_bad_kp(kp, error, message):
    start = int(as_ns(np.datetime64("2019-03-01")))
    with pytest.raises(error, match=message):
        check_kp(kp, start, start + NS_PER_DAY)
