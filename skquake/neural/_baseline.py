"""What the networks for comparison share: their dense layers and their dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from skquake.neural._classifier import NetworkClassifier
from skquake.neural._sequence import SequenceClassifier


def rules(*names: str) -> dict[str, Any]:
    """What the parameters of these names may be, as in the sequence network."""
    return {name: SequenceClassifier._parameter_constraints[name] for name in names}


@dataclass(kw_only=True, eq=False, repr=False)
class BaselineNetworkClassifier(NetworkClassifier):
    """Base of the networks for comparison; a subclass adds the fields of its own layers."""

    _parameter_constraints: ClassVar[dict[str, Any]] = NetworkClassifier._parameter_constraints | rules(
        "dense_layers", "dense_units", "dense_activation", "dropout"
    )

    dense_layers: int = 3
    dense_units: int = 128
    dense_activation: str = "relu"
    dropout: float = 0.25
