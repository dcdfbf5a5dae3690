"""QuakeML: golden values, preferred parts, overlaps, what is left out, and files that mean harm."""

import gzip
import sys
import tracemalloc
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from _io_layouts import QUAKEML, quakeml, quakeml_event, quakeml_magnitude, quakeml_origin, usgs

from skquake.catalogs import AftershockRemover
from skquake.io import FormatError, read_quakeml, read_usgs

BED = "{http://quakeml.org/xmlns/bed/1.2}"


def test_real_file_against_the_standard_library(real_data):
    path = real_data / "catalog" / "quakeml_sample.xml"
    catalog = read_quakeml(path, types=None)
    events = ElementTree.parse(path).getroot()[0].findall(f"{BED}event")
    assert len(catalog) == len(events) == 50
    for event in events:

        def text(*tags, of=event):
            found = of.find("/".join(BED + tag for tag in tags))
            return None if found is None else found.text

        def the(tag, preferred, event=event):
            (thing,) = (t for t in event.findall(BED + tag) if t.get("publicID") == preferred)
            return thing

        origin = the("origin", text("preferredOriginID"))
        magnitude = the("magnitude", text("preferredMagnitudeID"))
        row = catalog.loc[event.get("publicID")]
        assert row.time == pd.Timestamp(text("time", "value", of=origin)).tz_localize(None)
        assert row.latitude == float(text("latitude", "value", of=origin))
        assert row.longitude == float(text("longitude", "value", of=origin))
        assert row.depth_km == float(text("depth", "value", of=origin)) / 1000
        assert row.magnitude == float(text("mag", "value", of=magnitude))
        assert row.magnitude_type == text("type", of=magnitude)
        assert row.type == text("type")
        assert row.place == text("description", "text")
        assert row.status == text("evaluationStatus", of=origin)
        assert row.stations == float(text("quality", "usedStationCount", of=origin))
        assert row.gap_deg == float(text("quality", "azimuthalGap", of=origin))
        assert row.rms_s == float(text("quality", "standardError", of=origin))
        made = [pd.Timestamp(text("creationInfo", "creationTime", of=x)) for x in (event, origin, magnitude)]
        assert row.updated == max(made).tz_localize(None)
    assert catalog["time"].is_monotonic_increasing
    assert "SED" in catalog.attrs["origin"]


def test_real_file_earthquakes_only_by_default(real_data):
    path = real_data / "catalog" / "quakeml_sample.xml"
    catalog = read_quakeml(path)
    assert set(catalog["type"]) == {"earthquake"}
    assert catalog.attrs["left_out"] == {"quarry blast": 50 - len(catalog)}
    assert len(AftershockRemover().fit_transform(catalog)) > 0


def test_the_table_is_that_of_read_usgs(tmp_path):
    (tmp_path / "a.csv").write_text(usgs())
    (tmp_path / "a.xml").write_text(quakeml(quakeml_event()))
    theirs, ours = read_usgs(tmp_path / "a.csv"), read_quakeml(tmp_path / "a.xml")
    assert list(ours.columns) == list(theirs.columns)
    assert ours.index.name == theirs.index.name == "id"
    assert (ours.dtypes == theirs.dtypes).all()
    assert ours.attrs.keys() == theirs.attrs.keys()
    assert ours.attrs["units"] == theirs.attrs["units"]
    same = ["time", "latitude", "longitude", "magnitude"]
    assert ours[same].iloc[0].tolist() == theirs[same].iloc[0].tolist()


def read(tmp_path, *events, **options):
    (tmp_path / "a.xml").write_text(quakeml(*events))
    return read_quakeml(tmp_path / "a.xml", **options)


def test_preferred_parts_else_the_first(tmp_path):
    parts = (
        quakeml_origin("o1", latitude="1"),
        quakeml_origin("o2", latitude="2"),
        quakeml_magnitude("m1", "5.1", "mb"),
        quakeml_magnitude("m2", "5.2", "Mw"),
    )

    def named(origin, magnitude):
        return (
            f"<preferredOriginID>smi:local/{origin}</preferredOriginID>"
            f"<preferredMagnitudeID>smi:local/{magnitude}</preferredMagnitudeID>"
        )

    catalog = read(
        tmp_path,
        quakeml_event(*parts, named("o2", "m2"), id="smi:local/named"),
        quakeml_event(*parts, id="smi:local/unnamed"),
        quakeml_event(*parts, named("o9", "m9"), id="smi:local/dangling"),
    )
    found = catalog[["latitude", "magnitude", "magnitude_type"]].T.to_dict("list")
    assert found == {
        "smi:local/named": [2.0, 5.2, "Mw"],
        "smi:local/unnamed": [1.0, 5.1, "mb"],
        "smi:local/dangling": [1.0, 5.1, "mb"],
    }


def test_the_same_names_in_another_file_are_its_own(tmp_path):
    for latitude in (1, 2):
        name = f"<preferredOriginID>smi:local/o1</preferredOriginID>{quakeml_origin(latitude=latitude)}"
        text = quakeml(quakeml_event(name, quakeml_magnitude(), id=f"smi:local/e{latitude}"))
        (tmp_path / f"{latitude}.xml").write_text(text)
    assert read_quakeml(tmp_path / "*.xml")["latitude"].to_dict() == {
        "smi:local/e1": 1.0,
        "smi:local/e2": 2.0,
    }


def test_newest_update_wins_whatever_the_order_of_files(tmp_path):
    old = quakeml_event(quakeml_origin(), quakeml_magnitude(value="5"), made="2015-01-01T00:00:00Z")
    new = quakeml_event(quakeml_origin(), quakeml_magnitude(value="6"), made="2016-01-01T00:00:00Z")
    (tmp_path / "1.xml").write_text(quakeml(new))
    with gzip.open(tmp_path / "2.xml.gz", "wt") as stream:
        stream.write(quakeml(old, old))
    for order in (["1.xml", "2.xml.gz"], ["2.xml.gz", "1.xml"]):
        catalog = read_quakeml([tmp_path / name for name in order])
        assert catalog["magnitude"].to_dict() == {"smi:local/e1": 6.0}
        assert str(catalog["updated"].iloc[0]) == "2016-01-01 00:00:00"


def test_events_without_magnitude_or_origin_and_other_kinds(tmp_path):
    events = (
        quakeml_event(),
        quakeml_event(quakeml_origin(), id="smi:no/magnitude"),
        quakeml_event(quakeml_magnitude(), id="smi:no/origin"),
        quakeml_event(id="smi:a/blast", kind="quarry blast"),
        quakeml_event(id="smi:a/moan", kind="whale song"),
        quakeml_event(id="smi:no/kind", kind=None),
    )
    catalog = read(tmp_path, *events)
    assert set(catalog.index) == {"smi:local/e1", "smi:no/kind"}
    assert set(catalog["type"]) == {"earthquake"}
    assert catalog.attrs["left_out"] == {
        "quarry blast": 1,
        "whale song": 1,
        "no origin": 1,
        "no magnitude": 1,
    }
    everything = read(tmp_path, *events, types=None, missing_magnitude="keep")
    assert np.isnan(everything.loc["smi:no/magnitude", "magnitude"])
    assert everything.attrs["left_out"] == {"whale song": 1, "no origin": 1}
    with pytest.raises(ValueError, match="missing_magnitude"):
        read(tmp_path, *events, missing_magnitude="fill")


def test_nothing_but_events_without_origin(tmp_path):
    catalog = read(tmp_path, quakeml_event(quakeml_magnitude()))
    assert not len(catalog) and catalog["time"].dtype == "datetime64[ns]"
    assert catalog.attrs["left_out"] == {"no origin": 1}


def test_time_zones_dateline_unknown_depth_and_comments(tmp_path):
    origin = quakeml_origin(time="2001-01-13T19:33:32+02:00", longitude="190")
    (tmp_path / "a.xml").write_text(
        "<!-- c -->" + quakeml(quakeml_event("<!-- c --><?p i?>", origin)).split("?>", 1)[1]
    )
    event = read_quakeml(tmp_path / "a.xml", missing_magnitude="keep").iloc[0]
    assert event.time == pd.Timestamp("2001-01-13T17:33:32")
    assert event.longitude == -170.0
    assert np.isnan(event.depth_km) and np.isnan(event.stations)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{k + 1} "{f"&a{k};" * 10}">' for k in range(20))
    + ']><q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2">&a20;</q:quakeml>'
)
EXTERNAL = '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + quakeml(quakeml_event("&x;"))[38:]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("<html><body/></html>", "byte 0", "an HTML page"),
        ("<quakeml/>", "line 1", "expected QuakeML"),
        ("just words", "line 1", "no XML"),
        (quakeml(quakeml_event())[:-12], "line 2", "cut, or no XML"),
        (quakeml(), "QuakeML", "no events"),
        (quakeml("<event/>"), "line 2", "no publicID"),
        (BOMB, "line 1", "document type"),
        (EXTERNAL, "line 1", "document type"),
        (
            '<!DOCTYPE q SYSTEM "http://localhost:1/q.dtd">' + quakeml(quakeml_event())[38:],
            "line 1",
            "document",
        ),
        (quakeml("<a>" * 100_000), "line 2", "nested deeper"),
        (quakeml(*(f'<a xmlns:n{k}="n">' for k in range(99))), "line 2", "namespaces"),
        (QUAKEML.replace("UTF-8", "UTF-7") + "+ADw-", "line 1", "encoding 'UTF-7'"),
        (quakeml(quakeml_event(quakeml_origin(latitude="95"))), "event with an origin 0", "latitude"),
        (quakeml(quakeml_event(quakeml_origin(latitude=None))), "event with an origin 0", "latitude"),
        (quakeml(quakeml_event(quakeml_origin(longitude="1000"))), "event with an origin 0", "longitude"),
        (quakeml(quakeml_event(quakeml_origin(longitude="east"))), "QuakeML", "east"),
        (quakeml(quakeml_event(quakeml_origin(time="soon"))), "QuakeML", "soon"),
        (quakeml(quakeml_event(quakeml_origin(time=None))), "event 0 (smi:local/e1)", "no time"),
        (quakeml(quakeml_event(quakeml_origin(time="1200-01-01T00:00:00"))), "event 0", "1678"),
        (quakeml(quakeml_event(quakeml_origin(), quakeml_magnitude(value="strong"))), "QuakeML", "strong"),
        (quakeml(quakeml_event(quakeml_origin(), quakeml_magnitude(value="inf"))), "QuakeML", "inf"),
        (quakeml(quakeml_event(quakeml_origin(longitude="nan"))), "QuakeML", "nan"),
    ],
)
def test_files_that_are_none(tmp_path, text, where, what):
    read(tmp_path, quakeml_event())  # its imports are not counted
    (tmp_path / "a.xml").write_text(text)
    tracemalloc.start()
    with pytest.raises(FormatError) as caught:
        read_quakeml(tmp_path / "a.xml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.where.startswith(where) and what in caught.value.what
    assert peak < 5 * 2**20


def test_a_document_type_in_another_encoding(tmp_path):
    (tmp_path / "a.xml").write_bytes(BOMB.split("?>", 1)[1].encode("utf-16"))
    with pytest.raises(FormatError, match="document type"):
        read_quakeml(tmp_path / "a.xml")


def test_without_obspy(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "obspy", None)
    with pytest.raises(ImportError, match=r"pip install skquake\[quakeml\]"):
        read(tmp_path, quakeml_event())
