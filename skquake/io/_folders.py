"""Which files of a folder a reader takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from skquake._core._paths import files_below
from skquake.io._beginning import Beginning
from skquake.io._files import FormatError, warn
from skquake.io._formats import FORMATS, Format, format_of, what_it_is
from skquake.io._isolated import Isolated

_SHOWN = 3


def formats_of(files: Iterable[Path], run: Callable[..., Any] | None = None) -> dict[Path, Format | None]:
    """The format of each file; None for those of no known format, and those that cannot be opened.

    ``run(function, path)`` looks into a file, where it is given: see :class:`Isolated`.
    """
    look = Isolated(False) if run is None else run
    found: dict[Path, Format | None] = {}
    for file in files:
        try:
            name = look(_format_name, file) if file.is_file() else None
        except (OSError, FormatError):
            name = None
        found[file] = None if name is None else FORMATS[name]
    return found


def _format_name(file):
    found = format_of(Beginning(file))
    return None if found is None else found.name


def files_for(reader: str, folder: Path, run: Callable[..., Any] | None = None) -> list[Path]:
    """Files of a folder, and of the folders in it, that a reader takes.

    Parameters
    ----------
    reader : str
        Name of a function of ``skquake.io``.
    folder : Path
    run : callable or None, default=None
        As of :func:`formats_of`.

    Raises
    ------
    FileNotFoundError
        If there is none; it says what there is.

    Warns
    -----
    UserWarning
        For files of no known format, with their number: one of them may be a damaged file of this one.
    """
    files, others = files_below(folder)
    found = formats_of(files, run)
    mine = [file for file, each in found.items() if each is not None and reader in each.readers]
    if not mine:
        there = census(found) or (f"only {len(others)} without data" if others else "it is empty")
        raise FileNotFoundError(f"{str(folder)!r} holds no file for {reader}: {there}")
    warn_of_unknown(folder, found)
    return mine


def warn_of_unknown(folder: Path, found: dict[Path, Format | None]) -> None:
    """One warning for all files of a folder that have no known format."""
    unknown = [file for file, each in found.items() if each is None]
    if unknown:
        names = ", ".join(str(file.relative_to(folder)) for file in unknown[:_SHOWN])
        names += ", ..." * (len(unknown) > _SHOWN)
        n = f"{len(unknown)} file{'s' * (len(unknown) > 1)} of no known format"
        warn(f"{folder}: {n} left out ({names}); skquake.io.describe says what they are")


def census(found: dict[Path, Format | None]) -> str:
    """How many files there are for each reader, and an example of each, in words."""
    groups: dict[str, list[Path]] = {}
    for file, each in found.items():
        groups.setdefault("no reader" if each is None else each.reader, []).append(file)
    return ", ".join(f"{len(files)} for {name} ({files[0].name})" for name, files in groups.items())


def common_reader(found: dict[Path, Format | None], *, deep: bool = True) -> str:
    """The one reader that takes all files; ``deep``: whether libraries may open others for the error.

    Raises
    ------
    FormatError
        For a file of no known format.
    ValueError
        If no reader takes them all.
    """
    for file, each in found.items():
        if each is None:
            raise FormatError(file, "byte 0", f"no reader here takes it: {what_it_is(file, deep=deep)}")
    all_readers = [each.readers for each in found.values() if each is not None]
    common = [name for name in all_readers[0] if all(name in readers for readers in all_readers)]
    if not common:
        raise ValueError(
            f"files of several kinds: {census(found)}; name those of one kind, by a pattern or by format="
        )
    return common[0]
