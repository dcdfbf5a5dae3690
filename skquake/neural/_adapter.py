"""The one module that imports scikeras."""

from __future__ import annotations

import sys
from typing import Any

from sklearn import config_context

from skquake._core._keras_setting import configured_backend
from skquake._core._typing import Array
from skquake.neural._backend import load_keras

load_keras()
_HIDDEN = configured_backend() != "tensorflow" and "tensorflow" not in sys.modules
if _HIDDEN:  # scikeras would load it under every backend, for seeds that we do not use
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
try:
    from scikeras.wrappers import BaseWrapper
finally:
    if _HIDDEN:
        del sys.modules["tensorflow"]


def train(
    model: Any, X: Array, y: Array, sample_weight: Array, *, callbacks: list[Any], **fit: Any
) -> dict[str, list[float]]:
    """Train ``model``, a compiled Keras model, through a scikeras wrapper.

    What scikeras still does here: it holds model, data and weights against each other, initialises the
    callbacks, calls ``model.fit`` with the ``fit`` options, and gives the history its metrics' names.
    Batches, seeds, classes and weights are ours, in ``model.fit``. The wrapper is thrown away: the caller
    keeps weights, not models.

    Parameters
    ----------
    y : ndarray
        Class numbers 0, 1, ..., or numbers (n, k).
    sample_weight : ndarray of shape (n,)
        Positive.
    **fit
        Options of ``model.fit``.

    Returns
    -------
    dict of {str: list of float}
        One value an epoch.
    """
    wrapper = BaseWrapper(
        model=lambda: model,
        loss=model.loss,
        callbacks=callbacks,
        **{f"fit__{name}": value for name, value in fit.items()},
    )
    with config_context(transform_output="default"):  # scikeras' own encoders of y obey it, too
        wrapper.fit(X, y, sample_weight=sample_weight)
    return {name: [float(value) for value in values] for name, values in wrapper.history_.items()}
