"""
A GPU: what to set, and how to see that it is used
==================================================

Networks run on a GPU without another line, if the backend of Keras sees one. This page says which backend
that is and what it sees here, trains one network, and compares its probabilities with those of the
processor, from which they differ by rounding alone. It runs without a GPU, too.
"""

# %%
# Before Python starts
# --------------------
# One environment variable chooses the backend, and the backend's own package must be the one for GPUs:
#
# .. code-block:: console
#
#    $ pip install "skquake[jax]" "jax[cuda12]"     # or tensorflow[and-cuda], or torch
#    $ export KERAS_BACKEND=jax                     # tensorflow by default; torch
#
# ``import skquake`` loads none of them: the first fit does, and what is set after it has no effect.

import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skquake import SeqNetQuakeClassifier
from skquake.neural import fit_many

# %%
# One network, twice
# ------------------
# Random windows, so that no probability means anything. The first fit loads the backend and compiles,
# later ones of the same architecture do neither.

rng = np.random.default_rng(0)
X, y = rng.normal(size=(400, 40, 2)).astype("float32"), np.arange(400) % 2
model = SeqNetQuakeClassifier(lstm_layers=1, lstm_units=16, dense_units=16, epochs=2, random_state=0)
seconds = {}
for name in ("first fit", "second fit"):
    start = time.perf_counter()
    model.fit(X, y)
    seconds[name] = time.perf_counter() - start

# %%
# What the backend sees
# ---------------------
# Where "GPU" or "CUDA" is in none of these names, the processor is used: as a rule the package is that for
# processors, or the driver is older than it. ``nvidia-smi`` shows the process while it trains.


import keras  # noqa: E402, after the first fit: skquake loads it without the backend's own messages


def devices():
    """Names of what the present backend can run on."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return [str(device) for device in jax.devices()]
    if backend == "torch":
        import torch

        found = [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())]
        return ["cpu", *(f"CUDA {name}" for name in found)]
    import tensorflow as tf

    return [device.name for device in tf.config.list_logical_devices()]


here = model.predict_proba(X)
with keras.device("cpu"):
    there = model.predict_proba(X)
print(f"Keras {keras.__version__} on {keras.backend.backend()}: {', '.join(devices())}")
print(f"largest difference to the processor: {np.abs(here - there).max():.1e}")

# %%
# Many networks at once
# ---------------------
# These networks are small: one alone leaves a GPU idle. On JAX :func:`~skquake.neural.fit_many` trains
# hundreds in one program, and null tests, repeats and power curves do so by themselves (``n_jobs=None``);
# elsewhere it trains one after another, to the same numbers. Several processes on one GPU run out of its
# memory: leave ``n_jobs`` at None for networks.

start = time.perf_counter()
three = fit_many([model.set_params(random_state=seed) for seed in range(3)], [X] * 3, [y] * 3)
seconds["each of three"] = (time.perf_counter() - start) / len(three)

figure, ax = plt.subplots(layout="constrained", figsize=(6, 2.4))
pd.Series(seconds)[::-1].plot.barh(ax=ax, color="0.4")
ax.set(xlabel="seconds", title=f"Fits on {keras.backend.backend()}, {devices()[-1]}")
plt.show()
