"""Many networks at once: each is the one that its own fit makes."""

import importlib.util
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest
from common.tiny import tiny_seqnetquake
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

from skquake import EDLSTMERegressor, SafeNetClassifier
from skquake._core._together import together
from skquake.neural import DNNClassifier, _trainer, fit_many, repeated_scores
from skquake.neural._classifier import NetworkClassifier
from skquake.neural._training import Training
from skquake.preprocessing import ChannelScaler

JAX = keras.backend.backend() == "jax"
on_jax = pytest.mark.skipif(
    not JAX, reason="lanes are of JAX: KERAS_BACKEND=jax python -m pytest tests/neural/test_fit_many.py"
)
RNG = np.random.default_rng(0)
SIZES = 70, 110, 33, 150  # of batches of 16: full and short last ones
XS = [RNG.normal(size=(n, 8, 2)) for n in SIZES]
YS = [np.arange(n) % 3 for n in SIZES]
WEIGHTS = [RNG.uniform(0.5, 2.0, n) for n in SIZES[:-1]] + [None]
SMALL = {"batch_size": 16, "dropout": 0.3, "epochs": 3}


def tiny(cls=None, **changes):
    return tiny_seqnetquake(*[cls] if cls else [], **(SMALL | changes))


@pytest.fixture
def trainings(monkeypatch):
    """How many networks are trained together, each time; and how many alone."""
    from skquake.neural import _lanes

    together, alone = [], []
    many, one = _lanes.train_lanes, Training.answer
    monkeypatch.setattr(_lanes, "train_lanes", lambda all_: together.append(len(all_)) or many(all_))
    monkeypatch.setattr(Training, "answer", lambda self: alone.append(self) or one(self))
    return together, alone


def serially(models, Xs=XS, ys=YS, weights=WEIGHTS):
    def fitted(model, X, y, weight):
        name = f"{model.steps[-1][0]}__sample_weight" if hasattr(model, "steps") else "sample_weight"
        return clone(model).fit(X, y, **{} if weight is None else {name: weight})

    return [fitted(*one) for one in zip(models, Xs, ys, weights, strict=True)]


def network(model):
    return model[-1] if hasattr(model, "steps") else model


def assert_alike(found, expected, atol):
    for ours, theirs in zip(map(network, found), map(network, expected), strict=True):
        for a, b in zip(ours.weights_, theirs.weights_, strict=True):
            np.testing.assert_allclose(a, b, atol=atol)
        assert list(ours.history_) == list(theirs.history_)
        for name, values in theirs.history_.items():
            np.testing.assert_allclose(ours.history_[name], values, atol=atol, err_msg=name)


@on_jax
@pytest.mark.parametrize("cls", [None, SafeNetClassifier], ids=["SeqNetQuake", "SafeNet"])
def test_lanes_are_serial_fits(cls, trainings, monkeypatch):
    """Data of different length, weights of samples, scalers, learning rates; several calls an epoch."""
    monkeypatch.setattr(_trainer, "_CALL_STEPS", 4)
    models = [
        make_pipeline(ChannelScaler(), tiny(cls, random_state=i, learning_rate=0.01 / (1 + i)))
        for i in range(4)
    ]
    found = fit_many(models, XS, YS, sample_weights=WEIGHTS, lanes=4)
    assert trainings[0] == [4] and not trainings[1]
    expected = serially(models)
    assert_alike(found, expected, 1e-5)
    for ours, theirs, X in zip(found, expected, XS, strict=True):
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-5)
    again = fit_many(models, XS, YS, sample_weights=WEIGHTS, lanes=4)
    assert_alike(again, found, 0.0)
    assert not hasattr(models[0][-1], "weights_")


@on_jax
def test_lanes_of_one_length_and_other_starts(trainings, monkeypatch):
    """Frozen and pretrained weights; fewer lanes than the program has; weights that do not fit."""
    donor = FrozenEstimator(tiny(random_state=9).fit(XS[0], YS[0]))
    models = [tiny(random_state=i, pretrained=donor, freeze=["conv"]) for i in range(3)]
    data = [XS[1]] * 3, [YS[1]] * 3
    expected = serially(models, *data, [None] * 3)
    assert_alike(fit_many(models, *data, lanes=3), expected, 1e-5)
    assert_alike(fit_many(models[:2], data[0][:2], data[1][:2], lanes=3), expected[:2], 1e-5)
    assert trainings[0] == [3, 2] and len(trainings[1]) == 4

    def refused(self, donor, fresh):
        if self.random_state == 1:
            raise ValueError("these weights do not fit")
        return transplanted(self, donor, fresh)

    transplanted = NetworkClassifier._transplanted
    monkeypatch.setattr(NetworkClassifier, "_transplanted", refused)
    fits = [partial(clone(model).fit, X, y) for model, X, y in zip(models, *data, strict=True)]
    with pytest.raises(ValueError, match="do not fit"):
        list(together(fits, 3))

    def careful():
        with pytest.raises(ValueError, match="do not fit"):
            fits[1]()

    found = dict(together([fits[0], careful, fits[2]], 3))
    assert_alike([found[0], found[2]], [expected[0], expected[2]], 1e-5)


@on_jax
def test_regression_in_lanes(trainings):
    models = [
        EDLSTMERegressor(units=3, decoder_layers=1, activation="tanh", epochs=2, random_state=i)
        for i in range(4)
    ]
    targets = [X[:, -2:, 0] for X in XS]
    found = fit_many(models, XS, targets, sample_weights=WEIGHTS, lanes=4)
    assert sum(trainings[0]) == 4 and not trainings[1]
    assert_alike(found, serially(models, ys=targets), 1e-5)


@on_jax
def test_unlike_networks_are_grouped(trainings):
    """One architecture a program; what is watched, and what is no network, is fitted by itself."""
    models = [
        tiny(random_state=0),
        tiny(random_state=1, filters=3),
        tiny(random_state=2),
        tiny(random_state=3, validation_fraction=0.3, patience=1),
    ]
    found = fit_many([*models, RandomForestClassifier(3)], [*XS, XS[0][:, 0]], [*YS, YS[0]], lanes=5)
    assert trainings[0] == [2] and len(trainings[1]) == 2
    assert hasattr(found[-1], "estimators_")
    assert_alike(found[:-1], serially(models, weights=[None] * 4), 1e-5)


@on_jax
def test_one_that_diverges_says_so(trainings):
    models = [tiny(random_state=0, epochs=5), tiny(random_state=1, epochs=5, learning_rate=1e38)]
    with pytest.raises(ValueError, match="training diverged") as raised:
        fit_many(models, XS[:2], YS[:2], lanes=2)
    assert raised.value.__notes__ == ["fit_many: estimator 1 of the sequence"]
    assert trainings[0] == [2]


@on_jax
def test_too_little_memory_halves_the_lanes(trainings, monkeypatch):
    from skquake.neural import _lanes

    many = _lanes._trained

    def scarce(model, lanes):
        if len(lanes) > 2:
            lanes[0].rng.random()  # a training that was begun
            raise RuntimeError("RESOURCE_EXHAUSTED: out of memory")
        return many(model, lanes)

    monkeypatch.setattr(_lanes, "_trained", scarce)
    models = [tiny(random_state=i) for i in range(4)]
    assert_alike(fit_many(models, XS, YS, lanes=4), serially(models, weights=[None] * 4), 1e-5)
    assert trainings[0] == [4, 2, 2]


@on_jax
def test_memory_is_flat():
    """Fits of other numbers of rows and of lanes leave nothing on the device."""
    jax, held = sys.modules["jax"], []
    models = [tiny(random_state=i, epochs=1) for i in range(4)]
    for n in (4, 4, 3, 4, 2, 4):
        part = [X[: 150 - n] for X in XS[:n]]
        fit_many(models[:n], part, [y[: 150 - n] for y in YS[:n]], lanes=4)
        held.append(sum(array.nbytes for array in jax.live_arrays()))
    assert max(held[1:]) <= held[1]


@on_jax
def test_repeats_are_trained_together(trainings, monkeypatch):
    from skquake.neural import _lanes

    model = make_pipeline(ChannelScaler(), tiny(epochs=2))
    data = XS[1], YS[1], np.arange(80), np.arange(80, 110)
    expected = repeated_scores(model, *data, n_repeats=3, random_state=0)
    monkeypatch.setattr(_lanes, "most_lanes", lambda: 2)
    found = repeated_scores(model, *data, n_repeats=3, random_state=0)
    assert trainings[0] == [2] and len(trainings[1]) == 4
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-6)


def test_elsewhere_fits_are_the_estimators_own():
    """Without lanes, and with those that cannot be: the same bits, in the same order."""
    models = [tiny(random_state=0, epochs=1), DNNClassifier(dense_units=4, epochs=1, random_state=1)]
    found = fit_many(models, XS[:2], YS[:2], sample_weights=WEIGHTS[:2], lanes=2)
    assert [type(model) for model in found] == [type(model) for model in models]
    assert_alike(found, serially(models, XS[:2], YS[:2], WEIGHTS[:2]), 0.0)
    assert fit_many([], [], []) == []
    with pytest.raises(ValueError, match="2 estimators, 1 Xs, 2 ys and 2 sample_weights"):
        fit_many(models, XS[:1], YS[:2])
    with pytest.raises(ValueError, match="one class only") as raised:
        fit_many(models, XS[:2], [YS[0], np.zeros(110)])
    assert raised.value.__notes__ == ["fit_many: estimator 1 of the sequence"]


@pytest.mark.slow
@pytest.mark.skipif(JAX, reason="they ran here")
def test_under_jax():
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed")
    command = [sys.executable, "-m", "pytest", "-q", __file__]
    root = Path(__file__).parents[2]
    subprocess.run(command, check=True, env=os.environ | {"KERAS_BACKEND": "jax"}, cwd=root)
