"""Maps in NetCDF files: read whole, or by bands of rows where they would not fit in memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skquake._core._map_store import rows_at_once
from skquake.sources import _lazy_array
from skquake.sources._map_io import Axes, Maps, axes_of_all, map_from_xarray
from skquake.sources._map_lazy import Nodes, maps_of

if TYPE_CHECKING:
    import xarray as xr


def netcdf_maps(backing: Any, files: Sequence[Path]) -> Maps:
    """Maps from one NetCDF file, or from several along time; more than 1 GiB of values stay in the files."""
    import xarray as xr

    data = [xr.open_dataset(file, engine="h5netcdf", cache=False) for file in files]
    size = sum(4 * len(each.data_vars) * math.prod(each.sizes.values()) for each in data)
    if size > _lazy_array.WHOLE_LIMIT:
        axes = axes_of_all(data)
        return maps_of(Bands(backing, data, axes), axes, tuple(map(str, data[0].data_vars)))
    for each in data:
        with each:
            each.load()
    return map_from_xarray(data[0] if len(data) == 1 else xr.concat(data, dim="time"))


class Bands(Nodes):
    """Nodes of NetCDF files, which lie there map by map: bands of rows of all maps are read.

    Two of them are kept, since a place may lie between rows of both.
    """

    def __init__(self, backing: Any, data: Sequence[xr.Dataset], axes: Axes) -> None:
        super().__init__(backing, axes)
        self._data = data
        self._step = max(1, rows_at_once(len(axes.columns), len(axes.time), len(data[0].data_vars)) // 2)
        self._bands: dict[int, np.ndarray] = {}

    def _series(self, row: int, column: int) -> np.ndarray:
        low = row - row % self._step
        band = self._bands.get(low)
        if band is None:
            band = self._read(low, min(low + self._step, len(self._axes.rows)))
            latest = list(self._bands.items())[-1:]
            self._bands = {**dict(latest), low: band}
        return band[row - low, column].copy()

    def _read(self, low: int, high: int) -> np.ndarray:
        """Values (rows, longitudes, times, channels) of rows of the grid."""
        axes = self._axes
        rows = axes.rows[low:high]
        south = int(rows.min())
        n_channels = len(self._data[0].data_vars)
        band = np.full((high - low, len(axes.columns), len(axes.time), n_channels), np.nan, dtype=np.float32)
        start = 0
        for data in self._data:
            slots = axes.slots[start : start + data.sizes["time"]]
            start += len(slots)
            for k, name in enumerate(self._data[0].data_vars):
                part = data[name].isel(latitude=slice(south, int(rows.max()) + 1))
                values = part.transpose("latitude", "longitude", "time").to_numpy()
                with np.errstate(over="ignore"):
                    band[:, :, slots, k] = values[np.ix_(rows - south, axes.columns)]
        self.backing.check_files()
        band[np.isinf(band)] = np.nan
        return band
