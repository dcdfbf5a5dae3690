"""What every purged split does: pairs stay whole, shared observations go, classes are there."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterator
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from skquake._core._sklearn import Interval, check_parameters
from skquake._core._typing import Array, ArrayLike, Frame, IntArray
from skquake.model_selection._purge import SampleTable, shares_observation

PURGE_CONSTRAINTS = {
    "gap_days": [Interval(Real, 0, None, closed="left")],
    "within_km": [Interval(Real, 0, None, closed="both"), None],
    "min_train": [Interval(Integral, 1, None, closed="left"), Interval(Real, 0, 1, closed="both")],
}


def purge(
    table: SampleTable,
    candidates: IntArray,
    test: IntArray,
    *,
    groups: IntArray | None = None,
    gap_days: float = 0.0,
    within_km: float | None = None,
    min_train: int | float = 0.2,
    what: str = "split",
) -> tuple[IntArray, dict[str, int]]:
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


def check_classes(y: Array, train: IntArray, test: IntArray, what: str) -> None:
    """Raise if a class of evidence (0 or 1) that y has is absent from one side of the split."""
    for name, rows in (("training", train), ("test", test)):
        for label in np.intersect1d(y, (0, 1)):
            if not (y[rows] == label).any():
                raise ValueError(
                    f"{what}: the {name} rows ({len(rows)}) hold none of class {label}; use fewer folds, "
                    "a larger test set, or more data"
                )


def check_y(y: ArrayLike | None, n: int, what: str) -> Array | None:
    """y as an array of n values, or None."""
    if y is None:
        return None
    y = np.asarray(y)
    if len(y) != n:
        raise ValueError(f"{what}: y has {len(y)} values and X {n} rows")
    return y


class PurgedSplit(BaseEstimator, metaclass=ABCMeta):
    """What the purged splitters share; a subclass says which rows each fold tests."""

    # Where scikit-learn's metadata routing is enabled, groups are asked for as GroupKFold does.
    __metadata_request__split = {"groups": True}

    @abstractmethod
    def _tests(self, table, groups):
        """Yield (candidates for training, test) positions of each fold."""

    def _folds(self, X, y=None, groups=None):
        check_parameters(self)
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

    def split(
        self, X: Frame, y: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> Iterator[tuple[IntArray, IntArray]]:
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

    def get_n_splits(
        self, X: Frame | None = None, y: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> int:
        """Number of folds."""
        return self.n_splits

    def describe(self, X: Frame, y: ArrayLike | None = None, groups: ArrayLike | None = None) -> pd.DataFrame:
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
