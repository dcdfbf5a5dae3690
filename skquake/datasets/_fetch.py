"""Where downloads are kept, and when what is kept will do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd

from skquake._core._typing import Path as PathLike
from skquake.datasets._lock import locked
from skquake.datasets._transfer import Transfer, sweep

T = TypeVar("T")


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


def missing(path: Path) -> OSError:
    """The error of ``download_if_missing=False``."""
    return OSError(
        f"{path} is not there, and download_if_missing=False; allow the download, or put the file there"
    )
