"""How far from an epicentre its region reaches."""

from __future__ import annotations

from numbers import Real

import numpy as np

from skquake._core._geodesy import KM_PER_DEGREE


def dobrovolsky_radius(magnitude):
    """Radius of the earthquake preparation zone, 10**(0.43 M) km.

    Parameters
    ----------
    magnitude : float or array-like

    Returns
    -------
    float or ndarray
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


def region_radius_km(region, magnitude):
    """Radius of the region around an epicentre, in km.

    Parameters
    ----------
    region : str or float
        ``"dobrovolsky"`` (the radius follows the magnitude), a number or ``"3 deg"`` (degrees of
        great circle), or ``"500 km"``.
    magnitude : float or array-like

    Returns
    -------
    ndarray
        Radius in km, of the shape of ``magnitude``.

    Raises
    ------
    ValueError
        For anything else, a radius that is not positive, or one that is not finite.

    Examples
    --------
    >>> from skquake.catalogs import region_radius_km
    >>> region_radius_km("500 km", [4.8, 6.0]).tolist()
    [500.0, 500.0]
    >>> float(region_radius_km("3 deg", 5.5).round(1))
    333.6
    """
    if isinstance(region, str) and region.strip().lower() == "dobrovolsky":
        return dobrovolsky_radius(magnitude)
    radius = _fixed_radius_km(region)
    if not (np.isfinite(radius) and radius > 0):
        raise ValueError(
            f"region {region!r} is no region: use 'dobrovolsky', a positive number of degrees, "
            "or a text such as '3 deg' or '500 km'"
        )
    return np.full(np.shape(magnitude), radius)


def _fixed_radius_km(region):
    """Kilometres of a number of degrees or of a text with its unit; NaN if it is neither."""
    if isinstance(region, Real) and not isinstance(region, (bool, np.bool_)):
        return float(region) * KM_PER_DEGREE
    number, _, unit = str(region).strip().partition(" ")
    scale = {"deg": KM_PER_DEGREE, "km": 1.0}.get(unit.strip().lower(), np.nan)
    try:
        return float(number) * scale
    except ValueError:
        return np.nan
