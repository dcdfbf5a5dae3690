"""Observations of a satellite along its orbit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd

from skquake._core._time import local_solar_time
from skquake._core._typing import ArrayLike, BoolArray, Duration, FloatArray, Frame, IntArray, Path, Paths
from skquake.sources._archive_files import TrackFiles
from skquake.sources._archive_remote import RemoteTracks
from skquake.sources._backing import backing_of
from skquake.sources._base import Source, check_context, check_length, cut, duration_ns
from skquake.sources._blocks import Blocks
from skquake.sources._context import cut_along
from skquake.sources._from_frame import PLACE, Fill, mapped
from skquake.sources._lazy_array import is_on_disk
from skquake.sources._track_io import equator_rows, finite_between, track_from_frame
from skquake.sources._track_parquet import read_track, write_track

SPAN_FACTOR = 1.5
_TILES = 1 << 14  # windows looked at together in a track on disk


class TrackSource(Source):
    """One satellite's observations along its orbit, cut into passes.

    Parameters
    ----------
    data : DataFrame, str or path
        Columns ``time`` (UTC; time zones are converted), ``latitude``, ``longitude`` (degrees, any
        convention), optionally ``altitude_km``, and the channels. Or a Parquet file, or a folder
        of Parquet files, with these columns; they stay there, are read by row groups where they are looked
        at, and the source is pickled as its path and a hash of their bytes. Rows in any order (far out of
        order in time, files are read whole); rows repeated exactly are dropped. Or the URL of such a file or
        folder in an object store, "s3://bucket/folder" (extra ``remote``), of which the columns and row
        groups that are looked at come.
    channels : list of str, optional
        Columns that are observations. By default every column of numbers except coordinates and
        those whose name starts with "flag". NaN is allowed; infinities become NaN.
    name : str
        Name of the source.
    cadence : number of seconds or timedelta, optional
        Nominal time between observations; by default the median step.
    max_gap : number of seconds or timedelta, optional
        A longer time step starts a new pass. By default 5 cadences. Whether a window may hold
        a shorter gap is judged by its span: at most 1.5 (length - 1) cadences.
    storage_options : dict, optional
        Of a URL, as fsspec takes them: credentials, endpoint. What may be a secret is neither shown nor
        pickled; other processes take it from their environment.

    Attributes
    ----------
    time : ndarray of int64, shape (n,)
        ns since 1970, UTC, strictly increasing.
    latitude, longitude : ndarray of float64, shape (n,)
        Degrees; longitude in [-180, 180).
    altitude_km : ndarray of float32, shape (n,), or None
    values : ndarray of float32, shape (n, n_channels)
    pass_id : ndarray of int32, shape (n,)
    ascending : ndarray of bool, shape (n,)
        Whether the pass of each observation flies north.

    Raises
    ------
    ValueError
        For missing or non-numeric columns, an empty frame, missing coordinates or times, and two
        different observations of the same time. When files are read that are missing or were changed since.
    OSError
        Where a store does not answer; the same call goes on from what was read.

    Notes
    -----
    On disk these arrays are sequences of that length, dtype and shape: slices, positions and masks of rows give
    arrays. In memory are the passes, the places of row groups, 128 MB of what was decoded last (up to 1 GiB
    where all that windows touch has room in it) and, once samples were made, up to 256 MB of places of windows.
    What gives more than 1 GiB at once (``numpy.asarray``) raises.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.sources import TrackSource
    >>> frame = pd.DataFrame({
    ...     "time": pd.date_range("2015-01-01", periods=600, freq="s"),
    ...     "latitude": np.linspace(-20, 18, 600), "longitude": 100.0, "Ne": 1e5,
    ... })
    >>> track = TrackSource(frame)
    >>> track
    TrackSource(name='track', channels=('Ne',), 600 observations in 1 pass, 2015-01-01T00:00:00...2015-01-01T00:09:59, cadence 1 s)
    >>> windows, problem = track.windows(frame.iloc[[35, 2]], length=70)
    >>> windows.shape, list(problem)
    ((2, 70, 1), ['', 'window leaves the pass'])
    """  # noqa: E501

    kind = "track"
    _align = "center"

    def __init__(
        self,
        data: Frame | Path,
        channels: str | Sequence[str] | None = None,
        *,
        name: str = "track",
        cadence: Duration | None = None,
        max_gap: Duration | None = None,
        storage_options: Mapping[str, Any] | None = None,
    ) -> None:
        channels = (channels,) if isinstance(channels, str) else channels
        durations = (
            None if value is None else duration_ns(value, name)
            for value, name in ((cadence, "cadence"), (max_gap, "max_gap"))
        )
        arguments = (None if channels is None else tuple(channels), *durations)
        kinds = TrackFiles, RemoteTracks, storage_options
        super().__init__(backing_of(data, ".parquet", read_track, track_from_frame, arguments, *kinds), name)

    @classmethod
    def from_frame(
        cls,
        frame: Frame,
        columns: Mapping[str, Any] | None = None,
        *,
        fill: Fill = (),
        units: Mapping[str, str] | None = None,
        name: str = "track",
        cadence: Duration | None = None,
        max_gap: Duration | None = None,
    ) -> Self:
        """A track from a table with names and missing values of its own.

        Parameters
        ----------
        frame : DataFrame
            Of any library that ``TrackSource`` takes; a pandas frame may hold its times in the index.
        columns : dict of {str: column}, optional
            Our name -> the table's: ``time``, ``latitude``, ``longitude``, ``altitude_km`` (km) where they
            are called otherwise, and the channels. By default every other column of numbers is a channel,
            but for those whose name starts with "flag".
        fill : number, sequence of numbers, dict of {str: number or sequence} or None, default=()
            What the table writes for "missing", for all columns or by our names; it becomes NaN, and rows
            without time or place are left out with a warning. A channel that holds what looks like such a
            mark (-9999, 1e31, ...) without its being declared is refused; None takes all values as they are.
        units : dict of {str: str}, optional
            Units of channels by our names; those in ``frame.attrs["units"]`` are kept.
        name, cadence, max_gap
            As in ``TrackSource``.

        Returns
        -------
        TrackSource

        Raises
        ------
        ValueError
            For columns that are not there, for a mark of missing values that is not declared, and as
            ``TrackSource``.

        Examples
        --------
        >>> import numpy as np, pandas as pd
        >>> from skquake.sources import TrackSource
        >>> table = pd.DataFrame({
        ...     "GEO_LAT": np.linspace(-20, -19.4, 10), "GEO_LON": 100.0, "A311": [1e10] * 9 + [-9999.0],
        ... }, index=pd.date_range("2018-08-01", periods=10, freq="3s"))
        >>> track = TrackSource.from_frame(
        ...     table, {"latitude": "GEO_LAT", "longitude": "GEO_LON", "Ne": "A311"}, fill=-9999,
        ...     units={"Ne": "m-3"},
        ... )
        >>> track.channels, track.units, int(np.isnan(track.values).sum())
        (('Ne',), {'Ne': 'm-3'}, 1)
        """
        table = mapped(frame, columns, PLACE, ("altitude_km", "pass_id"), fill, units, "track")
        return cls(table, name=name, cadence=cadence, max_gap=max_gap)

    @classmethod
    def from_files(
        cls,
        paths: Paths,
        folder: Path,
        read: Callable[[Any], Frame],
        *,
        channels: str | Sequence[str] | None = None,
        prepare: Callable[[Any], Frame] | None = None,
        name: str = "track",
        cadence: Duration | None = None,
        max_gap: Duration | None = None,
        errors: str = "raise",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> Self:
        """A track from many files, such as one a day, by way of a folder of Parquet files.

        The files are read ``n_jobs`` at a time, so memory is that of as many files. Each becomes one Parquet
        file in ``folder``, which appears whole or not at all, and a line of its index, which holds the
        name of the input and a digest of the part. After an interruption, or with more files, the same
        call goes on where it stopped: what is done is not read again, but a file whose size or time of
        modification changed is, or whose part is no longer what was written. Missing days and gaps do
        no harm.

        Parameters
        ----------
        paths : path, folder, glob pattern or list of these
            The files of one satellite; of a folder, all files in it and in the folders in it. Hidden files,
            headers (``.HDR``), checksums and notes (``README``) are passed over, unless they are named.
        folder : str or path
            Where the Parquet files go; made if it is not there. One folder a source.
        read : callable
            Reader of one file: path in, frame out, such as :func:`skquake.io.read_swarm_lp`.
        channels : list of str, optional
            Columns to keep, as in ``TrackSource``.
        prepare : callable, optional
            What to do with each frame before it is written: frame in, frame out. To drop flagged
            rows, say.
        name, cadence, max_gap
            As in ``TrackSource``.
        errors : {"raise", "skip"}
            What happens with files that cannot be read, or whose channels, units or origin differ
            from those of the first: an error once all others are done, or a warning. Both name
            such files by what is wrong with them (the first 50), and neither loses what was done.
        n_jobs : int or None
            Files at a time, each in a process of its own; None is 1, -1 all cores. The source is the same
            whatever it is.
        verbose : int
            Positive shows a progress bar over the files.

        Returns
        -------
        TrackSource
            ``TrackSource(folder)``, whose observations stay on disk. Rows repeated exactly stand once; of
            different rows of the same time (at midnight, in two versions of a day) that of the file which
            starts later stands. A part that was changed, swapped or removed is an error that names it.

        Raises
        ------
        ValueError
            With ``errors="raise"``, if files cannot be used. For a folder made with another
            ``read``, ``prepare`` or ``channels``, holding files that ``paths`` does not name, or files that
            this function did not write.
        RuntimeError
            If another process is writing to the folder.
        OSError
            If a part cannot be written; those that are finished stay.

        Notes
        -----
        ``read`` and ``prepare`` are recognised by name where they come from an installed package, else by
        their source, default arguments and enclosed values; functions that they call are not looked
        into. Satellites of different cadence are sources of their own.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import numpy as np, pandas as pd
        >>> from skquake.sources import TrackSource
        >>> home = pathlib.Path(tempfile.mkdtemp())
        >>> for day in ("2015-01-01", "2015-01-02"):
        ...     frame = pd.DataFrame({"time": pd.date_range(day, periods=1440, freq="min"),
        ...                           "latitude": 10.0, "longitude": np.linspace(0, 179, 1440), "Ne": 1e5})
        ...     frame.to_csv(home / f"{day}.csv", index=False)
        >>> def read(path):
        ...     return pd.read_csv(path, parse_dates=["time"])
        >>> track = TrackSource.from_files(home / "*.csv", home / "track", read)
        >>> len(track), track.span[1]
        (2880, Timestamp('2015-01-02 23:59:00'))
        """
        from skquake.sources._ingest import ingest

        if errors not in ("raise", "skip"):
            raise ValueError(f"errors must be 'raise' or 'skip', got {errors!r}")
        channels = [channels] if isinstance(channels, str) else channels
        ingest(paths, folder, read, channels, prepare, errors, n_jobs, verbose)
        return cls(folder, name=name, cadence=cadence, max_gap=max_gap)

    @property
    def latitude(self) -> FloatArray:
        """Latitudes, degrees."""
        return self._content.latitude

    @property
    def longitude(self) -> FloatArray:
        """Longitudes, degrees in [-180, 180)."""
        return self._content.longitude

    @property
    def altitude_km(self) -> FloatArray | None:
        """Altitudes, km, float32, or None."""
        return self._content.altitude_km

    @property
    def pass_id(self) -> IntArray:
        """Pass of each observation, numbered from 0."""
        return self._content.pass_id

    @property
    def ascending(self) -> BoolArray:
        """Whether the pass of each observation flies north."""
        return self._content.ascending

    @property
    def max_gap(self) -> np.timedelta64:
        """Longest time step inside a pass, ``numpy.timedelta64`` in ns."""
        return np.timedelta64(self._content.max_gap, "ns")

    def __len__(self) -> int:
        return len(self.time)

    def _extent(self):
        n = len(self._content.bounds) - 1
        return f"{len(self):,} observations in {n:,} pass{'' if n == 1 else 'es'}"

    def _known(self):
        from skquake.sources._glance import known_words

        return known_words(self._backing)

    def local_time(self, rows: slice | ArrayLike = slice(None)) -> FloatArray:
        """Mean local solar time of observations, hours in [0, 24).

        Parameters
        ----------
        rows : slice or array of int
            Which observations; by default all.
        """
        rows = rows if isinstance(rows, slice) else np.asarray(rows)
        return local_solar_time(self.time[rows], self.longitude[rows])

    @property
    def passes(self) -> pd.DataFrame:
        """One row a pass: start, end, n, ascending, local_time.

        ``local_time`` (hours) is that of the observation nearest to the equator in a pass that
        crosses it, else that of the middle observation. The index is the pass id.
        """
        track = self._content
        first, last = track.bounds[:-1], track.bounds[1:] - 1
        return pd.DataFrame(
            {
                "start": track.time[first].view("datetime64[ns]"),
                "end": track.time[last].view("datetime64[ns]"),
                "n": last - first + 1,
                "ascending": track.ascending[first],
                "local_time": self.local_time(equator_rows(track)),
            },
            index=pd.RangeIndex(len(first), name="pass_id"),
        )

    def blocks(self, length: int, step: int | None = None, *, context: int = 0) -> Blocks:
        """The fixed tiling of every pass in consecutive windows.

        Parameters
        ----------
        length : int
            Observations in a block.
        step : int, optional
            Rows from one block to the next; by default ``length``, so that blocks do not overlap.
        context : int, default=0
            Of those, only the blocks with so many observations before and after them in the same pass, finite
            in every channel.

        Returns
        -------
        Blocks
            Those that lie in one pass, span at most 1.5 (length - 1) cadences and are finite in
            every channel, in order of time.
        """
        return self._blocks(length, step, context)

    def _blocks(self, length, step=None, context=0, passes=slice(None)):
        """The tiling of some passes (a slice of them)."""
        check_length(length)
        step = length if step is None else step
        check_length(step, "step")
        check_context(context, "error")
        track = self._content
        start, size = track.bounds[:-1][passes], np.diff(track.bounds)[passes]
        room = size - length
        counts = np.where(room < 0, 0, room // step + 1)
        number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        first = np.repeat(start, counts) + number * step
        finite = finite_between(track, first - context, first + length + context)
        finite &= self._spans(first, first + length - 1) <= self._longest_span(length)
        first = first[finite]
        if context:
            before, after = self._context_reach(first, length, context)
            first = first[(before == context) & (after == context)]
        return Blocks(center=first + length // 2, first=first)

    def _context_reach(self, first, length, context):
        track = self._content
        home = track.pass_id[first]
        before = np.minimum(context, first - track.bounds[home])
        return before, np.minimum(context, track.bounds[home + 1] - (first + length))

    def _spans(self, first, last):
        """Time from rows to later rows (both ascend), ns; some at a time, so that both are read at once."""
        time = self._content.time
        if not is_on_disk(time):
            return time[last] - time[first]
        span = np.empty(len(first), dtype=np.int64)
        for k in range(0, len(first), _TILES):
            here = slice(k, k + _TILES)
            span[here] = time[last[here]] - time[first[here]]
        return span

    def _at(self, rows):
        """Time, latitude, longitude at ascending rows; some at a time, so that all three are read at once."""
        track = self._content
        columns = track.time, track.latitude, track.longitude
        if not is_on_disk(track.time):
            return tuple(column[rows] for column in columns)
        found = tuple(np.empty(len(rows), dtype=column.dtype) for column in columns)
        for k in range(0, len(rows), _TILES):
            for column, part in zip(columns, found, strict=True):
                part[k : k + _TILES] = column[rows[k : k + _TILES]]
        return found

    def _portions(self, time, *names):
        track = self._content
        if not is_on_disk(track.time):
            return super()._portions(time, *names)
        return track.time.portions(time, names)

    def _longest_span(self, length):
        return SPAN_FACTOR * (length - 1) * self._content.cadence

    def _gather(self, samples, time, length, offset, problems, context, whole):
        track = self._content
        n = len(track.time)
        row = np.minimum(np.searchsorted(track.time, time), n - 1)
        problems.add(track.time[row] != time, "no observation at this time")
        first, home = row - offset, track.pass_id[row]
        leaves = (first < track.bounds[home]) | (first + length > track.bounds[home + 1])
        problems.add(leaves, "window leaves the pass")
        start, end = np.clip(first, 0, n - 1), np.clip(first + length - 1, 0, n - 1)
        span = track.time[end] - track.time[start]
        times = span / (max(length - 1, 1) * track.cadence)
        problems.add(
            span > self._longest_span(length),
            lambda sample: f"window spans {times[sample]:.1f} times its nominal duration",
        )
        if not context:
            return lambda rows: cut(track.values, first[rows], length)
        before, after = np.zeros((2, len(first)), dtype=np.int64)
        here = problems.whole
        before[here], after[here] = self._context_reach(first[here], length, context)
        problems.add(whole & ((before < context) | (after < context)), "context leaves the pass")
        return lambda rows: cut_along(track.values, first[rows], length, context, before[rows], after[rows])

    def resample(self, cadence: Duration, max_gap: Duration | None = None) -> TrackSource:
        """The track interpolated linearly on a regular time base, pass by pass.

        Times are whole multiples of ``cadence`` since 1970, so that resampled tracks share one
        time base. Positions move along the great circle between observations; a channel is
        interpolated between its own finite observations. Nothing is extrapolated, and nothing
        is interpolated across passes or across more than ``max_gap``: times without observations
        near enough are absent, and a pass ends there; where only a channel has none it is NaN.

        Parameters
        ----------
        cadence : number of seconds or timedelta
        max_gap : number of seconds or timedelta, optional
            Longest time between two observations to interpolate; by default that of the passes.

        Returns
        -------
        TrackSource
            In memory, of the same name.
        """
        from skquake.sources._resample import resample_track

        step = duration_ns(cadence, "cadence")
        longest = self._content.max_gap if max_gap is None else duration_ns(max_gap, "max_gap")
        return TrackSource._of(resample_track(self._content, step, longest), self.name)

    def to_frame(self) -> pd.DataFrame:
        """The observations as a DataFrame: time, latitude, longitude, altitude_km, channels."""
        return self._frame(slice(None))

    def _frame(self, rows):
        """Rows (a slice) as a DataFrame."""
        track = self._content
        columns = {name: getattr(track, name)[rows] for name in ("time", "latitude", "longitude")}
        columns["time"] = columns["time"].view("datetime64[ns]")
        if track.altitude_km is not None:
            columns["altitude_km"] = track.altitude_km[rows]
        columns.update(zip(track.channels, track.values[rows].T, strict=True))
        frame = pd.DataFrame(columns)
        frame.attrs["units"] = self.units
        return frame

    def to_parquet(self, path: Path) -> None:
        """Write the track as a Parquet file that ``TrackSource(path)`` reads back exactly.

        Cadence, longest gap and units are kept; the file appears whole or not at all, and its pages
        carry checksums.
        """
        write_track(self._content, path)
