"""A network trained on one satellite, trained on for another."""

from __future__ import annotations

import os

from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skquake._core._sklearn import fit_context
from skquake.neural._classifier import NetworkClassifier


class FineTuned(ClassifierMixin, BaseEstimator):
    """Continue the training of a fitted network, or of a pipeline that ends in one, on other data.

    All weights learn on, unless ``freeze`` names stages that do not; a softmax for other classes starts
    fresh. Steps before the network keep what they learnt on the first data (the scale of its channels, above
    all), so that the network meets numbers that it knows.

    Parameters
    ----------
    pretrained : FrozenEstimator or path-like
        ``sklearn.frozen.FrozenEstimator(fitted)``, or a file of :func:`save_model`.
    refit_scaler : bool, default=False
        Whether the steps before the network are fitted anew.
    freeze : sequence of {"conv", "lstm", "dense"}, default=None
        Stages that keep their weights.
    epochs, learning_rate : int, float, default=None
        None: as in the first training.
    random_state : int, RandomState or None, default=None

    Attributes
    ----------
    model_ : classifier or Pipeline
        What was fitted; the pretrained model stays as it was.
    classes_ : ndarray of shape (n_classes,)

    Notes
    -----
    Honest score: a network of two simulated years of DEMETER, trained on with half a year of CSES, reached a
    seismic MCC of 0.40 on the next half year (mean of five simulations), CSES alone 0.26, DEMETER alone 0.38,
    the oracle 0.60; +35 % of Ne planted, matched controls.

    References
    ----------
    P. Xiong et al. (2021), "Pre-earthquake ionospheric perturbation identification using CSES data via
    transfer learning", Frontiers in Environmental Science 9, 779255, doi:10.3389/fenvs.2021.779255.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.frozen import FrozenEstimator
    >>> from skquake.neural import FineTuned, SeqNetQuakeClassifier
    >>> X, y = np.random.default_rng(0).normal(size=(60, 20, 2)), np.repeat([0, 1, 2], 20)
    >>> first = SeqNetQuakeClassifier(lstm_units=4, dense_units=4, epochs=1, random_state=0).fit(X, y)
    >>> second = FineTuned(FrozenEstimator(first), random_state=0).fit(X[::2] + 1, y[::2])
    >>> second.predict_proba(X).shape
    (60, 3)
    """

    _parameter_constraints: dict = {
        "pretrained": [FrozenEstimator, str, os.PathLike],
        "refit_scaler": ["boolean"],
        "freeze": "no_validation",
        "epochs": "no_validation",
        "learning_rate": "no_validation",
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        pretrained,
        *,
        refit_scaler=False,
        freeze=None,
        epochs=None,
        learning_rate=None,
        random_state=None,
    ):
        self.pretrained = pretrained
        self.refit_scaler = refit_scaler
        self.freeze = freeze
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train on.

        Parameters
        ----------
        X, y
            As the pretrained model takes them.
        sample_weight : array-like of shape (n_samples,), default=None
            For the network.

        Returns
        -------
        self

        Raises
        ------
        TypeError, ValueError
            Where the pretrained model is no network, or its channels, window or classes do not fit.
        """
        steps = self._steps()
        windows, fitted = X, []
        for name, step in steps[:-1]:
            step = clone(step).fit(windows, y) if self.refit_scaler else step
            windows = step.transform(windows)
            fitted.append((name, step))
        name, network = steps[-1]
        changes = {"epochs": self.epochs, "learning_rate": self.learning_rate}
        network = clone(network).set_params(
            pretrained=FrozenEstimator(network),
            freeze=self.freeze,
            random_state=self.random_state,
            **{key: value for key, value in changes.items() if value is not None},
        )
        network.fit(windows, y, sample_weight=sample_weight)
        self.model_ = Pipeline([*fitted, (name, network)]) if fitted else network
        self.classes_ = network.classes_
        return self

    def predict_proba(self, X):
        """Probability of each class, of shape (n_samples, n_classes)."""
        check_is_fitted(self)
        return self.model_.predict_proba(X)

    def predict(self, X):
        """The most probable class of each sample."""
        check_is_fitted(self)
        return self.model_.predict(X)

    def _steps(self):
        """Names and fitted steps of the pretrained model."""
        if isinstance(self.pretrained, FrozenEstimator):
            model = self.pretrained.estimator
        else:
            from skquake.neural._saving import load_model

            model = load_model(self.pretrained)
        check_is_fitted(model)
        steps = list(model.steps) if isinstance(model, Pipeline) else [("network", model)]
        if not isinstance(steps[-1][1], NetworkClassifier):
            raise TypeError(f"pretrained holds a {type(steps[-1][1]).__name__}, not a neural classifier")
        return steps
