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
        """Train as `SeededModel` does on class numbers; ``mix(images, labels, weight, rng)`` each batch."""
        self._mix, self._rng = mix, rng
        shares = np.eye(self.output_shape[-1], dtype=np.float32)[y.ravel().astype(int)]
        return super().fit(x, shares, sample_weight, rng=rng, **options)

    def _batches(self, x, y, weight):
        if self._mix is None:
            return x, y, weight
        mixed = [self._mix(*batch, self._rng) for batch in zip(x, y, weight, strict=True)]
        return tuple(map(np.stack, zip(*mixed, strict=True)))
