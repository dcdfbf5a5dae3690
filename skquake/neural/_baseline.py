"""What the networks for comparison share: their training, their dense layers and their dropout."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from skquake.neural._classifier import NetworkClassifier
from skquake.neural._sequence import SequenceClassifier


def rules(*names):
    """What the parameters of these names may be, as in the sequence network."""
    return {name: SequenceClassifier._parameter_constraints[name] for name in names}


@dataclass(kw_only=True, eq=False, repr=False)
class BaselineNetworkClassifier(NetworkClassifier):
    """Base of the networks for comparison: constructor parameters are fields, declared once.

    A subclass adds the fields of its own layers and defines ``_architecture(length)``.
    """

    _parameter_constraints = NetworkClassifier._parameter_constraints | rules(
        "dense_layers", "dense_units", "dense_activation", "dropout"
    )

    dense_layers: int = 3
    dense_units: int = 128
    dense_activation: str = "relu"
    dropout: float = 0.25
    learning_rate: float = 1e-3
    batch_size: int = 40
    epochs: int = 50
    validation_fraction: float = 0.0
    patience: int | None = None
    class_weight: Any = None
    callbacks: Any = None
    pretrained: Any = None
    freeze: Any = None
    warm_start: bool = False
    random_state: Any = None
    verbose: int = 0

    def _layers(self):
        """The parameters that make the network: all but those of its training."""
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names if name not in _TRAINING}


_TRAINING = NetworkClassifier._parameter_constraints
