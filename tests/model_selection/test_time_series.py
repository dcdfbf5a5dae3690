"""Folds that run forwards in time."""

import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame

from skquake.model_selection import PurgedTimeSeriesSplit


def test_row_order_does_not_matter_to_time_splits():
    X = sample_frame(40).X
    order = np.random.default_rng(0).permutation(len(X))
    folds = zip(PurgedTimeSeriesSplit(3).split(X), PurgedTimeSeriesSplit(3).split(X.iloc[order]), strict=True)
    for (train, test), (train_mixed, test_mixed) in folds:
        np.testing.assert_array_equal(np.sort(order[train_mixed]), train)
        np.testing.assert_array_equal(np.sort(order[test_mixed]), test)


def test_runs_of_equal_length():
    X = sample_frame(80).X
    tests = [test for _, test in PurgedTimeSeriesSplit(4).split(X)]
    assert len({len(test) for test in tests} | {len(X) // 5, len(X) // 5 + 1}) == 2
    np.testing.assert_array_equal(np.concatenate(tests), np.arange(len(X) // 5, len(X)))


def test_too_few_moments():
    X = sample_frame(40).X
    X["time"] = pd.Timestamp("2015-01-01")
    with pytest.raises(ValueError, match="at 1 times cannot be cut into 4 runs"):
        next(PurgedTimeSeriesSplit(3).split(X))
