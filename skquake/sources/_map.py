"""Maps on a regular time base: time x latitude x longitude."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skquake._core._typing import ArrayLike, FloatArray, Frame, Path
from skquake._core._validation import check_coordinates
from skquake.sources._backing import backing_of
from skquake.sources._base import Source, first_rows
from skquake.sources._bilinear import blend, corners
from skquake.sources._context import cut_after_start
from skquake.sources._from_frame import PLACE, Fill, grid_of, mapped
from skquake.sources._map_files import MapFiles
from skquake.sources._map_io import map_from_xarray, read_map, write_map, write_map_zarr
from skquake.sources._map_remote import RemoteMaps
from skquake.sources._series import SeriesSource
from skquake.sources._series_io import Series

if TYPE_CHECKING:
    import xarray as xr


class MapSource(Source):
    """Maps of one or more quantities on a regular grid and time base, such as GIM TEC.

    Parameters
    ----------
    data : xarray.DataArray, xarray.Dataset, str or path
        Dimensions ``time``, ``latitude``, ``longitude`` in any order; each variable of a Dataset
        is a channel. Or a NetCDF file of such or a folder of these (one grid, each its own times), read at
        first use, and pickled as its path and a hash of its bytes; what holds more than 1 GiB of values is
        read by bands of rows of the grid, 128 MB each, where a place in them is asked for. Or a Zarr store,
        of which the series of a node of the grid is read when a place near it is asked for (extra ``zarr``;
        ``read_ionex(paths, to=)`` and ``to_zarr`` make one). Or the URL of one of these in an object store,
        "s3://bucket/maps.zarr" (extra ``remote``). Latitudes run either way;
        longitudes may be -180...180, with or without the repeated 180, or 0...360. Missing maps become NaN.
    name : str
        Name of the source.
    storage_options : dict, optional
        Of a URL, as fsspec takes them: credentials, endpoint. What may be a secret is neither shown nor
        pickled; other processes take it from their environment.

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
    OSError
        Where a store does not answer; the same call goes on from what was read.

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
    ...     np.broadcast_to(latitude[:, None], (12, 71, 73)), dims=("time", "latitude", "longitude"),
    ...     coords={"time": pd.date_range("2001-01-01", periods=12, freq="2h"),
    ...             "latitude": latitude, "longitude": longitude}, name="TEC",
    ... )
    >>> maps = MapSource(tec)
    >>> sample = pd.DataFrame({"time": ["2001-01-01 11:00"], "latitude": 36.5, "longitude": 142.0})
    >>> windows, problem = maps.windows(sample, length=3)
    >>> windows[0, :, 0]
    array([36.5, 36.5, 36.5], dtype=float32)
    """

    kind = "map"
    _align = "end"

    def __init__(
        self,
        data: xr.DataArray | xr.Dataset | Path,
        *,
        name: str = "map",
        storage_options: Mapping[str, Any] | None = None,
    ) -> None:
        kinds = MapFiles, RemoteMaps, storage_options
        super().__init__(backing_of(data, ".nc", read_map, map_from_xarray, (), *kinds), name)

    @classmethod
    def from_frame(
        cls,
        frame: Frame,
        columns: Mapping[str, Any] | None = None,
        *,
        fill: Fill = (),
        units: Mapping[str, str] | None = None,
        name: str = "map",
    ) -> Self:
        """Maps from a table with a row for each time and cell of the grid.

        Parameters
        ----------
        frame : DataFrame
            Rows in any order; cells without one are NaN.
        columns : dict of {str: column}, optional
            Our name -> the table's: ``time``, ``latitude``, ``longitude`` where they are called otherwise,
            and the channels; by default every other column of numbers.
        fill : number, sequence of numbers, dict of {str: number or sequence} or None, default=()
            What the table writes for "missing", for all columns or by our names. A channel that holds what
            looks like such a mark (9999, 1e20, ...) without its being declared is refused; None takes all
            values as they are.
        units : dict of {str: str}, optional
            Units of channels by our names; those in ``frame.attrs["units"]`` are kept.
        name : str
            Name of the source.

        Returns
        -------
        MapSource

        Raises
        ------
        ValueError
            For a table that is no grid, two rows of one cell, and as :meth:`TrackSource.from_frame`.

        Examples
        --------
        >>> import pandas as pd
        >>> from skquake.sources import MapSource
        >>> cells = [(t, lat, lon) for t in pd.date_range("2001-01-01", periods=3, freq="2h")
        ...          for lat in (0, 10) for lon in (0, 10, 20)]
        >>> table = pd.DataFrame(cells, columns=["time", "lat", "lon"]).assign(tec=[9999] + [20] * 17)
        >>> maps = MapSource.from_frame(
        ...     table, {"latitude": "lat", "longitude": "lon", "TEC": "tec"}, fill=9999)
        >>> maps.values.shape, float(maps.values[1, 2, 0, 0])
        ((2, 3, 3, 1), 20.0)
        """
        table = mapped(frame, columns, PLACE, (), fill, units, "maps")
        return cls(grid_of(table, "maps"), name=name)

    @property
    def latitude(self) -> FloatArray:
        """Latitudes of the grid, degrees, ascending."""
        return self._content.latitude

    @property
    def longitude(self) -> FloatArray:
        """Longitudes of the grid, degrees in [-180, 180), ascending."""
        return self._content.longitude

    def _extent(self):
        return f"{len(self.time):,} maps of {len(self.latitude)} x {len(self.longitude)}"

    def at(self, latitude: ArrayLike, longitude: ArrayLike) -> SeriesSource:
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
        a, b = np.broadcast_arrays(np.atleast_1d(latitude), np.atleast_1d(longitude))
        return self._at(*check_coordinates(a.ravel(), b.ravel(), "place"))

    def _at(self, latitude, longitude):
        maps = self._content
        nodes, weights, outside = corners(maps, latitude, longitude)
        if outside.any():
            place = int(np.argmax(outside))
            raise ValueError(
                f"place {place} ({latitude[place]:g}, {longitude[place]:g}) "
                f"lies outside the maps of {self.name!r}"
            )
        n = len(maps.time)
        values = np.empty((len(latitude), n, len(maps.channels)), dtype=np.float32)
        for place in range(len(latitude)):
            here = slice(place, place + 1)
            values[here] = blend(maps, nodes[here] * n, weights[here], n)
        places = np.arange(len(latitude)).astype(object)
        series = Series(
            maps.time, values, places, latitude, longitude, maps.channels, maps.units, maps.cadence
        )
        return SeriesSource._of(series, self.name)

    def _gather(self, samples, time, length, offset, problems, context, whole):
        latitude, longitude = check_coordinates(samples["latitude"], samples["longitude"], "samples")
        maps = self._content
        n = len(maps.time)
        first = first_rows(maps, time, length, offset, problems)
        nodes, weights, outside = corners(maps, latitude, longitude)
        problems.add(outside, "place outside the maps")
        problems.add(whole & (first < context), "context leaves the record")
        at = nodes * n + first[:, np.newaxis]
        return cut_after_start(
            lambda rows, later, length: blend(maps, at[rows] + later, weights[rows], length),
            first,
            context,
            length,
        )

    def to_netcdf(self, path: Path) -> None:
        """Write the maps as a NetCDF file that ``MapSource(path)`` reads back exactly.

        The file appears whole or not at all, and its values carry checksums.
        """
        write_map(self._content, path)

    def to_zarr(self, path: Path) -> None:
        """Write the maps as a Zarr store in which the series of a node is one read (extra ``zarr``).

        ``MapSource(path)`` then reads the nodes around the places asked for, and gives the same values. Maps
        in NetCDF files that do not fit in memory are turned round by bands, 256 MB at a time.

        Parameters
        ----------
        path : path-like
            A folder that is not there yet. It appears whole or not at all.

        Raises
        ------
        FileExistsError
            Where something is there.
        ImportError
            Without zarr.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import numpy as np, pandas as pd, xarray as xr
        >>> from skquake.sources import MapSource
        >>> tec = xr.DataArray(
        ...     np.full((3, 2, 4), 20.0), dims=("time", "latitude", "longitude"), name="TEC",
        ...     coords={"time": pd.date_range("2001-01-01", periods=3, freq="2h"),
        ...             "latitude": [0.0, 10.0], "longitude": [0.0, 90.0, 180.0, 270.0]})
        >>> store = pathlib.Path(tempfile.mkdtemp(), "maps.zarr")
        >>> MapSource(tec).to_zarr(store)
        >>> MapSource(store).at(5.0, 45.0).values[0, :, 0]
        array([20., 20., 20.], dtype=float32)
        """
        write_map_zarr(self._content, path)
