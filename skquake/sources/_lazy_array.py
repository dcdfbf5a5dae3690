"""Columns of an archive as sequences that are read where they are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

WHOLE_LIMIT = 1 << 30  # bytes of one result: more is an oversight, or a matter of parts


class LazyArray(NDArrayOperatorsMixin):
    """A read-only array on disk.

    Slices, positions and masks of rows give arrays of NumPy. So does all of it (by ``numpy.asarray``,
    arithmetic, methods of arrays), as long as it is no larger than 1 GiB.

    Parameters
    ----------
    store : object
        ``between(name, start, stop)`` and ``at(name, rows)`` (ascending positions) give rows, ``search(times,
        side)`` positions of times, ``where`` its path. Pickled with the array.
    name : str
        Of the column.
    dtype : dtype
    shape : tuple of int

    Raises
    ------
    ValueError
        For a result larger than 1 GiB.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np, pandas as pd
    >>> from skquake.sources import TrackSource
    >>> frame = pd.DataFrame({
    ...     "time": pd.date_range("2015-01-01", periods=600, freq="s"),
    ...     "latitude": np.linspace(-20, 18, 600), "longitude": 100.0, "Ne": np.arange(600.0),
    ... })
    >>> path = pathlib.Path(tempfile.mkdtemp(), "track.parquet")
    >>> TrackSource(frame).to_parquet(path)
    >>> values = TrackSource(path).values
    >>> values.shape, values[10:12].ravel(), values[[500, 3], 0]
    ((600, 1), array([10., 11.], dtype=float32), array([500.,   3.], dtype=float32))
    """

    def __init__(self, store: Any, name: str, dtype: Any, shape: tuple[int, ...]) -> None:
        self._store = store
        self._name = name
        self.dtype = np.dtype(dtype)
        self.shape = shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of values."""
        return int(np.prod(self.shape))

    @property
    def nbytes(self) -> int:
        """Bytes that all of it would take."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self), 1 << 16):
            yield from self[start : start + (1 << 16)]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):
            if not isinstance(key[0], slice) or any(np.ndim(item) for item in key[1:]):
                return self._rows_and_more(key)
            return self[key[0]][(slice(None), *key[1:])]
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step == 1:
                self._check(max(stop - start, 0))
                return self._store.between(self._name, start, max(start, stop))
            return self[np.arange(start, stop, step)]
        rows = np.asarray(key)
        if rows.dtype == bool:
            if rows.shape != self.shape[:1]:
                raise IndexError(f"mask of shape {rows.shape} for {len(self)} rows")
            rows = np.flatnonzero(rows)
        if rows.size == 0 and rows.dtype.kind == "f":
            rows = rows.astype(np.int64)
        if rows.dtype.kind not in "iu":
            raise IndexError(f"rows must be a slice, whole numbers or a mask, got {key!r}")
        return self._take(rows.astype(np.int64, copy=False))

    def _rows_and_more(self, key):
        """What a key with positions on several axes names: of the rows that it names alone."""
        if key[0] is None or key[0] is Ellipsis or isinstance(key[0], slice):
            return np.asarray(self)[key]
        rows = np.asarray(key[0])
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        return self[rows.ravel()][(np.arange(rows.size).reshape(rows.shape), *key[1:])]

    def _take(self, rows):
        n = len(self)
        self._check(rows.size)
        if rows.size and not (-n <= rows.min() and rows.max() < n):
            raise IndexError(f"row {int(rows[(rows < -n) | (rows >= n)].flat[0])} of {n}")
        flat = np.where(rows < 0, rows + n, rows).ravel()
        if (flat[1:] >= flat[:-1]).all():
            found = self._store.at(self._name, flat)
        else:
            rank = np.argsort(flat, kind="stable")
            found = np.empty((len(flat), *self.shape[1:]), dtype=self.dtype)
            found[rank] = self._store.at(self._name, flat[rank])
        found = found.reshape(rows.shape + self.shape[1:])
        return found[()] if rows.ndim == 0 else found

    def windows(self, first: np.ndarray, length: int) -> np.ndarray:
        """Rows ``first ... first + length - 1``, shape (n, length, ...)."""
        self._check(len(first) * length)
        if (first[1:] >= first[:-1]).all():
            return self._store.cut(self._name, first, length)
        rank = np.argsort(first, kind="stable")
        found = np.empty((len(first), length, *self.shape[1:]), dtype=self.dtype)
        found[rank] = self._store.cut(self._name, first[rank], length)
        return found

    def searchsorted(self, v: Any, side: Any = "left", sorter: Any = None) -> Any:
        """Positions at which ``v`` would keep the order, as ``numpy.searchsorted`` finds them."""
        times = np.asarray(v)
        if self._name == "pass_id" and sorter is None:
            return self._store.search_passes(times, side)
        if self._name != "time" or sorter is not None:
            return np.asarray(self).searchsorted(times, side=side, sorter=sorter)
        return self._store.search(times.ravel(), side).reshape(times.shape)[()]

    def portions(self, v: np.ndarray, names: tuple[str, ...]) -> Iterator[np.ndarray]:
        """Positions in ``v`` (times) that read these columns of the same few parts, in their order."""
        return self._store.portions(v, names)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError(f"{self!r} lies on disk: as an array it is a copy")
        found = self[:]
        found = found if dtype is None else found.astype(dtype, copy=False)
        found.flags.writeable = bool(copy)
        return found

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        arrays = [np.asarray(item) if isinstance(item, LazyArray) else item for item in inputs]
        return getattr(ufunc, method)(*arrays, **keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(np.asarray(self), name)

    def __reduce__(self) -> Any:
        return LazyArray, (self._store, self._name, self.dtype, self.shape)

    def __repr__(self) -> str:
        return f"LazyArray({self._name}, shape={self.shape}, dtype={self.dtype}, in {self._store.where!r})"

    def _check(self, n):
        """Raise if so many rows are too many for one result."""
        size = n * self.dtype.itemsize * int(np.prod(self.shape[1:]))
        if size > WHOLE_LIMIT:
            raise ValueError(
                f"{self._name} of {self._store.where}: {size / 1e9:.1f} GB at once; take rows of it, such as "
                f"{self._name}[start:stop], or let windows, blocks and make_samples read it by parts. A "
                "source in memory is made of a frame: TrackSource(pandas.read_parquet(path))"
            )


def is_on_disk(array: Any) -> bool:
    """Whether an array is read where it is looked at."""
    return isinstance(array, LazyArray)
