"""Folds of whole blocks of land and sea."""

from __future__ import annotations

from numbers import Real

import numpy as np

from skquake._core._sklearn import Interval
from skquake._core._typing import ArrayLike, IntArray, RandomState
from skquake.model_selection._group_kfold import PurgedGroupKFold


class SpatialBlockKFold(PurgedGroupKFold):
    """K folds of whole blocks of the globe, purged of shared observations.

    No place is trained and tested on: a model that knows places by heart scores nothing here. Blocks
    are cut from bands of latitude; the fewer to a band, the nearer to a pole, so that no block is
    narrower than ``block_degrees`` anywhere, and each pole lies in a single round one. A pair
    lies in the block of the mean position of its rows. Training rows across the border of a block go
    where they share an observation with a test row (see `PurgedGroupKFold`, as for the rest).

    Parameters
    ----------
    n_splits : int, default=5
    block_degrees : float, default=10.0
        Least height and width of a block, in degrees of arc.
    shuffle : bool, default=False
        Deal blocks with equally many rows in random order instead of from south to north.
    random_state, gap_days, within_km, min_train
        As in `PurgedGroupKFold`.

    Notes
    -----
    Neighbouring blocks may be in different folds, and neighbours resemble each other. Where a model
    could know the place from as far as the next block, take larger blocks, or a ``within_km`` beyond the
    sum of both radii.

    References
    ----------
    Roberts, D. R. et al. (2017). Cross-validation strategies for data with temporal, spatial,
    hierarchical, or phylogenetic structure. Ecography 40, 913-929.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.model_selection import SpatialBlockKFold
    >>> time = pd.date_range("2015-01-01", periods=4, freq="50D")
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 5.0, "longitude": [179, 1, -179, 2],
    ...     "pair_id": list("abcd"), "radius_km": 100.0, "obs_start": time, "obs_end": time})
    >>> [test.tolist() for _, test in SpatialBlockKFold(2, block_degrees=30.0).split(X)]
    [[1, 3], [0, 2]]
    """

    _parameter_constraints: dict = {
        **PurgedGroupKFold._parameter_constraints,
        "block_degrees": [Interval(Real, 0, 90, closed="right")],
    }

    def __init__(
        self,
        n_splits: int = 5,
        *,
        block_degrees: float = 10.0,
        shuffle: bool = False,
        random_state: RandomState = None,
        gap_days: float = 0.0,
        within_km: float | None = None,
        min_train: int | float = 0.2,
    ) -> None:
        super().__init__(
            n_splits,
            shuffle=shuffle,
            random_state=random_state,
            gap_days=gap_days,
            within_km=within_km,
            min_train=min_train,
        )
        self.block_degrees = block_degrees

    _unit = "block"

    def _tests(self, table, groups):
        mean = np.stack([np.bincount(groups, table.position[:, axis]) for axis in range(3)])
        latitude = np.rad2deg(np.arctan2(mean[2], np.hypot(mean[0], mean[1])))
        longitude = np.rad2deg(np.arctan2(mean[1], mean[0]))
        cells = block_of(latitude, longitude, self.block_degrees)
        return super()._tests(table, np.unique(cells, axis=0, return_inverse=True)[1].reshape(-1)[groups])


def block_of(latitude: ArrayLike, longitude: ArrayLike, degrees: float) -> IntArray:
    """Band from south to north and number within it, from west to east, shape (n, 2)."""
    n_bands = int(round(180.0 / degrees, 6))
    # Rounding first: what should lie on an edge must not fall to either side by chance.
    band = np.floor(np.round((np.asarray(latitude) + 90.0) * n_bands / 180.0, 6)).astype(int)
    band = np.clip(band, 0, n_bands - 1)
    edge = np.maximum(np.abs(band * 180.0 / n_bands - 90.0), np.abs((band + 1) * 180.0 / n_bands - 90.0))
    n_cells = np.maximum(np.round(360.0 * np.cos(np.deg2rad(edge)) / degrees, 6).astype(int), 1)
    turns = (np.asarray(longitude) + 180.0) / 360.0
    return np.stack([band, np.floor(np.round(turns * n_cells, 6)).astype(int) % n_cells], axis=-1)
