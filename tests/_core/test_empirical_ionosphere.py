"""The empirical ionosphere against PyIRI itself at random points, and where it is not asked."""

import datetime

import numpy as np
import pytest
from PyIRI.sh_library import IRI_density_1day

from skquake._core._empirical_ionosphere import log_density, log_tec
from skquake._core._time import NS_PER_HOUR, as_ns

TEC_ALTITUDES = np.concatenate([np.arange(80.0, 500.0, 2.0), np.geomspace(500.0, 2000.0, 120)])


def points(date, n, seed):
    rng = np.random.default_rng(seed)
    hours = np.sort(rng.uniform(0, 23.99, 3))
    latitude, longitude = np.rad2deg(np.arcsin(rng.uniform(-0.93, 0.93, n))), rng.uniform(-180, 180, n)
    time = as_ns(np.datetime64(datetime.datetime(*date), "ns")) + (hours * NS_PER_HOUR).astype("int64")
    return hours, time[:, np.newaxis], latitude, longitude


@pytest.mark.parametrize(
    ("date", "f107", "fo_model", "height_model"),
    [
        ((2019, 3, 25), 73.4, "URSI", "SHU2015"),
        ((2014, 12, 28), 160.2, "CCIR", "AMTB2013"),
        ((2001, 9, 15), 232.1, "URSI", "SHU2015"),
    ],
)
def test_density_is_pyiris_within_one_percent(date, f107, fo_model, height_model):
    hours, time, latitude, longitude = points(date, 40, seed=date[0])
    altitudes = np.array([350.0, 460.0, 507.0, 660.0])
    direct = IRI_density_1day(
        *date, hours, longitude, latitude, altitudes, f107,
        foF2_coeff=fo_model, hmF2_model=height_model, old_output=False,
    )[-1]  # fmt: skip
    for k, altitude in enumerate(altitudes):
        found = log_density(
            time, latitude, longitude, altitude, f107, fo_model=fo_model, height_model=height_model
        )
        np.testing.assert_allclose(10.0**found, direct[:, k], rtol=0.01)


def test_tec_is_that_of_pyiris_profile():
    hours, time, latitude, longitude = points((2014, 10, 5), 25, seed=1)
    density = IRI_density_1day(
        2014, 10, 5, hours, longitude, latitude, TEC_ALTITUDES, 150.0, old_output=False
    )[-1]  # fmt: skip
    direct = np.trapezoid(density, TEC_ALTITUDES * 1e3, axis=1) * 1e-16
    np.testing.assert_allclose(10.0 ** log_tec(time, latitude, longitude, 150.0), direct, rtol=0.01)


def test_each_row_has_its_own_flux_and_altitude():
    _, time, latitude, longitude = points((2019, 12, 31), 40, seed=2)
    time = np.repeat(time[:, 0], 40)[:40]
    altitude, f107 = np.linspace(300, 800, 40), np.linspace(66, 240, 40)
    together = log_density(time, latitude, longitude, altitude, f107)
    alone = [
        float(log_density(*(np.array([a[k]]) for a in (time, latitude, longitude, altitude, f107)))[0])
        for k in range(40)
    ]
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_longitudes_of_any_turn_and_the_poles():
    time = int(as_ns(np.datetime64("2019-03-10T05:00", "ns")))
    found = log_density(time, 10.0, np.array([-170.0, 190.0, 550.0]), 507.0, 100.0)
    np.testing.assert_allclose(found, found[0], atol=1e-9)
    assert np.isfinite(log_density(time, np.array([-90.0, 90.0]), 0.0, 507.0, 100.0)).all()
