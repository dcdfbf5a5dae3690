"""The cells of a watch."""

from __future__ import annotations

import numpy as np

from skquake._core._typing import DataArray


def cells_of(degrees: float) -> DataArray:
    """The globe in cells, from south and west."""
    import xarray as xr

    steps = 180.0 / degrees
    if abs(steps - round(steps)) > 1e-9:
        raise ValueError(f"cells.degrees = {degrees:g}: expected a part of 180")
    n = round(steps)
    centers = degrees * (np.arange(2 * n) + 0.5)
    coordinates = {"latitude": centers[:n] - 90.0, "longitude": centers - 180.0}
    return xr.DataArray(np.zeros((n, 2 * n)), coordinates, tuple(coordinates))
