"""Alarms after anomalies, and what they gain over random ones."""

from __future__ import annotations

import numpy as np

from skquake._core._typing import BoolArray, FloatArray, IntArray


def alarm_after(flagged: BoolArray, days: int) -> BoolArray:
    """Alarm in each place on the ``days`` days after a flagged one, (n_days, n_places).

    Parameters
    ----------
    flagged : ndarray of bool, shape (n_days, n_places)
    days : int
    """
    total = np.vstack([np.zeros((1, flagged.shape[1]), dtype=int), flagged.cumsum(axis=0)])
    day = np.arange(len(flagged))
    return total[day] > total[np.maximum(day - days, 0)]


def persistent(flagged: BoolArray, days: int) -> BoolArray:
    """Whether a day and those before it, ``days`` in all, are flagged."""
    total = np.vstack([np.zeros((1, flagged.shape[1]), dtype=int), flagged.cumsum(axis=0)])
    day = np.arange(1, len(flagged) + 1)
    return total[day] - total[np.maximum(day - days, 0)] == days


def gain(alarm: BoolArray, day: IntArray, place: IntArray, weight: FloatArray | None = None) -> float:
    """Share of earthquakes in an alarm over the share of space-time that is alarmed; NaN without an alarm.

    Parameters
    ----------
    alarm : ndarray of bool, shape (n_days, n_places)
    day, place : ndarray of int, shape (n_events,)
    weight : ndarray of shape (n_places,), default=None
        Of the places, a reference rate; None: all alike.
    """
    weight = np.ones(alarm.shape[1]) if weight is None else weight
    alarmed = float(alarm.mean(axis=0) @ weight / weight.sum())
    return float(alarm[day, place].mean()) / alarmed if alarmed > 0 else np.nan
