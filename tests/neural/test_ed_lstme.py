"""EDLSTMERegressor: the paper's network, as a scikit-learn regressor of several outputs."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score

from skquake import EDLSTMERegressor
from skquake.neural import _model_cache
from skquake.neural._ed_lstme_network import ed_lstme

TINY = EDLSTMERegressor(
    units=8, decoder_layers=1, activation="tanh", learning_rate=0.03, epochs=40, random_state=0
)


def waves(n=160, n_in=12, n_out=3, seed=0):
    """Windows of two waves of one period but other phases, and an index that means nothing."""
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, n)
    time = np.arange(n_in + n_out) * np.pi / 6 + phase[:, np.newaxis]
    both = np.stack([np.sin(time), np.cos(time)], axis=2)
    index = np.random.default_rng(seed + 1).uniform(-1, 1, (n, n_in, 1))
    return np.concatenate([both[:, :n_in], index], axis=2), both[:, n_in:]


def test_network_of_the_paper():
    network = ed_lstme((97, 8), 60, n_out=12, units=10, decoder_layers=2, activation="relu")
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds == ["InputLayer", "LSTM", "RepeatVector", "LSTM", "LSTM", "Dense", "Dense", "Reshape"]
    assert network.output_shape == (None, 60)
    lstm = lambda features: 4 * 10 * (features + 10 + 1)  # noqa: E731
    assert network.count_params() == lstm(8) + 2 * lstm(10) + 11 * 10 + 11 * 5
    assert EDLSTMERegressor().get_params()["activation"] == "relu"


def test_learns_to_continue_waves_of_all_stations():
    X, y = waves()
    model = clone(TINY).set_params(units=24).fit(X, y)
    X, y = waves(seed=5)
    found = model.predict(X)
    assert found.shape == y.shape
    error = np.sqrt(np.mean((found - y) ** 2, axis=(0, 1)))
    assert (error < 0.2).all(), error
    assert model.history_["loss"][-1] < 0.1 * model.history_["loss"][0]


def test_flat_and_deep_targets_are_the_same_network():
    X, y = waves(n=40)
    short = clone(TINY).set_params(epochs=2)
    deep = short.fit(X, y).predict(X)
    flat = clone(short).set_params(n_out=3).fit(X, y.reshape(40, -1)).predict(X)
    np.testing.assert_array_equal(deep.reshape(40, -1), flat)
    one = clone(short).fit(X, y[:, 0, 0])
    assert one.predict(X).shape == (40,)


def test_fits_do_not_mix_and_are_repeatable():
    X, y = waves(n=40)
    first = clone(TINY).set_params(epochs=2)
    other = clone(first).set_params(random_state=1)
    expected = first.fit(X, y).predict(X)
    assert not np.allclose(other.fit(X, y).predict(X), expected)
    np.testing.assert_array_equal(first.predict(X), expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(first)).predict(X), expected)
    _model_cache.clear()
    np.testing.assert_array_equal(clone(first).fit(X, y).predict(X), expected)
    assert all(not w.flags.writeable for w in first.weights_)


def test_early_stopping_validates_on_the_last_rows():
    X, y = waves(n=60)
    y = y.copy()
    y[-20:] = np.random.default_rng(0).normal(size=y[-20:].shape)
    model = clone(TINY).set_params(validation_fraction=1 / 3, patience=2, epochs=40).fit(X, y)
    history = model.history_["val_loss"]
    best = int(np.argmin(history))
    assert len(history) == best + 3 < 40
    found = np.mean((model.predict(X[40:]) - y[40:]) ** 2)
    assert found == pytest.approx(history[best], rel=1e-4)
    plain = clone(TINY).set_params(epochs=best + 1).fit(X[:40], y[:40])
    np.testing.assert_allclose(plain.predict(X), model.predict(X), atol=1e-4)


def test_searches_and_cross_validation():
    X, y = waves(n=60)
    X, y = X[:, :, 0], y[:, :, 0]
    short = clone(TINY).set_params(epochs=2, units=4)
    scores = cross_val_score(short, X, y, cv=TimeSeriesSplit(2))
    assert np.isfinite(scores).all()
    search = GridSearchCV(short, {"units": [2, 4]}, cv=TimeSeriesSplit(2)).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize(
    ("changes", "shape", "message"),
    [
        ({"n_out": 4}, (20, 6), r"n_out=4 does not go with y of shape \(n_samples, 6\)"),
        ({"n_out": 4}, (20, 3, 2), r"n_out=4 does not go with y of shape \(n_samples, 3, 2\)"),
        ({"patience": 3}, (20,), "patience needs validation_fraction"),
        ({"validation_fraction": 0.01}, (20,), "leaves 20 to train on and 0 to validate on"),
    ],
)
def test_what_does_not_go_together(changes, shape, message):
    X = np.zeros((20, 5, 2))
    with pytest.raises(ValueError, match=message):
        clone(TINY).set_params(**changes).fit(X, np.zeros(shape))


def test_missing_values_name_the_sample():
    X, y = waves(n=20)
    X[3, 4, 1] = np.nan
    with pytest.raises(ValueError, match=r"sample 3 \(step 4, channel 1\)"):
        clone(TINY).fit(X, y)


def test_windows_of_another_shape():
    X, y = waves(n=20)
    model = clone(TINY).set_params(epochs=1).fit(X, y)
    with pytest.raises(ValueError, match="windows of shape"):
        model.predict(X[:, :, :2])


def test_divergence_is_an_error():
    X, y = waves(n=40)
    with pytest.raises(ValueError, match=r"training diverged: .*activation='tanh'"):
        EDLSTMERegressor(units=8, learning_rate=1e3, epochs=60, random_state=0).fit(X * 1e6, y * 1e15)


def test_what_is_known_of_the_steps_goes_to_the_decoder():
    options = {"n_out": 3, "units": 10, "decoder_layers": 1, "activation": "tanh"}
    plain, ahead = ed_lstme((12, 5), 6, **options), ed_lstme((12, 5), 6, **options, n_ahead=2)
    assert ahead.count_params() - plain.count_params() == 4 * 10 * 2
    X, y = waves(n=40)
    X[:, -3:, 2] = y[:, :, 0]  # the answer for one of the two
    model = clone(TINY).set_params(n_ahead=1, epochs=60).fit(X, y)
    assert np.sqrt(np.mean((model.predict(X) - y)[:, :, 0] ** 2)) < 0.15
    with pytest.raises(ValueError, match="n_ahead=4 columns of 3 steps do not lie in windows"):
        clone(TINY).set_params(n_ahead=4).fit(X, y)


def test_a_linear_part_is_a_ridge_regression_that_stays():
    X, y = waves(n=60)
    flat, weight = X.reshape(60, -1), np.linspace(0.5, 1.5, 60)
    expected = Ridge(alpha=2.0).fit(flat, y.reshape(60, -1), sample_weight=weight)
    model = clone(TINY).set_params(linear=2.0, units=4, epochs=1, learning_rate=1e-9).fit(X, y, weight)
    np.testing.assert_allclose(model.predict(X).reshape(60, -1), expected.predict(flat), atol=1e-4)
    learnt = clone(model).set_params(epochs=3, learning_rate=0.01).fit(X, y, weight)
    linear = [w for w in learnt.weights_ if w.shape == (36, 6)]
    np.testing.assert_allclose(linear[0], expected.coef_.T, atol=1e-5)
    assert learnt.history_["loss"][-1] < learnt.history_["loss"][0]
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(learnt)).predict(X), learnt.predict(X))
