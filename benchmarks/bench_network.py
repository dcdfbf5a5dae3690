"""SeqNetQuake against the literal network, of TimeDistributed and Bidirectional layers.

Ours is the estimator's own path, as a user trains it; theirs is the same network, compiled with the same
optimiser and loss, through ``fit`` and ``predict`` of Keras. Both on the same backend.
"""

from __future__ import annotations

import keras
import numpy as np
from _harness import compare, row

from skquake.neural import SeqNetQuakeClassifier
from skquake.neural._networks import seqnetquake

LENGTH, CHANNELS, CLASSES = 70, 4, 3
EPOCHS = 3


def largest_difference(**options):
    """Largest difference of the two networks' probabilities, given the same weights."""
    X = np.random.default_rng(0).normal(size=(256, LENGTH, CHANNELS)).astype(np.float32)
    ours = seqnetquake((LENGTH, CHANNELS), CLASSES, **options)
    theirs = seqnetquake((LENGTH, CHANNELS), CLASSES, folded=False, **options)
    theirs.set_weights(ours.get_weights())
    return float(np.abs(ours.predict_on_batch(X) - theirs.predict_on_batch(X)).max())


def contest(n, batch_size, repeat, **options):
    """Median seconds of a fit of three epochs and of a prediction of ``n`` windows."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, LENGTH, CHANNELS)).astype(np.float32)
    y = rng.integers(0, CLASSES, n)
    ours = SeqNetQuakeClassifier(batch_size=batch_size, epochs=EPOCHS, random_state=0, **options)
    theirs = seqnetquake((LENGTH, CHANNELS), CLASSES, folded=False, **options)
    theirs.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    train = compare(
        {
            "ours": lambda: ours.fit(X, y),
            "literal": lambda: theirs.fit(X, y, batch_size=batch_size, epochs=EPOCHS, verbose=0),
        },
        repeat=repeat,
    )
    predict = compare(
        {
            "ours": lambda: ours.predict_proba(X),
            "literal": lambda: theirs.predict(X, batch_size=batch_size, verbose=0),
        },
        repeat=3 * repeat,
    )
    return train, predict


def run(quick=False):
    """Rows of the table: 64 filters at batch 256, and the default network."""
    repeat = 1 if quick else 9
    rows = []
    for name, options, n, batch_size, targets in (
        ("64 filters", {"filters": 64}, 2560, 256, (1.8, 1.5)),
        ("default, 4 filters", {}, 2000, 40, (0.95, None)),
    ):
        n = 2 * batch_size if quick else n
        difference = largest_difference(**options)
        contests = contest(n, batch_size, repeat, **options)
        for what, seconds, target in zip(("train", "predict"), contests, targets, strict=True):
            line = row(
                f"{what} SeqNetQuake, {name}, {n} windows, batch {batch_size}",
                "the literal network in Keras",
                seconds["literal"] / seconds["ours"],
                target,
                seconds_ours=round(seconds["ours"], 4),
                seconds_literal=round(seconds["literal"], 4),
                largest_difference=difference,
            )
            line["met"] = line["met"] and difference <= 1e-5
            rows.append(line)
    return rows
