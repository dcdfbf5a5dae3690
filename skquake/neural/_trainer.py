"""A Keras model that trains on arrays, from a seed, and can be reset without being compiled again."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from skquake.neural._batches import power_of_two, rows_per_step, shuffled

_PREDICT_ROWS = 512
_CALL_STEPS, _CALL_BYTES = 32, 2**21  # of one call that trains, at most
_STEP_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


class SeededModel(keras.Model):
    """Functional model whose ``fit`` and ``predict`` take arrays only.

    Initial weights, shuffling and dropout come from one NumPy generator, so that the same seed gives the
    same result and no global random state is read or written. Works on any Keras backend.

    Every batch has the same shape: the last one is filled up with rows of the first, at weight zero, which a
    batch normalisation may count in. Where the backend compiles (TensorFlow and JAX do, torch does not), one
    call trains up to 32 batches in a loop of its own. It is one program, traced once, for any number of
    batches, and its numbers are those of one batch a call, which is what callbacks get that watch batches.
    """

    holds = None  # the `Weights` that are in; None while they are nobody's
    _ready = False  # loss and metrics are made

    def remember(self):
        """Make the optimiser's state, and note the present weights as those of a fresh model."""
        self.optimizer.build(self.trainable_variables)
        self._fresh_weights = tuple(self.get_weights())

    def reset(self, rng, learning_rate):
        """Fresh weights and dropout seeds from ``rng``, and a fresh optimiser (its state all zeros)."""
        weights, seeds = self.drawn(rng)
        self.set_weights(weights)
        for variable, seed in zip(self.seeds, seeds, strict=True):
            variable.assign(seed)
        for variable in self.optimizer.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))
        self.optimizer.learning_rate = learning_rate

    @property
    def seeds(self):
        """Variables that hold the seeds of dropout."""
        return [variable for variable in self.variables if variable.name == "seed_generator_state"]

    def drawn(self, rng):
        """Fresh weights and dropout seeds from ``rng``."""
        weights = [
            _initial(variable.name, value, rng)
            for variable, value in zip(self.weights, self._fresh_weights, strict=True)
        ]
        return weights, [np.array([rng.integers(2**31), 0], seed.dtype) for seed in self.seeds]

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
        rows = rows_per_step(n, batch_size)
        steps = -(-n // rows)
        self.prepare(y[:1], weight[:1])
        most = self.batches_per_call(x[:1].nbytes * rows)
        stride = 1 if any(map(_watches_steps, callbacks or ())) else most
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
            order, order_weight = shuffled(weight, rows, rng)
            for first in range(0, steps, stride):
                here = order[first : first + stride]
                callbacks.on_train_batch_begin(first)
                batches = self._batches(x[here], y[here], order_weight[first : first + stride])
                logs = self._train_on_batches(most, *batches)
                callbacks.on_train_batch_end(first + len(here) - 1, logs)
                if self.stop_training:
                    break
            if validation_data is not None:
                logs = logs | self._validate(*validation_data)
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        callbacks.on_train_end(logs)
        return self.history

    def train_step(self, *state_and_data):
        """Train on the first of several batches, ``data = (x, how many), y, sample_weight``.

        Keras hands over ``data``, on JAX ``state, data``. On torch the data are those of one batch.
        """
        step = super().train_step
        if not _compiles():
            return step(*state_and_data)
        *state, ((x, count), y, weight) = state_and_data
        if not state:  # it is in the variables

            def train(i, nothing):
                step((x[i], y[i], weight[i]))
                return nothing

            ops.fori_loop(0, count, train, 0)
            return self.get_metrics_result()

        def trained(i, state):
            _, state = step(state, (x[i], y[i], weight[i]))
            return [list(values) for values in state]

        state = ops.fori_loop(0, count, trained, [list(values) for values in state[0]])
        with keras.StatelessScope(state_mapping=list(zip(self.metrics_variables, state[-1], strict=True))):
            return self.get_metrics_result(), tuple(state)

    def reset_metrics(self):
        """Do nothing: Keras asks for it at every step, which is slow; ``fit`` resets once an epoch."""

    def predict(self, x, **_):
        """Outputs for all rows, in steps of a few fixed sizes."""
        rows = min(_PREDICT_ROWS, power_of_two(len(x)))
        outputs = []
        for start in range(0, len(x), rows):
            part = x[start : start + rows]
            filled = np.zeros((rows, *x.shape[1:]), np.float32)
            filled[: len(part)] = part
            outputs.append(np.asarray(self.predict_on_batch(filled))[: len(part)])
        return np.concatenate(outputs)

    def prepare(self, y, weight):
        """Make loss and metrics of one row: Keras cannot make them of several batches."""
        if not self._ready:
            outputs = np.zeros((1, self.output_shape[-1]), np.float32)
            self.compute_loss(None, y, outputs, weight)
            self.compute_metrics(None, y, outputs, weight)
            self._ready = True

    @staticmethod
    def batches_per_call(batch_bytes):
        """How many batches a call takes at most, some 2 MB."""
        return max(1, min(_CALL_STEPS, _CALL_BYTES // batch_bytes)) if _compiles() else 1

    def _batches(self, x, y, weight):
        """What is trained on of some batches, the first dimension."""
        return x, y, weight

    def _train_on_batches(self, most, *batches):
        """Logs after training on some batches, ``most`` at most."""
        count = len(batches[0])
        if not _compiles():
            for batch in zip(*batches, strict=True):
                logs = self.train_on_batch(*batch, return_dict=True)
            return logs
        x, y, weight = (_filled_up(values, most) for values in batches)
        return self.train_on_batch((x, np.array(count, np.int32)), y, weight, return_dict=True)

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


def _compiles():
    """Whether the backend makes one program of several steps."""
    return keras.backend.backend() in ("tensorflow", "jax")


def _watches_steps(callback):
    """Whether a callback does something at single steps."""
    base = keras.callbacks.Callback
    return any(
        getattr(getattr(callback, hook), "__func__", None) is not getattr(base, hook) for hook in _STEP_HOOKS
    )


def _filled_up(values, n):
    """The same with zeros behind them, n in all."""
    if len(values) == n:
        return values
    filled = np.zeros((n, *values.shape[1:]), values.dtype)
    filled[: len(values)] = values
    return filled


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
