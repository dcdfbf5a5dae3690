"""The backing of sources in object stores: parts that stay there, told apart by size and stamp."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

from skquake.sources._backing import Files
from skquake.sources._remote_store import Store


class RemoteFiles(Files):
    """A folder or file behind a URL, of which nothing is asked for before the first use.

    It pickles as the URL without user, password and query, the options that say where a store is, and a
    fingerprint: a hash of names, sizes and stamps (such as an ETag) of the parts. A subclass says what the
    parts are (``_fresh``) and opens them.
    """

    is_local = False

    def __init__(self, place, suffix, read, arguments, fingerprint=None, options=None):
        url, kept, others = place if isinstance(place, tuple) else (place, options or {}, False)
        self.store = Store(url, _thawed(kept), others)
        self._suffix, self._read, self._arguments = suffix, read, arguments
        self._fingerprint = fingerprint
        self._content = None
        self._lock = threading.Lock()

    @property
    def where(self):
        """The URL, for ``repr``."""
        return self.store.where

    def _place(self):
        return self.store.where, _frozen(self.store.options), self.store.others

    def _told(self, read, *arguments):
        """What ``read`` gives; its errors name the URL, and keep their kind where the store failed."""
        try:
            return read(*arguments)
        except OSError as error:
            if self.where in str(error):
                raise
            raise OSError(f"{self.where}: {error}") from error
        except (ValueError, TypeError, KeyError, RuntimeError) as error:
            if self.where in str(error):
                raise
            raise ValueError(f"{self.where}: {error}") from error


def hash_of(parts, more=""):
    """Of names, sizes and stamps of parts, and of what else is known of them."""
    digest = hashlib.blake2b(more.encode(), digest_size=20)
    for part in parts:
        digest.update(f"{part.name}\0{part.size}\0{part.stamp}\0".encode())
    return digest.hexdigest()


def cache_folder():
    """Where what was found of remote sources is kept: ``SKQUAKE_CACHE``, else the user's cache."""
    home = os.environ.get("SKQUAKE_CACHE")
    if home is None:
        home = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join("~", ".cache"), "skquake")
    return Path(home).expanduser()


def _frozen(options):
    return tuple(
        (name, _frozen(value) if isinstance(value, dict) else value)
        for name, value in sorted(options.items())
    )


def _thawed(options):
    if isinstance(options, tuple):
        return {name: _thawed(value) if isinstance(value, tuple) else value for name, value in options}
    return options
