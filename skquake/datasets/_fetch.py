"""Where downloads are kept, and how a file gets there: whole and checked, or not at all."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pandas as pd

from skquake.sources._backing import write_atomically

_WORTH_RETRYING = {408, 425, 429}  # of the 4xx answers; 5xx ones always are


def get_data_home(data_home=None):
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
    data_home = os.path.expanduser(data_home)
    os.makedirs(data_home, exist_ok=True)
    return data_home


def folder_in(data_home, name):
    """``name`` in the data home, made if it is not there, as a Path."""
    folder = Path(get_data_home(data_home), name)
    folder.mkdir(exist_ok=True)
    return folder


def is_complete(path, end):
    """Whether the file is there and was written after the end of its span."""
    return path.exists() and pd.Timestamp(path.stat().st_mtime, unit="s") >= end


def download(url, path, check, *, n_retries, delay, verbose=0):
    """Fetch ``url`` into ``path``, which appears whole and checked or not at all.

    Parameters
    ----------
    url : str
    path : Path
    check : callable
        Called with the temporary path; raises ValueError where the content is not what it should be.
    n_retries, delay : int, float
        As in :func:`persist`.
    verbose : int
        Positive shows a progress bar of bytes.
    """
    import pooch

    fetch = pooch.HTTPDownloader(progressbar=verbose > 0)

    def write(temporary):
        fetch(url, str(temporary), None)
        check(temporary)

    cure = f"or download it elsewhere and put it there as {path}"
    persist(lambda: write_atomically(path, write), url, cure, n_retries=n_retries, delay=delay)


def fetch_text(url, *, n_retries, delay):
    """The text that a web service answers."""
    import requests

    def ask():
        answer = requests.get(url, timeout=60)
        answer.raise_for_status()
        return answer.text

    return persist(
        ask, url, "or give the data_home of a machine that has it", n_retries=n_retries, delay=delay
    )


def is_refused(error):
    """Whether a server understood the request and will not serve it, however often it is asked."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status is not None and 400 <= status < 500 and status not in _WORTH_RETRYING


def persist(action, what, cure, *, n_retries, delay, errors=(OSError, ValueError), is_refused=is_refused):
    """``action()``, tried again after ``delay``, twice, four times ... seconds; OSError in the end."""
    for trial in range(n_retries + 1):
        try:
            return action()
        except errors as error:
            if trial == n_retries or is_refused(error):
                times = "once" if trial == 0 else f"{trial + 1} times"
                raise OSError(
                    f"{what} could not be downloaded (tried {times}; {type(error).__name__}: {error}). "
                    f"Check the connection and call again: what is done is kept; {cure}."
                ) from error
            time.sleep(delay * 2**trial)


def missing(path):
    """The error of ``download_if_missing=False``."""
    return OSError(
        f"{path} is not there, and download_if_missing=False; allow the download, or put the file there"
    )
