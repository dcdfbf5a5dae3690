"""A track made of another one, some passes at a time."""

from __future__ import annotations

import hashlib
import pathlib
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from skquake._core._identity import identity
from skquake._core._typing import Duration, Frame, Path
from skquake.sources._base import duration_ns
from skquake.sources._ingest import write_parts
from skquake.sources._track import TrackSource

PART_ROWS = 1 << 19  # given to the function together
APART_NS = 600 * 10**9  # where nothing was observed for that long the track may be cut


def transform_track(
    track: TrackSource,
    function: Callable[..., Frame],
    folder: Path,
    *,
    beside: Sequence[TrackSource] = (),
    margin: Duration = 60.0,
    channels: str | Sequence[str] | None = None,
    cadence: Duration | None = None,
    max_gap: Duration | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> TrackSource:
    """Apply a function to whole passes of a track, and write what it gives as another track.

    Memory is that of some passes for each job, however long the track: residuals, magnetic coordinates and
    other instruments of years on disk are made this way.

    Parameters
    ----------
    track : TrackSource
        On disk or in memory.
    function : callable
        Frame in, frame out, such as ``NeLOGResidual().transform`` or
        :func:`~skquake.sources.add_magnetic`. It gets ``time``, ``latitude``, ``longitude``,
        ``altitude_km`` (if there) and the channels of about half a million observations, and their units in
        ``attrs``.
    folder : str or path
        Where the Parquet files go; made if it is not there. One folder a track.
    beside : sequence of TrackSource, default=()
        Other instruments: ``function`` gets a frame more for each, of its observations during those of
        the first frame.
    margin : number of seconds or timedelta, default=60
        So long before and after them, too.
    channels : list of str, optional
        Columns of what ``function`` gives that are channels; by default all of numbers.
    cadence, max_gap : number of seconds or timedelta, optional
        As in ``TrackSource``; by default those of ``track``.
    n_jobs : int or None, default=None
        Parts at a time, by joblib's current backend.
    verbose : int, default=0
        Positive shows a progress bar over the parts.

    Returns
    -------
    TrackSource
        ``TrackSource(folder)`` under the name of ``track``, whose observations stay on disk.

    Raises
    ------
    ValueError
        For what ``function`` gives if it is no track, or of other channels than before; for a folder made of
        another track or with another function.
    RuntimeError
        If another process is writing to the folder.

    Notes
    -----
    The track is cut only where the satellite turns at its highest latitudes, or where nothing was observed
    for ten minutes: a function of whole passes gives what it gives for the whole track, to the bit. After
    an interruption the same call goes on where it stopped.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from functools import partial
    >>> from skquake.datasets import make_track
    >>> from skquake.sources import TrackSource, add_magnetic, join_tracks, transform_track
    >>> frame = make_track("swarm", "2016-03-01", "2016-03-01 03:00", fields=True, random_state=0).frame
    >>> home = pathlib.Path(tempfile.mkdtemp())
    >>> probe = TrackSource(frame, channels=["Ne"], name="A")
    >>> field = TrackSource(frame, channels=["B_C"], name="A")
    >>> joined = transform_track(
    ...     field, partial(join_tracks, max_gap=2.5), home / "joined", beside=[probe], margin=2.5)
    >>> joined.channels
    ('B_C', 'Ne')
    >>> transform_track(joined, partial(add_magnetic, altitude_km=460.0), home / "magnetic").channels
    ('B_C', 'Ne', 'qd_latitude', 'qd_longitude', 'mlt')
    """
    for one in (track, *beside):
        if getattr(one, "kind", None) != "track":
            raise TypeError(f"expected a TrackSource, got {type(one).__name__}; give the tracks one by one")
    folder = pathlib.Path(folder).expanduser()
    channels = [channels] if isinstance(channels, str) else channels
    near = duration_ns(margin, "margin")
    read = partial(_frames, tracks=[track, *beside], near=near)
    made_with = {
        "track": identity(read),
        "function": identity(function),
        "channels": None if channels is None else list(channels),
    }
    key = hashlib.blake2b(str(made_with["track"]).encode(), digest_size=6).hexdigest()
    wanted = {}
    for low, high in pairwise(_edges(track)):
        rows = _Rows(f"rows {low} to {high - 1}", low, high)
        wanted[f"{low:012d}-{high:012d}-{key}.parquet"] = rows
    apply = partial(_applied, function)
    write_parts(wanted, folder, read, channels, apply, made_with, "raise", n_jobs, verbose, "transform_track")
    cadence = track.cadence if cadence is None else cadence
    return TrackSource(
        folder, name=track.name, cadence=cadence, max_gap=track.max_gap if max_gap is None else max_gap
    )


class _Rows(NamedTuple):
    """Rows of a track as an input; ``name`` tells them in messages."""

    name: str
    low: int
    high: int

    def __str__(self):
        return self.name


def _edges(track):
    """Rows at which the track may be cut, some rows apart, and its two ends."""
    bounds = track._content.bounds
    inner = bounds[1:-1]
    step = track.time[inner] - track.time[inner - 1]
    turns = inner[(step <= track._content.max_gap) | (step > APART_NS)]
    wanted = np.searchsorted(turns, np.arange(PART_ROWS, bounds[-1], PART_ROWS))
    chosen = np.unique(turns[wanted[wanted < len(turns)]])
    return [0, *chosen.tolist(), int(bounds[-1])]


def _frames(rows, *, tracks, near):
    """Frames of some rows of the first track, and of those of the others during them."""
    track, *others = tracks
    frame = track._frame(slice(rows.low, rows.high))
    start, end = track.time[[rows.low, rows.high - 1]]
    found = [frame]
    for other in others:
        first = int(np.searchsorted(other.time, start - near))
        stop = int(np.searchsorted(other.time, end + near, side="right"))
        found.append(other._frame(slice(first, stop)))
    return found


def _applied(function: Callable[..., Any], frames: Sequence[Any]) -> Any:
    return function(*frames)
