"""Maps of TEC from all GNSS receivers of the world, by MIT Haystack (Madrigal, gps*g.*.hdf5)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skquake._core._geodesy import wrap_longitude
from skquake._core._progress import progress
from skquake._core._sklearn import StrOptions, validate_params
from skquake._core._typing import Array, Paths
from skquake.io._files import FormatError, expand_paths
from skquake.io._hdf5 import open_hdf5
from skquake.io._isolated import Isolated
from skquake.io._madrigal import (
    ARRAYS,
    CITATION,
    MAX_CHUNK,
    TABLE,
    blocks,
    check_units,
    numbers,
    status_of,
    table_of,
    utc,
)
from skquake.io._ranges import check_range, outside
from skquake.io._reader import reader
from skquake.io._table import MAX_CELLS

if TYPE_CHECKING:
    import xarray as xr

_RANGES = {"tec": "tec", "dtec": "stec_error"}
_LONG_NAMES = {
    "tec": "vertical total electron content",
    "dtec": "error of the vertical total electron content",
}
_MAX_AXIS = 100_000
_SLAB = 2**22  # cells


class Maps(NamedTuple):
    """What one file holds: ascending axes, and values (time, latitude, longitude) as float32."""

    times: Array
    latitudes: Array
    longitudes: Array
    values: Array
    status: str


@reader
@validate_params(
    {"variable": [StrOptions({"tec", "dtec"})], "isolate": ["boolean"]}, prefer_skip_nested_validation=True
)
def read_madrigal_tec(
    paths: Paths,
    *,
    variable: str = "tec",
    latitudes: tuple[float, float] = (-90.0, 90.0),
    longitudes: tuple[float, float] = (-180.0, 180.0),
    isolate: bool = False,
    verbose: int = 0,
) -> xr.DataArray:
    """Vertical TEC in cells of 1 degree by 1 degree by 5 minutes where there are receivers, from Madrigal.

    Files are joined in time; the order of ``paths`` does not matter. A day of the world takes 75 MB in
    memory: choose a region to read many.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``gpsYYMMDDg.*.hdf5`` (kind of data 3500), one version a day. ``.gz`` and ``.zip`` are unpacked in
        memory.
    variable : {"tec", "dtec"}, default="tec"
        TEC, or its error.
    latitudes, longitudes : tuple of two floats, default=(-90, 90) and (-180, 180)
        South and north, west and east end of the region, in degrees, with both ends.
    isolate : bool, default=False
        Read in a child process, so that a hostile file that makes the HDF5 library crash, hang or fill the
        memory (60 s and 2 GiB for a file) ends in FormatError and not with this process. Off by default:
        starting the child takes seconds, once a call.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    xarray.DataArray of float32, dims (time, latitude, longitude)
        Name ``tec`` or ``dtec``, in TECU, for :class:`skquake.sources.MapSource`; NaN where no line of sight
        crosses a cell, which is most of the world (all but some percent) most of the time. All coordinates
        ascend: ``time`` (UTC) is the start of the 5 minutes, ``latitude`` and ``longitude`` (degrees,
        [-180, 180)) are the numbers in the file, which does not say whether they are centres or edges of
        cells. Rows and columns without any value that the file leaves out are filled with NaN.
        ``attrs["status"]``: what the files say of themselves, such as "final" or "preliminary".

    Raises
    ------
    FormatError
        For a file that is cut, damaged or of another kind, for another unit than TECU, TEC beyond
        -100...1000 TECU, two cells for the same place and time, and two files with different maps of the same
        time (two versions of one day).
    ValueError
        If the region holds no cell.

    Notes
    -----
    Files are got from https://cedar.openmadrigal.org (World-wide GNSS Receiver Network, instrument 8000),
    under CEDAR's rules of the road: contact the provider early, acknowledge it and the networks that the file
    names. There are no flags. Read is ``/Data/Array Layout`` or, where a file has none, ``/Data/Table
    Layout``; left out are the altitude of the shell (350 km) and kinds and numbers of records.

    References
    ----------
    W. Rideout and A. Coster (2006), "Automated GPS processing for global total electron content data", GPS
    Solutions 10, 219-228. J. Vierinen et al. (2016), "Statistical framework for estimating GNSS bias",
    Atmospheric Measurement Techniques 9, 1303-1312.

    Examples
    --------
    Two cells, written with h5py in the layout of the files:

    >>> import tempfile, pathlib
    >>> import h5py, numpy as np
    >>> from skquake.io import read_madrigal_tec
    >>> path = pathlib.Path(tempfile.mkdtemp(), "gps000101g.001.hdf5")
    >>> columns = [("ut1_unix", "f8"), ("gdlat", "f8"), ("glon", "f8"), ("tec", "f8"), ("dtec", "f8")]
    >>> rows = [(946749600, 42.0, -72.0, 32.0, 1.1), (946749900, 43.0, -71.0, 31.0, 0.9)]
    >>> with h5py.File(path, "w") as file:
    ...     _ = file.create_dataset("Data/Table Layout", data=np.array(rows, dtype=columns))
    >>> tec = read_madrigal_tec(path)
    >>> tec.sizes["time"], float(tec.sel(time="2000-01-01T18:00", latitude=42, longitude=-72))
    (2, 32.0)
    """
    import xarray as xr

    region = _region(latitudes, longitudes)
    files: list[tuple[Path, Maps]] = []
    with Isolated(isolate) as run:
        names = expand_paths(paths, "read_madrigal_tec")
        for path in progress(names, desc="read_madrigal_tec", verbose=verbose, unit="file"):
            files.append((path, run(_read_one, path, variable, region)))
    if not all(sum(maps.values.shape[k] for _, maps in files) for k in (1, 2)):
        raise ValueError(f"latitudes={latitudes!r}, longitudes={longitudes!r}: no cell there")
    times = np.unique(np.concatenate([maps.times for _, maps in files]))
    north = _filled(np.unique(np.concatenate([maps.latitudes for _, maps in files])))
    east = _filled(np.unique(np.concatenate([maps.longitudes for _, maps in files])))
    values = np.full((len(times), len(north), len(east)), np.nan, dtype="float32")
    owner = np.full(len(times), -1)
    for k, (path, maps) in enumerate(files):
        _put(values, owner, k, maps, (times, north, east), path, files)
    return xr.DataArray(
        values,
        name=variable,
        dims=("time", "latitude", "longitude"),
        coords={
            "time": times,
            "latitude": ("latitude", north, {"units": "degrees_north"}),
            "longitude": ("longitude", east, {"units": "degrees_east"}),
        },
        attrs={
            "units": "TECU",
            "long_name": _LONG_NAMES[variable],
            "height_km": 350.0,
            "status": ", ".join(sorted({maps.status for _, maps in files} - {""})),
            "origin": "Madrigal, binned TEC (MIT Haystack)",
            "citation": CITATION,
        },
    )


def _region(latitudes, longitudes):
    for name, ends, limit in (("latitudes", latitudes, 90.0), ("longitudes", longitudes, 180.0)):
        if len(ends) != 2 or not -limit <= ends[0] <= ends[1] <= limit:
            raise ValueError(f"{name}={ends!r}: expected two ascending numbers of -{limit:g}...{limit:g}")
    return (*map(float, latitudes), *map(float, longitudes))


def _filled(axis):
    """An axis with the steps that no file has, where all that there are lie on one grid."""
    if len(axis) < 3:
        return axis
    step = float(np.diff(axis).min())
    places = (axis - axis[0]) / step
    n = round(float(places[-1])) + 1
    if n > 2 * len(axis) + 10 or np.abs(places - np.round(places)).max() > 1e-3:
        return axis
    whole = np.round(axis[0] + step * np.arange(n), 6)
    whole[np.round(places).astype("int64")] = axis
    return whole


def _put(values, owner, k, maps, axes, path, files):
    """The maps of file ``k`` at their place among all."""
    rows, north, east = (np.searchsorted(axis, own) for axis, own in zip(axes, maps[:3], strict=True))
    for i, row in enumerate(rows):
        here = values[row]
        if owner[row] >= 0:
            both = np.full_like(here, np.nan)
            both[np.ix_(north, east)] = maps.values[i]
            if not np.array_equal(both, here, equal_nan=True):
                what = f"its map of {maps.times[i]} differs from that in {files[owner[row]][0]}"
                raise FormatError(path, "maps", what + "; give one version of a day")
        here[np.ix_(north, east)] = maps.values[i]
        owner[row] = k


def _read_one(path, variable, region):
    with open_hdf5(path) as (file, n_bytes):
        check_units(file, path, (variable,))
        names = [f"{ARRAYS}/{name}" for name in ("gdlat", "glon", "timestamps", f"2D Parameters/{variable}")]
        if all(name in file for name in names):
            maps = _of_arrays([_data(file, name, path) for name in names], path, variable, region)
        else:
            columns = ("ut1_unix", "gdlat", "glon", variable)
            table = table_of(file, path, n_bytes, columns)
            if "gps_site" in table.dtype.names:
                raise FormatError(
                    path, TABLE, "lines of sight (gps_site), no maps: read_madrigal_los reads it"
                )
            maps = _of_table(table, columns, path, variable, region)
        times, north, east, values = maps
        return Maps(times, north, east, values, status_of(file))


def _data(file, name, path):
    import h5py

    data = file[name]
    if not isinstance(data, h5py.Dataset) or data.dtype.kind not in "iuf" or not data.size:
        raise FormatError(path, name, "no array of numbers")
    return data


def _axis(data, path, ends, name):
    """Places along an axis, which of them lie in the region, and their order."""
    if data.ndim != 1 or data.size > _MAX_AXIS:
        raise FormatError(path, data.name, f"shape {data.shape}; expected one axis")
    values = numbers(data[()], name, path)
    check_range(np.where(np.isnan(values), np.inf, values), name, path, where=data.name)
    if name == "longitude":
        values = wrap_longitude(values)
    if len(np.unique(values)) < len(values):
        raise FormatError(path, data.name, f"a {name} is given twice")
    inside = np.flatnonzero((values >= ends[0]) & (values <= ends[1]))
    return values, inside[np.argsort(values[inside])]


def _of_arrays(arrays, path, variable, region):
    latitude, longitude, timestamps, data = arrays
    south, rows = _axis(latitude, path, region[:2], "latitude")
    west, columns = _axis(longitude, path, region[2:], "longitude")
    if timestamps.ndim != 1 or timestamps.size > _MAX_AXIS:
        raise FormatError(path, timestamps.name, f"shape {timestamps.shape}; expected one axis")
    times = utc(numbers(timestamps[()], "timestamps", path), path, np.arange(timestamps.size))
    if (np.diff(times) <= np.timedelta64(0, "ns")).any():
        raise FormatError(path, timestamps.name, "times do not ascend, or repeat")
    shape = (len(south), len(west), len(times))
    chunk = int(np.prod(data.chunks or (0,))) * data.dtype.itemsize
    if data.shape != shape or data.size > MAX_CELLS or chunk > MAX_CHUNK:
        what = (
            f"shape {data.shape} in chunks of {chunk} bytes; expected latitudes, longitudes, times: {shape}"
        )
        raise FormatError(path, data.name, what)
    values = np.full((len(times), len(rows), len(columns)), np.nan, dtype="float32")
    step = max((data.chunks or (1,))[0], _SLAB // (shape[1] * shape[2]), 1)
    order = np.full(shape[0], -1)
    order[rows] = np.arange(len(rows))
    for start in range(0, shape[0], step):
        here = np.flatnonzero(order[start : start + step] >= 0)
        if not len(here) or not len(columns):
            continue
        slab = data[start : start + step][here][:, columns].astype("float64")
        slab[np.isinf(slab)] = np.nan
        _check(slab, variable, path, times, south[start + here], west[columns])
        values[:, order[start + here]] = slab.transpose(2, 0, 1)
    return times, south[rows], west[columns], values


def _check(slab, variable, path, times, latitudes, longitudes):
    bad = outside(slab, _RANGES[variable])
    if bad.any():
        i, j, k = np.unravel_index(int(bad.argmax()), bad.shape)
        place = f"{variable} of {times[k]} at {latitudes[i]:g}, {longitudes[j]:g}"
        check_range(slab[i, j, k : k + 1], _RANGES[variable], path, where=place, label=variable)


def _of_table(table, columns, path, variable, region):
    """Maps of the records of cells; the same cell twice is an error."""
    parts: list[list[Array]] = [[], [], [], []]
    for start, rows in blocks(table, columns):
        seconds, latitude, longitude, values = (numbers(rows[name], name, path) for name in columns)
        for name, place in (("latitude", latitude), ("longitude", longitude)):
            check_range(np.where(np.isnan(place), np.inf, place), name, path, where="record", first=start)
        check_range(values, _RANGES[variable], path, where="record", first=start, label=variable)
        longitude = wrap_longitude(longitude)
        times = utc(seconds, path, np.arange(start, start + len(seconds)))
        inside = (latitude >= region[0]) & (latitude <= region[1])
        inside &= (longitude >= region[2]) & (longitude <= region[3])
        for part, column in zip(parts, (times, latitude, longitude, values.astype("float32")), strict=True):
            part.append(column[inside])
    *places, values = (np.concatenate(part) for part in parts)
    axes, cells = zip(*(np.unique(place, return_inverse=True) for place in places), strict=True)
    shape = tuple(map(len, axes))
    if np.prod(shape, dtype=float) > MAX_CELLS:
        raise FormatError(path, TABLE, f"{' x '.join(map(str, shape))} cells; choose a region")
    maps = np.full(shape, np.nan, dtype="float32")
    at = (cells[0] * shape[1] + cells[1]) * shape[2] + cells[2]
    if len(np.unique(at)) < len(at):
        raise FormatError(path, TABLE, "two records of the same time and cell")
    maps.flat[at] = values
    return *axes, maps
