"""What each quantity can be at most and at least: one table for every reader."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

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
    "f107": Range(0.0, 1000.0, "sfu"),
    "dst": Range(-2500.0, 500.0, "nT"),
    # Maps and series. Levelling errors make small TEC negative.
    "tec": Range(-100.0, 1000.0, "TECU", "a value that marks gaps must be declared as fill"),
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


def outside(values: ArrayLike, name: str) -> np.ndarray:
    """Whether each value is beyond the range of the quantity ``name``; never for NaN."""
    values = np.asarray(values, dtype=float)
    low, high = RANGES[name][:2]
    return (values < low) | (values > high)


def check_range(
    values: ArrayLike, name: str, path: Path, *, where: str = "row", first: int = 0, label: str | None = None
) -> None:
    """Raise for the first value that the quantity cannot have.

    Parameters
    ----------
    values : array-like of shape (n,) or (n, k)
        NaN passes.
    name : str
        Key of ``RANGES``.
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
        low, high, unit, hint = RANGES[name]
        what = f"{label or name} {values[at]:g} {unit}".rstrip() + f" is not between {low:g} and {high:g}"
        raise FormatError(path, f"{where} {int(at[0]) + first}", f"{what}; {hint}" if hint else what)
