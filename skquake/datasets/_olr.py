"""Simulated outgoing longwave radiation."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from skquake._core._geodesy import great_circle_km
from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import Frame, RandomState, TimeLike
from skquake._core._validation import check_catalog
from skquake.datasets._span import span_ns
from skquake.datasets._variability import SphereField

if TYPE_CHECKING:
    import xarray as xr

WEATHER = SphereField(25.0, 1500.0, 2.0)  # W/m2, km, days
YEARS = 6.0  # W/m2, standard deviation of a year's mean from that of all years
_YEAR = 365.25 * NS_PER_DAY


def make_olr(
    start: TimeLike = "2007-09-01",
    end: TimeLike = "2016-12-15",
    *,
    latitude: tuple[float, float] = (30.0, 57.5),
    longitude: tuple[float, float] = (72.5, 100.0),
    step: float = 2.5,
    months: tuple[int, ...] | None = None,
    catalog: Frame | None = None,
    effect: float = 0.0,
    effect_km: float = 400.0,
    effect_days: tuple[float, float] = (-8.0, 0.0),
    random_state: RandomState = None,
) -> xr.DataArray:
    """Simulate daily maps of outgoing longwave radiation, with or without a planted warm spot.

    The sum of a mean that falls from the equator to the poles, a yearly course that grows with latitude, a
    level of each year (6 W/m2), weather (a random field on the sphere: 25 W/m2, 1,500 km, 2 days), and,
    where asked for, a spot planted before each earthquake. Maps with a spot and without share every random
    number of the same seed.

    Parameters
    ----------
    start, end : date
        Days lie in [start, end).
    latitude, longitude : (float, float)
        First and last node, degrees, both in the map; longitudes ascend.
    step : float, default=2.5
        Degrees between nodes, as in NOAA's interpolated product.
    months : tuple of int, default=None
        Keep the days of these months alone.
    catalog : DataFrame, default=None
        The earthquakes before which spots are planted.
    effect : float, default=0.0
        W/m2 at the epicentre.
    effect_km : float, default=400.0
        Standard deviation of the spot, km.
    effect_days : (float, float), default=(-8, 0)
        First and last day relative to the earthquake.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    xarray.DataArray
        ``olr``, W/m2, dims (time, latitude, longitude), as :func:`skquake.io.read_olr` gives; ``origin`` in
        ``attrs`` says that it is simulated.

    Raises
    ------
    ValueError
        For an effect without a catalog, nodes that do not ascend, or no day left.

    See Also
    --------
    skquake.preprocessing.RSTIndex : What such maps are referred to their years by.

    Notes
    -----
    Made to show what weather alone does to an index, not to stand for the atmosphere: there are no clouds, no
    orography and no sea.

    Examples
    --------
    >>> from skquake.datasets import make_olr
    >>> make_olr("2016-12-01", "2016-12-04", random_state=0).shape
    (3, 12, 12)
    """
    start_ns, end_ns = span_ns(start, end)
    nodes = [_nodes(name, ends, step) for name, ends in (("latitude", latitude), ("longitude", longitude))]
    if effect and catalog is None:
        raise ValueError("effect needs a catalog: pass the earthquakes before which it is planted")
    time = np.arange(start_ns, end_ns, NS_PER_DAY)
    flat = [axis.ravel() for axis in np.meshgrid(*nodes, indexing="ij")]
    seeds = check_random_state(random_state).randint(2**31 - 1, size=2)
    weather, years = (np.random.default_rng(seed) for seed in seeds)

    days = pd.DatetimeIndex(time.view("datetime64[ns]"))
    summer = np.cos(2 * np.pi * ((time - days[0].to_datetime64().astype("int64")) / _YEAR + _phase(days[0])))
    values = 265.0 - 60.0 * np.sin(np.deg2rad(flat[0])) ** 2
    values = values + summer[:, np.newaxis] * 35.0 * np.sin(np.deg2rad(flat[0]))
    level = YEARS * years.standard_normal(np.ptp(days.year) + 1)
    values += level[days.year - days.year.min()][:, np.newaxis]
    basis = WEATHER.basis(*flat)
    steps = np.array(list(islice(WEATHER.coefficients(time, weather), len(time))))
    values += steps.real @ basis.real - steps.imag @ basis.imag
    if effect:
        values += effect * _spots(check_catalog(catalog), time, flat, effect_km, effect_days)
    kept = np.ones(len(time), bool) if months is None else days.month.isin(months)
    if not kept.any():
        raise ValueError(f"months: none of {months} lies between {start} and {end}")
    return _maps(values[kept], days[kept], nodes)


def _nodes(name, ends, step):
    first, last = ends
    if not (step > 0 and first < last):
        raise ValueError(f"{name} must be (first, last) with first < last and a step above 0, got {ends}")
    return np.arange(first, last + step / 2, step)


def _phase(day):
    """Part of a year since the northern summer solstice."""
    return (day.dayofyear - 172) / 365.25


def _spots(catalog, time, places, width_km, days):
    """Sum of the spots at full height 1, (times, places)."""
    found = np.zeros((len(time), len(places[0])))
    for event in catalog.itertuples():
        lead = (time - as_ns(np.datetime64(event.time))) / NS_PER_DAY
        near = great_circle_km(event.latitude, event.longitude, *places)
        during = (lead >= days[0]) & (lead <= days[1])
        found += during[:, np.newaxis] * np.exp(-0.5 * (near / width_km) ** 2)
    return found


def _maps(values, days, nodes):
    import xarray as xr

    coordinates = {
        "time": days.to_numpy(),
        "latitude": ("latitude", nodes[0], {"units": "degrees_north"}),
        "longitude": ("longitude", nodes[1], {"units": "degrees_east"}),
    }
    maps = values.astype(np.float32).reshape(len(days), len(nodes[0]), len(nodes[1]))
    return xr.DataArray(
        maps,
        coordinates,
        ("time", "latitude", "longitude"),
        name="olr",
        attrs={"units": "W/m2", "origin": "simulated"},
    )
