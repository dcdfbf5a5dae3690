"""Compiled models are kept for the architectures used last, and no others."""

import gc

import keras
import numpy as np
import pytest

from skquake import EDLSTMERegressor, SeqNetQuakeClassifier
from skquake.neural import _model_cache


@pytest.fixture(autouse=True)
def empty_cache():
    _model_cache.clear()
    yield
    _model_cache.clear()


def fit(n_units):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 20, 2)).astype(np.float32), np.arange(40) % 2
    SeqNetQuakeClassifier(lstm_units=n_units, epochs=1, random_state=0).fit(X, y)
    EDLSTMERegressor(units=n_units, epochs=1, random_state=0).fit(X, X[:, :4, :1])


def graphs_alive():
    from tensorflow.python.framework.func_graph import FuncGraph

    gc.collect()
    return sum(isinstance(o, FuncGraph) for o in gc.get_objects())


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="graphs are TensorFlow's")
def test_forgotten_models_leave_no_graph():
    fit(4)
    assert graphs_alive()
    _model_cache.clear()
    before = graphs_alive()
    fit(5)
    assert graphs_alive() > before
    _model_cache.clear()
    assert graphs_alive() == before


def test_models_used_last_are_kept(monkeypatch):
    monkeypatch.setattr(_model_cache, "MAX_MODELS", 2)
    built = []

    def use(key):
        with _model_cache.borrowed(key, lambda: built.append(key) or key) as model:
            assert model == key

    for key in "abacab":
        use(key)
    assert built == ["a", "b", "c", "b"]
