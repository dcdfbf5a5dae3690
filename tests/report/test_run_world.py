"""Entries in worlds: the honest pass, the four cheats fail, rows are signed and ordered."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from common.small_worlds import small_worlds  # noqa: F401
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier

from skquake.baselines import make_baseline
from skquake.datasets import list_worlds
from skquake.datasets._world import open_world
from skquake.model_selection import PurgedTimeSeriesSplit, evaluate
from skquake.report import WorldEntry, rank, run_world
from skquake.report._world_score import signature_of, signed
from skquake.sampling import SlidingWindow
from skquake.testing import cheating_entries

FILE = """
from skquake.baselines import make_baseline
from skquake.sampling import SlidingWindow


def make_entry(world):
    return make_baseline("profile", SlidingWindow(world.source, world.length, context=world.context))


def claim(world):
    return {"event_auc": 0.55}
"""


def profile(world):
    return make_baseline("profile", SlidingWindow(world.source, world.length, context=world.context))


def coin(world):
    return DummyClassifier()


class Knows(ClassifierMixin, BaseEstimator):
    """Probabilities that were known beforehand."""

    def __init__(self, p=None):
        self.p = p

    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        return np.column_stack([1.0 - self.p, self.p])


def test_an_honest_entry_passes_and_finds(small_worlds, tmp_path):  # noqa: F811
    file = tmp_path / "linear.py"
    file.write_text(FILE)
    nothing, something = run_world(file, "nothing"), run_world(file, "something")
    assert nothing.failed == something.failed == "" and nothing.entry == "linear"
    assert nothing.claim == {"event_auc": 0.55} and nothing.oracle is None
    assert something.event_auc_low > 0.5 and something.oracle > something.event_auc
    np.testing.assert_allclose(
        something.share_of_window_oracle,
        (something.event_auc - 0.5) / (something.window_oracle - 0.5),
        atol=1e-5,
    )
    assert 0.0 <= nothing.false_alarm_rate <= 1.0 and nothing.n_events == 2 * nothing.n_events // 2
    assert nothing == run_world(file, "nothing", seed=0) or nothing.seconds >= 0.0
    assert json.loads(json.dumps(nothing.to_dict())) == nothing.to_dict()


@pytest.mark.parametrize("cheat", list(cheating_entries()))
def test_cheats_fail_where_nothing_is_there(small_worlds, cheat):  # noqa: F811
    row = run_world(cheating_entries()[cheat], "nothing")
    assert row.failed == "claim not held" and max(row.claim.values()) > 0.75
    assert row.event_auc_low < 0.55  # by the seal it knows next to nothing


def test_above_chance_where_nothing_is_there_fails(small_worlds):  # noqa: F811
    y = open_world("nothing")[1].y
    row = run_world(lambda world: Knows(np.where(y == 1, 0.9, 0.1)), "nothing", entry_name="peeks")
    assert row.failed == "above chance" and row.event_auc == 1.0 and row.brier_skill > 0.9
    y = open_world("something")[1].y
    assert run_world(lambda world: Knows(np.where(y == 1, 0.9, 0.1)), "something").failed == ""


def test_claims(small_worlds):  # noqa: F811
    assert run_world(coin, "nothing", claim=lambda world: {"seismic_mcc": 0.9}).failed == "claim not held"
    assert run_world(coin, "nothing", claim=lambda world: {"event_auc": 0.52}).failed == ""
    assert run_world(coin, "nothing", claim=lambda world: None).claim == {}

    def own(world):
        return evaluate(profile(world), world.train, PurgedTimeSeriesSplit(2), n_resamples=0)

    row = run_world(profile, "nothing", claim=own)
    assert row.failed == "" and set(row.claim) == {"event_auc", "seismic_auc", "seismic_mcc"}
    for wrong, said in (({"accuracy": 1.0}, "accuracy is no score"), ({"event_auc": np.nan}, "finite")):
        with pytest.raises(ValueError, match=said):
            run_world(coin, "nothing", claim=lambda world, wrong=wrong: wrong)
    with pytest.raises(ValueError, match="nothing is no score"):
        run_world(coin, "nothing", claim=lambda world: SimpleNamespace())


def test_entries_that_are_none(small_worlds, tmp_path):  # noqa: F811
    with pytest.raises(TypeError, match="has no source to cut windows from"):
        run_world(DummyClassifier(), "nothing")
    with pytest.raises(FileNotFoundError, match="make_entry"):
        run_world(tmp_path / "none.py", "nothing")
    (tmp_path / "empty.py").write_text("x = 1\n")
    with pytest.raises(ValueError, match="defines no function make_entry"):
        run_world(str(tmp_path / "empty.py"), "nothing")
    with pytest.raises(TypeError, match="has no fit and predict_proba"):
        run_world(lambda world: 3, "nothing")
    with pytest.raises(ValueError, match="not finite"):
        run_world(lambda world: Knows(np.full(len(world.test), np.nan)), "nothing")


def test_what_an_entry_does_to_its_tables_is_its_own(small_worlds):  # noqa: F811
    def spoils(world):
        world.train.y[:] = 1 - world.train.y
        world.train.X.loc[:, "latitude"] = 0.0
        world.catalog.drop(world.catalog.index, inplace=True)
        return DummyClassifier()

    before = open_world("nothing")[0]
    y, X, n = before.train.y.copy(), before.train.X.copy(), len(before.catalog)
    run_world(spoils, "nothing")
    np.testing.assert_array_equal(before.train.y, y)
    assert before.train.X.equals(X) and len(before.catalog) == n


def test_order(small_worlds):  # noqa: F811
    y = {name: open_world(name)[1].y for name in ("nothing", "something")}
    knows = WorldEntry("peeks", lambda world: Knows(np.where(y[world.name] == 1, 0.9, 0.1)))
    good, poor = WorldEntry("profile", profile), WorldEntry("coin", coin)
    rows = [run_world(entry, name) for entry in (poor, knows, good) for name in y]
    rows += [run_world(WorldEntry("half", profile), "something")]
    found = rank(row.to_dict() for row in rows)
    assert list(found.index[:2]) == ["profile", "coin"] and list(found["place"][:2]) == [1, 2]
    assert found.loc["peeks", "failed"] == "nothing: above chance" and found["place"].isna().sum() == 2
    assert found.loc["half", "lacks"] == "nothing 0"
    np.testing.assert_allclose(found.loc["profile", "event_auc"], rows[5].event_auc)

    with pytest.raises(ValueError, match="'coin' in 'nothing' was changed after it was signed"):
        rank([replace(rows[0], event_auc=0.99)])
    with pytest.raises(ValueError, match="seed 0, is there twice"):
        rank([rows[0], rows[0]])
    with pytest.raises(ValueError, match="there is none"):
        rank([])
    other = signed({**rows[0].to_dict(), "entry": "other", "identity": "0"})
    assert other.signature == signature_of(other.to_dict()) != rows[0].signature
    with pytest.raises(ValueError, match="world 'nothing' is there in two versions"):
        rank([rows[0], other])


def test_what_nobody_could_learn_is_in_no_mean(small_worlds, monkeypatch):  # noqa: F811
    row = run_world(coin, "nothing").to_dict()
    monkeypatch.undo()  # the frozen worlds again
    there = {"effect": 0.75, "failed": ""}
    rows = [
        signed({**row, **there, "world": "strong-2019", "event_auc": 0.9}),
        signed({**row, **there, "world": "late-2020", "event_auc": 0.2}),
    ]
    assert rank(rows)["event_auc"].to_list() == [0.9]


NULLS = [name for name, effect in list_worlds()["effect"].items() if effect == 0.0]


@pytest.mark.slow
@pytest.mark.parametrize("name", NULLS)
def test_the_full_matrix_where_nothing_is_there(name):
    for entry in cheating_entries().values():
        assert run_world(entry, name).failed == "claim not held"
    for honest in ("profile", "logistic", "QUANT", "RF"):

        def model(world, honest=honest):
            window = SlidingWindow(world.source, world.length, context=world.context)
            return make_baseline(honest, window, random_state=0)

        assert run_world(model, name).failed == ""
