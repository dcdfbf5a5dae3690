"""Maps in NetCDF files that would not fit in memory, and in Zarr stores made of them."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from numpy.testing import assert_array_equal

from skquake._core import _map_store
from skquake.sources import MapSource, _lazy_array

N_FILES, PER_FILE = 3, 40


@pytest.fixture
def folder(tmp_path):
    """Three files of two channels: from north to south, 180 twice, packed numbers, a missing map."""
    rng = np.random.default_rng(0)
    latitude, longitude = np.arange(60.0, -61.0, -30.0), np.arange(-180.0, 181.0, 45.0)
    for k in range(N_FILES):
        time = pd.date_range("2015-01-01", periods=PER_FILE, freq="2h") + k * PER_FILE * pd.Timedelta("2h")
        time = time.delete(7) if k == 1 else time
        shape = len(time), len(latitude), len(longitude)
        values = rng.uniform(0.0, 100.0, (2, *shape)).round(1).astype(np.float32)
        values[0, 3, 1, 2] = np.nan
        values[..., -1] = values[..., 0]
        dims = ("time", "latitude", "longitude")
        data = xr.Dataset(
            {"tec": (dims, values[0], {"units": "TECU"}), "rms": (dims, values[1])},
            {"time": time, "latitude": latitude, "longitude": longitude},
        )
        packed = {"dtype": "int16", "scale_factor": 0.1, "_FillValue": -1}
        order = ("time", "latitude", "longitude") if k else ("longitude", "time", "latitude")
        data.transpose(*order).to_netcdf(tmp_path / f"{k}.nc", engine="h5netcdf", encoding={"tec": packed})
    return tmp_path


@pytest.fixture
def large(monkeypatch):
    """From now on these maps are large; a band holds two rows of the grid, then one."""
    rows = 4 * 2 * 8 * N_FILES * PER_FILE
    monkeypatch.setattr(_map_store, "BAND_BYTES", 4 * rows)
    monkeypatch.setattr(_lazy_array, "WHOLE_LIMIT", 4 * rows)


def samples(n=50):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.uniform(-5, 245, n), unit="h"),
            "latitude": rng.uniform(-80, 80, n),
            "longitude": rng.uniform(-180, 180, n),
        }
    )


def assert_same(disk, memory):
    for name in ("time", "latitude", "longitude"):
        assert_array_equal(getattr(disk, name), getattr(memory, name), strict=True)
    assert (disk.channels, disk.units, disk.cadence) == (memory.channels, memory.units, memory.cadence)
    for length, context, edge in [(1, 0, "error"), (5, 0, "error"), (4, 3, "nan")]:
        ours, theirs = (
            s.windows(samples(), length, context=context, context_edge=edge) for s in (disk, memory)
        )
        assert_array_equal(ours[0], theirs[0], strict=True)
        assert ours[1].tolist() == theirs[1].tolist()
    places = [10.0, -44.0, 60.0], [3.0, 179.0, -180.0]
    assert_array_equal(disk.at(*places).values, memory.at(*places).values, strict=True)
    for rows in (slice(1, 3), slice(0, 1), slice(3, 3)):
        assert_array_equal(disk.values[rows], memory.values[rows], strict=True)
    assert_array_equal(disk.values[2, 3, 5:9], memory.values[2, 3, 5:9])


def test_large_files_give_what_small_ones_give(folder, request):
    memory = MapSource(folder)
    assert isinstance(memory.values, np.ndarray) and np.isnan(memory.values).sum() == 2 * 5 * 8 + N_FILES
    request.getfixturevalue("large")
    disk = MapSource(folder)
    assert not isinstance(disk.values, np.ndarray)
    assert_same(disk, memory)
    with pytest.raises(ValueError, match="GB at once"):
        np.asarray(disk.values)
    assert_same(pickle.loads(pickle.dumps(disk)), memory)


def test_each_band_is_read_once_for_windows_of_a_corner(folder, large, monkeypatch):
    source = MapSource(folder)
    store, read = source.values._store, []
    monkeypatch.setattr(
        store, "_read", lambda low, high, real=store._read: read.append(low) or real(low, high)
    )
    source.windows(samples(), 2)
    assert set(read) <= {0, 2, 4} and len(read) <= 4 * 3
    read.clear()
    for _ in range(3):  # between the rows of two bands
        source.at(-15.0, 100.0)
        store._kept.clear()
    assert len(read) <= 2


def test_a_file_that_changes_is_named(folder, large):
    source = MapSource(folder)
    source.at(50.0, 0.0)
    os.utime(folder / "1.nc", ns=(1, 1))
    with pytest.raises(ValueError, match=r"1\.nc was changed or removed"):
        source.at(-50.0, 0.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.assign_coords(latitude=d["latitude"] + 1), "dataset 1 is of another grid .*latitude"),
        (lambda d: d.drop_vars("rms"), r"dataset 1 holds \['tec'\], the first \['rms', 'tec'\]"),
        (lambda d: d.isel(time=[0, 0]), "two maps at"),
        (lambda d: d.rename(time="when"), "has dimensions"),
    ],
)
def test_large_files_that_do_not_belong_together(folder, large, change, message):
    data = xr.load_dataset(folder / "1.nc", engine="h5netcdf")
    change(data).to_netcdf(folder / "1.nc", engine="h5netcdf")
    with pytest.raises(ValueError, match=message):
        _ = MapSource(folder).time


@pytest.mark.parametrize("is_large", [False, True])
def test_a_store_made_of_them(folder, tmp_path_factory, request, is_large):
    pytest.importorskip("zarr")
    memory, home = MapSource(folder), tmp_path_factory.mktemp("stores")
    _ = memory.values
    if is_large:
        request.getfixturevalue("large")
    MapSource(folder).to_zarr(home / "maps.zarr")
    assert [path.name for path in home.iterdir()] == ["maps.zarr"]
    store = MapSource(home / "maps.zarr")
    assert_same(store, memory)
    with pytest.raises(FileExistsError, match=r"maps\.zarr: is there; delete it"):
        memory.to_zarr(home / "maps.zarr")
    row = next(path for path in (home / "maps.zarr" / "rms" / "c" / "1").rglob("*") if path.is_file())
    row.unlink()
    with pytest.raises(ValueError, match="4 of 5 rows of maps are there"):
        _ = MapSource(home / "maps.zarr").time


def test_nothing_is_left_of_a_store_that_could_not_be_written(folder, tmp_path_factory, monkeypatch):
    pytest.importorskip("zarr")
    home, source = tmp_path_factory.mktemp("stores"), MapSource(folder)
    _ = source.values

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(_map_store, "rows_at_once", stopped)
    with pytest.raises(KeyboardInterrupt):
        source.to_zarr(home / "maps.zarr")
    assert not list(home.iterdir())
