"""The sequence network that SeqNetQuake and SafeNet share."""

from __future__ import annotations

from numbers import Integral, Real

from skquake._core._sklearn import Interval, StrOptions
from skquake.neural._classifier import NetworkClassifier

_POSITIVE = [Interval(Integral, 1, None, closed="left")]
_ACTIVATION = [StrOptions({"relu", "tanh", "sigmoid"})]
_SHAPE = (
    "conv_layers filters kernel_size conv_activation lstm_layers lstm_units dense_layers dense_units "
    "dense_activation dropout n_segments"
).split()


class SequenceClassifier(NetworkClassifier):
    """Convolutions over parts of a window, bidirectional LSTMs over the parts, dense layers, softmax.

    The constructor of both published networks; `SeqNetQuakeClassifier` documents the parameters.
    """

    _parameter_constraints: dict = {
        **NetworkClassifier._parameter_constraints,
        "conv_layers": _POSITIVE,
        "filters": _POSITIVE,
        "kernel_size": _POSITIVE,
        "conv_activation": _ACTIVATION,
        "lstm_layers": _POSITIVE,
        "lstm_units": _POSITIVE,
        "dense_layers": _POSITIVE,
        "dense_units": _POSITIVE,
        "dense_activation": _ACTIVATION,
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "n_segments": _POSITIVE,
    }

    def __init__(
        self,
        *,
        conv_layers=3,
        filters=4,
        kernel_size=3,
        conv_activation="tanh",
        lstm_layers=2,
        lstm_units=128,
        dense_layers=3,
        dense_units=128,
        dense_activation="relu",
        dropout=0.25,
        n_segments=2,
        learning_rate=1e-3,
        batch_size=40,
        epochs=50,
        validation_fraction=0.0,
        patience=None,
        class_weight=None,
        callbacks=None,
        pretrained=None,
        freeze=None,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.conv_layers = conv_layers
        self.filters = filters
        self.kernel_size = kernel_size
        self.conv_activation = conv_activation
        self.lstm_layers = lstm_layers
        self.lstm_units = lstm_units
        self.dense_layers = dense_layers
        self.dense_units = dense_units
        self.dense_activation = dense_activation
        self.dropout = dropout
        self.n_segments = n_segments
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.class_weight = class_weight
        self.callbacks = callbacks
        self.pretrained = pretrained
        self.freeze = freeze
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def _architecture(self, length):
        from skquake.neural._networks import check_seqnetquake, seqnetquake

        options = {name: getattr(self, name) for name in _SHAPE}
        check_seqnetquake(length, **options)
        return seqnetquake, options
