"""What goes wrong in one of many tasks: what says something of the task, and what of the machine."""

from __future__ import annotations

import errno

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_full_disk(error: BaseException) -> bool:
    """Whether a disk, a quota or a file is full: another time the same task succeeds."""
    return isinstance(error, OSError) and error.errno in _FULL


def failure(error: BaseException) -> str:
    """Class and text of an error, in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")
