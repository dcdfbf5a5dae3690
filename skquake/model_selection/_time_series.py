"""Folds that run forwards in time."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from skquake._core._sklearn import Interval
from skquake.model_selection._split import PURGE_CONSTRAINTS, PurgedSplit


class PurgedTimeSeriesSplit(PurgedSplit):
    """Folds that train on the past and test on what follows, purged of shared observations.

    Rows are cut into ``n_splits + 1`` runs of equal length in time order (rows of one moment stay
    together); each run but the first is tested once, by models trained on everything before it. A
    training row goes if its pair has a row in the test fold, or if it shares an observation with a test
    row (see `PurgedGroupKFold`). Test rows are never dropped.

    Parameters
    ----------
    n_splits : int, default=5
    gap_days, within_km, min_train
        As in `PurgedGroupKFold`. ``gap_days=10, within_km=float("inf")`` leaves ten days untrained
        before each test.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.model_selection import PurgedTimeSeriesSplit
    >>> time = pd.date_range("2015-01-01", periods=6, freq="D")
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 0.0, "longitude": 0.0,
    ...     "pair_id": list("abcdec"), "radius_km": 100.0, "obs_start": time, "obs_end": time})
    >>> for train, test in PurgedTimeSeriesSplit(2).split(X):
    ...     print(train, test)
    [0 1] [2 3]
    [0 1 3] [4 5]
    """

    _parameter_constraints: dict = {
        "n_splits": [Interval(Integral, 1, None, closed="left")],
        **PURGE_CONSTRAINTS,
    }

    def __init__(
        self,
        n_splits: int = 5,
        *,
        gap_days: float = 0.0,
        within_km: float | None = None,
        min_train: int | float = 0.2,
    ) -> None:
        self.n_splits = n_splits
        self.gap_days = gap_days
        self.within_km = within_km
        self.min_train = min_train

    def _tests(self, table, groups):
        times = np.sort(table.time)
        edges = times[[k * table.n // (self.n_splits + 1) for k in range(1, self.n_splits + 1)]]
        if len(np.unique(edges)) < self.n_splits or edges[0] == times[0]:
            raise ValueError(
                f"PurgedTimeSeriesSplit: {table.n} rows at {len(np.unique(times))} times cannot be cut "
                f"into {self.n_splits + 1} runs"
            )
        for start, end in zip(edges, np.r_[edges[1:], np.iinfo(np.int64).max], strict=True):
            yield (
                np.flatnonzero(table.time < start),
                np.flatnonzero((table.time >= start) & (table.time < end)),
            )
