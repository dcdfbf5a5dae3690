"""Any table of earthquakes by its columns, and the ids of what has none."""

import numpy as np
import pandas as pd
import pytest
from _catalog_files import write

from skquake.io import FormatError, read_catalog

NAMES = {"time": "t", "latitude": "lat", "longitude": "lon", "depth": "h", "magnitude": "m"}


def table(*rows, mark=",", header="t,lat,lon,h,m"):
    return mark.join(header.split(",")) + "\n" + "".join(mark.join(map(str, row)) + "\n" for row in rows)


ROWS = (("2011-03-11 14:46:18.12", 38.1035, 142.861, 23740, 9.0), ("2011/03/12 00:00:60", -7, 190, 600e3, 5))


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_any_table(tmp_path, mark):
    path = write(tmp_path, "# made by hand\n" + table(*ROWS, mark=mark))
    catalog = read_catalog(path, columns=NAMES, utc_offset=9, depth_unit="m")
    assert list(catalog["time"].astype(str)) == ["2011-03-11 05:46:18.120", "2011-03-11 15:01:00.000"]
    assert list(catalog["depth_km"]) == [23.74, 600.0] and list(catalog["longitude"]) == [142.861, -170.0]
    assert catalog.attrs["layout"] == "columns" and catalog.attrs["clock"] == "UTC+9"


def test_white_space_without_a_header_by_numbers_and_parts(tmp_path):
    text = "2011 3 11 14 46 18.12  38.1035 +142.861 2.374D+01 9.0 ke\n2011 3 12 0 0 0 1. .5 ***** 5 sm\n"
    columns = {
        "year": 0,
        "month": 1,
        "day": 2,
        "hour": 3,
        "minute": 4,
        "second": 5,
        "latitude": 6,
        "longitude": 7,
    }
    columns |= {"depth_km": 8, "magnitude": 9, "type": 10}
    catalog = read_catalog(write(tmp_path, text), columns=columns, types=None)
    assert list(catalog["depth_km"].fillna(-1)) == [23.74, -1] and list(catalog["latitude"]) == [38.1035, 1.0]
    assert list(catalog["type"]) == ["earthquake", "mining explosion"] and catalog.attrs["suspected"] == 1
    assert str(catalog["time"].iloc[0]) == "2011-03-11 14:46:18.120000"


@pytest.mark.parametrize(
    ("time_format", "written"),
    [
        ("%d.%m.%Y %H:%M:%S", "11.03.2011 05:46:18"),
        ("%Y%m%d%H%M%S", "20110311054618"),
        ("unix", "1299822378"),
        ("unix_ms", "1299822378000"),
        ("decimal_year", repr(2011 + (69 + (5 + (46 + 18 / 60) / 60) / 24) / 365)),
        (None, "2011-03-11T14:46:18+09:00"),
        (None, "2011-3-11 5:46:18Z"),
        (None, "20110311T054618"),
    ],
)
def test_formats_of_time(tmp_path, time_format, written):
    path = write(tmp_path, table((written, 1, 2, 3, 4)))
    time = read_catalog(path, columns=NAMES, time_format=time_format)["time"].item()
    assert abs(time - pd.Timestamp("2011-03-11T05:46:18")) < pd.Timedelta("1s")


def test_date_and_time_fill_and_kinds(tmp_path):
    text = table(
        ("2001-01-13", "17:33:32", 1, 2, -999, 7.7),
        ("2001-01-14", "00:00", 1, 2, 3, -999),
        header="d,t,lat,lon,h,m",
    )
    catalog = read_catalog(write(tmp_path, text), columns=NAMES | {"date": "d"}, fill=-999)
    assert str(catalog["time"].item()) == "2001-01-13 17:33:32" and np.isnan(catalog["depth_km"].item())
    assert catalog.attrs["left_out"] == {"no magnitude": 1}
    with pytest.raises(FormatError, match=r"line 2: depth_km -999 .* fill"):
        read_catalog(write(tmp_path, text), columns=NAMES | {"date": "d"})


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (
            {"columns": {"latitude": "lat"}},
            r"nothing is said of time \(or year, month, day\), longitude, magnitude",
        ),
        ({"columns": NAMES | {"size": "m"}}, "'size' is none of"),
        ({"columns": NAMES | {"depth": 3}}, "names of the file's header, or numbers"),
        ({"columns": NAMES | {"depth_km": "h"}}, "depth and depth_km"),
        ({"columns": NAMES, "time_format": "dmy"}, "time_format='dmy'"),
        ({"columns": NAMES, "utc_offset": 900}, "hours between"),
        ({"columns": NAMES, "utc_offset": 9, "time_format": "%Y-%m-%dT%H:%M%z"}, "the times name their zone"),
        ({"columns": NAMES, "time_format": "%d/%m %H:%M"}, "it has no year"),
        ({"columns": NAMES, "layout": "zmap"}, "both given"),
        ({"layout": "csv"}, "layout='csv': expected one of usgs"),
        ({"depth_unit": "miles"}, "depth_unit='miles'"),
        ({"utc_offset": 9}, "utc_offset=9 is for tables read with columns"),
        ({"fill": -999}, "fill is for tables"),
    ],
)
def test_parameters_that_cannot_be(tmp_path, options, what):
    with pytest.raises(ValueError, match=what):
        read_catalog(write(tmp_path, table(*ROWS)), **options)


def test_tables_that_cannot_be(tmp_path):
    with pytest.raises(FormatError, match="no column 'h'; it has t, lat, lon, depth, m"):
        read_catalog(write(tmp_path, table(*ROWS, header="t,lat,lon,depth,m")), columns=NAMES)
    with pytest.raises(FormatError, match="two columns of a name"):
        read_catalog(
            write(tmp_path, table((1, 1, 1, 1, 1), header="t,lat,lon,h,h")),
            columns=NAMES | {"magnitude": "h"},
        )
    with pytest.raises(FormatError, match=r"two columns of a name .* 'm' \(capitals apart"):
        read_catalog(
            write(tmp_path, table(("2011-03-11", 1, 2, 3, 6, 4), header="t,lat,lon,h,M,m")), columns=NAMES
        )
    with pytest.raises(FormatError, match="leave utc_offset away"):
        read_catalog(
            write(tmp_path, table(("2011-03-11T00:00:00Z", 1, 2, 3, 4))), columns=NAMES, utc_offset=9
        )
    with pytest.raises(FormatError, match="line 2: 2011 2 29 0 0 0 is no date and time"):
        columns = {
            "year": "y",
            "month": "mo",
            "day": "d",
            "latitude": "lat",
            "longitude": "lon",
            "magnitude": "m",
        }
        read_catalog(
            write(tmp_path, table((2011, 2, 29, 1, 2, 3), header="y,mo,d,lat,lon,m")), columns=columns
        )


@pytest.mark.parametrize(
    "written",
    ["2011-03-11T14:46+09:00", "2011-03-11T14:46:18+09", "2011-03-11 14:46:18 +0900", "20110311T144618+0900"],
)
def test_a_zone_however_written_is_never_taken_off_twice(tmp_path, written):
    path = write(tmp_path, table((written, 1, 2, 3, 4)))
    with pytest.raises(FormatError, match="leave utc_offset away"):
        read_catalog(path, columns=NAMES, utc_offset=9)
    assert str(read_catalog(path, columns=NAMES)["time"].item())[:16] == "2011-03-11 05:46"


# --- ids ---


def test_ids_depend_on_the_events_alone(tmp_path):
    rng = np.random.default_rng(0)
    rows = [(f"2011-03-{d:02d} 00:00:00", 1.5, 2.5, h, 4.5) for d in range(1, 8) for h in (10, 20, 30)]
    first = read_catalog(write(tmp_path, table(*rows)), columns=NAMES)
    again = read_catalog(write(tmp_path, table(*(rows[k] for k in rng.permutation(21)))), columns=NAMES)
    pd.testing.assert_frame_equal(first.sort_index(), again.sort_index())
    one = first[first["time"] == "2011-03-01"].sort_values("depth_km").index
    assert list(one) == [one[0], one[0] + "-2", one[0] + "-3"] and len(one[0]) == 16
    # Zeros behind the point are no other event.
    same = read_catalog(
        write(tmp_path, table(("2011-03-01T00:00:00.000Z", "1.50", "2.500", 10, "4.50"))), columns=NAMES
    )
    assert same.index[0] == one[0]


def test_repeated_rows_are_one_event_and_overlapping_files_agree(tmp_path):
    rows = [(f"2011-03-{d:02d}", 1.5, 2.5, 10, 4.5) for d in range(1, 8)]
    a = write(tmp_path, table(*rows[:5], rows[0]), "a.csv")
    b = write(tmp_path, table(*rows[3:], (*rows[3][:3], 12, 4.5)), "b.csv")
    catalog = read_catalog([a, b], columns=NAMES)
    assert len(catalog) == 8 and catalog.attrs["left_out"] == {"repeated row": 3}


def test_the_digest_is_the_documented_one(tmp_path):
    def mix(word):
        """SplitMix64 (Steele et al., 2014)."""
        word = (word + 0x9E3779B97F4A7C15) % 2**64
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        word = (word ^ word >> 27) * 0x94D049BB133111EB % 2**64
        return word ^ word >> 31

    assert mix(0) == 0xE220A8397B1DCDAF  # the first number of its generator from the seed 0
    time = 1_299_822_378_120  # ms: 2011-03-11T05:46:18.120
    place = (381_035 + 900_000) << 33 | (1_428_610 + 1_800_000) << 11
    path = write(tmp_path, table(ROWS[0]))
    catalog = read_catalog(path, columns=NAMES, utc_offset=9, depth_unit="m")
    assert list(catalog.index) == [f"{mix(mix(time) ^ (place | 900 + 500)):016x}"]
    path = write(tmp_path, table((*ROWS[0][:4], "")))
    catalog = read_catalog(path, columns=NAMES, utc_offset=9, depth_unit="m", missing_magnitude="keep")
    assert list(catalog.index) == [f"{mix(mix(time) ^ (place | 2047)):016x}"]
    path = write(tmp_path, table(("1969-12-31T23:59:59.999", -33.5, -179.99995, 5, -0.5)))
    place = (900_000 - 335_000) << 33 | (1_800_000 - 1_800_000) << 11
    assert list(read_catalog(path, columns=NAMES).index) == [f"{mix(mix(2**64 - 1) ^ (place | 450)):016x}"]


@pytest.mark.parametrize("zone", ["", "Z"])
def test_the_day_of_an_update_is_by_the_clock_of_the_file_too(tmp_path, zone):
    """Of one id the row updated last stays; an empty date is the least of all."""
    path = tmp_path / "updated.csv"
    path.write_text(
        "when,lat,lon,km,M,name,changed\n"
        f"2011-03-11 14:46:00,38,142,29,9.1,a,2011-03-12T10:00:00{zone}\n"
        "2011-03-11 14:46:00,38,142,29,8.8,a,\n"
    )
    names = {
        "time": "when", "latitude": "lat", "longitude": "lon", "depth": "km", "magnitude": "M", "id": "name",
        "updated": "changed",
    }  # fmt: skip
    catalog = read_catalog(path, columns=names, utc_offset=9)
    assert catalog["magnitude"].tolist() == [9.1] and str(catalog["time"].iloc[0]) == "2011-03-11 05:46:00"
    expected = "2011-03-12 10:00:00" if zone else "2011-03-12 01:00:00"
    assert str(catalog["updated"].iloc[0]) == expected
