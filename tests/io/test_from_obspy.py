"""Catalogs that obspy has read: as by read_quakeml, and from events of the shape that obspy gives."""

from types import SimpleNamespace as Thing

import numpy as np
import pandas as pd
import pytest

from skquake.io import FormatError, from_obspy, read_quakeml


def moment(text):
    return Thing(ns=int(np.datetime64(text, "ns").view("int64")))


def named(name):
    return Thing(id=f"smi:local/{name}")


def event(name="1", *, time="2001-01-13T17:33:32.38", depth=60_000.0, magnitude=7.7, **more):
    origin = Thing(
        resource_id=named(f"o{name}"), time=moment(time), latitude=13.049, longitude=-88.66, depth=depth,
        quality=None, evaluation_status="reviewed", evaluation_mode=None, creation_info=None,
    )  # fmt: skip
    size = Thing(resource_id=named(f"m{name}"), mag=magnitude, magnitude_type="Mw", creation_info=None)
    made = Thing(agency_id="XYZ", creation_time=moment("2001-02-01"))
    values = {
        "resource_id": named(name), "origins": [origin], "magnitudes": [size], "preferred_origin_id": None,
        "preferred_magnitude_id": None, "event_type": "earthquake", "event_descriptions": [],
        "creation_info": made,
    }  # fmt: skip
    return Thing(**values | more)


def test_an_event_of_obspys_shape():
    catalog = from_obspy([event("b", time="2002-01-01", depth=None, magnitude=5.0), event("a")])
    assert catalog.index.tolist() == ["smi:local/a", "smi:local/b"]
    first = catalog.iloc[0]
    assert first["time"] == pd.Timestamp("2001-01-13 17:33:32.38")
    assert (first["latitude"], first["longitude"], first["depth_km"]) == (13.049, -88.66, 60.0)
    assert (first["magnitude"], first["magnitude_type"], first["status"]) == (7.7, "Mw", "reviewed")
    assert first["updated"] == pd.Timestamp("2001-02-01") and np.isnan(catalog["depth_km"].iloc[1])
    assert catalog.attrs["origin"] == "events read by obspy of XYZ" and catalog.attrs["left_out"] == {}


def test_what_is_left_out_is_counted():
    events = [
        event("1"), event("2", event_type="quarry blast"), event("3", magnitudes=[]), event("4", origins=[]),
    ]  # fmt: skip
    catalog = from_obspy(iter(events))
    assert catalog.index.tolist() == ["smi:local/1"]
    assert catalog.attrs["left_out"] == {"quarry blast": 1, "no magnitude": 1, "no origin": 1}
    assert len(from_obspy(events, types=None, missing_magnitude="keep")) == 3


def test_impossible_events_are_refused():
    with pytest.raises(FormatError, match=r"obspy catalog.*800"):
        from_obspy([event(depth=3_302_730.0)])
    with pytest.raises(ValueError, match="no events"):
        from_obspy([])


def test_equals_read_quakeml(real_data):
    obspy = pytest.importorskip("obspy")
    path = real_data / "catalog" / "quakeml_sample.xml"
    pd.testing.assert_frame_equal(from_obspy(obspy.read_events(str(path))), read_quakeml(path))
