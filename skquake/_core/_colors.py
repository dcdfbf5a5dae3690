"""Colours that mean one thing in every figure, card and page: legible in print and for colour-blind readers.

Six are of the set by Okabe and Ito (2008); the brown of space weather, the light grey of chance and the ink
are added. Any two of them differ by at least 12 in CIELAB as dichromats see them (Machado and others 2009),
five times what is just noticeable.

References
----------
Okabe, M. & Ito, K. (2008). Color universal design.

Machado, G. M., Oliveira, M. M. & Fernandes, L. A. F. (2009). A physiologically-based model for simulation of
color vision deficiency. IEEE Transactions on Visualization and Computer Graphics, 15, 1291-1298.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SEISMIC = "#D55E00"  # before an earthquake: samples, rates, the catalog that happened
CONTROL = "#0072B2"  # windows of controls
MODEL = "#009E73"  # what a model says; several are shades of it
PROBE = "#CC79A7"  # models that see no observation
ABOVE = "#E69F00"  # above a bound, or above chance
BELOW = "#56B4E9"  # below a bound, or below chance
KP = "#6B4700"  # space weather: Kp, Dst, class 2, times that are not quiet
NULL = "#BBBBBB"  # what chance gives: catalogs that never happened, random alarms
REFERENCE = "#333333"  # ink: observations, lines to compare with

PALETTE: Mapping[str, str] = MappingProxyType(
    {
        "seismic": SEISMIC,
        "control": CONTROL,
        "model": MODEL,
        "probe": PROBE,
        "above": ABOVE,
        "below": BELOW,
        "kp": KP,
        "null": NULL,
        "reference": REFERENCE,
    }
)
"""Colour of each role."""
