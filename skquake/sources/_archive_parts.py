"""The files of an archive on disk, each looked at before it is read, and again where it changed."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skquake._core._locked_file import check_regular
from skquake.sources._archive_layout import Layout
from skquake.sources._parquet_parts import footer_of, group_of

_BLOCK = 1 << 22  # bytes of a file that are looked at together
_CURE = "delete it and call from_files again, which makes it anew"


class LocalParts:
    """Row groups of the files of a layout.

    Parameters
    ----------
    folder : Path
        Of the files.
    layout : Layout
    """

    def __init__(self, folder: Path, layout: Layout) -> None:
        self._folder = folder
        self._layout = layout
        self._seen: dict[int, tuple[int, ...]] = {}
        self._footer: tuple[int, Any] = (-1, None)

    def table(self, number: int, group: int, columns: Sequence[str]) -> Any:
        """Columns of a row group of a file, those that it has.

        Raises
        ------
        ValueError
            Naming the file where it is not what it was, or cannot be read.
        """
        import pyarrow as pa

        source = self._checked(number)
        try:
            last, footer = self._footer  # together: other threads read, too
            footer = footer if last == number else footer_of(source)
            self._footer = number, footer
            if not isinstance(source, Path):
                source.seek(0)
            return group_of(source, footer, group, columns, checked=False)
        except (pa.ArrowException, OSError) as error:
            raise ValueError(f"{self._path(number)}: {error}; {_CURE}") from error

    def _path(self, number):
        return self._folder / self._layout.files[number]

    def _checked(self, number):
        """The file, or its bytes, after a look at these; raises where they are not what they were."""
        import pyarrow as pa

        path = self._path(number)
        size = int(self._layout.sizes[number])
        try:
            facts = os.stat(path)
            state = (facts.st_size, facts.st_mtime_ns, facts.st_ino)
            if self._seen.get(number) == state:
                return path
            check_regular(path)
            if size <= _BLOCK << 3 and facts.st_size == size:  # what was looked at is what is decoded
                content = path.read_bytes()
                found, result = zlib.crc32(content), pa.BufferReader(content)
            else:
                found, result = crc_of(path), path
        except FileNotFoundError as error:
            raise ValueError(
                f"{path}: is missing, but the source was made with it; put it back, or {_CURE[14:]}"
            ) from error
        if facts.st_size != size or found != self._layout.checks[number]:
            raise ValueError(
                f"{path}: was changed since the source was made ({facts.st_size} bytes, then {size}); put "
                f"the original back, make the source anew, or, where from_files wrote it, {_CURE}"
            )
        self._seen[number] = state
        return result


def crc_of(path: Path) -> int:
    """CRC-32 of the bytes of a file."""
    check = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            check = zlib.crc32(block, check)
    return check
