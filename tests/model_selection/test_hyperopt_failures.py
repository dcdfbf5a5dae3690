"""What fails in a search: candidates, workers, disks, versions; and what costs nothing a second time."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from hyperopt import hp
from scipy.stats import randint
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.exceptions import FitFailedWarning
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import KFold
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags

from skquake import SeqNetQuakeClassifier
from skquake._core._journal import sealed
from skquake.model_selection import HyperoptSearchCV

X, Y = make_classification(60, random_state=0)


class KerasError(Exception):
    """As a backend raises them: no ValueError."""


class Breaking(ClassifierMixin, BaseEstimator):
    """Scores by ``a``; raises what it is told to where a is even."""

    fits = []

    def __init__(self, a=1, how="MemoryError", pretrained=None):
        self.a = a
        self.how = how
        self.pretrained = pretrained

    def fit(self, X, y):
        Breaking.fits.append(self.a)
        if self.a % 2 == 0:
            if self.how == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.how == "full":
                raise OSError(28, "No space left on device")
            raise {
                "MemoryError": MemoryError(),
                "KerasError": KerasError("incompatible\n shapes"),
                "TypeError": TypeError("bad combination"),
                "Ctrl-C": KeyboardInterrupt(),
                "exit": SystemExit(3),
            }[self.how]
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)

    def score(self, X, y):
        return float(self.a)


def search(how="MemoryError", store=None, **changes):
    options = {"cv": KFold(2), "n_iter": 12, "random_state": 0, "refit": False} | changes
    return HyperoptSearchCV(
        Breaking(how=how), options.pop("space", {"a": randint(1, 9)}), store=store, **options
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("MemoryError", "MemoryError"),
        ("KerasError", "KerasError: incompatible shapes"),
        ("TypeError", "TypeError: bad"),
    ],
)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_whatever_a_candidate_raises_the_search_goes_on(tmp_path, how, said, n_jobs):
    path = tmp_path / "trials.jsonl"
    with pytest.warns(FitFailedWarning, match=said):
        found = search(how, path, n_jobs=n_jobs).fit(X, Y)
    a = np.array([params["a"] for params in found.cv_results_["params"]])
    np.testing.assert_array_equal(found.cv_results_["status"] == "infeasible", a % 2 == 0)
    assert found.best_score_ == a[a % 2 == 1].max()
    Breaking.fits.clear()
    with pytest.warns(FitFailedWarning, match=said):
        more = search(how, path, n_iter=14).fit(X, Y)
    assert more.cv_results_["params"][:12] == found.cv_results_["params"]
    assert len(Breaking.fits) == 2 * int((more.cv_results_["repeats"][12:] < 0).sum())


@pytest.mark.parametrize("how", ["MemoryError", "KerasError"])
def test_errors_are_raised_where_asked_for_and_nothing_is_lost(tmp_path, how):
    path = tmp_path / "trials.jsonl"
    with pytest.raises((MemoryError, KerasError)):
        search(how, path, error_score="raise").fit(X, Y)
    kept = path.read_bytes()
    with pytest.warns(FitFailedWarning):
        search(how, path).fit(X, Y)
    assert path.read_bytes().startswith(kept)


@pytest.mark.parametrize(("how", "error"), [("Ctrl-C", KeyboardInterrupt), ("exit", SystemExit)])
def test_interruptions_are_no_failures(tmp_path, how, error):
    with pytest.raises(error):
        search(how, tmp_path / "trials.jsonl").fit(X, Y)
    trials = [json.loads(line) for line in (tmp_path / "trials.jsonl").read_bytes().splitlines()[2:]]
    assert all(trial["params"]["a"] % 2 for trial in trials)


def test_what_fails_all_trials_ends_with_its_error(tmp_path):
    path = tmp_path / "trials.jsonl"
    with pytest.raises(
        ValueError, match=r"all 12 trials are infeasible; .*MemoryError; once mended, remove store"
    ):
        search("MemoryError", path, space={"a": [2, 4]}).fit(X, Y)


def test_a_dead_worker_is_named_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr("skquake._core._engine.TRIES", 2)  # each takes new workers
    path = tmp_path / "trials.jsonl"
    with pytest.raises(
        RuntimeError, match=r"worker process died, .*memory.*n_jobs=2 now.*store=.*goes on from"
    ):
        search("die", path, n_jobs=2, batch_size=2, space={"a": [1, 3, 2]}).fit(X, Y)
    kept = path.read_bytes()
    with pytest.warns(FitFailedWarning):
        # The same candidates where there is more memory: a test cannot add some, so the failure is another.
        path.write_bytes(kept.replace(b"'die'", b"'MemoryError'"))
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        for line in lines:
            del line["checksum"]
        path.write_bytes(b"".join(map(sealed, lines)))
        found = search("MemoryError", path, batch_size=2, space={"a": [1, 3, 2]}).fit(X, Y)
    assert len(found.cv_results_["params"]) == 12


def test_a_full_disk_says_nothing_of_the_candidate(tmp_path):
    path = tmp_path / "trials.jsonl"
    with pytest.raises(OSError, match="No space left"):
        search("full", path).fit(X, Y)
    assert b'"error": "OSError' not in path.read_bytes()


FULL = """
import resource, signal, sys
import numpy as np
from sklearn.model_selection import KFold
from sklearn.tree import DecisionTreeClassifier
from skquake.model_selection import HyperoptSearchCV
rng = np.random.default_rng(0)
X, y = rng.normal(size=(40, 3)), np.tile([0, 1], 20)
search = HyperoptSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": list(range(1, 31))},
                          cv=KFold(2), n_iter=30, random_state=0, refit=False, store=sys.argv[1])
if sys.argv[2] != "0":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
search.fit(X, y)
"""


@pytest.mark.slow
def test_a_full_disk_leaves_whole_trials(tmp_path):
    path = tmp_path / "trials.jsonl"
    environment = os.environ | {"PYTHONPATH": os.getcwd()}

    def run(limit):
        command = [sys.executable, "-c", FULL, str(path), str(limit)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    full = run(4000)
    assert full.returncode == 1 and "OSError" in full.stderr and "trials.jsonl" in full.stderr
    kept = path.read_bytes()
    assert 2 < kept.count(b"\n") < 32 and kept.endswith(b"\n") and len(kept) <= 4000
    assert run(0).returncode == 0
    assert path.read_bytes().startswith(kept) and path.read_bytes().count(b"\n") == 32


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_device_is_no_store():
    with pytest.raises(ValueError, match="/dev/full: a device"):
        search(store="/dev/full").fit(X, Y)


@pytest.mark.parametrize("engine", ["hyperopt", "optuna"])
@pytest.mark.parametrize("batch_size", [1, 6])
def test_equal_candidates_cost_one_fit(engine, batch_size):
    if engine == "optuna":
        pytest.importorskip("optuna")
    Breaking.fits.clear()
    space = {"a": [1, 3, 5]}
    found = search(engine=engine, batch_size=batch_size, space=space, n_iter=30).fit(X, Y)
    results = found.cv_results_
    a = [params["a"] for params in results["params"]]
    assert sorted(Breaking.fits) == sorted([*set(a)] * 2)
    assert found.n_repeated_ == 30 - len(set(a))
    for i, first in enumerate(results["repeats"]):
        assert first == (-1 if a.index(a[i]) == i else a.index(a[i]))
    np.testing.assert_array_equal(results["mean_test_score"], a)
    assert set(results["status"]) == {"complete"}


def test_equal_candidates_go_on_alike(tmp_path):
    path = tmp_path / "trials.jsonl"
    space = {"a": [1, 3, 5, 7]}
    whole = search(space=space, n_iter=24, batch_size=5).fit(X, Y)
    search(store=path, space=space, n_iter=7, batch_size=5).fit(X, Y)
    Breaking.fits.clear()
    found = search(store=path, space=space, n_iter=24, batch_size=5).fit(X, Y)
    assert found.cv_results_["params"] == whole.cv_results_["params"]
    np.testing.assert_array_equal(found.cv_results_["repeats"], whole.cv_results_["repeats"])
    assert len(Breaking.fits) < 4


def test_what_differs_by_its_content_is_not_equal():
    first, second = (FrozenEstimator(DecisionTreeClassifier(random_state=0).fit(X, y)) for y in (Y, 1 - Y))
    both = hp.choice("pretrained", [first, second])
    Breaking.fits.clear()
    found = search(space={"pretrained": both, "a": [1]}, n_iter=10).fit(X, Y)
    assert len(Breaking.fits) == 4 and found.n_repeated_ == 8


def test_versions_of_a_store(tmp_path):
    path = tmp_path / "trials.jsonl"
    space = {"a": [1, 3, 5]}
    first = search(store=path, space=space, n_iter=2).fit(X, Y)
    assert len(first.versions_) == 1 and {"skquake", "scikit-learn", "numpy"} <= set(first.versions_[0])
    assert search(space=space, n_iter=1).fit(X, Y).versions_ == first.versions_
    header, *rest = path.read_bytes().splitlines(keepends=True)
    header = json.loads(header)
    del header["checksum"]
    header["versions"]["scikit-learn"] = "1.2.3"
    path.write_bytes(sealed(header) + b"".join(rest))
    with pytest.raises(ValueError, match=r"scikit-learn: 1\.2\.3 -> .*accept_versions=True"):
        search(store=path, space=space, n_iter=4).fit(X, Y)
    found = search(store=path, space=space, n_iter=4, accept_versions=True).fit(X, Y)
    assert found.versions_ == [header["versions"], *first.versions_]


def test_tags_are_those_of_what_is_searched():
    network = SeqNetQuakeClassifier()
    found = get_tags(HyperoptSearchCV(network, {"epochs": [1]}, cv=2))
    assert found.input_tags == get_tags(network).input_tags and found.input_tags.three_d_array
    assert found.target_tags == get_tags(network).target_tags and found.estimator_type == "classifier"
