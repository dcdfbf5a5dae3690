"""How far from an epicentre its region reaches."""

from __future__ import annotations

import re
from numbers import Real

import numpy as np

from skquake._core._geodesy import KM_PER_DEGREE
from skquake._core._typing import ArrayLike, FloatArray

FARTHEST_KM = 180.0 * KM_PER_DEGREE
_TEXT = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(?P<unit>km|deg|°)", re.IGNORECASE)


def dobrovolsky_radius(magnitude: ArrayLike) -> FloatArray:
    """Radius of the earthquake preparation zone, 10**(0.43 M) km.

    Parameters
    ----------
    magnitude : float or array-like

    Returns
    -------
    ndarray
        Radius in km, of the shape of ``magnitude``.

    References
    ----------
    Dobrovolsky, I. P., Zubkov, S. I. and Miachkin, V. I. (1979). Estimation of the size of
    earthquake preparation zones. Pure and Applied Geophysics 117, 1025-1044.

    Examples
    --------
    >>> from skquake.catalogs import dobrovolsky_radius
    >>> dobrovolsky_radius([5.0, 8.0]).round(1).tolist()
    [141.3, 2754.2]
    """
    return 10.0 ** (0.43 * np.asarray(magnitude, dtype=float))


def region_radius_km(region: str | float, magnitude: ArrayLike) -> FloatArray:
    """Radius of the region around an epicentre, in km.

    Parameters
    ----------
    region : str or float
        ``"dobrovolsky"`` (the radius follows the magnitude); degrees of great circle, as a number or as
        ``"3 deg"``, ``"3deg"``, ``"3°"``; or kilometres, as ``"500 km"`` or ``"500km"``. A number alone is
        never kilometres.
    magnitude : float or array-like

    Returns
    -------
    ndarray
        Radius in km, of the shape of ``magnitude``.

    Raises
    ------
    ValueError
        For anything else; for a radius that is not positive, or beyond half the circumference of the Earth
        (180 degrees, 20,015 km), also of a magnitude's preparation zone.

    Examples
    --------
    >>> from skquake.catalogs import region_radius_km
    >>> region_radius_km("500 km", [4.8, 6.0]).tolist()
    [500.0, 500.0]
    >>> float(region_radius_km("3deg", 5.5).round(1))
    333.6
    """
    if isinstance(region, str) and region.strip().lower() == "dobrovolsky":
        return _zones(np.asarray(dobrovolsky_radius(magnitude)), np.asarray(magnitude, dtype=float))
    return np.full(np.shape(magnitude), _fixed_radius_km(region))


def _zones(radius, magnitude):
    beyond = ~(radius <= FARTHEST_KM)
    if beyond.any():
        raise ValueError(
            f"region 'dobrovolsky': magnitude {magnitude[beyond].flat[0]:g} has no preparation zone on Earth "
            f"({radius[beyond].flat[0]:,.0f} km); mend the catalog's magnitudes"
        )
    return radius


def _fixed_radius_km(region):
    """Kilometres of a number of degrees or of a text with its unit."""
    number, unit = np.nan, "deg"
    if isinstance(region, Real) and not isinstance(region, (bool, np.bool_)):
        number = float(region)
    elif isinstance(region, str) and (found := _TEXT.fullmatch(region.strip())):
        number, unit = float(found["number"]), found["unit"].lower()
    radius = number * (1.0 if unit == "km" else KM_PER_DEGREE)
    if not (np.isfinite(radius) and radius > 0):
        cure = f"; say {region.strip()!r} in a unit" if isinstance(region, str) and _is_number(region) else ""
        raise ValueError(
            f"region {region!r} is no region: use 'dobrovolsky', a positive number of degrees, "
            f"or a text such as '3 deg' or '500 km'{cure}"
        )
    if radius > FARTHEST_KM * (1.0 + 1e-12):
        if unit == "km":
            cure = "give a shorter one, or '180 deg' for the whole Earth"
        else:
            cure = f"a number is in degrees, at most 180: '{number:g} km' for kilometres"
        raise ValueError(f"region {region!r} reaches beyond half the circumference of the Earth; {cure}")
    return min(radius, FARTHEST_KM)


def _is_number(text):
    try:
        return np.isfinite(float(text))
    except ValueError:
        return False
