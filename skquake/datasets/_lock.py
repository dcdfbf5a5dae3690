"""One download of a file at a time, in any process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from skquake._core._locked_file import lock_at_once

_PAUSE = 0.1


@contextmanager
def locked(path: Path, max_seconds: float | None) -> Iterator[None]:
    """Keep others from downloading ``path`` meanwhile; wait for one that does.

    Raises
    ------
    OSError
        If another process has not done after ``max_seconds``.
    """
    lock = path.with_name(f".{path.name}.lock")
    waited = 0.0
    while (file := _try(lock)) is None:
        if max_seconds is not None and waited >= max_seconds:
            raise OSError(
                f"{path}: another process is downloading it, and was not done within max_seconds="
                f"{max_seconds:g}; wait for it, or end it"
            )
        sleep(_PAUSE)
        waited += _PAUSE
    try:
        yield
    finally:
        try:
            lock.unlink(missing_ok=True)  # before it is let go: who waits finds that it is no longer the file
        except PermissionError:
            pass  # Windows removes no open file; an empty one stays
        os.close(file)


def _try(lock: Path) -> int | None:
    """Descriptor of the lock file, or None where another has it."""
    file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        lock_at_once(file)
        if os.path.samestat(os.fstat(file), os.stat(lock)):
            return file
    except (BlockingIOError, PermissionError, FileNotFoundError):
        pass
    except BaseException:
        os.close(file)
        raise
    os.close(file)
    return None
