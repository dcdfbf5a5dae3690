"""Places of equal dip latitude at other longitudes, passed in the same night."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from skquake._core._geodesy import great_circle_km, unit_vectors, wrap_longitude
from skquake._core._magnetic import dip_latitude
from skquake._core._time import NS_PER_HOUR, as_ns
from skquake.catalogs._neighbours import near_pairs

EAST = np.array([degrees for degrees in range(-170, 181, 10) if degrees])
_LATITUDE = np.arange(-89.0, 90.0)
_STEP = 2.5  # degrees of longitude from one meridian of the table to the next
_ROWS = 128  # events solved at a time: bounds the memory, changes no number


def equal_dip_places(events):
    """Where and when each event's dip latitude and local time are met elsewhere.

    Parameters
    ----------
    events : DataFrame
        Checked catalog.

    Returns
    -------
    time : ndarray of int64, shape (n_events, n_places)
        Time of equal local solar time, ns: an hour earlier every 15 degrees to the east.
    latitude, longitude : ndarray of float, shape (n_events, n_places)
        ``EAST`` degrees east of the event; where several latitudes of that meridian have its dip
        latitude the one nearest to the event's, and NaN where none has.
    """
    time = as_ns(events["time"].to_numpy())[:, np.newaxis] - EAST * (NS_PER_HOUR // 15)
    longitude = wrap_longitude(events["longitude"].to_numpy()[:, np.newaxis] + EAST)
    own = events["latitude"].to_numpy()
    dip = dip_latitude(events["time"], own, events["longitude"])
    latitude = np.empty(longitude.shape)
    years = pd.DatetimeIndex(events["time"]).year.to_numpy()
    for year in np.unique(years):
        here = np.flatnonzero(years == year)
        for rows in np.split(here, range(_ROWS, len(here), _ROWS)):
            latitude[rows] = _solve(_table(int(year)), longitude[rows], dip[rows], own[rows])
    return time, latitude, longitude


def free_places(events, avoid, reach_km, own_reach_km, window, time, latitude, longitude):
    """Which of those places are free, bool of shape (n_events, n_places).

    Parameters
    ----------
    events, avoid, reach_km, window
        As for :func:`free_days`.
    own_reach_km : ndarray of shape (n_events,)
        Radius of the regions of each event and its control, which must not overlap.
    time, latitude, longitude : ndarray of shape (n_events, n_places)
    """
    free = np.isfinite(latitude)
    away = great_circle_km(
        events["latitude"].to_numpy()[:, np.newaxis],
        events["longitude"].to_numpy()[:, np.newaxis],
        latitude,
        longitude,
    )
    free &= away > 2.0 * own_reach_km[:, np.newaxis]
    place = np.flatnonzero(free)
    place = place[np.argsort(time.flat[place], kind="stable")]
    for i, _ in near_pairs(
        time.flat[place],
        unit_vectors(latitude.flat[place], longitude.flat[place]),
        as_ns(avoid["time"].to_numpy()),
        unit_vectors(avoid["latitude"], avoid["longitude"]),
        reach_km,
        window,
    ):
        free.flat[place[i]] = False
    return free


def same_dip_latitude(events, dip, longitude):
    """Latitude at which other meridians have each event's dip latitude.

    Parameters
    ----------
    events : DataFrame
        Checked catalog.
    dip : ndarray of float, shape (n_events,)
        Their dip latitudes, degrees.
    longitude : ndarray of float, shape (n_events,)
        Meridian of each, degrees.

    Returns
    -------
    ndarray of float, shape (n_events,)
        Of several the nearest to the event's own; where none has it, the one that comes closest to it.
    """
    own = events["latitude"].to_numpy()
    years = pd.DatetimeIndex(events["time"]).year.to_numpy()
    latitude = np.empty(len(own))
    for year in np.unique(years):
        here = np.flatnonzero(years == year)
        for rows in np.split(here, range(_ROWS, len(here), _ROWS)):
            gap = _gaps(_table(int(year)), longitude[rows], dip[rows])
            found = _nearest_root(gap, own[rows])
            closest = _LATITUDE[np.argmin(np.abs(gap), axis=-1)]
            latitude[rows] = np.where(np.isfinite(found), found, closest)
    return latitude


@lru_cache(maxsize=64)
def _table(year):
    """Dip latitude at the meridians -180, -180 + _STEP, ..., 180, shape (n, n_latitudes)."""
    meridian, latitude = np.meshgrid(np.arange(-180.0, 180.0, _STEP), _LATITUDE, indexing="ij")
    times = np.full(meridian.size, np.datetime64(f"{year}-07-02"))
    table = dip_latitude(times, latitude.ravel(), meridian.ravel()).reshape(meridian.shape)
    return np.vstack([table, table[:1]])


def _solve(table, longitude, dip, own):
    """Latitude nearest ``own`` (n,) where meridians ``longitude`` (n, m) have dip latitude ``dip`` (n,)."""
    return _nearest_root(_gaps(table, longitude, dip[:, np.newaxis]), own[:, np.newaxis])


def _gaps(table, longitude, dip):
    """Dip latitude of meridians less ``dip``, one more axis: the latitudes of the table."""
    west, part = np.divmod((longitude + 180.0) / _STEP, 1.0)
    west, part = west.astype(int), part[..., np.newaxis]
    return (1.0 - part) * table[west] + part * table[west + 1] - dip[..., np.newaxis]


def _nearest_root(gap, own):
    """Latitude nearest ``own`` where ``gap`` changes sign along its last axis; NaN where it does not."""
    low, high = gap[..., :-1], gap[..., 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = _LATITUDE[:-1] + np.where(low * high <= 0.0, low / (low - high), np.nan)
    away = np.where(np.isfinite(root), np.abs(root - own[..., np.newaxis]), np.inf)
    nearest = np.argmin(away, axis=-1)[..., np.newaxis]
    return np.take_along_axis(root, nearest, axis=-1)[..., 0]
