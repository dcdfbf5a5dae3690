"""Where the content of a source lives: in memory, or in files that are read at first use."""

from __future__ import annotations

import hashlib
import os
import threading
from functools import lru_cache
from pathlib import Path

import numpy as np

from skquake.sources._parts_index import check_parts, digest_of
from skquake.sources._remote_url import is_url


def freeze(content):
    """``content`` (a NamedTuple) with every array set read-only."""
    for item in content:
        if isinstance(item, np.ndarray):
            item.flags.writeable = False
    return content


def backing_of(data, suffix, read, make, arguments=(), kind=None, remote=None, options=None):
    """Where the content of ``data`` lives: ``read`` from a path at first use, else made here.

    Parameters
    ----------
    data : path-like or object
    suffix : str
        Of files, where the path is a folder.
    read, make : callable
        Files, or the object, and ``arguments`` in; content out.
    arguments : tuple, default=()
    kind : class, default=Files
        Of the backing of a path.
    remote : callable, optional
        Makes that of a URL.
    options : dict, optional
        ``storage_options`` of a URL.
    """
    if is_url(data) and remote is not None:
        return remote(data, suffix, read, arguments, options=options)
    if options is not None:
        raise ValueError("storage_options are for a URL, such as 's3://bucket/folder'; leave them out")
    if isinstance(data, (str, os.PathLike)):
        return (kind or Files)(data, suffix, read, arguments)
    return Memory(make(data, *arguments))


class Memory:
    """Content held in memory and pickled whole."""

    where = None

    def __init__(self, content):
        self.content = freeze(content)

    def __setstate__(self, state):
        self.content = freeze(state["content"])  # pickling loses the read-only flag


class Files:
    """Content read from a file (or folder of files) at first use.

    Pickles as path, arguments and fingerprint; copies unpickled in one process share
    what was read. The fingerprint is a hash of every byte of the files and of their names,
    taken at the first use or the first pickling, whichever comes first: about a second a
    gigabyte, and no changed value can slip through.
    """

    is_local = True

    def __init__(self, path, suffix, read, arguments, fingerprint=None):
        self.path = Path(path).expanduser().absolute()
        if not self.path.exists():
            raise FileNotFoundError(f"{self.path}: no such file or folder")
        self._suffix, self._read, self._arguments = suffix, read, arguments
        self._fingerprint = fingerprint
        self._content = None
        self._lock = threading.Lock()

    @property
    def where(self):
        """The path, for ``repr``."""
        return str(self.path)

    @property
    def files(self):
        """The files behind the source, sorted by name."""
        files = sorted(self.path.glob(f"*{self._suffix}")) if self.path.is_dir() else [self.path]
        if not files or not all(file.is_file() for file in files):
            raise FileNotFoundError(f"{self.path}: no {self._suffix} file there")
        return files

    def fingerprint(self):
        """Hash of names and bytes of the files as they are now; those of an index must be as it says."""
        digests = {file.name: digest_of(file) for file in self.files}
        if self.path.is_dir():
            check_parts(self.path, digests)
        return self._joined(digests, self.path.is_dir())

    def _joined(self, digests, in_folder):
        digest = hashlib.blake2b(digest_size=20)
        for name, content in digests.items():
            digest.update(f"{name if in_folder else ''}\0{content}\0".encode())
        return digest.hexdigest()

    @property
    def content(self):
        """What the files hold, read once."""
        if self._content is None:
            with self._lock:
                if self._content is None:
                    self._content = freeze(self._open())
        return self._content

    def _open(self):
        self._verify()
        return self._told(self._read, self.files, *self._arguments)

    def _told(self, read, *arguments):
        """What ``read`` gives; its errors name the path."""
        try:
            return read(*arguments)
        except (ValueError, TypeError, KeyError, OSError, RuntimeError) as error:
            raise ValueError(f"{self.where}: {error}") from error

    def _verify(self, found=None):
        found = self.fingerprint() if found is None else found
        if self._fingerprint is None:
            self._fingerprint = found
        elif found != self._fingerprint:
            raise ValueError(
                f"{self.where}: its content is not what this source was made from "
                f"(fingerprint {found[:12]}, expected {self._fingerprint[:12]}); put the original back, "
                "or make the source anew from the new files"
            )

    def __reduce__(self):
        with self._lock:
            if self._fingerprint is None:
                self._verify()
        made_of = (self._suffix, self._read, self._arguments, self._fingerprint)
        return _restore, (type(self), self._place(), *made_of)

    def _place(self):
        """What stands for the place in a pickle."""
        return str(self.path)


@lru_cache(maxsize=8)
def _restore(kind, *made_of):
    return kind(*made_of)
