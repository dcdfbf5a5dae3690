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


def row_weights(X: pd.DataFrame, kind: str | None) -> FloatArray | None:
    """Weights of samples: "event", "population" (over the share kept of their kind) or None.

    Raises
    ------
    ValueError
        For "population" where ``kept_share`` is not in (0, 1], and for another kind.
    """
    if kind is None:
        return None
    weight = event_weights(X["event_id"].to_numpy())
    if kind == "event":
        return weight
    if kind != "population":
        raise ValueError(f'sample_weight: {kind!r} is neither "event" nor "population" nor None')
    if "kept_share" not in X.columns:
        raise ValueError(
            'sample_weight="population": the samples have no column kept_share, as those of make_samples do'
        )
    share = X["kept_share"].to_numpy(dtype=float)
    bad = ~((share > 0.0) & (share <= 1.0))
    if bad.any():
        raise ValueError(f"kept_share: {share[bad][0]} in row {int(np.argmax(bad))} is no share above 0")
    return weight / share


def effective_number(event_id: ArrayLike) -> float:
    """Effective number of events behind the rows, (sum n)^2 / sum n^2.

    Equals the number of events where each has as many rows as any other, and falls
    towards 1 where one event holds most rows (Kish's effective sample size).
    """
    counts = np.unique(pd.factorize(np.asarray(event_id, dtype=object))[0], return_counts=True)[1]
    return float(counts.sum() ** 2 / (counts.astype(float) ** 2).sum()) if len(counts) else 0.0
