"""Lines of sight of GPS-TEC (.Cmn): time, stations, marks of missing values, what is refused."""

import numpy as np
import pandas as pd
import pytest
from _gnss_layouts import CMN_NAMES, gopi, gopi_times

from skquake import io
from skquake.io import FormatError, read_gopi
from skquake.sources import SeriesSource

# Lines of a file of station ac13 (Alaska, 2025-06-09) as GPS-TEC wrote them, with their gaps and blanks.
WRITTEN = (
    'Unknown_station,\t"C:\\Users\\LorenaP\\Downloads\\ac131600.25o"\n'
    "55.82190\t204.37759\t222.60003\n"
    "MJdatet\t\t Time\t\t PRN\t Az\t Ele\t Lat\t Lon\t Stec\t Vtec\t S4\n"
    "60835.000000\t-24.000000\t 1\t284.61\t42.80\t56.491\t198.888\t24.08\t17.30\t-99.000\n"
    "60835.000174\t0.004167\t 1\t284.64\t42.91\t56.490\t198.909\t24.00\t17.27\t-99.000\n"
    "60835.975174\t23.404167\t32\t124.98\t44.83\t54.075\t208.463\t20.41\t15.11\t-99.000\n"
    "60835.999826\t23.995833\t32\t102.62\t52.70\t55.273\t208.212\t17.82\t14.59\t-99.000\n"
)


def write(folder, text, name="ac13160-2025-06-09.Cmn"):
    path = folder / name
    path.write_text(text)
    return path


def test_lines_as_the_program_writes_them(tmp_path):
    frame = read_gopi(write(tmp_path, WRITTEN))
    expected = ["2025-06-09T00:00:00", "2025-06-09T00:00:15", "2025-06-09T23:24:15", "2025-06-09T23:59:45"]
    np.testing.assert_array_equal(frame["time"], np.array(expected, dtype="datetime64[ns]"))
    assert list(frame["prn"]) == [1, 1, 32, 32] and set(frame["station"]) == {"AC13"}
    np.testing.assert_allclose(frame["stec"], [24.08, 24.00, 20.41, 17.82])
    np.testing.assert_allclose(frame["vtec"], [17.30, 17.27, 15.11, 14.59])
    np.testing.assert_allclose(frame["azimuth_deg"], [284.61, 284.64, 124.98, 102.62])
    np.testing.assert_allclose(frame["elevation_deg"], [42.80, 42.91, 44.83, 52.70])
    np.testing.assert_allclose(frame["latitude"], [56.491, 56.490, 54.075, 55.273])
    np.testing.assert_allclose(frame["longitude"], np.array([198.888, 198.909, 208.463, 208.212]) - 360)
    assert frame["s4"].isna().all()
    place = frame.attrs["stations"]["AC13"]
    assert place == {"latitude": 55.8219, "longitude": pytest.approx(-155.62241), "height_m": 222.60003}
    assert frame.attrs["units"]["vtec"] == "TECU" and frame.attrs["left_out"] == []


def julian(text):
    """The same with Julian days, which begin at noon, under the name of older versions."""
    above, table = text.split(CMN_NAMES)
    rows = [row.split("\t", 1) for row in table.strip().split("\n")]
    rows = [f"{float(day) + 2400000.5:.6f}\t{rest}" for day, rest in rows]
    return above + CMN_NAMES.replace("MJdatet", "Jdatet") + "\n" + "\n".join(rows) + "\n"


WAYS = {
    "blank lines": gopi(blank=1),
    "line ends of Windows": gopi().replace("\n", "\r\n"),
    "blanks": gopi().replace("\t", "   "),
    "Julian days": julian(gopi()),
    "commas": gopi().replace(".", ",").replace(",25o", ".25o"),
}


@pytest.mark.parametrize("way", WAYS)
def test_other_ways_to_write_it(tmp_path, way):
    pd.testing.assert_frame_equal(
        read_gopi(write(tmp_path, WAYS[way], "a.Cmn")), read_gopi(write(tmp_path, gopi(), "b.Cmn"))
    )


def test_one_time_has_all_satellites_in_order(tmp_path):
    frame = read_gopi(write(tmp_path, gopi(satellites=(32, 7, 1))))
    assert list(frame["prn"][:4]) == [1, 7, 32, 1]
    np.testing.assert_array_equal(frame["time"].unique(), gopi_times().astype("datetime64[ns]"))


def test_stations_and_days_are_joined(tmp_path):
    write(tmp_path, gopi(station="BJFS", mjd=60836), "b2.Cmn")
    write(tmp_path, gopi(station="BJFS"), "b1.Cmn")
    write(tmp_path, gopi(station="AAAA"), "a1.Cmn")
    write(tmp_path, gopi(station="BJFS").replace("25.08", "26.00"), "b3.Cmn")
    frame = read_gopi([tmp_path / f"{name}.Cmn" for name in ("b2", "b1", "a1", "b3")])
    assert len(frame) == 3 * 8 and list(frame["station"].cat.categories) == ["AAAA", "BJFS"]
    assert frame["time"].is_monotonic_increasing and list(frame["station"][:4]) == ["AAAA"] * 2 + ["BJFS"] * 2
    assert frame["stec"][0] == 25.08 and frame["stec"][2] == 26.00  # the file read last wins
    series = frame.groupby(["time", "station"], observed=True)["vtec"].mean().unstack()
    stations = pd.DataFrame(frame.attrs["stations"]).T
    source = SeriesSource.from_irregular(series[:4], stations, cadence=15, max_gap=60)
    assert len(source.time) == 4


def test_marks_of_missing_values_and_more_columns(tmp_path):
    text = gopi(s4=False, names=CMN_NAMES.replace("S4", "Flag")).replace("\t12.54", "\t-99.00")
    text = "\n".join(line + "\t1" if line[:3] == "608" else line for line in text.split("\n"))
    frame = read_gopi(write(tmp_path, text))
    assert frame["vtec"].isna().sum() == 1 and frame["s4"].isna().all()
    assert frame.attrs["left_out"] == ["Flag"]
    assert read_gopi(write(tmp_path, gopi().replace("25.08", "-3.50")))["stec"].min() == -3.5


def test_a_satellite_twice_at_one_time_is_warned_of(tmp_path):
    text = gopi()
    row = text.split("\n")[4]
    path = write(tmp_path, text + row + "\n" + row.replace("25.04", "25.99") + "\n")
    with pytest.warns(UserWarning, match=r"Cmn: 1 rows repeat the time and PRN"):
        frame = read_gopi(path)
    assert len(frame) == 8 and 25.99 in set(frame["stec"])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (
            ("55.82190\t204.37759\t222.60003", "55.82190\t204.37759"),
            "position: expected latitude, longitude and",
        ),
        (("55.82190", "95.82190"), "position 0: latitude 95.8219 deg is not between"),
        (("\t Vtec", ""), "names of the columns: .* expected a .Cmn file"),
        (("\t Lat\t", "\t Lon\t"), "names of the columns"),
        (("60835.000000", "60935.000000"), None),
        (
            ("60835.000174\t0.004167", "60835.000174\t0.504167"),
            "row of data 2: MJdatet 60835.000174 and Time 0.5",
        ),
        (("60835.000174", "90835.000174"), "no time since 1980"),
        (("\t 1\t284.64", "\t 0\t284.64"), "row of data 2: prn 0 is not between 1 and 99"),
        (("\t 1\t284.64", "\t1.5\t284.64"), "row of data 2: PRN 1.5 is no whole number"),
        (("25.04", "-999.0"), "row of data 2: stec -999 TECU is not between -300 and 3000"),
        (("12.52", "1e4"), "row of data 2: vtec 10000 TECU"),
        (("56.490", "156.49"), "row of data 2: latitude 156.49"),
        (("25.04", "ab"), "line 5: stec 'ab' is no number"),
        (("\t25.04", ""), "line 5: 9 words instead of 10"),
    ],
)
def test_what_is_refused(tmp_path, change, match):
    text = gopi()
    assert change[0] in text
    path = write(tmp_path, text.replace(*change, 1))
    if match is None:  # another day is a day
        assert read_gopi(path)["time"].max() == np.datetime64("2025-09-17")
        return
    with pytest.raises(FormatError, match=match) as caught:
        read_gopi(path)
    assert caught.value.path == path


def test_a_station_cannot_lie_at_two_places(tmp_path):
    first = write(tmp_path, gopi(), "a.Cmn")
    other = write(tmp_path, gopi().replace("55.82190", "55.92190"), "b.Cmn")
    with pytest.raises(FormatError, match=r"station AC13 at 55\.9219, -155\.622, but before at 55\.8219"):
        read_gopi([first, other])


@pytest.mark.parametrize(
    ("head", "name", "station"),
    [
        ("Chumphon", "x.Cmn", "Chumphon"),
        ("Unknown_station", "BASE167-2020-06-15.Cmn", "AC13"),
        ("", "BASE167-2020-06-15.Cmn", "AC13"),
    ],
)
def test_names_of_stations(tmp_path, head, name, station):
    assert list(read_gopi(write(tmp_path, gopi(station=head), name)).attrs["stations"]) == [station]
    text = gopi(station=head).replace("ac131600.25o", "raw.dat")
    expected = {"x.Cmn": "Chumphon"}.get(name, "BASE")
    assert list(read_gopi(write(tmp_path, text, name)).attrs["stations"]) == [expected]


def test_describe_and_read_know_it(tmp_path):
    path = write(tmp_path, gopi(), "download")
    told = io.describe(path)
    assert (told.status, told.format, told.reader, told.n_rows) == ("read", "gopi", "read_gopi", 8)
    pd.testing.assert_frame_equal(io.read(tmp_path), read_gopi(path))


def test_means_are_refused_with_what_to_do(tmp_path):
    path = write(tmp_path, "  0.0083  16.63  1.69\n  0.0250  16.60  1.70\n", "jbal130-2024-05-09.Std")
    with pytest.raises(
        FormatError, match=r"\.Std file .* no documented columns .* read the \.Cmn file beside"
    ):
        read_gopi(path)
    with pytest.raises(FormatError, match=r"no reader here takes it: .*GPS-TEC.*\.Cmn.*read_gopi"):
        io.read(path)
    told = io.describe(path)
    assert told.status == "unknown" and "read_gopi" in told.problem
