"""On a GPU the numbers of the CPU."""

import numpy as np
import pytest

from skquake import SafeNetClassifier, SeqNetQuakeClassifier


def on_gpu(keras):
    """Whether the present backend sees a GPU."""
    backend = keras.backend.backend()
    if backend == "torch":
        import torch

        return torch.cuda.is_available()
    if backend == "jax":
        import jax

        return any(device.platform == "gpu" for device in jax.devices())
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


@pytest.mark.gpu
@pytest.mark.parametrize("network", [SeqNetQuakeClassifier, SafeNetClassifier])
def test_predictions_are_those_of_the_cpu(network):
    import keras

    if not on_gpu(keras):
        pytest.skip(f"the backend {keras.backend.backend()} sees no GPU")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 70, 4)).astype("float32"), np.arange(300) % 3
    model = network(epochs=2, random_state=0).fit(X, y)
    here = model.predict_proba(X)
    from skquake.neural import _model_cache

    _model_cache.clear()
    with keras.device("cpu"):
        there = model.predict_proba(X)
    np.testing.assert_allclose(here, there, atol=1e-4)
