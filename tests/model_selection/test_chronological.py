"""One split in time."""

import numpy as np
import pytest
from common.sample_frames import sample_frame

from skquake.model_selection import chronological_split
from skquake.model_selection._purge import SampleTable, shares_observation


@pytest.mark.parametrize("track", [False, True])
def test_the_last_fifth_tests_and_the_partner_goes(track):
    samples = sample_frame(60, track=track)
    X = samples.X
    train, test, report = chronological_split(X, samples.y, return_report=True)
    assert len(test) == np.ceil(0.2 * len(X))
    np.testing.assert_array_equal(test, np.arange(len(X) - len(test), len(X)))
    assert X["time"].iloc[train].max() < X["time"].iloc[test].min()
    assert not set(X["pair_id"].iloc[train]) & set(X["pair_id"].iloc[test])
    assert not shares_observation(SampleTable(X, "test"), train, test).any()
    assert report["n_purged_pair"] > 0
    assert report["n_train"] + report["n_test"] + report["n_purged"] == len(X)


def test_any_row_order():
    X = sample_frame(40).X
    order = np.random.default_rng(0).permutation(len(X))
    train, test = chronological_split(X)
    train_mixed, test_mixed = chronological_split(X.iloc[order])
    np.testing.assert_array_equal(np.sort(order[train_mixed]), train)
    np.testing.assert_array_equal(np.sort(order[test_mixed]), test)


def test_rows_of_one_moment_stay_together():
    X = sample_frame(40).X
    X["time"] = X["time"].dt.floor("40D")
    train, test = chronological_split(X, min_train=1)
    assert X["time"].iloc[train].max() < X["time"].iloc[test].min()


def test_gap():
    X = sample_frame(60).X
    train, test = chronological_split(X, gap_days=20.0, within_km=float("inf"))
    assert (X["obs_start"].iloc[test].min() - X["obs_end"].iloc[train].max()).days >= 20


def test_errors():
    samples = sample_frame(40)
    X, y = samples.X, samples.y
    with pytest.raises(TypeError, match="bare ndarray"):
        chronological_split(np.zeros((10, 3)))
    with pytest.raises(ValueError, match="min_train=100000"):
        chronological_split(X, min_train=100_000)
    with pytest.raises(ValueError, match=r"the test rows .* none of class 1"):
        chronological_split(X, np.where(np.arange(len(y)) < len(y) // 2, y, 0))
    with pytest.raises(ValueError, match="y has 2 values"):
        chronological_split(X, y[:2])
    with pytest.raises(ValueError, match="1 row"):
        chronological_split(X.iloc[:1])
    with pytest.raises(ValueError, match="'test_size' parameter"):
        chronological_split(X, test_size=1.5)
