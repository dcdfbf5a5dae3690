"""Outgoing longwave radiation: both layouts, packing, epochs, grids, joined files."""

import gzip

import h5py
import numpy as np
import pandas as pd
import pytest
from _io_layouts import olr_values, write_olr

from skquake.io import FormatError, read_olr

VALUES = olr_values()
# Latitudes and longitudes of the file are 5, 2.5, 0, -2.5 and 0, 90, 180, 270, 357.5.
EXPECTED = VALUES[:, ::-1][:, :, [2, 3, 4, 0, 1]]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "olr.day.mean.nc"


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
@pytest.mark.parametrize("packed", [True, False])
def test_both_versions_packed_or_not(path, engine, packed):
    values = VALUES.copy()
    values[1, 2, 3] = np.nan
    write_olr(path, values, engine=engine, packed=packed)
    olr = read_olr(path)
    assert olr.dims == ("time", "latitude", "longitude") and olr.dtype == np.float32
    assert olr.latitude.values.tolist() == [-2.5, 0.0, 2.5, 5.0]
    assert olr.longitude.values.tolist() == [-180.0, -90.0, -2.5, 0.0, 90.0]
    expected = EXPECTED.copy()
    expected[1, 1, 1] = np.nan
    np.testing.assert_allclose(olr, expected, atol=1e-4)
    assert olr.attrs["units"] == "W/m^2" and olr.attrs["origin"] == "Daily Mean Interpolated OLR"
    assert "Liebmann" in olr.attrs["citation"] and "V5SJ1HH2" in olr.attrs["citation"]


def test_grids_of_either_direction_and_order(path):
    write_olr(
        path,
        VALUES[:, ::-1],
        latitudes=[-2.5, 0.0, 2.5, 5.0],
        longitudes=[0.0, 90.0, 180.0, -90.0, -2.5],
        order=("lon", "time", "lat"),
    )
    np.testing.assert_allclose(read_olr(path), EXPECTED, atol=1e-4)


def test_a_meridian_given_twice_is_read_once(path):
    values = np.array(VALUES)
    values[:, :, -1] = values[:, :, 0]
    write_olr(path, values, longitudes=[0.0, 90.0, 180.0, 270.0, 360.0])
    assert read_olr(path).longitude.values.tolist() == [-180.0, -90.0, 0.0, 90.0]


# The first map of the interpolated record, 1974-06-01, counted as in its older and newer files and the CDR.
@pytest.mark.parametrize(
    "units, calendar, first, step",
    [
        ("hours since 1800-01-01 00:00:0.0", None, 1528872, 24),
        ("hours since 1-1-1 00:00:0.0", None, 17298624, 24),
        ("hours since 1-1-1 00:00:0.0", "proleptic_gregorian", 17298576, 24),
        ("days since 1970-01-01 00:00:00", "gregorian", 1612, 1),
        ("days since 1970-01-01T12:00:00Z", "standard", 1611.5, 1),
        ("Days since 1970-1-1", None, 1612, 1),
    ],
)
def test_epochs(path, units, calendar, first, step):
    write_olr(path, VALUES, times=first + step * np.arange(4), time_units=units, calendar=calendar)
    expected = pd.date_range("1974-06-01", periods=4, unit="ns")
    pd.testing.assert_index_equal(
        pd.DatetimeIndex(read_olr(path)["time"]), expected, check_names=False, exact="equiv"
    )


def test_files_are_joined_in_time_whatever_their_order(tmp_path):
    for name, days in (("b", slice(2, 4)), ("a", slice(0, 3)), ("c", slice(3, 4))):
        times = 1528872.0 + 24.0 * np.arange(4)[days]
        write_olr(tmp_path / f"{name}.nc", VALUES[days], times=times, title=name)
    for names in ("abc", "cba", "bca"):
        olr = read_olr([tmp_path / f"{name}.nc" for name in names])
        np.testing.assert_allclose(olr, EXPECTED, atol=1e-4)
        assert olr.attrs["origin"] == "a; b; c"


def test_gzip(tmp_path, path):
    write_olr(path, VALUES, engine="scipy")
    (tmp_path / "olr.nc.gz").write_bytes(gzip.compress(path.read_bytes()))
    np.testing.assert_array_equal(read_olr(tmp_path / "olr.nc.gz"), read_olr(path))


def test_maps_that_differ(tmp_path):
    for seed in (0, 1):
        write_olr(tmp_path / f"{seed}.nc", olr_values(seed=seed))
    with pytest.raises(FormatError, match=r"map of 1974-06-01.* differs from that in .*0\.nc"):
        read_olr(tmp_path / "*.nc")
    write_olr(tmp_path / "1.nc", VALUES, latitudes=[5.0, 3.0, 1.0, -1.0])
    with pytest.raises(FormatError, match=r"latitudes -1\.\.\.5 .* differ from .*read them apart"):
        read_olr([tmp_path / "0.nc", tmp_path / "1.nc"])


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"name": "rlut"}, "no variable olr; there are"),
        ({"attrs": {"units": "K"}}, "in units 'K'"),
        ({"time_units": "months since 1800-01-01"}, "expected 'hours since"),
        ({"time_units": "hours since 1800-13-01"}, "name no date"),
        ({"calendar": "360_day"}, "calendar '360_day'"),
        ({"times": [0.0, 24.0, 48.0, 72.0]}, "not between 1900 and 2199"),
        ({"times": [1528872.0, 1528872.0, 1528896.0, 1528920.0]}, "do not ascend"),
        ({"times": [1528872.0, np.nan, 1528896.0, 1528920.0]}, "not between 1900 and 2199"),
        ({"latitudes": [95.0, 2.5, 0.0, -2.5]}, "variable lat: 95 is out of range"),
        ({"latitudes": [5.0, 5.0, 0.0, -2.5]}, "given twice"),
        ({"longitudes": [0.0, 90.0, np.nan, 270.0, 357.5]}, "variable lon: nan"),
        ({"packed": False, "attrs": {"_FillValue": np.float32(0)}}, "-5 is no radiation.*_FillValue"),
    ],
)
def test_wrong_files(path, changes, said):
    values = VALUES.copy()
    values[0, 0, 0] = -5.0
    write_olr(path, values if "attrs" in changes and "packed" in changes else VALUES, **changes)
    with pytest.raises(FormatError, match=said):
        read_olr(path)


def test_a_promise_that_no_file_of_this_size_keeps(path):
    write_olr(path, VALUES)
    with h5py.File(path, "r+") as file:
        attributes = dict(file["olr"].attrs)
        del file["olr"], attributes["DIMENSION_LIST"]
        for name, n in (("time", 10**5), ("lat", 10**4), ("lon", 10**4)):
            file[name].make_scale()
            del file[name]
            file.create_dataset(name, (n,), "float64", chunks=(100,)).make_scale(name)
        data = file.create_dataset("olr", (10**5, 10**4, 10**4), "int16", chunks=(1, 100, 100))
        for axis, name in enumerate(("time", "lat", "lon")):
            data.dims[axis].attach_scale(file[name])
    with pytest.raises(FormatError, match=r"variable olr: of shape .100000, 10000, 10000. in chunks"):
        read_olr(path)


@pytest.mark.parametrize("index, length", [(0, 0), (1, 10**9), (0, 2**64 - 1)])
def test_a_heap_that_leads_nowhere(path, index, length):
    """The library would walk the first of these for ever."""
    write_olr(path, VALUES)
    data = path.read_bytes()
    at = data.index(b"GCOL") + 16
    object_head = index.to_bytes(2, "little") + data[at + 2 : at + 8] + length.to_bytes(8, "little")
    path.write_bytes(data[:at] + object_head + data[at + 16 :])
    with pytest.raises(FormatError, match="a heap with an object that leads nowhere"):
        read_olr(path)


def test_other_sizes_of_addresses(path):
    write_olr(path, VALUES)
    data = bytearray(path.read_bytes())
    data[13 if data[8] < 2 else 9] = 4
    path.write_bytes(data)
    with pytest.raises(FormatError, match="other than 8 bytes"):
        read_olr(path)


def test_no_netcdf(path):
    path.write_bytes(b"CDF\x05" + bytes(100))
    with pytest.raises(FormatError, match="byte 0: no NetCDF file"):
        read_olr(path)
