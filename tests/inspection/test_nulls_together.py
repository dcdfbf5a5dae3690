"""Null catalogs whose networks are trained together: the rows that they have one after another."""

import json
from functools import partial
from time import perf_counter

import keras
import numpy as np
import pandas as pd
import pytest
from common.tiny import tiny_seqnetquake
from joblib import parallel_config
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from test_catalog_null_test import make_world, run
from test_injection_recovery import SOURCE as MAPS
from test_injection_recovery import recover

from skquake._core._together import ask
from skquake.model_selection import PurgedGroupKFold
from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow

SOURCE, CATALOG = make_world()


class Fit:
    """A fit that is asked for, and what was asked for together with it."""

    met: list[int] = []
    stop_at = None

    def __init__(self, fit):
        self.answer = fit

    @classmethod
    def answers(cls, requests):
        cls.met.append(len(requests))
        if len(cls.met) == cls.stop_at:
            raise KeyboardInterrupt
        return [request.answer() for request in requests]


class Meeting(LogisticRegression):
    """Fits when the others do, four at a time."""

    most = 4

    def fit(self, X, y, sample_weight=None):
        return ask(Fit(partial(super().fit, X, y, sample_weight)))

    def _most_together(self):
        return self.most


class Failing(Meeting):
    """Under one catalog of two, never under the one that happened, whose two folds come first."""

    first: list[int] = []

    def fit(self, X, y, sample_weight=None):
        if len(self.first) < 2:
            self.first.append(1)
        elif int(1e6 * abs(np.sum(X))) % 2:
            raise ValueError("not this one")
        return super().fit(X, y, sample_weight)


@pytest.fixture(autouse=True)
def met(monkeypatch):
    monkeypatch.setattr(Fit, "met", [])
    Failing.first.clear()
    return Fit


def model(classifier, source=SOURCE):
    return make_pipeline(SlidingWindow(source, 3), WindowFlattener(), classifier)


def nulls(classifier, **changes):
    return run(SOURCE, CATALOG, model(classifier), cv=PurgedGroupKFold(2), n_nulls=3, **changes)


@pytest.mark.parametrize("cls", [Meeting, Failing])
@pytest.mark.filterwarnings("ignore:.*null catalogs could not be scored")
def test_scores_are_those_of_one_after_another(cls, met, monkeypatch):
    """Six catalogs, four at a time, two folds each."""
    found = nulls(cls())
    assert met.met == [4, 4, 2, 2] or cls is Failing
    assert met.met
    monkeypatch.setattr(Meeting, "most", 1)
    Failing.first.clear()
    expected = nulls(cls())
    pd.testing.assert_frame_equal(found.scores, expected.scores)
    assert found.p_values == expected.p_values
    assert found.scores["error"].notna().any() == (cls is Failing)


def test_what_others_take_is_not_in_the_seconds(met):
    start = perf_counter()
    found = nulls(Meeting())
    assert found.seconds[["samples", "fit", "score"]].sum(axis=None) < perf_counter() - start


def test_workers_go_before(met):
    with parallel_config(backend="threading"):
        nulls(Meeting(), n_jobs=2, nulls=("rotate",))
    assert not met.met


def test_an_interrupted_test_goes_on(met, monkeypatch, tmp_path):
    path = tmp_path / "nulls.jsonl"
    monkeypatch.setattr(Fit, "stop_at", 3)
    with pytest.raises(KeyboardInterrupt):
        nulls(Meeting(), store=path)
    kept = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert sum("scores" in row for row in kept) == 4
    monkeypatch.setattr(Fit, "stop_at", None)
    found = nulls(Meeting(), store=path)
    assert met.met == [4, 4, 2, 2, 2]
    pd.testing.assert_frame_equal(found.scores, nulls(Meeting()).scores)


def test_planted_effects(met, monkeypatch):
    settings = {"model": model(Meeting(), MAPS), "sizes": (1.0,), "n_nulls": 5, "n_repeats": 2, "alpha": 0.2}
    found = recover(**settings)
    assert met.met == [2, 2, 3]
    monkeypatch.setattr(Meeting, "most", 1)
    pd.testing.assert_frame_equal(found.scores, recover(**settings).scores)


@pytest.mark.skipif(
    keras.backend.backend() != "jax",
    reason="lanes are of JAX: KERAS_BACKEND=jax python -m pytest tests/inspection/test_nulls_together.py",
)
def test_networks_of_null_catalogs(monkeypatch):
    """Real ones in lanes, on data of different length."""
    from skquake.neural import _lanes

    network = tiny_seqnetquake(conv_layers=1, n_segments=1, kernel_size=2, dropout=0.3, random_state=0)
    pipeline = make_pipeline(SlidingWindow(SOURCE, 3), network)
    expected, lanes = run(SOURCE, CATALOG, pipeline, n_nulls=3), []
    many = _lanes.train_lanes
    monkeypatch.setattr(_lanes, "train_lanes", lambda all_: lanes.append(len(all_)) or many(all_))
    monkeypatch.setattr(_lanes, "most_lanes", lambda: 6)
    found = run(SOURCE, CATALOG, pipeline, n_nulls=3)
    assert lanes == [6]
    np.testing.assert_allclose(found.scores["pipeline"], expected.scores["pipeline"], atol=1e-4)
