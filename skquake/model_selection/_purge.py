"""Which training rows share an observation with a test row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._frames import is_frame
from skquake._core._geodesy import EARTH_RADIUS_KM, unit_vectors
from skquake._core._time import as_ns, days_to_ns
from skquake._core._typing import BoolArray, Frame, IntArray
from skquake._core._validation import check_columns, check_coordinates

COLUMNS = ("source", "time", "latitude", "longitude", "pair_id", "radius_km", "obs_start", "obs_end")


class SampleTable:
    """The columns of a sample frame that a splitter needs, as arrays, checked once.

    Parameters
    ----------
    X : DataFrame
        Sample frame, as `skquake.sampling.make_samples` returns it.
    what : str
        Who asks, for the error messages.

    Raises
    ------
    TypeError, ValueError
        For bare arrays (the missing columns are named) and for missing or reversed intervals.
    """

    def __init__(self, X: Frame, what: str) -> None:
        if not is_frame(X):
            raise TypeError(
                f"{what}: X is a bare {type(X).__name__}; what rows share can only be told from the columns "
                f"{', '.join(COLUMNS)}: pass the sample frame of make_samples"
            )
        X = check_columns(X, COLUMNS, what)
        self.n = len(X)
        self.time, self.start, self.end = (
            self._times(X, name, what) for name in ("time", "obs_start", "obs_end")
        )
        if (self.end < self.start).any():
            row = int(np.argmax(self.end < self.start))
            raise ValueError(f"{what}: obs_end lies before obs_start in row {row}")
        self.latitude, self.longitude = check_coordinates(X["latitude"], X["longitude"], what)
        self.position = unit_vectors(self.latitude, self.longitude)
        self.radius_km = X["radius_km"].to_numpy(dtype=float)
        if not (self.radius_km >= 0.0).all():
            row = int(np.argmin(self.radius_km >= 0.0))
            raise ValueError(f"{what}: radius_km is {self.radius_km[row]} in row {row}")
        self.pair = self._codes(X["pair_id"], "pair_id", what)
        self.source = self._codes(X["source"], "source", what)
        self.source_names = X["source"].drop_duplicates().to_list()  # by code
        # A pass belongs to its source; -1 where there are no passes (maps and series).
        passes = pd.factorize(X["pass_id"])[0] if "pass_id" in X else np.full(self.n, -1)
        self.passage = np.where(passes < 0, -1, self.source * (passes.max(initial=0) + 1) + passes)

    @staticmethod
    def _times(X, name, what):
        if X[name].isna().any():
            raise ValueError(f"{what}: {name} is missing in row {int(np.argmax(X[name].isna()))}")
        return as_ns(X[name].to_numpy())

    @staticmethod
    def _codes(column, name, what):
        codes = pd.factorize(column)[0]
        if (codes < 0).any():
            raise ValueError(f"{what}: {name} is missing in row {int(np.argmax(codes < 0))}")
        return codes


def shares_observation(
    table: SampleTable,
    train: IntArray,
    test: IntArray,
    *,
    gap_days: float = 0.0,
    within_km: float | None = None,
) -> BoolArray:
    """Mask of the rows ``train`` that share an observation with one of the rows ``test``.

    Two rows share one if they come from the same source, their observation intervals (both ends
    included, widened by ``gap_days``) overlap, and they lie on the same pass or within
    ``radius_1 + radius_2`` of each other on the great circle (to within ten metres).

    On a track the first case decides: a satellite is at one place at a time, so overlapping intervals of
    one pass hold the same measurements whatever the distance between their centres. On maps and
    series every place is observed at once, and neighbours see the same ionosphere: there the regions must
    touch. ``within_km`` takes the place of ``radius_1 + radius_2``.

    Parameters
    ----------
    table : SampleTable
    train, test : ndarray of int
        Positions.
    gap_days : float
    within_km : float, default=None

    Returns
    -------
    ndarray of bool, shape (len(train),)
    """
    train, test = np.asarray(train), np.asarray(test)
    if not len(train) or not len(test):
        return np.zeros(len(train), dtype=bool)
    start = table.start - days_to_ns(gap_days)
    shared = _same_pass(table.passage, start, table.end, train, test)
    left = np.flatnonzero(~shared)
    for source in np.unique(table.source[test]):
        of_source = left[table.source[train[left]] == source]
        mask = _near(table, start, train[of_source], test[table.source[test] == source], within_km)
        shared[of_source] = mask
    return shared


def _same_pass(passage, start, end, train, test):
    """Overlap with a test interval of the same pass, by one sweep over all passes.

    Times become ranks and each pass gets its own stretch of integers, so that a running maximum of
    interval ends never reaches from one pass into the next.
    """
    flown = test[passage[test] >= 0]
    if not len(flown):
        return np.zeros(len(train), dtype=bool)
    values, rank = np.unique(np.concatenate([start, end]), return_inverse=True)
    offset = passage.astype(np.int64) * (len(values) + 1)
    first, last = offset + rank[: len(start)], offset + rank[len(start) :]
    flown = flown[np.argsort(first[flown], kind="stable")]
    reach = np.r_[np.iinfo(np.int64).min, np.maximum.accumulate(last[flown])]
    begun = np.searchsorted(first[flown], last[train], side="right")
    return (passage[train] >= 0) & (reach[begun] >= first[train])


def _near(table, start, train, test, within_km):
    """Overlap in time with a test row of the same source whose region touches."""
    test = test[np.argsort(start[test], kind="stable")]
    first, last, radius, position = start[test], table.end[test], table.radius_km[test], table.position[test]
    low = np.searchsorted(first, start[train] - (last - first).max(), side="left")
    high = np.searchsorted(first, table.end[train], side="right")
    near = np.zeros(len(train), dtype=bool)
    for i in np.flatnonzero(high > low):
        row, window = train[i], slice(low[i], high[i])
        reach = table.radius_km[row] + radius[window] if within_km is None else within_km
        cosine = np.cos(np.minimum(np.asarray(reach) / EARTH_RADIUS_KM, np.pi)) - 1e-12
        near[i] = ((position[window] @ table.position[row] >= cosine) & (last[window] >= start[row])).any()
    return near
