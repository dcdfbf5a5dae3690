"""Maps on a regular time base: time x latitude x longitude."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd

from skquake._core._validation import check_coordinates
from skquake.sources._backing import Files, Memory
from skquake.sources._base import Problems, Source, cut, fill_windows, sample_times
from skquake.sources._map_io import map_from_xarray, read_map, write_map
from skquake.sources._series import Series, SeriesSource, last_rows


class MapSource(Source):
    """Maps of one or more quantities on a regular grid and time base, such as GIM TEC.

    Parameters
    ----------
    data : xarray.DataArray, xarray.Dataset, str or path
        Dimensions ``time``, ``latitude``, ``longitude`` in any order; each variable of a Dataset
        is a channel. Or a NetCDF file of such, read at first use, and pickled as its path and
        a hash of its bytes. Latitudes run either way; longitudes may be -180...180, with or
        without the repeated 180, or 0...360. Missing maps become NaN.
    name : str
        Name of the source.

    Attributes
    ----------
    time : ndarray of int64, shape (n_times,)
        ns since 1970, UTC, every ``cadence``.
    latitude, longitude : ndarray of float64
        The grid, ascending, degrees; longitude in [-180, 180).
    values : ndarray of float32, shape (n_latitudes, n_longitudes, n_times, n_channels)

    Raises
    ------
    ValueError
        For other dimensions, repeated or irregular times, repeated coordinates.

    Notes
    -----
    Between nodes maps are interpolated bilinearly, across the dateline too if the grid goes
    round the globe. Beyond the last row before a pole (87.5 degrees in IONEX maps) that row is
    used. Elsewhere nothing is extrapolated.

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.sources import MapSource
    >>> latitude, longitude = np.arange(87.5, -90, -2.5), np.arange(-180, 181, 5.0)
    >>> tec = xr.DataArray(
    ...     np.broadcast_to(latitude[:, None], (12, 71, 73)), name="TEC", dims=("time", "latitude", "longitude"),
    ...     coords={"time": pd.date_range("2001-01-01", periods=12, freq="2h"), "latitude": latitude,
    ...             "longitude": longitude},
    ... )
    >>> maps = MapSource(tec)
    >>> sample = pd.DataFrame({"time": [pd.Timestamp("2001-01-01 11:00")], "latitude": 36.5, "longitude": 142.0})
    >>> windows, problem = maps.windows(sample, length=3)
    >>> windows[0, :, 0]
    array([36.5, 36.5, 36.5], dtype=float32)
    """

    kind = "map"
    _align = "end"

    def __init__(self, data, *, name="map"):
        if isinstance(data, (str, os.PathLike)):
            backing = Files(data, ".nc", read_map, ())
        else:
            backing = Memory(map_from_xarray(data))
        super().__init__(backing, name)

    time = property(lambda self: self._content.time)
    latitude = property(lambda self: self._content.latitude)
    longitude = property(lambda self: self._content.longitude)
    values = property(lambda self: self._content.values)

    def _extent(self):
        return f"{len(self.time):,} maps of {len(self.latitude)} x {len(self.longitude)}"

    def at(self, latitude, longitude):
        """The maps interpolated at one place or several.

        Parameters
        ----------
        latitude, longitude : float or array-like of shape (n_places,)
            Degrees.

        Returns
        -------
        SeriesSource
            One station a place, named by its position 0 ... n_places - 1.

        Raises
        ------
        ValueError
            For a place outside the maps.
        """
        latitude, longitude = np.broadcast_arrays(np.atleast_1d(latitude), np.atleast_1d(longitude))
        latitude, longitude = check_coordinates(latitude.ravel(), longitude.ravel(), "place")
        maps = self._content
        nodes, weights, outside = corners(maps, latitude, longitude)
        if outside.any():
            place = int(np.argmax(outside))
            raise ValueError(
                f"place {place} ({latitude[place]:g}, {longitude[place]:g}) lies outside the maps of {self.name!r}"
            )
        n = len(maps.time)
        values = np.empty((len(latitude), n, len(maps.channels)), dtype=np.float32)
        for place in range(len(latitude)):
            here = slice(place, place + 1)
            values[here] = blend(maps, nodes[here] * n, weights[here], n)
        stations = pd.DataFrame({"latitude": latitude, "longitude": longitude})
        series = Series(
            maps.time, values, np.arange(len(latitude)), latitude, longitude, maps.channels, maps.units,
            maps.cadence,
        )  # fmt: skip
        return SeriesSource._of(series, stations.index, self.name)

    def windows(self, samples, length, *, channels=None, align="auto"):
        """Windows of ``length`` consecutive maps at the samples' places, in the samples' order.

        Parameters
        ----------
        samples : DataFrame of n_samples rows
            Columns ``time``, ``latitude``, ``longitude``.
        length : int
            Maps in a window.
        channels : list of str, optional
            Which channels, in which order; by default all.
        align : {"auto", "center", "end"}
            Whether the last map at or before the sample's time (no older than one cadence) is
            the last of the window (end, the default for maps) or at position ``length // 2``.

        Returns
        -------
        windows : ndarray of float32, shape (n_samples, length, n_channels)
            NaN in samples with a problem.
        problem : ndarray of object, shape (n_samples,)
            "" where the window is whole; else what is wrong with it, in words.
        """
        columns = self._columns(channels)
        offset = self._offset(length, align)
        time = sample_times(samples)
        latitude, longitude = check_coordinates(samples["latitude"], samples["longitude"], "samples")
        maps = self._content
        problems = Problems(len(time))
        row = last_rows(maps, time, problems)
        first = row - offset
        problems.add((first < 0) | (first + length > len(maps.time)), "window leaves the record")
        nodes, weights, outside = corners(maps, latitude, longitude)
        problems.add(outside, "place outside the maps")
        first = nodes * len(maps.time) + first[:, np.newaxis]
        return fill_windows(
            lambda rows: blend(maps, first[rows], weights[rows], length)[:, :, columns],
            problems.whole,
            problems.text,
            length,
            [maps.channels[column] for column in columns],
        )

    def to_netcdf(self, path):
        """Write the maps as a NetCDF file that ``MapSource(path)`` reads back exactly.

        The file appears whole or not at all.
        """
        write_map(self._content, path)


def corners(maps, latitude, longitude):
    """The four nodes around each place, their bilinear weights, and whether it lies outside.

    Returns
    -------
    nodes : ndarray of int64, shape (n, 4)
        Flat positions in the grid. A node of no weight is replaced by its neighbour, so that
        a hole in the maps spoils only the places that use it.
    weights : ndarray of float64, shape (n, 4)
    outside : ndarray of bool, shape (n,)
    """
    south, north, v, outside_v = bracket_rows(maps.latitude, latitude)
    west, east, u, outside_u = bracket_columns(maps.longitude, longitude)
    width = len(maps.longitude)
    nodes = np.stack(
        [south * width + west, south * width + east, north * width + west, north * width + east], 1
    )
    weights = np.stack([(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u], axis=1)
    return nodes, weights, outside_v | outside_u


def bracket_rows(grid, latitude):
    """Rows south and north of each latitude, and the way between them in [0, 1)."""
    if len(grid) == 1:
        zero = np.zeros(len(latitude), dtype=np.int64)
        return zero, zero, np.zeros(len(latitude)), latitude != grid[0]
    # Polar caps: the last row holds up to the pole if the next one would lie beyond it.
    low = -90.0 if 2 * grid[0] - grid[1] <= -90.0 else grid[0]
    high = 90.0 if 2 * grid[-1] - grid[-2] >= 90.0 else grid[-1]
    outside = (latitude < low) | (latitude > high)
    return *bracket(grid, np.clip(latitude, grid[0], grid[-1])), outside


def bracket_columns(grid, longitude):
    """Columns west and east of each longitude, and the way between them in [0, 1)."""
    n = len(grid)
    ring = np.append(grid, grid[0] + 360.0)
    goes_round = n > 1 and ring[-1] - ring[-2] <= 1.5 * np.max(np.diff(grid))
    if goes_round:
        longitude = np.where(longitude < grid[0], longitude + 360.0, longitude)
        west, east, u = bracket(ring, longitude)
        return west % n, east % n, u, np.zeros(len(longitude), dtype=bool)
    outside = (longitude < grid[0]) | (longitude > grid[-1])
    return *bracket(grid, np.clip(longitude, grid[0], grid[-1])), outside


def bracket(grid, x):
    """Nodes at or below and above each x of an ascending grid, and the way between them."""
    low = np.searchsorted(grid, x, side="right") - 1
    high = np.minimum(low + 1, len(grid) - 1)
    step = grid[high] - grid[low]
    way = np.divide(x - grid[low], step, out=np.zeros(len(x)), where=step > 0)
    return low, np.where(way > 0, high, low), way


def blend(maps, first, weights, length):
    """Weighted sum of the windows at the four corners: float32 (n, length, c)."""
    values = maps.values.reshape(-1, len(maps.channels))
    total = np.zeros((len(first), length, values.shape[1]))
    for corner in range(4):
        total += weights[:, corner, np.newaxis, np.newaxis] * cut(values, first[:, corner], length)
    return total.astype(np.float32)
