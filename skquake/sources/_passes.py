"""Passes of a satellite track: uninterrupted runs with one direction of flight."""

from __future__ import annotations

import numpy as np

TURN_DEGREES = 0.1


def find_passes(time, latitude, max_gap):
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
    starts = np.concatenate([[0], np.flatnonzero(np.diff(time) > max_gap) + 1])
    direction = np.sign(np.diff(latitude)).astype(np.int8)
    moving = np.flatnonzero(direction)
    bends = moving[1:][direction[moving[1:]] != direction[moving[:-1]]]
    turns = _confirmed_turns(latitude, starts, bends)
    return np.unique(np.concatenate([starts, turns, [n]])).astype(np.int64)


def _confirmed_turns(latitude, starts, bends):
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
