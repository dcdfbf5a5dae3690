"""A network as a value: what it is built from; applying it with weights that others keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

from skquake._core._typing import FloatArray
from skquake.neural._backend import load_keras, memory_guard
from skquake.neural._weights import Weights


@dataclass(frozen=True)
class Network:
    """All that a compiled model depends on.

    Parameters
    ----------
    builder : callable
        ``builder(input_shape, n_outputs, **options, model_class=...)`` makes a Keras model.
    options : tuple of (str, value)
        In the order of their names.
    input_shape : tuple of int
        Of a window or image.
    n_outputs : int
        Classes, or numbers.
    frozen : tuple of str
        Stages whose weights do not learn.
    regression : bool
    """

    builder: Callable[..., Any]
    options: tuple[tuple[str, Any], ...]
    input_shape: tuple[int, ...]
    n_outputs: int
    frozen: tuple[str, ...] = ()
    regression: bool = False

    @classmethod
    def of(
        cls,
        builder: Callable[..., Any],
        options: Mapping[str, Any],
        input_shape: Sequence[int],
        n_outputs: int,
        **more: Any,
    ) -> Network:
        """A network of options by name."""
        return cls(builder, tuple(sorted(options.items())), tuple(input_shape), n_outputs, **more)

    def weight_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the weights, found without making them."""
        keras = load_keras()
        with keras.StatelessScope(initialize_variables=False):
            model = self.builder(self.input_shape, self.n_outputs, **dict(self.options))
            return [tuple(weight.shape) for weight in model.weights]

    def changed(self, other: Network) -> list[str]:
        """The options that are others in another network, as text."""
        theirs = dict(other.options)
        return [
            f"{name}={theirs.get(name)!r} (it was {value!r})"
            for name, value in self.options
            if theirs.get(name) != value
        ]

    def predict(self, weights: Weights, X: FloatArray) -> FloatArray:
        """Outputs of the network with these weights, float64, of shape (n, n_outputs).

        Raises
        ------
        ValueError
            For weights of other shapes, and where outputs are not finite.
        """
        smaller = "predict fewer rows at a time, or free memory of the device"
        with self.borrowed() as model, memory_guard(smaller):
            if model.holds is not weights:
                _check_shapes(weights, model)
                model.set_weights(weights)
                model.holds = weights
            found = model.predict(X).astype(np.float64)
        bad = ~np.isfinite(found).all(axis=1)
        if bad.any():
            raise ValueError(
                f"X: of sample {np.flatnonzero(bad)[0]} the network makes numbers that are not finite; its "
                "values are too large for these weights: scale X as the training data were scaled"
            )
        return found

    def borrowed(self) -> AbstractContextManager[Any]:
        """A compiled model, ours alone inside the ``with`` block."""
        keras = load_keras()

        from skquake.neural._model_cache import borrowed

        key = self, keras.config.backend(), keras.config.dtype_policy().name
        return borrowed(key, self._compiled)

    def _compiled(self):
        from skquake.neural._optimizer import Adam
        from skquake.neural._trainer import SeededModel, SeededRegressionModel

        model = self.builder(
            self.input_shape,
            self.n_outputs,
            **dict(self.options),
            model_class=SeededRegressionModel if self.regression else SeededModel,
        )
        for layer in model.layers:
            layer.trainable = not layer.name.startswith(tuple(f"{stage}_" for stage in self.frozen))
        if self.regression:
            model.compile(Adam(), loss="mean_squared_error")
        else:
            model.compile(Adam(), loss="sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
        model.remember()
        return model


def _check_shapes(weights, model):
    found, wanted = [w.shape for w in weights], [tuple(w.shape) for w in model.weights]
    if found != wanted:
        raise ValueError(f"weights_: arrays of shapes {found}, but this network has {wanted}")
