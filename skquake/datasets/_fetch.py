"""Where downloads are kept, and when what is kept will do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import pandas as pd

from skquake._core._progress import progress
from skquake._core._time import to_utc
from skquake._core._typing import Path as PathLike
from skquake._core._typing import TimeLike
from skquake.datasets._lock import locked
from skquake.datasets._transfer import Transfer, sweep

T = TypeVar("T")
DAY = pd.Timedelta(days=1)


def get_data_home(data_home: PathLike | None = None) -> str:
    """Folder in which ``fetch_*`` functions keep what they download.

    Parameters
    ----------
    data_home : str or path, default=None
        None: the folder in the environment variable ``SKQUAKE_DATA``, else ``~/skquake_data``.

    Returns
    -------
    str
        Made if it is not there. To have a file downloaded anew, delete it there.

    Examples
    --------
    >>> import os, tempfile
    >>> from skquake.datasets import get_data_home
    >>> home = get_data_home(os.path.join(tempfile.mkdtemp(), "data"))
    >>> os.path.isdir(home)
    True
    """
    if data_home is None:
        data_home = os.environ.get("SKQUAKE_DATA", os.path.join("~", "skquake_data"))
    folder = os.path.expanduser(os.fspath(data_home))
    os.makedirs(folder, exist_ok=True)
    return folder


def folder_in(data_home: PathLike | None, name: str) -> Path:
    """``name`` in the data home, made if it is not there, as a Path."""
    folder = Path(get_data_home(data_home), name)
    folder.mkdir(exist_ok=True)
    return folder


def now() -> pd.Timestamp:
    """UTC, tz-naive."""
    return pd.Timestamp.now("UTC").tz_localize(None)


def span_of(start: TimeLike, end: TimeLike) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Two dates as UTC, the first before the second."""
    first, last = (pd.Timestamp(moment) for moment in to_utc([start, end], "start, end"))
    if not first < last:
        raise ValueError(f"start {first} must come before end {last}")
    return first, last


def days_of(start: TimeLike, end: TimeLike) -> pd.DatetimeIndex:
    """The days from that of ``start`` to that before ``end``, at least one."""
    first, last = (pd.Timestamp(moment).normalize() for moment in to_utc([start, end], "start, end"))
    if not first < last:
        raise ValueError(f"start {first:%Y-%m-%d} must lie on a day before end {last:%Y-%m-%d}")
    return pd.date_range(first, last - DAY, freq="D")


def is_complete(path: Path, end: pd.Timestamp) -> bool:
    """Whether the file is there and was written after the end of its span."""
    return path.exists() and pd.Timestamp(path.stat().st_mtime, unit="s") >= end


def obtain(
    path: Path,
    read: Callable[[Path], T],
    will_do: Callable[[T], bool],
    fetch: Callable[[], T],
    transfer: Transfer,
    *,
    download_if_missing: bool,
) -> T:
    """What ``read`` makes of a file, which is fetched where there is none that will do.

    Parameters
    ----------
    path : Path
    read : callable
        Path -> content; raises ValueError for a damaged file, which is then replaced.
    will_do : callable
        Content -> whether it may be used.
    fetch : callable
        Puts the file there, whole and checked, and returns its content.
    transfer : Transfer
        Says how long to wait for another process that downloads the same file.
    download_if_missing : bool

    Raises
    ------
    OSError
        If ``download_if_missing`` is False and there is no readable file.
    """
    if not download_if_missing:
        if not path.exists():
            raise missing(path)
        try:
            return read(path)
        except ValueError as error:
            raise OSError(
                f"{error}; delete the file, or allow the download (download_if_missing), which replaces it"
            ) from error
    with locked(path, transfer.max_seconds):
        sweep(path)
        try:
            if path.exists() and will_do(found := read(path)):
                return found
        except ValueError:
            pass  # a damaged one, to be replaced
        return fetch()


class Part(Generic[T]):
    """The file of a part of a span: where it stands, how it is fetched, read and checked.

    Parameters
    ----------
    path : Path
    url : str
    """

    def __init__(self, path: Path, url: str) -> None:
        self.path, self.url = path, url

    def read(self, path: Path) -> T:
        """What it holds; FormatError for a damaged file and for one that is not what was asked for."""
        raise NotImplementedError

    def will_do(self, content: T) -> bool:
        """Whether nothing newer can be expected."""
        raise NotImplementedError

    def fetch(self, transfer: Transfer, verbose: int) -> T:
        """Put the file there, and what it holds."""
        return transfer.download(self.url, self.path, self.read, verbose=verbose)


def obtain_each(
    parts: Sequence[Part[T]],
    transfer: Transfer,
    *,
    download_if_missing: bool,
    desc: str,
    unit: str,
    verbose: int,
) -> Iterator[T]:
    """What the files of parts hold, fetched where there is none that will do (see :func:`obtain`)."""
    for part in progress(parts, desc=desc, verbose=verbose, unit=unit):
        yield obtain(
            part.path,
            part.read,
            part.will_do,
            partial(part.fetch, transfer, verbose),
            transfer,
            download_if_missing=download_if_missing,
        )


def missing(path: Path) -> OSError:
    """The error of ``download_if_missing=False``."""
    return OSError(
        f"{path} is not there, and download_if_missing=False; allow the download, or put the file there"
    )
