"""A seeded model for images, whose labels may be mixtures of classes."""

from __future__ import annotations

import keras
import numpy as np

from skquake.neural._trainer import SeededModel


def crossentropy_of_shares(y_true, y_pred):
    """Cross-entropy against shares of the classes."""
    return keras.ops.categorical_crossentropy(y_true, y_pred)


class ImageModel(SeededModel):
    """A seeded model that mixes the images of each batch as it trains."""

    def compile(self, optimizer, loss=None, **options):
        """Compile for labels that are shares of classes, whatever ``loss`` says.

        Without XLA: it would take minutes to compile a network of hundreds of layers.
        """
        super().compile(optimizer, loss=crossentropy_of_shares, jit_compile=False, **options)

    def fit(self, x, y, sample_weight=None, *, rng, mix=None, **options):
        """Train as `SeededModel` does; ``mix(images, labels, weight, rng)`` is applied to each batch."""
        self._mix, self._rng = mix, rng
        return super().fit(x, y, sample_weight, rng=rng, **options)

    def train_on_batch(self, x, y, sample_weight, **options):
        """One step; ``y`` are class numbers."""
        shares = np.eye(self.output_shape[-1], dtype=np.float32)[y.ravel().astype(int)]
        if self._mix is not None:
            x, shares, sample_weight = self._mix(x, shares, sample_weight, self._rng)
        return super().train_on_batch(x, shares, sample_weight, **options)
