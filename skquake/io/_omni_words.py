"""Words of OMNI records: name, unit, fill value and physical range, in the order of the files."""

from __future__ import annotations

from typing import NamedTuple

from skquake.io._ranges import RANGES, Range


class Word(NamedTuple):
    """A column of an OMNI file."""

    name: str
    unit: str
    fill: float | None
    low: float
    high: float

    @property
    def range(self) -> Range:
        """What the word can be."""
        return Range(self.low, self.high, "" if self.unit == "1" else self.unit)


def _of(name: str, fill: float, quantity: str) -> Word:
    """A word whose unit and range are those of a quantity of ``RANGES``."""
    low, high, unit, _ = RANGES[quantity]
    return Word(name, unit or "1", fill, low, high)


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
    _of("b", 999.9, "imf"),
    _of("b_vector", 999.9, "imf"),
    Word("b_latitude", "deg", 999.9, -90, 90),
    Word("b_longitude", "deg", 999.9, 0, 360),
    *(_of(name, 999.9, "imf_component") for name in ("bx_gse", "by_gse", "bz_gse", "by_gsm", "bz_gsm")),
    *(_sigma(name, "nT", 999.9, 500) for name in ("b", "b_vector", "bx_gse", "by_gse", "bz_gse")),
    _of("temperature", 9999999, "wind_temperature"),
    _of("density", 999.9, "wind_density"),
    _of("speed", 9999, "wind_speed"),
    Word("flow_longitude", "deg", 999.9, -180, 180),
    Word("flow_latitude", "deg", 999.9, -90, 90),
    Word("alpha_ratio", "1", 9.999, 0, 9.99),
    _of("pressure", 99.99, "wind_pressure"),
    _sigma("temperature", "K", 9999999, 9.9e6),
    _sigma("density", "cm-3", 999.9, 500),
    _sigma("speed", "km/s", 9999, 3000),
    _sigma("flow_longitude", "deg", 999.9, 360),
    _sigma("flow_latitude", "deg", 999.9, 360),
    _sigma("alpha_ratio", "1", 9.999, 9.99),
    _of("electric_field", 999.99, "electric_field"),
    Word("beta", "1", 999.99, 0, 999.98),
    Word("mach_alfven", "1", 999.9, 0, 999.8),
    Word("kp", "1", 99, 0, 10 * RANGES["kp"].high),
    _of("sunspot_number", 999, "sunspot_number"),
    _of("dst", 99999, "dst"),
    _of("ae", 9999, "ae"),
    *(
        Word(f"proton_flux_{energy}", "cm-2 s-1 sr-1", 99999.99 if energy > 1 else 999999.99, 0, 999999)
        for energy in (1, 2, 4, 10, 30, 60)
    ),
    Word("flux_flag", "1", None, -1, 6),
    _of("ap", 999, "ap"),
    _of("f107", 999.9, "f107"),
    _of("pc_north", 999.9, "pc"),
    _of("al", 99999, "al"),
    _of("au", 99999, "al"),
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
    _of("b", 9999.99, "imf"),
    *(_of(name, 9999.99, "imf_component") for name in ("bx_gse", "by_gse", "bz_gse", "by_gsm", "bz_gsm")),
    *(_sigma(name, "nT", 9999.99, 500) for name in ("b", "b_vector")),
    _of("speed", 99999.9, "wind_speed"),
    *(_of(name, 99999.9, "wind_velocity") for name in ("vx_gse", "vy_gse", "vz_gse")),
    _of("density", 999.99, "wind_density"),
    _of("temperature", 9999999, "wind_temperature"),
    _of("pressure", 99.99, "wind_pressure"),
    _of("electric_field", 999.99, "electric_field"),
    Word("beta", "1", 999.99, 0, 999.98),
    Word("mach_alfven", "1", 999.9, 0, 999.8),
    *(
        Word(name, "Earth radii", 9999.99, -500, 500)
        for name in ("x_gse", "y_gse", "z_gse", "bow_shock_x_gse", "bow_shock_y_gse", "bow_shock_z_gse")
    ),
    _of("ae", 99999, "ae"),
    *(_of(name, 99999, "al") for name in ("al", "au", "sym_d", "sym_h")),
    *(_of(name, 99999, "ae") for name in ("asy_d", "asy_h")),
    _of("pc_north", 999.99, "pc"),
    Word("mach_magnetosonic", "1", 99.9, 0, 99.8),
    *(Word(f"proton_flux_{energy}", "cm-2 s-1 sr-1", 99999.99, 0, 99999) for energy in (10, 30, 60)),
]
"""The 49 words of a 5-minute record; a 1-minute record ends with the 46th."""

RESOLUTION = {46: "1 min", 49: "5 min", 55: "1 h", 56: "1 h", 57: "1 h"}


def words_of(n: int) -> list[Word]:
    """Words of a record with ``n`` of them."""
    return (MINUTES if n < 50 else HOURLY)[:n]
