"""What all sources share: where the content lives, what it promises, how windows are cut."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from skquake._core._context import sides
from skquake._core._time import as_ns, to_utc
from skquake._core._typing import Array, FloatArray, Frame, IntArray
from skquake._core._validation import check_columns
from skquake.sources._backing import Files, Memory
from skquake.sources._lazy_array import is_on_disk

NAT = np.iinfo(np.int64).min
_CHUNK_VALUES = 1 << 19  # values gathered at a time, so that windows cost little beyond their own size


class Immutable:
    """What never changes, so that a copy or clone of it is itself."""

    def __sklearn_clone__(self) -> Self:
        return self

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class Source(Immutable):
    """An immutable holder of observations.

    Arrays are read-only, clones are the source itself, equality is identity. The content
    (a NamedTuple of arrays) sits in a backing: in memory, or on disk and read at first use.
    """

    kind: ClassVar[str]
    _align: ClassVar[str]

    def __init__(self, backing: Memory | Files, name: str) -> None:
        if not isinstance(name, str) or not name:
            raise TypeError(f"name must be a non-empty string, got {name!r}")
        self._backing = backing
        self._name = name

    @classmethod
    def _of(cls, content, name):
        """A source of content that is already clean."""
        source = object.__new__(cls)
        Source.__init__(source, Memory(content), name)
        return source

    @property
    def name(self) -> str:
        """Name of the source, as it stands in the ``source`` column of samples."""
        return self._name

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the observed quantities, a tuple of str."""
        return self._content.channels

    @property
    def units(self) -> dict[str, str]:
        """Unit of each channel, a dict; channels of unknown unit are absent."""
        return dict(self._content.units)

    @property
    def cadence(self) -> np.timedelta64:
        """Nominal time between observations, ``numpy.timedelta64`` in ns."""
        return np.timedelta64(self._content.cadence, "ns")

    @property
    def time(self) -> IntArray:
        """Times of observation, ns since 1970, UTC, ascending."""
        return self._content.time

    @property
    def values(self) -> FloatArray:
        """Observations, float32; the last axis is that of the channels."""
        return self._content.values

    @property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """First and last time of observation, two ``pandas.Timestamp`` in UTC."""
        return pd.Timestamp(self._content.time[0]), pd.Timestamp(self._content.time[-1])

    @property
    def _content(self):
        return self._backing.content

    def _renamed(self, name):
        """The same observations under another name; nothing is copied or read."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._name = name
        return other

    def _with_values(self, values, channels=None):
        """The same places and times with other values, in memory; of other channels, if these are named."""
        other = self._renamed(self._name)
        changes = {} if channels is None else {"channels": channels, "units": ()}
        other._backing = Memory(self._content._replace(values=values, **changes))
        return other

    def __repr__(self) -> str:
        where = self._backing.where
        if where is not None:
            return f"{type(self).__name__}({where!r}, name={self._name!r}{self._known()})"
        start, end = (f"{time:%Y-%m-%dT%H:%M:%S}" for time in self.span)
        seconds = self._content.cadence / 1e9
        return (
            f"{type(self).__name__}(name={self._name!r}, channels={self.channels}, "
            f"{self._extent()}, {start}...{end}, cadence {seconds:g} s)"
        )

    def _repr_html_(self) -> str:
        from skquake.sources._card import source_html

        return source_html(self)

    def _known(self):
        """What is known of a source on disk that is not read, for ``repr``."""
        return ""

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

    def windows(
        self,
        samples: Frame,
        length: int,
        *,
        context: int = 0,
        context_edge: str = "error",
        channels: str | Sequence[str] | None = None,
        align: str = "auto",
    ) -> tuple[FloatArray, Array]:
        """Windows of ``length`` consecutive observations, one a sample, in the samples' order.

        Parameters
        ----------
        samples : DataFrame of n_samples rows
            Columns ``time``, ``latitude``, ``longitude``.
        length : int
            Observations in a window, its core where there is context.
        context : int, default=0
            Observations seen besides: so many before and as many after the core along a track, so many
            before it on series and maps.
        context_edge : {"error", "nan"}, default="error"
            Whether context beyond the pass, the record or a gap is a problem, or NaN. A core that is not
            whole is a problem always.
        channels : list of str, optional
            Which channels, in which order; by default all.
        align : {"auto", "center", "end"}
            Where the sample's own observation stands in the core: at position ``length // 2`` (center) or
            last (end). "auto" means center for tracks, end for series and maps.

        Returns
        -------
        windows : ndarray of float32, shape (n_samples, length, n_channels)
            NaN in samples with a problem. With context longer by that: by ``2 * context`` on tracks, by
            ``context`` on series and maps.
        problem : ndarray of object, shape (n_samples,)
            "" where the window is whole; else what is wrong with it, in words.

        Notes
        -----
        The sample's own observation is, on a track, the one at exactly ``time``, and the window
        lies in one pass and spans at most 1.5 (length - 1) cadences. In series and maps it is the
        last one at or before ``time``, no older than one cadence, of the nearest station or
        interpolated to the place. Context of a track lies in the same pass: it ends where that ends,
        at a gap of more than ``max_gap`` too, whatever the duration of the whole.

        Raises
        ------
        ValueError
            For missing columns, an unknown channel, align or edge, a length that is no whole number >= 1,
            a context that is none >= 0.
        """
        return self._walk(
            samples, length, context=context, context_edge=context_edge, channels=channels, align=align
        )

    def _walk(
        self, samples, length, *, context=0, context_edge="error", channels=None, align="auto", look=None
    ):
        """``windows``; before rows that are looked at together are cut, ``look(source, rows)`` is called.

        Places that it reads are decoded together with the values.
        """
        columns = self._columns(channels)
        check_length(length)
        check_context(context, context_edge)
        if align not in ("auto", "center", "end"):
            raise ValueError(f"align must be 'auto', 'center' or 'end', got {align!r}")
        center = (self._align if align == "auto" else align) == "center"
        samples = check_columns(samples, ("time", "latitude", "longitude"), "samples")
        time = as_ns(to_utc(samples["time"], "samples: time"))
        place = samples[["latitude", "longitude"]]
        offset = length // 2 if center else length - 1
        total = length + sum(sides(self.kind, context))
        names = [self.channels[column] for column in columns]
        whole = context_edge == "error"
        needed = slice(0, total) if whole else slice(context, context + length)
        windows = np.empty((len(time), total, len(columns)), dtype=np.float32)
        text = np.full(len(time), "", dtype=object)
        every = columns == list(range(len(self.channels)))
        for rows in self._portions(time, *(() if look is None else ("latitude", "longitude")), "values"):
            if look is not None:
                look(self, rows)
            problems = Problems(len(rows))
            gather = self._gather(place.iloc[rows], time[rows], length, offset, problems, context, whole)
            some = gather if every else _chosen(gather, columns)
            fill_windows(windows, rows, some, problems, names, needed)
            text[rows] = problems.text
        return windows, text

    def _portions(self, time, *names):
        """Samples at these times (ns) to be looked at together: columns of these names are read once."""
        return [np.arange(len(time))]

    def _gather(self, samples, time, length, offset, problems, context, whole):
        """Note the problems; return what turns positions of whole samples into their windows.

        ``whole``: context that is not there is a problem, too.
        """
        raise NotImplementedError

    def _context_reach(self, first, length, context):
        """How many observations of context cores have before and after them, two arrays of int64."""
        return np.clip(first, 0, context), np.zeros(len(first), dtype=np.int64)


def check_length(length: int, name: str = "length") -> None:
    """Raise unless ``length`` is a whole number of at least 1."""
    if isinstance(length, bool) or not isinstance(length, numbers.Integral) or length < 1:
        raise ValueError(f"{name} must be a whole number of observations >= 1, got {length!r}")


def check_context(context: int, edge: str) -> None:
    """Raise unless ``context`` is a whole number of at least 0 and ``edge`` one of those there are."""
    if isinstance(context, bool) or not isinstance(context, numbers.Integral) or context < 0:
        raise ValueError(f"context must be a whole number of observations >= 0, got {context!r}")
    if edge not in ("error", "nan"):
        raise ValueError(f"context_edge must be 'error' or 'nan', got {edge!r}")


def duration_ns(value: Any, name: str) -> int:
    """A duration in ns: a number is in seconds, anything else is read by ``pandas.Timedelta``."""
    try:
        # NumPy counts its durations as whole numbers.
        if isinstance(value, numbers.Real) and not isinstance(value, (bool, np.timedelta64)):
            value = pd.Timedelta(float(value), "s")
        ns = pd.Timedelta(value).as_unit("ns").value
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be seconds or a duration such as '1.5s', got {value!r}") from error
    if ns <= 0:
        raise ValueError(f"{name} must be positive, got {value!r}")
    return ns


def cut(values, first, length):
    """Rows ``first ... first + length - 1`` of ``values`` (rows, c): shape (n, length, c)."""
    if is_on_disk(values):
        return values.windows(first, length)
    c = values.shape[1]
    if not len(first):
        return np.empty((0, length, c), dtype=values.dtype)
    return sliding_window_view(values.reshape(-1), length * c)[::c][first].reshape(-1, length, c)


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


def first_rows(content, time, length, offset, problems):
    """First row of the window of each time, ``offset`` rows before the last observation at or before it.

    A problem where there is none near, or the window leaves the record.
    """
    n = len(content.time)
    age = time - content.time[0]
    problems.add((age < 0) | (age > n * content.cadence) | (time == NAT), "no observation at this time")
    first = np.clip(age // content.cadence, 0, n - 1) - offset
    problems.add((first < 0) | (first + length > n), "window leaves the record")
    return first


def holds_numbers(dtype):
    """Whether a column of this dtype holds real numbers."""
    types = pd.api.types
    return types.is_numeric_dtype(dtype) and not (types.is_bool_dtype(dtype) or types.is_complex_dtype(dtype))


def to_float32(column):
    """A column as float32; missing values and infinities (beyond float32 too) become NaN."""
    with np.errstate(over="ignore"):
        values = column.to_numpy(dtype=np.float32, na_value=np.nan, copy=True)
    values[np.isinf(values)] = np.nan
    return values


def fill_windows(windows, rows, gather, problems, channels, needed):
    """Fill in the windows (n, length, c) of ``rows`` that are whole, a chunk at a time; NaN in others.

    ``gather`` turns positions among ``rows`` into windows. Those that hold what is not finite, in the steps
    ``needed`` (a slice), join the problems.
    """
    positions = np.flatnonzero(problems.whole)
    step = max(1, _CHUNK_VALUES // (windows.shape[1] * windows.shape[2]))
    for start in range(0, len(positions), step):
        here = positions[start : start + step]
        block = gather(here)
        with np.errstate(over="ignore", invalid="ignore"):  # a sum is finite only where all are
            doubtful = np.flatnonzero(~np.isfinite(block[:, needed].reshape(len(block), -1).sum(axis=1)))
        bad = ~np.isfinite(block[doubtful, needed]).all(axis=1)
        some = bad.any(axis=1)
        if some.any():
            lost = doubtful[some]
            block[lost] = np.nan
            names = np.array([f"NaN in channel {channel}" for channel in channels], dtype=object)
            problems.text[here[lost]] = names[bad[some].argmax(axis=1)]
            problems.whole[here[lost]] = False
        windows[rows[here]] = block
    windows[rows[~problems.whole]] = np.nan


def _chosen(gather, columns):
    """``gather`` of some columns."""
    return lambda positions: gather(positions)[:, :, columns]
