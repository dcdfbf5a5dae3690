"""What lies in an object store, by way of fsspec: its parts, and ranges of their bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

from skquake.sources._remote_url import private_url, public_options, public_url, scrubbed, secrets_of

# By these a store tells one content of a part from another; the first that it has counts.
_STAMPS = (
    "ETag", "md5Hash", "Content-MD5", "etag", "crc32c", "Digest", "generation", "Last-Modified",
    "LastModified", "last_modified", "updated", "mtime", "created",
)  # fmt: skip
_CREDENTIALS = (
    "credentials are not kept in pickles, so that each process takes them from its environment, as fsspec "
    "does (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or FSSPEC_S3_KEY and the like); or make the source "
    "there, with storage_options="
)
_GO_ON = "nothing of it was taken, and the same call goes on from what is there"
_GIVEN: dict[str, tuple[str, dict[str, Any]]] = {}  # URLs and options of this process, by what is shown


class Part(NamedTuple):
    """An object in a store: name in its folder, path, bytes, and what tells its content from another."""

    name: str
    path: str
    size: int
    stamp: str

    def __str__(self) -> str:
        return self.name


class Store:
    """A folder or a file behind a URL, which is only read.

    Nothing of it is asked for before it is needed. Listings are fresh. What is read of a part is taken only
    if it has the length that was asked for and the part is the one that was listed.

    Parameters
    ----------
    url : str
    options : dict
        As fsspec takes them, by constructor of its file system.
    others : bool, default=False
        Whether options were left out where this was pickled.

    Attributes
    ----------
    where : str
        The URL without user, password and query.
    options : dict
        Those that may be kept.

    Raises
    ------
    ImportError
        Without fsspec, or the library of the store.
    """

    def __init__(self, url: str, options: Mapping[str, Any], others: bool = False) -> None:
        self.where = public_url(url)
        self.options = public_options(options)
        if others and self.where in _GIVEN:
            url, options = _GIVEN[self.where]
        self._secrets = secrets_of(url, options)
        self._url, self._options = private_url(url, options)
        self._fs: tuple[int, Any, str] | None = None
        self.others = others or url != self.where or self.options != dict(options)
        if self.others and not others:
            _GIVEN[self.where] = url, dict(options)
        _import(self.where)

    @property
    def _system(self) -> tuple[Any, str]:
        """fsspec's file system, and the path in it."""
        import fsspec

        if self._fs is None or self._fs[0] != os.getpid():  # its threads do not live on in a fork
            with self._told(""):
                options = {**self._options, "use_listings_cache": False}
                system, path = fsspec.url_to_fs(self._url, **options)
            self._fs = os.getpid(), system, path.rstrip("/")
        return self._fs[1:]

    def parts(self, suffix: str, also: Sequence[str] = ()) -> tuple[list[Part], dict[str, Part]]:
        """The file itself, or those of a folder whose names end so, by name; and others of these names."""
        system, path = self._system
        web = _is_web(system)
        with self._told(""):
            if web:
                single = path.partition("?")[0].endswith(suffix) and not self._url.endswith("/")
                single = single and "text/html" not in system.info(path).get("mimetype", "")
            else:
                single = system.info(path)["type"] == "file"
            if single:
                return [_part(system.info(path), "")], {}
            listed = system.ls(f"{path}/" if web else path, detail=True)
            there = {_name(one["name"], path): one for one in listed if one["type"] == "file"}
            there = {name: one for name, one in there.items() if name.endswith(suffix) or name in also}
            found = [_part(system.info(one["name"]) if web else one, path) for one in there.values()]
        kept = sorted(part for part in found if part.name.endswith(suffix))
        if not kept:
            raise FileNotFoundError(f"{self.where}: no {suffix} file there")
        return kept, {part.name: part for part in found if part.name in also}

    def below(self) -> dict[str, Part]:
        """All that lies in a folder and in those below, by names from there."""
        system, path = self._system
        with self._told(""):
            found = system.find(path, detail=True)
            if _is_web(system):
                found = {name: system.info(name) for name in found}
        return {part.name: part for part in sorted(_part(one, path) for one in found.values())}

    def read(self, part: Part, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Bytes ``start ... stop - 1`` of a part for each range.

        Raises
        ------
        ValueError
            If the part is gone, or another.
        OSError
            If the store does not answer, or not with these bytes.
        """
        if not ranges:
            return []
        system, _ = self._system
        starts, stops = map(list, zip(*ranges, strict=True))
        try:
            with self._told(part.name):
                found = system.cat_ranges([part.path] * len(starts), starts, stops, on_error="return")
                for one in found:
                    if isinstance(one, BaseException):
                        raise one
        except OSError:
            self._look_again(part)
            raise
        self.check(part)
        return [self._whole(part, *each) for each in zip(ranges, found, strict=True)]

    def content(self, part: Part) -> bytes:
        """All bytes of a part."""
        return self.read(part, [(0, part.size)])[0] if part.size else b""

    def check(self, part: Part) -> None:
        """Raise ValueError unless the part is still the one that was listed."""
        system, _ = self._system
        try:
            with self._told(part.name):
                now = _part(system.info(part.path), "")
        except FileNotFoundError:
            raise ValueError(
                f"{self._named(part.name)}: is missing, but the source was made with it; put it back"
            ) from None
        if (now.size, now.stamp) != (part.size, part.stamp):
            raise ValueError(
                f"{self._named(part.name)}: was changed since the source was made ({now.size} bytes, then "
                f"{part.size}; {now.stamp}, then {part.stamp}); put the original back, or make the source "
                "anew"
            )

    def _look_again(self, part):
        """Raise ValueError where a part that cannot be read is gone or another, as far as can be told."""
        try:
            self.check(part)
        except OSError:
            pass

    def _whole(self, part, asked, found):
        start, stop = asked
        if len(found) == part.size and stop - start < part.size:  # a server that knows no ranges
            found = found[start:stop]
        if len(found) != stop - start:
            raise OSError(
                f"{self._named(part.name)}: {len(found)} of the {stop - start} bytes from {start} on came; "
                f"{_GO_ON}"
            )
        return found

    def _named(self, name):
        return f"{self.where}: {name}" if name and not self.where.endswith(f"/{name}") else self.where

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Errors of any store's library as OSError that names URL and part, and holds no secret."""
        try:
            yield
        except (MemoryError, ImportError):
            raise
        except FileNotFoundError:
            cure = f" (as this process may see: {_CREDENTIALS})" if self.others else ""
            raise FileNotFoundError(f"{self._named(name)}: no such file or folder{cure}") from None
        except Exception as error:  # each library has its own
            raise self._failure(name, error) from None  # what it was raised from may hold secrets

    def _failure(self, name, error):
        said = scrubbed(f"{type(error).__name__}: {error}", self._secrets).strip(": ")
        refused = isinstance(error, PermissionError) or getattr(error, "status", None) in (401, 403)
        refused |= any(word in said for word in ("redentials", "Forbidden", "Unauthorized", "AccessDenied"))
        kind = PermissionError if refused else OSError
        cure = _CREDENTIALS if refused else _GO_ON
        return kind(f"{self._named(name)}: the store did not give it ({said}); {cure}")


def _part(info, folder):
    path = str(info["name"])
    name = _name(path, folder)
    stamp = next((f"{key} {_value(info[key])}" for key in _STAMPS if info.get(key) is not None), "")
    if info.get("size") is None:
        raise OSError(f"{name}: the store does not say how many bytes it has")
    return Part(name, path, int(info["size"]), stamp)


def _value(stamp):
    return stamp.timestamp() if isinstance(stamp, datetime) else stamp  # both are met in one file system


def _name(path, folder):
    """Name from a folder, the last part of the path without one."""
    path = path.partition("?")[0] if "://" in path else path
    name = path.removeprefix(folder).strip("/") if folder else path.rstrip("/").rsplit("/", 1)[-1]
    return unquote(name) if "://" in path else name


def _is_web(system):
    protocol = system.protocol
    return "http" in (protocol if isinstance(protocol, (tuple, list)) else (protocol,))


def _import(where):
    """Raise ImportError now, not at first use, where a library is absent."""
    try:
        import fsspec

        fsspec.get_filesystem_class(where.partition("://")[0].partition("::")[0])
    except ImportError as error:
        raise ImportError(f"{where}: {error}; pip install skquake[remote] has what S3 needs") from error
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
