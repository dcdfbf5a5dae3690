"""Background ionosphere: density of the empirical model, temperature, response to storms."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.ndimage import map_coordinates, spline_filter, spline_filter1d
from scipy.signal import lfilter

from skquake._core import _empirical_ionosphere as empirical
from skquake._core._geodesy import unit_vectors
from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns, to_utc

# Not those of IRIResidual: else simulated residuals would lack the error that models have.
FO_MODEL, HEIGHT_MODEL = "CCIR", "AMTB2013"
UNIVERSAL_HOURS = np.arange(24)
LATITUDES = np.arange(-90.0, 91.0, 5.0)
LONGITUDES = np.arange(-180.0, 180.0, 10.0)
FEW = 32  # places that are asked one by one
PAD = 4  # periodic margin, in nodes, that keeps the spline from seeing an edge

TE_SLOPE = 0.2
STORM_DAYS = 1.5
STORM_DEX = 0.12
DIPOLE_POLE = (80.7, -72.7)


def log_density(time_ns, latitude, longitude, *, altitude_km, f107):
    """log10 of the electron density in cm⁻³ of the empirical model, in any shape.

    PyIRI's monthly means at the given altitude, from the CCIR coefficients of foF2, computed on a grid of
    1 h x 5 deg x 10 deg for the 15th of each month; cubic splines in space and time of day and straight
    lines between months bring them to the points (within 1 % of PyIRI itself at most places).

    Parameters
    ----------
    time_ns : int64 array
    latitude, longitude : float arrays
        Degrees; all three broadcast.
    altitude_km : float
    f107 : float
        Solar radio flux, sfu.
    """

    def month_map(year, month0):
        return _density_map(year, month0, altitude_km, f107)

    return _interpolate(month_map, time_ns, latitude, longitude)


def log_tec(time_ns, latitude, longitude, *, f107):
    """log10 of the vertical total electron content in TECU, from 80 to 2,000 km; see ``log_density``.

    At a few fixed places (times in a column, places in a row) the empirical model is asked there, which is
    much faster than its maps and needs no interpolation in space.
    """
    if np.ndim(latitude) == 1 and len(latitude) <= FEW and np.shape(time_ns)[1:] == (1,):
        places = tuple(map(float, latitude)), tuple(map(float, longitude))
        return _tec_at_places(np.asarray(time_ns)[:, 0], places, f107)

    def month_map(year, month0):
        return _tec_map(year, month0, f107)

    return _interpolate(month_map, time_ns, latitude, longitude)


def _tec_at_places(time_ns, places, f107):
    """log10 TEC (times, places) between the monthly curves of the places."""
    ut, at_ut = np.unique(time_ns % NS_PER_DAY, return_inverse=True)
    hours = ut / NS_PER_HOUR + PAD
    month, fraction = empirical.month_before(time_ns)
    out = np.empty((len(time_ns), len(places[0])))
    for number in np.unique(month):
        at = month == number
        before, after = (
            np.stack([map_coordinates(c, [hours], prefilter=False, mode="mirror") for c in curves], axis=1)
            for curves in (_tec_curves(*divmod(m, 12), f107, places) for m in (int(number), int(number) + 1))
        )
        rows = at_ut[at]
        out[at] = before[rows] + fraction[at, np.newaxis] * (after[rows] - before[rows])
    return out


def _interpolate(month_map, time_ns, latitude, longitude):
    """Values between the monthly maps whose spline coefficients ``month_map(year, month0)`` gives."""
    time_ns, latitude, longitude = np.broadcast_arrays(time_ns, latitude, longitude)
    points = np.stack(
        [
            (time_ns % NS_PER_DAY) / NS_PER_HOUR + PAD,
            (latitude - LATITUDES[0]) / 5.0,
            (longitude - LONGITUDES[0]) % 360.0 / 10.0 + PAD,
        ]
    )
    month, fraction = empirical.month_before(time_ns)
    out = np.empty(time_ns.shape)
    for number in np.unique(month):
        at = month == number
        before, after = (
            map_coordinates(month_map(*divmod(m, 12)), points[:, at], prefilter=False, mode="mirror")
            for m in (int(number), int(number) + 1)
        )
        out[at] = before + fraction[at] * (after - before)
    return out


@lru_cache(maxsize=96)
def _density_map(year, month0, altitude_km, f107):
    """Spline coefficients of log10 Ne (cm⁻³) over UT, latitude, longitude, padded periodically."""
    time, latitude, longitude = _nodes(year, month0)
    log = empirical.log_density(
        time, latitude, longitude, altitude_km, f107, fo_model=FO_MODEL, height_model=HEIGHT_MODEL
    )
    return _splines(log - 6.0)


@lru_cache(maxsize=96)
def _tec_map(year, month0, f107):
    """Spline coefficients of log10 TEC (TECU), as those of the density."""
    return _splines(_log_tec(*_nodes(year, month0), f107=f107))


@lru_cache(maxsize=1024)
def _tec_curves(year, month0, f107, places):
    """Spline coefficients of log10 TEC (TECU) over UT at places, (places, hours), padded periodically."""
    time = _mid_month_hours(year, month0)[:, np.newaxis]
    log = _log_tec(time, *map(np.array, places), f107=f107).T
    return spline_filter1d(np.pad(log, ((0, 0), (PAD, PAD)), mode="wrap"), axis=1, mode="mirror")


def _log_tec(time_ns, latitude, longitude, *, f107):
    return empirical.log_tec(time_ns, latitude, longitude, f107, fo_model=FO_MODEL, height_model=HEIGHT_MODEL)


def _nodes(year, month0):
    """Times (24, 1), latitudes and longitudes (places,) of the nodes of a month's map."""
    longitude, latitude = (axis.ravel() for axis in np.meshgrid(LONGITUDES, LATITUDES))
    return _mid_month_hours(year, month0)[:, np.newaxis], latitude, longitude


def _mid_month_hours(year, month0):
    """The 24 hours of the 15th of a month, ns."""
    day = as_ns(np.datetime64(f"{year:04d}-{month0 + 1:02d}-15", "ns"))
    return day + UNIVERSAL_HOURS * NS_PER_HOUR


def _splines(log):
    """Spline coefficients of values (hours, places), padded periodically."""
    log = log.reshape(24, len(LATITUDES), len(LONGITUDES))
    padded = np.pad(log, ((PAD, PAD), (0, 0), (PAD, PAD)), mode="wrap")
    return spline_filter(padded, mode="mirror")


def log_temperature(log_ne, local_time):
    """log10 of the electron temperature in K.

    PyIRI has none. Here Te = T(local time) (Ne / 10**4.5 cm⁻³)**-0.2, where T rises from 950 K
    at night to 3,000 K by day through the hours around 6 and 18: the orders of magnitude of
    the topside at 500 km and its known opposition to Ne, not a model to draw conclusions from.
    """
    day = 0.5 + 0.5 * np.tanh((6.0 - np.abs(np.asarray(local_time) - 12.0)) / 1.0)
    return np.log10(950.0 + 2050.0 * day) - TE_SLOPE * (log_ne - 4.5)


def check_kp(kp, start_ns, end_ns):
    """Raise unless ``kp`` is a Series in time order, every 3 h, over the whole span."""
    if not isinstance(kp, pd.Series) or not isinstance(kp.index, pd.DatetimeIndex):
        raise TypeError(
            f"kp: expected a Series indexed by the time of each interval, got {type(kp).__name__}"
        )
    start = as_ns(to_utc(kp.index, "kp"))
    if len(start) == 0 or (np.diff(start) != 3 * NS_PER_HOUR).any():
        raise ValueError(
            "kp: expected one value every 3 h, in order; reindex it, with NaN where it is missing"
        )
    if start[0] > start_ns or start[-1] + 3 * NS_PER_HOUR < end_ns:
        first, last = kp.index[[0, -1]]
        raise ValueError(f"kp: its intervals from {first} to {last} do not cover the simulated span")


def storm_drive(kp, time_ns):
    """Dimensionless disturbance at given times: Kp above 3, remembered over 1.5 days.

    Each 3 h interval counts from its end on; a missing Kp counts as quiet.
    """
    start = as_ns(to_utc(kp.index, "kp"))
    excess = np.nan_to_num(np.maximum(kp.to_numpy(dtype=float) - 3.0, 0.0))
    memory = np.exp(-3.0 / 24.0 / STORM_DAYS)
    drive = lfilter([1 - memory], [1, -memory], excess)
    return np.interp(time_ns, start + 3 * NS_PER_HOUR, drive, left=0.0)


def storm_pattern(latitude, longitude):
    """Change of log10 Ne per unit of drive: positive near the dipole equator, negative beyond 18 deg."""
    dipole = np.rad2deg(np.arcsin(unit_vectors(latitude, longitude) @ unit_vectors(*DIPOLE_POLE)))
    turn = np.sin(2.0 * np.deg2rad(np.minimum(np.abs(dipole), 45.0))) ** 2
    return STORM_DEX * (0.5 - 1.5 * turn)
