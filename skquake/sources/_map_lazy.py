"""Maps that stay on disk: the series of a node is read when a place near it is asked for."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import Any

import numpy as np

from skquake.sources._backing import Files
from skquake.sources._lazy_array import LazyArray
from skquake.sources._map_io import Axes, Maps, axes_of, datasets

KEPT_NODES = 64  # series that are kept for the next look
_COORDINATES = ("latitude", "longitude", "time")


def rows_there(names: Iterable[str]) -> int:
    """Rows of the grid that the files of a store, by their names in it, hold of every channel."""
    found = Counter(name.split("/")[0] for name in names if "/c/" in name)
    return min((n for channel, n in found.items() if channel not in _COORDINATES), default=0)


def lazy_maps(backing: Files, store: Any, there: int) -> Maps:
    """Maps in a Zarr store, which has so many rows of maps of those that it should have."""
    (data,) = datasets([store])
    data = data[data.attrs.get("channels", sorted(data.data_vars))]
    if there != data.attrs.get("rows", there):
        raise ValueError(f"{there} of {data.attrs['rows']} rows of maps are there; make the store anew")
    axes = axes_of(data)
    return maps_of(ZarrNodes(backing, data, axes), axes, tuple(map(str, data.data_vars)))


def maps_of(nodes: Nodes, axes: Axes, channels: tuple[str, ...]) -> Maps:
    """Maps whose values are read node by node."""
    shape = (len(axes.rows), len(axes.columns), len(axes.time), len(channels))
    values = LazyMaps(nodes, "values", np.float32, shape)
    return Maps(axes.time, axes.latitude, axes.longitude, values, channels, axes.units, axes.cadence)


class LazyMaps(LazyArray):
    """Values of maps on disk, (latitudes, longitudes, times, channels); nodes are looked at one by one."""

    def __getitem__(self, key: Any) -> Any:
        key = key if isinstance(key, tuple) else (key,)
        if len(key) >= 2 and all(isinstance(k, int | np.integer) for k in key[:2]):
            row, column = (range(n)[k] for k, n in zip(key[:2], self.shape[:2], strict=True))
            return self._store.node(row * self.shape[1] + column)[key[2:]]
        if isinstance(key[0], slice):
            start, stop, step = key[0].indices(self.shape[0])
            if step == 1:
                return self._rows(start, max(start, stop))[(slice(None), *key[1:])]
        return self.__array__()[key]

    def _rows(self, start, stop):
        """Values of rows of the grid, read-only."""
        self._check(stop - start)
        width = self.shape[1]
        found = np.empty(((stop - start) * width, *self.shape[2:]), dtype=np.float32)
        for k in range(len(found)):
            found[k] = self._store.node(start * width + k)
        found.flags.writeable = False
        return found.reshape(stop - start, *self.shape[1:])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        found = self._rows(0, self.shape[0])
        found = found if dtype is None else found.astype(dtype, copy=False)
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


class Nodes(ABC):
    """Reads the series of single nodes, and keeps the latest; a subclass says how.

    Parameters
    ----------
    backing : Files
        What the files must still be.
    axes : Axes
    """

    def __init__(self, backing: Any, axes: Axes) -> None:
        self.backing = backing
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
        row, column = divmod(number, len(self._axes.columns))
        try:
            found = self._series(row, column)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            if str(error).startswith(self.where):  # says all
                raise
            raise ValueError(f"{self.where}: node {row}, {column}: {error}; make the store anew") from error
        found.flags.writeable = False
        with self._lock:
            self._kept[number] = found
            while len(self._kept) > KEPT_NODES:
                self._kept.popitem(last=False)
        return found

    @abstractmethod
    def _series(self, row: int, column: int) -> np.ndarray:
        """Values of a node, which the caller may keep: (times, channels)."""


class ZarrNodes(Nodes):
    """Nodes of a Zarr store, each a read of its own."""

    def __init__(self, backing: Any, data: Any, axes: Axes) -> None:
        super().__init__(backing, axes)
        self._data = data

    def _series(self, row: int, column: int) -> np.ndarray:
        axes = self._axes
        place = {"latitude": axes.rows[row], "longitude": axes.columns[column]}
        found = np.full((len(axes.time), len(self._data.data_vars)), np.nan, dtype=np.float32)
        for k, variable in enumerate(self._data.data_vars.values()):
            with np.errstate(over="ignore"):
                found[axes.slots, k] = variable.isel(place).to_numpy()
        self.backing.check_row(int(axes.rows[row]))
        found[np.isinf(found)] = np.nan
        return found


def _maps_of(backing):
    return backing.content.values
