"""Gridded outgoing longwave radiation in NetCDF."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skquake._core._geodesy import wrap_longitude
from skquake._core._progress import progress
from skquake._core._sklearn import validate_params
from skquake._core._typing import Paths
from skquake.io._files import FormatError, expand_paths, read_bytes
from skquake.io._hdf5 import ENGINES, check_heaps, check_sizes
from skquake.io._isolated import Isolated
from skquake.io._ranges import outside
from skquake.io._reader import reader

if TYPE_CHECKING:
    import xarray as xr

_AXES = {"time": ("time",), "latitude": ("lat", "latitude"), "longitude": ("lon", "longitude")}
_SINCE = re.compile(
    r"(hours?|days?)\s+since\s+(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.0*)?)?)?"
    r"\s*(?:Z|UTC|GMT|[+-]?0{1,2}:?(?:00)?)?",
    re.IGNORECASE,
)
_CALENDARS = ("standard", "gregorian", "proleptic_gregorian")
_REFORM = np.datetime64("1582-10-15", "D")
_MOST_PACKED = 1032  # deflate cannot pack tighter


class Maps(NamedTuple):
    """What one file holds: ascending coordinates and values (time, latitude, longitude)."""

    times: np.ndarray
    latitudes: np.ndarray
    longitudes: np.ndarray
    values: np.ndarray
    title: str


@reader
@validate_params({"isolate": ["boolean"]}, prefer_skip_nested_validation=True)
def read_olr(paths: Paths, *, isolate: bool = False, verbose: int = 0) -> xr.DataArray:
    """Outgoing longwave radiation from gridded NetCDF files, as one array.

    Reads the layout of NOAA's interpolated and climate-data-record products: a variable ``olr`` over time,
    latitude and longitude, packed or not. Files are joined in time; the order of ``paths`` does not matter.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        NetCDF 3 or 4; ``.gz``, ``.Z`` and ``.zip`` are unpacked.
    isolate : bool, default=False
        Read in a child process, as in :func:`read_cses`: a hostile file can crash the HDF5 library.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    xarray.DataArray of float32, dims (time, latitude, longitude)
        Name ``olr``, in W/m², NaN where the file has no value; all three coordinates ascend, ``time`` is UTC,
        longitudes are in [-180, 180). A meridian that the file gives twice (0 and 360)
        with the same values is read once.

    Raises
    ------
    FormatError
        For a file that is cut, damaged or of another kind, a variable that is not in W/m², files with
        different grids, and two files with different maps of the same time.

    Notes
    -----
    Times are counted in hours or days from an epoch. Epochs before 1582-10-15 are dates of the Julian
    calendar, as the convention wants it, unless the file says ``proleptic_gregorian``.

    References
    ----------
    B. Liebmann and C. A. Smith (1996), "Description of a complete (interpolated) outgoing longwave radiation
    dataset", Bulletin of the American Meteorological Society 77, 1275-1277.
    H.-T. Lee and NOAA CDR Program (2011), "NOAA climate data record of daily outgoing longwave radiation",
    https://doi.org/10.7289/V5SJ1HH2.

    Examples
    --------
    Two days of 2 x 2 places, written by hand:

    >>> import tempfile, pathlib
    >>> import numpy as np, xarray as xr
    >>> from skquake.io import read_olr
    >>> path = pathlib.Path(tempfile.mkdtemp(), "olr.day.mean.nc")
    >>> values = np.array([[[200.0, 210.0], [220.0, 230.0]], [[240.0, 250.0], [260.0, 270.0]]])
    >>> xr.Dataset(
    ...     {"olr": (("time", "lat", "lon"), values, {"units": "W/m^2"})},
    ...     coords={"time": ("time", [1528872.0, 1528896.0], {"units": "hours since 1800-01-01 00:00:0.0"}),
    ...             "lat": [90.0, 87.5], "lon": [0.0, 357.5]},
    ... ).to_netcdf(path, engine="scipy")
    >>> olr = read_olr(path)
    >>> olr.longitude.values.tolist(), float(olr.sel(time="1974-06-02", latitude=90).max())
    ([-2.5, 0.0], 250.0)
    """
    import xarray as xr

    read: list[tuple[Path, Maps]] = []
    with Isolated(isolate) as run:
        files = expand_paths(paths, "read_olr", run)
        for path in progress(files, desc="read_olr", verbose=verbose, unit="file"):
            maps = run(_read_one, path)
            if read:
                _check_grid(maps, path, read[0])
            read.append((path, maps))
    times = np.concatenate([maps.times for _, maps in read])
    values = np.concatenate([maps.values for _, maps in read])
    owners = np.repeat(np.arange(len(read)), [len(maps.times) for _, maps in read])
    order = np.argsort(times, kind="stable")
    for i in np.flatnonzero(times[order][1:] == times[order][:-1]):
        first, again = order[i], order[i + 1]
        if not np.array_equal(values[first], values[again], equal_nan=True):
            what = f"its map of {times[again]} differs from that in {read[owners[first]][0]}"
            raise FormatError(read[owners[again]][0], "maps", what + "; give the files of one product")
    order = order[
        np.flatnonzero(np.diff(times[order], prepend=np.datetime64("NaT", "ns")) != np.timedelta64(0, "ns"))
    ]
    maps = read[0][1]
    return xr.DataArray(
        values if np.array_equal(order, np.arange(len(values))) else values[order],
        name="olr",
        dims=("time", "latitude", "longitude"),
        coords={
            "time": times[order],
            "latitude": ("latitude", maps.latitudes, {"units": "degrees_north"}),
            "longitude": ("longitude", maps.longitudes, {"units": "degrees_east"}),
        },
        attrs={
            "units": "W/m^2",
            "long_name": "outgoing longwave radiation",
            "origin": "; ".join(sorted({maps.title for _, maps in read} - {""})),
            "citation": "interpolated OLR: Liebmann & Smith (1996), Bull. Amer. Meteor. Soc. 77, 1275-1277; "
            "OLR CDR: Lee & NOAA CDR Program (2011), https://doi.org/10.7289/V5SJ1HH2",
        },
    )


def _check_grid(maps, path, first):
    for name in ("latitudes", "longitudes"):
        ours, theirs = getattr(maps, name), getattr(first[1], name)
        if not np.array_equal(ours, theirs):
            what = f"{name} {ours[0]:g}...{ours[-1]:g} ({len(ours)}) differ from {theirs[0]:g}..."
            more = f"{theirs[-1]:g} ({len(theirs)}) in {first[0]}; read them apart"
            raise FormatError(path, name, what + more)


def _read_one(path):
    import xarray as xr

    data = read_bytes(path)
    engine = ENGINES.get(data[:4])
    if engine is None:
        raise FormatError(path, "byte 0", "no NetCDF file: it starts neither with CDF nor with HDF")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of attributes that disagree or are damaged
            if engine == "h5netcdf":
                check_heaps(data, path)
                _check_root(data, path)
            with xr.open_dataset(
                io.BytesIO(data), engine=engine, decode_times=False, decode_coords=False, cache=False
            ) as file:
                return _maps(file, path, len(data))
    except FormatError:
        raise
    except Exception as error:  # the libraries raise whatever a damaged file leads to
        raise FormatError(path, "NetCDF", f"cannot be read ({type(error).__name__}: {error})") from error


def _check_root(data, path):
    """Raise whatever a damaged root leads to, here: h5netcdf would leave a file that it cannot close."""
    import h5py

    with h5py.File(io.BytesIO(data), "r") as file:
        dict(file.attrs)
        check_sizes(file, path, len(data))


def _maps(file, path, n_bytes):
    olr = file.get("olr")
    if olr is None:
        raise FormatError(path, "NetCDF", f"no variable olr; there are {sorted(map(str, file.variables))}")
    names = {
        ours: next((name for name in any_of if name in olr.dims), None) for ours, any_of in _AXES.items()
    }
    if None in names.values() or olr.ndim != 3 or any(name not in file for name in names.values()):
        raise FormatError(
            path, "variable olr", f"expected the dimensions time, lat, lon with values, got {olr.dims}"
        )
    if not olr.size or olr.size > _MOST_PACKED * n_bytes:
        what = f"{' x '.join(map(str, olr.shape))} values cannot stand in {n_bytes} bytes"
        raise FormatError(path, "variable olr", what)
    units = str(olr.attrs.get("units", "W/m^2")).strip()
    if units[:1] not in ("W", "w"):
        raise FormatError(path, "variable olr", f"in units {units!r}; expected W/m^2")
    times = _times(file[names["time"]], path)
    latitudes = _coordinate(file[names["latitude"]], path, 90.0)
    longitudes = wrap_longitude(_coordinate(file[names["longitude"]], path, 540.0))
    north = np.unique(latitudes, return_index=True)[1]
    east, twin = np.unique(longitudes, return_index=True, return_inverse=True)[1:]
    if len(north) < len(latitudes):
        raise FormatError(path, "latitudes", "a latitude is given twice")
    values = olr.transpose(*names.values()).to_numpy().astype("float32", copy=False)
    for k in np.flatnonzero(east[twin] != np.arange(len(twin))):
        if not np.array_equal(values[:, :, k], values[:, :, east[twin[k]]], equal_nan=True):
            what = f"the meridian {longitudes[k]:g} is given twice with different values; keep one"
            raise FormatError(path, "longitudes", what)
    values = values[:, north][:, :, east]
    bad = outside(values, "olr") | np.isinf(values)
    if bad.any():
        i, j, k = np.argwhere(bad)[0]
        what = f"{values[i, j, k]:g} is no radiation in W/m^2; a value that marks gaps must be its _FillValue"
        raise FormatError(path, f"olr of {times[i]}", what)
    title = str(file.attrs.get("title", ""))[:200].strip()
    return Maps(times, latitudes[north], longitudes[east], values, title)


def _coordinate(variable, path, limit):
    """Degrees as float64, all finite and at most ``limit`` from 0."""
    values = variable.to_numpy().astype("float64")
    bad = ~(np.abs(values) <= limit)
    if values.ndim != 1 or bad.any():
        what = f"{values[bad][0]:g} is out of range" if bad.any() else f"has shape {values.shape}"
        raise FormatError(path, f"variable {variable.name}", what)
    return values.round(6)


def _times(variable, path):
    """``datetime64[ns]`` of the counts since the epoch that the units name."""
    where = f"variable {variable.name}"
    units, calendar = (str(variable.attrs.get(name, "")).strip() for name in ("units", "calendar"))
    since = _SINCE.fullmatch(units)
    if since is None or (calendar and calendar.lower() not in _CALENDARS):
        what = f"units {units!r}, calendar {calendar!r}; expected 'hours since ...' or 'days since ...'"
        raise FormatError(path, where, f"{what} in one of the calendars {', '.join(_CALENDARS)}")
    year, month, day, hour, minute, second = (int(part or 0) for part in since.groups()[1:])
    try:
        epoch = np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "D")
    except ValueError:
        raise FormatError(path, where, f"units {units!r} name no date") from None
    if epoch < _REFORM and calendar.lower() != "proleptic_gregorian":
        epoch = np.datetime64(_julian_day(year, month, day), "D")
    length = 3600.0 if since[1].lower().startswith("h") else 86400.0
    seconds = variable.to_numpy().astype("float64") * length + (hour * 60 + minute) * 60 + second
    first, last = ((np.datetime64(f"{y}-01-01", "s") - epoch).astype("int64") for y in (1900, 2200))
    if seconds.ndim != 1 or not ((seconds >= first) & (seconds < last)).all():
        raise FormatError(path, where, f"times in {units!r} that are not between 1900 and 2199")
    times = epoch.astype("datetime64[s]") + np.round(seconds).astype("int64")
    if (np.diff(times) <= np.timedelta64(0, "ns")).any():
        raise FormatError(path, where, "times do not ascend, or repeat")
    return times.astype("datetime64[ns]")


def _julian_day(year, month, day):
    """Days from 1970-01-01 (Gregorian) to a date of the Julian calendar."""
    # Years from March, so that a leap day is the last of its year.
    year, month = (year - 1, month + 9) if month < 3 else (year, month - 3)
    return 365 * year + year // 4 + (153 * month + 2) // 5 + day - 719_471
