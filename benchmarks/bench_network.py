"""SeqNetQuake against the literal network, and its training against one call of Keras a batch.

Ours is the estimator's own path, as a user trains it. The literal network, of TimeDistributed and
Bidirectional layers, is compiled with the same optimiser and loss and goes through ``fit`` and ``predict``
of Keras. Step by step, our own network is trained by Keras' Adam and ``train_on_batch``. All on the same
backend.
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


class StepByStep(keras.Model):
    """A model that does not reset its metrics at every batch, which is slow."""

    def reset_metrics(self):
        pass


def step_by_step(model, X, y, batch_size):
    """Epochs of ``train_on_batch``, on batches of one size."""
    rng = np.random.default_rng(0)
    weight = np.ones(batch_size, np.float32)
    for _ in range(EPOCHS):
        order = np.resize(rng.permutation(len(X)), (-(-len(X) // batch_size), batch_size))
        for rows in order:
            model.train_on_batch(X[rows], y[rows], weight, return_dict=True)


def training(length, n, batch_size, repeat):
    """Median seconds of three epochs of the default network: of the estimator, and step by step."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, length, CHANNELS)).astype(np.float32)
    y = rng.integers(0, CLASSES, n)
    ours = SeqNetQuakeClassifier(batch_size=batch_size, epochs=EPOCHS, random_state=0)
    theirs = seqnetquake((length, CHANNELS), CLASSES, model_class=StepByStep)
    theirs.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    return compare(
        {
            "ours": lambda: ours.fit(X, y),
            "step by step": lambda: step_by_step(theirs, X, y, batch_size),
        },
        repeat=repeat,
    )


def run(quick=False):
    """Rows of the table: trainings step by step, then 64 filters at batch 256, and the default network."""
    repeat = 1 if quick else 9
    rows = []
    for length in (20, 70):
        seconds = training(length, 80 if quick else 2000, 40, repeat)
        rows.append(
            row(
                f"train SeqNetQuake, default, windows of {length}, batch 40",
                "one call of Keras a batch",
                seconds["step by step"] / seconds["ours"],
                1.3,
                seconds_ours=round(seconds["ours"], 4),
                seconds_step_by_step=round(seconds["step by step"], 4),
            )
        )
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
