"""Names, units and fill values of what Swarm observes: the same in ESA's files and in VirES exports."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from skquake._core._typing import Array, FloatArray
from skquake.io._files import FormatError

# Our name: names in the files, best first. Ions stand in for electrons (quasi-neutrality).
LP_NAMES = {
    "Ne": ("Ne", "N_elec", "n", "N_ion"),
    "Te": ("Te", "T_elec"),
    "Flags_LP": ("Flags_LP",),
    "Flags_Ne": ("Flags_Ne", "Flags_N_elec", "Flags_LP_n", "Flags_N_ion"),
    "Flags_Te": ("Flags_Te", "Flags_T_elec", "Flags_LP_Te"),
}
MAG_NAMES = {"F": ("F",), "B_NEC": ("B_NEC",), "Flags_F": ("Flags_F",), "Flags_B": ("Flags_B",)}
COMPONENTS = ("B_N", "B_E", "B_C")
UNITS = {"Ne": "cm-3", "Te": "K"} | dict.fromkeys(("F", *COMPONENTS), "nT")

_FILL = 9.99999e9
_LARGEST_NT = 1e5  # far above the Earth's field anywhere in orbit: fill values
_TO_CM3 = {"cm-3": 1.0, "cm^-3": 1.0, "1/cm^3": 1.0, "m-3": 1e-6, "m^-3": 1e-6, "1/m^3": 1e-6}


def density(values: Array, unit: str, name: str, path: Path) -> FloatArray:
    """cm-3, fill values as NaN; a unit that is none of a density is an error."""
    unit = unit.strip()
    if unit not in _TO_CM3:
        raise FormatError(path, f"variable {name}", f"unit {unit!r}; expected one of {', '.join(_TO_CM3)}")
    return without_fill(values) * _TO_CM3[unit]


def without_fill(values: Array) -> FloatArray:
    """Of the Langmuir probe: what is beyond 9.99999e9 is NaN."""
    values = values.astype("float64")
    values[~np.isfinite(values) | (np.abs(values) >= _FILL)] = np.nan
    return values


def intensity(values: Array) -> FloatArray:
    """Of the field: 0, which marks what was not measured, and what no field has are NaN."""
    values = values.astype("float64")
    values[~(np.abs(values) < _LARGEST_NT) | (values == 0.0)] = np.nan
    return values


def vectors(values: Array) -> FloatArray:
    """Of the field, (n, 3): three zeros and what no field has are NaN in all components."""
    values = values.astype("float64")
    values[~(np.abs(values) < _LARGEST_NT).all(axis=1) | (values == 0.0).all(axis=1)] = np.nan
    return values


def check_unit(unit: str, expected: Iterable[str], name: str, path: Path) -> None:
    """Raise unless the unit is one of those expected."""
    expected = tuple(expected)
    if unit.strip() not in expected:
        raise FormatError(path, f"variable {name}", f"unit {unit!r}; expected {' or '.join(expected)}")
