"""Zarr stores of maps in which the series of a node of the grid is one read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

BAND_BYTES = 1 << 28
"""Most bytes of maps that are turned round together."""


def rows_at_once(n_columns: int, n_times: int, n_channels: int = 1) -> int:
    """Rows of the grid, one at least, whose maps of all times (float32) take at most ``BAND_BYTES``."""
    return max(1, BAND_BYTES // (4 * n_columns * n_times * n_channels))


def write_map_store(
    path: Path,
    latitude: Any,
    longitude: Any,
    time: np.ndarray,
    channels: Mapping[str, Mapping[str, Any]],
    band_of: Callable[[int, int], Any],
    attrs: Mapping[str, Any],
) -> None:
    """Write maps to ``path``, a chunk a node and a file a row of the grid, with checksums, in bounded memory.

    Parameters
    ----------
    path : Path
    latitude, longitude : array-like
        Of the grid.
    time : int64 array
        ns since 1970.
    channels : dict of {str: dict}
        Attributes of each channel.
    band_of : callable
        Gives for rows ``low ... high - 1`` of the grid the values (channels, rows, longitudes, times).
    attrs : dict
        Of the store; ``channels``, their order, and ``rows``, the number of files of each, are added.
    """
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec

    shape = (len(latitude), len(longitude), len(time))
    group = zarr.create_group(path, attributes={**attrs, "channels": list(channels)})
    coordinates: list[tuple[str, np.ndarray, dict[str, Any]]] = [
        ("latitude", np.asarray(latitude), {"units": "degrees_north"}),
        ("longitude", np.asarray(longitude), {"units": "degrees_east"}),
        ("time", time, {"units": "nanoseconds since 1970-01-01", "calendar": "proleptic_gregorian"}),
    ]
    for name, values, more in coordinates:
        array = group.create_array(
            name, shape=values.shape, dtype=values.dtype, dimension_names=(name,), attributes=more
        )
        array[:] = values
    arrays = [
        group.create_array(
            name,
            shape=shape,
            dtype="float32",
            chunks=(1, 1, shape[2]),
            shards=(1, shape[1], shape[2]),
            compressors=[ZstdCodec(level=3), Crc32cCodec()],
            fill_value=float("nan"),
            dimension_names=("latitude", "longitude", "time"),
            config={"write_empty_chunks": True},  # a chunk that is not there was lost
            attributes=dict(more),
        )
        for name, more in channels.items()
    ]
    step = rows_at_once(shape[1], shape[2], len(arrays))
    for low in range(0, shape[0], step):
        high = min(low + step, shape[0])
        for array, band in zip(arrays, band_of(low, high), strict=True):
            for row in range(low, high):
                array[row] = band[row - low]
    group.attrs["rows"] = shape[0]
