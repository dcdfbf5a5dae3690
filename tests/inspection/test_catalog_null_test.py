"""A pipeline under catalogs that never happened: same steps for all, sound p-values, nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from inspect import signature
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from common.sampling_orbits import make_events, make_orbit
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_config
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skquake.catalogs import AftershockRemover, MatchedControls, RandomControls
from skquake.inspection import (
    CatalogNullResult,
    catalog_null_test,
    injection_recovery,
    time_mirrored_test,
)
from skquake.inspection._analysis import Analysis
from skquake.inspection._null_catalogs import Rotate
from skquake.inspection._null_result import lot_p_value
from skquake.inspection._record import Record
from skquake.model_selection import PurgedGroupKFold, chronological_split
from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow
from skquake.sources import SeriesSource, SourceCollection

DAYS, LENGTH = 400, 3
SAMPLING = {"region": "2000 km", "days": (-15, 0), "max_length": LENGTH}
NULLS = ("rotate", "shuffle-times")


def make_world(seed=0, *, effect=0.0, n=100):
    """Noise at twelve stations, earthquakes beside them, and a rise before each where asked for."""
    rng = np.random.default_rng(seed)
    times = pd.date_range("2015-01-01", periods=DAYS, freq="D")
    stations = pd.DataFrame(
        {"latitude": np.tile([-40.0, 0.0, 40.0], 4), "longitude": np.repeat([-150.0, -60.0, 30.0, 120.0], 3)},
        [f"s{k}" for k in range(12)],
    )
    values = rng.normal(size=(DAYS, 12))
    near, day = rng.integers(0, 12, n), rng.uniform(20, DAYS, n)
    for k, d in zip(near, day, strict=True):
        values[max(int(d) - 5, 0) : int(d) + 1, k] += effect
    catalog = pd.DataFrame(
        {
            "time": times[0] + pd.to_timedelta(day, "D"),
            "latitude": stations["latitude"].to_numpy()[near] + rng.uniform(-5, 5, n),
            "longitude": stations["longitude"].to_numpy()[near] + rng.uniform(-5, 5, n),
            "magnitude": rng.uniform(4.8, 6.5, n),
        },
        index=[f"q{k}" for k in range(n)],
    )
    return SeriesSource(pd.DataFrame(values, times, stations.index), stations, max_km=2500.0), catalog


def make_model(source, length=LENGTH, c=1.0):
    return make_pipeline(
        SlidingWindow(source, length), WindowFlattener(), StandardScaler(), LogisticRegression(C=c)
    )


def halves(samples):
    return chronological_split(samples.X, samples.y, test_size=0.5)


def run(source, catalog, model=None, **changed):
    keywords = {
        "controls": MatchedControls(region=SAMPLING["region"]),
        "sampling": SAMPLING,
        "cv": halves,
        "nulls": NULLS,
        "n_nulls": 5,
        "scoring": "seismic_auc",
        "random_state": 0,
    }
    return catalog_null_test(
        make_model(source) if model is None else model, source, catalog, **keywords | changed
    )


@pytest.mark.slow
def test_nothing_is_found_where_nothing_is_and_an_effect_where_there_is_one():
    nothing = run(*make_world(), n_nulls=19)
    assert nothing.p_value > 0.05
    assert nothing.share("rotate") > 0.0
    found = run(*make_world(effect=1.5), n_nulls=19)
    assert found.p_values["shuffle-times"] == 0.05 and found.share("shuffle-times") == 0.0
    # Rotations of so short a record are not independent of each other: they allow no such p-value.
    least = found.scores.query("null == 'rotate'")["days"].min()
    assert found.resolution["rotate"] > 0.05 and found.p_values["rotate"] == found.resolution["rotate"]
    assert least >= 15 + (LENGTH - 1) + 20
    assert found.p_value == max(found.p_values.values())


def test_the_result_in_all_its_shapes():
    source, catalog = make_world()
    result = run(source, catalog)
    assert isinstance(result, CatalogNullResult)
    frame = result.to_frame().set_index("null")
    assert frame.index.tolist() == list(NULLS)
    row = frame.loc["rotate"]
    values = result.scores.query("null == 'rotate'")["pipeline"]
    observed = result.observed["pipeline"].seismic_auc
    assert np.isfinite(observed.low) and row["observed"] == observed.value == result.observed_score
    assert row["null_mean"] == pytest.approx(values.mean())
    assert row["null_q95"] == pytest.approx(values.quantile(0.95))
    assert row["share"] == (values >= observed.value).mean() == result.share("rotate")
    assert row["n"] == 5 and row["n_failed"] == 0 and row["p_value"] == result.p_values["rotate"]
    assert "stationary" in row["assumes"]
    assert (result.seconds[["samples", "fit", "score"]] > 0).all(axis=None)
    assert result.seconds["null"].tolist() == ["observed"] + ["rotate"] * 5 + ["shuffle-times"] * 5
    assert json.loads(json.dumps(result.to_dict()))["p_value"] == result.p_value
    assert "p=" in repr(result) and "rotate" in repr(result)


@pytest.mark.slow
def test_the_same_whatever_the_number_of_workers():
    source, catalog = make_world()
    one = run(source, catalog, n_nulls=2)
    with parallel_config(backend="threading"):
        two = run(source, catalog, n_nulls=2, n_jobs=2)
    pd.testing.assert_frame_equal(one.scores, two.scores)
    assert one.p_values == two.p_values
    assert not run(source, catalog, n_nulls=2, random_state=1).scores.equals(one.scores)
    # A null's catalogs do not depend on what else is tested.
    alone = run(source, catalog, n_nulls=2, nulls=("shuffle-times",)).scores
    again = one.scores.query("null == 'shuffle-times'")[alone.columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, again)


@pytest.mark.slow
def test_the_same_in_other_processes():
    source, catalog = make_world()
    pd.testing.assert_frame_equal(run(source, catalog).scores, run(source, catalog, n_jobs=2).scores)


class Spy(BaseEstimator):
    """Controls that remember what they were asked."""

    seen: list = []

    def __init__(self, avoid=None, random_state=None):
        self.avoid = avoid
        self.random_state = random_state

    def sample(self, catalog):
        controls = MatchedControls(
            region=SAMPLING["region"], avoid=self.avoid, random_state=self.random_state
        )
        found = controls.sample(catalog)
        Spy.seen.append((self.avoid, self.random_state, catalog, found))
        return found


def test_every_catalog_goes_through_the_same_steps(monkeypatch):
    source, catalog = make_world()
    small = catalog.sample(30, random_state=0).assign(magnitude=4.0)
    small["time"] += pd.Timedelta(hours=9)
    full = pd.concat([catalog, small.set_axis([f"small{k}" for k in range(30)], axis=0)])
    full = full.assign(latitude=lambda c: c["latitude"] + 0.25)
    Spy.seen.clear()
    excluded = []
    import skquake.inspection._analysis as module

    make_samples = module.make_samples

    def spied(*args, exclude, **keywords):
        excluded.append(exclude)
        return make_samples(*args, exclude=exclude, **keywords)

    monkeypatch.setattr(module, "make_samples", spied)
    run(source, full, controls=Spy())
    assert len(Spy.seen) == len(excluded) == 11
    record = Record.of(source, full)
    pd.testing.assert_frame_equal(Spy.seen[0][0], record.catalog)  # the observed one comes first
    for (avoid, _, events, _), exclude in zip(Spy.seen, excluded, strict=True):
        assert avoid is exclude and len(avoid) == len(record.catalog)
        assert (avoid["magnitude"] < 4.8).sum() == 30
        independent = AftershockRemover().fit_transform(avoid[avoid["magnitude"] >= 4.8])
        assert set(events.index) <= set(independent.index) and len(events) > 0.9 * len(independent)
    seeds = [seed for _, seed, _, _ in Spy.seen]
    assert len(set(seeds)) == len(seeds)  # each catalog has controls of its own
    assert Spy().get_params() == {"avoid": None, "random_state": None}


def test_the_observed_catalog_could_be_any_of_the_nulls():
    """Given as the observed one, a null catalog scores what it scores as a null."""
    source, catalog = make_world()
    record = Record.of(source, catalog)
    drawn, _ = Rotate(80, 15.0).draw(record, np.random.default_rng(0))
    analysis = Analysis(
        {"a": make_model(source)}, source, MatchedControls(region=SAMPLING["region"]), SAMPLING, halves, 4.8,
        AftershockRemover(), "seismic_auc", "event",
    )  # fmt: skip
    as_null = analysis.scored(*analysis.built(drawn, 7))[0]["a"]
    built = analysis.built(Record.of(source, drawn).catalog, 7)
    as_observed = analysis.scored(*built, 100)[0]["a"]
    assert as_null.seismic_auc.value == as_observed.seismic_auc.value
    assert np.isnan(as_null.seismic_auc.low) and np.isfinite(as_observed.seismic_auc.low)


def test_of_several_configurations_the_largest_counts():
    source, catalog = make_world(effect=0.5)
    models = {f"C={c:g}": make_model(source, c=c) for c in (1e-3, 1.0)}
    result = run(source, catalog, models, n_nulls=5)
    names = list(models)
    assert set(result.observed) == set(names)
    best = result.scores[names].max(axis=1)
    for null in NULLS:
        np.testing.assert_array_equal(result.null_scores(null), best[result.scores["null"] == null])
        alone = {name: result.observed[name].seismic_auc.value for name in names}
        table = result.configuration_p_values.loc[null]
        assert table.min() == result.p_values[null]
        assert table[max(alone, key=alone.get)] == table.min()
    assert result.observed_score == max(alone.values())


def test_a_search_is_refitted_on_every_catalog():
    source, catalog = make_world(effect=1.5)
    search = partial(
        GridSearchCV, param_grid={"slidingwindow__length": [1, 3]}, cv=PurgedGroupKFold(2), scoring="roc_auc"
    )

    def grouped(model):
        return _Grouped(search(model))

    result = run(source, catalog, search=grouped, n_nulls=2)
    whole = run(source, catalog, grouped(make_model(source)), n_nulls=2)
    pd.testing.assert_frame_equal(result.scores, whole.scores)
    assert result.observed_score > 0.6


class _Grouped(ClassifierMixin, BaseEstimator):
    """A search that takes its groups from the samples."""

    def __init__(self, search):
        self.search = search

    def fit(self, X, y):
        self.search_ = self.search.fit(X, y, groups=X["pair_id"])
        self.classes_ = self.search_.classes_
        return self

    def predict_proba(self, X):
        return self.search_.predict_proba(X)


class _Once(ClassifierMixin, BaseEstimator):
    """Can be fitted so often, all clones together; then it fails."""

    left = 0

    def fit(self, X, y):
        if _Once.left == 0:
            raise ValueError("too few rows")
        _Once.left -= 1
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


def test_failures_count_against_the_score_and_are_told():
    source, catalog = make_world()
    _Once.left = 1
    with pytest.warns(UserWarning, match=r"10 of 10 null catalogs .*; the first: ValueError: too few rows"):
        result = run(source, catalog, _Once())
    frame = result.to_frame()
    assert (
        (frame["n_failed"] == 5).all() and (frame["p_value"] == 1.0).all() and (frame["share"] == 1.0).all()
    )
    assert result.scores["error"].eq("ValueError: too few rows").all() and np.isnan(frame["null_mean"]).all()
    _Once.left = 1 + 5 + 4  # the observed one, all rotations, all but one of the others
    with pytest.warns(UserWarning, match="1 of 10"):
        result = run(source, catalog, _Once())
    assert result.to_frame()["n_failed"].tolist() == [0, 1]
    assert result.share("shuffle-times") == 1.0  # a constant ties with itself everywhere
    _Once.left = 0
    with pytest.raises(ValueError, match="too few rows"):
        run(source, catalog, _Once())


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 30), values=st.integers(1, 5))
def test_ranks_by_lot(seed, n, values):
    rng = np.random.default_rng(seed)
    null, observed = rng.integers(0, values, n).astype(float), float(rng.integers(0, values))
    lots = np.array([lot_p_value(observed, null, lot) for lot in np.linspace(0, 1, 200, endpoint=False)])
    greater, ties = (null > observed).sum(), (null == observed).sum()
    assert (
        np.unique(lots).tolist() == [(1 + greater + k) / (1 + n) for k in range(ties + 1)][: len(set(lots))]
    )
    assert lots[0] == (1 + greater) / (1 + n) and lots[-1] <= (1 + greater + ties) / (1 + n)
    null[0] = np.nan
    assert lot_p_value(observed, null, 0.0) == (2 + (null[1:] > observed).sum()) / (1 + n)


@pytest.mark.parametrize("draw", [lambda rng: rng.normal(size=20), lambda rng: rng.integers(0, 3, 20)])
def test_ranks_of_exchangeable_scores_are_uniform(draw):
    rng = np.random.default_rng(0)
    ranks = []
    for _ in range(2000):
        first, *rest = draw(rng).astype(float)
        ranks.append(round(20 * lot_p_value(first, np.array(rest), rng.random())))
    assert stats.chisquare(np.bincount(ranks, minlength=21)[1:]).pvalue > 0.01


def test_a_store_goes_on_and_refuses_what_is_another_test(tmp_path):
    source, catalog = make_world()
    path = tmp_path / "nulls.jsonl"
    full = run(source, catalog, store=path, n_nulls=2)
    pd.testing.assert_frame_equal(full.scores, run(source, catalog, n_nulls=2).scores)
    lines = path.read_text().splitlines(keepends=True)
    assert len(lines) == 5
    path.write_text("".join(lines[:3]) + lines[3][:30])
    kept = path.read_text().splitlines()[:3]
    again = run(source, catalog, store=path, n_nulls=2)
    pd.testing.assert_frame_equal(again.scores, full.scores)
    assert again.p_values == full.p_values
    assert path.read_text().splitlines()[:3] == kept and len(path.read_text().splitlines()) == 5
    more = run(source, catalog, store=path, n_nulls=3)  # only what is not there yet
    assert len(path.read_text().splitlines()) == 7
    assert more.scores.query("replicate < 2").reset_index(drop=True).equals(full.scores)
    other = {
        "random_state": {"random_state": 1},
        "catalog": {"catalog": catalog.assign(magnitude=5.0)},
        "estimators": {"model": make_model(source, c=2.0)},
        "controls": {"controls": MatchedControls(2, region=SAMPLING["region"])},
        "sampling": {"sampling": SAMPLING | {"days": (-14, 0)}},
        "source": {"source": make_world(1)[0], "model": make_model(source)},
        "scoring": {"scoring": "seismic_mcc"},
        "cv": {"cv": PurgedGroupKFold(2)},
        "nulls": {"nulls": (Rotate(90, 15.0), "shuffle-times")},
    }
    for name, changed in other.items():
        model = changed.pop("model", None)
        given_source, given = changed.pop("source", source), changed.pop("catalog", catalog)
        with pytest.raises(ValueError, match=f"made with another .*{name}"):
            run(given_source, given, make_model(source) if model is None else model, store=path, **changed)
    with pytest.raises(ValueError, match="give a random_state too"):
        run(source, catalog, store=path, random_state=None)


SCRIPT = """
import sys
sys.path[:0] = {folders!r}
from test_catalog_null_test import make_world, run
run(*make_world(), store=sys.argv[1], n_nulls=150, nulls=("rotate",))
"""


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_or_done_twice(tmp_path):
    path = tmp_path / "nulls.jsonl"
    here = Path(__file__).parent
    code = SCRIPT.format(folders=[str(here), str(here.parent)])
    rng = np.random.default_rng(0)
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", code, path])
        before = path.read_bytes().count(b"\n") if path.exists() else 0
        while (path.read_bytes().count(b"\n") if path.exists() else 0) <= before + 1:
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.05)
        time.sleep(rng.uniform(0, 0.3))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert path.read_bytes().count(b"\n") > before
    result = run(*make_world(), store=path, n_nulls=150, nulls=("rotate",))
    rows = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    assert sorted(row["replicate"] for row in rows) == list(range(150))
    pd.testing.assert_frame_equal(result.scores, run(*make_world(), n_nulls=150, nulls=("rotate",)).scores)


@pytest.mark.slow
def test_p_values_are_uniform_without_an_effect():
    n_worlds, n_nulls = 40, 9
    ranks = {null: [] for null in NULLS}
    for seed in range(n_worlds):
        result = run(*make_world(seed, n=60), n_nulls=n_nulls, random_state=seed)
        for null in NULLS:
            ranks[null].append(lot_p_value(result.observed_score, result.null_scores(null), 0.5))
    for null in NULLS:
        spread = np.array(ranks[null]) - np.random.default_rng(0).random(n_worlds) / (1 + n_nulls)
        assert stats.kstest(spread, "uniform").pvalue > 0.01


def test_errors():
    source, catalog = make_world()
    with pytest.raises(ValueError, match=r"sampling: .* without catalog, controls, exclude, source"):
        run(source, catalog, sampling=SAMPLING | {"exclude": catalog})
    with pytest.raises(ValueError, match="with region, days and max_length"):
        run(source, catalog, sampling={"region": 3.0})
    with pytest.raises(ValueError, match="'turn' is none of 'rotate'"):
        run(source, catalog, nulls=("turn",))
    with pytest.raises(ValueError, match="each once"):
        run(source, catalog, nulls=("rotate", "rotate"))
    with pytest.raises(ValueError, match="each once"):
        run(source, catalog, nulls=())
    with pytest.raises(ValueError, match="an empty dict"):
        run(source, catalog, {})
    with pytest.raises(ValueError, match="'error' needs another name"):
        run(source, catalog, {"error": make_model(source)})
    with pytest.raises(ValueError, match="scoring"):
        run(source, catalog, scoring="accuracy")
    with pytest.raises(ValueError, match=r"rotate needs offsets of at least \d+ days"):
        far = MatchedControls(region=SAMPLING["region"], min_days=185, max_days=190)
        run(source, catalog, controls=far, cv=PurgedGroupKFold(2))


def test_two_satellites_together():
    tracks = SourceCollection(
        {name: make_orbit(seed, days=30, gaps=0, holes=0, name=name) for seed, name in enumerate("AB")}
    )
    catalog = make_events(1, 60, end=30.0, magnitude=(6.5, 7.5))
    scaled = make_pipeline(
        SlidingWindow(tracks, 5), WindowFlattener(), StandardScaler(), LogisticRegression(C=0.01)
    )
    result = catalog_null_test(
        scaled, tracks, catalog, controls=RandomControls(min_days=3), cv=PurgedGroupKFold(2, min_train=1),
        sampling={"region": "dobrovolsky", "days": (-3, 0), "max_length": 5}, n_nulls=2,
        random_state=0,
    )  # fmt: skip
    assert result.samples.X["source"].nunique() == 2
    frame = result.to_frame().set_index("null")
    assert (frame["n_failed"] == 0).all()
    # 3 days and a window of 5 minutes: offsets of 4 to 26 days.
    assert result.scores["days"].dropna().between(4, 26).all()
    assert result.resolution["rotate"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("function", [catalog_null_test, injection_recovery, time_mirrored_test])
def test_the_honest_declustering_is_the_default(function):
    """The papers' box leaves aftershocks that a split in time scores; it is asked for by name."""
    assert signature(function).parameters["decluster"].default.method == "gardner-knopoff"


def test_random_controls_and_no_declustering():
    source, catalog = make_world()
    result = run(source, catalog, controls=RandomControls(), decluster=None, min_magnitude=None, n_nulls=2)
    assert len(result.scores) == 4
    # Random controls have no earthquake of their own to be away from.
    assert result.scores["days"].min() >= 15 + LENGTH - 1


def test_every_catalog_cuts_its_windows_with_their_context():
    source, catalog = make_world()
    model = make_model(source).set_params(slidingwindow__context=4)
    sampling = SAMPLING | {"context": 4}
    result = run(source, catalog, model, sampling=sampling, nulls=("rotate",), n_nulls=2)
    assert not result.scores["error"].notna().any()
    assert result.scores["days"].min() >= 15 + LENGTH - 1 + 4
    seen = result.samples.X["obs_end"] - result.samples.X["obs_start"]
    assert (seen == pd.Timedelta(days=LENGTH - 1 + 4)).all()
    headers = [
        Analysis.of({"p": model}, None, source, MatchedControls(), kind, halves, None, None, "seismic_auc",
                    "event").header()["sampling"]
        for kind in (SAMPLING, sampling)
    ]  # fmt: skip
    assert headers[0] != headers[1]  # a store of the one is refused by the other
