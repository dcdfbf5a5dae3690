"""Maps that stay on disk: the series of a node is read when a place near it is asked for."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import Any

import numpy as np

from skquake.sources._backing import Files
from skquake.sources._lazy_array import LazyArray
from skquake.sources._map_io import Maps, axes_of, datasets

KEPT_NODES = 64  # series that are kept for the next look


class MapFiles(Files):
    """A NetCDF file, a folder of these, or a Zarr store, of which only the nodes asked for are read.

    NetCDF files are read whole, at first use. A Zarr store is told from another by its metadata and by the
    names and sizes of its files; its chunks carry checksums where ``read_ionex`` wrote them.
    """

    @property
    def _is_store(self):
        return (self.path / "zarr.json").exists() or (self.path / ".zgroup").exists()

    def fingerprint(self):
        """Hash of what the files hold; of a Zarr store that of its metadata, and of names and sizes."""
        if not self._is_store:
            return super().fingerprint()
        digest, states = hashlib.blake2b(digest_size=20), {}
        for file in sorted(path for path in self.path.rglob("*") if path.is_file()):
            name, facts = file.relative_to(self.path).as_posix(), file.stat()
            states[name] = _state(facts)
            digest.update(f"{name}\0{facts.st_size}\0".encode())
            if file.name in ("zarr.json", ".zarray", ".zattrs", ".zgroup"):
                digest.update(file.read_bytes())
        self._latest = states
        return digest.hexdigest()

    def check_row(self, row):
        """Raise ValueError if a file of this row of the grid is no longer what it was at the first use."""
        own = [name for name in self._opened if name.startswith(f"tec/c/{row}/")]
        for name in own or self._opened:
            try:
                same = _state((self.path / name).stat()) == self._opened[name]
            except FileNotFoundError:
                same = False
            if not same:
                raise ValueError(
                    f"{self.where}: {name} was changed or removed since the source was made; make it anew"
                )

    def _open(self):
        if not self._is_store:
            return super()._open()
        self._verify()
        self._opened = self._latest
        there = sum(path.is_file() for path in (self.path / "tec" / "c").rglob("*"))
        return self._told(lazy_maps, self, self.path, there)


def _state(facts):
    return facts.st_size, facts.st_mtime_ns, facts.st_ino


def lazy_maps(backing: Files, store: Any, there: int) -> Maps:
    """Maps in a Zarr store, which has so many rows of maps of those that it should have."""
    (data,) = datasets([store])
    if there != data.attrs.get("rows", there):
        raise ValueError(f"{there} of {data.attrs['rows']} rows of maps are there; make the store anew")
    axes = axes_of(data)
    shape = (len(axes.rows), len(axes.columns), len(axes.time), len(data.data_vars))
    nodes = Nodes(backing, data, axes)
    return Maps(
        axes.time, axes.latitude, axes.longitude, LazyMaps(nodes, "values", np.float32, shape),
        tuple(map(str, data.data_vars)), axes.units, axes.cadence,
    )  # fmt: skip


class LazyMaps(LazyArray):
    """Values of maps on disk, (latitudes, longitudes, times, channels); nodes are looked at one by one."""

    def __getitem__(self, key: Any) -> Any:
        key = key if isinstance(key, tuple) else (key,)
        if len(key) >= 2 and all(isinstance(k, int | np.integer) for k in key[:2]):
            row, column = (range(n)[k] for k, n in zip(key[:2], self.shape[:2], strict=True))
            return self._store.node(row * self.shape[1] + column)[key[2:]]
        return self.__array__()[key]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        self._check(self.shape[0])
        found = np.stack([self._store.node(k) for k in range(self.shape[0] * self.shape[1])])
        found = found.reshape(self.shape) if dtype is None else found.reshape(self.shape).astype(dtype)
        found.flags.writeable = bool(copy)
        return found

    def reshape(self, *shape: Any) -> Any:
        """As ``numpy.ndarray.reshape``; rows of all nodes, one after another, stay on disk."""
        rows = (-1, self.shape[-1])
        return FlatMaps(self._store, self) if shape in (rows, (rows,)) else np.asarray(self).reshape(*shape)

    def __reduce__(self) -> Any:
        return _maps_of, (self._store.backing,)


class FlatMaps(LazyArray):
    """Values of maps on disk in rows of a node and a time."""

    def __init__(self, nodes: Nodes, maps: LazyMaps) -> None:
        super().__init__(nodes, "values", maps.dtype, (int(np.prod(maps.shape[:3])), maps.shape[3]))
        self._maps = maps

    def windows(self, first: np.ndarray, length: int) -> np.ndarray:
        """Rows ``first ... first + length - 1``, each of one node."""
        from skquake.sources._base import cut

        self._check(len(first) * length)
        n = self._maps.shape[2]
        node = first // n
        found = np.empty((len(first), length, self.shape[1]), dtype=np.float32)
        rank = np.argsort(node, kind="stable")
        edges = np.flatnonzero(np.diff(node[rank])) + 1
        for rows in np.split(rank, edges) if len(rank) else []:
            here = int(node[rows[0]])
            found[rows] = cut(self._store.node(here), first[rows] - here * n, length)
        return found


class Nodes:
    """Reads the series of single nodes of a dataset, and keeps the latest."""

    def __init__(self, backing: Any, data: Any, axes: Any) -> None:
        self.backing = backing
        self._data = data
        self._axes = axes
        self._kept: OrderedDict[int, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def where(self) -> str:
        """The path, for messages."""
        return str(self.backing.where)

    def node(self, number: int) -> np.ndarray:
        """Values at a node of the grid, by its flat number: (times, channels)."""
        with self._lock:
            if number in self._kept:
                self._kept.move_to_end(number)
                return self._kept[number]
        axes = self._axes
        row, column = divmod(number, len(axes.columns))
        place = {"latitude": axes.rows[row], "longitude": axes.columns[column]}
        found = np.full((len(axes.time), len(self._data.data_vars)), np.nan, dtype=np.float32)
        try:
            for k, variable in enumerate(self._data.data_vars.values()):
                with np.errstate(over="ignore"):
                    found[axes.slots, k] = variable.isel(place).to_numpy()
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            if str(error).startswith(self.where):  # of an object store, which says all
                raise
            raise ValueError(f"{self.where}: node {row}, {column}: {error}; make the store anew") from error
        self.backing.check_row(int(axes.rows[row]))
        found[np.isinf(found)] = np.nan
        found.flags.writeable = False
        with self._lock:
            self._kept[number] = found
            while len(self._kept) > KEPT_NODES:
                self._kept.popitem(last=False)
        return found


def _maps_of(backing):
    return backing.content.values
