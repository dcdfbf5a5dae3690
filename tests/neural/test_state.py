"""A fitted state is one: a fit that fails leaves it, and nobody edits it unseen."""

import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from common.tiny import BASELINES, tiny_seqnetquake
from keras.callbacks import Callback
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from skquake.neural import (
    DNNClassifier,
    EDLSTMERegressor,
    FineTuned,
    SafeNetClassifier,
    SIPClassifier,
    load_model,
    save_model,
)
from skquake.neural._model_cache import _idle
from skquake.neural._weights import Weights

RNG = np.random.default_rng(0)
Y = np.array(["day", "night"])[np.arange(40) % 2]
X = RNG.normal(size=(40, 8, 2)) + (np.arange(40) % 2)[:, None, None]
IMAGES = RNG.normal(size=(40, 8, 6, 2))
NETWORKS = {
    "SeqNetQuake": tiny_seqnetquake(),
    "SafeNet": tiny_seqnetquake(SafeNetClassifier),
    **{type(model).__name__: clone(model).set_params(epochs=2) for model in BASELINES},
    "SIP": SIPClassifier("cnn", epochs=1, random_state=0),
    "ED-LSTME": EDLSTMERegressor(units=3, decoder_layers=1, activation="tanh", epochs=2, random_state=0),
}
RELATIVES = ("SafeNet", *(type(model).__name__ for model in BASELINES))  # SeqNetQuake has their base
EACH = [
    pytest.param(model, marks=[pytest.mark.slow] if name in RELATIVES else [], id=name)
    for name, model in NETWORKS.items()
]


class Raise(Callback):
    """Raises an error in the first epoch."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def __deepcopy__(self, memo):
        return Raise(self.error)

    def on_epoch_begin(self, epoch, logs=None):
        raise self.error


class ResourceExhaustedError(Exception):
    """Named as TensorFlow's."""


def data(model):
    """X and y that a model takes."""
    if isinstance(model, SIPClassifier):
        return IMAGES, Y
    return X, Y if is_classifier(model) else X[:, -2:, 0]


def output(model, windows):
    return getattr(model, "predict_proba", model.predict)(windows)


def refused(model):
    """Fits that end in an error: what changes, X, y, and the error."""
    windows, y = data(model)
    hole = windows.copy()
    hole[3] = np.nan
    short = windows[:, :, :1]
    diverges = {"learning_rate": 1e38, "epochs": 5}
    yield {}, hole, y, ValueError
    yield {}, windows, y[:-1], ValueError
    yield {"callbacks": [Raise(KeyboardInterrupt())]}, short, y, KeyboardInterrupt
    yield {"callbacks": [Raise(MemoryError())]}, short, y, MemoryError
    if is_classifier(model):
        yield {}, short, np.full(len(y), "dusk"), ValueError
        yield diverges, short, np.where(y == "day", "dawn", "dusk"), ValueError
    else:
        yield diverges, short, y, ValueError


def public(model):
    return {name for name in vars(model) if name.endswith("_")}


@pytest.mark.parametrize("model", EACH)
def test_a_failed_fit_leaves_what_was_there(model):
    windows, y = data(model)
    fitted = clone(model).fit(windows, y)
    expected, state = output(fitted, windows), vars(fitted).copy()
    for changes, other, labels, error in refused(model):
        parameters = {name: getattr(fitted, name) for name in changes}
        fresh = clone(model).set_params(**changes)
        for each in (fitted.set_params(**changes), fresh):
            with pytest.raises(error):
                each.fit(other, labels)
        fitted.set_params(**parameters)
        assert {k: id(v) for k, v in vars(fitted).items()} == {k: id(v) for k, v in state.items()}
        np.testing.assert_array_equal(output(fitted, windows), expected)
        assert not public(fresh)
        with pytest.raises(NotFittedError):
            check_is_fitted(fresh)
    np.testing.assert_array_equal(output(clone(model).fit(windows, y), windows), expected)


def test_a_failed_fine_tuning_leaves_what_was_there():
    first = tiny_seqnetquake().fit(X, Y)
    tuned = FineTuned(FrozenEstimator(first), random_state=0).fit(X + 1, Y)
    expected, inner = tuned.predict_proba(X), tuned.model_
    interrupted = clone(first).set_params(callbacks=[Raise(KeyboardInterrupt())])
    vars(interrupted).update({name: value for name, value in vars(first).items() if name.endswith("_")})
    interrupted._network = first._network
    for changes, error in [
        ({"learning_rate": 1e38, "epochs": 5}, ValueError),
        ({"pretrained": FrozenEstimator(interrupted)}, KeyboardInterrupt),
        ({"pretrained": FrozenEstimator(tiny_seqnetquake())}, NotFittedError),
    ]:
        failing = copy.copy(tuned).set_params(**changes)
        with pytest.raises(error):
            failing.fit(X, np.where(Y == "day", "dawn", "dusk"))
        assert failing.model_ is inner and list(failing.classes_) == ["day", "night"]
        np.testing.assert_array_equal(failing.predict_proba(X), expected)
        fresh = clone(tuned).set_params(**changes)
        with pytest.raises(error):
            fresh.fit(X, Y)
        assert not public(fresh)


@pytest.mark.parametrize("learning_rate", [1e25, 1e38])
def test_weights_that_overflow_in_the_last_step_are_divergence(learning_rate):
    """They may be finite, and every output NaN."""
    model = DNNClassifier(
        dense_units=4, epochs=1, batch_size=64, learning_rate=learning_rate, dropout=0.0, random_state=0
    )
    with pytest.raises(ValueError, match=r"diverged: .*lower learning_rate"):
        model.fit(X, Y)


def test_outputs_that_are_not_finite_are_an_error():
    model = DNNClassifier(dense_units=4, epochs=1, random_state=0).fit(X, Y)
    model.weights_ = [*model.weights_[:-1], np.full(2, np.nan, np.float32)]
    with pytest.raises(ValueError, match=r"sample 0 .* not finite; .* scale X"):
        model.predict(X)


# Weights


@pytest.fixture(scope="module")
def fitted():
    return tiny_seqnetquake(epochs=4, learning_rate=0.05).fit(X, Y)


@pytest.fixture(
    params=[lambda model: model, lambda model: pickle.loads(pickle.dumps(model)), copy.deepcopy],
    ids=["fitted", "pickled", "copied"],
)
def model(fitted, request):
    return copy.copy(request.param(fitted))


def test_weights_cannot_be_edited(model):
    before = model.predict_proba(X)
    with pytest.raises(TypeError, match=r"read-only; copy them.*model\.weights_ = weights"):
        model.weights_[-1] = np.zeros(2, np.float32)
    with pytest.raises(ValueError, match="read-only"):
        model.weights_[-1][...] = 9.0
    with pytest.raises(ValueError, match="read-only"):
        model.classes_.setflags(write=False) or model.classes_.__setitem__(0, "dusk")
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_weights_that_are_replaced_are_seen(model):
    before = model.predict_proba(X)
    weights = [values.copy() for values in model.weights_]
    model.weights_ = weights
    np.testing.assert_array_equal(model.predict_proba(X), before)
    weights[-1][...] = [0.0, 50.0]  # the bias of the softmax, in place, after it was used
    assert (model.predict(X) == "night").all()
    weights[-1] = np.array([50.0, 0.0], np.float32)
    assert (model.predict(X) == "day").all()
    model.weights_ = tuple(weights[:-1])
    with pytest.raises(ValueError, match=r"weights_: arrays of shapes .* this network has"):
        model.predict(X)


def test_no_two_states_are_taken_for_one(fitted):
    """Identity is asked of objects that are kept, so that no address is met twice."""
    weights, found = [values.copy() for values in fitted.weights_], set()
    model = copy.copy(fitted)
    for bias in range(20):
        weights[-1] = np.array([float(bias), 0.0], np.float32)
        model.weights_ = Weights(weights)
        found.add(model.predict_proba(X)[0, 0])
    assert len(found) == 20


# Weights of samples


@pytest.mark.parametrize("model", [NETWORKS["SeqNetQuake"], NETWORKS["ED-LSTME"]], ids=["SeqNet", "ED-LSTME"])
def test_rows_of_weight_zero_are_absent(model):
    windows, y = data(model)
    model = clone(model).set_params(validation_fraction=0.25)
    weight = np.where(np.arange(40) < 24, 1.0, 0.0)
    padded = windows.copy()
    padded[24:] = 1e6
    given = clone(model).fit(padded, y, weight)
    assert np.isfinite(given.history_["val_loss"]).all()
    alone = clone(model).fit(windows[:24], y[:24])
    np.testing.assert_allclose(output(given, windows), output(alone, windows), atol=1e-6)


def test_standard_of_images_ignores_rows_of_weight_zero():
    weight = np.where(np.arange(40) < 24, 1.0, 0.0)
    padded = IMAGES.copy()
    padded[24:] = 1e6
    model = clone(NETWORKS["SIP"]).fit(padded, Y, weight)
    np.testing.assert_allclose(model.center_, IMAGES[:24].mean(axis=(0, 1, 2)), atol=1e-6)
    assert not model.center_.flags.writeable and not model.scale_.flags.writeable


def test_a_class_without_weight_keeps_its_place():
    labels = np.arange(40) % 3
    windows = RNG.normal(scale=0.1, size=(40, 8, 2)) + labels[:, None, None]
    model = tiny_seqnetquake(epochs=40, learning_rate=0.05, lstm_units=6)
    found = model.fit(windows, labels, (labels != 1).astype(float))
    assert list(found.classes_) == [0, 1, 2] and found.predict_proba(windows).shape == (40, 3)
    assert (found.predict(windows[labels == 2]) == 2).all()


@pytest.mark.parametrize("model", [NETWORKS["SeqNetQuake"], NETWORKS["ED-LSTME"]], ids=["SeqNet", "ED-LSTME"])
@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.zeros(40), "all 40 weights are zero"),
        (np.full(40, np.nan), "sample_weight contains NaN"),
        (-np.ones(40), "[Nn]egative"),
    ],
    ids=["zero", "nan", "negative"],
)
def test_weights_that_cannot_be(model, weight, message):
    with pytest.raises(ValueError, match=message):
        clone(model).fit(*data(model), sample_weight=weight)


def test_size_of_weights_does_not_matter(fitted):
    for size in (1e308, 1e-300):
        found = clone(fitted).fit(X, Y, np.full(40, size))
        np.testing.assert_allclose(found.predict_proba(X), fitted.predict_proba(X), atol=1e-5)


def test_too_few_of_positive_weight_to_validate_on():
    weight = np.where(np.arange(40) < 3, 1.0, 0.0)
    with pytest.raises(ValueError, match="3 samples of positive weight leaves none to validate on"):
        tiny_seqnetquake(validation_fraction=0.1).fit(X, Y, weight)


# What the data are


def test_numbers_beyond_float32_are_named(fitted):
    large = X.copy()
    large[5, 3, 1] = -1e39
    expected = r"-1e\+39 in sample 5 \(step 3, channel 1\) is too large for float32.*scale it"
    for call in (lambda: tiny_seqnetquake().fit(large, Y), lambda: fitted.predict(large)):
        with pytest.raises(ValueError, match=expected):
            call()
    images = IMAGES.copy()
    images[2, 1, 0, 1] = 1e300
    with pytest.raises(ValueError, match=r"1e\+300 in sample 2 \(day 1, hour 0, channel 1\) is too large"):
        clone(NETWORKS["SIP"]).fit(images, Y)
    with pytest.raises(ValueError, match=r"y: 1e\+39 in sample 0 \(column 1\) is too large"):
        clone(NETWORKS["ED-LSTME"]).fit(X, np.where(np.arange(2) == 1, 1e39, 0.0) * np.ones((40, 1)))


SAMPLES = pd.DataFrame(
    {
        "time": pd.date_range("2010-01-01", periods=40),
        "latitude": 1.0,
        "longitude": 2.0,
        "satellite": "CSES",
    }
)


@pytest.mark.parametrize("samples", [SAMPLES, pl.from_pandas(SAMPLES)], ids=["pandas", "polars"])
@pytest.mark.parametrize("model", NETWORKS.values(), ids=NETWORKS)
def test_a_table_of_samples_is_no_window(model, samples):
    y = data(model)[1]
    with pytest.raises(ValueError, match=r"X: a table of samples .*make_pipeline\(SlidingWindow"):
        clone(model).fit(samples, y)


def test_frames_of_numbers(fitted):
    flat = pd.DataFrame(X[:, :, 0], columns=[f"Ne_{k}" for k in range(8)])
    model = clone(fitted).fit(flat, Y)
    assert list(model.feature_names_in_) == list(flat)
    other = clone(fitted).fit(pl.from_pandas(flat), Y)
    np.testing.assert_array_equal(other.predict_proba(pl.from_pandas(flat)), model.predict_proba(flat))
    with pytest.raises(ValueError, match="column 'satellite' holds no numbers"):
        clone(fitted).fit(flat.assign(satellite="CSES"), Y)


# Continuing a training


def test_warm_start_with_another_network_is_named():
    model = tiny_seqnetquake(warm_start=True).fit(X, Y)
    with pytest.raises(ValueError, match=r"warm_start: lstm_units=5 \(it was 3\): .* set it back"):
        model.set_params(lstm_units=5).fit(X, Y)
    model.set_params(lstm_units=3, dropout=0.5).fit(X, Y)
    assert len(model.history_["loss"]) == 4
    images = SIPClassifier("cnn", epochs=1, warm_start=True, random_state=0).fit(IMAGES, Y)
    with pytest.raises(ValueError, match=r"warm_start: image_size=40 \(it was 32\); set it back"):
        images.set_params(image_size=40).fit(IMAGES, Y)


@pytest.mark.parametrize(
    ("name", "changed", "what"),
    [
        ("SeqNetQuake", {"dense_units": 2}, "dense_units=2"),
        ("SeqNetQuake", {"dense_activation": "tanh"}, "dense_activation='tanh'"),
        ("DNNClassifier", {"dense_units": 2}, "dense_units=2"),
        ("SIP", {"image_size": 40}, "image_size=40"),
        ("ED-LSTME", {"units": 4}, "units=4"),
        ("ED-LSTME", {"activation": "relu"}, "activation='relu'"),
    ],
)
def test_what_was_changed_after_fit_is_not_saved(name, changed, what, tmp_path):
    """It would not open, or open as another model."""
    model = clone(NETWORKS[name])
    before = {key: model.get_params()[key] for key in changed}
    windows, y = data(model)
    expected = output(model.fit(windows, y), windows)
    model.set_params(**changed)
    with pytest.raises(ValueError, match=f"changed after fit, {what}.*fit again"):
        save_model(model, tmp_path / "model")
    assert not list(tmp_path.iterdir())
    save_model(model.set_params(**before), tmp_path / "model")
    np.testing.assert_array_equal(output(load_model(tmp_path / "model"), windows), expected)


# Out of memory


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ResourceExhaustedError("OOM when allocating tensor with shape[9999,9999]"),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 400 bytes"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    ],
    ids=["python", "tensorflow", "jax", "torch"],
)
def test_out_of_memory_names_the_cure(fitted, error):
    model = copy.copy(fitted)
    model.predict(X)
    lent = next(one for key, one in _idle if key[0] == model._network)
    with pytest.raises(MemoryError, match=r"out of memory.*: lower batch_size=32"):
        model.set_params(callbacks=[Raise(error)]).fit(X, Y)
    assert all(one is not lent for _, one in _idle)
    np.testing.assert_array_equal(model.predict_proba(X), fitted.predict_proba(X))


def test_other_errors_of_callbacks_come_through(fitted):
    with pytest.raises(RuntimeError, match="disk is full"):
        clone(fitted).set_params(callbacks=[Raise(RuntimeError("disk is full"))]).fit(X, Y)
