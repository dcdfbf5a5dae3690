"""Purged splitters: what they promise, and inside scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame
from common.shared_observations import brute_force, random_samples
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score

from skquake.model_selection import (
    LeaveOneSatelliteOut,
    LeaveOneYearOut,
    PurgedGroupKFold,
    PurgedTimeSeriesSplit,
    SpatialBlockKFold,
)
from skquake.model_selection._purge import SampleTable, shares_observation

TIMES = ["time", "obs_start", "obs_end"]
SPLITTERS = [
    PurgedGroupKFold(4, min_train=1),
    PurgedGroupKFold(3, shuffle=True, random_state=0, min_train=1),
    SpatialBlockKFold(3, block_degrees=20.0, min_train=1),
    SpatialBlockKFold(2, shuffle=True, random_state=0, within_km=1000.0, min_train=1),
    LeaveOneYearOut(min_train=1),
    LeaveOneYearOut(gap_days=5.0, within_km=float("inf"), min_train=1),
    PurgedTimeSeriesSplit(3, min_train=1),
    PurgedTimeSeriesSplit(2, gap_days=5.0, within_km=float("inf"), min_train=1),
]


@pytest.mark.parametrize("splitter", SPLITTERS, ids=repr)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), track=st.booleans(), dense=st.booleans())
def test_no_torn_pair_no_shared_observation_no_lost_test_row(splitter, seed, track, dense):
    X = sample_frame(40, track=track, span_days=300 if dense else 600, seed=seed).X
    X[TIMES] += pd.Timedelta(days=190)  # all over a new year
    table, tested = SampleTable(X, "test"), []
    for train, test in splitter.split(X):
        assert not set(X["pair_id"].iloc[train]) & set(X["pair_id"].iloc[test])
        options = {"gap_days": splitter.gap_days, "within_km": splitter.within_km}
        assert not shares_observation(table, train, test, **options).any()
        # Nothing went that could stay.
        candidates = np.setdiff1d(np.arange(len(X)), test)
        if isinstance(splitter, PurgedTimeSeriesSplit):
            assert X["time"].iloc[train].max() < X["time"].iloc[test].min()
            candidates = np.flatnonzero(X["time"] < X["time"].iloc[test].min())
        gone = np.setdiff1d(candidates, train)
        reason = X["pair_id"].iloc[gone].isin(X["pair_id"].iloc[test]).to_numpy()
        assert (reason | shares_observation(table, gone, test, **options)).all()
        tested.append(test)
    tested = np.concatenate(tested)
    assert len(np.unique(tested)) == len(tested)
    if not isinstance(splitter, PurgedTimeSeriesSplit):
        assert len(tested) == len(X)
    else:
        last = X["time"].to_numpy() >= X["time"].iloc[tested].min()
        assert len(tested) == last.sum()


@pytest.mark.parametrize(
    "splitter",
    [
        PurgedGroupKFold(2, min_train=0.0),
        SpatialBlockKFold(2, block_degrees=30.0, min_train=0.0),
        PurgedTimeSeriesSplit(2, min_train=0.0),
        LeaveOneYearOut(min_train=0.0),
        LeaveOneSatelliteOut(min_train=0.0),
    ],
    ids=repr,
)
@settings(max_examples=25, deadline=None)
@given(
    X=random_samples(min_rows=6, max_rows=30, days=700),
    gap_days=st.sampled_from([0.0, 20.0]),
    within_km=st.sampled_from([None, 100.0, float("inf")]),
)
def test_no_shared_observation_crosses_by_brute_force(splitter, X, gap_days, within_km):
    splitter = clone(splitter).set_params(gap_days=gap_days, within_km=within_km)
    try:
        folds = list(splitter.split(X))
    except (
        ValueError
    ) as error:  # these rows cannot be parted so, or nothing of them would be left to train on
        assert any(word in str(error) for word in ("only", "runs", "none is left", "training rows are left"))
        return
    for train, test in folds:
        assert len(train) and len(test)
        assert not set(X["pair_id"].iloc[train]) & set(X["pair_id"].iloc[test])
        assert not brute_force(X, train, test, gap_days, within_km).any()


def test_positions_not_labels():
    X = sample_frame(30).X
    relabelled = X.set_axis(np.arange(len(X))[::-1] + 1000)
    for (a, b), (c, d) in zip(
        PurgedGroupKFold(3).split(X), PurgedGroupKFold(3).split(relabelled), strict=True
    ):
        np.testing.assert_array_equal(a, c)
        np.testing.assert_array_equal(b, d)


def test_describe_counts_what_split_does():
    samples = sample_frame(60, span_days=250)
    splitter = PurgedGroupKFold(4)
    report = splitter.describe(samples.X, samples.y)
    assert report.index.name == "fold"
    for fold, (train, test) in enumerate(splitter.split(samples.X, samples.y)):
        row = report.loc[fold]
        assert (row["n_train"], row["n_test"]) == (len(train), len(test))
        assert row["n_train"] + row["n_test"] + row["n_purged"] == len(samples.X)
        assert row["n_purged"] == row["n_purged_pair"] + row["n_purged_shared"]
        assert row["n_pairs_test"] == samples.X["pair_id"].iloc[test].nunique()
        assert row["n_pairs_train"] == samples.X["pair_id"].iloc[train].nunique()
    assert report["n_purged_shared"].sum() > 0


def test_groups_may_join_pairs_but_not_tear_them():
    X = sample_frame(40).X
    joined = X["pair_id"].str[1:].astype(int) // 4
    for train, test in PurgedGroupKFold(3).split(X, groups=joined):
        assert not set(joined[train]) & set(joined[test])
    with pytest.raises(ValueError, match="groups tear 40 pair"):
        next(PurgedGroupKFold(3).split(X, groups=X["event_id"]))
    with pytest.raises(ValueError, match="groups must name the group of each"):
        next(PurgedGroupKFold(3).split(X, groups=[1, 2]))


@pytest.mark.parametrize(
    "splitter", [PurgedGroupKFold(3), SpatialBlockKFold(3), PurgedTimeSeriesSplit(3)], ids=repr
)
def test_errors(splitter):
    samples = sample_frame(40)
    X, y = samples.X, samples.y
    name = type(splitter).__name__
    with pytest.raises(TypeError, match=f"{name}: X is a bare ndarray; .*pair_id"):
        next(splitter.split(X[["latitude"]].to_numpy(), y))
    with pytest.raises(ValueError, match="y has 3 values"):
        next(splitter.split(X, y[:3]))
    with pytest.raises(ValueError, match=rf"{name}, fold 0: .*fewer than the 100000 of min_train=100000"):
        next(clone(splitter).set_params(min_train=100_000).split(X))
    with pytest.raises(ValueError, match=r"min_train=0\.99"):
        list(clone(splitter).set_params(min_train=0.99, within_km=float("inf"), gap_days=30.0).split(X))
    with pytest.raises(ValueError, match="'gap_days' parameter"):
        next(clone(splitter).set_params(gap_days="ten").split(X))
    with pytest.raises(ValueError, match="'n_splits' parameter"):
        next(clone(splitter).set_params(n_splits=0).split(X))
    with pytest.raises(ValueError, match=r"group|block|runs"):
        next(splitter.split(X.iloc[:2]))
    lone = np.where(X["event_id"] == X["event_id"].iloc[-1], 1, 0)
    with pytest.raises(ValueError, match=rf"{name}, fold [012]: the (training|test) rows .* none of class 1"):
        list(splitter.split(X, lone))


def test_inside_scikit_learn():
    samples = sample_frame(60)
    X, y = samples.X, samples.y
    cv = PurgedGroupKFold(3)
    assert repr(clone(cv)) == "PurgedGroupKFold(n_splits=3)"
    assert cv.get_n_splits() == 3
    model = DummyClassifier(strategy="prior")
    assert cross_val_predict(model, X, y, cv=cv, method="predict_proba").shape == (len(X), 3)
    assert len(cross_val_score(model, X, y, cv=PurgedTimeSeriesSplit(2))) == 2
    search = GridSearchCV(model, {"strategy": ["prior", "uniform"]}, cv=cv, n_jobs=2)
    clone(search).fit(X, y, groups=samples.groups)
    with config_context(enable_metadata_routing=True):
        clone(search).fit(X, y, groups=samples.groups)
