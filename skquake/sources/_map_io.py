"""Maps from xarray objects and NetCDF files: checked, in one order, on a regular time base."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skquake._core._atomic import write_atomically
from skquake._core._map_store import write_map_store
from skquake._core._time import as_ns, to_utc
from skquake._core._validation import check_coordinates
from skquake.sources._base import NAT
from skquake.sources._parquet_parts import opened

_DIMS = ("latitude", "longitude", "time")


class Maps(NamedTuple):
    """The content of a MapSource; time runs fastest, so that a window is one run of memory."""

    time: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    values: Any  # an array, or what is read where it is looked at
    channels: tuple
    units: tuple
    cadence: int


class Axes(NamedTuple):
    """The grid and time base of a dataset: ``rows``, ``columns`` and ``slots`` say what of it goes where."""

    time: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    slots: np.ndarray
    cadence: int
    units: tuple


def map_from_xarray(data):
    """Checked Maps from a DataArray or Dataset (see MapSource)."""
    import xarray as xr

    if isinstance(data, xr.DataArray):
        data = data.to_dataset(name=data.name or "TEC")
    if not isinstance(data, xr.Dataset):
        raise TypeError(
            f"maps: expected an xarray DataArray or Dataset, or a path, got {type(data).__name__}"
        )
    axes = axes_of(data)
    channels = tuple(map(str, data.data_vars))
    values = np.full(
        (len(axes.rows), len(axes.columns), len(axes.time), len(channels)), np.nan, dtype=np.float32
    )
    for channel, variable in enumerate(data.data_vars.values()):
        block = variable.transpose(*_DIMS).to_numpy()[np.ix_(axes.rows, axes.columns)]
        with np.errstate(over="ignore"):
            values[:, :, axes.slots, channel] = block
    values[np.isinf(values)] = np.nan
    return Maps(axes.time, axes.latitude, axes.longitude, values, channels, axes.units, axes.cadence)


def axes_of(data):
    """The Axes of a Dataset, checked; its values are not looked at."""
    return axes_of_all([data])


def axes_of_all(data):
    """The Axes of Datasets of one grid and the same variables that follow each other in time."""
    for each in data:
        _check_maps(each)
    first = data[0]
    for number, each in enumerate(data[1:], 1):
        if set(each.data_vars) != set(first.data_vars):
            raise ValueError(
                f"maps: dataset {number} holds {sorted(map(str, each.data_vars))}, "
                f"the first {sorted(map(str, first.data_vars))}"
            )
        for name in _DIMS[:2]:
            if not np.array_equal(each[name], first[name]):
                raise ValueError(f"maps: dataset {number} is of another grid than the first ({name})")
    latitude, longitude = (first[name].to_numpy() for name in _DIMS[:2])
    ascending(longitude, "longitude")
    latitude, _ = check_coordinates(latitude, np.zeros(len(latitude)), "maps")
    _, longitude = check_coordinates(np.zeros(len(longitude)), longitude, "maps")
    rows = ascending(latitude, "latitude")
    columns = ascending(longitude, "longitude", repeated=True)
    time = np.concatenate([as_ns(to_utc(each["time"].to_numpy(), "maps: time")) for each in data])
    whole, slots, cadence = time_base(time)
    units = tuple(
        (str(name), str(item.attrs["units"]))
        for name, item in first.data_vars.items()
        if "units" in item.attrs
    )
    return Axes(whole, latitude[rows], longitude[columns], rows, columns, slots, cadence, units)


def _check_maps(data):
    """Raise ValueError unless a Dataset holds numbers on time, latitude and longitude."""
    if not data.data_vars:
        raise ValueError("maps: the Dataset holds no variable")
    for channel, variable in data.data_vars.items():
        if set(variable.dims) != set(_DIMS):
            raise ValueError(
                f"maps: {channel!r} has dimensions {variable.dims}; expected time, latitude and longitude"
            )
        if variable.dtype.kind not in "fiu":
            raise ValueError(f"maps: {channel!r} holds {variable.dtype}, not numbers")
    absent = [name for name in _DIMS if name not in data.coords]
    if absent:
        raise ValueError(f"maps: no coordinate {', '.join(absent)}")
    if not all(data.sizes[name] for name in _DIMS):
        raise ValueError(f"maps: empty along {', '.join(n for n in _DIMS if not data.sizes[n])}")


def ascending(grid, name, repeated=False):
    """Order that makes ``grid`` ascend; longitudes may hold one meridian twice."""
    rank = np.argsort(grid, kind="stable")
    again = np.flatnonzero(np.diff(grid[rank]) == 0)
    if len(again) > repeated:
        raise ValueError(f"maps: {name} {grid[rank[again[0]]]:g} occurs more than once")
    return np.delete(rank, again + 1)


def time_base(time):
    """Regular times from first to last, the place of each given time among them, the cadence (ns)."""
    rank = np.argsort(time)
    steps = np.diff(time[rank])
    if not len(steps):
        raise ValueError("maps: one map has no cadence; at least two times are needed")
    if time[rank[0]] == NAT:
        raise ValueError(f"maps: time is missing at position {int(rank[0])}")
    if (steps == 0).any():
        when = pd.Timestamp(time[rank[int(np.argmin(steps))]])
        raise ValueError(f"maps: two maps at {when.isoformat()}; keep one of them")
    cadence = int(np.sort(steps)[len(steps) // 2])
    odd = steps % cadence != 0
    if odd.any():
        when = pd.Timestamp(time[rank[int(np.argmax(odd)) + 1]])
        raise ValueError(
            f"maps: irregular in time: {when.isoformat()} is not a whole number of cadences "
            f"({cadence / 1e9:g} s) after the map before; {_regular(time[rank], cadence)}"
        )
    start = time[rank[0]]
    slots = (time - start) // cadence
    return start + cadence * np.arange(slots.max() + 1), slots, cadence


def _regular(time, cadence):
    """Which of the times lie on the base that most of them share."""
    phase, n = np.unique(time % cadence, return_counts=True)
    first = phase[np.argmax(n)]
    left = pd.Timestamp(time[time % cadence != first][0]).isoformat()
    return (
        f"take the {n.max()} of {len(time)} times that are {first / 1e9:g} s after a multiple of it "
        f"(without {left}{', ...' if len(time) - n.max() > 1 else ''}), or resample to one cadence first"
    )


def read_map(files):
    """Maps from one NetCDF file, or from several along time."""
    import xarray as xr

    data = [xr.load_dataset(opened(file), engine="h5netcdf") for file in files]
    return map_from_xarray(data[0] if len(data) == 1 else xr.concat(data, dim="time"))


def datasets(stores):
    """Zarr stores as xarray datasets, whose values are read where they are looked at."""
    import xarray as xr

    _ask_for_zarr()
    return [xr.open_zarr(store, chunks=None, consolidated=False) for store in stores]


def _ask_for_zarr():
    try:
        import zarr  # noqa: F401
    except ImportError as error:
        raise ImportError("maps in a Zarr store need zarr: pip install skquake[zarr]") from error


def write_map_zarr(maps, path):
    """One Zarr store with a chunk a node, in bounded memory; it appears whole or not at all."""
    _ask_for_zarr()
    path = Path(path).expanduser()
    if path.exists():
        raise FileExistsError(f"{path}: is there; delete it, or name another")
    units = dict(maps.units)
    channels = {name: {"units": units[name]} if name in units else {} for name in maps.channels}
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        write_map_store(
            temporary, maps.latitude, maps.longitude, maps.time, channels,
            lambda low, high: np.moveaxis(maps.values[low:high], -1, 0), {},
        )  # fmt: skip
        os.rename(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_map(maps, path):
    """One NetCDF file; times as int64 ns, values as float32."""
    import xarray as xr

    units = dict(maps.units)
    variables = {
        channel: (_DIMS, maps.values[..., column], {"units": units[channel]} if channel in units else {})
        for column, channel in enumerate(maps.channels)
    }
    data = xr.Dataset(
        variables,
        {
            "time": maps.time.view("datetime64[ns]"),
            "latitude": maps.latitude,
            "longitude": maps.longitude,
        },
    ).transpose("time", "latitude", "longitude")
    encoding: dict[str, dict[str, object]] = {str(name): {"fletcher32": True} for name in data.variables}
    encoding["time"] |= {"units": "nanoseconds since 1970-01-01", "dtype": "int64"}
    write_atomically(path, lambda temporary: data.to_netcdf(temporary, engine="h5netcdf", encoding=encoding))
