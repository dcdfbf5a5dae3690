"""Tracks in object stores: row groups and columns that are asked for come, and no others."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from skquake.sources._archive import Archive
from skquake.sources._archive_layout import Layout, layout_in, layout_name, load_layout, save_layout
from skquake.sources._archive_sweep import FileState, OutOfOrder, sweep
from skquake.sources._lazy_array import WHOLE_LIMIT
from skquake.sources._parquet_parts import footer_of, group_of
from skquake.sources._parts_index import NAME as INDEX
from skquake.sources._parts_index import check_noted, digests_of, parts_in
from skquake.sources._remote_file import RemotePart
from skquake.sources._remote_files import RemoteFiles, cache_folder, hash_of

_FOOTERS = 64  # that are kept for the next row group
_AT_ONCE = 8  # requests for small pieces


class RemoteParts:
    """Row groups of the files of a layout in a store.

    Parameters
    ----------
    layout : Layout
    parts : dict of {str: RemotePart}
        By name, as they were listed.
    """

    def __init__(self, layout: Layout, parts: dict[str, RemotePart]) -> None:
        self._parts = [parts[name] for name in layout.files]
        self._footers: OrderedDict[int, Any] = OrderedDict()

    def table(self, number: int, group: int, columns: Sequence[str]) -> Any:
        """Columns of a row group of a file, those that it has.

        Raises
        ------
        ValueError
            Naming the part where it is not the one that was listed, or is damaged.
        OSError
            Where the store does not answer.
        """
        import pyarrow as pa

        part = self._parts[number]
        try:
            footer = self._footers.pop(number, None) or footer_of(part)
            self._footers[number] = footer
            while len(self._footers) > _FOOTERS:
                self._footers.popitem(last=False)
            return group_of(part, footer, group, columns)
        except (pa.ArrowException, OSError) as error:
            if str(part) in str(error):  # of the store, which says all
                raise
            raise ValueError(f"{part}: {error}; put the original there") from error


class RemoteTracks(RemoteFiles):
    """Parquet files of a track in a store, read by row groups and columns where they are looked at.

    With the folder of ``from_files`` its index and its layout may lie in the store: then nothing is read to
    open it. Else the first use walks through the columns of the track once, and what it finds is kept in the
    user's cache. Nothing is ever written to the store.
    """

    def fingerprint(self):
        """Hash of names, sizes and stamps of the parts, and of what an index says of their bytes."""
        return self._fresh()[2]

    def _fresh(self):
        """Parts, digests of an index or None, their fingerprint and a layout beside them, as they are now."""
        name, noted = layout_name(self._arguments), None
        found, beside = self.store.parts(self._suffix, (INDEX, name))
        if INDEX in beside:
            noted = parts_in(self.store.content(beside[INDEX]), f"{self.where}/{INDEX}")
            names = dict.fromkeys(part.name for part in found)
            check_noted(self.where, noted, names, "upload the folder of from_files again, whole")
            for part in found:
                state = noted[part.name].state
                if state is not None and state[0] != part.size:
                    raise ValueError(
                        f"{self.where}: the part {part.name}, of {noted[part.name].file}, has {part.size} "
                        f"bytes, but {state[0]} were written; upload it again"
                    )
        digests = None if noted is None else digests_of(noted)
        return found, digests, hash_of(found, json.dumps(digests)), beside.get(name)

    def _open(self):
        found, digests, fingerprint, kept = self._fresh()
        self._verify(fingerprint)
        parts = {part.name: RemotePart(self.store, part) for part in found}

        def make(layout):
            return Archive(layout, RemoteParts(layout, parts), self)

        layout = self._uploaded(found, digests, kept)
        if layout is not None:
            return make(layout).track()
        of = {"content": fingerprint, "arguments": list(self._arguments)}
        key = hashlib.blake2b(json.dumps([self.where, of["arguments"]]).encode(), digest_size=10)
        place = cache_folder() / "tracks" / f"{key.hexdigest()}.npz"
        layout = load_layout(place, of)
        if layout is None:
            try:
                layout = self._told(self._walk, parts, make)
            except OutOfOrder:
                return self._whole(parts)
            save_layout(layout, place, of)
        return make(layout).track()

    def _uploaded(self, found, digests, kept):
        """The layout that lies beside the parts, if it is of these."""
        if digests is None or kept is None:
            return None
        of = {"content": self._joined(digests, True), "arguments": list(self._arguments)}
        layout = layout_in(self.store.content(kept), of)
        sizes = {part.name: part.size for part in found}
        if layout is None or [sizes[name] for name in layout.files] != layout.sizes.tolist():
            return None
        return layout

    def _walk(self, parts, make):
        files = list(parts.values())
        states = [FileState(file.part.size, 0, file.part.stamp) for file in files]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            footers = list(pool.map(footer_of, files))
        channels, cadence, max_gap = self._arguments
        return sweep(files, states, channels, cadence, max_gap, make, footers)

    def _whole(self, parts):
        size = sum(file.part.size for file in parts.values())
        if size > WHOLE_LIMIT:
            raise ValueError(
                f"{self.where}: {size / 1e9:.1f} GB with rows far out of order in time, which cannot be read "
                "by parts; sort each file by time, and see that files hold spans that hardly overlap"
            )
        return self._told(self._read, list(parts.values()), *self._arguments)
