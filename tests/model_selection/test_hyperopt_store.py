"""The store: what a killed search leaves is whole, is used, and is refused to another search."""

import contextlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import loguniform, randint
from sklearn.datasets import make_classification
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import KFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

from skquake._core._journal import sealed
from skquake.model_selection import HyperoptSearchCV

X, Y = make_classification(60, random_state=0)
SPACE = {"max_depth": randint(1, 9), "min_samples_leaf": [1, 2, 4, 8], "criterion": ["gini", "entropy"]}
CV = KFold(3)


class Counting(DecisionTreeClassifier):
    """Counts its fits in this process; leaves of eight cannot be grown."""

    fits = 0

    def fit(self, X, y, sample_weight=None):
        Counting.fits += 1
        if self.min_samples_leaf == 8:
            raise ValueError("no such tree")
        return super().fit(X, y, sample_weight=sample_weight)


def search(store, **changes):
    options = {"cv": CV, "n_iter": 12, "random_state": 0, "refit": False} | changes
    model = options.pop("estimator", Counting(random_state=0))
    return HyperoptSearchCV(model, options.pop("space", SPACE), store=store, **options)


def fitted(*arguments, data=(X, Y), **changes):
    """A fitted search and the number of fits that it took."""
    Counting.fits = 0
    found = search(*arguments, **changes).fit(*data)
    return found, Counting.fits


def fits_of(found, trials=None):
    """Fits that these trials cost: all folds of those that repeat none before them."""
    results = found.cv_results_
    trials = range(len(results["params"])) if trials is None else trials
    return sum(int(results["n_folds"][i]) for i in trials if results["repeats"][i] < 0)


def table(found):
    keys = ["params", "status", *(key for key in found.cv_results_ if key.startswith("split"))]
    return pd.DataFrame({key: list(found.cv_results_[key]) for key in keys})


WHOLE = {"n_iter": 20, "batch_size": 4, "stop_hopeless": True}
pytestmark = pytest.mark.filterwarnings("ignore:.* trials are infeasible")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Content of the store of an uninterrupted search, and its results."""
    path = tmp_path_factory.mktemp("whole") / "trials.jsonl"
    with pytest.warns(FitFailedWarning):
        found, fits = fitted(path, **WHOLE)
    assert (
        fits == fits_of(found)
        and found.n_repeated_
        and set(found.cv_results_["status"])
        == {
            "complete",
            "infeasible",
            "stopped",
        }
    )
    return path.read_bytes(), table(found)


def test_a_store_changes_nothing(tmp_path):
    kept, fits = fitted(tmp_path / "trials.jsonl")
    without, fits_without = fitted(None)
    pd.testing.assert_frame_equal(table(kept), table(without))
    again, none = fitted(tmp_path / "trials.jsonl")
    assert fits == fits_without == fits_of(kept) and none == 0
    pd.testing.assert_frame_equal(table(again), table(without))
    pd.testing.assert_frame_equal(
        pd.DataFrame(again.cv_results_)[["mean_fit_time", "mean_score_time"]],
        pd.DataFrame(kept.cv_results_)[["mean_fit_time", "mean_score_time"]],
    )


def test_a_search_goes_on_with_more_trials(tmp_path):
    path = tmp_path / "trials.jsonl"
    fitted(path, n_iter=5)
    more, fits = fitted(path)
    assert fits == fits_of(more, range(5, 12))
    pd.testing.assert_frame_equal(table(more), table(fitted(None)[0]))
    fewer, fits = fitted(path, n_iter=5)
    assert fits == 0 and len(fewer.cv_results_["params"]) == 5


@given(st.data())
@settings(max_examples=8, deadline=None)
def test_cut_anywhere_it_goes_on_as_if_never_stopped(whole, tmp_path_factory, data):
    content, expected = whole
    path = tmp_path_factory.mktemp("cut") / "trials.jsonl"
    length = data.draw(st.integers(0, len(content)))
    path.write_bytes(content[:length])
    kept = content[:length].splitlines(keepends=True)
    kept = kept[: len(kept) - (not content[:length].endswith(b"\n"))]
    found, fits = fitted(path, **WHOLE)
    pd.testing.assert_frame_equal(table(found), expected)
    assert fits == fits_of(found, set(range(20)) - {json.loads(line)["trial"] for line in kept[2:]})
    lines = path.read_bytes().splitlines(keepends=True)
    assert lines[: len(kept)] == kept
    assert sorted(json.loads(line)["trial"] for line in lines[2:]) == list(range(20))


@given(st.sets(st.integers(0, 19)))
@settings(max_examples=5, deadline=None)
def test_finished_in_any_order(whole, tmp_path_factory, finished):
    """In a batch the last may finish first; what is there is taken, the rest is done."""
    content, expected = whole
    path = tmp_path_factory.mktemp("order") / "trials.jsonl"
    lines = content.splitlines(keepends=True)
    of_trial = {json.loads(line)["trial"]: line for line in lines[2:]}
    path.write_bytes(b"".join(lines[:2] + [of_trial[i] for i in sorted(finished, reverse=True)]))
    found, fits = fitted(path, **WHOLE)
    pd.testing.assert_frame_equal(table(found), expected)
    assert fits == fits_of(found, set(range(20)) - finished)


def test_each_trial_is_written_when_it_ends_not_with_its_batch(tmp_path):
    path = tmp_path / "trials.jsonl"
    lines = []

    def watched(estimator, X, y):
        lines.append(path.read_bytes().count(b"\n"))
        return estimator.score(X, y)

    space = {"min_samples_leaf": loguniform(0.01, 0.4)}
    fitted(path, batch_size=12, scoring=watched, space=space)
    assert lines == [2 + i // 3 for i in range(36)]


def test_an_open_seed_is_that_of_the_store(tmp_path):
    path = tmp_path / "trials.jsonl"
    first, _ = fitted(path, random_state=None)
    second, fits = fitted(path, random_state=None)
    assert fits == 0 and table(second).equals(table(first))
    with pytest.raises(ValueError, match="made with another random_state"):
        fitted(path)


def test_a_folder_has_a_file_for_each_search(tmp_path):
    _, fits = fitted(tmp_path)
    assert fits and len(list(tmp_path.iterdir())) == 1
    outer = cross_val_score(search(tmp_path, refit=True), X, Y, cv=KFold(2))
    assert len(list(tmp_path.glob("*.jsonl"))) == 3
    Counting.fits = 0
    again = cross_val_score(search(tmp_path, refit=True), X, Y, cv=KFold(2))
    assert Counting.fits == 2  # the refits
    np.testing.assert_array_equal(again, outer)


CHANGES = {
    "space (max_depth)": {"space": SPACE | {"max_depth": randint(1, 10)}},
    "space (max_features, criterion)": {
        "space": {k: v for k, v in SPACE.items() if k != "criterion"} | {"max_features": loguniform(0.1, 1.0)}
    },
    "random_state": {"random_state": 1},
    "batch_size": {"batch_size": 2},
    "engine": {"engine": "optuna"},
    "stop_hopeless": {"stop_hopeless": True},
    "scoring": {"scoring": "f1"},
    "cv": {"cv": KFold(3, shuffle=True, random_state=0)},
    "estimator (max_leaf_nodes)": {"estimator": Counting(random_state=0, max_leaf_nodes=4)},
    "estimator (class)": {"estimator": DecisionTreeClassifier(random_state=0)},
    "data (X)": {"data": (X + 1e-12, Y)},
    "data (y)": {"data": (X, 1 - Y)},
    "data (X, y), cv": {"data": (X[:59], Y[:59])},
}


@pytest.mark.parametrize("words", CHANGES)
def test_a_store_of_another_search_is_refused(tmp_path, words):
    path = tmp_path / "trials.jsonl"
    fitted(path, n_iter=2)
    before = path.read_bytes()
    with pytest.raises(ValueError) as caught:
        fitted(path, n_iter=2, **CHANGES[words])
    assert f"made with another {words}; go on with the settings it was made with" in str(caught.value)
    assert path.read_bytes() == before
    fitted(path, n_iter=2, n_jobs=1, verbose=0, error_score=0.0)  # these change no trial


def test_weights_and_groups_are_data(tmp_path):
    path = tmp_path / "trials.jsonl"
    weight = np.ones(60)
    search(path, n_iter=2).fit(X, Y, sample_weight=weight)
    with pytest.raises(ValueError, match=r"another fit parameters \(fit sample_weight\)|score sample_weight"):
        search(path, n_iter=2).fit(X, Y, sample_weight=2 * weight)
    search(path, n_iter=2).fit(X, Y, sample_weight=weight)


FRAME = """
import numpy as np, pandas as pd
from skquake._core._journal import fingerprint
for a in (0, 1):
    print(fingerprint(pd.DataFrame({
        "a": np.arange(60.0) + a,
        "name": [f"e{i}" for i in range(60)],
        "owners": [(f"e{i}", "x") for i in range(60)],
        "time": pd.date_range("2015-01-01", periods=60),
    })))
"""


def test_frames_are_known_by_their_content_in_every_process():
    other = subprocess.run(
        [sys.executable, "-c", FRAME],
        env=os.environ | {"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(FRAME, {})
    assert other.stdout == said.getvalue() and len(set(other.stdout.split())) == 2


def test_two_searches_do_not_share_a_store(tmp_path):
    path = tmp_path / "trials.jsonl"

    def second(estimator, *rows):
        with pytest.raises(RuntimeError, match="is writing it; wait for its end, or name another file"):
            search(path, scoring=second, n_iter=1).fit(X, Y)
        return 1.0

    search(path, scoring=second, n_iter=1).fit(X, Y)
    search(path, scoring=second, n_iter=1).fit(X, Y)  # the lock went with the search


GOOD = '{"scores": {"score": 1.0}, "fit_seconds": 0.1, "score_seconds": 0.1, "error": null}'
HOSTILE = {
    "{": "line 3: damaged",
    "[1]": "line 3: damaged",
    "{}": r"line 3: no whole record \(fields none; a trial has folds, params",
    '{"trial": 0, S, "params": {}, R, "folds": [], "more": 1}': "line 3: no whole record .*more",
    '{"trial": -1, S, "params": {}, R, "folds": [GOOD]}': "line 3: no whole record .*trial=-1",
    '{"trial": true, S, "params": {}, R, "folds": [GOOD]}': "line 3: no whole record .*trial=True",
    '{"trial": 0, S, "params": [], R, "folds": [GOOD]}': r"no whole record .*params=\[\]",
    '{"trial": 0, S, "params": {}, R, "folds": []}': "it has no folds",
    '{"trial": 0, S, "params": {}, R, "folds": [3]}': "line 3: no whole record",
    '{"trial": 0, S, "params": {}, R, "folds": [{}]}': "line 3: no whole record",
    '{"trial": 0, S, "params": {}, R, "folds": [GOOD]}': "other parameters than hyperopt proposes",
    '{"trial": 0, S, "params": P, R, "folds": [GOOD, GOOD, GOOD, GOOD]}': "4 folds, cv has 3",
    '{"trial": 0, S, "params": P, R, "folds": [GOOD]}': "1 folds, cv has 3",
    '{"trial": 0, S, "params": P, R, "folds": [ODD, GOOD, GOOD]}': "the one to maximise, of f1",
    '{"trial": 0, S, "params": P, R, "folds": [BOTH, GOOD, GOOD]}': "either scores or",
    '{"trial": 0, S, "params": P, R, "folds": [TEXT, GOOD, GOOD]}': "could not convert",
    '{"trial": 0, S, "params": P, R, "folds": [GOOD, GOOD, GOOD]}\nSAME': "line 4: 'trial 0' once more",
    '{"trial": 0, S, "params": P, "repeats": 0, "folds": [GOOD]}': "repeats=0, which is no earlier",
}


def line_of(text):
    """A line of a journal with this content, as far as it is a record."""
    return sealed(json.loads(text)) if text.endswith("}") else f"{text}\n".encode()


@pytest.mark.parametrize("line", HOSTILE)
def test_hostile_lines_are_named(tmp_path, line):
    path = tmp_path / "trials.jsonl"
    fitted(path, n_iter=1, space={"max_depth": [3]})
    first, seed, trial = path.read_text().splitlines()
    params = json.dumps(json.loads(trial)["params"])
    text = line.replace("\nSAME", "\n" + line.partition("\n")[0]).replace(": P,", f": {params},")
    text = text.replace("S,", '"status": "complete",').replace("R,", '"repeats": null,')
    text = text.replace("GOOD", GOOD).replace("ODD", GOOD.replace('"score":', '"f1":'))
    text = text.replace("BOTH", GOOD.replace("null", '"no"')).replace("TEXT", GOOD.replace("1.0", '"much"'))
    path.write_bytes(b"".join([f"{first}\n{seed}\n".encode(), *map(line_of, text.splitlines())]))
    with pytest.raises(ValueError, match=HOSTILE[line]):
        fitted(path, n_iter=1, space={"max_depth": [3]})


@pytest.mark.parametrize("second", ['{"seed": -1}', '{"seed": "a"}', "{}"])
def test_a_store_without_its_seed_is_refused(tmp_path, second):
    path = tmp_path / "trials.jsonl"
    fitted(path, n_iter=1)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + line_of(second))
    with pytest.raises(ValueError, match="line 2: no whole record"):
        fitted(path, n_iter=1)


def test_a_file_of_another_kind_stays_as_it_is(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes")
    with pytest.raises(ValueError, match="no journal of results"):
        fitted(path)
    assert path.read_text() == "my notes"


WORK = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs
import numpy as np
from sklearn.datasets import make_classification
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import KFold
from sklearn.tree import DecisionTreeClassifier
from skquake.model_selection import HyperoptSearchCV

class Slow(DecisionTreeClassifier):
    def fit(self, X, y):
        with open(sys.argv[2], "a") as log:
            log.write(f"{self.max_depth} {self.min_samples_leaf:.12f}\\n")
        time.sleep(float(sys.argv[3]))
        return super().fit(X, y)

from scipy.stats import randint, uniform
X, y = make_classification(60, random_state=0)
space = {"max_depth": randint(1, 9), "min_samples_leaf": uniform(0.01, 0.3)}
search = HyperoptSearchCV(Slow(random_state=0), space, cv=KFold(2), n_iter=30, batch_size=4, n_jobs=2,
                          random_state=0, refit=False, store=sys.argv[1])
print("ready", flush=True)
from joblib import parallel_config
with parallel_config("threading"):
    search.fit(X, y)
print(repr([search.cv_results_[f"split{k}_test_score"].tolist() for k in range(2)]))
"""


def start(folder, seconds):
    """A search in a process of its own, once it is about to begin."""
    arguments = [folder / "trials.jsonl", folder / "fits.txt", seconds]
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def lines_of(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def stop(folder, times, seconds=0.03, seed=0):
    """Kill a search at random moments, again and again, then let it end; check what it did."""
    rng = random.Random(seed)
    path = folder / "trials.jsonl"
    kept, moments = b"", []
    for _ in range(times):
        process = start(folder, seconds)
        until = lines_of(path) + rng.randint(0, 24 // times)
        while lines_of(path) < until and process.poll() is None:
            time.sleep(0.002)
        time.sleep(rng.uniform(0.0, 2 * seconds))
        assert process.poll() is None, process.communicate()
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        content = path.read_bytes() if path.exists() else b""
        finished = content[: content.rfind(b"\n") + 1]
        assert finished.startswith(kept)  # nothing that was finished is lost
        kept = finished
        moments.append(kept.count(b"\n"))
    process = start(folder, 0.0)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    assert path.read_bytes().startswith(kept)
    trials = [json.loads(line) for line in path.read_bytes().splitlines()[2:]]
    assert sorted(trial["trial"] for trial in trials) == list(range(30))  # nor repeated
    names = [f"{t['params']['max_depth']} {t['params']['min_samples_leaf']:.12f}" for t in trials]
    fits = pd.Series((folder / "fits.txt").read_text().splitlines()).value_counts()
    assert len(set(names)) == 30 and set(fits.index) == set(names)
    for number, name in enumerate(names, start=3):
        in_vain = sum(moment < number for moment in moments)  # kills before this trial was finished
        assert 2 <= fits[name] <= 2 * (1 + in_vain)
    return out, moments


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    process = start(tmp_path_factory.mktemp("once"), 0.0)
    return process.communicate(timeout=600)[0]


@pytest.mark.slow
def test_a_killed_search_goes_on(tmp_path, uninterrupted):
    out, moments = stop(tmp_path, times=1)
    assert out == uninterrupted and 2 < moments[-1] < 32


@pytest.mark.slow
def test_killed_twenty_times(tmp_path, uninterrupted):
    out, moments = stop(tmp_path, times=20, seconds=0.1, seed=1)
    assert out == uninterrupted and len(set(moments)) > 8


def test_an_interrupted_search_keeps_what_is_done(tmp_path, uninterrupted):
    process = start(tmp_path, 0.03)
    path = tmp_path / "trials.jsonl"
    while lines_of(path) < 6:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=600)
    assert process.returncode != 0 and err.strip().endswith("KeyboardInterrupt")
    kept = path.read_bytes()
    # The line that was being written may have been taken back.
    assert kept.endswith(b"\n") and 5 <= kept.count(b"\n") < 32
    process = start(tmp_path, 0.0)
    assert process.communicate(timeout=600)[0] == uninterrupted
    assert path.read_bytes().startswith(kept)
