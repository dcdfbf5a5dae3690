"""A part of an object store as a file, of which the bytes that are asked for come, and no others."""

from __future__ import annotations

import bisect
import io
from collections.abc import Sequence
from typing import Any

from skquake.sources._remote_store import Part, Store

_TAIL = 1 << 16  # bytes of the end of a file that are read for its footer, as pyarrow does
GAP = 1 << 14  # bytes between two pieces that are rather read than asked around


class RemoteFile(io.RawIOBase):
    """Reads a part; ``load`` fetches ranges together, others come when they are read.

    Parameters
    ----------
    store : Store
    part : Part
    """

    def __init__(self, store: Store, part: Part) -> None:
        self._store = store
        self._part = part
        self._at = 0
        self._starts: list[int] = []
        self._pieces: list[bytes] = []

    def load(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Fetch ranges at once; neighbours in one piece."""
        merged: list[list[int]] = []
        for start, stop in sorted(ranges):
            if merged and start <= merged[-1][1] + GAP:
                merged[-1][1] = max(stop, merged[-1][1])
            else:
                merged.append([start, stop])
        wanted = [(start, stop) for start, stop in merged]
        for (start, _), piece in zip(wanted, self._store.read(self._part, wanted), strict=True):
            k = bisect.bisect(self._starts, start)
            self._starts.insert(k, start)
            self._pieces.insert(k, piece)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._part.size}[whence]
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        stop = self._part.size if size is None or size < 0 else min(self._at + size, self._part.size)
        start, self._at = self._at, max(stop, self._at)
        if stop <= start:
            return b""
        found = self._known(start, stop)
        if found is None:
            self.load([(start, stop)])
            found = self._known(start, stop)
        assert found is not None
        return found

    def readinto(self, buffer: Any) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def _known(self, start, stop):
        for k in range(bisect.bisect(self._starts, start) - 1, -1, -1):
            low, piece = self._starts[k], self._pieces[k]
            if stop <= low + len(piece):
                return piece[start - low : stop - low]
        return None


class RemotePart:
    """A Parquet file in a store, in the place of a path.

    Parameters
    ----------
    store : Store
    part : Part
    """

    def __init__(self, store: Store, part: Part) -> None:
        self.store = store
        self.part = part

    @property
    def name(self) -> str:
        """Name in its folder."""
        return self.part.name

    def __str__(self) -> str:
        return self.store._named(self.part.name)

    def open(self) -> RemoteFile:
        """The part as a file."""
        return RemoteFile(self.store, self.part)

    def open_footer(self) -> RemoteFile:
        """The part as a file, of which the end is there."""
        file = self.open()
        file.load([(max(0, self.part.size - _TAIL), self.part.size)])
        return file

    def open_columns(self, footer: Any, group: int, columns: Sequence[str] | None) -> RemoteFile:
        """The part as a file, of which columns (None: all) of a row group are there."""
        file, ranges = self.open(), []
        rows = footer.row_group(group)
        for k in range(rows.num_columns):
            chunk = rows.column(k)
            if columns is None or chunk.path_in_schema.split(".")[0] in columns:
                starts = (chunk.dictionary_page_offset, chunk.data_page_offset)
                start = min(offset for offset in starts if offset)
                ranges.append((start, start + chunk.total_compressed_size))
        file.load(ranges)
        return file

    def whole(self) -> io.BytesIO:
        """The part as a file, all of which is there."""
        return io.BytesIO(self.store.content(self.part))
