"""The sequence network for electron density and magnetic field."""

from __future__ import annotations

from skquake.neural._sequence import SequenceClassifier


class SafeNetClassifier(SequenceClassifier):
    """SafeNet: the sequence network on Swarm's electron density and magnetic field.

    The network of :class:`SeqNetQuakeClassifier` on other inputs: windows of 70 observations, one a
    second, of the electron density (cm-3) and the field's north, east and center components (nT). Scale
    them first, the density as its logarithm: ``ChannelScaler(log=[0])``.

    Parameters
    ----------
    conv_layers, filters, kernel_size, conv_activation, lstm_layers, lstm_units, dense_layers, \
dense_units, dense_activation, dropout, n_segments
        The network, as in :class:`SeqNetQuakeClassifier`.
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
    skquake.preprocessing.NeLOGResidual, skquake.preprocessing.MASSResidual : The same channels without
        the undisturbed ionosphere and the main field.

    Notes
    -----
    The main field tells the place to a fraction of a degree. With controls at random places, which avoid
    the seismic belts, this network therefore scores high without any effect of any earthquake;
    :class:`~skquake.catalogs.MatchedControls` takes that away.

    Windows may hold the channels as measured, their residuals along the track, or both: see
    :meth:`skquake.datasets.papers.DataSet.inputs`.

    Honest score: on two simulated years of Swarm nights with +50 % of Ne planted before each earthquake and
    controls of the same place and local time, seismic MCC 0.42 [0.19, 0.65] (oracle 0.79, chance 0), the
    pipeline of :func:`~skquake.neural.make_safenet` 0.54 [0.38, 0.68]; with nothing planted -0.08
    [-0.25, 0.10], but 0.42 [0.30, 0.53] under random controls.

    References
    ----------
    P. Xiong et al. (2021), "SafeNet: SwArm for earthquake perturbations identification using deep learning
    networks", Remote Sensing 13, 5033, doi:10.3390/rs13245033.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.neural import SafeNetClassifier
    >>> X = np.random.default_rng(0).normal(size=(60, 70, 4))
    >>> y = np.repeat([0, 1, 2], 20)
    >>> model = SafeNetClassifier(lstm_layers=1, lstm_units=4, dense_units=4, epochs=1, random_state=0)
    >>> model.fit(X, y).predict_proba(X).shape
    (60, 3)
    """
