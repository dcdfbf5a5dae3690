"""Regular series at fixed stations."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from skquake._core._geodesy import chord_of_km, unit_vectors
from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_columns, check_coordinates
from skquake.sources._backing import Memory
from skquake.sources._base import Problems, Source, cut, duration_ns, fill_windows, sample_times


class Series(NamedTuple):
    """The content of a SeriesSource."""

    time: np.ndarray
    values: np.ndarray
    names: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    channels: tuple
    units: tuple
    cadence: int


class SeriesSource(Source):
    kind = "series"
    _align = "end"

    @classmethod
    def _of(cls, series, index, name, max_km=500.0):
        other = object.__new__(cls)
        Source.__init__(other, Memory(series), name)
        other._stations = index
        other._max_km = max_km
        return other

    time = property(lambda self: self._content.time)
    values = property(lambda self: self._content.values)


def last_rows(content, time, problems):
    """Row of the last time at or before each given one; problems where there is none near."""
    n = len(content.time)
    age = time - content.time[0]
    row = age // content.cadence
    problems.add(time == np.iinfo(np.int64).min, "no time")
    problems.add((row < 0) | (age > n * content.cadence), "no observation at this time")
    return np.clip(row, 0, n - 1)
