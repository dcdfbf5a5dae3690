"""Catalogs of any layout: golden values of each, and recognition."""

import gzip

import numpy as np
import pandas as pd
import pytest
from _catalog_files import (
    CENC,
    EMSC_CSV,
    FDSN,
    FILES,
    ISC_CSV,
    JMA,
    JMA_CSV,
    NDK,
    ZMAP,
    emsc_feature,
    emsc_json,
    isf,
    write,
)
from _io_layouts import usgs, usgs_row

from skquake.catalogs import AftershockRemover
from skquake.io import FormatError, catalog_layouts, read_catalog, read_usgs

# Layout -> one earthquake of its file: id (None: digest), time, latitude, longitude, depth, magnitude, type.
GOLDEN = {
    "jma": (None, "2011-03-11T05:46:18.120", 38.1035, 142.861, 23.74, 9.0, "Mw"),
    "gcmt-ndk": ("C200604092050A", "2006-04-09T20:50:46", -20.45, -70.24, 34.6, 5.73, "mwc"),
    "fdsn-text": ("40273591", "2024-08-31T05:46:56.910", 38.3687, 15.3812, 114.8, 2.2, "ML"),
    "zmap": (None, "2012-04-04T14:21:42", 41.818, 79.689, 1.0, 4.4, ""),
    "isc-csv": ("14342462", "2010-02-28T00:00:47.420", -36.6246, -73.3679, 27.0, 5.2, "MW"),
    "isf": ("14342462", "2010-02-28T00:00:47.420", -36.6246, -73.3679, 27.0, 4.8, "MS"),
    "isc-gem": ("610326271", "1904-04-04T10:02:34.560", 41.802, 23.108, 15.0, 6.84, "Mw"),
    "skquake": ("q1", "2010-02-27T06:34:11.530", -36.122, -72.898, 22.9, 8.8, "mww"),
    "emsc-csv": ("352307", "2014-01-11T05:21:13", 38.36, 20.47, 2.0, 3.1, "ML"),
    "emsc-json": ("20230206_0000008", "2023-02-06T01:17:36.100", 37.17, 37.03, 20.0, 7.8, "mw"),
    "cenc": (None, "2008-05-12T06:27:59.500", 31.01, 103.42, 14.0, 8.0, "Ms"),
    "comcat": ("usp000a9j9", "2001-01-13T17:33:32.380", 13.049, -88.66, 60.0, 7.7, ""),
    "anss-csv": ("NCSN1000872", "1967-08-01T10:33:50.470", 36.08, -121.07083, 80.339, 2.5, "Mx"),
    "anss-text": ("NEI200201012017", "2002-01-01T10:39:06.820", -55.214, -129.0, 10.0, 6.0, "Mw"),
    "jma-csv": (None, "1921-03-28T15:37:52.990", 32.5816, 127.3885, 6.64, 3.866, "Mj"),
    "horus": (None, "2017-04-22T04:42:58.060", 42.9043, 13.0005, 11.1, 1.03, "Mw"),
    "euromed-mt": ("C201901150125A", "2019-01-15T01:25:05", 38.93, 20.55, 10.0, 4.52, "Mw"),
}
OWN_TESTS = {"usgs", "quakeml"}


def everything(path, **options):
    return read_catalog(path, types=None, missing_magnitude="keep", **options)


def test_no_layout_is_left_out():
    assert set(FILES) == set(GOLDEN) == set(catalog_layouts().index) - OWN_TESTS


@pytest.mark.parametrize("name", FILES)
def test_each_layout_is_recognised_and_read(tmp_path, name):
    text, n = FILES[name]
    catalog = everything(write(tmp_path, text))
    assert catalog.attrs["layout"] == name
    assert len(catalog) == n and catalog.index.is_unique and catalog["time"].is_monotonic_increasing
    id_, time, latitude, longitude, depth, magnitude, kind = GOLDEN[name]
    event = catalog[catalog["time"] == time].iloc[0]
    assert np.allclose(
        event[["latitude", "longitude", "depth_km"]].astype(float), (latitude, longitude, depth)
    )
    assert event["magnitude"] == pytest.approx(magnitude) and event["magnitude_type"] == kind
    assert event["type"] == "earthquake"
    assert event.name == id_ if id_ else len(event.name) == 16
    for name in ("origin", "citation", "clock", "license"):
        assert catalog.attrs[name]


def test_what_was_written_as_csv_is_read_again(tmp_path):
    catalog = everything(write(tmp_path, FILES["isf"][0], name="isf.txt"))
    path = tmp_path / "again.csv"
    catalog.to_csv(path)
    pd.testing.assert_frame_equal(everything(path), catalog, check_exact=True)


@pytest.mark.parametrize("name", FILES)
def test_the_same_columns_as_read_usgs_whatever_the_packing_and_line_ends(tmp_path, name):
    text, _ = FILES[name]
    catalog = everything(write(tmp_path, text))
    usual = read_usgs(write(tmp_path, usgs(), "usgs.csv"))
    assert list(catalog.columns) == list(usual.columns)
    assert (catalog.dtypes[:5] == usual.dtypes[:5]).all()
    for data in (gzip.compress(text.encode()), text.replace("\n", "\r\n"), b"\xef\xbb\xbf" + text.encode()):
        pd.testing.assert_frame_equal(everything(write(tmp_path, data)), catalog)


def test_files_of_readers_of_their_own(tmp_path):
    path = write(tmp_path, usgs(usgs_row(), usgs_row("us2", kind="explosion", mag="")))
    catalog = read_catalog(path)
    pd.testing.assert_frame_equal(catalog, read_usgs(path), check_like=True)
    assert catalog.attrs["layout"] == "usgs" and catalog.attrs["left_out"] == {"explosion": 1}


def test_kinds_of_event_in_any_words(tmp_path):
    catalog = read_catalog(write(tmp_path, FDSN))
    assert set(catalog.index) == {"40271581", "40273591"}
    assert catalog.attrs["left_out"] == {"quarry blast": 1, "no magnitude": 1}
    with pytest.warns(UserWarning, match="1 events of unknown kind are left out"):
        isc = read_catalog(write(tmp_path, ISC_CSV))
    assert list(isc.index) == ["14342462", "14342463"]
    assert isc.attrs["left_out"] == {"no place": 1, "mining explosion": 1, "not reported": 1}
    assert isc.attrs["suspected"] == 1 and isc.attrs["fixed_depth"] == 1
    cenc = read_catalog(write(tmp_path, CENC))
    assert len(cenc) == 2 and cenc.attrs["left_out"] == {"explosion": 1, "event": 1}
    jma = read_catalog(write(tmp_path, JMA.replace("5117662", "5157662")))
    assert jma.attrs["left_out"] == {"low-frequency earthquake": 1}


def test_everything_left_out_is_said(tmp_path):
    with pytest.warns(UserWarning, match=r"all 2 events are left out \(2 mining explosion\)"):
        catalog = read_catalog(write(tmp_path, emsc_json(emsc_feature("a", "km"), emsc_feature("b", "sm"))))
    assert len(catalog) == 0


def test_magnitudes_by_preference(tmp_path):
    path = write(tmp_path, ISC_CSV)
    assert everything(path, magnitude_types=["mb"]).loc["14342462", "magnitude"] == 5.0
    assert everything(path, magnitude_types=["ML"]).loc["14342462", "magnitude"] == 4.4
    path = write(tmp_path, isf())
    assert everything(path, magnitude_types=["ml"]).loc["14342462", "magnitude"] == 4.4
    assert (
        everything(path, magnitude_types=["MW"]).loc["14342462", "magnitude"] != 6.5
    )  # no more than a bound
    jma = everything(write(tmp_path, JMA), magnitude_types=["mj"])
    assert jma.loc[jma["time"] == "2011-03-11T05:46:18.120", "magnitude"].item() == 8.4


def test_jma_depths_magnitudes_and_signs(tmp_path):
    catalog = everything(write(tmp_path, JMA))
    assert catalog.attrs["clock"] == "Japan Standard Time (UTC+9)"
    assert list(catalog["depth_km"]) == [23.74, 50.0, 6.68, 105.0]
    assert list(catalog["magnitude"]) == [9.0, 0.3, 0.0, 7.1]
    assert catalog["latitude"].iloc[3] == pytest.approx(-(7 + 3.52 / 60))
    assert str(catalog["time"].iloc[1]) == "2022-12-31 15:08:01.500000"
    first = JMA.split("\n")[0]
    low = write(
        tmp_path, first[:52] + "A5V" + "B0v" + first[58:] + "\n" + first[:52] + "-3V   " + first[58:] + "\n"
    )
    assert sorted(everything(low)["magnitude"]) == [-1.5, -0.3]
    odd = write(tmp_path, first[:44] + " 0 42" + first[49:] + "\n")
    with pytest.warns(UserWarning, match="depths of 1 records"):
        assert np.isnan(everything(odd)["depth_km"].item())


def test_jma_arrival_files_count_an_event_once(tmp_path):
    first, *_, overseas = JMA.strip().split("\n")
    text = "\n".join([first, "U" + first[1:], "_ARRIVAL", "E", overseas, "E", ""])
    catalog = everything(write(tmp_path, text), layout="jma")
    assert len(catalog) == 2 and catalog.attrs["left_out"] == {"further hypocentre of an event": 1}


def test_bulletin_prime_hypocentre_and_kind(tmp_path):
    catalog = everything(write(tmp_path, isf()))
    event = catalog.loc["14342462"]
    assert (event["stations"], event["gap_deg"], event["rms_s"]) == (845, 36, 1.06)
    assert event["status"] == "reviewed" and event["place"] == "Near coast of central Chile"
    assert catalog.loc["2032257", "type"] == "mining explosion"
    assert catalog.attrs["fixed_depth"] == 2 and catalog.attrs["suspected"] == 1
    # A prime origin of unknown kind takes the one that the others agree on.
    unsure = isf().replace("m i se", "m i uk", 1).replace("m i uk", "m i ke", 1)
    assert everything(write(tmp_path, unsure)).loc["14342462", "type"] == "earthquake"
    with pytest.warns(UserWarning, match="no STOP"):
        assert len(everything(write(tmp_path, isf(stop=False)))) == 2


def test_no_stop_behind_an_isc_table_is_said(tmp_path):
    with pytest.warns(UserWarning, match="no STOP"):
        assert len(everything(write(tmp_path, ISC_CSV.replace("STOP\n", "")))) == 4


def test_seconds_sixty_are_carried(tmp_path):
    assert str(everything(write(tmp_path, NDK))["time"].iloc[1]) == "2013-03-01 12:54:00"
    assert str(everything(write(tmp_path, EMSC_CSV))["time"].iloc[0]) == "2014-01-11 04:11:00"
    assert pd.Timestamp("2010-01-01T00:01") in everything(write(tmp_path, ZMAP))["time"].tolist()


def test_metres_are_named(tmp_path):
    path = write(tmp_path, FDSN.replace("|114.8|", "|3302.73|"))
    with pytest.raises(FormatError, match=r"line 3: depth_km 3302.73 .* say depth_unit='m'"):
        read_catalog(path)
    assert read_catalog(path, depth_unit="m").loc["40273591", "depth_km"] == pytest.approx(3.30273)
    metres = write(tmp_path, FDSN.replace("Depth/Km", "Depth/m").replace("|114.8|", "|3302.73|"))
    assert read_catalog(metres).loc["40273591", "depth_km"] == pytest.approx(3.30273)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("|2.2|", "|22|", "magnitude 22 is not between -5 and 10"),
        ("|38.3687|", "|98.3687|", "latitude 98.3687"),
        ("|15.3812|", "||", "longitude is missing"),
        ("|15.3812|", "|515.3812|", "longitude 515.381"),
        ("2024-08-31T05:46:56.910000", "2024-02-30T05:46:56", "2024 2 30 5 46 56 is no date"),
        ("2024-08-31T05:46:56.910000", "2024", "time '2024' is not an ISO 8601 date"),
        ("|114.8|", "|1e400|", "infinite"),
        ("|114.8|", "|1_0|", "is no number"),
        ("|Messina", "|Messina|x", "15 fields instead of 14"),
    ],
)
def test_impossible_values_are_named(tmp_path, old, new, what):
    assert old in FDSN
    with pytest.raises(FormatError, match=what) as caught:
        read_catalog(write(tmp_path, FDSN.replace(old, new)))
    assert caught.value.where == "line 3"


def test_chinese_names_in_any_encoding(tmp_path):
    catalog = everything(write(tmp_path, CENC))
    assert catalog.attrs["clock"] == "Beijing time (UTC+8)"
    assert catalog["place"].iloc[0] == "四川汶川"
    pd.testing.assert_frame_equal(everything(write(tmp_path, CENC.encode("gb18030"))), catalog)
    pd.testing.assert_frame_equal(everything(write(tmp_path, CENC.encode("utf-16"))), catalog)
    reports = "震级M,发震时刻(UTC+8),纬度(°),经度(°),深度(千米),参考位置\n"
    reports += "3.7,2025-04-02 08:19:19,28.28,87.32,10,西藏\n"
    event = read_catalog(write(tmp_path, reports)).iloc[0]
    assert str(event["time"]) == "2025-04-02 00:19:19" and event["depth_km"] == 10
    with pytest.raises(FormatError, match="not Beijing time"):
        read_catalog(write(tmp_path, reports.replace("UTC+8", "UTC")))


def test_a_zone_that_is_missing_is_refused(tmp_path):
    with pytest.raises(
        FormatError, match=r"line 2: .* names no zone; read the file with columns= and utc_offset=9"
    ):
        read_catalog(write(tmp_path, JMA_CSV.replace("+0900", "")))


def test_what_no_layout_fits_is_told_what_to_do(tmp_path):
    table = "t,lat,lon,h,m\n2001-01-13,1,2,3,4\n"
    with pytest.raises(FormatError, match=r"no known layout of a catalog; as a table, read it with columns="):
        read_catalog(write(tmp_path, table))
    with pytest.raises(FormatError, match="HTML page"):
        read_catalog(write(tmp_path, "<!DOCTYPE html><html><body>No events</body></html>\n"))
    with pytest.raises(FormatError, match="ZIP"):
        read_catalog(write(tmp_path, b"PK\x03\x04" + b"\0" * 50))
    with pytest.raises(FormatError, match="no known layout"):
        read_catalog(write(tmp_path, b"\x00\x01" * 500))
    both = CENC.replace("参考地名", "time,latitude,longitude,depth,magnitude,id,eventtype")
    with pytest.raises(FormatError, match="it may be of the layouts 'comcat', 'cenc'; say which by layout="):
        read_catalog(write(tmp_path, both))


def test_catalogs_of_several_layouts_are_one(tmp_path):
    paths = [write(tmp_path, FDSN, "a.txt"), write(tmp_path, JMA, "b.txt")]
    catalog = read_catalog(paths)
    assert len(catalog) == 6 and catalog.attrs["layout"] == "fdsn-text, jma"
    assert catalog.attrs["clock"] == "UTC; Japan Standard Time (UTC+9)"
    assert len(AftershockRemover().fit_transform(catalog)) > 0


def test_one_id_of_two_earthquakes_is_refused(tmp_path):
    other = FDSN.split("\n")[0] + "\n" + FDSN.split("\n")[1].replace("2024-08-30", "2023-08-30") + "\n"
    paths = [write(tmp_path, FDSN, "a.txt"), write(tmp_path, other, "b.txt")]
    with pytest.raises(
        FormatError, match=r"'40271581' names two earthquakes, of 2023-08-30 .* and 2024-08-30"
    ):
        read_catalog(paths)
    later = other.replace("2023-08-30T19:23", "2024-08-30T19:24")
    assert len(read_catalog([paths[0], write(tmp_path, later, "c.txt")])) == 2


def test_a_unit_of_depth_is_refused_where_the_layout_says_its_own(tmp_path):
    with pytest.raises(FormatError, match="leave depth_unit away"):
        read_catalog(write(tmp_path, usgs()), depth_unit="m")


# --- real files ---


def test_real_jma_table(real_data):
    path = real_data / "catalog_other" / "jma_observed.csv"
    catalog = read_catalog(path)
    by_pandas = pd.read_csv(path, sep=";", float_precision="round_trip")
    times = pd.to_datetime(by_pandas["timestamp"], utc=True).dt.tz_localize(None)
    assert len(catalog) == len(by_pandas) == 1499
    order = times.argsort(kind="stable")
    assert (catalog["time"].to_numpy() == times.to_numpy()[order]).all()
    turned = catalog["longitude"].to_numpy() - by_pandas["longitude"].to_numpy()[order]
    assert (np.abs(turned) > 1e-9).sum() == 1 and np.abs(turned[turned < -1] + 360).item() < 1e-9
    for ours, theirs in [("latitude",) * 2, ("depth_km", "depth"), ("magnitude",) * 2]:
        assert (catalog[ours].to_numpy() == by_pandas[theirs].to_numpy()[order]).all()


def test_real_horus(real_data):
    with pytest.warns(UserWarning, match="1 times have a minute or second of 60 or more"):
        catalog = read_catalog(real_data / "catalog_other" / "horus_italy.txt")
    assert list(catalog["time"].astype(str)) == ["2017-04-22 04:42:58.060", "2020-09-22 11:01:04.290"]
    assert list(catalog["magnitude"]) == [1.03, 1.06] and list(catalog["depth_km"]) == [11.1, 6.1]


def test_real_moment_tensors(real_data):
    with pytest.warns(UserWarning, match="1 rows have no Mw that agrees with their scalar moment"):
        catalog = read_catalog(real_data / "catalog_other" / "euromed_moment_tensors.csv")
    assert list(catalog.index) == ["S201008080915A", "C201901150125A", "S201912120305A"]
    assert list(catalog["magnitude"]) == [4.4, 4.52, 4.8]
    assert str(catalog["time"].iloc[2]) == "2019-12-12 03:05:00"
    assert catalog.attrs["left_out"] == {"no magnitude": 1}


def test_real_usgs_files(real_data):
    path = real_data / "catalog" / "usgs_m4.5_2004-2006.csv.gz"
    pd.testing.assert_frame_equal(read_catalog(path), read_usgs(path))


# --- obspy's readers ---


@pytest.mark.parametrize("name", ["gcmt-ndk", "zmap", "isf"])
def test_obspy_reads_the_same(tmp_path, name):
    pytest.importorskip("obspy")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from obspy import read_events

        text = FILES[name][0].replace("12:53:60.0", "12:53:51.1").replace("\t60\n", "\t59\n")
        # Its reader wants phases of full width.
        text = "\n".join(line for line in text.split("\n") if not line.startswith(("Sta ", "CONC")))
        path = write(tmp_path, text)
        theirs = read_events(
            str(path), format={"gcmt-ndk": "NDK", "zmap": "ZMAP", "isf": "IMS10BULLETIN"}[name]
        )
    ours = everything(path)
    assert len(theirs) == len(ours)
    for event in theirs:
        origin = event.preferred_origin() or event.origins[0]
        if name == "gcmt-ndk":
            origin = next(each for each in event.origins if each.origin_type == "hypocenter")
        time = np.datetime64(origin.time.datetime).astype("datetime64[ns]")
        # It takes the fraction of a second from ZMAP's decimal year.
        mine = ours.iloc[(ours["time"] - time).abs().argmin()]
        assert abs(mine["time"] - time) < pd.Timedelta("0.5s" if name == "zmap" else "1us")
        assert (mine["latitude"], mine["longitude"]) == pytest.approx((origin.latitude, origin.longitude))
        assert mine["depth_km"] == pytest.approx(origin.depth / 1000.0)
        said = [magnitude.mag for magnitude in event.magnitudes if magnitude.mag is not None]
        if not np.isnan(mine["magnitude"]):
            assert np.abs(np.array(said) - mine["magnitude"]).min() < 0.0051
