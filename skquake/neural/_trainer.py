"""A Keras model that trains on arrays, from a seed, and can be reset without being compiled again."""

from __future__ import annotations

import keras
import numpy as np

_PREDICT_ROWS = 512


class SeededModel(keras.Model):
    """Functional model whose ``fit`` and ``predict`` take arrays only.

    Initial weights, shuffling and dropout come from one NumPy generator, so that the same seed gives the
    same result and no global random state is read or written. Every batch has the same shape, so that the
    step is traced once: the last one is filled up with rows of the first, at weight zero, which a batch
    normalisation may count in. Works on any Keras backend.
    """

    holds = None  # the `Weights` that are in; None while they are nobody's

    def remember(self):
        """Make the optimiser's state, and note the present weights as those of a fresh model."""
        self.optimizer.build(self.trainable_variables)
        self._fresh_weights = tuple(self.get_weights())

    def reset(self, rng, learning_rate):
        """Fresh weights and dropout seeds from ``rng``, and a fresh optimiser (its state all zeros)."""
        self.set_weights(
            [
                _initial(variable.name, value, rng)
                for variable, value in zip(self.weights, self._fresh_weights, strict=True)
            ]
        )
        for variable in self.variables:
            if variable.name == "seed_generator_state":
                variable.assign(np.array([rng.integers(2**31), 0], dtype=variable.dtype))
        for variable in self.optimizer.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))
        self.optimizer.learning_rate = learning_rate

    def fit(
        self,
        x,
        y,
        sample_weight=None,
        *,
        rng,
        batch_size,
        epochs=1,
        initial_epoch=0,
        validation_data=None,
        callbacks=None,
        verbose=0,
        **_,
    ):
        """Train; returns the Keras ``History`` with loss, accuracy and, given validation data, theirs."""
        n = len(x)
        weight = np.ones(n, np.float32) if sample_weight is None else np.asarray(sample_weight, np.float32)
        rows_per_step = min(batch_size, _power_of_two(n))
        steps = -(-n // rows_per_step)
        callbacks = keras.callbacks.CallbackList(
            callbacks,
            add_history=True,
            add_progbar=bool(verbose),
            model=self,
            verbose=verbose,
            epochs=epochs,
            steps=steps,
        )
        self.stop_training = False
        callbacks.on_train_begin()
        logs = {}
        for epoch in range(initial_epoch, epochs):
            callbacks.on_epoch_begin(epoch)
            super().reset_metrics()
            order = rng.permutation(n)
            for step in range(steps):
                callbacks.on_train_batch_begin(step)
                first = step * rows_per_step
                present = min(rows_per_step, n - first)
                filled = np.take(order, np.arange(first, first + rows_per_step), mode="wrap")
                step_weight = weight[filled]
                step_weight[present:] = 0.0
                # Keras divides by the rows of a batch: undo it for the rows that are not there.
                step_weight *= rows_per_step / present
                logs = self.train_on_batch(x[filled], y[filled], step_weight, return_dict=True)
                callbacks.on_train_batch_end(step, logs)
                if self.stop_training:
                    break
            if validation_data is not None:
                logs = logs | self._validate(*validation_data)
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        callbacks.on_train_end(logs)
        return self.history

    def reset_metrics(self):
        """Do nothing: Keras asks for it at every step, which is slow; ``fit`` resets once an epoch."""

    def predict(self, x, **_):
        """Outputs for all rows, in steps of a few fixed sizes."""
        rows_per_step = min(_PREDICT_ROWS, _power_of_two(len(x)))
        outputs = []
        for start in range(0, len(x), rows_per_step):
            part = x[start : start + rows_per_step]
            filled = np.zeros((rows_per_step, *x.shape[1:]), np.float32)
            filled[: len(part)] = part
            outputs.append(np.asarray(self.predict_on_batch(filled))[: len(part)])
        return np.concatenate(outputs)

    def _validate(self, x, y, weight):
        probability = self.predict(x)
        loss = -np.log(np.maximum(probability[np.arange(len(y)), y], 1e-7))
        return {
            "val_loss": float(np.average(loss, weights=weight)),
            "val_accuracy": float(np.average(probability.argmax(axis=1) == y, weights=weight)),
        }


class SeededRegressionModel(SeededModel):
    """The same for numbers, by their mean squared error."""

    def _validate(self, x, y, weight):
        error = np.mean((self.predict(x) - y) ** 2, axis=1)
        return {"val_loss": float(np.average(error, weights=weight))}


def _power_of_two(n, smallest=32):
    """The least power of two that is at least ``n`` (and ``smallest``): few shapes, few traces."""
    return max(smallest, 1 << (n - 1).bit_length())


def _initial(name, fresh, rng):
    """A new initial value of one weight: uniform (Glorot) or orthogonal kernels, others as they were."""
    if name.endswith("recurrent_kernel"):
        q, r = np.linalg.qr(rng.normal(size=fresh.shape[::-1]))
        return (q * np.sign(np.diag(r))).T.astype(fresh.dtype)
    if name.endswith("kernel"):
        fans = np.prod(fresh.shape[:-1]) + np.prod(fresh.shape[:-2]) * fresh.shape[-1]
        limit = np.sqrt(6.0 / fans)
        return rng.uniform(-limit, limit, fresh.shape).astype(fresh.dtype)
    return fresh
