"""The sequence network for pre-earthquake perturbations of the ionosphere."""

from __future__ import annotations

from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, StrOptions

from skquake.neural._classifier import NetworkClassifier

_POSITIVE = [Interval(Integral, 1, None, closed="left")]
_ACTIVATION = [StrOptions({"relu", "tanh", "sigmoid"})]


class SeqNetQuakeClassifier(NetworkClassifier):
    """Convolutional and bidirectional-LSTM network for windows of ionospheric observations.

    A window of ``length`` observations is cut into ``n_segments`` parts. The same convolutions (no padding)
    run over each part, followed by dropout and pooling by two; bidirectional LSTMs run over the parts,
    followed by dropout, dense layers and a softmax. Trained by Adam on categorical cross-entropy.

    Parameters
    ----------
    conv_layers, filters, kernel_size : int, default=3, 4, 3
        Convolutions: layers, filters and kernel (observations) of each.
    conv_activation : {"relu", "tanh", "sigmoid"}, default="relu"
    lstm_layers, lstm_units : int, default=2, 128
        Bidirectional LSTMs: layers, and units in each direction.
    dense_layers, dense_units : int, default=3, 128
        Dense layers counting the softmax, and units of those before it.
    dense_activation : {"relu", "tanh", "sigmoid"}, default="relu"
    dropout : float in [0, 1), default=0.25
        After the convolutions and after the LSTMs.
    n_segments : int, default=2
        Parts of a window; its length must be a multiple.
    learning_rate : float, default=1e-3
    batch_size : int, default=40
    epochs : int, default=50
        With ``warm_start``, epochs more at each fit.
    validation_fraction : float in [0, 1), default=0.0
        Share of each class that is held out of training, at random by ``random_state``, to report
        ``val_loss`` and ``val_accuracy``. Held out by row: with overlapping or grouped samples it is
        optimistic, good for stopping, not for a score.
    patience : int, default=None
        Stop after so many epochs without a better ``val_loss``, and return to the best epoch's weights.
        Needs ``validation_fraction`` > 0.
    class_weight : dict, "balanced" or None, default=None
        Multiplies ``sample_weight``.
    callbacks : list of keras.callbacks.Callback, default=None
        Each fit works on fresh copies.
    pretrained : FrozenEstimator, default=None
        ``sklearn.frozen.FrozenEstimator(fitted)`` around another fitted network: its weights are the start
        wherever shapes match (a last layer for other classes starts fresh). A bare fitted estimator would be
        reset by ``clone`` and raises; files are not supported.
    freeze : sequence of {"conv", "lstm", "dense"}, default=None
        Stages that keep the pretrained weights; the softmax always learns.
    warm_start : bool, default=False
        Fit continues from the present weights, with a fresh optimiser, and ``history_`` grows.
    random_state : int, RandomState or None, default=None
        Initial weights, validation split, shuffling and dropout. The same int gives the same model on the
        same machine; None draws fresh entropy. Global random state is neither read nor changed.
    verbose : int, default=0
        1 shows the progress bar of Keras, 2 one line an epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    weights_ : list of ndarray
        Weights in the order of the network's layers, read-only.
    history_ : dict of {str: list of float}
        "loss" and "accuracy" per epoch (means over its steps, while the weights change), and "val_loss" and
        "val_accuracy" (at its end) where asked for.
    input_shape_ : tuple of int
        (length, channels) of a window.
    n_features_in_ : int
        Observations in a window.

    See Also
    --------
    skquake.preprocessing.ChannelScaler : Put before this network: it does not scale its input.

    Notes
    -----
    Compiled models are cached per process and architecture and shared by all estimators, one thread at a
    time; an estimator owns only its weights. So a refit does not compile again, and pickles are small.

    References
    ----------
    P. Xiong et al. (2021), "Pre-earthquake ionospheric perturbation identification using CSES data via
    transfer learning", Frontiers in Environmental Science 9, 779255, doi:10.3389/fenvs.2021.779255.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.neural import SeqNetQuakeClassifier
    >>> X = np.random.default_rng(0).normal(size=(60, 20, 2))
    >>> y = np.repeat([0, 1, 2], 20)
    >>> X[y == 1] += 1.0
    >>> model = SeqNetQuakeClassifier(lstm_layers=1, lstm_units=4, dense_units=4, epochs=2, random_state=0)
    >>> model.fit(X, y).predict_proba(X).shape
    (60, 3)
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
        conv_activation="relu",
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

        names = (
            "conv_layers filters kernel_size conv_activation lstm_layers lstm_units dense_layers dense_units "
            "dense_activation dropout n_segments"
        )
        options = {name: getattr(self, name) for name in names.split()}
        check_seqnetquake(length, **options)
        return seqnetquake, options
