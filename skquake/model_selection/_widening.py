"""How much wider an interval of pooled folds must be for holding their models fixed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skquake._core._typing import Array

FIXED = "models held fixed"
WIDENED = "widened for pooled folds"
NONE = "none"


def widening(folds: Sequence[tuple[Array, Array]], n: int) -> float:
    """Factor by which the interval of pooled folds is widened.

    It is 1 where no two folds train on each other's test rows.

    K folds that train on each other's test rows share most of their training rows, and their errors are
    dependent: the variance of their mean is not s^2 / K but s^2 (1 / K + n_test / n_train), so that the
    interval grows by sqrt(1 + K n_test / n_train), 1.5 for five folds of which nothing is purged. Folds that
    run forwards in time, and one fold alone, are left as they are.

    Parameters
    ----------
    folds : sequence of (train, test)
        Positions.
    n : int
        Rows that positions point into.

    Returns
    -------
    float
        1 or more.

    References
    ----------
    Nadeau, C. & Bengio, Y. (2003). Inference for the generalization error. Machine Learning, 52, 239-281.

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.model_selection._widening import widening
    >>> rows = np.arange(100)
    >>> round(widening([(rows[rows % 5 != k], rows[rows % 5 == k]) for k in range(5)], 100), 3)
    1.5
    >>> widening([(rows[:50], rows[50:75]), (rows[:75], rows[75:])], 100)
    1.0
    """
    of_row = np.full(n, -1)
    for k, (_, test) in enumerate(folds):
        of_row[np.asarray(test)] = k
    trained = np.zeros((len(folds), len(folds)), dtype=bool)  # fold, whose test rows it trains on
    for k, (train, _) in enumerate(folds):
        owner = of_row[np.asarray(train)]
        trained[k, owner[owner >= 0]] = True
    if not (trained & trained.T & ~np.eye(len(folds), dtype=bool)).any():
        return 1.0
    share = np.mean([len(test) / len(train) for train, test in folds])
    return float(np.sqrt(1.0 + len(folds) * share))


def widen(
    value: float, low: float, high: float, factor: float, least: float, most: float
) -> tuple[float, float]:
    """Ends of an interval, moved away from the value by a factor and kept within the score's range."""
    low, high = min(low, value - factor * (value - low)), max(high, value + factor * (high - value))
    return max(low, least), min(high, most)
