"""Images mixed in pairs while a network trains: MixUp and CutMix."""

from __future__ import annotations

import numpy as np


class Mixing:
    """Mixes the images of a batch, and their labels, with a random partner each.

    One of the two methods is drawn for each batch where both are asked for.

    Parameters
    ----------
    mixup, cutmix : float
        Shape alpha of the beta distribution of the share that stays; 0 leaves the method out.
    rows, columns : slice
        Where the image lies; CutMix cuts there, never from the padding around it.
    """

    def __init__(self, mixup, cutmix, rows, columns):
        self.methods = [method for method in ((_blend, mixup), (_paste, cutmix)) if method[1]]
        self.rows, self.columns = rows, columns

    def __call__(self, images, labels, weight, rng):
        """Mixed images, labels (n, classes; rows sum to one) and weights.

        A loss linear in the labels is that of both images, each with its share and its own weight.
        """
        if not self.methods:
            return images, labels, weight
        mix, alpha = self.methods[rng.integers(len(self.methods))]
        partner = rng.permutation(len(images))
        images, share = mix(images, partner, rng.beta(alpha, alpha), self.rows, self.columns, rng)
        own, other = share * weight, (1 - share) * weight[partner]
        total = own + other
        part = np.divide(own, total, out=np.ones_like(total), where=total > 0)[:, np.newaxis]
        labels = part * labels + (1 - part) * labels[partner]
        return images.astype(np.float32), labels.astype(np.float32), total.astype(np.float32)


def _blend(images, partner, share, rows, columns, rng):
    return share * images + (1 - share) * images[partner], share


def _paste(images, partner, share, rows, columns, rng):
    """A box of the partner, its middle anywhere in the image; what lies outside the image is cut off."""
    box, size = [], []
    for extent in (rows, columns):
        n = extent.stop - extent.start
        half = 0.5 * n * np.sqrt(1 - share)
        middle = rng.uniform(0, n)
        first, last = np.clip(np.round([middle - half, middle + half]).astype(int), 0, n) + extent.start
        box.append(slice(first, last))
        size.append((last - first) / n)
    mixed = images.copy()
    mixed[:, box[0], box[1]] = images[partner, box[0], box[1]]
    return mixed, 1 - size[0] * size[1]
