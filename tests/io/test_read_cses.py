"""CSES HDF5: both products, fills, valid ranges, clocks, first samples."""

import h5py
import numpy as np
import pytest
from _io_layouts import write_cses

from skquake import TrackSource
from skquake.io import FormatError, read_cses


@pytest.fixture
def path(tmp_path):
    return tmp_path / "CSES_01_LAP_1_L02_A3_096791_20180801_020304_20180801_023715_000.h5"


def test_langmuir_probe(path):
    times, data = write_cses(path)
    frame = read_cses(path)
    np.testing.assert_array_equal(frame["time"], times)
    np.testing.assert_allclose(frame["Ne"][1:], data["A311"][1:] * 1e-6)
    np.testing.assert_array_equal(frame["Te"][1:], data["A321"][1:])
    assert frame[["Ne", "Te"]].iloc[0].isna().all()
    np.testing.assert_allclose(read_cses(path, first_sample="keep")["Te"], data["A321"])
    assert frame["longitude"].between(-180, 180, inclusive="left").all() and frame["orbit"].eq(9679).all()
    assert frame["ascending"].all() and frame["magnetic_latitude"].iloc[0] == -58
    assert frame.attrs["units"]["Ne"] == "cm-3" and "LAP" in frame.attrs["origin"]
    assert TrackSource(frame.iloc[1:], channels=["Ne", "Te"]).cadence == np.timedelta64(3, "s")


@pytest.mark.parametrize("product", ["HPM", "FGM"])
def test_magnetometer(path, product):
    _, data = write_cses(path, product=product, cadence_ms=1000)
    frame = read_cses(path)
    field = data["B_FGM"] if product == "FGM" else np.stack([data[f"A22{i}"] for i in (1, 2, 3)], axis=1)
    np.testing.assert_array_equal(frame[["B_N", "B_E", "B_C"]][1:], field[1:])


@pytest.mark.parametrize("product", ["HPM", "FGM"])
@pytest.mark.parametrize("frame", [None, "instrument frame", "sensor xyz"])
def test_a_field_in_another_frame_is_not_called_north(path, product, frame):
    _, data = write_cses(path, product=product, cadence_ms=1000, frame=frame)
    table = read_cses(path)
    assert not {"B_N", "B_E", "B_C"} & set(table)
    field = data["B_FGM"] if product == "FGM" else np.stack([data[f"A22{i}"] for i in (1, 2, 3)], axis=1)
    np.testing.assert_array_equal(table[["B_x", "B_y", "B_z"]][1:], field[1:])
    assert table.attrs["units"]["B_x"] == "nT"


@pytest.mark.parametrize(("name", "value"), [("ALTITUDE", 1e-309), ("A311", 1e30), ("MAG_LAT", 91.0)])
def test_values_that_no_orbit_has(path, name, value):
    write_cses(path)
    with h5py.File(path, "r+") as file:
        file[name][7] = value
        file["A311"].attrs["ValidRange"] = [0.0, 1e300]
    with pytest.raises(FormatError, match=r"row 7: .* is not between"):
        read_cses(path)


def test_fills_ranges_and_rows_without_a_place(path):
    write_cses(path)
    with h5py.File(path, "r+") as file:
        file["A311"][3], file["A311"][4] = -9999.0, 1e15
        file["A321"][5] = 100.0
        file["GEO_LAT"][6] = -9999.0
        file["UTC_TIME"][7] = 20180230000000000
    frame = read_cses(path)
    assert len(frame) == 38 and frame.attrs["n_without_place"] == 2
    assert frame["Ne"].isna().tolist()[:7] == [True, False, False, True, True, False, False]
    assert frame["Te"].isna().tolist()[:7] == [True, False, False, False, False, True, False]


def test_files_that_touch_and_gaps(tmp_path):
    for i, start in enumerate(("2018-08-01T02:03:04", "2018-08-01T02:05:01", "2018-08-01T05:00:00")):
        write_cses(tmp_path / f"CSES_{i}.h5", start=start, seed=i)
    frame = read_cses(tmp_path / "CSES_*.h5")
    assert len(frame) == 119 and frame["time"].is_monotonic_increasing and frame["time"].is_unique


def test_clocks_disagree(path):
    write_cses(path)
    with h5py.File(path, "r+") as file:
        file["VERSE_TIME"][9] = file["VERSE_TIME"][9] + 3_600_000
    with pytest.raises(
        FormatError, match=r"row 9: UTC_TIME 2018-08-01T02:03:31.000 and VERSE_TIME .* 3600 s"
    ):
        read_cses(path)


def test_wrong_files(path, tmp_path):
    write_cses(path)
    write_cses(tmp_path / "hpm.h5", product="HPM")
    with pytest.raises(FormatError, match="read them apart"):
        read_cses([path, tmp_path / "hpm.h5"])
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = [1]
    with pytest.raises(FormatError, match="no variables of LAP"):
        read_cses(tmp_path / "other.h5")
    with h5py.File(path, "r+") as file:
        del file["GEO_LON"]
    with pytest.raises(FormatError, match="no variable GEO_LON"):
        read_cses(path)


@pytest.mark.parametrize("shape", [(3, 1), (40, 2, 2), (40, 0)])
def test_wrong_shapes(path, shape):
    write_cses(path)
    with h5py.File(path, "r+") as file:
        del file["A311"]
        file["A311"] = np.ones(shape)
    with pytest.raises(FormatError, match="variable A311"):
        read_cses(path)


def test_promised_size(path):
    write_cses(path)
    with h5py.File(path, "r+") as file:
        del file["UTC_TIME"]
        file.create_dataset("UTC_TIME", shape=(10**12, 1), dtype="int64", chunks=(1000, 1))
    with pytest.raises(FormatError, match=r"variable UTC_TIME: of shape .* more than"):
        read_cses(path)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_cut(path, share):
    write_cses(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(FormatError, match=r"cannot be read|is empty"):
        read_cses(path)


def test_heap_that_leads_nowhere(path):
    """The HDF5 library would walk it for ever."""
    write_cses(path)
    with h5py.File(path, "a") as file:
        file.create_dataset("note", data=["text"], dtype=h5py.string_dtype())
    data = path.read_bytes()
    at = data.index(b"GCOL") + 16
    path.write_bytes(data[:at] + bytes(2) + data[at + 2 : at + 8] + bytes(8) + data[at + 16 :])
    with pytest.raises(FormatError, match="heap"):
        read_cses(path)
