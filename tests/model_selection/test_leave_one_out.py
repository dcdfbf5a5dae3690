"""A year, or a satellite, at a time."""

import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import cross_val_predict

from skquake.model_selection import LeaveOneSatelliteOut, LeaveOneYearOut


def two_satellites(seed=0):
    samples = sample_frame(40, span_days=500, seed=seed)
    X = samples.X
    X["source"] = np.where(X["time"] < "2015-11-01", "DEMETER", "CSES")
    return samples


def test_each_year_is_tested_once_and_whole():
    samples = sample_frame(60, span_days=1000)
    X, years = samples.X, samples.X["time"].dt.year.to_numpy()
    folds = list(LeaveOneYearOut().split(X))
    assert LeaveOneYearOut().get_n_splits(X) == len(folds) == len(set(years)) == 3
    for year, (train, test) in zip(sorted(set(years)), folds, strict=True):
        np.testing.assert_array_equal(test, np.flatnonzero(years == year))
        assert (years[train] != year).all()
    report = LeaveOneYearOut().describe(X)
    assert report["year"].tolist() == [2015, 2016, 2017]
    assert (report["n_train"] + report["n_test"] + report["n_purged"] == len(X)).all()


def test_a_pair_in_two_years_keeps_its_test_rows_and_loses_its_training_rows():
    X = sample_frame(60, span_days=700).X
    X[["time", "obs_start", "obs_end"]] -= pd.Timedelta(days=20)
    year = X["time"].dt.year
    both = X.groupby("pair_id")["time"].transform(lambda time: time.dt.year.nunique()) > 1
    assert both.sum() >= 15
    for left, (train, test) in zip((2015, 2016), LeaveOneYearOut().split(X), strict=True):
        assert set(np.flatnonzero(both & (year == left))) <= set(test)
        assert not set(np.flatnonzero(both)) & set(train)


def test_the_year_is_that_of_utc_and_begins_at_midnight():
    X = sample_frame(40).X.iloc[:4].copy()
    times = ["2015-12-31T23:59:59.999999999", "2016-01-01", "2016-06-01", "1969-12-31T23:00"]
    X["time"] = np.array(times, dtype="datetime64[ns]")
    X["obs_start"], X["obs_end"], X["pair_id"] = X["time"], X["time"], list("abcd")
    X["radius_km"] = 0.0
    assert LeaveOneYearOut().describe(X)["year"].tolist() == [1969, 2015, 2016]
    assert [test.tolist() for _, test in LeaveOneYearOut().split(X)] == [[3], [0], [1, 2]]


def test_each_satellite_is_tested_once():
    samples = two_satellites()
    X = samples.X
    report = LeaveOneSatelliteOut().describe(X, samples.y)
    assert report["source"].tolist() == ["CSES", "DEMETER"]  # by name, not by row
    assert report["n_purged_shared"].sum() == 0 and report["n_purged_pair"].sum() > 0
    for name, (train, test) in zip(report["source"], LeaveOneSatelliteOut().split(X), strict=True):
        np.testing.assert_array_equal(test, np.flatnonzero(X["source"] == name))
        assert not set(X["pair_id"].iloc[train]) & set(X["pair_id"].iloc[test])


def test_satellites_that_see_the_same_earthquakes_leave_nothing_to_train_on():
    X = sample_frame(40).X
    both = pd.concat([X.assign(source=name) for name in ("Swarm A", "Swarm C")], ignore_index=True)
    with pytest.raises(ValueError, match=r"LeaveOneSatelliteOut, fold 0: 0 of .* for a pair in the test"):
        next(LeaveOneSatelliteOut().split(both))


@pytest.mark.parametrize("splitter", [LeaveOneYearOut(), LeaveOneSatelliteOut()], ids=repr)
def test_errors(splitter):
    samples = two_satellites()
    X, y, name = samples.X, samples.y, type(splitter).__name__
    with pytest.raises(TypeError, match=f"{name}: X is a bare ndarray; .*pair_id"):
        next(splitter.split(X[["latitude"]].to_numpy(), y))
    with pytest.raises(TypeError, match=f"{name}: X is a bare ndarray"):
        splitter.get_n_splits(X.to_numpy())
    with pytest.raises(ValueError, match=f"{name}: the number of folds depends on the samples; pass X"):
        splitter.get_n_splits()
    with pytest.raises(ValueError, match=rf"{name}, fold 0: .*fewer than the 100000 of min_train=100000"):
        next(clone(splitter).set_params(min_train=100_000).split(X))
    one = X[(X["time"] < "2015-11-01").to_numpy()]
    with pytest.raises(ValueError, match=rf"{name}: all {len(one)} row.* (2015|DEMETER), .*; (use|make)"):
        next(splitter.split(one))
    early = np.where(X["time"] < "2015-11-01", 1, 0)
    with pytest.raises(ValueError, match=rf"{name}, fold [01]: the (training|test) rows .* none of class"):
        list(splitter.split(X, early))


def test_inside_scikit_learn():
    samples = two_satellites()
    proba = cross_val_predict(
        DummyClassifier(strategy="prior"),
        samples.X,
        samples.y,
        cv=LeaveOneSatelliteOut(),
        method="predict_proba",
    )
    assert proba.shape == (len(samples.X), 3)
