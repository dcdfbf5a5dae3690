"""What each quantity can be at most and at least: one table for every reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike
from skquake.io._files import FormatError


class Range(NamedTuple):
    """Lowest and highest possible value of a quantity, its unit, and what a value beyond it may be."""

    low: float
    high: float
    unit: str
    hint: str = ""


RANGES = {
    # Places and events. The deepest earthquakes are at 700 km, the highest ones below mountains.
    "latitude": Range(-90.0, 90.0, "deg"),
    "longitude": Range(-180.0, 360.0, "deg"),
    "depth_km": Range(-15.0, 800.0, "km", "no earthquake is deeper than 800 km: is the depth in metres?"),
    "magnitude": Range(-5.0, 10.0, "", "a number that marks a missing magnitude must be empty"),
    "stations": Range(0.0, 1e6, ""),
    "gap_deg": Range(0.0, 360.0, "deg"),
    "rms_s": Range(0.0, 1e5, "s"),
    # Indices. The lowest Dst on record is -589 nT, estimates for 1859 reach -1760 nT.
    "kp": Range(0.0, 9.0, ""),
    "ap": Range(0.0, 400.0, "2 nT"),
    "ap_daily": Range(0.0, 400.0, "2 nT"),
    "a_index": Range(0.0, 400.0, "nT"),
    "cp": Range(0.0, 2.5, ""),
    "c9": Range(0.0, 9.0, ""),
    "hp30": Range(0.0, 30.0, ""),  # open at the top, unlike Kp
    "hp60": Range(0.0, 30.0, ""),
    "ap30": Range(0.0, 5000.0, "2 nT"),
    "ap60": Range(0.0, 5000.0, "2 nT"),
    "dst": Range(-2500.0, 500.0, "nT"),
    "ae": Range(0.0, 9999.0, "nT"),
    "al": Range(-9999.0, 9999.0, "nT"),
    "pc": Range(-100.0, 100.0, ""),
    "sunspot_number": Range(0.0, 1000.0, ""),
    # Bursts can stand in the daily value: 938.6 sfu on 2011-03-07.
    "f107": Range(0.0, 2000.0, "sfu"),
    "f107_adjusted": Range(0.0, 2000.0, "sfu"),
    # Solar wind and the field that it carries.
    "imf": Range(0.0, 500.0, "nT"),
    "imf_component": Range(-500.0, 500.0, "nT"),
    "wind_speed": Range(0.0, 3000.0, "km/s"),
    "wind_velocity": Range(-3000.0, 3000.0, "km/s"),
    "wind_density": Range(0.0, 1000.0, "cm-3"),
    "wind_temperature": Range(0.0, 9.9e6, "K"),
    "wind_pressure": Range(0.0, 100.0, "nPa"),
    "electric_field": Range(-500.0, 500.0, "mV/m"),
    # Observatories. 99,999 marks what is missing.
    "field": Range(-90000.0, 90000.0, "nT"),
    "field_angle": Range(-21600.0, 21600.0, "arcmin"),
    # Maps and series. Levelling errors make small TEC negative.
    "tec": Range(-100.0, 1000.0, "TECU", "a value that marks gaps must be declared as fill"),
    # Slant paths are longer; relative TEC lacks the biases of satellite and receiver.
    "stec": Range(-300.0, 3000.0, "TECU", "a value that marks gaps must be declared as fill"),
    "stec_relative": Range(-3000.0, 6000.0, "TECU"),
    "stec_relative_rms": Range(0.0, 6000.0, "TECU"),
    "vtec": Range(-100.0, 1000.0, "TECU", "a value that marks gaps must be declared as fill"),
    "stec_error": Range(0.0, 6000.0, "TECU"),
    "receiver_bias": Range(-10000.0, 10000.0, "TECU"),
    "receiver_bias_error": Range(0.0, 10000.0, "TECU"),
    "satellite": Range(0.0, 999.0, ""),
    "dcb": Range(-1000.0, 1000.0, "TECU"),
    "dcb_error": Range(0.0, 1000.0, "TECU"),
    "elevation_deg": Range(-90.0, 90.0, "deg"),
    "azimuth_deg": Range(-360.0, 360.0, "deg"),
    "prn": Range(1.0, 99.0, ""),
    "s4": Range(0.0, 20.0, ""),
    "gps_position": Range(-5e7, 5e7, "m"),
    "olr": Range(0.0, 1000.0, "W/m^2", "a value that marks gaps must be its _FillValue"),
    # Ionosondes: automatic scaling errs by a lot, which the score is for.
    "foF2": Range(0.0, 100.0, "MHz"),
    "hmF2": Range(0.0, 5000.0, "km"),
    # Satellites: probes report spikes and negative temperatures, which the flags are for.
    "altitude_km": Range(100.0, 5000.0, "km"),
    "magnetic_latitude": Range(-90.0, 90.0, "deg"),
    "magnetic_longitude": Range(-180.0, 360.0, "deg"),
    "Ne": Range(-1e8, 1e8, "cm-3"),
    "Ni": Range(-1e8, 1e8, "cm-3"),
    "Te": Range(-1e6, 1e6, "K"),
    "V_plasma": Range(-1e3, 1e3, "V"),
    "V_floating": Range(-1e3, 1e3, "V"),
    "V_satellite": Range(-1e3, 1e3, "V"),
    "F": Range(0.0, 1e5, "nT"),
    "B": Range(-1e5, 1e5, "nT"),
}
"""Quantity -> its range. A missing value (NaN) is in every range."""


def outside(values: ArrayLike, name: str | Range) -> np.ndarray:
    """Whether each value is beyond the range of the quantity ``name``; never for NaN."""
    values = np.asarray(values, dtype=float)
    low, high = _range(name)[:2]
    return (values < low) | (values > high)


def check_range(
    values: ArrayLike,
    name: str | Range,
    path: Path,
    *,
    where: str = "row",
    first: int = 0,
    label: str | None = None,
) -> None:
    """Raise for the first value that the quantity cannot have.

    Parameters
    ----------
    values : array-like of shape (n,) or (n, k)
        NaN passes.
    name : str or Range
        Key of ``RANGES``, or a range that only one format has (with ``label``).
    path : path-like
        For the error.
    where : str, default="row"
        What the first axis counts.
    first : int, default=0
        Number of its first item.
    label : str or None, default=None
        What the file calls the quantity; None: ``name``.

    Raises
    ------
    FormatError
        With row, value, unit and range.
    """
    values = np.asarray(values, dtype=float)
    bad = outside(values, name)
    if bad.any():
        at = np.unravel_index(int(bad.argmax()), bad.shape)
        low, high, unit, hint = _range(name)
        what = f"{label or name} {values[at]:g} {unit}".rstrip() + f" is not between {low:g} and {high:g}"
        raise FormatError(path, f"{where} {int(at[0]) + first}", f"{what}; {hint}" if hint else what)


def _range(name: str | Range) -> Range:
    return RANGES[name] if isinstance(name, str) else name


def check_table(
    table: pd.DataFrame, path: Path, quantities: Mapping[str, str] | None = None, *, where: str = "row"
) -> None:
    """Raise for the first value of a table that its quantity cannot have.

    ``quantities`` says which key of ``RANGES`` a column is; None: columns are called as there. Others pass.
    """
    for name in table:
        quantity = str(name) if quantities is None else quantities.get(str(name), "")
        if quantity in RANGES:
            check_range(table[name], quantity, path, where=where, first=1, label=str(name))
