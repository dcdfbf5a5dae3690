"""Files that appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from skquake._core._locked_file import check_regular
from skquake._core._typing import Path as PathLike


def write_atomically(path: PathLike, write: Callable[[Path], object]) -> None:
    """Call ``write(temporary path)`` beside ``path``, then move the result into place.

    Raises
    ------
    ValueError
        For a folder, a pipe or a device.
    OSError
        If the file cannot be written; nothing is left of it then, and what was there before stays.
    """
    path = Path(path).expanduser()
    check_regular(path)
    short = hashlib.blake2b(path.name.encode(), digest_size=6).hexdigest()  # names can be as long as allowed
    # Of its own in each thread, and on each machine that sees the folder.
    temporary = path.with_name(f".{short}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
