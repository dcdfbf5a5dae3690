"""Madrigal's maps: arrays and records give the same, regions, joined days, what is refused."""

import gzip

import h5py
import numpy as np
import pytest
import xarray as xr
from _gnss_layouts import write_madrigal_los, write_madrigal_tec

from skquake import io
from skquake.io import FormatError, read_madrigal_tec
from skquake.sources import MapSource


@pytest.mark.parametrize("array", [True, False])
def test_every_cell_is_there(tmp_path, array):
    times, tec = write_madrigal_tec(tmp_path / "gps000101g.001.hdf5", array=array)
    maps = read_madrigal_tec(tmp_path / "gps000101g.001.hdf5")
    assert maps.dims == ("time", "latitude", "longitude") and maps.dtype == "float32" and maps.name == "tec"
    np.testing.assert_array_equal(maps.time, times)
    np.testing.assert_array_equal(maps.latitude, np.arange(-2, 4))
    np.testing.assert_array_equal(maps.longitude, np.arange(-180, -175))
    np.testing.assert_array_equal(maps, tec.astype("float32"))
    assert float(maps.sel(time="2000-01-01T00:00", latitude=-2, longitude=-180)) == 32.0
    assert maps.attrs["units"] == "TECU" and maps.attrs["status"] == "final"
    errors = read_madrigal_tec(tmp_path / "gps000101g.001.hdf5", variable="dtec")
    assert errors.name == "dtec" and set(np.unique(errors.values[maps.notnull()])) == {0.5}


@pytest.mark.parametrize("array", [True, False])
def test_a_region_of_it(tmp_path, array):
    write_madrigal_tec(tmp_path / "a.hdf5", array=array, longitudes=range(-3, 5))
    region = read_madrigal_tec(tmp_path / "a.hdf5", latitudes=(-1, 2.5), longitudes=(0, 3))
    xr.testing.assert_equal(
        region, read_madrigal_tec(tmp_path / "a.hdf5").sel(latitude=slice(-1, 2.5), longitude=slice(0, 3))
    )
    with pytest.raises(ValueError, match="no cell there"):
        read_madrigal_tec(tmp_path / "a.hdf5", latitudes=(40, 50))
    with pytest.raises(ValueError, match=r"latitudes=.*expected two ascending numbers of -90\.\.\.90"):
        read_madrigal_tec(tmp_path / "a.hdf5", latitudes=(50, 40))


def test_days_are_joined_on_one_grid(tmp_path):
    write_madrigal_tec(
        tmp_path / "b.hdf5", start="2000-01-02", latitudes=(-3, 0, 1), longitudes=(177, 178, 179)
    )
    _, first = write_madrigal_tec(tmp_path / "a.hdf5", longitudes=range(180, 183), latitudes=(-2, 1))
    maps = read_madrigal_tec([tmp_path / "b.hdf5", tmp_path / "a.hdf5"])
    np.testing.assert_array_equal(maps.latitude, [-3, -2, -1, 0, 1])  # the row that no file has, too
    assert maps.sizes["time"] == 6 and list(maps.longitude[:3]) == [-180, -179, -178]
    here = maps.isel(time=slice(0, 3)).sel(latitude=[-2, 1], longitude=[-180, -179, -178])
    np.testing.assert_array_equal(here, first.astype("float32"))
    assert int(maps.sel(latitude=-1).notnull().sum()) == 0
    assert len(MapSource(read_madrigal_tec(tmp_path / "a.hdf5")).time) == 3


def test_two_versions_of_a_day_are_refused(tmp_path):
    write_madrigal_tec(tmp_path / "a.hdf5")
    write_madrigal_tec(tmp_path / "same.hdf5")
    write_madrigal_tec(tmp_path / "b.hdf5", seed=1)
    xr.testing.assert_identical(
        read_madrigal_tec([tmp_path / "a.hdf5", tmp_path / "same.hdf5"]),
        read_madrigal_tec(tmp_path / "a.hdf5"),
    )
    with pytest.raises(
        FormatError, match=r"b\.hdf5, maps: its map of 2000-01-01T00:00:00\S* differs from .*a\.hdf5"
    ):
        read_madrigal_tec([tmp_path / "a.hdf5", tmp_path / "b.hdf5"])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"unit": "m"}, r"TEC: unit 'm'; expected TECU"),
        ({"gdlat": [0.0, 1, 2, 3, 4, 91]}, "gdlat 5: latitude 91 deg"),
        ({"gdlat": [0.0, 1, 2, 3, 4, np.nan]}, "gdlat 5: latitude inf deg"),
        ({"gdlat": [0.0, 1, 2, 3, 4, 4]}, "a latitude is given twice"),
        ({"glon": [0.0, 1, 2, 3, 360]}, "a longitude is given twice"),
        (
            {"glon": [0.0, 1, 2, 3]},
            r"tec: shape \(6, 5, 3\) .* expected latitudes, longitudes, times: \(6, 4, 3\)",
        ),
        ({"timestamps": [9e8, 9e8, 9.1e8]}, "times do not ascend, or repeat"),
        ({"timestamps": [1.0, 9e8, 9.1e8]}, "record 0: 1 s since 1970 is no time"),
    ],
)
def test_what_is_refused(tmp_path, options, match):
    write_madrigal_tec(tmp_path / "a.hdf5", **options)
    with pytest.raises(FormatError, match=match):
        read_madrigal_tec(tmp_path / "a.hdf5")


@pytest.mark.parametrize("array", [True, False])
def test_impossible_values_are_refused_where_they_stand(tmp_path, array):
    write_madrigal_tec(tmp_path / "a.hdf5", array=array)
    with h5py.File(tmp_path / "a.hdf5", "r+") as file:
        if array:
            file["Data/Array Layout/2D Parameters/tec"][1, 2, 0] = -999.0
        else:
            rows = file["Data/Table Layout"][()]
            rows["tec"][3] = -999.0
            file["Data/Table Layout"][...] = rows
    where = r"tec of 2000-01-01T00:00:00\S* at -1, -178 0" if array else "record 3"
    with pytest.raises(FormatError, match=f"{where}: tec -999 TECU is not between -100 and 1000"):
        read_madrigal_tec(tmp_path / "a.hdf5")


def test_a_cell_twice_is_refused(tmp_path):
    write_madrigal_tec(tmp_path / "a.hdf5", array=False)
    with h5py.File(tmp_path / "a.hdf5", "r+") as file:
        rows = file["Data/Table Layout"][()]
        rows[4] = rows[3]
        file["Data/Table Layout"][...] = rows
    with pytest.raises(FormatError, match="two records of the same time and cell"):
        read_madrigal_tec(tmp_path / "a.hdf5")


def test_small_files_that_promise_much_are_not_read(tmp_path):
    for shape, chunks in (((1000, 1000, 100), (1, 1000, 100)), ((300, 300, 400), (300, 300, 400))):
        with h5py.File(tmp_path / "a.hdf5", "w") as file:
            group = file.create_group("Data/Array Layout")
            group["gdlat"], group["glon"] = np.linspace(0, 90, shape[0]), np.linspace(0, 90, shape[1])
            group["timestamps"] = 9e8 + np.arange(shape[2])
            group.create_dataset(
                "2D Parameters/tec", shape=shape, dtype="f8", chunks=chunks, compression="gzip"
            )
        with pytest.raises(FormatError, match="in chunks of"):
            read_madrigal_tec(tmp_path / "a.hdf5")


def test_lines_of_sight_are_no_maps(tmp_path):
    write_madrigal_los(tmp_path / "los.h5")
    with pytest.raises(FormatError, match="read_madrigal_los"):
        read_madrigal_tec(tmp_path / "los.h5")
    write_madrigal_tec(tmp_path / "gps.h5")
    with pytest.raises(FormatError, match="read_madrigal_tec"):
        io.read_madrigal_los(tmp_path / "gps.h5")
    for name in ("los", "gps"):
        with pytest.raises(FormatError, match="read_madrigal"):
            io.read_cses(tmp_path / f"{name}.h5")


def test_packed_isolated_and_by_read(tmp_path):
    path = tmp_path / "gps000101g.001.hdf5"
    write_madrigal_tec(path)
    maps = read_madrigal_tec(path)
    told = io.describe(path)
    assert (told.status, told.format, told.n_rows, told.shape) == ("read", "madrigal-tec", 3, (6, 5))
    assert told.source == "MapSource" and told.notes["status"] == "final"
    xr.testing.assert_identical(io.read(tmp_path), maps)
    (tmp_path / "a.gz").write_bytes(gzip.compress(path.read_bytes()))
    xr.testing.assert_identical(read_madrigal_tec(tmp_path / "a.gz", isolate=True), maps)


def test_other_tables_of_madrigal_are_named(tmp_path):
    rows = np.array(
        [(b"0abi", 68.354, 18.816)], dtype=[("gps_site", "S4"), ("gdlatr", "f8"), ("gdlonr", "f8")]
    )
    with h5py.File(tmp_path / "site_20240101.001.h5", "w") as file:
        file["Data/Table Layout"] = rows
        file["Metadata/Data Parameters"] = np.array([1])
    told = io.describe(tmp_path / "site_20240101.001.h5")
    assert told.status == "unknown" and "Madrigal" in told.title and "gdlatr" in told.title
