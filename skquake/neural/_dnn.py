"""A network of dense layers, for comparison."""

from __future__ import annotations

from dataclasses import dataclass

from skquake.neural._baseline import BaselineNetworkClassifier
from skquake.neural._baseline_networks import dnn


@dataclass(kw_only=True, eq=False, repr=False)
class DNNClassifier(BaselineNetworkClassifier):
    """Dense layers on the flattened window, each followed by dropout and batch normalisation.

    It knows neither the order of the observations nor which belong to one channel. The papers compare their
    sequence networks with it.

    Parameters
    ----------
    dense_layers, dense_units : int, default=3, 128
        Dense layers counting the softmax, and units of those before it.
    dense_activation : {"relu", "tanh", "sigmoid"}, default="relu"
    dropout : float in [0, 1), default=0.25
        After each dense layer.
    learning_rate, batch_size, epochs, validation_fraction, patience, class_weight, callbacks, \
pretrained, freeze, warm_start, random_state, verbose
        Its training, as in :class:`SeqNetQuakeClassifier`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    weights_ : tuple of ndarray
        Weights in the order of the network's layers, read-only.
    history_ : dict of {str: list of float}
        Loss and accuracy by epoch.
    input_shape_ : tuple of int
        (length, channels) of a window.
    n_features_in_ : int
        Observations in a window.

    See Also
    --------
    skquake.preprocessing.ChannelScaler : Put before this network: it does not scale its input.

    Notes
    -----
    The moving statistics of the batch normalisation are weights too: they are kept, transferred and
    restored with the others. In the last batch of an epoch, filled up with rows of weight zero, these rows
    enter the batch's statistics like any others: they are other training rows, drawn at random.

    Inputs: scaled windows of any channels, such as the logarithms of electron density (cm-3) and temperature
    (K). Honest score: on simulated nights of CSES with +35 % of Ne planted before each earthquake and matched
    controls, seismic MCC 0.59 on windows of 20 observations with 40 more on both sides (mean of five
    simulations; oracle 0.77, chance 0), 0.48 on the 20 alone (oracle 0.62).

    References
    ----------
    P. Xiong et al. (2021), "Pre-earthquake ionospheric perturbation identification using CSES data via
    transfer learning", Frontiers in Environmental Science 9, 779255, doi:10.3389/fenvs.2021.779255.
    S. Ioffe & C. Szegedy (2015), "Batch normalization: accelerating deep network training by reducing
    internal covariate shift", ICML, arXiv:1502.03167.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.neural import DNNClassifier
    >>> X = np.random.default_rng(0).normal(size=(60, 20, 2))
    >>> y = np.repeat([0, 1, 2], 20)
    >>> model = DNNClassifier(dense_units=8, epochs=1, random_state=0)
    >>> model.fit(X, y).predict_proba(X).shape
    (60, 3)
    """

    _builder = staticmethod(dnn)
