"""Text exports of CSES: as the HDF5 file of the same numbers, any separator, INGV's table."""

import h5py
import numpy as np
import pandas as pd
import pytest
from _satellite_layouts import cses_text

from skquake.io import FormatError, read_cses

INGV = {
    "time": "UTC_TIME",
    "geo_lat": "GEO_LAT",
    "geo_lon": "GEO_LON",
    "bx": "A221",
    "by": "A222",
    "bz": "A223",
}


def write(tmp_path, text, name="a.txt"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


def as_hdf5(path, text):
    table = pd.read_csv(pd.io.common.StringIO(text))
    with h5py.File(path, "w") as file:
        for name in table:
            file.create_dataset(name, data=table[name].to_numpy()[:, np.newaxis])
    return path


@pytest.mark.parametrize("product", ["LAP", "HPM"])
@pytest.mark.parametrize("mark", [",", ";", "\t", " "])
def test_as_the_hdf5_file_of_the_same_numbers(tmp_path, product, mark):
    path = write(tmp_path, cses_text(mark=mark, product=product))
    frame, expected = read_cses(path), read_cses(as_hdf5(tmp_path / "a.h5", cses_text(product=product)))
    assert frame["ascending"].all() and frame.attrs["left_out"] == ["FLAG"]
    pd.testing.assert_frame_equal(frame.drop(columns="ascending"), expected.drop(columns="ascending"))
    assert frame["time"][1] == pd.Timestamp("2018-08-01 02:03:07") and frame["orbit"][0] == -1
    if product == "LAP":
        assert (
            np.isnan(frame["Ne"][[0, 2]]).all() and np.isnan(frame["Te"][3]) and frame["Ne"].isna().sum() == 2
        )
        assert frame.attrs["units"]["Ne"] == "cm-3"
    else:
        assert list(frame)[4:7] == ["B_x", "B_y", "B_z"]


def test_dates_names_and_comments(tmp_path):
    name = "CSES_01_LAP_1_L02_A3_096791_20180801_020304_20180801_024021_000.csv"
    ref = read_cses(write(tmp_path, cses_text()), first_sample="keep")
    frame = read_cses(write(tmp_path, cses_text(time="iso"), name), first_sample="keep")
    assert frame["orbit"].eq(9679).all() and frame["ascending"].all()
    pd.testing.assert_frame_equal(frame.drop(columns="orbit"), ref.drop(columns="orbit"))
    nec = cses_text(product="HPM", head="# vector field in NEC\n")
    assert "B_N" in read_cses(write(tmp_path, nec))
    behind = cses_text().replace("UTC_TIME", "# UTC_TIME", 1)
    pd.testing.assert_frame_equal(read_cses(write(tmp_path, behind), first_sample="keep"), ref)
    numbered = "".join(f"{k - 1 if k else ''},{line}\n" for k, line in enumerate(cses_text().splitlines()))
    pd.testing.assert_frame_equal(read_cses(write(tmp_path, numbered), first_sample="keep"), ref)


def test_missing_values_in_words(tmp_path):
    for mark in ", ":
        frame = read_cses(write(tmp_path, cses_text(mark=mark).replace("-9999.0", "NaN")))
        assert np.isnan(frame["Ne"][2]) and np.isnan(frame["Te"][3]) and frame["Te"].isna().sum() == 2


def test_the_table_of_ingv(tmp_path):
    """UTC (ISO), latitude, longitude and three components, without altitude."""
    frame = read_cses(write(tmp_path, cses_text(product="HPM", time="iso", names=INGV)))
    ref = read_cses(write(tmp_path, cses_text(product="HPM")))
    assert frame["altitude_km"].isna().all()
    for name in ("time", "latitude", "B_x", "B_y", "B_z"):
        pd.testing.assert_series_equal(frame[name], ref[name])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (("GEO_LAT,", "LAT,"), r"expected an HDF5 file of CSES, or a text whose first line names"),
        (("UTC_TIME,", "UT,"), r"line 1: no column UTC_TIME"),
        (("A311", "B311"), "no variables of LAP"),
        (("FLAG", "A311"), "two columns of one name"),
        (
            ("20180801020307000", "20180801020307"),
            "row 2: UTC_TIME '20180801020307': expected yyyymmddHHMMSSmmm",
        ),
        (("20180801020307000", "20180841020307000"), "row 2: UTC_TIME '20180841020307000': expected"),
        (("20180801020307000", "20180801040307000"), "VERSE_TIME .* differ by 7200 s"),
        (("507.0", "507000.0"), "altitude_km 507000 km is not between"),
        (("507.0", "high"), "ALTITUDE 'high' is no number"),
        (("507.0,", "507.0,1,"), "10? columns|fields|Expected"),
    ],
)
def test_refused(tmp_path, change, match):
    path = write(tmp_path, cses_text().replace(*change, 1))
    with pytest.raises(FormatError, match=match):
        read_cses(path)


def test_other_text(tmp_path):
    with pytest.raises(FormatError, match="write numbers with points"):
        read_cses(write(tmp_path, cses_text(mark=";").replace("507.0", "507,0")))
    with pytest.raises(FormatError, match=r"Langmuir.*read them apart|magnetometer.*read them apart"):
        lap, hpm = (write(tmp_path, cses_text(product=p), f"{p}.txt") for p in ("LAP", "HPM"))
        read_cses([lap, hpm])
    with pytest.raises(FormatError, match="a NetCDF 3 file; expected an HDF5 file of CSES"):
        read_cses(write(tmp_path, "CDF\x01xyz\n"))
    with pytest.raises(FormatError, match="a zero byte"):
        read_cses(write(tmp_path, "UTC_TIME\0"))
