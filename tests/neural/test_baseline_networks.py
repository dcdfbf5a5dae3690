"""The networks for comparison: what they are made of, and batch statistics that no padding spoils."""

import numpy as np
import pytest
from common.tiny import BASELINES
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

from skquake.neural import CNNClassifier, DNNClassifier, LSTMClassifier
from skquake.neural._baseline_networks import cnn, dnn, lstm

DENSE = dict(dense_layers=3, dense_units=16, dense_activation="relu", dropout=0.25)
CONV = dict(conv_layers=3, filters=4, kernel_size=3, conv_activation="relu")
each = pytest.mark.parametrize("tiny", BASELINES, ids=lambda tiny: type(tiny).__name__)


def shifted(n=90, length=12, channels=2, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    return (rng.normal(size=(n, length, channels)) + y[:, None, None]).astype(np.float32), y


@pytest.mark.parametrize(
    ("network", "weights"),
    [
        # 40 inputs: 16 units with 4 numbers each of batch normalisation, twice; three classes
        (dnn((20, 2), 3, **DENSE), 41 * 16 + 64 + 17 * 16 + 64 + 17 * 3),
        # 20 - 6 = 14 steps of 4 filters, pooled to 7
        (cnn((20, 2), 3, **CONV, **DENSE), 28 + 52 + 52 + 29 * 16 + 17 * 16 + 17 * 3),
        (lstm((20, 2), 3, lstm_layers=2, lstm_units=5, **DENSE), 160 + 220 + 6 * 16 + 17 * 16 + 17 * 3),
    ],
    ids=["dnn", "cnn", "lstm"],
)
def test_number_of_weights(network, weights):
    assert network.count_params() == weights


def test_dense_layer_then_dropout_then_normalisation():
    kinds = [type(layer).__name__ for layer in dnn((20, 2), 3, **DENSE).layers]
    assert kinds[2:5] == ["Dense", "SeededDropout", "BatchNormalization"]


@pytest.mark.parametrize("network", [dnn, cnn, lstm])
def test_layers_are_named_by_stage(network):
    extra = {dnn: {}, cnn: CONV, lstm: dict(lstm_layers=1, lstm_units=2)}[network]
    layers = [layer.name for layer in network((20, 2), 3, **extra, **DENSE).layers if layer.weights]
    assert all(name.startswith(("conv_", "lstm_", "dense_", "output")) for name in layers)


def test_cnn_of_too_short_windows_is_named():
    X, y = shifted(length=7)
    with pytest.raises(ValueError, match=r"length=7 with conv_layers=3, kernel_size=3 .* length 8 or more"):
        CNNClassifier().fit(X, y)
    CNNClassifier(dense_units=2, epochs=1, random_state=0).fit(*shifted(length=8))


@each
def test_learns_what_is_plain(tiny):
    X, y = shifted()
    assert (clone(tiny).fit(X, y).predict(X) == y).mean() > 0.9


@each
def test_same_seed_same_weights_and_fits_do_not_mix(tiny):
    X, y = shifted()
    first, other = clone(tiny).fit(X, y), clone(tiny).set_params(random_state=1).fit(X, y)
    before = first.predict_proba(X)
    again = clone(tiny).fit(X, y)
    for a, b in zip(first.weights_, again.weights_, strict=True):
        np.testing.assert_array_equal(a, b)
    other.predict_proba(X)
    np.testing.assert_allclose(first.predict_proba(X), before, rtol=1e-6)


@each
def test_prediction_of_a_row_does_not_depend_on_the_others(tiny):
    X, y = shifted()
    model = clone(tiny).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X)[:1], model.predict_proba(X[:1]), rtol=1e-4)


def test_moving_statistics_are_kept_and_reset():
    """A second network of the same architecture starts from fresh statistics."""
    X, y = shifted()
    parameters = dict(
        dense_layers=2, dense_units=4, epochs=1, batch_size=30, learning_rate=1e-6, random_state=0
    )
    far = DNNClassifier(**parameters).fit(X + 100.0, y)
    near = DNNClassifier(**parameters).fit(X, y)
    mean = {model: model.weights_[4] for model in (far, near)}
    assert far.weights_[4].shape == (4,)
    assert np.abs(mean[far]).max() > 10 * np.abs(mean[near]).max() > 0


@pytest.mark.parametrize("n", [41, 65, 9])
def test_padded_rows_do_not_spoil_the_batch_statistics(n):
    """One row more than fills the batches: its batch is not made of copies of that row."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4, 1)).astype(np.float32)
    model = DNNClassifier(
        dense_layers=2,
        dense_units=1,
        dense_activation="tanh",
        dropout=0.0,
        learning_rate=1e-9,
        epochs=60,
        batch_size=32,
        random_state=0,
    ).fit(X, np.arange(n) % 2)
    kernel, bias, _, _, mean, variance = model.weights_[:6]
    inside = np.tanh(X.reshape(n, -1) @ kernel + bias)
    assert mean == pytest.approx(inside.mean(axis=0), abs=0.15)
    assert variance == pytest.approx(inside.var(axis=0), rel=0.35)


def test_frozen_dense_stage_keeps_its_statistics():
    X, y = shifted()
    donor = DNNClassifier(dense_layers=2, dense_units=4, epochs=2, random_state=0).fit(X, y)
    tuned = clone(donor).set_params(pretrained=FrozenEstimator(donor), freeze=["dense"]).fit(X + 5.0, y)
    for a, b in zip(donor.weights_[:6], tuned.weights_[:6], strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(donor.weights_[6], tuned.weights_[6])


def test_order_matters_to_the_lstm():
    X, y = shifted()
    model = LSTMClassifier(lstm_layers=1, lstm_units=4, dense_units=4, epochs=2, random_state=0).fit(X, y)
    assert not np.allclose(model.predict_proba(X), model.predict_proba(X[:, ::-1]))
