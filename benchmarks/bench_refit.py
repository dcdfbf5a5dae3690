"""Thirty fits of one epoch, fresh clones, against plain scikeras clones; and the memory of it."""

from __future__ import annotations

import statistics
import time

import keras
import numpy as np
from _harness import resident_mb, row
from scikeras.wrappers import KerasClassifier
from sklearn.base import clone

from skquake.neural import SeqNetQuakeClassifier
from skquake.neural._networks import seqnetquake

WINDOWS, LENGTH, CHANNELS, CLASSES = 500, 70, 4, 3


def literal():
    """The network that a user of plain scikeras would compile for each fit."""
    model = seqnetquake((LENGTH, CHANNELS), CLASSES, folded=False)
    model.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy")
    return model


def run(quick=False):
    """Rows of the table: seconds a fit, and megabytes grown over all fits but the first five."""
    fits, plain_fits = (6, 1) if quick else (30, 5)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(WINDOWS, LENGTH, CHANNELS)).astype(np.float32)
    y = rng.integers(0, CLASSES, WINDOWS)
    ours = SeqNetQuakeClassifier(epochs=1)
    plain = KerasClassifier(model=literal, loss="sparse_categorical_crossentropy", batch_size=40, verbose=0)
    seconds = {"ours": [], "plain": []}

    def fit(name, estimator):
        start = time.perf_counter()
        clone(estimator).fit(X, y)
        seconds[name].append(time.perf_counter() - start)

    early = 0.0
    for i in range(fits):
        fit("ours", ours)
        if i == 4:
            early = resident_mb()
    grown = resident_mb() - early
    first = seconds["ours"][0]  # the one compilation
    seconds["ours"].clear()
    for _ in range(plain_fits):  # side by side, so that both see the same machine
        for _ in range(fits // plain_fits):
            fit("ours", ours)
        fit("plain", plain)
    ours_total = first + (fits - 1) * statistics.median(seconds["ours"])
    plain_total = fits * statistics.median(seconds["plain"])
    return [
        row(
            f"{fits} fits of one epoch on {WINDOWS} windows, fresh clones",
            f"plain scikeras clones (median of {plain_fits}, times {fits})",
            plain_total / ours_total,
            5.0,
            seconds_ours=round(ours_total, 2),
            seconds_plain=round(plain_total, 2),
        ),
        row(
            f"memory left to 150 MB after {fits - 5} more fits",
            "150 MB of growth",
            150.0 / max(grown, 1.0),
            1.0,
            grown_mb=round(grown, 1),
        ),
    ]
