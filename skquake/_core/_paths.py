"""Files from paths, glob patterns and lists of these."""

from __future__ import annotations

import glob
import os
from pathlib import Path

from skquake._core._typing import Paths


def expand_paths(paths: Paths) -> list[Path]:
    """List of ``Path`` from a path, a glob pattern or any iterable of these; each file once, order kept.

    Raises
    ------
    FileNotFoundError
        If a path does not exist or a pattern matches nothing.
    ValueError
        If the list is empty.
    """
    entries = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not entries:
        raise ValueError("paths: the list of files is empty")
    found: dict[str, Path] = {}
    for entry in entries:
        text = os.path.expanduser(os.fspath(entry))
        matches = [text] if os.path.exists(text) else sorted(glob.glob(text, recursive=True))
        if not matches:
            raise FileNotFoundError(f"no file matches {text!r}")
        for match in matches:
            if os.path.isdir(match):
                raise IsADirectoryError(f"{match!r} is a folder; name its files, for example {match}/*")
            found[os.path.realpath(match)] = Path(match)
    return list(found.values())
