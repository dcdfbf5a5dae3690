"""Clusters around the largest events: distance and time windows that grow with magnitude."""

from __future__ import annotations

import numpy as np

from skquake._core._geodesy import unit_vectors
from skquake._core._time import days_to_ns
from skquake.catalogs._neighbours import near_pairs

_BIN = 0.5  # magnitudes whose windows are looked up together


def gardner_knopoff(magnitude):
    """km and days of Gardner & Knopoff (1974), in the closed form of van Stiphout et al. (2012)."""
    small = 10.0 ** (0.5409 * magnitude - 0.547)
    return 10.0 ** (0.1238 * magnitude + 0.983), np.where(
        magnitude >= 6.5, 10.0 ** (0.032 * magnitude + 2.7389), small
    )


def gruenthal(magnitude):
    """km and days of Gruenthal, as given by van Stiphout et al. (2012)."""
    small = np.exp(-3.95 + np.sqrt(0.62 + 17.32 * magnitude))
    days = np.where(magnitude >= 6.5, 10.0 ** (2.8 + 0.024 * magnitude), small)
    return np.exp(1.77 + np.sqrt(0.037 + 1.02 * magnitude)), days


def uhrhammer(magnitude):
    """km and days of Uhrhammer (1986)."""
    return np.exp(-1.024 + 0.804 * magnitude), np.exp(-2.87 + 1.235 * magnitude)


WINDOWS = {"gardner-knopoff": gardner_knopoff, "gruenthal": gruenthal, "uhrhammer": uhrhammer}


def window_mainshocks(time, latitude, longitude, magnitude, window):
    """Position of each event's mainshock.

    From the largest event down (of equal ones the earlier first): an event that belongs to no cluster yet is
    a mainshock, and every event without a cluster within its distance, up to its days before or after, is its
    own.

    Parameters
    ----------
    time : ndarray of int64, shape (n,)
        Nanoseconds, ascending.
    latitude, longitude, magnitude : ndarray of shape (n,)
    window : callable
        Magnitude -> km, days.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    n = len(time)
    magnitude = np.maximum(magnitude, 0.0)
    km, days = window(magnitude)
    span, places = days_to_ns(days), unit_vectors(latitude, longitude)
    near = [np.empty(0, dtype=np.int64)] * n
    half_units = np.floor(magnitude / _BIN)
    for group in np.unique(half_units):
        center = np.flatnonzero(half_units == group)
        widest = int(span[center].max())
        i, j = _all_pairs(time, places, time[center], places[center], km[center], (-widest, widest))
        inside = np.abs(time[i] - time[center[j]]) <= span[center[j]]
        i, j = i[inside], j[inside]
        order = np.argsort(j, kind="stable")
        stops = np.searchsorted(j[order], np.arange(len(center) + 1))
        for k, event in enumerate(center):
            near[event] = i[order[stops[k] : stops[k + 1]]]
    mainshock = np.full(n, -1, dtype=np.int64)
    for event in np.lexsort((np.arange(n), -magnitude)):
        if mainshock[event] < 0:
            members = near[event]
            mainshock[members[mainshock[members] < 0]] = event
            mainshock[event] = event
    return mainshock


def _all_pairs(*arguments):
    blocks = list(near_pairs(*arguments))
    if not blocks:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate([i for i, _ in blocks]), np.concatenate([j for _, j in blocks])
