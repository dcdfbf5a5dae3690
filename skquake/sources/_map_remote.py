"""Maps in object stores: a Zarr store of which the nodes asked for come, or NetCDF files read whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

from skquake.sources._map_lazy import lazy_maps, rows_there
from skquake.sources._remote_file import RemotePart
from skquake.sources._remote_files import RemoteFiles, hash_of
from skquake.sources._remote_store import Part, Store

_STORE = ("zarr.json", ".zgroup")


class RemoteMaps(RemoteFiles):
    """A Zarr store, a NetCDF file or a folder of these behind a URL.

    NetCDF files are read whole, at first use. A Zarr store is told from another by names, sizes and stamps of
    all that lies in it; what is read of it must still be what was listed.
    """

    def fingerprint(self):
        """Hash of names, sizes and stamps of what is there."""
        return hash_of(self._fresh()[0].values())

    def check_row(self, row):
        """Nothing: what is read of a store has been compared with its list."""

    def _fresh(self):
        """What is there by name, and whether it is a Zarr store."""
        if not self.where.endswith(self._suffix):
            below = self.store.below()
            if any(name in below for name in _STORE):
                return below, True
        return {part.name: part for part in self.store.parts(self._suffix)[0]}, False

    def _open(self):
        found, is_store = self._fresh()
        self._verify(hash_of(found.values()))
        if not is_store:
            return self._told(self._read, [RemotePart(self.store, part) for part in found.values()])
        return self._told(lazy_maps, self, zarr_store(self.store, found), rows_there(found))


def zarr_store(store: Store, parts: dict[str, Part]) -> Any:
    """The parts of a store, by their names, as Zarr reads them."""
    try:
        from zarr.abc.store import OffsetByteRequest, RangeByteRequest, SuffixByteRequest
        from zarr.abc.store import Store as ZarrStore
    except ImportError as error:
        raise ImportError("maps in a Zarr store need zarr: pip install skquake[zarr]") from error

    def limits(part: Part, asked: Any) -> tuple[int, int]:
        if isinstance(asked, RangeByteRequest):
            return asked.start, min(asked.end, part.size)
        if isinstance(asked, OffsetByteRequest):
            return asked.offset, part.size
        if isinstance(asked, SuffixByteRequest):
            return max(0, part.size - asked.suffix), part.size
        return 0, part.size

    class Listed(ZarrStore):
        """What was listed, and nothing else; each read is compared with the list."""

        supports_writes = supports_deletes = supports_partial_writes = False
        supports_listing = True

        def __eq__(self, other: object) -> bool:
            return self is other

        __hash__ = object.__hash__

        def __repr__(self) -> str:
            return f"Listed({store.where!r})"

        async def get(self, key: str, prototype: Any, byte_range: Any = None) -> Any:
            if key not in parts:
                return None
            part = parts[key]
            start, stop = limits(part, byte_range)
            if stop <= start:
                return prototype.buffer.from_bytes(b"")
            (found,) = await asyncio.to_thread(store.read, part, [(start, stop)])
            return prototype.buffer.from_bytes(found)

        async def get_partial_values(self, prototype: Any, key_ranges: Iterable[tuple[str, Any]]) -> Any:
            return list(await asyncio.gather(*(self.get(key, prototype, asked) for key, asked in key_ranges)))

        async def exists(self, key: str) -> bool:
            return key in parts

        async def set(self, key: str, value: Any) -> None:
            raise PermissionError(f"{store.where}: is only read")

        async def set_partial_values(self, key_start_values: Any) -> None:
            raise PermissionError(f"{store.where}: is only read")

        async def delete(self, key: str) -> None:
            raise PermissionError(f"{store.where}: is only read")

        async def list(self) -> AsyncIterator[str]:
            for key in parts:
                yield key

        async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
            for key in parts:
                if key.startswith(prefix):
                    yield key

        async def list_dir(self, prefix: str) -> AsyncIterator[str]:
            folder = f"{prefix.rstrip('/')}/" if prefix else ""
            inside = (key[len(folder) :].split("/")[0] for key in parts if key.startswith(folder))
            for name in dict.fromkeys(inside):
                yield name

    return Listed(read_only=True)
