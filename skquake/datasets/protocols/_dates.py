"""How many earthquakes have a flagged day before them, and how many dates without one do."""

from __future__ import annotations

import numpy as np

from skquake._core._typing import BoolArray, FloatArray, IntArray


def share_preceded(flagged: BoolArray, day: IntArray, place: IntArray, before: int) -> float:
    """Share of earthquakes with a flagged day among the ``before`` days before theirs.

    Parameters
    ----------
    flagged : ndarray of bool, shape (n_days, n_places)
    day, place : ndarray of int, shape (n_events,)
        Rows and columns of ``flagged``; ``day`` is at least ``before``.
    before : int

    Returns
    -------
    float
    """
    total = np.vstack([np.zeros(flagged.shape[1], dtype=int), flagged.cumsum(axis=0)])
    return float(np.mean(total[day, place] > total[day - before, place]))


def share_elsewhen(
    flagged: BoolArray,
    day: IntArray,
    place: IntArray,
    before: int,
    first: int,
    n: int,
    rng: np.random.Generator,
    least: int = 30,
) -> FloatArray:
    """`share_preceded` of the same places at other dates: all earthquakes moved together round the record.

    Moved together they keep what they share: two earthquakes in one storm stay in one storm.

    Parameters
    ----------
    flagged, day, place, before
        As `share_preceded`.
    first : int
        First day that an earthquake may have.
    n : int
        How many moves, drawn without repetition where the record allows.
    rng : Generator
    least : int
        Shortest move, days.

    Returns
    -------
    ndarray of shape (n,)
    """
    length = len(flagged) - first
    moves = np.arange(least, length - least)
    if not len(moves):
        raise ValueError(f"a record of {length} usable days has no date that is {least} days away")
    moves = rng.choice(moves, n, replace=n > len(moves))
    return np.array(
        [share_preceded(flagged, first + (day - first + move) % length, place, before) for move in moves]
    )


def p_value(found: float, null: FloatArray) -> float:
    """Share of the null that reaches what was found, itself included; NaN where nothing was."""
    if np.isnan(found):
        return np.nan
    return float((1 + np.sum(null >= found)) / (1 + len(null)))
