"""Which rows make which batch of an epoch, and what they weigh."""

from __future__ import annotations

import numpy as np

from skquake._core._typing import FloatArray, IntArray


def power_of_two(n: int, smallest: int = 32) -> int:
    """The least power of two that is at least ``n`` (and ``smallest``): few shapes, few traces."""
    return max(smallest, 1 << (n - 1).bit_length())


def rows_per_step(n: int, batch_size: int) -> int:
    """Rows of each batch of a training on ``n``; small data do not fill a large batch."""
    return min(batch_size, power_of_two(n))


def shuffled(weight: FloatArray, rows: int, rng: np.random.Generator) -> tuple[IntArray, FloatArray]:
    """The rows of each batch of an epoch in a new order, and their weights.

    The last batch is filled up with rows of the first, at weight zero.

    Parameters
    ----------
    weight : ndarray of shape (n,), float32
    rows : int
        Of a batch.
    rng : Generator

    Returns
    -------
    order : ndarray of shape (batches, rows)
    batch_weight : ndarray of shape (batches, rows), float32

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.neural._batches import shuffled
    >>> order, weight = shuffled(np.ones(5, np.float32), 4, np.random.default_rng(0))
    >>> weight.tolist()
    [[1.0, 1.0, 1.0, 1.0], [4.0, 0.0, 0.0, 0.0]]
    """
    n = len(weight)
    steps = -(-n // rows)
    order = np.resize(rng.permutation(n), (steps, rows))
    batch_weight = weight[order]
    present = n - (steps - 1) * rows
    if present < rows:
        batch_weight[-1, present:] = 0.0
        # Keras divides by the rows of a batch: undo it for the rows that are not there.
        batch_weight[-1] *= rows / present
    return order, batch_weight
