"""The latest rows of a record that arrives block by block."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skquake._core._read_only import read_only
from skquake._core._time import NS_PER_DAY, as_ns, to_utc
from skquake._core._typing import FloatArray


class History(NamedTuple):
    """The latest rows of a record in time order; rows that never came are NaN.

    Attributes
    ----------
    values : ndarray of shape (rows, ...), read-only
    end : int or None
        When the row after the last is due, ns since 1970; None where rows have no times.
    per_day : int
    cut : bool
        Whether older rows have been dropped.
    """

    values: FloatArray
    end: int | None
    per_day: int
    cut: bool

    def followed_by(self, values: FloatArray, times: Any, reach: int) -> History:
        """The history after another block: its own rows, and ``reach`` rows before them."""
        self._check_shape(values)
        gap, end = 0, None
        if times is not None:
            first = int(as_ns(to_utc(times[:1]))[0])
            end = first + len(values) * self._step
            gap = 0 if self.end is None else self._rows_between(self.end, first, times[0])
            if self.end is not None and gap < 0:
                raise ValueError(
                    f"X: begins at {times[0]}, but partial_fit has seen all up to "
                    f"{pd.Timestamp(self.end - self._step)}; give each block once, in order"
                )
        elif self.end is not None:
            end = self.end + len(values) * self._step
        before = self._behind(gap, reach)
        keep = reach + len(values)
        joined = np.concatenate([before, values])
        return History(read_only(joined[-keep:].copy()), end, self.per_day, self.cut or len(joined) > keep)

    def before(self, values: FloatArray, times: Any, reach: int) -> FloatArray:
        """At most ``reach`` rows before a block; all are before it where there are no times."""
        self._check_shape(values)
        gap = 0
        if times is not None and self.end is not None:
            gap = self._rows_between(self.end, int(as_ns(to_utc(times[:1]))[0]), times[0])
        known = len(self.values) + gap  # rows kept before X, where gap < 0
        if gap < 0 and self.cut and known < reach:
            raise ValueError(
                f"X: begins at {times[0]}, but the days before it have been dropped: transform each block "
                "before its partial_fit or right after it"
            )
        return self._behind(gap, reach)[-reach:]

    def _behind(self, gap: int, reach: int) -> FloatArray:
        """The rows with ``gap`` rows of NaN behind them, or without their last ``-gap``."""
        if gap < 0:
            return self.values[: max(len(self.values) + gap, 0)]
        return np.pad(
            self.values,
            ((0, min(gap, reach)), *((0, 0),) * (self.values.ndim - 1)),
            constant_values=np.nan,
        )

    def _rows_between(self, end: int, first: int, shown: object) -> int:
        rows, rest = divmod(first - end, self._step)
        if rest:
            raise ValueError(
                f"X: {shown} is no whole number of steps of {pd.Timedelta(self._step, 'ns')} after "
                f"{pd.Timestamp(end)}; bring all blocks to one cadence"
            )
        return int(rows)

    def _check_shape(self, values: FloatArray) -> None:
        if values.shape[1:] != self.values.shape[1:]:
            raise ValueError(
                f"X: rows of shape {values.shape[1:]}, but partial_fit has seen rows of shape "
                f"{self.values.shape[1:]}; give maps on one grid"
            )

    @property
    def _step(self) -> int:
        return NS_PER_DAY // self.per_day
