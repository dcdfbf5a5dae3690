"""An earthquake counts once: weights and effective numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, FloatArray


def event_weights(event_id: ArrayLike) -> FloatArray:
    """Weight of each row so that the rows of an event sum to one.

    Parameters
    ----------
    event_id : array-like of shape (n_samples,)

    Returns
    -------
    ndarray of shape (n_samples,)
        1 / (number of rows with the same event).
    """
    codes, _ = pd.factorize(np.asarray(event_id, dtype=object))
    if (codes < 0).any():
        raise ValueError(f"event_id is missing in row {int(np.argmax(codes < 0))}")
    return 1.0 / np.bincount(codes)[codes] if len(codes) else np.empty(0)


def effective_number(event_id: ArrayLike) -> float:
    """Effective number of events behind the rows, (sum n)^2 / sum n^2.

    Equals the number of events where each has as many rows as any other, and falls
    towards 1 where one event holds most rows (Kish's effective sample size).
    """
    counts = np.unique(pd.factorize(np.asarray(event_id, dtype=object))[0], return_counts=True)[1]
    return float(counts.sum() ** 2 / (counts.astype(float) ** 2).sum()) if len(counts) else 0.0
