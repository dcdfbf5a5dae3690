"""Splitters that keep pairs whole and purge shared observations."""

from __future__ import annotations

from abc import abstractmethod
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval

from skquake.model_selection._purge import SampleTable, shares_observation

_PURGE_CONSTRAINTS = {
    "gap_days": [Interval(Real, 0, None, closed="left")],
    "within_km": [Interval(Real, 0, None, closed="both"), None],
    "min_train": [Interval(Integral, 1, None, closed="left"), Interval(Real, 0, 1, closed="both")],
}


def purge(table, candidates, test, *, groups=None, gap_days=0.0, within_km=None, min_train=0.2, what="split"):
    """Candidates for training that may stay, and the counts of what went.

    Returns
    -------
    train : ndarray of int
    counts : dict of {str: int}
        ``n_train``, ``n_test``, ``n_purged``, of which ``n_purged_pair`` for a pair in the test fold
        and ``n_purged_shared`` for a shared observation.

    Raises
    ------
    ValueError
        If fewer than ``min_train`` rows are left.
    """
    groups = table.pair if groups is None else groups
    torn = np.isin(groups[candidates], groups[test])
    kept = candidates[~torn]
    shared = shares_observation(table, kept, test, gap_days=gap_days, within_km=within_km)
    train = kept[~shared]
    needed = (
        min_train if isinstance(min_train, Integral) else max(1, int(np.ceil(min_train * len(candidates))))
    )
    if len(train) < needed:
        raise ValueError(
            f"{what}: {len(train)} of {len(candidates)} training rows are left, fewer than the {needed} of "
            f"min_train={min_train}: {torn.sum()} went for a pair in the test fold, {shared.sum()} for an "
            "observation shared with it; use more data, fewer folds, a smaller within_km or min_train"
        )
    counts = {
        "n_train": len(train),
        "n_test": len(test),
        "n_purged": int(torn.sum() + shared.sum()),
        "n_purged_pair": int(torn.sum()),
        "n_purged_shared": int(shared.sum()),
        "n_pairs_train": len(np.unique(table.pair[train])),
        "n_pairs_test": len(np.unique(table.pair[test])),
    }
    return train, counts


def check_classes(y, train, test, what):
    """Raise if a class of evidence (0 or 1) that y has is absent from one side of the split."""
    for name, rows in (("training", train), ("test", test)):
        for label in np.intersect1d(y, (0, 1)):
            if not (y[rows] == label).any():
                raise ValueError(
                    f"{what}: the {name} rows ({len(rows)}) hold none of class {label}; use fewer folds, "
                    "a larger test set, or more data"
                )


def check_y(y, n, what):
    """y as an array of n values, or None."""
    if y is None:
        return None
    y = np.asarray(y)
    if len(y) != n:
        raise ValueError(f"{what}: y has {len(y)} values and X {n} rows")
    return y


class PurgedSplit(BaseEstimator):
    """What the purged splitters share; a subclass says which rows each fold tests."""

    # Where scikit-learn's metadata routing is enabled, groups are asked for as GroupKFold does.
    __metadata_request__split = {"groups": True}

    @abstractmethod
    def _tests(self, table, groups):
        """Yield (candidates for training, test) positions of each fold."""

    def _folds(self, X, y=None, groups=None):
        self._validate_params()
        what = type(self).__name__
        table = SampleTable(X, what)
        y = check_y(y, table.n, what)
        groups = _check_groups(groups, table, what)
        for fold, (candidates, test) in enumerate(self._tests(table, groups)):
            where = f"{what}, fold {fold}"
            train, counts = purge(
                table,
                candidates,
                test,
                groups=groups,
                gap_days=self.gap_days,
                within_km=self.within_km,
                min_train=self.min_train,
                what=where,
            )
            if y is not None:
                check_classes(y, train, test, where)
            yield train, test, counts

    def split(self, X, y=None, groups=None):
        """Yield the positions of the training and of the test rows of each fold.

        Parameters
        ----------
        X : DataFrame
            Sample frame of `skquake.sampling.make_samples`.
        y : array-like of shape (n_samples,), default=None
            Where given, a fold without class 0 or 1 in training or test is an error.
        groups : array-like of shape (n_samples,), default=None
            What must stay together; ``pair_id`` of X by default. It may join pairs, never tear one.

        Yields
        ------
        train, test : ndarray of int

        Raises
        ------
        TypeError, ValueError
            For bare arrays (the missing columns are named), torn pairs, an absent class, or
            fewer than ``min_train`` training rows.
        """
        for train, test, _ in self._folds(X, y, groups):
            yield train, test

    def get_n_splits(self, X=None, y=None, groups=None):
        """Number of folds."""
        return self.n_splits

    def describe(self, X, y=None, groups=None):
        """What each fold keeps and purges.

        Returns
        -------
        DataFrame
            One row per fold: ``n_train``, ``n_test``, ``n_purged`` (of which ``n_purged_pair`` for a
            pair in the test fold, ``n_purged_shared`` for a shared observation), ``n_pairs_train``,
            ``n_pairs_test``.
        """
        counts = [counts for _, _, counts in self._folds(X, y, groups)]
        return pd.DataFrame(counts, index=pd.RangeIndex(len(counts), name="fold"))


def _check_groups(groups, table, what):
    """Group codes; pairs may be joined by them, never torn."""
    if groups is None:
        return table.pair
    codes = pd.factorize(np.asarray(groups, dtype=object))[0]
    if len(codes) != table.n or (codes < 0).any():
        raise ValueError(f"{what}: groups must name the group of each of the {table.n} rows of X")
    torn = pd.Series(codes).groupby(table.pair).nunique().to_numpy() > 1
    if torn.any():
        raise ValueError(
            f"{what}: groups tear {torn.sum()} pair(s) apart, the first in row "
            f"{int(np.argmax(torn[table.pair]))}; leave groups out to use pair_id"
        )
    return codes


class PurgedGroupKFold(PurgedSplit):
    """K folds of whole pairs (or of whole blocks of land), purged of shared observations.

    Every row is tested once. A training row goes if it shares an observation with a test row: the
    same source, observation intervals that overlap, and the same pass, or places within the sum of
    both radii. Folds are balanced by their number of rows: the largest group goes first, each to
    the fold that is smallest by then. Past and future are mixed; use `PurgedTimeSeriesSplit` where
    time must run forwards.

    Parameters
    ----------
    n_splits : int, default=5
    block_degrees : float, default=None
        Whole cells of this many degrees of latitude and longitude stay together, so that no place is
        trained and tested on. A pair lies in the cell of the mean position of its rows.
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
        "block_degrees": [Interval(Real, 0, 180, closed="right"), None],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        **_PURGE_CONSTRAINTS,
    }

    def __init__(
        self,
        n_splits=5,
        *,
        block_degrees=None,
        shuffle=False,
        random_state=None,
        gap_days=0.0,
        within_km=None,
        min_train=0.2,
    ):
        self.n_splits = n_splits
        self.block_degrees = block_degrees
        self.shuffle = shuffle
        self.random_state = random_state
        self.gap_days = gap_days
        self.within_km = within_km
        self.min_train = min_train

    def _tests(self, table, groups):
        groups = groups if self.block_degrees is None else _blocks(table, groups, self.block_degrees)
        sizes = np.bincount(groups)
        if len(sizes) < self.n_splits:
            raise ValueError(
                f"PurgedGroupKFold: n_splits={self.n_splits}, but the rows form only {len(sizes)} group(s)"
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


def _blocks(table, groups, degrees):
    """Code of the latitude-longitude cell of each group's mean position, per row."""
    mean = np.stack([np.bincount(groups, table.position[:, axis]) for axis in range(3)])
    latitude = np.rad2deg(np.arctan2(mean[2], np.hypot(mean[0], mean[1])))
    longitude = np.rad2deg(np.arctan2(mean[1], mean[0]))
    # Rounding first: a mean that should lie on an edge must not fall to either side by chance.
    cells = np.floor(np.round(np.stack([latitude, longitude % 360.0], axis=1), 6) / degrees)
    return np.unique(cells, axis=0, return_inverse=True)[1].reshape(-1)[groups]


class PurgedTimeSeriesSplit(PurgedSplit):
    """Folds that train on the past and test on what follows, purged of shared observations.

    Rows are cut into ``n_splits + 1`` runs of equal length in time order (rows of one moment stay
    together); each run but the first is tested once, by models trained on everything before it. A
    training row goes if its pair has a row in the test fold, or if it shares an observation with a test
    row (see `PurgedGroupKFold`). Test rows are never dropped.

    Parameters
    ----------
    n_splits : int, default=5
    gap_days, within_km, min_train
        As in `PurgedGroupKFold`. ``gap_days=10, within_km=float("inf")`` leaves ten days untrained
        before each test.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.model_selection import PurgedTimeSeriesSplit
    >>> time = pd.date_range("2015-01-01", periods=6, freq="D")
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 0.0, "longitude": 0.0,
    ...     "pair_id": list("abcdec"), "radius_km": 100.0, "obs_start": time, "obs_end": time})
    >>> for train, test in PurgedTimeSeriesSplit(2).split(X):
    ...     print(train, test)
    [0 1] [2 3]
    [0 1 3] [4 5]
    """

    _parameter_constraints: dict = {
        "n_splits": [Interval(Integral, 1, None, closed="left")],
        **_PURGE_CONSTRAINTS,
    }

    def __init__(self, n_splits=5, *, gap_days=0.0, within_km=None, min_train=0.2):
        self.n_splits = n_splits
        self.gap_days = gap_days
        self.within_km = within_km
        self.min_train = min_train

    def _tests(self, table, groups):
        times = np.sort(table.time)
        edges = times[[k * table.n // (self.n_splits + 1) for k in range(1, self.n_splits + 1)]]
        if len(np.unique(edges)) < self.n_splits or edges[0] == times[0]:
            raise ValueError(
                f"PurgedTimeSeriesSplit: {table.n} rows at {len(np.unique(times))} times cannot be cut "
                f"into {self.n_splits + 1} runs"
            )
        for start, end in zip(edges, np.r_[edges[1:], np.iinfo(np.int64).max], strict=True):
            yield (
                np.flatnonzero(table.time < start),
                np.flatnonzero((table.time >= start) & (table.time < end)),
            )
