"""USGS catalogs: golden values, overlaps, types, missing magnitudes."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
from _io_layouts import usgs, usgs_row

from skquake.io import FormatError, read_usgs


@pytest.fixture(scope="module")
def everything(real_data):
    return read_usgs(real_data / "catalog" / "usgs_*.csv.gz", types=None)


def test_real_files_golden_counts(everything):
    assert len(everything) == 114_987
    assert everything.index.is_unique
    assert everything["time"].is_monotonic_increasing
    assert str(everything["time"].iloc[0])[:10] == "1999-12-31"
    assert str(everything["time"].iloc[-1])[:10] == "2017-12-31"
    gap = everything["time"].between("2004-01-08 12:00", "2004-12-30")
    assert not gap.any()
    assert (everything["longitude"] >= -180).all() and (everything["longitude"] < 180).all()


def test_real_files_golden_event(everything):
    event = everything[everything["time"] == "2001-01-13T17:33:32.380"].iloc[0]
    assert (event.latitude, event.longitude, event.depth_km, event.magnitude) == (13.049, -88.660, 60.0, 7.7)


def test_real_files_earthquakes_only_by_default(everything, real_data):
    catalog = read_usgs(str(real_data / "catalog" / "usgs_*.csv.gz"))
    assert len(catalog) == 114_981
    assert catalog.attrs["left_out"] == {"nuclear explosion": 5, "rock burst": 1}
    assert set(catalog["type"]) == {"earthquake"}
    strong = catalog.query("magnitude >= 4.8 and '2005' <= time < '2011'")
    assert len(strong) == 20_730


def test_time_is_naive_nanoseconds_and_columns_stand(tmp_path):
    (tmp_path / "a.csv").write_text(usgs())
    catalog = read_usgs(tmp_path / "a.csv")
    assert catalog["time"].dtype == np.dtype("datetime64[ns]")
    assert catalog.index.name == "id"
    assert list(catalog.columns[:5]) == ["time", "latitude", "longitude", "depth_km", "magnitude"]
    assert catalog.attrs["units"]["depth_km"] == "km"
    assert catalog.attrs["origin"] and catalog.attrs["citation"]


def test_newest_update_wins_whatever_the_order_of_files(tmp_path):
    old, new = (
        usgs_row(mag=5.0, updated="2015-01-01T00:00:00Z"),
        usgs_row(mag=6.0, updated="2016-01-01T00:00:00Z"),
    )
    (tmp_path / "1.csv").write_text(usgs(new))
    (tmp_path / "2.csv").write_text(usgs(old, usgs_row(id="us2", time="2000-01-01T00:00:00Z")))
    for order in (["1.csv", "2.csv"], ["2.csv", "1.csv"]):
        catalog = read_usgs([tmp_path / name for name in order])
        assert catalog.loc["us1", "magnitude"] == 6.0
        assert list(catalog.index) == ["us2", "us1"]


def test_an_event_retyped_later_is_no_earthquake(tmp_path):
    rows = (
        usgs_row(updated="2015-01-01T00:00:00Z"),
        usgs_row(kind="explosion", updated="2016-01-01T00:00:00Z"),
    )
    (tmp_path / "a.csv").write_text(usgs(*rows, usgs_row(id="us2")))
    assert list(read_usgs(tmp_path / "a.csv").index) == ["us2"]
    assert read_usgs(tmp_path / "a.csv", types="explosion").index.tolist() == ["us1"]


def test_empty_magnitude(tmp_path):
    (tmp_path / "a.csv").write_text(usgs(usgs_row(mag=""), usgs_row(id="us2", depth="")))
    catalog = read_usgs(tmp_path / "a.csv")
    assert list(catalog.index) == ["us2"]
    assert np.isnan(catalog["depth_km"].iloc[0])
    assert catalog.attrs["left_out"] == {"no magnitude": 1}
    kept = read_usgs(tmp_path / "a.csv", missing_magnitude="keep")
    assert np.isnan(kept.loc["us1", "magnitude"])
    with pytest.raises(ValueError, match="missing_magnitude"):
        read_usgs(tmp_path / "a.csv", missing_magnitude="fill")


def test_old_and_renamed_columns(tmp_path):
    text = "Event_ID,DateTime,Lat,Lon,Depth_km,Magnitude\nx1,2001-01-13 17:33:32,1,190,2,5\n"
    (tmp_path / "a.csv").write_text("\ufeff" + text, encoding="utf-8")
    catalog = read_usgs(tmp_path / "a.csv")
    assert catalog.loc["x1", "longitude"] == -170.0
    assert catalog.loc["x1", "type"] == "earthquake"
    assert pd.isna(catalog.loc["x1", "updated"])


def feature(id="us1", mag=7.7, kind="earthquake", coordinates=(-88.66, 13.049, 60.0), time=979407212380):
    properties = {
        "mag": mag,
        "time": time,
        "updated": 1478741573651,
        "place": None,
        "type": kind,
        "magType": "mwc",
    }
    return {
        "type": "Feature",
        "id": id,
        "properties": properties,
        "geometry": {"coordinates": list(coordinates)},
    }


def geojson(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more})


def test_geojson_equals_csv(tmp_path):
    (tmp_path / "a.csv").write_text(usgs())
    with gzip.open(tmp_path / "a.geojson.gz", "wt") as stream:
        stream.write(geojson(feature(), feature("us2", mag=None), feature("us3", kind="explosion")))
    ours, theirs = read_usgs(tmp_path / "a.geojson.gz"), read_usgs(tmp_path / "a.csv")
    columns = ["time", "latitude", "longitude", "depth_km", "magnitude", "magnitude_type", "type", "updated"]
    pd.testing.assert_frame_equal(ours[columns], theirs[columns])
    assert ours.attrs["left_out"] == {"explosion": 1, "no magnitude": 1}
    assert list(read_usgs([tmp_path / "a.csv", tmp_path / "a.geojson.gz"]).index) == ["us1"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (geojson(), "no features"),
        (geojson(feature(), metadata={"count": 2}), "metadata.count says 2"),
        (geojson(feature(coordinates=(1.0,))), "feature 0"),
        (geojson(feature(), feature("b", coordinates=(1.0, 91.0, 3.0))), "feature 1: latitude"),
        (geojson(feature(time="yesterday")), "feature 0"),
        (geojson(feature(time=10**30)), "feature 0"),
        (geojson(feature(time=True)), "feature 0"),
        (geojson(feature(mag="5")), "feature 0"),
        ("{" + '"a":[' * 100_000, "GeoJSON"),
        ('{"features": 5}', "GeoJSON"),
        ("{}", "GeoJSON"),
    ],
)
def test_geojson_that_is_none(tmp_path, text, match):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FormatError, match=match):
        read_usgs(tmp_path / "a.json")


_HEAD = "time,latitude,longitude,depth,mag,id,place\n"
QUOTE = _HEAD + "2001-01-13,1,2,60,7,a,{}\n2001-01-14,1,2,60,7,b,{}\n"
TWICE = "time,latitude,longitude,depth,mag,id,mag\n2001-01-13,1,2,60,7,a,5\n"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a,b\n1,2\n", "no column for id, time"),
        (usgs("1,2,3"), "row 2.*22 columns"),
        (usgs(usgs_row(), usgs_row(lat=95)), "row 3: latitude"),
        (usgs(usgs_row(lon=1000)), "row 2: longitude"),
        (usgs(usgs_row(time="13 January")), "row 2: time '13 January'"),
        (usgs(usgs_row(time="0006-01-01T00:00:00Z")), "row 2: time"),
        (usgs(usgs_row(updated="soon")), "row 2: updated"),
        # pandas takes these for dates.
        (usgs(usgs_row(time="2001")), "row 2: time '2001'"),
        (usgs(usgs_row(), usgs_row(time="2001-01")), "row 3: time '2001-01'"),
        (usgs(usgs_row(time="now")), "row 2: time 'now'"),
        (usgs(usgs_row(updated="today")), "row 2: updated 'today'"),
        (usgs(usgs_row(id="")), "row 2: the event has no id"),
        (usgs(usgs_row(mag="strong")), "strong"),
        (usgs(usgs_row(mag="inf")), "infinite"),
        (usgs().split("\n")[0] + "\n", "no row"),
        # A quote without its other one takes in the rows below it.
        (QUOTE.format('"here', "there"), "2 lines below the header are 1 rows: quotes do not match"),
        (QUOTE.format('"here', 'there"'), "2 lines below the header are 1 rows: quotes do not match"),
        (TWICE, "two columns are called 'mag'"),
        (TWICE.replace("id,mag", "id,Mag"), "two columns are called 'mag'"),
    ],
)
def test_csv_that_is_none(tmp_path, text, match):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(FormatError, match=match) as caught:
        read_usgs(tmp_path / "a.csv")
    assert str(tmp_path / "a.csv") in str(caught.value)
