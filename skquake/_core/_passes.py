"""Passes of a satellite track: uninterrupted runs with one direction of flight."""

from __future__ import annotations

import numpy as np

from skquake._core._typing import Array, IntArray

TURN_DEGREES = 0.1
_CHUNK = 1 << 20  # rows looked at together, so that memory does not grow with the track


def find_passes(time: Array, latitude: Array, max_gap: int) -> IntArray:
    """Boundaries of the passes of a track.

    A new pass starts after a time step longer than ``max_gap`` and after latitude turns.
    A turn counts once latitude has come back by more than 0.1 degrees from its extreme, so
    neither repeated latitudes nor noise below that split a pass; the extreme itself is the
    last observation of the pass before the turn.

    Parameters
    ----------
    time : ndarray of int64, shape (n,)
        Strictly increasing times, ns.
    latitude : ndarray of shape (n,)
        Degrees.
    max_gap : int
        Longest time step inside a pass, ns.

    Returns
    -------
    ndarray of int64, shape (n_passes + 1,)
        Pass ``k`` holds the rows ``bounds[k] ... bounds[k + 1] - 1``.
    """
    n = len(time)
    gaps = [
        np.flatnonzero(np.diff(time[k : k + _CHUNK + 1]) > max_gap) + k + 1 for k in range(0, n - 1, _CHUNK)
    ]
    starts = np.concatenate([[0], *gaps])
    turns = _confirmed_turns(latitude, starts, _bends(latitude))
    return np.unique(np.concatenate([starts, turns, [n]])).astype(np.int64)


def _bends(latitude: Array) -> IntArray:
    """Rows from which latitude moves the other way than it did when it last moved."""
    bends, before = [np.empty(0, dtype=np.int64)], 0.0
    for k in range(0, len(latitude) - 1, _CHUNK):
        direction = np.sign(np.diff(latitude[k : k + _CHUNK + 1]))
        moving = np.flatnonzero(direction)
        way = direction[moving]
        turned = way * np.concatenate([[before], way])[:-1] < 0
        bends.append(moving[turned] + k)
        before = way[-1] if len(way) else before
    return np.concatenate(bends)


def _confirmed_turns(latitude: Array, starts: IntArray, bends: IntArray) -> IntArray:
    """First rows after each turn; steps through the bends (a few an orbit), not the rows."""
    n = len(latitude)
    ends = np.append(starts[1:], n) - 1
    points = np.unique(np.concatenate([starts, bends, ends]))
    is_start = np.isin(points, starts, assume_unique=True).tolist()
    turns = []
    low = high = heading = 0
    low_at = high_at = -1
    for row, value, begins in zip(points.tolist(), latitude[points].tolist(), is_start, strict=True):
        if begins:
            low = high = value
            low_at = high_at = row
            heading = 0
        if heading >= 0 and value < high - TURN_DEGREES:
            if heading > 0:
                turns.append(high_at + 1)
            heading, low, low_at = -1, value, row
        elif heading <= 0 and value > low + TURN_DEGREES:
            if heading < 0:
                turns.append(low_at + 1)
            heading, high, high_at = 1, value, row
        if value >= high:
            high, high_at = value, row
        if value <= low:
            low, low_at = value, row
    return np.asarray(turns, dtype=np.int64)
