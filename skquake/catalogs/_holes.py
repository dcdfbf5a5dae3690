"""Holes of a catalog: spans in which it lists nothing, too long for its own rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import f

from skquake._core._frames import as_frame, is_frame
from skquake._core._sklearn import InvalidParameterError
from skquake._core._time import NS_PER_DAY, as_ns, to_utc
from skquake._core._typing import IntArray

FIND = "find"
_SIGNIFICANCE = 1e-3
_FEWEST = 50  # events; fewer say too little of their rate
_AROUND = 200  # waiting times on either side that tell the rate of their day
_TRIED = 10  # longest waiting times tried at a time; where bursts are all there is, more of them are long


def find_holes(catalog: pd.DataFrame, significance: float = _SIGNIFICANCE) -> pd.DataFrame:
    """Waiting times that are too long for the rate of a checked catalog, as its holes.

    The ten longest are tried. Each, w, is compared with all others but those tried that are longer, once
    with all of them and once with those among the 200 on either side. They have mean m and a gamma
    distribution of shape k = m**2 / variance (at most 1), which allows for clustering: 1 for a Poisson
    process, less the more events come in bursts [1]_ [2]_. The probability of w / m under Fisher's
    F(2 k, 2 k n) takes the uncertainty of m into account; the larger of both, times the number of waiting
    times, must be below ``significance``. Holes found are set aside and the others tried anew; where all ten
    are holes, the next ten too.

    Returns
    -------
    DataFrame
        ``start``, ``end`` (the events on either side), ``days``, ``p_value`` (at most 1), in order of time.
        None with fewer than 50 events.

    References
    ----------
    .. [1] Corral, A. (2004). Long-term clustering, scaling, and universality in the temporal occurrence of
       earthquakes. Physical Review Letters 92, 108501.
    .. [2] Hainzl, S., Scherbaum, F. and Beauval, C. (2006). Estimating background activity based on
       interevent-time distribution. Bulletin of the Seismological Society of America 96, 313-320.
    """
    time = np.sort(as_ns(catalog["time"].to_numpy()))
    wait = np.diff(time) / NS_PER_DAY
    hole, p_value = np.zeros(len(wait), dtype=bool), np.ones(len(wait))
    longest = np.argsort(-wait, kind="stable") if len(time) >= _FEWEST else np.empty(0, dtype=np.int64)
    for first in range(0, len(longest), _TRIED):
        tried = longest[first : first + _TRIED]
        while len(left := tried[~hole[tried]]):
            p_value[left] = np.minimum(1.0, len(wait) * _tails(wait, left, hole))
            new = left[p_value[left] < significance]
            if not len(new):
                break
            hole[new] = True
        if not hole[tried].all():
            break
    at = np.flatnonzero(hole)
    return pd.DataFrame(
        {
            "start": time[at].astype("datetime64[ns]"),
            "end": time[at + 1].astype("datetime64[ns]"),
            "days": wait[at],
            "p_value": p_value[at],
        }
    )


def _tails(wait, tried, hole):
    """Probability of each waiting time tried, longest first, under the rate of all and of those around it."""
    aside = hole.copy()
    p_value = np.empty(len(tried))
    for row, k in enumerate(tried):
        aside[k] = True
        here = slice(max(0, k - _AROUND), k + _AROUND + 1)
        p_value[row] = max(_tail(wait[k], wait[~aside]), _tail(wait[k], wait[here][~aside[here]]))
    return p_value


def _tail(wait, others):
    """P(waiting time >= wait) given others."""
    mean, variance = (others.mean(), others.var()) if len(others) else (0.0, 0.0)
    if not mean:
        return 1.0
    shape = min(1.0, mean**2 / variance) if variance else 1.0
    return float(f.sf(wait / mean, 2.0 * shape, 2.0 * shape * len(others)))


def holes_of(holes: Any, catalog: pd.DataFrame, what: str = "holes") -> pd.DataFrame:
    """Holes as a parameter says: "find" (those of the catalog), None (none), or a frame of them.

    Parameters
    ----------
    holes : "find", None or DataFrame with ``start`` and ``end``
    catalog : DataFrame
        Checked.

    Returns
    -------
    DataFrame
        ``start`` and ``end``, and what else is known.
    """
    if holes is None:
        return find_holes(catalog.iloc[:0])
    if isinstance(holes, str) and holes == FIND:
        return find_holes(catalog)
    if not is_frame(holes):
        raise InvalidParameterError(
            f"The {what!r} parameter must be 'find', None or a dataframe with start and end, got {holes!r}"
        )
    frame = as_frame(holes, what)
    absent = {"start", "end"} - set(frame.columns)
    if absent:
        raise InvalidParameterError(f"The {what!r} parameter: missing column(s) {', '.join(sorted(absent))}")
    frame = frame.assign(**{name: to_utc(frame[name], f"{what}: {name}") for name in ("start", "end")})
    if not (frame["start"] < frame["end"]).all():
        row = frame.index[~(frame["start"] < frame["end"])][0]
        raise InvalidParameterError(f"The {what!r} parameter: row {row!r} does not start before it ends")
    return frame.reset_index(drop=True)


def hole_touched(time: IntArray, holes: pd.DataFrame, before: int, after: int) -> IntArray:
    """Which hole ``[time - before, time + after]`` (ns) has more than an instant in common with.

    Parameters
    ----------
    time : ndarray of int64, of any shape
        ns.
    holes : DataFrame
        Of `holes_of`.
    before, after : int
        How far back and ahead of a time an earthquake would have counted, in ns.

    Returns
    -------
    ndarray of int, of the shape of ``time``
        Row of the hole, the last of several; -1 for none.
    """
    found = np.full(np.shape(time), -1, dtype=np.int64)
    starts, ends = (as_ns(holes[name].to_numpy()) for name in ("start", "end"))
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        found[(time + after > start) & (time - before < end)] = row
    return found
