"""Kinds of event under any name, and values that no event has."""

import json

import pytest
from _io_layouts import quakeml, quakeml_event, quakeml_origin, usgs, usgs_row

from skquake.io import FormatError, read_quakeml, read_usgs


def write(tmp_path, text, name="a.csv"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


@pytest.mark.parametrize("kind", ["Earthquake", "EARTHQUAKE", "ke", "SE", "eq", " earthquake", "fe", ""])
def test_earthquakes_under_any_name(tmp_path, kind):
    path = write(
        tmp_path, usgs(usgs_row(kind=kind), usgs_row("us2", kind="kn"), usgs_row("us3", kind="Quarry_Blast"))
    )
    catalog = read_usgs(path)
    assert catalog.index.tolist() == ["us1"] and catalog["type"].tolist() == ["earthquake"]
    assert catalog.attrs["left_out"] == {"nuclear explosion": 1, "quarry blast": 1}
    assert read_usgs(path, types="Quarry Blast").index.tolist() == ["us3"]
    assert len(read_usgs(path, types=None)) == 3


def test_the_column_of_kinds_under_another_name(tmp_path):
    text = usgs(usgs_row(kind="kx"), usgs_row("us2", kind="ke")).replace("place,type,", "place,evtype,")
    assert read_usgs(write(tmp_path, text)).index.tolist() == ["us2"]


def test_nothing_left_is_told(tmp_path):
    path = write(tmp_path, usgs(usgs_row(kind="boom"), usgs_row("us2", kind="boom"), usgs_row("us3", mag="")))
    with pytest.warns(UserWarning, match="all 2 events are left out .2 boom"):
        read_usgs(write(tmp_path, usgs(usgs_row(kind="boom"), usgs_row("us2", kind="boom")), "b.csv"))
    with pytest.warns(UserWarning, match="all 3 events are left out .2 boom, 1 no magnitude"):
        assert not len(read_usgs(path))


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({"depth": 3302.73}, r"row 3: depth_km 3302.73 km is not between -15 and 800; .* metres"),
        ({"depth": -5e7}, r"row 3: depth_km -5e\+07 km"),
        ({"mag": 99999}, r"row 3: magnitude 99999 is not between -5 and 10"),
        ({"mag": -9.99}, "row 3: magnitude -9.99"),
    ],
)
def test_values_that_no_event_has(tmp_path, row, match):
    with pytest.raises(FormatError, match=match):
        read_usgs(write(tmp_path, usgs(usgs_row(), usgs_row("us2", **row))))


def test_numbers_of_fortran(tmp_path):
    path = write(
        tmp_path, usgs(usgs_row(lat="+1.3049D+01", lon="-8.866d1", depth="+60", mag="*****"), usgs_row("us2"))
    )
    catalog = read_usgs(path, missing_magnitude="keep")
    assert catalog.loc["us1", ["latitude", "longitude", "depth_km"]].tolist() == [13.049, -88.66, 60.0]
    assert catalog["magnitude"].isna().tolist() == [True, False]


def test_depth_of_quakeml(tmp_path):
    deep = quakeml_origin(more="<depth><value>5e9</value></depth>")
    with pytest.raises(FormatError, match=r"depth_km 5e.06 km"):
        read_quakeml(write(tmp_path, quakeml(quakeml_event(deep)), "a.xml"))


def test_an_origin_without_a_name(tmp_path):
    event = quakeml_event(
        quakeml_origin().replace(' publicID="smi:local/o1"', ""), quakeml_origin("o2", latitude="1")
    )
    event = event.replace("</event>", "<preferredOriginID>smi:local/o2</preferredOriginID></event>")
    catalog = read_quakeml(write(tmp_path, quakeml(event), "a.xml"), missing_magnitude="keep")
    assert catalog["latitude"].tolist() == [1.0]


@pytest.mark.parametrize("what", ["id", "place", "magType"])
def test_half_a_character(tmp_path, what):
    feature = {
        "id": "u",
        "properties": {"mag": 5.1, "time": 979407212380},
        "geometry": {"coordinates": [1, 2, 3]},
    }
    (feature if what == "id" else feature["properties"])[what] = "\ud800"
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    with pytest.raises(FormatError, match="feature 0") as caught:
        read_usgs(write(tmp_path, text, "a.json"))
    str(caught.value).encode()
