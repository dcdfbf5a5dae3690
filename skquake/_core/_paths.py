"""Files from paths, folders, glob patterns and lists of these."""

from __future__ import annotations

import functools
import glob
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from skquake._core._typing import Paths

HEADER = "an Earth Explorer header (.HDR), which holds no data: they are in the .DBL or .cdf file beside it"
_CHECKSUMS = frozenset([".md5", ".sha1", ".sha224", ".sha256", ".sha384", ".sha512", ".sfv", ".md5sum"])
_LISTS = frozenset(
    [f"{name}{end}" for name in ("md5sum", "md5sums", "sha1sums", "sha256sums", "sha512sums", "checksums")
     for end in ("", ".txt")]
)  # fmt: skip
_TEXTS = ("readme", "licence", "license", "copying")
_TEXT_ENDS = ("", ".txt", ".md", ".rst")
_OF_SYSTEMS = frozenset(["thumbs.db", "desktop.ini"])
_FOLDERS = frozenset(["__macosx", "__pycache__"])


def why_no_data(path: Path) -> str | None:
    """What a file is that holds no data, by its name alone; None for others."""
    name = path.name.lower()
    stem, end = os.path.splitext(name)
    if name.startswith((".", "~$")):
        return "a hidden file"
    if end == ".hdr":
        return HEADER
    if end in _CHECKSUMS or name in _LISTS:
        return "checksums of other files"
    if stem in _TEXTS and end in _TEXT_ENDS:
        return "a note to read, no data"
    return "a file of the operating system" if name in _OF_SYSTEMS else None


def files_below(folder: Path, but: Path | None = None) -> tuple[list[Path], list[Path]]:
    """Files in a folder and the folders in it, by name: those that may hold data, and the others.

    Hidden folders are not looked into, nor is ``but``, where it lies in ``folder``; links to folders are
    followed, each folder once.
    """
    data: list[Path] = []
    others: list[Path] = []
    seen: set[str] = set()
    if but is not None and os.path.realpath(but) != os.path.realpath(folder):
        seen.add(os.path.realpath(but))
    for here, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name.lower() not in _FOLDERS
        )
        for name in sorted(names):
            path = Path(here, name)
            (data if why_no_data(path) is None else others).append(path)
    return data, others


def expand_paths(paths: Paths, in_folder: Callable[[Path], Iterable[Path]] | None = None) -> list[Path]:
    """List of ``Path`` from a path, a glob pattern or any iterable of these; each file once, order kept.

    Of what a pattern matches, files that hold no data by their name (headers, checksums, notes) are passed
    over, unless it matches nothing else; a file that is named is taken whatever it is called.

    Parameters
    ----------
    paths : path-like, glob pattern or iterable of these
    in_folder : callable or None, default=None
        Folder in, its files out. None refuses folders.

    Raises
    ------
    FileNotFoundError
        If a path does not exist, a pattern matches nothing, or a folder holds nothing.
    IsADirectoryError
        For a folder without ``in_folder``.
    ValueError
        If the list is empty.
    """
    entries = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not entries:
        raise ValueError("paths: the list of files is empty")
    files: list[Path] = []
    for entry in entries:
        for path in _matches(os.path.expanduser(os.fspath(entry))):
            if not path.is_dir():
                files.append(path)
            elif in_folder is None:
                raise IsADirectoryError(f"{str(path)!r} is a folder; name its files, for example {path}/*")
            else:
                files += in_folder(path)
    found: dict[str, Path] = {}
    for real, file in zip(real_paths(files), files, strict=True):
        found.setdefault(real, file)
    return list(found.values())


def real_paths(files: Iterable[Path]) -> list[str]:
    """``os.path.realpath`` of each of many files; the folders that they lie in are looked up once."""
    folder = functools.cache(os.path.realpath)
    found = []
    for file in map(os.fspath, files):
        head, tail = os.path.split(file)
        is_plain = tail not in ("", os.curdir, os.pardir) and not os.path.islink(file)
        found.append(os.path.join(folder(head), tail) if is_plain else os.path.realpath(file))
    return found


def _matches(text):
    """What a path or pattern stands for."""
    if os.path.lexists(text):
        return [Path(text)]
    matches = [Path(match) for match in sorted(glob.glob(text, recursive=True))]
    if not matches:
        raise FileNotFoundError(f"no file matches {text!r}")
    if "**" in text:  # the files in these folders are matched themselves
        matches = [path for path in matches if not path.is_dir()]
    return [path for path in matches if path.is_dir() or why_no_data(path) is None] or matches
