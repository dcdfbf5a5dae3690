"""The networks on a GPU against the CPU of the same machine, where the Keras backend sees a GPU.

``KERAS_BACKEND=torch python benchmarks/run.py --only gpu`` (or ``jax``; TensorFlow is not needed). Compiled
before the clock starts; each row has the seconds an epoch or the windows a second of the GPU, and the
largest difference between the two devices' probabilities of one trained network.

Under JAX also many networks at once (`fit_many`) against one after another, on whatever device JAX has: 256
on a GPU, 8 and 32 on a CPU. The seconds of one after another are the median of single fits, run between those
of all at once, times their number; ``KERAS_BACKEND=jax python benchmarks/bench_gpu.py --lanes`` runs these
rows alone.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import time

import keras
import numpy as np
from _harness import row, show
from sklearn.base import clone

from skquake import SafeNetClassifier, SeqNetQuakeClassifier
from skquake.neural import _model_cache, fit_many

LENGTH, CHANNELS, EPOCHS = 70, 4, 3
LANES_LENGTH = 20
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


def seconds_of(function):
    began = time.perf_counter()
    found = function()
    return time.perf_counter() - began, found


def at_once(lanes, n, epochs, repeat):
    """A row: so many networks on as many data sets of about n windows, at once and one after another."""
    rng = np.random.default_rng(0)
    sizes = n - rng.integers(0, n // 10, lanes)
    Xs = [rng.normal(size=(size, LANES_LENGTH, 2)).astype("float32") for size in sizes]
    ys = [rng.integers(0, 2, size) for size in sizes]
    models = [SeqNetQuakeClassifier(epochs=epochs, random_state=seed) for seed in range(lanes)]
    clone(models[0]).fit(Xs[0], ys[0])
    compiled, _ = seconds_of(lambda: fit_many(models, Xs, ys, lanes=lanes))
    many, one, apart = [], [], 0.0
    for i in range(repeat):
        seconds, fitted = seconds_of(lambda: fit_many(models, Xs, ys, lanes=lanes))
        many.append(seconds)
        for k in range(i, lanes, max(1, lanes // 4)):
            seconds, alone = seconds_of(lambda k=k: clone(models[k]).fit(Xs[k], ys[k]))
            one.append(seconds)
            difference = alone.predict_proba(Xs[k]) - fitted[k].predict_proba(Xs[k])
            apart = max(apart, float(np.abs(difference).max()))
    together, apiece = statistics.median(many), statistics.median(one)
    device = sys.modules["jax"].devices()[0]
    return row(
        f"{lanes} SeqNetQuake networks at once, {n} windows, {epochs} epochs",
        f"one after another on the same device ({device.device_kind})",
        lanes * apiece / together,
        30.0 if lanes == 256 and on_gpu() else None,
        seconds_at_once=round(together, 3),
        seconds_apiece=round(apiece, 3),
        seconds_first=round(compiled, 1),
        largest_difference=apart,
    )


def lanes_rows(quick=False):
    """Many networks at once; none but under JAX."""
    if keras.backend.backend() != "jax":
        return []
    if quick:
        return [at_once(4, 100, 1, 1)]
    if on_gpu():
        return [at_once(256, 2000, 10, 3)]
    return [at_once(lanes, 400, 2, 3) for lanes in (8, 32)]


def run(quick=False):
    """Rows of the table; without a GPU those of many at once alone."""
    if not on_gpu():
        print(f"  the backend {keras.backend.backend()} sees no GPU")
        return lanes_rows(quick)
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
    return rows + lanes_rows(quick)


if __name__ == "__main__":
    if sys.argv[1:] not in (["--lanes"], ["--lanes", "--quick"]):
        raise SystemExit("usage: bench_gpu.py --lanes [--quick]; all others by run.py")
    show(lanes_rows("--quick" in sys.argv))
