"""Controls that lie within the days of a record, without letting a date tell them from earthquakes."""

from __future__ import annotations

from typing import Any

import numpy as np

from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import Array, BoolArray, FloatArray, IntArray


def spans_of(within: Any) -> IntArray | None:
    """``within`` as (n, 2) moments in ns; None for None.

    Raises
    ------
    ValueError
        If it is no (start, end), nor a list of these.
    """
    if within is None:
        return None
    try:
        spans = np.asarray(as_ns(np.asarray(within, dtype="datetime64[ns]").ravel())).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise ValueError(f"within={within!r} must be (start, end), such as track.span, or these") from error
    if not len(spans) or np.ndim(within) not in (1, 2) or (spans[:, 0] > spans[:, 1]).any():
        raise ValueError(f"within={within!r} must be a start and an end in that order, or several of these")
    return spans


def sides_within(time: IntArray, offsets: IntArray, days: tuple[int, int], spans: IntArray) -> BoolArray:
    """Which moves of each event keep all days of observation in a span.

    Parameters
    ----------
    time : ndarray of int, shape (n_events,)
        In ns.
    offsets : ndarray of int, shape (n_offsets,)
        Days.
    days : tuple of int
        Days of observation around an event or control, in ns.
    spans : ndarray of int, shape (n_spans, 2)

    Returns
    -------
    ndarray of bool, shape (n_events, 2, n_offsets)
        [:, 0] so many days before, [:, 1] after.
    """
    moved = time[:, np.newaxis, np.newaxis] + np.stack([-offsets, offsets]) * NS_PER_DAY
    inside = np.zeros(moved.shape, dtype=bool)
    for start, end in spans:
        inside |= (moved + days[0] >= start) & (moved + days[1] <= end)
    return inside


def kept_by_both(
    time: IntArray,
    sign: IntArray,
    chosen: IntArray,
    offsets: IntArray,
    days: Any,
    spans: IntArray,
    *,
    signed: bool,
) -> FloatArray:
    """With which probability a control that was drawn stays, so that both of a pair could be the earthquake.

    Near the ends of a record an earthquake has fewer days to choose from, or one side alone, so that each of
    them is drawn more often than the way back from it would be. A draw stays with the ratio of both.

    Parameters
    ----------
    time : ndarray of int, shape (n_drawn,)
        Of the earthquakes, in ns.
    sign : ndarray of int, shape (n_drawn,)
        -1 before, 1 after.
    chosen : ndarray of int, shape (n_drawn,)
        Positions in ``offsets``.
    signed : bool
        Whether each side of an offset is drawn by itself.

    Returns
    -------
    ndarray of float, shape (n_drawn,)
    """
    there = _drawn_as_often(sides_within(time, offsets, days, spans), chosen, signed)
    moved = time + sign * offsets[chosen] * NS_PER_DAY
    back = _drawn_as_often(sides_within(moved, offsets, days, spans), chosen, signed)
    return np.minimum(1.0, np.divide(back, there, out=np.zeros_like(back), where=there > 0.0))


def _drawn_as_often(inside: BoolArray, chosen: Array, signed: bool) -> FloatArray:
    """How often this move is drawn, as far as the record alone decides."""
    if signed:
        return 1.0 / np.maximum(inside.sum(axis=(1, 2)), 1)
    each = inside.sum(axis=1)
    sides = each[np.arange(len(chosen)), chosen]
    return np.divide(
        1.0, sides * np.maximum((each > 0).sum(axis=1), 1), where=sides > 0, out=np.zeros(len(sides))
    )


def record_needed(offsets: IntArray, days: tuple[int, int], spans: IntArray) -> str:
    """How long a record must be for a pair, and how long the longest of these is."""
    least = int(offsets[0]) + (days[1] - days[0]) / NS_PER_DAY
    longest = (spans[:, 1] - spans[:, 0]).max() / NS_PER_DAY
    return (
        f"a pair at {offsets[0]} days takes a record of {least:g} days, the longest given has {longest:.1f}"
    )
