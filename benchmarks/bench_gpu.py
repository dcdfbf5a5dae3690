"""The networks on a GPU against the CPU of the same machine, where the Keras backend sees a GPU.

``KERAS_BACKEND=torch python benchmarks/run.py --only gpu`` (or ``jax``; TensorFlow is not needed). Compiled
before the clock starts; each row has the seconds an epoch or the windows a second of the GPU, and the
largest difference between the two devices' probabilities of one trained network.
"""

from __future__ import annotations

import contextlib
import statistics
import time

import keras
import numpy as np
from _harness import row

from skquake import SafeNetClassifier, SeqNetQuakeClassifier
from skquake.neural import _model_cache

LENGTH, CHANNELS, EPOCHS = 70, 4, 3
MODELS = {
    "SeqNetQuake, batch 40": SeqNetQuakeClassifier(epochs=EPOCHS, random_state=0),
    "SafeNet, 64 filters, batch 512": SafeNetClassifier(
        filters=64, batch_size=512, epochs=EPOCHS, random_state=0
    ),
}


def on_gpu():
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


def placed(device):
    """Where to compute: the backends take the GPU by themselves where there is one."""
    return keras.device("cpu") if device == "cpu" else contextlib.nullcontext()


def on(device, model, X, y, repeat):
    """Median seconds an epoch, windows a second."""
    _model_cache.clear()
    with placed(device):
        model.fit(X, y).predict_proba(X)
        fits, predictions = [], []
        for _ in range(repeat):
            began = time.perf_counter()
            model.fit(X, y)
            fits.append((time.perf_counter() - began) / EPOCHS)
            began = time.perf_counter()
            model.predict_proba(X)
            predictions.append((time.perf_counter() - began) / len(X))
    return statistics.median(fits), 1.0 / statistics.median(predictions)


def probabilities(device, model, X):
    _model_cache.clear()
    with placed(device):
        return model.predict_proba(X)


def run(quick=False):
    """Rows of the table; none without a GPU."""
    if not on_gpu():
        print(f"  the backend {keras.backend.backend()} sees no GPU")
        return []
    n, repeat = (1000, 1) if quick else (8000, 5)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, LENGTH, CHANNELS)).astype("float32")
    y = rng.integers(0, 3, n)
    rows = []
    for name, model in MODELS.items():
        cpu, gpu = (on(device, model, X, y, repeat) for device in ("cpu", "gpu"))
        apart = probabilities("cpu", model, X) - probabilities("gpu", model, X)
        extra = {"largest_difference": float(np.abs(apart).max()), "backend": keras.backend.backend()}
        rows.append(row(f"{name}: training", "CPU", cpu[0] / gpu[0], None, seconds_an_epoch=gpu[0], **extra))
        rows.append(row(f"{name}: prediction", "CPU", gpu[1] / cpu[1], None, windows_a_second=gpu[1]))
    return rows
