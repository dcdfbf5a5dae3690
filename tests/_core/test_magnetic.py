"""Magnetic coordinates against published values and field lines traced step by step."""

import datetime

import numpy as np
import pandas as pd
import pytest
from PyIRI.main_library import subsolar_point
from PyIRI.sh_library import Apex_geo_qd

from skquake._core._geodesy import longitude_difference, unit_vectors
from skquake._core._magnetic import dip_latitude, magnetic_local_time, quasi_dipole
from skquake._core._time import local_solar_time


def test_dip_latitude():
    # In 2020 the northern dip pole lies near 86.4 N 169.8 W, the dip equator near 10 N at 0 E.
    time = pd.to_datetime(["2020-01-01"] * 3)
    north, equator, south = dip_latitude(time, [86.4, 10.0, -90.0], [-169.8, 0.0, 0.0])
    assert north > 88 and abs(equator) < 2.5 and -75 < south < -50


def at(time, latitude, longitude, altitude_km=0.0):
    latitude, longitude, altitude_km = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (latitude, longitude, altitude_km))
    )
    return quasi_dipole(pd.DatetimeIndex([time] * len(latitude)), latitude, longitude, altitude_km)


def test_values_published_with_apexpy():
    """Examples in the documentation of apexpy 2 (the reference implementation, Emmert et al. 2010)."""
    (latitude,), _ = at("2015-04-20", [60.0], [15.0])
    assert latitude == pytest.approx(56.598316, abs=0.1)
    _, (longitude,) = at("2015-04-20", [60.0], [15.0], 300.0)
    assert longitude == pytest.approx(93.590157, abs=0.3)
    geodetic = np.rad2deg(np.arctan(1.0 / (1.0 - 0.00669437999014)))  # of geocentric 45 degrees
    (latitude,), (longitude,) = at("2015-04-20", [geodetic], [0.0])
    assert (latitude, longitude) == pytest.approx((39.852314, 76.711243), abs=0.1)
    # The field line through the space station has its apex at 428.007 km.
    (latitude,), _ = at("2021-03-15", [9.8], [142.2], 419.0)
    expected = np.rad2deg(np.arccos(np.sqrt((6371.009 + 419.0) / (6371.009 + 428.007))))
    assert latitude == pytest.approx(expected, abs=0.5)
    # The quasi-dipole poles, where the series is blunt.
    latitude, _ = at("2015-04-20", [83.103821, -74.388252], [-84.526657, 125.736275])
    assert latitude[0] > 87 and latitude[1] < -87


def test_local_times_published_with_apexpy():
    time = pd.DatetimeIndex(["2015-02-10 18:00"])
    assert magnetic_local_time(time, [120.0])[0] == pytest.approx(20.893, abs=0.01)
    _, longitude = at(time[0], [60.0], [15.0])
    assert magnetic_local_time(time, longitude)[0] == pytest.approx(19.107862, abs=0.01)


def traced(latitude, longitude, altitude_km, year):
    """Quasi-dipole coordinates on a spherical Earth: follow each field line to its apex."""
    from ppigrf import igrf_gc
    from ppigrf.ppigrf import read_shc

    date, radius = pd.Timestamp(year, 1, 1), 6371.2

    def field(p):
        r = np.linalg.norm(p, axis=1)
        theta, phi = np.arccos(p[:, 2] / r), np.arctan2(p[:, 1], p[:, 0])
        b = igrf_gc(r, np.rad2deg(theta), np.rad2deg(phi), date)
        up = p / r[:, None]
        east = np.stack([-np.sin(phi), np.cos(phi), 0 * phi], axis=1)
        b = sum(part[0][:, None] * axis for part, axis in zip(b, (up, np.cross(east, up), east), strict=True))
        return b / np.linalg.norm(b, axis=1, keepdims=True)

    p = (radius + altitude_km)[:, None] * unit_vectors(latitude, longitude)
    upward = np.sign((field(p) * p).sum(axis=1))
    path = [p]
    while len(path) < 3 or (np.linalg.norm(path[-1], axis=1) > np.linalg.norm(path[-2], axis=1)).any():
        step = (0.02 * np.linalg.norm(p, axis=1) * upward)[:, None]
        p = p + step * field(p + 0.5 * step * field(p))
        path.append(p)
    heights = np.linalg.norm(path, axis=2)
    apex = np.array(path)[heights.argmax(axis=0), np.arange(len(p))]
    g, h = (c.loc[str(year)].iloc[0] for c in read_shc())
    z = -np.array([g[1, 1], h[1, 1], g[1, 0]])
    y = np.cross([0, 0, 1], z)
    x = np.cross(y, z)
    x, y = (apex @ (v / np.linalg.norm(v)) for v in (x, y))
    qd_latitude = -upward * np.rad2deg(np.arccos(np.sqrt((radius + altitude_km) / heights.max(axis=0))))
    return qd_latitude, np.rad2deg(np.arctan2(y, x))


def test_traced_field_lines():
    # Europe, Japan, Peru, the South Atlantic, South Africa, Australia, India; on the ground and in orbit.
    latitude = np.tile([45.0, 36.0, -5.0, -30.0, -30.0, -25.0, 25.0], 3)
    longitude = np.tile([10.0, 140.0, -75.0, -40.0, 25.0, 135.0, 80.0], 3)
    altitude_km = np.repeat([0.0, 460.0, 700.0], 7)
    geodetic = np.rad2deg(np.arctan(np.tan(np.deg2rad(latitude)) / (1.0 - 0.00669437999014)))
    found = at("2015-01-01", geodetic, longitude, altitude_km)
    expected = traced(latitude, longitude, altitude_km, 2015)
    tolerance = np.repeat([0.25, 0.6, 0.8], 7)
    assert (np.abs(found[0] - expected[0]) < tolerance).all()
    assert (np.abs(longitude_difference(found[1], expected[1])) < tolerance).all()


def test_splines_are_the_series():
    rng = np.random.default_rng(0)
    latitude, longitude = np.rad2deg(np.arcsin(rng.uniform(-1, 1, 500))), rng.uniform(-180, 180, 500)
    latitude[:4], longitude[:2] = [0.0, 35.3, 90.0, -90.0], [-180.0, 179.999]
    expected = Apex_geo_qd(latitude, longitude, datetime.datetime(2011, 6, 1), "GEO_2_QD")
    found = at("2011-06-01", latitude, longitude)
    off_the_poles = np.abs(expected[0]) < 75
    assert off_the_poles.sum() > 400
    np.testing.assert_allclose(found[0][off_the_poles], expected[0][off_the_poles], atol=1e-3)
    assert np.abs(longitude_difference(found[1], expected[1])[off_the_poles]).max() < 2e-3


def test_dateline_poles_and_turns():
    west, east, turned = (at("2015-01-01", [10.0, -40.0], x, 460.0) for x in (-180.0, 179.9999, 180.0))
    np.testing.assert_allclose(west, east, atol=1e-3)
    np.testing.assert_array_equal(west, turned)
    for pole in (-90.0, 90.0):
        latitude, longitude = at("2015-01-01", [pole] * 8, np.arange(-180, 180, 45), 460.0)
        assert np.ptp(latitude) < 1e-6 and np.ptp(longitude) < 1e-6


def test_noon_is_where_the_sun_stands():
    times = pd.date_range("2016-01-01", "2017-12-31", periods=500)
    longitude, latitude = subsolar_point(times.to_julian_date().to_numpy())
    # Far out the field is that of a centred dipole.
    _, far_out = quasi_dipole(times, latitude, longitude, np.full(len(times), 1e9))
    np.testing.assert_allclose(magnetic_local_time(times, far_out), 12.0, atol=1e-3)
    np.testing.assert_allclose(magnetic_local_time(times, far_out - 165.0), 1.0, atol=1e-3)


def test_local_time_follows_the_sun_along_the_dip_equator():
    times = pd.date_range("2015-03-20", periods=24, freq="h").repeat(36)
    longitude = np.tile(np.arange(-180.0, 180.0, 10.0), 24)
    _, qd = quasi_dipole(times, np.zeros(len(times)), longitude, np.full(len(times), 460.0))
    ahead = (magnetic_local_time(times, qd) - local_solar_time(times, longitude) + 12) % 24 - 12
    assert np.abs(ahead).max() < 1.3
    assert abs(ahead.mean()) < 0.2  # the equation of time is 0.12 h


@pytest.mark.parametrize("time", ["1899-12-31", "2031-01-01", "NaT"])
def test_times_outside_the_model(time):
    times = pd.DatetimeIndex(["2015-01-01", time])
    with pytest.raises(ValueError, match="row 1: the field is known from 1900 to 2030"):
        quasi_dipole(times, [0.0, 0.0], [0.0, 0.0], [0.0, 0.0])
    with pytest.raises(ValueError, match="row 1: the field is known from 1900 to 2030"):
        magnetic_local_time(times, [0.0, 0.0])
