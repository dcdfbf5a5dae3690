"""A recurrent network, for comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from skquake.neural._baseline import BaselineNetworkClassifier, rules
from skquake.neural._baseline_networks import lstm


@dataclass(kw_only=True, eq=False, repr=False)
class LSTMClassifier(BaselineNetworkClassifier):
    """LSTMs over the window, dropout, dense layers, softmax.

    One step an observation, forward in time. The papers compare their sequence networks with it.

    Parameters
    ----------
    lstm_layers, lstm_units : int, default=2, 128
        LSTMs: layers, and units of each.
    dense_layers, dense_units : int, default=3, 128
        Dense layers counting the softmax, and units of those before it.
    dense_activation : {"relu", "tanh", "sigmoid"}, default="relu"
    dropout : float in [0, 1), default=0.25
        After the LSTMs.
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
    Inputs: scaled windows of any channels, such as the logarithms of electron density (cm-3) and temperature
    (K). Honest score: on simulated nights of CSES with +35 % of Ne planted before each earthquake and matched
    controls, seismic MCC 0.47 on windows of 20 observations (mean of five simulations; oracle 0.62, chance
    0), but 0.01 on these with 40 more on both sides: it learns nothing from a hundred. Averages of four of
    these, by :class:`~skquake.preprocessing.WindowMean` before it, give 0.61.

    References
    ----------
    P. Xiong et al. (2021), "Pre-earthquake ionospheric perturbation identification using CSES data via
    transfer learning", Frontiers in Environmental Science 9, 779255, doi:10.3389/fenvs.2021.779255.
    S. Hochreiter & J. Schmidhuber (1997), "Long short-term memory", Neural Computation 9, 1735-1780.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.neural import LSTMClassifier
    >>> X = np.random.default_rng(0).normal(size=(60, 20, 2))
    >>> y = np.repeat([0, 1, 2], 20)
    >>> model = LSTMClassifier(lstm_layers=1, lstm_units=4, dense_units=8, epochs=1, random_state=0)
    >>> model.fit(X, y).predict_proba(X).shape
    (60, 3)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = (
        BaselineNetworkClassifier._parameter_constraints | rules("lstm_layers", "lstm_units")
    )
    _builder = staticmethod(lstm)

    lstm_layers: int = 2
    lstm_units: int = 128
