"""The sequence network for electron density and temperature."""

from __future__ import annotations

from skquake.neural._sequence import SequenceClassifier


class SeqNetQuakeClassifier(SequenceClassifier):
    """Convolutional and bidirectional-LSTM network for windows of ionospheric observations.

    A window of ``length`` observations is cut into ``n_segments`` parts. The same convolutions (no padding)
    run over each part, followed by dropout and pooling by two; bidirectional LSTMs run over the parts,
    followed by dropout, dense layers and a softmax. Trained by Adam on categorical cross-entropy.

    Parameters
    ----------
    conv_layers, filters, kernel_size : int, default=3, 4, 3
        Convolutions: layers, filters and kernel (observations) of each. Three kernels of 3 take 6 of the
        observations of a part, so windows of 10, as in the paper's DataSets 01 and 02, need a kernel of 2.
    conv_activation : {"tanh", "relu", "sigmoid"}, default="tanh"
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
    pretrained : path or FrozenEstimator, default=None
        Whose weights are the start: a file of :func:`save_model`, or
        ``sklearn.frozen.FrozenEstimator(fitted)`` around a fitted network or a pipeline that ends in one. All
        layers but the last must fit; that starts fresh for other classes. A bare fitted estimator would be
        reset by ``clone`` and raises.
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
    weights_ : tuple of ndarray
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
    Compiled models are cached per process and architecture and lent to one estimator at a time, in any
    thread; an estimator owns only its weights. So a refit does not compile again, and pickles are small.
    A process forked after a network was built cannot run any, and says so: use joblib's "loky" or "spawn".

    A fit that is refused, interrupted or diverges leaves the state before. Rows of weight zero are as good
    as absent. Networks compute in float32: larger numbers are refused. Messages of TensorFlow are silenced
    unless TF_CPP_MIN_LOG_LEVEL is below 3.

    Inputs: windows of electron density (cm-3) and temperature (K), their logarithms scaled:
    ``ChannelScaler(log=[0, 1])``. Honest score: on simulated nights of CSES with +35 % of Ne planted before
    each earthquake and matched controls, seismic MCC 0.45 (mean of five simulations; oracle 0.62, chance 0);
    with nothing planted -0.06 [-0.19, 0.06]. The page "What was measured" has the models it is compared with.

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
