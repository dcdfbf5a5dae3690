"""Many batches in one call: the numbers of one call a batch, in every way a network is trained."""

import keras
import numpy as np
import pytest
from common.tiny import tiny_seqnetquake
from keras.callbacks import Callback, LambdaCallback, LearningRateScheduler, ReduceLROnPlateau
from neural._step_by_step import OldImageModel, OldModel, OldRegressionModel
from sklearn.base import clone

from skquake import EDLSTMERegressor, SafeNetClassifier, SIPClassifier
from skquake.neural import _image_model, _model_cache, _optimizer, _trainer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(110, 8, 2)).astype(np.float32)
Y = np.arange(110) % 3
WEIGHT = RNG.uniform(0.5, 2.0, 110)
COMPILES = keras.backend.backend() in ("tensorflow", "jax")


@pytest.fixture
def step_by_step(monkeypatch):
    """Makes networks that train as before."""

    def change(optimizer=_optimizer.Adam):
        _model_cache.clear()
        monkeypatch.setattr(_trainer, "SeededModel", OldModel)
        monkeypatch.setattr(_trainer, "SeededRegressionModel", OldRegressionModel)
        monkeypatch.setattr(_image_model, "ImageModel", OldImageModel)
        monkeypatch.setattr(_optimizer, "Adam", optimizer)

    yield change
    _model_cache.clear()


def outcome(model, *data):
    return outcome_of(clone(model).fit(*data))


def outcome_of(fitted):
    return fitted.history_, fitted.weights_


def assert_same(found, expected, atol):
    for name, values in expected[0].items():
        np.testing.assert_allclose(found[0][name], values, atol=atol, err_msg=name)
    for ours, theirs in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=atol)


def continued(model, *data):
    """Trained, and trained on: weights and the whole history."""
    model = clone(model).set_params(warm_start=True).fit(*data).set_params(random_state=1)
    return outcome_of(model.fit(*data))


SETTINGS = {
    "plain": {"dropout": 0.3, "epochs": 3},
    "rates": {
        "dropout": 0.3,
        "epochs": 3,
        "callbacks": [LearningRateScheduler(lambda epoch, rate: 0.5 * rate)],
    },
    "stopped": {
        "dropout": 0.3,
        "epochs": 30,
        "validation_fraction": 0.3,
        "patience": 2,
        "learning_rate": 0.02,
        "callbacks": [ReduceLROnPlateau("val_loss", patience=1)],
    },
}


def test_seqnetquake_trains_as_step_by_step(step_by_step, monkeypatch):
    """Weights of samples, a short last batch, dropout, callbacks, early stopping, a training continued."""
    monkeypatch.setattr(_trainer, "_CALL_STEPS", 3)  # of four in an epoch
    _model_cache.clear()
    model = tiny_seqnetquake(batch_size=32)
    models = [clone(model).set_params(**changes) for changes in SETTINGS.values()]

    def outcomes():
        return [outcome(each, X, Y, WEIGHT) for each in models] + [continued(models[0], X, Y, WEIGHT)]

    found = outcomes()
    assert [len(history["loss"]) for history, _ in found][:2] == [3, 3]
    assert 3 <= len(found[2][0]["loss"]) < 30
    step_by_step()
    for ours, theirs in zip(found, outcomes(), strict=True):
        assert_same(ours, theirs, 1e-5)


OTHERS = {
    "SafeNet": (tiny_seqnetquake(SafeNetClassifier, batch_size=32, dropout=0.3, epochs=3), X, Y, WEIGHT),
    "ED-LSTME": (
        EDLSTMERegressor(units=3, decoder_layers=1, activation="tanh", epochs=3, random_state=0),
        X,
        X[:, -2:, 0],
        WEIGHT,
    ),
    "SIP": (
        SIPClassifier("cnn", mixup=0.2, cutmix=0.2, epochs=2, random_state=0),
        RNG.normal(size=(110, 8, 6, 2)),
        Y % 2,
        WEIGHT,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_others_train_as_step_by_step(name, step_by_step):
    found = outcome(*OTHERS[name])
    step_by_step()
    assert_same(found, outcome(*OTHERS[name]), 1e-5)


def test_steps_of_adam_are_those_of_keras():
    rng = np.random.default_rng(0)
    shapes = [(7, 3), (3,), (2, 2, 2)]
    gradients = [[rng.normal(size=shape).astype(np.float32) * 10.0**-k for shape in shapes] for k in range(6)]
    ends = []
    for optimizer in (_optimizer.Adam(0.01), keras.optimizers.Adam(0.01)):
        variables = [keras.Variable(np.ones(shape, np.float32)) for shape in shapes]
        optimizer.build(variables)
        for step, gradient in enumerate(gradients):
            optimizer.learning_rate = 0.01 / (1 + step)
            optimizer.apply([keras.ops.convert_to_tensor(values) for values in gradient], variables)
        ends.append([np.asarray(keras.ops.convert_to_numpy(v)) for v in (*variables, *optimizer.variables)])
    for ours, theirs in zip(*ends, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=3e-5, atol=1e-9)  # 1 - 0.999 in float32


class Steps(Callback):
    """Notes the loss after each batch, of all fits; stops after some."""

    def __init__(self, losses, stop):
        super().__init__()
        self.losses, self.stop = losses, stop

    def __deepcopy__(self, memo):
        return Steps(self.losses, self.stop)

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append((batch, logs["loss"]))
        self.model.stop_training = len(self.losses) == self.stop


def test_callbacks_that_watch_batches_see_each(monkeypatch):
    """And whoever stops a training at a batch stops it there; the numbers are the same."""
    model, calls = tiny_seqnetquake(batch_size=32, dropout=0.3, epochs=2), []
    one_call = _trainer.SeededModel.train_on_batch
    monkeypatch.setattr(
        _trainer.SeededModel,
        "train_on_batch",
        lambda self, *batch, **options: calls.append(1) or one_call(self, *batch, **options),
    )
    expected = outcome(model, X, Y, WEIGHT)
    assert len(calls) == (2 if COMPILES else 8)
    losses = []
    found = outcome(clone(model).set_params(callbacks=[Steps(losses, None)]), X, Y, WEIGHT)
    assert [batch for batch, _ in losses] == [0, 1, 2, 3] * 2
    assert_same(found, expected, 1e-6)
    np.testing.assert_allclose(losses[3][1], expected[0]["loss"][0], atol=1e-6)
    early = []
    outcome(clone(model).set_params(callbacks=[Steps(early, 6)]), X, Y, WEIGHT)
    np.testing.assert_allclose(early, losses[:6], atol=1e-6)


def test_which_callbacks_watch_batches():
    assert _trainer._watches_steps(Steps([], 1))
    assert _trainer._watches_steps(LambdaCallback(on_train_batch_end=lambda batch, logs: None))
    assert not _trainer._watches_steps(LambdaCallback(on_epoch_end=lambda epoch, logs: None))
    assert not _trainer._watches_steps(keras.callbacks.EarlyStopping())


@pytest.mark.slow
def test_more_batches_than_a_call_takes(monkeypatch):
    """An epoch of several calls, the last of them short, is that of one."""
    model = tiny_seqnetquake(batch_size=8, dropout=0.3, epochs=2)
    expected = outcome(model, X, Y, WEIGHT)
    monkeypatch.setattr(_trainer, "_CALL_STEPS", 4)
    _model_cache.clear()
    assert_same(outcome(model, X, Y, WEIGHT), expected, 1e-6)
    monkeypatch.setattr(_trainer, "_CALL_BYTES", 1)
    assert_same(outcome(model, X, Y, WEIGHT), expected, 1e-6)
    _model_cache.clear()


@pytest.mark.slow
@pytest.mark.skipif(not COMPILES, reason="one program of several batches is of TensorFlow and JAX")
def test_one_program_for_any_number_of_batches():
    """Fits of other sizes trace nothing anew."""
    traces = []

    class Counting(_trainer.SeededModel):
        def train_step(self, *data):
            traces.append(1)
            return super().train_step(*data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_trainer, "SeededModel", Counting)
        _model_cache.clear()
        for n in (33, 64, 110, 1100):
            data = (np.resize(values, (n, *values.shape[1:])) for values in (X, Y, WEIGHT))
            tiny_seqnetquake(batch_size=32, epochs=2).fit(*data)
    _model_cache.clear()
    assert len(traces) == 1
