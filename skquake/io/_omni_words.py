"""Words of OMNI records: name, unit, fill value and physical range, in the order of the files."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """A column of an OMNI file."""

    name: str
    unit: str
    fill: float | None
    low: float
    high: float


def _sigma(name: str, unit: str, fill: float, high: float) -> Word:
    return Word(f"sigma_{name}", unit, fill, 0, high)


_START = [Word("year", "", None, 1957, 2199), Word("day", "", None, 1, 366), Word("hour", "", None, 0, 23)]

HOURLY = [
    *_START,
    Word("bartels_rotation", "1", 9999, 1, 9000),
    Word("imf_spacecraft", "1", 99, 0, 98),
    Word("plasma_spacecraft", "1", 99, 0, 98),
    Word("imf_points", "1", 999, 0, 998),
    Word("plasma_points", "1", 999, 0, 998),
    Word("b", "nT", 999.9, 0, 500),
    Word("b_vector", "nT", 999.9, 0, 500),
    Word("b_latitude", "deg", 999.9, -90, 90),
    Word("b_longitude", "deg", 999.9, 0, 360),
    *(Word(name, "nT", 999.9, -500, 500) for name in ("bx_gse", "by_gse", "bz_gse", "by_gsm", "bz_gsm")),
    *(_sigma(name, "nT", 999.9, 500) for name in ("b", "b_vector", "bx_gse", "by_gse", "bz_gse")),
    Word("temperature", "K", 9999999, 0, 9.9e6),
    Word("density", "cm-3", 999.9, 0, 500),
    Word("speed", "km/s", 9999, 0, 3000),
    Word("flow_longitude", "deg", 999.9, -180, 180),
    Word("flow_latitude", "deg", 999.9, -90, 90),
    Word("alpha_ratio", "1", 9.999, 0, 9.99),
    Word("pressure", "nPa", 99.99, 0, 99.98),
    _sigma("temperature", "K", 9999999, 9.9e6),
    _sigma("density", "cm-3", 999.9, 500),
    _sigma("speed", "km/s", 9999, 3000),
    _sigma("flow_longitude", "deg", 999.9, 360),
    _sigma("flow_latitude", "deg", 999.9, 360),
    _sigma("alpha_ratio", "1", 9.999, 9.99),
    Word("electric_field", "mV/m", 999.99, -500, 500),
    Word("beta", "1", 999.99, 0, 999.98),
    Word("mach_alfven", "1", 999.9, 0, 999.8),
    Word("kp", "1", 99, 0, 90),
    Word("sunspot_number", "1", 999, 0, 998),
    Word("dst", "nT", 99999, -2500, 500),
    Word("ae", "nT", 9999, 0, 9998),
    *(
        Word(f"proton_flux_{energy}", "cm-2 s-1 sr-1", 99999.99 if energy > 1 else 999999.99, 0, 999999)
        for energy in (1, 2, 4, 10, 30, 60)
    ),
    Word("flux_flag", "1", None, -1, 6),
    Word("ap", "2 nT", 999, 0, 400),
    Word("f107", "sfu", 999.9, 0, 999),
    Word("pc_north", "1", 999.9, -100, 100),
    Word("al", "nT", 99999, -9999, 9999),
    Word("au", "nT", 99999, -9999, 9999),
    Word("mach_magnetosonic", "1", 99.9, 0, 99.8),
    Word("lyman_alpha", "W m-2", 0.999999, 0, 0.1),
    Word("quasi_invariant", "1", 9.9999, 0, 9.9998),
]
"""The 57 words of an hourly record; older files end with the 55th or 56th."""

MINUTES = [
    *_START,
    Word("minute", "", None, 0, 59),
    Word("imf_spacecraft", "1", 99, 0, 98),
    Word("plasma_spacecraft", "1", 99, 0, 98),
    Word("imf_points", "1", 999, 0, 998),
    Word("plasma_points", "1", 999, 0, 998),
    Word("interpolated", "percent", 999, 0, 100),
    Word("timeshift", "s", 999999, -99999, 99999),
    _sigma("timeshift", "s", 999999, 99999),
    _sigma("phase_front_normal", "1", 99.99, 99.98),
    Word("time_between_observations", "s", 999999, -99999, 999998),
    Word("b", "nT", 9999.99, 0, 500),
    *(Word(name, "nT", 9999.99, -500, 500) for name in ("bx_gse", "by_gse", "bz_gse", "by_gsm", "bz_gsm")),
    *(_sigma(name, "nT", 9999.99, 500) for name in ("b", "b_vector")),
    Word("speed", "km/s", 99999.9, 0, 3000),
    *(Word(name, "km/s", 99999.9, -3000, 3000) for name in ("vx_gse", "vy_gse", "vz_gse")),
    Word("density", "cm-3", 999.99, 0, 999.98),
    Word("temperature", "K", 9999999, 0, 9.9e6),
    Word("pressure", "nPa", 99.99, 0, 99.98),
    Word("electric_field", "mV/m", 999.99, -500, 500),
    Word("beta", "1", 999.99, 0, 999.98),
    Word("mach_alfven", "1", 999.9, 0, 999.8),
    *(
        Word(name, "Earth radii", 9999.99, -500, 500)
        for name in ("x_gse", "y_gse", "z_gse", "bow_shock_x_gse", "bow_shock_y_gse", "bow_shock_z_gse")
    ),
    Word("ae", "nT", 99999, 0, 9999),
    *(Word(name, "nT", 99999, -9999, 9999) for name in ("al", "au", "sym_d", "sym_h")),
    *(Word(name, "nT", 99999, 0, 9999) for name in ("asy_d", "asy_h")),
    Word("pc_north", "1", 999.99, -100, 100),
    Word("mach_magnetosonic", "1", 99.9, 0, 99.8),
    *(Word(f"proton_flux_{energy}", "cm-2 s-1 sr-1", 99999.99, 0, 99999) for energy in (10, 30, 60)),
]
"""The 49 words of a 5-minute record; a 1-minute record ends with the 46th."""

RESOLUTION = {46: "1 min", 49: "5 min", 55: "1 h", 56: "1 h", 57: "1 h"}


def words_of(n: int) -> list[Word]:
    """Words of a record with ``n`` of them."""
    return (MINUTES if n < 50 else HOURLY)[:n]
