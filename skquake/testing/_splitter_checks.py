"""What every splitter of samples promises."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from skquake.testing._kinds import Example
from skquake.testing._raises import raises


def _folds(splitter: Any, X: Any, y: Any = None, groups: Any = None) -> list[tuple[list[int], list[int]]]:
    return [(train.tolist(), test.tolist()) for train, test in clone(splitter).split(X, y, groups)]


def check_folds_are_disjoint_and_whole(splitter: Any, example: Example) -> None:
    folds = _folds(splitter, example.X, example.y)
    assert len(folds) == splitter.get_n_splits(example.X, example.y)
    for train, test in folds:
        assert train and test and not set(train) & set(test)
        assert max(train + test) < len(example.X) and min(train + test) >= 0
    tested = [row for _, test in folds for row in test]
    assert len(tested) == len(set(tested)), "a row is tested twice"


def check_pairs_are_not_torn(splitter: Any, example: Example) -> None:
    """No pair has rows in training and in the test."""
    pair = example.X["pair_id"].to_numpy()
    for train, test in _folds(splitter, example.X, example.y):
        assert not set(pair[train]) & set(pair[test])


def check_splits_again_alike(splitter: Any, example: Example) -> None:
    expected = _folds(splitter, example.X, example.y)
    assert _folds(splitter, example.X, example.y) == expected
    assert _folds(pickle.loads(pickle.dumps(splitter)), example.X, example.y) == expected


def check_index_does_not_matter(splitter: Any, example: Example) -> None:
    other = example.X.set_axis(np.arange(len(example.X))[::-1] + 7)
    assert _folds(splitter, other, example.y) == _folds(splitter, example.X, example.y)


def check_bare_arrays_are_refused(splitter: Any, example: Example) -> None:
    for wrong in (np.zeros((20, 3)), None, "a word"):
        with raises((TypeError, ValueError)):
            _folds(splitter, wrong, np.arange(20) % 2)
    with raises(ValueError, "pair_id"):
        _folds(splitter, example.X.drop(columns="pair_id"))


def check_polars_samples(splitter: Any, example: Example) -> None:
    import importlib.util

    if importlib.util.find_spec("polars"):
        import polars as pl

        expected = _folds(splitter, example.X, example.y)
        assert _folds(splitter, pl.from_pandas(example.X), example.y) == expected


def check_cross_validation(splitter: Any, example: Example) -> None:
    """scikit-learn's tools take it, with metadata routing and without."""
    X, y = example.X, example.y
    model = _Observed()
    with config_context(enable_metadata_routing=False):
        expected = cross_val_score(model, X, y, groups=X["pair_id"], cv=splitter, error_score="raise")
    with config_context(enable_metadata_routing=True):
        routed = cross_val_score(
            model, X, y, params={"groups": X["pair_id"]}, cv=splitter, error_score="raise"
        )
    np.testing.assert_array_equal(routed, expected)


class _Observed(LogisticRegression):
    """Learns from the one column of numbers that a sample frame of the checks has."""

    def fit(self, X: pd.DataFrame, y: Any) -> _Observed:
        return super().fit(X[["observed"]], y)

    def predict(self, X: pd.DataFrame) -> Any:
        return super().predict(X[["observed"]])


SPLITTER_CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]
