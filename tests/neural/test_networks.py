"""The network: the same as the literal one, and clear about what cannot be built."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skquake.neural._networks import check_seqnetquake, seqnetquake


@pytest.mark.parametrize(
    ("length", "options"),
    [
        (20, {}),
        pytest.param(70, {"filters": 8, "conv_layers": 2, "lstm_layers": 1}, marks=pytest.mark.slow),
        pytest.param(
            30,
            {"n_segments": 3, "conv_activation": "tanh", "lstm_layers": 3, "kernel_size": 2},
            marks=pytest.mark.slow,
        ),
        (12, {"n_segments": 1, "dense_layers": 1, "dense_activation": "sigmoid"}),
    ],
)
def test_folded_network_equals_the_literal_one(length, options):
    """Same weights in the same order, same outputs, same gradient step."""
    options = {"lstm_units": 6, "dense_units": 5, "dropout": 0.0} | options
    rng = np.random.default_rng(0)
    X = rng.normal(size=(32, length, 2)).astype(np.float32)
    y = rng.integers(0, 3, 32)
    folded = seqnetquake((length, 2), 3, **options)
    literal = seqnetquake((length, 2), 3, folded=False, **options)
    assert [w.shape for w in folded.weights] == [w.shape for w in literal.weights]
    weights = [w + rng.normal(scale=0.1, size=w.shape) for w in literal.get_weights()]
    for model in (folded, literal):
        model.set_weights(weights)
        model.compile("sgd", "sparse_categorical_crossentropy")
    np.testing.assert_allclose(folded.predict_on_batch(X), literal.predict_on_batch(X), atol=1e-5)
    for _ in range(3):
        np.testing.assert_allclose(folded.train_on_batch(X, y), literal.train_on_batch(X, y), atol=1e-5)
    for ours, theirs in zip(folded.get_weights(), literal.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_default_weights_are_those_of_the_paper_network():
    """(70, 4) with 3 x 4 filters of 3, 2 x 128 bidirectional units, 2 x 128 + 3 dense."""
    conv = 4 * 3 * 4 + 4 + 2 * (4 * 3 * 4 + 4)
    lstm = 2 * 4 * 128 * (14 * 4 + 128 + 1) + 2 * 4 * 128 * (256 + 128 + 1)
    dense = 257 * 128 + 129 * 128 + 129 * 3
    assert seqnetquake((70, 4), 3).count_params() == conv + lstm + dense


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))
def test_check_accepts_exactly_what_leaves_two_steps_to_pool(length, conv_layers, kernel_size, n_segments):
    options = dict(conv_layers=conv_layers, kernel_size=kernel_size, n_segments=n_segments)
    steps = length // n_segments
    for _ in range(conv_layers):
        steps = steps - kernel_size + 1
    if length % n_segments == 0 and steps // 2 >= 1:
        check_seqnetquake(length, **options)
    else:
        with pytest.raises(ValueError, match="n_segments"):
            check_seqnetquake(length, **options)


def test_impossible_combination_is_named():
    with pytest.raises(ValueError, match=r"length=10 with n_segments=2, conv_layers=4, kernel_size=3 cannot"):
        seqnetquake((10, 2), 3, conv_layers=4)
