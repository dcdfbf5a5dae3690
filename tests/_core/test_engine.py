"""Many calls on any engine: the same results, each once, whatever dies meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from common.workers import cluster, die_once
from joblib import Parallel, parallel_config
from joblib._parallel_backends import ThreadingBackend
from joblib.parallel import BACKENDS
from sklearn import config_context, get_config

from skquake._core._engine import TRIES, Engine, _read, _write, in_store

TASKS = [(k,) for k in range(12)]
EXPECTED = [(k, k * k) for k in range(12)]


def square(number):
    return number * number


def mortal(folder, number, after=3):
    die_once(folder, after)
    return number * number


class Heavy:
    """A function that notes where it arrives."""

    def __init__(self, folder):
        self.folder, self.values = folder, np.arange(10.0)

    def __setstate__(self, state):
        self.__dict__.update(state)
        with open(Path(self.folder) / "arrived", "a") as file:
            file.write(f"{os.getpid()}\n")

    def __call__(self, number):
        return float(self.values[number % 10])


def run(function, n_jobs=2, tasks=TASKS, kept="", **options):
    with Engine(function, n_jobs, kept) as engine, closing(engine.run(tasks, **options)) as found:
        return list(found)


@pytest.mark.parametrize("backend", ["loky", "threading", "sequential"])
def test_the_same_on_any_backend(backend):
    with parallel_config(backend):
        assert sorted(run(square)) == EXPECTED
        assert run(square, ordered=True) == EXPECTED
        assert run(square, tasks=[]) == []
    assert run(square, n_jobs=None) == EXPECTED


class Lists(ThreadingBackend):
    """Gives results only once all are there, as Ray's backend does."""

    supports_return_generator = False


def test_a_backend_that_gives_results_by_batches(monkeypatch):
    monkeypatch.setitem(BACKENDS, "lists", Lists)
    many = [(k,) for k in range(30)]
    with parallel_config("lists"):
        with pytest.raises(ValueError, match="does not support return_as"):
            Parallel(2, return_as="generator_unordered")
        assert run(square, tasks=many, ordered=True) == [(k, k * k) for k in range(30)]
        assert run(square, tasks=[]) == []


def test_functions_without_a_name_of_their_own_travel():
    ten = 10
    assert sorted(run(lambda number: number + ten)) == [(k, k + 10) for k in range(12)]


def test_the_function_travels_once_a_worker(tmp_path):
    with Engine(Heavy(tmp_path), 2) as engine:
        for _ in range(3):
            assert sorted(engine.run(TASKS)) == [(k, float(k % 10)) for k in range(12)]
    arrived = (tmp_path / "arrived").read_text().split()
    assert len(arrived) == len(set(arrived)) <= 2


def test_arrays_in_a_file_come_back_whole_and_writable(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"], "c": pd.to_datetime(["2015-01-01"] * 2)})
    arrays = [np.arange(7)[::2], np.empty((0, 3)), np.asfortranarray(np.eye(3)), np.arange(3, dtype="f4")]
    arrays[3].flags.writeable = False
    _write(tmp_path / "function", partial(max, arrays, frame))
    found, table = _read(str(tmp_path / "function")).args
    pd.testing.assert_frame_equal(table, frame)
    for one, other in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
        assert one.flags.writeable == other.flags.writeable
    found[2][...] = 5.0  # of this process alone
    np.testing.assert_array_equal(_read(str(tmp_path / "function")).args[0][2], np.eye(3))


def test_a_dead_worker_loses_and_repeats_nothing(tmp_path):
    seen = run(partial(mortal, tmp_path))
    assert (tmp_path / "dead").exists() and sorted(seen) == EXPECTED


def kill_at_five(number):
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


@pytest.mark.slow
def test_a_call_that_always_kills_is_named_after_all_others_are_done():
    seen = []
    with Engine(kill_at_five, 2, in_store("rows.jsonl")) as engine:
        with pytest.raises(RuntimeError, match=rf"died, {TRIES} times .*n_jobs=2 now.*store='rows\.jsonl'"):
            seen.extend(engine.run(TASKS))
    assert sorted(seen) == [pair for pair in EXPECTED if pair[0] != 5]
    assert "with a store=" in in_store(None)


def fail_at_five(folder, number):
    if number == 5:
        raise KeyError(f"number {number}")
    time.sleep(0.02)
    (Path(folder) / str(number)).touch()


ABORTED = pytest.mark.parametrize(
    "backend", ["sequential", "threading", pytest.param("loky", marks=pytest.mark.slow)]
)


@ABORTED
def test_an_error_of_a_call_is_raised_as_it_is_and_ends_the_rest(tmp_path, backend):
    with parallel_config(backend), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # joblib tells of what it gave up
        with pytest.raises(KeyError, match="number 5"):
            run(partial(fail_at_five, tmp_path), 2, [(k,) for k in range(200)])
    assert len(list(tmp_path.iterdir())) < 50


def note(folder, number):
    time.sleep(0.02)
    (Path(folder) / str(number)).touch()
    return number


@ABORTED
def test_an_interrupt_cancels_what_is_left(tmp_path, backend):
    seen = []
    with parallel_config(backend), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with pytest.raises(KeyboardInterrupt):
            with (
                Engine(partial(note, tmp_path), 2) as engine,
                closing(engine.run((k,) for k in range(500))) as found,
            ):
                for number, _ in found:
                    seen.append(number)
                    if len(seen) == 4:
                        raise KeyboardInterrupt
    assert len(list(tmp_path.iterdir())) < 50


def settings(_):
    with warnings.catch_warnings(record=True) as caught:
        warnings.warn("a word", UserWarning, stacklevel=1)
    return get_config()["assume_finite"], [str(each.message) for each in caught]


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_settings_of_the_caller_hold_in_the_workers(backend):
    with parallel_config(backend), config_context(assume_finite=True), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [found for _, found in run(settings, tasks=TASKS[:3])] == [(True, [])] * 3
        if backend == "loky":
            warnings.simplefilter("always")
            assert [found for _, found in run(settings, tasks=TASKS[:3])] == [(True, ["a word"])] * 3


def test_workers_that_loky_replaces_are_no_news():
    text = "A worker stopped while some jobs were given to the executor."
    with Engine(square, 2):
        warnings.warn(text, UserWarning, stacklevel=1)
    with pytest.warns(UserWarning, match="A worker stopped"):
        warnings.warn(text, UserWarning, stacklevel=1)


def test_no_jobs_are_refused():
    with pytest.raises(ValueError, match="n_jobs == 0"):
        Engine(square, 0)


def test_without_distributed_it_is_named():
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "from joblib import parallel_config\n"
        "try:\n    parallel_config('dask')\n"
        "except (ImportError, ValueError) as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "dask" in told and "install" in told


@pytest.fixture
def two(tmp_path_factory):
    pytest.importorskip("distributed")
    with cluster(tmp_path_factory.mktemp("dask")) as made:
        yield made


@pytest.mark.slow
def test_on_a_cluster(two, tmp_path):
    assert sorted(run(square, n_jobs=None)) == EXPECTED
    assert run(square, ordered=True) == EXPECTED and run(square, tasks=[]) == []
    with Engine(Heavy(tmp_path), None) as engine:
        for _ in range(3):
            assert sorted(engine.run(TASKS)) == [(k, float(k % 10)) for k in range(12)]
    arrived = (tmp_path / "arrived").read_text().split()
    assert 1 <= len(arrived) <= 6  # of 36 calls; workers that are slow to come ask again
    with pytest.raises(KeyError, match="number 5"):
        run(partial(fail_at_five, tmp_path))
    with config_context(assume_finite=True), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [found for _, found in run(settings, tasks=TASKS[:3])] == [(True, [])] * 3


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker(two, tmp_path):
    assert sorted(run(partial(mortal, tmp_path))) == EXPECTED and (tmp_path / "dead").exists()


@pytest.mark.slow
def test_a_cluster_that_loses_its_only_worker_and_all_that_it_held(tmp_path):
    pytest.importorskip("distributed")
    with cluster(tmp_path, 1):
        assert sorted(run(partial(mortal, tmp_path))) == EXPECTED and (tmp_path / "dead").exists()


@pytest.mark.slow
def test_a_call_that_kills_every_worker_of_a_cluster(two):
    with pytest.raises(RuntimeError, match=r"a worker process died.*more memory.*with a store="):
        run(kill_at_five, kept=in_store(None))


@pytest.mark.slow
def test_workers_that_come_later_take_part(tmp_path):
    pytest.importorskip("distributed")
    with cluster(tmp_path, 1) as (made, client), Engine(pid_after_a_while, None) as engine:
        seen = set()
        for number, pid in engine.run([(k,) for k in range(60)]):
            seen.add(pid)
            if number == 2:
                made.scale(2)
                client.wait_for_workers(2)
        assert len(seen) == 2


def pid_after_a_while(_):
    time.sleep(0.1)
    return os.getpid()


@pytest.mark.slow
def test_an_interrupt_cancels_what_is_left_on_a_cluster(two, tmp_path):
    with (
        pytest.raises(KeyboardInterrupt),
        Engine(partial(note, tmp_path), None) as engine,
        closing(engine.run((k,) for k in range(500))) as found,
    ):
        for _ in found:
            raise KeyboardInterrupt
    time.sleep(0.5)
    assert len(list(tmp_path.iterdir())) < 50
