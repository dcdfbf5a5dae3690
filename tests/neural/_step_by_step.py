"""Training as it was before a call took several batches: one call a batch, and Adam as Keras writes it."""

from __future__ import annotations

import keras
import numpy as np

from skquake.neural._batches import power_of_two
from skquake.neural._image_model import ImageModel
from skquake.neural._trainer import SeededModel, SeededRegressionModel


class StepByStep:
    """The loop over batches in Python; to be mixed into a seeded model."""

    def train_step(self, *state_and_data):
        return keras.Model.train_step(self, *state_and_data)

    def fit(self, x, y, sample_weight, *, rng, batch_size, epochs, validation_data, callbacks, verbose, **_):
        n = len(x)
        weight = np.asarray(sample_weight, np.float32)
        rows_per_step = min(batch_size, power_of_two(n))
        steps = -(-n // rows_per_step)
        callbacks = keras.callbacks.CallbackList(callbacks, add_history=True, model=self, epochs=epochs)
        self.stop_training = False
        callbacks.on_train_begin()
        for epoch in range(epochs):
            callbacks.on_epoch_begin(epoch)
            keras.Model.reset_metrics(self)
            order = rng.permutation(n)
            for step in range(steps):
                callbacks.on_train_batch_begin(step)
                first = step * rows_per_step
                present = min(rows_per_step, n - first)
                filled = np.take(order, np.arange(first, first + rows_per_step), mode="wrap")
                step_weight = weight[filled]
                step_weight[present:] = 0.0
                step_weight *= rows_per_step / present
                logs = self.train_on_batch(*self._batch(x[filled], y[filled], step_weight), return_dict=True)
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

    def _batch(self, x, y, weight):
        return x, y, weight


class OldModel(StepByStep, SeededModel):
    """Classifies."""


class OldRegressionModel(StepByStep, SeededRegressionModel):
    """Forecasts numbers."""


class OldImageModel(StepByStep, ImageModel):
    """Mixes images."""

    def fit(self, x, y, sample_weight, *, rng, mix=None, **options):
        self._mix, self._rng = mix, rng
        return super().fit(x, y, sample_weight, rng=rng, **options)

    def _batch(self, x, y, weight):
        shares = np.eye(self.output_shape[-1], dtype=np.float32)[y.ravel().astype(int)]
        return (x, shares, weight) if self._mix is None else self._mix(x, shares, weight, self._rng)
