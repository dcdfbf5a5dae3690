"""The report of leakage against brute force, for anybody's folds."""

import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame
from common.shared_observations import brute_force, parted_samples
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    ShuffleSplit,
    StratifiedKFold,
    TimeSeriesSplit,
)

from skquake.catalogs import AftershockRemover
from skquake.datasets import make_catalog
from skquake.model_selection import (
    LeaveOneSatelliteOut,
    LeaveOneYearOut,
    PurgedGroupKFold,
    PurgedTimeSeriesSplit,
    SpatialBlockKFold,
    chronological_split,
    leakage_report,
)

COUNTS = ["shared_observations", "shared_events", "shared_pairs", "shared_clusters", "n_leaking"]


def counted(X, train, test, cluster=None, gap_days=0.0, within_km=None):
    """The row of one fold, row by row."""
    observed = brute_force(X, test, train, gap_days, within_km)
    columns = {"event_id": X["event_id"], "pair_id": X["pair_id"]}
    columns |= {} if cluster is None else {"cluster": pd.Series(cluster, X.index)}
    row, leaking = {"shared_observations": observed.sum()}, observed.copy()
    for name, column in columns.items():
        known = set(column.iloc[train].dropna())
        both = np.array([value in known for value in column.iloc[test]], dtype=bool)
        row[f"shared_{name.removesuffix('_id')}s"] = column.iloc[test][both].nunique()
        leaking |= both
    return {"n_train": len(train), "n_test": len(test), **row, "n_leaking": leaking.sum()}


@settings(max_examples=30, deadline=None)
@given(
    parted_samples(),
    st.sampled_from([0.0, 0.25, 2.0]),
    st.sampled_from([None, 0.0, 100.0, float("inf")]),
    st.integers(0, 10),
)
def test_equals_brute_force(case, gap_days, within_km, seed):
    X, train, test = case
    of_event = {
        event: np.random.default_rng([seed, k]).choice(["u", "v", None])
        for k, event in enumerate(sorted(set(X["event_id"])))
    }
    cluster = X["event_id"].map(of_event)
    options = {"gap_days": gap_days, "within_km": within_km}
    report = leakage_report(X.assign(cluster_id=cluster), [(train, test)], **options)
    assert report.iloc[0].to_dict() == counted(X, train, test, cluster, **options)
    by_event = leakage_report(X, [(train, test)], clusters=pd.Series(of_event), **options)
    pd.testing.assert_frame_equal(by_event, report)
    unknown = leakage_report(X, [(train, test)], **options)
    assert unknown["shared_clusters"].isna().all()
    assert unknown["n_leaking"].item() == counted(X, train, test, **options)["n_leaking"]


@pytest.mark.parametrize("track", [False, True])
@pytest.mark.parametrize(
    "cv",
    [
        PurgedGroupKFold(4),
        SpatialBlockKFold(3, block_degrees=20.0),
        PurgedTimeSeriesSplit(3),
        LeaveOneYearOut(),
    ],
    ids=repr,
)
def test_our_splitters_leak_nothing(cv, track):
    samples = sample_frame(60, span_days=700, track=track)
    report = leakage_report(samples.X, cv, samples.y, samples.groups)
    assert (report[["shared_observations", "shared_events", "shared_pairs", "n_leaking"]] == 0).all(axis=None)
    described = cv.describe(samples.X)
    assert report["n_train"].tolist() == described["n_train"].tolist()
    assert report.attrs["summary"]["share_leaking"] == 0.0


def test_satellites_and_one_split_leak_nothing():
    samples = sample_frame(60, span_days=700)
    X = samples.X
    X["source"] = np.where(X["time"] < "2015-12-01", "DEMETER", "CSES")
    assert leakage_report(X, LeaveOneSatelliteOut())["n_leaking"].tolist() == [0, 0]
    assert leakage_report(X, chronological_split(X))["n_leaking"].tolist() == [0]


@pytest.mark.parametrize(
    "cv",
    [
        KFold(4, shuffle=True, random_state=0),
        StratifiedKFold(4, shuffle=True, random_state=0),
        ShuffleSplit(2, random_state=0),
        TimeSeriesSplit(3),
        GroupKFold(4),
    ],
    ids=repr,
)
def test_scikit_learns_splitters_leak(cv):
    samples = sample_frame(12, rows=3, span_days=160, spread=10.0)
    groups = samples.X["event_id"].to_numpy() if isinstance(cv, GroupKFold) else None
    report = leakage_report(samples.X, cv, samples.y, groups)
    assert (report["shared_pairs"] > 0).all()
    if isinstance(cv, GroupKFold):  # by event: pairs are torn
        assert (report["shared_events"] == 0).all()
    else:
        assert (report["shared_observations"] > 0).any()
    for (train, test), row in zip(cv.split(samples.X, samples.y, groups), report.itertuples(), strict=True):
        found = counted(samples.X, train, test)
        assert {name: getattr(row, name) for name in found} == found
    summary = report.attrs["summary"]
    assert summary["n_folds"] == len(report)
    assert summary["n_leaking"] == report["n_leaking"].sum()
    assert summary["share_leaking"] == pytest.approx(report["n_leaking"].sum() / report["n_test"].sum())
    assert "shared_clusters" not in summary


def test_clusters_of_a_declustered_catalog():
    """Aftershocks in test, their mainshock in training: another event, the same cluster."""
    catalog = make_catalog("2015-01-01", "2016-01-01", random_state=0)
    clusters = pd.Series(AftershockRemover().fit(catalog).labels_, catalog.index)
    aftershock = clusters.index[clusters != clusters.index][0]
    alone = clusters.value_counts().loc[lambda n: n == 1].index[0]
    time = pd.to_datetime(["2015-03-01", "2015-06-01", "2015-09-01"])
    X = pd.DataFrame(
        {
            "source": "tec",
            "time": time,
            "latitude": 0.0,
            "longitude": 0.0,
            "event_id": [clusters[aftershock], aftershock, alone],
            "pair_id": list("abc"),
            "radius_km": 0.0,
            "obs_start": time,
            "obs_end": time,
        }
    )
    report = leakage_report(X, ([0, 2], [1]), clusters=clusters)
    assert report[COUNTS].iloc[0].tolist() == [0, 0, 0, 1, 1]
    assert report.attrs["summary"]["shared_clusters"] == 1
    assert leakage_report(X, ([0], [2]), clusters=clusters)["n_leaking"].item() == 0


def test_masks_and_generators_are_folds():
    X = sample_frame(20, span_days=200).X
    half = np.arange(len(X)) < len(X) // 2
    by_mask = leakage_report(X, [(half, ~half)])
    by_position = leakage_report(X, ((a, b) for a, b in [(np.flatnonzero(half), np.flatnonzero(~half))]))
    pd.testing.assert_frame_equal(by_mask, by_position)
    pd.testing.assert_frame_equal(leakage_report(X.set_axis(range(len(X), 0, -1)), [(half, ~half)]), by_mask)


def test_errors():
    X = sample_frame(20).X
    one = [(np.arange(5), np.arange(5, 9))]
    with pytest.raises(TypeError, match=r"leakage_report: X is a bare ndarray; .*obs_start, obs_end"):
        leakage_report(X.to_numpy(), one)
    with pytest.raises(ValueError, match=r"leakage_report: missing column\(s\) event_id"):
        leakage_report(X.drop(columns="event_id"), one)
    with pytest.raises(TypeError, match="cv must be a splitter or an iterable"):
        leakage_report(X, 5)
    with pytest.raises(ValueError, match="cv holds no folds"):
        leakage_report(X, [])
    with pytest.raises(ValueError, match="fold 0: expected positions of the"):
        leakage_report(X, [(np.arange(5), np.array([len(X)]))])
    with pytest.raises(TypeError, match="clusters must be a Series by event id, got dict"):
        leakage_report(X, one, clusters={"e0": "e0"})
    with pytest.raises(ValueError, match=r"clusters knows none of the events of X; .*such as 'e"):
        leakage_report(X, one, clusters=pd.Series({"other": "other"}))
    with pytest.raises(ValueError, match="clusters names event 'e0' more than once"):
        leakage_report(X, one, clusters=pd.Series(["e0", "e1"], ["e0", "e0"]))
