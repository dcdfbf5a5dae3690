"""The sequence network that SeqNetQuake and SafeNet share."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

from skquake._core._sklearn import Interval, StrOptions
from skquake.neural._classifier import NetworkClassifier
from skquake.neural._estimator import POSITIVE
from skquake.neural._networks import check_seqnetquake, seqnetquake

_ACTIVATION = [StrOptions({"relu", "tanh", "sigmoid"})]


@dataclass(kw_only=True, eq=False, repr=False)
class SequenceClassifier(NetworkClassifier):
    """Convolutions over parts of a window, bidirectional LSTMs over the parts, dense layers, softmax.

    The parameters of both published networks; `SeqNetQuakeClassifier` documents them.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **NetworkClassifier._parameter_constraints,
        "conv_layers": POSITIVE,
        "filters": POSITIVE,
        "kernel_size": POSITIVE,
        "conv_activation": _ACTIVATION,
        "lstm_layers": POSITIVE,
        "lstm_units": POSITIVE,
        "dense_layers": POSITIVE,
        "dense_units": POSITIVE,
        "dense_activation": _ACTIVATION,
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "n_segments": POSITIVE,
    }
    _builder = staticmethod(seqnetquake)
    _check_length = staticmethod(check_seqnetquake)

    conv_layers: int = 3
    filters: int = 4
    kernel_size: int = 3
    conv_activation: str = "tanh"
    lstm_layers: int = 2
    lstm_units: int = 128
    dense_layers: int = 3
    dense_units: int = 128
    dense_activation: str = "relu"
    dropout: float = 0.25
    n_segments: int = 2
