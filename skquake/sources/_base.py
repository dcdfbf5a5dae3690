"""What all sources share: where the content lives, what it promises, how windows are cut."""

from __future__ import annotations

import numbers
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_columns

_CHUNK_VALUES = 1 << 22  # values gathered at a time, so that windows cost little beyond their own size


class Source:
    """An immutable holder of observations.

    Arrays are read-only, clones are the source itself, equality is identity. The content
    (a NamedTuple of arrays) sits in a backing: in memory, or on disk and read at first use.
    """

    kind: ClassVar[str]
    _align: ClassVar[str]

    def __init__(self, backing, name):
        if not isinstance(name, str) or not name:
            raise TypeError(f"name must be a non-empty string, got {name!r}")
        self._backing = backing
        self._name = name

    @property
    def name(self):
        """Name of the source, as it stands in the ``source`` column of samples."""
        return self._name

    @property
    def channels(self):
        """Names of the observed quantities, a tuple of str."""
        return self._content.channels

    @property
    def units(self):
        """Unit of each channel, a dict; channels of unknown unit are absent."""
        return dict(self._content.units)

    @property
    def cadence(self):
        """Nominal time between observations, ``numpy.timedelta64`` in ns."""
        return np.timedelta64(self._content.cadence, "ns")

    @property
    def span(self):
        """First and last time of observation, two ``pandas.Timestamp`` in UTC."""
        return pd.Timestamp(self._content.time[0]), pd.Timestamp(self._content.time[-1])

    @property
    def _content(self):
        return self._backing.content

    def __sklearn_clone__(self):
        return self

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def _renamed(self, name):
        """The same observations under another name; nothing is copied or read."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._name = name
        return other

    def __repr__(self):
        where = self._backing.where
        if where is not None:
            return f"{type(self).__name__}({where!r}, name={self._name!r})"
        start, end = (f"{time:%Y-%m-%dT%H:%M:%S}" for time in self.span)
        seconds = self._content.cadence / 1e9
        return (
            f"{type(self).__name__}(name={self._name!r}, channels={self.channels}, "
            f"{self._extent()}, {start}...{end}, cadence {seconds:g} s)"
        )

    def _extent(self):
        return f"{len(self._content.time):,} times"

    def _columns(self, channels):
        """Positions of ``channels`` (None: all of them), in the order asked for."""
        known = self.channels
        if channels is None:
            return list(range(len(known)))
        channels = [channels] if isinstance(channels, str) else list(channels)
        absent = [channel for channel in channels if channel not in known]
        if absent or not channels:
            raise ValueError(
                f"channels: {', '.join(map(repr, absent)) or 'none asked for'}; "
                f"source {self._name!r} has {', '.join(known)}"
            )
        return [known.index(channel) for channel in channels]

    def _offset(self, length, align):
        """Position of the sample's own observation in its window."""
        check_length(length)
        if align not in ("auto", "center", "end"):
            raise ValueError(f"align must be 'auto', 'center' or 'end', got {align!r}")
        return length // 2 if (self._align if align == "auto" else align) == "center" else length - 1


def check_length(length, name="length"):
    """Raise unless ``length`` is a whole number of at least 1."""
    if isinstance(length, bool) or not isinstance(length, numbers.Integral) or length < 1:
        raise ValueError(f"{name} must be a whole number of observations >= 1, got {length!r}")


def sample_times(samples):
    """int64 ns of the samples' times; checks the columns every source needs."""
    check_columns(samples, ("time", "latitude", "longitude"), "samples")
    return as_ns(to_utc(samples["time"], "samples: time"))


def duration_ns(value, name):
    """A duration in ns: a number is in seconds, anything else is read by ``pandas.Timedelta``."""
    if value is None:
        return None
    try:
        if isinstance(value, numbers.Real) and not isinstance(value, bool):
            value = pd.Timedelta(float(value), "s")
        ns = pd.Timedelta(value).as_unit("ns").value
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be seconds or a duration such as '1.5s', got {value!r}") from error
    if value is pd.NaT or ns <= 0:
        raise ValueError(f"{name} must be positive, got {value!r}")
    return ns


def cut(values, first, length):
    """Rows ``first ... first + length - 1`` of ``values`` (rows, c): shape (n, length, c)."""
    c = values.shape[1]
    if not len(first):
        return np.empty((0, length, c), dtype=values.dtype)
    return sliding_window_view(values.reshape(-1), length * c)[::c][first].reshape(-1, length, c)


def fill_windows(gather, whole, problem, length, channels):
    """Windows (n, length, c) of the samples where ``whole``, a chunk at a time; NaN elsewhere.

    Parameters
    ----------
    gather : callable
        Positions of samples -> their windows.
    whole : ndarray of bool
        Samples whose window exists.
    problem : ndarray of object
        Receives "NaN in channel ..." where a window holds what is not finite.
    """
    windows = np.full((len(whole), length, len(channels)), np.nan, dtype=np.float32)
    positions = np.flatnonzero(whole)
    step = max(1, _CHUNK_VALUES // (length * max(1, len(channels))))
    for start in range(0, len(positions), step):
        here = positions[start : start + step]
        block = gather(here)
        bad = ~np.isfinite(block).all(axis=1)
        for row in np.flatnonzero(bad.any(axis=1)):
            problem[here[row]] = f"NaN in channel {channels[int(np.argmax(bad[row]))]}"
            block[row] = np.nan
        windows[here] = block
    return windows, problem


class Problems:
    """Collects why a window cannot be cut; the first reason found stays."""

    def __init__(self, n):
        self.text = np.full(n, "", dtype=object)
        self.whole = np.ones(n, dtype=bool)

    def add(self, mask, text):
        """Note ``text`` (or ``text(row)``) for the samples of ``mask`` that are still whole."""
        rows = np.flatnonzero(mask & self.whole)
        self.text[rows] = [text(row) for row in rows] if callable(text) else text
        self.whole[rows] = False
