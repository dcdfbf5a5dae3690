"""What goes wrong in one of many tasks: what says something of the task, and what of the machine."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_full_disk(error: BaseException) -> bool:
    """Whether a disk, a quota or a file is full: another time the same task succeeds."""
    return isinstance(error, OSError) and error.errno in _FULL


def failure(error: BaseException) -> str:
    """Class and text of an error, in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")


@contextmanager
def living_workers(n_jobs: int | None, store: object) -> Iterator[None]:
    """Where a worker process dies, say what to do, and what is kept.

    Raises
    ------
    RuntimeError
        In place of what joblib raises.
    """
    try:
        yield
    except BrokenExecutor as error:
        kept = (
            "with a store= nothing that is finished would be lost"
            if store is None
            else f"what is finished is in store={str(store)!r}, and the same call goes on from there"
        )
        raise RuntimeError(
            "a worker process died, as a rule for want of memory; take fewer workers "
            f"(n_jobs={n_jobs} now) or a machine with more memory; {kept}"
        ) from error
