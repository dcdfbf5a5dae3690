"""A file that one writer has at a time."""

from __future__ import annotations

import errno
import os
import stat
import weakref
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_BUSY = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK}


def check_regular(path: Path) -> None:
    """Raise ValueError unless the path is free, or a regular file."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    for is_kind, kind in _KINDS:
        if is_kind(mode):
            raise ValueError(f"{path}: {kind}, nothing can be kept in it; name a file")


class LockedFile:
    """A file, made where it is absent, that nobody else has as a LockedFile until it is closed.

    The lock ends with `close`, with the object, or with the process, however that ends.

    Parameters
    ----------
    path : path

    Attributes
    ----------
    descriptor : int
        Open to read and to append.
    is_new : bool
        Whether the file was made, or was empty.

    Raises
    ------
    ValueError
        For a folder, a pipe or a device.
    RuntimeError
        If another has it.
    OSError
        If it cannot be opened for writing, or its file system has no locks.
    """

    def __init__(self, path: Path) -> None:
        check_regular(path)
        self.path = path
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self.descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o644)
        self._close = weakref.finalize(self, _release, self.descriptor, os.getpid())
        try:
            lock_at_once(self.descriptor)
            self.check_in_place()
        except BaseException as error:
            self.close()
            if isinstance(error, OSError) and error.errno in _BUSY:
                raise RuntimeError(
                    f"{path}: busy, another process (or search) is writing it; wait for its end, or name "
                    "another file"
                ) from error
            raise
        self.is_new = os.fstat(self.descriptor).st_size == 0

    def close(self) -> None:
        """Let go of the file."""
        self._close()

    def check_in_place(self) -> None:
        """Raise OSError if the file is no longer the one of its name: what is written would be lost."""
        try:
            there = os.path.samestat(os.stat(self.path), os.fstat(self.descriptor))
        except FileNotFoundError:
            there = False
        if not there:
            raise OSError(f"{self.path}: was removed or replaced while it was written; begin again")


def lock_at_once(descriptor: int) -> None:
    """Lock an open file, or raise OSError where another has it."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        import msvcrt

        os.lseek(descriptor, 1 << 30, os.SEEK_SET)  # a byte far behind what is written
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]


def _release(descriptor, process):
    if os.getpid() == process:  # a forked child has the same lock, and must not end it
        try:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_UN)
        except ImportError:
            pass  # Windows has no fork: closing is enough
    os.close(descriptor)
