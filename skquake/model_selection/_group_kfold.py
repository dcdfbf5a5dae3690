"""Folds of whole pairs."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from skquake._core._sklearn import Interval
from skquake._core._typing import RandomState
from skquake.model_selection._split import PURGE_CONSTRAINTS, PurgedSplit


class PurgedGroupKFold(PurgedSplit):
    """K folds of whole pairs, purged of shared observations.

    Every row is tested once. A training row goes if it shares an observation with a test row: the
    same source, observation intervals that overlap, and the same pass, or places within the sum of
    both radii. Folds are balanced by their number of rows: the largest group goes first, each to
    the fold that is smallest by then. Past and future are mixed, and the same places are trained and
    tested on; use `PurgedTimeSeriesSplit` where time must run forwards, `SpatialBlockKFold` where places
    must be new.

    Parameters
    ----------
    n_splits : int, default=5
    shuffle : bool, default=False
        Deal groups of equal size in random order instead of by first appearance.
    random_state : int, RandomState instance or None, default=None
        Used where ``shuffle=True``.
    gap_days : float, default=0.0
        Intervals less than this far apart count as overlapping.
    within_km : float, default=None
        Distance (km) below which places are close; the sum of both ``radius_km`` by default,
        infinity to purge whatever overlaps in time.
    min_train : int or float, default=0.2
        Least number of training rows, or least share of those outside the test fold.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.model_selection import PurgedGroupKFold
    >>> time = pd.date_range("2015-01-01", periods=4, freq="D")
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 0.0, "longitude": [0, 40, 80, 80],
    ...     "pair_id": list("abcd"), "radius_km": 100.0, "obs_start": time,
    ...     "obs_end": time + pd.Timedelta("1D")})
    >>> splitter = PurgedGroupKFold(2)
    >>> [test.tolist() for _, test in splitter.split(X)]
    [[0, 2], [1, 3]]
    >>> splitter.describe(X)["n_purged_shared"].tolist()
    [1, 1]
    """

    _parameter_constraints: dict = {
        "n_splits": [Interval(Integral, 2, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        **PURGE_CONSTRAINTS,
    }

    def __init__(
        self,
        n_splits: int = 5,
        *,
        shuffle: bool = False,
        random_state: RandomState = None,
        gap_days: float = 0.0,
        within_km: float | None = None,
        min_train: int | float = 0.2,
    ) -> None:
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state
        self.gap_days = gap_days
        self.within_km = within_km
        self.min_train = min_train

    _unit = "group"

    def _tests(self, table, groups):
        sizes = np.bincount(groups)
        if len(sizes) < self.n_splits:
            raise ValueError(
                f"{type(self).__name__}: n_splits={self.n_splits}, but the rows form only "
                f"{len(sizes)} {self._unit}(s)"
            )
        order = np.arange(len(sizes))
        if self.shuffle:
            check_random_state(self.random_state).shuffle(order)
        fold_of_group, rows_in_fold = np.empty(len(sizes), dtype=int), np.zeros(self.n_splits)
        for group in order[np.argsort(-sizes[order], kind="stable")]:
            fold_of_group[group] = np.argmin(rows_in_fold)
            rows_in_fold[fold_of_group[group]] += sizes[group]
        fold = fold_of_group[groups]
        for k in range(self.n_splits):
            yield np.flatnonzero(fold != k), np.flatnonzero(fold == k)
