"""The one module that imports scikeras (its import alone loads TensorFlow where that is installed)."""

from __future__ import annotations

from scikeras.wrappers import KerasClassifier, KerasRegressor


def train_classifier(model, X, y, sample_weight, *, callbacks, **fit):
    """Train ``model``, a compiled Keras model, through a scikeras classifier.

    The wrapper validates the data, drops rows of weight zero, encodes the classes, and hands callbacks and
    ``fit`` options to Keras. It is thrown away afterwards: the caller keeps weights, not models.

    Parameters
    ----------
    y : ndarray of int
        Class numbers 0, 1, ...
    **fit
        Options of ``model.fit``.

    Returns
    -------
    dict of {str: list of float}
        One value an epoch.
    """
    return _train(KerasClassifier, model, X, y, sample_weight, callbacks, fit)


def train_regressor(model, X, y, sample_weight, *, callbacks, **fit):
    """Train ``model`` through a scikeras regressor; as :func:`train_classifier`, but y are numbers (n, k)."""
    return _train(KerasRegressor, model, X, y, sample_weight, callbacks, fit)


def _train(wrapper_class, model, X, y, sample_weight, callbacks, fit):
    wrapper = wrapper_class(
        model=lambda: model,
        loss=model.loss,
        callbacks=callbacks,
        **{f"fit__{name}": value for name, value in fit.items()},
    )
    wrapper.fit(X, y, sample_weight=sample_weight)
    return {name: [float(value) for value in values] for name, values in wrapper.history_.items()}
