"""Trained here, tested there."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from common.tiny import tiny_seqnetquake
from sklearn.compose import make_column_transformer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skquake import cross_dataset_score
from skquake.metrics import seismic_mcc
from skquake.model_selection import chronological_split
from skquake.neural import FineTuned


def frame(n=200, names=("A", "B", "C"), slope=(1.0, 1.0, -1.0), seed=0):
    """Samples of several data sets in one another's time; ``value`` tells the class with their slope."""
    rng = np.random.default_rng(seed)
    pieces = []
    for name, sign in zip(names, slope, strict=True):
        time = pd.date_range("2015-01-01", periods=n, freq="D")
        y = np.arange(n) % 2
        piece = pd.DataFrame({"source": name, "time": time, "latitude": 0.0, "longitude": 0.0})
        piece["radius_km"], piece["obs_start"], piece["obs_end"] = 100.0, time, time
        piece["event_id"] = [f"{name}{i}" for i in range(n)]
        piece["pair_id"] = [f"{name}{i // 2}" for i in range(n)]
        piece["value"] = sign * (2.0 * y - 1.0) + rng.normal(0, 0.3, n)
        pieces.append(piece.assign(y=y))
    X = pd.concat(pieces, ignore_index=True).sample(frac=1, random_state=seed)
    return X.drop(columns="y"), X["y"].to_numpy()


def linear():
    return make_pipeline(make_column_transformer(("passthrough", ["value"])), LogisticRegression())


def nearest():
    return make_pipeline(make_column_transformer(("passthrough", ["value"])), KNeighborsClassifier())


def test_every_model_on_every_data_set():
    X, y = frame()
    found = cross_dataset_score(linear(), X, y, random_state=0)
    assert (
        len(found) == 9 and (found["low"] <= found["score"]).all() and (found["high"] >= found["score"]).all()
    )
    score = found.set_index(["train", "test"])["score"]
    assert score["A", "A"] > 0.9 and score["A", "B"] > 0.9 and score["A", "C"] < -0.9
    kind = found.set_index(["train", "test"])["kind"]
    assert (kind["A", "A"], kind["A", "B"]) == ("direct", "initial") and set(found["n"]) == {40}
    assert (found["n_units"] >= 5).all()


def test_what_was_weighted_is_what_was_fitted():
    X, y = frame()
    for model, weighted in ((linear(), True), (nearest(), False)):
        _, found = cross_dataset_score(model, X, y, random_state=0, return_evaluations=True)
        assert {each.weighted_fit for each in found.values()} == {weighted}


def test_tables_of_other_libraries():
    X, y = frame()
    found = cross_dataset_score(linear(), pl.from_pandas(X), y, random_state=0)
    pd.testing.assert_frame_equal(found, cross_dataset_score(linear(), X, y, random_state=0))


def test_by_hand():
    X, y = frame()
    rows = {name: np.flatnonzero(X["source"] == name) for name in "AC"}
    train, _ = chronological_split(X.iloc[rows["A"]], y[rows["A"]])
    _, test = chronological_split(X.iloc[rows["C"]], y[rows["C"]])
    model = linear().fit(X.iloc[rows["A"][train]], y[rows["A"][train]])
    expected = seismic_mcc(y[rows["C"][test]], model.predict_proba(X.iloc[rows["C"][test]]))
    found = cross_dataset_score(linear(), X, y).set_index(["train", "test"])
    assert found.loc[("A", "C"), "score"] == pytest.approx(expected)


def test_several_scores_and_a_share_for_each_data_set():
    X, y = frame()
    both = cross_dataset_score(
        linear(), X, y, scoring=["seismic_mcc", "event_auc"], test_size={"A": 0.5, "B": 0.2, "C": 0.1}
    )
    assert dict(both.groupby("test")["n"].first()) == {"A": 100, "B": 40, "C": 20}
    alone = cross_dataset_score(linear(), X, y, scoring="event_auc", test_size={"A": 0.5, "B": 0.2, "C": 0.1})
    rows = both[both["scoring"] == "event_auc"].reset_index(drop=True)
    pd.testing.assert_frame_equal(rows[["train", "test", "score"]], alone[["train", "test", "score"]])


def moved(X, source, days):
    """The frame with one data set's days moved."""
    here, shift = X["source"] == source, pd.Timedelta(days=days)
    times = {name: X[name].where(~here, X[name] + shift) for name in ("time", "obs_start", "obs_end")}
    return X.assign(**times)


def test_days_that_one_data_set_is_tested_on_train_no_model_of_another():
    """A's test is the last fifth of its 200 days; B flies 40 days longer, and C in other years."""
    X, y = frame()
    X = moved(moved(X, "B", 40), "C", 4000)
    table, found = cross_dataset_score(linear(), X, y, return_evaluations=True)
    lost = table.groupby("train")["n_purged"].unique()
    assert lost["C"].tolist() == [0] and lost["A"].tolist() == [0] and lost["B"].tolist() == [40]
    assert (table.groupby("train")["n_train"].first() == pd.Series({"A": 160, "B": 120, "C": 160})).all()
    day = (X["time"] - pd.Timestamp("2015-01-01")).dt.days.to_numpy()
    seen = (X["source"] == "B") & (day < 200 - 40)
    model = linear().fit(X[seen], y[seen])
    tested = found["initial", "B", "A"].test
    expected = model.predict_proba(X.iloc[tested])
    np.testing.assert_allclose(found["initial", "B", "A"].proba[:, :2], expected, atol=1e-9)


def test_a_pair_that_one_data_set_is_tested_on_trains_no_model_of_another():
    X, y = frame(names=("A", "B"), slope=(1.0, 1.0))
    day = (X["time"] - pd.Timestamp("2015-01-01")).dt.days
    shared = np.where((X["source"] == "B") & (day < 10), "A" + (day // 2 + 80).astype(str), X["pair_id"])
    found = cross_dataset_score(linear(), X.assign(pair_id=shared), y).groupby("train")["n_purged"].first()
    assert found["A"] == 0 and found["B"] == 10
    apart = moved(X.assign(pair_id=shared), "B", 4000)  # the same names are those of other earthquakes
    assert (cross_dataset_score(linear(), apart, y)["n_purged"] == 0).all()


def test_a_data_set_that_is_tested_by_others_whole_is_refused():
    X, y = frame(names=("A", "B"), slope=(1.0, 1.0))
    with pytest.raises(ValueError, match=r"0 of the 180 training rows of 'B' are left.*test_size"):
        cross_dataset_score(linear(), moved(X, "B", 20), y, test_size={"A": 0.9, "B": 0.1})


def windows(X):
    return np.repeat(X[["value"]].to_numpy(dtype="float32")[:, np.newaxis, :], 8, axis=1)


def test_transfer_is_fine_tuning():
    X, y = frame(names=("A", "C"), slope=(1.0, -1.0))
    network = tiny_seqnetquake(learning_rate=0.02, epochs=10, filters=4, lstm_units=8)
    model = make_pipeline(FunctionTransformer(windows), network)
    found = cross_dataset_score(model, X, y, transfer="fine-tune", random_state=0)
    found = found.set_index(["kind", "train", "test"])["score"]
    assert len(found) == 6
    assert found["initial", "A", "C"] < -0.5 < 0.5 < found["transferred", "A", "C"]
    rows = {name: np.flatnonzero(X["source"] == name) for name in "AC"}
    cut = {name: chronological_split(X.iloc[r], y[r]) for name, r in rows.items()}
    first, second = rows["A"][cut["A"][0]], rows["C"][cut["C"][0]]
    model.fit(X.iloc[first], y[first])
    tuned = FineTuned(FrozenEstimator(model), random_state=0).fit(X.iloc[second], y[second])
    test = rows["C"][cut["C"][1]]
    expected = seismic_mcc(y[test], tuned.predict_proba(X.iloc[test]))
    assert found["transferred", "A", "C"] == pytest.approx(expected)


def test_evaluations_hold_the_scores():
    X, y = frame()
    table, found = cross_dataset_score(linear(), X, y, random_state=0, return_evaluations=True)
    assert len(found) == len(table)
    for row in table.itertuples():
        one = found[row.kind, row.train, row.test]
        assert one.seismic_mcc.value == row.score and len(one.y) == row.n
        np.testing.assert_array_equal(X["source"].iloc[one.test], row.test)


def test_errors():
    X, y = frame()
    with pytest.raises(ValueError, match="at least two data sets"):
        cross_dataset_score(linear(), X[X["source"] == "A"], y[X["source"] == "A"])
    with pytest.raises(ValueError, match="y has 5 values"):
        cross_dataset_score(linear(), X, y[:5])
    with pytest.raises(ValueError, match="satellite"):
        cross_dataset_score(linear(), X, y, by="satellite")
    with pytest.raises(ValueError, match="test_size names"):
        cross_dataset_score(linear(), X, y, test_size={"A": 0.2})
    with pytest.raises(ValueError, match="scoring"):
        cross_dataset_score(linear(), X, y, scoring=["accuracy"])
    with pytest.raises(ValueError, match="transfer"):
        cross_dataset_score(linear(), X, y, transfer="all")
