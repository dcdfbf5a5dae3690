"""The International Reference Ionosphere at any number of times and places.

PyIRI keeps a month of the F2 layer as spherical harmonics in quasi-dipole latitude and magnetic local time,
times a few harmonics of universal time. Here those are splines on a grid, so that a point costs
microseconds; months and solar activity are interpolated in the parameters of the layer, as PyIRI does.
"""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.ndimage import spline_filter1d
from scipy.sparse import csr_array

from skquake._core._magnetic import ground_quasi_dipole
from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns
from skquake._core._typing import Array, FloatArray, IntArray

F2_MODELS = ("URSI", "CCIR")
HEIGHT_MODELS = ("SHU2015", "AMTB2013")
_TEC_ALTITUDES_KM = np.concatenate([np.arange(80.0, 500.0, 10.0), np.geomspace(500.0, 2000.0, 20)])

_HARMONICS = 5  # of universal time
_PARAMETERS = [0, 5, 1, 2, 3]  # foF2, hmF2, B0, B1, M3000 among PyIRI's coefficients
_LATITUDE_STEP, _HOUR_STEP = 2.5, 24.0 / 72
_LATITUDES = np.arange(-90.0, 91.0, _LATITUDE_STEP)
_HOURS = np.arange(72) * _HOUR_STEP
_PAD = 10  # rows beyond each pole, so that the spline does not feel an edge
_CHUNK = 1 << 16  # points at a time: bounds the memory
_E_HEIGHT_KM, _E_TOP_KM, _E_BOTTOM_KM = 110.0, 7.0, 5.0
_MIN_FO = 0.1  # MHz: keeps logarithms where the solar interpolation would cross zero
_SUN_NODES = 97


class F2(NamedTuple):
    """The F2 layer at n points, arrays of shape (n,)."""

    peak: FloatArray  # m⁻³
    height_km: FloatArray
    top_km: FloatArray  # thickness of the topside
    b0: FloatArray  # km, of the bottomside
    b1: FloatArray


def log_density(
    time_ns: IntArray,
    latitude: FloatArray,
    longitude: FloatArray,
    altitude_km: FloatArray,
    f107: FloatArray,
    *,
    fo_model: str = "URSI",
    height_model: str = "SHU2015",
) -> FloatArray:
    """log10 of the electron density in m⁻³ at points; all arguments broadcast to shape (n,)."""

    def value(time, lat, lon, altitude, flux):
        layer = f2_layer(time, lat, lon, flux, fo_model, height_model)
        return np.log10(_profile(layer, altitude[:, np.newaxis], time, lat, lon, flux)[:, 0])

    return _in_chunks(value, time_ns, latitude, longitude, altitude_km, f107)


def log_tec(
    time_ns: IntArray,
    latitude: FloatArray,
    longitude: FloatArray,
    f107: FloatArray,
    *,
    fo_model: str = "URSI",
    height_model: str = "SHU2015",
) -> FloatArray:
    """log10 of the vertical electron content from 80 to 2,000 km in TECU, as :func:`log_density`."""

    def value(time, lat, lon, flux):
        layer = f2_layer(time, lat, lon, flux, fo_model, height_model)
        density = _profile(layer, _TEC_ALTITUDES_KM, time, lat, lon, flux)
        return np.log10(np.trapezoid(density, _TEC_ALTITUDES_KM * 1e3, axis=1) * 1e-16)

    return _in_chunks(value, time_ns, latitude, longitude, f107)


def f2_layer(time_ns, latitude, longitude, f107, fo_model, height_model) -> F2:
    """The F2 layer at n points between the means of the months around their day."""
    from PyIRI import main_library as iri
    from PyIRI.sh_library import thickness_F2

    month, fraction = month_before(time_ns - time_ns % NS_PER_DAY)  # PyIRI weighs whole days
    hours = (time_ns % NS_PER_DAY) / NS_PER_HOUR
    found = np.empty((len(time_ns), 2, 5))  # at low and at high solar activity
    for number in np.unique(month):
        rows = np.flatnonzero(month == number)
        places = {}
        for which, weight in ((int(number), 1.0 - fraction[rows]), (int(number) + 1, fraction[rows])):
            if not weight.any():
                continue
            year = which // 12
            if year not in places:
                places[year] = ground_quasi_dipole(year, latitude[rows], longitude[rows])
            part = weight[:, np.newaxis, np.newaxis] * _of_month(
                which, hours[rows], *places[year], fo_model, height_model
            )
            found[rows] = part if which == number else found[rows] + part
    r12 = iri.F107_2_R12(f107)
    ig12 = iri.R12_2_IG12(r12)
    share = np.stack([ig12, ig12 if height_model == "SHU2015" else r12, r12, r12, r12], axis=1) / 100.0
    fo, height, b0, b1, m3000 = (found[:, 0] + share * (found[:, 1] - found[:, 0])).T
    fo = np.maximum(fo, _MIN_FO)
    peak = iri.limit_Nm(iri.freq2den(fo))
    top, _ = thickness_F2(peak, fo, m3000, height, f107)
    return F2(peak, height, np.where(top <= 0.0, 10.0, top), b0, b1)


def month_before(time_ns: IntArray) -> tuple[IntArray, FloatArray]:
    """Number (12 year + month - 1) of the month whose 15th precedes each time, and the way to the next."""
    moment = np.asarray(time_ns).astype("datetime64[ns]")
    months = moment.astype("datetime64[M]").astype("int64")
    months = months - (moment < _middle(months))
    first, last = (as_ns(_middle(m)) for m in (months, months + 1))
    return months + 12 * 1970, (as_ns(moment) - first) / (last - first)


def _middle(months):
    """00 UT on the 15th of months counted from 1970-01."""
    return months.astype("datetime64[M]").astype("datetime64[ns]") + np.timedelta64(14, "D")


def _in_chunks(function, *arrays) -> FloatArray:
    given = np.broadcast_arrays(*arrays)
    shape = given[0].shape
    flat = [np.ravel(array) for array in given]
    out = np.empty(flat[0].size)
    for start in range(0, len(out), _CHUNK):
        rows = slice(start, start + _CHUNK)
        out[rows] = function(*(array[rows] for array in flat))
    return out.reshape(shape)


def _of_month(month, hours, qd_latitude, qd_longitude, fo_model, height_model) -> FloatArray:
    """Parameters (n, 2, 5) of the F2 layer in the middle of a month at low and high solar activity."""
    mlt = ((qd_longitude - _sun_longitude(month, hours) + 180.0) / 15.0) % 24.0
    table = _table(month % 12 + 1, fo_model, height_model)
    at_place = (_spline_weights(qd_latitude, mlt) @ table).reshape(len(hours), 2 * _HARMONICS + 1, 10)
    return np.einsum("nk,nkp->np", _turns(hours), at_place).reshape(len(hours), 2, 5)


def _turns(hours) -> FloatArray:
    """Harmonics of universal time, (n, 1 + 2 harmonics): one, then cosine and sine in turn."""
    angle = np.multiply.outer(hours, np.arange(1, _HARMONICS + 1)) * (np.pi / 12.0)
    turns = np.ones((len(hours), 2 * _HARMONICS + 1))
    turns[:, 1::2], turns[:, 2::2] = np.cos(angle), np.sin(angle)
    return turns


def _spline_weights(qd_latitude, mlt) -> csr_array:
    """Weights of cubic splines on the padded grid of quasi-dipole latitude and magnetic local time."""
    n, m = len(qd_latitude), len(_HOURS)
    south, of_latitude = _cubic((qd_latitude + 90.0) / _LATITUDE_STEP + _PAD)
    west, of_hour = _cubic(mlt / _HOUR_STEP)
    row = south[:, np.newaxis] + np.arange(4)
    column = (west[:, np.newaxis] + np.arange(4)) % m
    node = (row[:, :, np.newaxis] * m + column[:, np.newaxis, :]).reshape(-1)
    weight = (of_latitude[:, :, np.newaxis] * of_hour[:, np.newaxis, :]).astype(np.float32).reshape(-1)
    shape = (n, (len(_LATITUDES) + 2 * _PAD) * m)
    return csr_array((weight, node, np.arange(n + 1) * 16), shape=shape)


def _cubic(position) -> tuple[Array, FloatArray]:
    """First of the four nodes around each position, and the weights (n, 4) of their coefficients."""
    left = np.floor(position).astype(np.int64)
    t = position - left
    s = 1.0 - t
    weights = np.stack([s**3, 4.0 - 6.0 * t**2 + 3.0 * t**3, 4.0 - 6.0 * s**2 + 3.0 * s**3, t**3], axis=1)
    return left - 1, weights / 6.0


@lru_cache(maxsize=24)
def _table(month: int, fo_model: str, height_model: str) -> FloatArray:
    """Spline coefficients of a month of the F2 layer, (nodes, harmonics of UT x 2 solar activities x 5)."""
    from PyIRI.sh_library import load_coeff_matrices, real_SH_func

    terms = load_coeff_matrices(month, foF2_coeff=fo_model, hmF2_model=height_model)
    terms = np.asarray(terms)[_PARAMETERS].transpose(2, 1, 0, 3).reshape(-1, terms.shape[-1])
    degree = np.floor(np.sqrt(np.arange(terms.shape[1]))).astype(int)
    order = np.arange(terms.shape[1]) - degree * (degree + 1)  # of the sines negative
    colatitude = np.deg2rad(90.0 - np.clip(_LATITUDES, -89.999, 89.999))
    cosines = real_SH_func(colatitude, np.zeros(len(_LATITUDES)), lmax=int(degree[-1]))
    legendre = cosines.reshape(len(order), -1)[degree * (degree + 1) + np.abs(order)]
    grid = np.zeros((len(terms), len(_LATITUDES), len(_HOURS)))
    for m in np.unique(order):
        angle = np.abs(m) * _HOURS * (np.pi / 12.0)
        wave = np.cos(angle) if m >= 0 else np.sin(angle)
        grid += (terms[:, order == m] @ legendre[order == m])[:, :, np.newaxis] * wave
    turned = np.roll(grid, len(_HOURS) // 2, axis=2)  # what lies beyond a pole
    grid = np.concatenate([turned[:, _PAD:0:-1], grid, turned[:, -2 : -_PAD - 2 : -1]], axis=1)
    grid = spline_filter1d(spline_filter1d(grid, axis=1, mode="mirror"), axis=2, mode="grid-wrap")
    return np.ascontiguousarray(grid.reshape(len(terms), -1).T, dtype=np.float32)


def _sun_longitude(month: int, hours: FloatArray) -> FloatArray:
    """Quasi-dipole longitude of the sub-solar point on the 15th of a month, degrees."""
    nodes, longitude = _sun_track(month)
    return np.interp(hours, nodes, longitude)


@lru_cache(maxsize=512)
def _sun_track(month: int) -> tuple[FloatArray, FloatArray]:
    from PyIRI.main_library import subsolar_point
    from PyIRI.sh_library import Apex_geo_qd

    date = datetime.datetime(month // 12, month % 12 + 1, 15)
    nodes = np.linspace(0.0, 24.0, _SUN_NODES)
    longitude, latitude = subsolar_point(_julian(as_ns(np.datetime64(date, "ns")) + nodes * NS_PER_HOUR))
    _, qd_longitude = Apex_geo_qd(latitude, longitude % 360.0, date, "GEO_2_QD")
    return nodes, np.rad2deg(np.unwrap(np.deg2rad(np.asarray(qd_longitude))))


def _julian(time_ns):
    return np.asarray(time_ns, dtype=float) / NS_PER_DAY + 2_440_587.5


def _profile(layer: F2, altitude_km, time_ns, latitude, longitude, f107) -> FloatArray:
    """Electron density in m⁻³, (n, altitudes), at altitudes of shape (altitudes,) or (n, altitudes)."""
    from PyIRI.main_library import epstein_function_top_array

    altitude = np.broadcast_to(altitude_km, (len(time_ns), np.shape(altitude_km)[-1]))
    above = altitude >= layer.height_km[:, np.newaxis]
    density = np.empty(altitude.shape)
    row, at = np.nonzero(above)[0], altitude[above]
    density[above] = epstein_function_top_array(
        4.0 * layer.peak[row], layer.height_km[row], layer.top_km[row], at
    )
    if not above.all():
        low = ~above.all(axis=1)
        row = (np.cumsum(low) - 1)[np.nonzero(~above)[0]]
        layer = F2(*(part[low] for part in layer))
        e_layer = _e_layer(*(array[low] for array in (time_ns, latitude, longitude, f107)))
        density[~above] = _below(layer, *e_layer, row, altitude[~above])
    return np.maximum(density, 1.0)


def _below(layer: F2, zenith, fo_e, row, altitude) -> FloatArray:
    """Density below the peak of F2, at an altitude of a row each: bottomside, E and half of what F1 adds."""
    from PyIRI.edp_update import drop_down, drop_up
    from PyIRI.main_library import epstein_function_array
    from PyIRI.sh_library import Probability_F1_with_solzen, Ramakrishnan_Rawer_function

    peak, height, _, b0, b1 = layer

    def bottomside(at, row):
        f2 = Ramakrishnan_Rawer_function(peak[row], height[row], b0[row], b1[row], at)
        return f2 * drop_down(at, height[row], np.full(len(at), _E_HEIGHT_KM))

    every = np.arange(len(peak))
    over_e = altitude >= _E_HEIGHT_KM
    e_peak = np.maximum(1.24e10 * fo_e**2, 1e6)[row]
    thickness = np.where(over_e, _E_TOP_KM, _E_BOTTOM_KM)
    density = epstein_function_array(4.0 * e_peak, np.full(len(row), _E_HEIGHT_KM), thickness, altitude)
    density[over_e] *= drop_up(altitude[over_e], np.full(over_e.sum(), _E_HEIGHT_KM), height[row[over_e]])
    density[over_e] += bottomside(altitude[over_e], row[over_e])
    f1_height = np.maximum(height - b0, 180.0)
    # PyIRI divides by the largest probability on its grid; on the whole globe it is one.
    probability = np.clip(Probability_F1_with_solzen(zenith), 0.1, 1.0)
    f1_thickness = (f1_height - _E_HEIGHT_KM) * 0.75 * np.minimum((probability - 0.1) / 0.9, 0.5) / 0.5
    f1_peak = np.maximum(bottomside(f1_height, every), 1.0)
    f1 = over_e & (altitude < f1_height[row]) & (f1_thickness[row] > 0.0)
    k = row[f1]
    full = epstein_function_array(4.0 * f1_peak[k], f1_height[k], f1_thickness[k], altitude[f1])
    full *= drop_down(altitude[f1], f1_height[k], np.full(len(k), _E_HEIGHT_KM))
    density[f1] += 0.5 * np.maximum(full - density[f1], 0.0)
    return density


def _e_layer(time_ns, latitude, longitude, f107) -> tuple[FloatArray, FloatArray]:
    """Solar zenith angle (degrees) and critical frequency of the E layer (MHz), (n,) each."""
    from PyIRI import main_library as iri

    sun_longitude, sun_latitude = (np.deg2rad(x) for x in iri.subsolar_point(_julian(time_ns)))
    phi, at = np.deg2rad(latitude), np.deg2rad(longitude)
    cosine = np.sin(sun_latitude) * np.sin(phi)
    cosine += np.cos(sun_latitude) * np.cos(phi) * np.cos(sun_longitude - at)
    zenith = np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0)))
    effective = iri.solzen_effective(zenith)
    months = np.asarray(time_ns).astype("datetime64[ns]").astype("datetime64[M]").astype("int64") % 12 + 1
    fo = np.empty(len(time_ns))
    for month in np.unique(months):
        rows = months == month
        fo[rows] = iri.foE(int(month), effective[rows], latitude[rows], f107[rows])
    return zenith, fo
