"""Tables of something else that happen to parse, and files that contradict themselves."""

import numpy as np
import pytest
from _io_layouts import dst_line, kp_daily, sw_csv, sw_days, sw_text

from skquake.io import FormatError, read_dst, read_kp, read_space_weather, read_station_vtec


def write(tmp_path, text, name="a.txt"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


ROWS = "2016-12-08 00:00,30.5,11.5,1\n2016-12-08 00:15,30.5,12.5,1\n"


@pytest.mark.parametrize(
    "name", ["lat", "Longitude", "ALT", "flag", "flag_LHAS", "PRN", "Unnamed: 0", "doy", "x"]
)
def test_columns_that_are_no_stations(tmp_path, name):
    path = write(tmp_path, f"time,{name},LHAS,XJSH\n" + ROWS)
    with pytest.raises(FormatError, match=r"are no stations; .*columns="):
        read_station_vtec(path)
    vtec = read_station_vtec(path, columns=["LHAS"])
    assert vtec["LHAS"].tolist() == [11.5, 12.5] and vtec.shape == (2, 1)
    assert vtec.attrs["left_out"] == [name, "XJSH"]
    assert list(read_station_vtec(path, columns={"LHAS": "Lhasa"})) == ["Lhasa"]
    with pytest.raises(FormatError, match="no column KUNM"):
        read_station_vtec(path, columns=["KUNM"])


LONG = "timestamp,station,vtec,lat\n2016-12-08 00:15,B,3,1\n2016-12-08 00:00,A,1,9\n2016-12-08 00:00,B,2,1\n"


def test_long_tables(tmp_path):
    vtec = read_station_vtec(write(tmp_path, LONG))
    np.testing.assert_array_equal(vtec, [[1, 2], [np.nan, 3]])
    assert list(vtec) == ["A", "B"] and vtec.attrs["left_out"] == ["lat"]
    named = write(tmp_path, LONG.replace("station,vtec", "who,what"), "b.txt")
    with pytest.raises(FormatError, match="lat are no stations"):
        read_station_vtec(named)
    np.testing.assert_array_equal(read_station_vtec(named, columns=["what"], stations="who"), vtec)
    with pytest.raises(FormatError, match="none called vtec or tec"):
        read_station_vtec(write(tmp_path, LONG.replace("vtec", "what"), "c.txt"))
    with pytest.raises(FormatError, match=r"station B has 2.0 and 5.0"):
        read_station_vtec(write(tmp_path, LONG + "2016-12-08 00:00,B,5,1\n", "d.txt"))
    with pytest.raises(ValueError, match="the one column of values"):
        read_station_vtec(named, columns=["what", "lat"], stations="who")


def test_vtec_out_of_range_and_numbers_of_fortran(tmp_path):
    path = write(tmp_path, "time,A,B\n2016-12-08 00:00,+1.0D+01,*****\n2016-12-08 00:15,1,-1E30\n")
    with pytest.raises(FormatError, match=r"row 3: B -1e\+30 TECU is not between -100 and 1000"):
        read_station_vtec(path)
    np.testing.assert_array_equal(read_station_vtec(path, fill=-1e30), [[10, np.nan], [1, np.nan]])


@pytest.mark.parametrize("name", ["Hp30", "Hp60"])
def test_hp_is_no_kp(tmp_path, name):
    row = "2025 02 05 00.0 00.25 34004.0 34004.01 1.333 5 0\n"
    with pytest.raises(FormatError, match=f"{name}, not Kp; read it with read_hpo"):
        read_kp(write(tmp_path, f"# YYYY MM DD hh.h hh._m days days_m {name} ap D\n" + row))
    with pytest.raises(FormatError, match=r"line 2: Kp at 0.5 h; .* read_hpo"):
        read_kp(write(tmp_path, row + row.replace("00.0 00.25", "00.5 00.75")))


def test_real_hp_is_no_kp(real_data):
    for name in ("Hp30_ap30_complete_series.txt", "Hp60_ap60_nowcast.txt"):
        with pytest.raises(FormatError, match=r"Hp\d0, not Kp"):
            read_kp(real_data / "indices" / name)


def test_a_kp_file_that_contradicts_itself(tmp_path):
    text = kp_daily(["2025 02 05"])
    assert len(read_kp(write(tmp_path, text + text))) == 8
    with pytest.raises(
        FormatError, match=r"line 4: Kp 2.000 at 2025-02-05T00:00, and 1.000 on a line before"
    ):
        read_kp(write(tmp_path, text + text.replace("  1.000", "  2.000")))
    definitive = text.replace("  1.000", "  2.000").rstrip()[:-1] + "1\n"
    assert read_kp(write(tmp_path, text + definitive)).iloc[0] == 2.0


def test_kp_numbers_of_fortran_and_no_last_line_end(tmp_path):
    text = kp_daily(["2025 02 05"]).replace("  1.667", " 1.667D0").replace("9.000", "*****").rstrip("\n")
    kp = read_kp(write(tmp_path, text))
    assert kp.iloc[1] == 5 / 3 and np.isnan(kp.iloc[4]) and len(kp) == 8


def test_a_dst_file_that_contradicts_itself(tmp_path):
    assert len(read_dst(write(tmp_path, dst_line() + dst_line()))) == 24
    other = dst_line(values=[-5] * 24)
    with pytest.raises(FormatError, match="day 2005-01-01: version 2 stands in the file before"):
        read_dst(write(tmp_path, dst_line() + other))
    assert read_dst(write(tmp_path, dst_line(version="1") + other)).iloc[0] == -5


@pytest.mark.parametrize(("base", "value"), [(9999, -5), (-999, -999), (-30, 0), (6, 0)])
def test_impossible_dst(tmp_path, base, value):
    with pytest.raises(FormatError, match=r"line 1: Dst .* nT is not between -2500 and 500"):
        read_dst(write(tmp_path, dst_line(base=base, values=[value] * 24)))


def test_dst_overflow_and_a_mean_of_400_digits(tmp_path):
    line = dst_line(values=[-1] * 24)
    assert np.isnan(read_dst(write(tmp_path, line.replace("  -1", "****", 1))).iloc[0])
    for digits in ("9" * 400, "9" * 5000):
        with pytest.raises(FormatError, match="line 1"):
            read_dst(write(tmp_path, line.rstrip() + digits + "\n"))
        with pytest.raises(FormatError, match="line 1"):
            read_dst(write(tmp_path, line[:20] + " " + " ".join(["-1"] * 25) + " " + digits + "\n"))


@pytest.mark.parametrize("form", [sw_csv, sw_text])
def test_a_celestrak_file_that_contradicts_itself(tmp_path, form):
    days = sw_days()
    assert len(read_space_weather(write(tmp_path, form([days[0], days[0]])))) == 8
    other = (*days[0][:3], 100.0, "OBS")
    with pytest.raises(FormatError, match="day 2003-10-29: the day is given twice"):
        read_space_weather(write(tmp_path, form([days[0], other])))
    with pytest.raises(FormatError, match=r"day 2003-10-29: AP1 (999|1000) is not between 0 and 400"):
        ap = (999, *days[0][2][1:])
        read_space_weather(write(tmp_path, form([(*days[0][:2], ap, *days[0][3:])])))


def test_a_whole_celestrak_text_without_last_line_end(tmp_path):
    text = sw_text()
    np.testing.assert_array_equal(
        read_space_weather(write(tmp_path, text.rstrip("\n")))["kp"],
        read_space_weather(write(tmp_path, text))["kp"],
    )
