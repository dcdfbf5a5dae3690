"""The oracle is calibrated, beats a detector of means, and finds nothing where nothing is."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from skquake.datasets import make_track
from skquake.datasets._truth import Noise

LENGTH = 30


@pytest.fixture(scope="module")
def catalog():
    """Earthquakes on a grid, far from each other, all on one day."""
    latitude, longitude = (
        axis.ravel() for axis in np.meshgrid(np.arange(-55, 60, 11.0), np.arange(-180, 180, 12.0))
    )
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2019-03-16"),
            "latitude": latitude,
            "longitude": longitude,
            "magnitude": np.resize([4.8, 5.5, 6.0], len(latitude)),
        }
    )


def samples_of(track, catalog):
    """Passes near each place: seismic in the days before, non-seismic as if it were a month later."""
    rows = []
    day = (track.frame["time"] - pd.Timestamp("2019-03-16")).to_numpy() / np.timedelta64(1, "D")
    latitude, longitude = (track.frame[name].to_numpy() for name in ("latitude", "longitude"))
    for event in catalog.itertuples():
        near = (np.abs(latitude - event.latitude) < 0.1) & (
            np.abs((longitude - event.longitude + 180) % 360 - 180) < 2.0
        )
        for at in np.flatnonzero(near):
            label = -12 <= day[at] <= 0
            lead = -day[at] if label else 1.0 + 10 * (at % 97) / 97
            place = event.latitude, event.longitude, event.magnitude
            rows.append((track.frame["time"][at], *place, lead, label))
    columns = ["time", "event_latitude", "event_longitude", "magnitude", "lead_days", "label"]
    X = pd.DataFrame(rows, columns=columns)
    return X, X["label"].to_numpy(dtype=int)


@pytest.fixture(scope="module")
def track(catalog):
    return make_track(
        "cses", "2019-03-04", "2019-03-28", catalog=catalog, effect=0.25, side="night", random_state=0
    )


@pytest.fixture(scope="module")
def found(track, catalog):
    X, y = samples_of(track, catalog)
    return X, y, track.truth.oracle(X, LENGTH)


def test_probabilities(found):
    _, y, proba = found
    assert proba.shape == (len(y), 3)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert not proba[:, 2].any()


def test_calibrated(found):
    """Among windows of about equal odds, as many are seismic as the probability says."""
    _, y, proba = found
    weight = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0)):
        at = (proba[:, 1] >= low) & (proba[:, 1] < high + 1e-9)
        assert at.sum() > 50
        assert np.average(y[at], weights=weight[at]) == pytest.approx(proba[at, 1].mean(), abs=0.1)


def test_beats_the_mean_of_the_window(track, found):
    X, y, proba = found
    rows = track.truth._window_rows(X["time"].to_numpy().view("int64"), LENGTH)
    mean = (track.truth.log_ne[rows] - track.truth.background[rows]).mean(axis=1)
    assert roc_auc_score(y, proba[:, 1]) > roc_auc_score(y, mean) + 0.05


def test_finds_nothing_without_an_effect(catalog):
    track = make_track("cses", "2019-03-04", "2019-03-28", side="night", random_state=0)
    X, y = samples_of(track, catalog)
    assert roc_auc_score(y, track.truth.oracle(X, LENGTH, effect=0.25)[:, 1]) == pytest.approx(0.5, abs=0.05)
    assert (track.truth.oracle(X, LENGTH)[:, 1] == 0.5).all()


def test_ratio_by_hand(track, found):
    """One window, with the matrix inverted outright."""
    X, _, proba = found
    truth, sample = track.truth, X.iloc[7]
    at = int(np.searchsorted(truth.time, sample["time"].value))
    rows = np.arange(at - LENGTH // 2, at - LENGTH // 2 + LENGTH)
    from skquake._core._geodesy import great_circle_km

    distance = great_circle_km(
        sample["event_latitude"], sample["event_longitude"], truth.latitude[rows], truth.longitude[rows]
    )
    shape = truth.plant.shape(distance, sample["magnitude"], -sample["lead_days"])
    inverse = np.linalg.inv(truth.noise.covariance(truth.latitude[rows], truth.longitude[rows]))
    residual = truth.log_ne[rows].astype(float) - truth.background[rows]
    ratio = residual @ inverse @ shape - 0.5 * shape @ inverse @ shape
    assert proba[7, 1] == pytest.approx(1 / (1 + np.exp(-ratio)))


def test_covariance_is_positive_definite():
    latitude = np.linspace(-10, 10, 100)
    covariance = Noise(step_km=22.0).covariance(latitude, np.full(100, 20.0))
    assert np.linalg.eigvalsh(covariance).min() > 0
    assert covariance[0, 0] == pytest.approx(0.1**2 + 0.07**2 + 0.025**2 + np.log10(1.02) ** 2)


def test_batches_change_nothing(track, found, monkeypatch):
    X, _, proba = found
    monkeypatch.setattr("skquake.datasets._truth.BATCH", 10_000)
    np.testing.assert_allclose(track.truth.oracle(X, LENGTH), proba)


def test_errors(track, found):
    X = found[0]
    with pytest.raises(ValueError, match=r"missing column\(s\) magnitude"):
        track.truth.oracle(X.drop(columns="magnitude"), LENGTH)
    late = X.assign(time=X["time"].where(np.arange(len(X)) != 3, pd.Timestamp("2030-01-01")))
    with pytest.raises(ValueError, match="row 3 has no whole window of 30 rows"):
        track.truth.oracle(late, LENGTH)
    between = X.assign(time=X["time"] + pd.Timedelta(seconds=1))
    with pytest.raises(ValueError, match="row 0"):
        track.truth.oracle(between, LENGTH)


def test_pickles(track, found):
    copy = pickle.loads(pickle.dumps(track.truth))
    np.testing.assert_array_equal(copy.oracle(found[0], LENGTH), found[2])


def test_window_oracle_averages_over_what_may_be_planted(track, found):
    """One perturbation in question: the oracle itself. Two: the mean of their likelihoods, by hand."""
    X, _, proba = found
    truth, one = track.truth, X.iloc[[7]]
    np.testing.assert_allclose(truth.window_oracle(one, LENGTH, one, [3.0]), proba[[7]])
    same_place = X.iloc[[7, 7]].assign(magnitude=[6.0, 6.8])
    odds = [p / (1 - p) for p in truth.oracle(same_place, LENGTH)[:, 1]]
    found_odds = (odds[0] + 3 * odds[1]) / 4
    p = truth.window_oracle(one, LENGTH, same_place, [1.0, 3.0])[0, 1]
    assert p == pytest.approx(found_odds / (1 + found_odds))


def test_window_oracle_knows_less_than_the_oracle(track, found):
    X, y, proba = found
    rng = np.random.default_rng(0)
    train = rng.permutation(np.flatnonzero(y == 1))[:300]
    windows = track.truth.window_oracle(X, LENGTH, X.iloc[train], np.ones(len(train)))
    assert 0.6 < roc_auc_score(y, windows[:, 1]) < roc_auc_score(y, proba[:, 1])
