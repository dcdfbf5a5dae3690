"""The tiny networks of the public checks, with what single tests change."""

from __future__ import annotations

from skquake import SeqNetQuakeClassifier
from skquake.neural import CNNClassifier, DNNClassifier, LSTMClassifier
from skquake.testing._instances import networks

BASELINES = [net for net in networks() if isinstance(net, DNNClassifier | CNNClassifier | LSTMClassifier)]


def tiny_seqnetquake(cls=SeqNetQuakeClassifier, **changes):
    """A network of a few hundred weights; ``changes`` override its parameters."""
    small = networks()[0].get_params() | {"epochs": 2, "learning_rate": 1e-3}
    return cls(**(small | changes))
