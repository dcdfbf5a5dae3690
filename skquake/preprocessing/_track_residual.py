"""What residuals along a satellite's track share: frames in, the same rows out, pass by pass."""

from __future__ import annotations

from itertools import pairwise
from numbers import Real

import numpy as np
import pandas as pd

from skquake._core._passes import find_passes
from skquake._core._sklearn import Interval
from skquake._core._time import NS_PER_SECOND, as_ns, to_utc
from skquake._core._typing import FloatArray, Frame, IntArray
from skquake._core._validation import check_columns
from skquake.preprocessing._frame_residual import FrameResidual


class TrackResidual(FrameResidual):
    """Base of the transformers of track frames: what is smooth along a pass is taken away from it.

    Times must not repeat.
    """

    latitude: str
    latitude_limit: float
    max_gap: float

    _parameter_constraints: dict = {
        "latitude": [str],
        "latitude_limit": [Interval(Real, 0, 90, closed="right")],
        "max_gap": [Interval(Real, 0, None, closed="neither")],
    }

    def _residuals(self, X: pd.DataFrame) -> dict[str, FloatArray]:
        order, bounds = self._passes(X)
        inside = np.abs(X[self.latitude].to_numpy(dtype=float)) <= self.latitude_limit
        seconds = as_ns(to_utc(X["time"])) / NS_PER_SECOND
        found = {}
        for column in self._columns():
            values = self._values(X[column].to_numpy(dtype=float))
            residual = found[self._name(column)] = np.full(len(X), np.nan)
            for first, stop in pairwise(bounds):
                rows = order[first:stop]
                rows = rows[inside[rows] & np.isfinite(values[rows])]
                if len(rows):
                    residual[rows] = self._residual(seconds[rows] - seconds[rows[0]], values[rows])
        return found

    def _check(self, X: Frame) -> pd.DataFrame:
        return check_columns(X, ("time", self.latitude, *self._columns()), "X (a track)")

    def _passes(self, X: pd.DataFrame) -> tuple[IntArray, IntArray]:
        """Rows in the order of time, and the boundaries of passes among them."""
        time = as_ns(to_utc(X["time"]))
        order = np.argsort(time, kind="stable")
        again = np.flatnonzero(np.diff(time[order]) == 0)
        if len(again):
            moment = pd.Timestamp(time[order[again[0]]])
            raise ValueError(f"X: two rows of the time {moment}; keep one (drop_duplicates)")
        if not len(X):
            return order, np.zeros(1, dtype=np.int64)
        latitude = X[self.latitude].to_numpy(dtype=float)[order]
        return order, find_passes(time[order], latitude, round(self.max_gap * NS_PER_SECOND))

    def _values(self, values: FloatArray) -> FloatArray:
        """What the smooth part is taken from; NaN where there is none."""
        return values

    def _residual(self, seconds: FloatArray, values: FloatArray) -> FloatArray:
        """Residual of the finite values of one pass, in the order of time."""
        raise NotImplementedError
