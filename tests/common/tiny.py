"""Tiny instances of the estimators that are slow at their defaults."""

from __future__ import annotations

from skquake import SafeNetClassifier, SeqNetQuakeClassifier
from skquake.neural import CNNClassifier, DNNClassifier, LSTMClassifier


def tiny_seqnetquake(cls=SeqNetQuakeClassifier, **changes):
    """A network of a few hundred weights; ``changes`` override its parameters."""
    small = dict(
        conv_layers=1,
        filters=2,
        kernel_size=1,
        lstm_layers=1,
        lstm_units=3,
        dense_layers=1,
        dropout=0.0,
        n_segments=1,
        epochs=2,
        batch_size=32,
        random_state=0,
    )
    return cls(**(small | changes))


SEQUENCE = [
    tiny_seqnetquake(cls, learning_rate=0.02, epochs=8) for cls in (SeqNetQuakeClassifier, SafeNetClassifier)
]
_SMALL = dict(dense_units=8, dropout=0.0, learning_rate=0.02, batch_size=32, epochs=8, random_state=0)
BASELINES = [
    DNNClassifier(dense_layers=2, **(_SMALL | {"epochs": 25})),
    CNNClassifier(conv_layers=1, kernel_size=1, dense_layers=2, **_SMALL),
    LSTMClassifier(lstm_layers=1, lstm_units=8, dense_layers=1, **_SMALL),
]
TINY = SEQUENCE + BASELINES
