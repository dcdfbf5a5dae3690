"""Standard layers with a property that they lack: speed, or a seed."""

from __future__ import annotations

import keras
from keras import ops


def _forget_bias(shape, dtype=None):
    """Zeros, and ones for the forget gate (the second quarter)."""
    units = shape[0] // 4
    return ops.concatenate([ops.zeros(units), ops.ones(units), ops.zeros(2 * units)])


@keras.saving.register_keras_serializable(package="skquake")
class BiLSTM(keras.layers.Layer):
    """Bidirectional LSTM for short sequences.

    Equal to ``keras.layers.Bidirectional(keras.layers.LSTM(units))``, weights in the same order, but written
    out step by step: one product projects all steps, and the first step, whose state is zero, skips the
    recurrent product. Meant for a handful of steps; the graph grows with them.

    Parameters
    ----------
    units : int
        Units per direction.
    return_sequences : bool
        All steps, (batch, steps, 2 units), or the two last states, (batch, 2 units).
    """

    def __init__(self, units, return_sequences=False, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.return_sequences = return_sequences

    def build(self, input_shape):
        units, features = self.units, input_shape[-1]

        def weights(direction):
            return (
                self.add_weight((features, 4 * units), "glorot_uniform", name=f"{direction}_kernel"),
                self.add_weight((units, 4 * units), "orthogonal", name=f"{direction}_recurrent_kernel"),
                self.add_weight((4 * units,), _forget_bias, name=f"{direction}_bias"),
            )

        self._forward = weights("forward")
        self._backward = weights("backward")

    def call(self, inputs):
        forward = self._states(inputs, *self._forward)
        backward = self._states(inputs, *self._backward, reverse=True)
        if not self.return_sequences:
            return ops.concatenate([forward[-1], backward[-1]], axis=-1)
        steps = zip(forward, reversed(backward), strict=True)
        return ops.stack([ops.concatenate(pair, axis=-1) for pair in steps], axis=1)

    def _states(self, inputs, kernel, recurrent_kernel, bias, *, reverse=False):
        _, steps, features = inputs.shape
        projected = ops.matmul(ops.reshape(inputs, (-1, features)), kernel) + bias
        projected = ops.unstack(ops.reshape(projected, (-1, steps, 4 * self.units)), num=steps, axis=1)
        cell = hidden = None
        if steps == 1:  # the recurrent weights have no effect, but Keras wants them in the graph
            hidden = ops.zeros_like(projected[0][:, : self.units])
        states = []
        for gates in reversed(projected) if reverse else projected:
            if hidden is not None:
                gates = gates + ops.matmul(hidden, recurrent_kernel)
            enter, forget, candidate, leave = ops.split(gates, 4, axis=-1)
            update = ops.sigmoid(enter) * ops.tanh(candidate)
            cell = update if cell is None else ops.sigmoid(forget) * cell + update
            hidden = ops.sigmoid(leave) * ops.tanh(cell)
            states.append(hidden)
        return states

    def compute_output_shape(self, input_shape):
        batch, steps, _ = input_shape
        return (batch, steps, 2 * self.units) if self.return_sequences else (batch, 2 * self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "return_sequences": self.return_sequences}


@keras.saving.register_keras_serializable(package="skquake")
class Convolution(keras.layers.Conv1D):
    """Convolution along windows, without padding, stride or dilation; on JAX as one product.

    Equal to ``keras.layers.Conv1D``. With kernels of many networks at once JAX's own would be a convolution
    in groups, which is slow; the product is not, and compiles in less time.
    """

    def call(self, inputs):
        if keras.backend.backend() != "jax":
            return super().call(inputs)
        (size,), (_, steps, channels) = self.kernel_size, inputs.shape
        left = steps - size + 1
        seen = ops.concatenate([inputs[:, i : i + left] for i in range(size)], axis=-1)
        seen = ops.reshape(seen, (-1, size * channels))
        found = ops.matmul(seen, ops.reshape(self.kernel, (-1, self.filters))) + self.bias
        return self.activation(ops.reshape(found, (-1, left, self.filters)))


@keras.saving.register_keras_serializable(package="skquake")
class SeededDropout(keras.layers.Dropout):
    """Dropout that draws from its seed generator on every backend (on torch the standard one does not)."""

    def call(self, inputs, training=False):
        if not training or not self.rate:
            return inputs
        shape = ops.shape(inputs)
        if self.noise_shape is not None:
            shape = tuple(n if m is None else m for n, m in zip(shape, self.noise_shape, strict=True))
        keep = keras.random.uniform(shape, seed=self.seed_generator) >= self.rate
        return inputs * (ops.cast(keep, inputs.dtype) / (1.0 - self.rate))
