"""Consecutive windows of a track."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Blocks(NamedTuple):
    """Consecutive windows of a track, as rows of its arrays.

    Attributes
    ----------
    center : ndarray of int64, shape (n_blocks,)
        Row at position ``length // 2`` of each block: ``source.time[center]`` and so on.
    first : ndarray of int64, shape (n_blocks,)
        First row of each block.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.sources import TrackSource
    >>> frame = pd.DataFrame({
    ...     "time": pd.date_range("2015-01-01", periods=10, freq="s"),
    ...     "latitude": np.linspace(0, 0.6, 10), "longitude": 100.0, "Ne": 1e5,
    ... })
    >>> center, first = TrackSource(frame).blocks(4)
    >>> center.tolist(), first.tolist()
    ([2, 6], [0, 4])
    """

    center: np.ndarray
    first: np.ndarray
