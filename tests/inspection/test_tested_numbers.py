"""As many earthquakes under null catalogs as under the one that happened: counted, told, thinned to."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from sklearn.utils import Bunch
from test_catalog_null_test import make_world, run

from skquake._core._journal import sealed
from skquake.inspection._tested import NumbersTested, count_tested, thinned_score
from skquake.metrics import event_auc, seismic_auc, seismic_mcc
from skquake.model_selection import evaluate
from skquake.sources import SeriesSource

SHUFFLED = {"nulls": ("shuffle-times",), "n_nulls": 5}


def world_with_gaps(seed=0, share=0.5):
    """A world without an effect whose stations are silent before every other real earthquake."""
    source, catalog = make_world(seed)
    values, stations = source.to_frame(), source.stations
    rng = np.random.default_rng((seed, 1))
    for _, event in catalog[rng.random(len(catalog)) < share].iterrows():
        near = np.hypot(*(stations[name] - event[name] for name in ("latitude", "longitude"))).to_numpy()
        day = values.index.searchsorted(event["time"])
        values.iloc[max(day - 3, 0) : day + 1, int(near.argmin())] = np.nan
    return SeriesSource(values, stations, max_km=2500.0), catalog


@pytest.fixture(scope="module")
def world():
    return world_with_gaps()


@pytest.fixture(scope="module")
def thinned(world):
    return run(*world, **SHUFFLED)


def test_nulls_are_scored_on_as_many_earthquakes_as_were_observed(world, thinned):
    observed = thinned.tested["n_earthquakes"]
    tested = thinned.samples.X.iloc[thinned.observed["pipeline"].test]
    assert observed == tested["event_id"][tested["event_id"] == tested["pair_id"]].nunique()
    rows = thinned.scores
    assert (rows["n_earthquakes"] > observed).all() and (rows["n_scored"] == observed).all()
    # The split in time parts some pairs, so that an earthquake or its control is tested alone.
    assert (rows["n_pairs"] >= rows["n_earthquakes"]).all()
    assert (rows["n_events"] <= 2 * rows["n_pairs"]).all() and (rows["n_events"] > rows["n_pairs"]).all()
    with pytest.warns(
        UserWarning, match=rf"shuffle-times: {observed} tested earthquakes, null catalogs .*thin"
    ):
        whole = run(*world, **SHUFFLED, match_events=None)
    assert (whole.scores["n_scored"] == whole.scores["n_earthquakes"]).all()
    assert whole.observed_score == thinned.observed_score  # nothing is taken from the observed one
    assert (whole.scores["pipeline"] != rows["pipeline"]).all()
    same = ["n_earthquakes", "n_events", "n_pairs"]
    pd.testing.assert_frame_equal(whole.scores[same], rows[same])
    with parallel_config(backend="threading"):
        pd.testing.assert_frame_equal(run(*world, **SHUFFLED, n_jobs=2).scores, rows)


def test_the_numbers_are_told(thinned):
    (row,) = thinned.to_frame().to_dict("records")
    counts = thinned.scores["n_earthquakes"]
    assert row["n_tested"] == thinned.tested["n_earthquakes"] and row["tested_median"] == counts.median()
    assert row["tested_low"] == counts.quantile(0.025) and row["tested_high"] == counts.quantile(0.975)
    assert row["alike"] is False
    assert list(thinned.unlike_numbers()) == ["shuffle-times"]
    assert f"tested earthquakes {row['n_tested']}, scored on as many at most: shuffle-times" in repr(thinned)
    assert "(unlike)" in repr(thinned)
    plain = json.loads(json.dumps(thinned.to_dict()))
    assert plain["tested"] == thinned.tested and plain["match_events"] == "thin"


def test_nulls_with_fewer_earthquakes_stay_as_they_are():
    result = run(*make_world(), **SHUFFLED)
    fewer = result.scores["n_earthquakes"] < result.tested["n_earthquakes"]
    assert fewer.any() and not fewer.all()
    assert (
        result.scores["n_scored"]
        == np.minimum(result.scores["n_earthquakes"], result.tested["n_earthquakes"])
    ).all()
    whole = run(*make_world(), **SHUFFLED, match_events=None)
    pd.testing.assert_series_equal(whole.scores.loc[fewer, "pipeline"], result.scores.loc[fewer, "pipeline"])


def test_a_store_knows_to_how_many(world, thinned, tmp_path):
    path = tmp_path / "nulls.jsonl"
    run(*world, **SHUFFLED | {"n_nulls": 2}, store=path)
    pd.testing.assert_frame_equal(run(*world, **SHUFFLED, store=path).scores, thinned.scores)
    with pytest.raises(ValueError, match=r"made with another .*match_events"):
        run(*world, **SHUFFLED, match_events=None, store=path)
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    for record in records:
        del record["checksum"]
    records[3]["most"] += 1
    path.write_bytes(b"".join(map(sealed, records)))
    with pytest.raises(ValueError, match=r"matched to \d+ tested earthquakes, .*give cv a random_state"):
        run(*world, **SHUFFLED, store=path)


@pytest.mark.parametrize(
    ("null", "alike"),
    [([40] * 99, False), ([28, 29, 30] * 9, True), ([30] * 99, True), ([], None), ([20, 21], False)],
)
def test_alike(null, alike):
    assert NumbersTested.of(29, null).alike is alike


class Fixed:
    """Says what the column holds."""

    classes_ = np.array([0, 1])

    def get_params(self, deep=True):
        return {}

    def fit(self, X, y):
        return self

    def predict_proba(self, X):
        return np.stack([1.0 - X["p"], X["p"]], axis=1)


@pytest.mark.parametrize("scoring", ["seismic_mcc", "seismic_auc", "event_auc"])
@pytest.mark.parametrize("weight", ["event", "population", None])
def test_a_thinned_score_is_that_of_whole_pairs(scoring, weight):
    rng = np.random.default_rng(0)
    pair = np.repeat(np.arange(30), 6)  # four rows of an earthquake, one of each of its two controls
    kind = np.tile([1, 1, 1, 1, 2, 3], 30)
    free = np.arange(12)
    X = pd.DataFrame(
        {
            "event_id": [f"{p}-{k}" for p, k in zip(pair, kind, strict=True)] + [f"free{k}" for k in free],
            "pair_id": [f"{p}-1" for p in pair] + [f"free{k}" for k in free],
            "p": rng.random(len(pair) + 12),
            "kept_share": np.r_[np.repeat(rng.uniform(0.2, 1.0, 30), 6), np.ones(12)],
            "time": pd.date_range("2015-01-01", periods=len(pair) + 12),
        }
    )
    y = np.r_[(kind == 1).astype(int), np.zeros(12, dtype=int)]
    y[:2] = 2
    samples = Bunch(X=X, y=y)
    found = evaluate(
        Fixed(), samples, (np.arange(1), np.arange(1, len(y))), sample_weight=weight, n_resamples=0
    )
    assert count_tested(found, X) == {"n_earthquakes": 30, "n_events": 102, "n_pairs": 42}
    options = {"sample_weight": weight}
    assert thinned_score(scoring, found, X, 30, rng, **options) == getattr(found, scoring).value
    seen = {
        thinned_score(scoring, found, X, 10, np.random.default_rng(seed), **options) for seed in (1, 2, 1)
    }
    assert len(seen) == 2  # the seed decides
    # The draw by other means: first the earthquakes, then a third of the controls of nobody.
    rng = np.random.default_rng(1)
    drawn = rng.permutation(np.array([f"{p}-1" for p in range(30)], dtype=object))[:10]
    some = rng.permutation(np.array([f"free{k}" for k in free], dtype=object))[:4]
    part = X[X["pair_id"].isin([*drawn, *some]) & (y != 2)]
    part = part.assign(y=y[part.index]).drop(index=0, errors="ignore")
    assert part["event_id"].nunique() == 10 * 3 + 4
    proba = np.stack([1.0 - part["p"], part["p"]], axis=1)
    size = part.groupby("event_id")["p"].transform("size")
    weights = {"event": 1 / size, "population": 1 / size / part["kept_share"], None: None}[weight]
    if scoring == "event_auc":
        weights = weights if weight == "population" else None
        expected = event_auc(part["event_id"], part["y"], proba, sample_weight=weights)
    else:
        score = seismic_mcc if scoring == "seismic_mcc" else seismic_auc
        expected = score(part["y"], proba, sample_weight=weights)
    assert thinned_score(scoring, found, X, 10, np.random.default_rng(1), **options) == pytest.approx(
        expected
    )
