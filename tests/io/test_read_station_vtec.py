"""Station VTEC in CSV."""

import numpy as np
import pandas as pd
import pytest

from skquake import io
from skquake.io import FormatError, read_station_vtec


def write(path, text):
    path.write_text(text)
    return path


def test_gaps_zones_order_and_fill(tmp_path):
    path = write(
        tmp_path / "a.csv",
        "XJSH,UTC,LHAS\n3,2016-12-08T00:30:00+08:00,999\n,2016-12-07T16:00:00Z,2\n7,2016-12-08 03:00,9\n",
    )
    vtec = read_station_vtec(path, fill=999)
    assert list(vtec.columns) == ["XJSH", "LHAS"]
    assert [str(t) for t in vtec.index] == [
        "2016-12-07 16:00:00",
        "2016-12-07 16:30:00",
        "2016-12-08 03:00:00",
    ]
    np.testing.assert_array_equal(vtec, [[np.nan, 2], [3, np.nan], [7, 9]])
    assert vtec.index.dtype == np.dtype("datetime64[ns]") and vtec.attrs["units"]["LHAS"] == "TECU"


def test_daily_files_and_other_stations_join(tmp_path):
    write(tmp_path / "1.csv", "time,A\n2016-01-01 23:00,1\n2016-01-02 00:00,2\n")
    write(tmp_path / "2.csv", "time,A\n2016-01-02 00:00,2\n2016-01-02 01:00,3\n")
    write(tmp_path / "3.csv", "time,B\n2016-01-02 00:00,5\n")
    vtec = read_station_vtec(tmp_path / "*.csv")
    assert vtec.index.tolist() == pd.date_range("2016-01-01 23:00", periods=3, freq="h").tolist()
    np.testing.assert_array_equal(vtec, [[1, np.nan], [2, 5], [3, np.nan]])


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a,b\n1,2\n", "expected a column time"),
        ("time\n2016-01-01\n", "one a station"),
        ("time,A,A\n2016-01-01,1,2\n", "same name"),
        ("time,A,\n2016-01-01,1,2\n", "without a name"),
        ("time,A\n2016-01-01,one\n", "one"),
        ("time,A\n2016-01-01,1,2\n", "row 2|Row"),
        ("time,A\n12345,1\n2016-01-01,1\nx,1\n", "row 2|row 4"),
        ("time,A\n2016-01-01,1\n2016-01-01,2\n", "station A has 1.0 and 2.0 at 2016-01-01"),
    ],
)
def test_wrong_files(tmp_path, text, match):
    with pytest.raises(FormatError, match=match):
        read_station_vtec(write(tmp_path / "a.csv", text))


def test_conflict_between_files(tmp_path):
    write(tmp_path / "1.csv", "time,A\n2016-01-01,1\n")
    write(tmp_path / "2.csv", "time,A\n2016-01-01,2\n")
    with pytest.raises(FormatError, match=r"2\.csv.*station A"):
        read_station_vtec(tmp_path / "*.csv")


def test_the_long_table_of_time_station_and_vtec(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(
        "timestamp,station,vtec\n2016-12-08T00:00:00Z,XJSH,11.5\n2016-12-08T00:00:00Z,LHAS,21\n"
        "2016-12-08T00:15:00Z,LHAS,21.5\n"
    )
    vtec = io.read(path)
    assert list(vtec) == ["LHAS", "XJSH"] and vtec.attrs["left_out"] == []
    assert [str(t) for t in vtec.index] == ["2016-12-08 00:00:00", "2016-12-08 00:15:00"]
    np.testing.assert_array_equal(vtec, [[21, 11.5], [21.5, np.nan]])
    assert io.describe(path).reader == "read_station_vtec" and read_station_vtec(path).equals(vtec)


TABLE = "time,BJFS,LHAS\n2016-12-08T00:00:00,11.5,21.0\n2016-12-08T00:15:00,-1.25,22.5\n"
WAYS = {
    "tabs": TABLE.replace(",", "\t"),
    "semicolons": TABLE.replace(",", ";"),
    "commas of decimals": TABLE.replace(",", ";").replace(".", ","),
    "blanks": "# " + TABLE.replace(",", "   ").replace("\n", "  \n"),
    "blanks and tabs": TABLE.replace(",", " \t").replace("\n", "\r\n"),
}


@pytest.mark.parametrize("way", WAYS)
def test_other_marks_between_columns_are_read_when_the_columns_are_named(tmp_path, way):
    path = write(tmp_path / "a.txt", WAYS[way])
    with pytest.raises(
        FormatError, match=r"line 1: a table with \w+ between its columns; .* columns=\[\.\.\.\]"
    ):
        read_station_vtec(path)
    expected = read_station_vtec(write(tmp_path / "b.csv", TABLE))
    pd.testing.assert_frame_equal(read_station_vtec(path, columns=["BJFS", "LHAS"]), expected)
    with pytest.raises(
        FormatError, match=r"no reader here takes it: .*read_station_vtec\(columns=\[\.\.\.\]\)"
    ):
        io.read(path)


def test_a_table_without_names_says_what_to_do(tmp_path):
    path = write(tmp_path / "a.txt", "2016 12 08 00 00 11.5 0.3\n2016 12 08 00 15 11.7 0.3\n")
    with pytest.raises(
        FormatError, match=r"a table of numbers without names .*read_station_vtec\(columns=\[\.\.\.\]\)"
    ):
        io.read(path)
    assert "read_catalog" in io.describe(path).problem
