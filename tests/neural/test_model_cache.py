"""Compiled models are kept for the architectures used last, and no others."""

import gc
import threading
import time

import keras
import numpy as np
import pytest
from sklearn.base import clone

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
    return sum(issubclass(type(o), FuncGraph) for o in gc.get_objects())  # no proxy is asked what it is


@pytest.mark.slow
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


def join_all(*targets):
    """Run each in a thread; fails, instead of hanging, where one does not end."""
    errors = []

    def run(target):
        try:
            target()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[target], daemon=True) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "deadlock"
    assert not errors


def test_two_threads_that_want_each_others_model():
    both = threading.Barrier(2, timeout=30)
    met = []

    def use(first, second):
        with _model_cache.borrowed(first, object) as mine:
            both.wait()
            with _model_cache.borrowed(second, object) as other:
                met.append((mine, other))
            both.wait()

    join_all(lambda: use("a", "b"), lambda: use("b", "a"))
    assert len({id(model) for pair in met for model in pair}) == 4


def test_a_holder_that_waits_for_a_thread_that_wants_its_model(monkeypatch):
    monkeypatch.setattr(_model_cache, "PATIENCE", 0.01)

    def use():
        with _model_cache.borrowed("a", object):
            pass

    def hold():
        with _model_cache.borrowed("a", object):
            inner = threading.Thread(target=use, daemon=True)
            inner.start()
            inner.join(timeout=60)
            assert not inner.is_alive()

    join_all(hold)


def test_whoever_finds_a_model_lent_waits_for_it(monkeypatch):
    monkeypatch.setattr(_model_cache, "PATIENCE", 60.0)
    built, lent = [], threading.Event()

    def first():
        with _model_cache.borrowed("a", lambda: built.append(1) or "model"):
            lent.set()
            time.sleep(0.05)

    def second():
        lent.wait(30)
        with _model_cache.borrowed("a", lambda: built.append(2) or "model"):
            pass

    join_all(first, second)
    assert built == [1]


def test_a_model_is_not_lent_again_after_an_error_or_clear():
    built = []

    def build():
        built.append(1)
        return object()

    with pytest.raises(KeyboardInterrupt), _model_cache.borrowed("a", build):
        raise KeyboardInterrupt
    with _model_cache.borrowed("a", build):
        _model_cache.clear()
    with _model_cache.borrowed("a", build), _model_cache.borrowed("a", build):
        pass
    with _model_cache.borrowed("a", build), _model_cache.borrowed("a", build):
        pass
    assert len(built) == 4


class Predict(keras.callbacks.Callback):
    """Predicts with another model while its own trains, after the other has begun to train too."""

    def __init__(self, other, X, both):
        super().__init__()
        self.other, self.X, self.both = other, X, both

    def __deepcopy__(self, memo):
        return Predict(self.other, self.X, self.both)

    def on_epoch_end(self, epoch, logs=None):
        self.both.wait()
        self.other.predict(self.X)


def test_two_fits_whose_callbacks_predict_with_each_others_network():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 20, 2)), np.arange(40) % 2
    small = [SeqNetQuakeClassifier(lstm_units=k, dense_units=2, epochs=2, random_state=0) for k in (2, 3)]
    fitted = [clone(model).fit(X, y) for model in small]
    both = threading.Barrier(2, timeout=30)
    join_all(
        lambda: small[0].set_params(callbacks=[Predict(fitted[1], X, both)]).fit(X, y),
        lambda: small[1].set_params(callbacks=[Predict(fitted[0], X, both)]).fit(X, y),
    )
    for model, expected in zip(small, fitted, strict=True):
        np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))
