"""One observation, one sample: who owns a window, and which pairs stay whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd


def own(window, place, distance_km, away_days, rank):
    """The nearest of the places that could own each window.

    Ties in distance go to the place nearest in time, then to the lower ``rank``
    (order of time, then of id).

    Parameters
    ----------
    window, place : ndarray of int64, shape (n,)
        Pairs of a window and a place that could own it.
    distance_km, away_days : ndarray of float64, shape (n,)
    rank : ndarray of int64
        Order of the places.

    Returns
    -------
    owner : ndarray of int64
        Positions of the pairs that own their window, one a window.
    all_owners : list of list of int
        For each of them the places that could own its window, nearest first.
    """
    order = np.lexsort((rank[place], np.abs(away_days), distance_km, window))
    starts = np.flatnonzero(np.diff(window[order], prepend=-1))
    nearest_first = place[order].tolist()
    owners = [nearest_first[a:b] for a, b in pairwise([*starts.tolist(), len(order)])]
    return order[starts], owners


def in_whole_pairs(places, place, evidence):
    """Rows of members that keep evidence and whose pair keeps evidence of both labels.

    Without its partner a place would stand in the samples with one label only, and a model
    could score by recognising the place.

    Parameters
    ----------
    places : DataFrame
        ``label``, ``pair_id`` and ``paired``: whether a place must be in a whole pair.
    place : array-like of int, shape (n,)
        Position in ``places`` of each row.
    evidence : array-like of bool, shape (n,)
        Rows not disturbed by space weather.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    place, evidence = np.asarray(place), np.asarray(evidence)
    pair = pd.factorize(places["pair_id"])[0]
    label = places["label"].to_numpy()
    member = np.bincount(place[evidence], minlength=len(places)) > 0
    whole = np.isin(pair, pair[member & (label == 1)]) & np.isin(pair, pair[member & (label == 0)])
    return (~places["paired"].to_numpy() | (member & whole))[place]


def spread(group, disturbed, most):
    """Rows that remain when every group keeps at most ``most``, evenly spread over its rows.

    Undisturbed rows come first: disturbed ones only fill what room is left.

    Parameters
    ----------
    group : ndarray of int64, shape (n,)
        Rows of a group in order of time.
    disturbed : ndarray of bool, shape (n,)
    most : int

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    n_groups = int(group.max(initial=-1)) + 1
    quiet = np.bincount(group[~disturbed], minlength=n_groups)
    stormy = np.bincount(group[disturbed], minlength=n_groups)
    room = np.minimum(quiet, most)
    keep = np.zeros(len(group), dtype=bool)
    for rows, size, allowed in (
        (np.flatnonzero(~disturbed), quiet, room),
        (np.flatnonzero(disturbed), stormy, np.minimum(stormy, most - room)),
    ):
        rows = rows[np.argsort(group[rows], kind="stable")]
        g = group[rows]
        rank = np.arange(len(rows)) - (np.cumsum(size) - size)[g]
        # Bresenham's even spacing: exactly ``allowed`` of ``size`` ranks step to a new whole number.
        half = size[g] // 2
        keep[rows] = ((rank + 1) * allowed[g] + half) // size[g] > (rank * allowed[g] + half) // size[g]
    return keep
