"""The backend: the one that is named, alone, silent; missing or forked, an error that says what to do."""

import importlib.util
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from common.tiny import tiny_seqnetquake

from skquake._core._keras_setting import configured_backend, keras_setting
from skquake.neural import _backend

X, Y = np.random.default_rng(0).normal(size=(40, 8, 2)), np.arange(40) % 2
BLOCKED = """
import os, sys, pickle

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "torch", "jax"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
X, Y, fitted = pickle.load(open(sys.argv[1], "rb"))

def attempts():
    for call in (lambda: fitted.predict(X), lambda: fitted.fit(X, Y), lambda: fitted.predict(X)):
        try:
            call()
        except ImportError as error:
            print(error)

# What all backends share is imported once: each is asked for in a child that has no Keras yet.
assert "keras" not in sys.modules
for backend in sys.argv[2:]:
    child = os.fork()
    if not child:
        os.environ["KERAS_BACKEND"] = backend.removeprefix("none")
        attempts()
        print("end of", backend, flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""
FORKED = """
import multiprocessing, os, pickle, sys, types, warnings
warnings.simplefilter("ignore")
from joblib import Parallel, delayed
from skquake.neural._backend import load_keras
X, Y, fitted = pickle.load(open(sys.argv[1], "rb"))

def load_any():
    sys.modules["keras"] = types.ModuleType("keras")  # the real one takes seconds
    load_keras()

def attempt(call=lambda: fitted.predict(X)):
    try:
        call()
        return "no error"
    except RuntimeError as error:
        return str(error)

read, write = os.pipe()
def forked(*call):
    child = os.fork()
    if not child:
        os.write(write, attempt(*call).encode() + b"\\n")
        os._exit(0)
    os.waitpid(child, 0)
    return os.read(read, 10_000).decode().strip()

# Nothing has run here yet, so the child may.
print("keras" not in sys.modules and forked(load_any) == "no error")
fitted.predict(X)
print(forked())
pool = Parallel(n_jobs=2, backend="multiprocessing")
print(*pool(delayed(attempt)() for _ in range(2)), sep="\\n")
print(attempt())
"""


def run(code, *arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("backend") / "model.pickle"
    path.write_bytes(pickle.dumps((X, Y, tiny_seqnetquake().fit(X, Y))))
    return path


MISSING = {
    "none": "keras.json, KERAS_BACKEND is not set): No module named 'tensorflow'",
    "jax": "backend 'jax' (KERAS_BACKEND=jax): No module named 'jax'",
    "theano": "backend 'theano' (KERAS_BACKEND=theano): Unable to import backend : theano",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_missing_backend(saved, tmp_path):
    said = run(BLOCKED, saved, *MISSING, KERAS_HOME=str(tmp_path / "home")).stdout
    for backend, expected in MISSING.items():
        own, said = said.split(f"end of {backend}\n")
        first, *others = own.splitlines()
        assert expected in first and "pip install" in first
        assert "environment variable KERAS_BACKEND=" in first
        assert len(others) == 2 and all("Keras could not load its backend" in line for line in others)


def test_backend_that_is_installed_is_offered(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(_backend, "_is_installed", lambda name: name == "torch")
    text = _backend._advice(ModuleNotFoundError("No module named 'jax'"))
    assert "Installed here: torch" in text and "KERAS_BACKEND=torch before Python starts" in text


def test_backend_of_the_configuration_file(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert keras_setting()[0] == "tensorflow"
    (tmp_path / "keras.json").write_text('{"backend": "torch"}')
    assert keras_setting()[0] == "torch"
    (tmp_path / "keras.json").write_text("[")
    assert keras_setting()[0] == "tensorflow"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.slow
def test_forked_child_says_so_instead_of_hanging_and_nothing_is_logged(saved):
    found = run(FORKED, saved, JOBLIB_START_METHOD="fork")
    fresh, *children, parent = found.stdout.splitlines()
    assert (fresh, parent) == ("True", "no error")
    assert len(children) == 3
    for line in children:
        assert "forked from one in which a network had been built" in line
        assert "'loky'" in line and "get_context('spawn')" in line
    assert found.stderr == ""


def test_what_else_is_written_to_standard_error_comes_through():
    code = """
import os, sys
from skquake.neural._backend import _without_stderr_log
with _without_stderr_log():
    os.write(2, b"WARNING: All log messages before absl::InitializeLog() is\\nI0000 00:00:1 a.cc:1] b\\n")
    os.write(2, b"2024-05-01 12:00:00.123456: I tensorflow/core/util/port.cc:153] c\\nI am the user\\n")
"""
    assert run(code).stderr == "I am the user\n"


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_no_other_backend_is_loaded(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    code = (
        "import sys; import skquake.neural._adapter; import keras; "
        "print(keras.backend.backend(), 'tensorflow' in sys.modules)"
    )
    assert run(code, KERAS_BACKEND=backend).stdout.split() == [backend, "False"]


@pytest.mark.skipif(configured_backend() != "tensorflow", reason="of TensorFlow's optimiser only")
def test_private_names_of_keras_are_still_there():
    """What `_optimizer` overrides and reads; where Keras renames it, compiled steps outlive their models."""
    import keras

    from skquake.neural._optimizer import Adam

    assert callable(keras.optimizers.Adam._backend_update_step)
    optimizer = Adam()
    variable = keras.Variable([1.0])
    optimizer.build([variable])
    assert optimizer._distribution_strategy.num_replicas_in_sync == 1
    assert optimizer._get_variable_index(variable.value) == 0
    assert len(optimizer._momentums) == len(optimizer._velocities) == 1
