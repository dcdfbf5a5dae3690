from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skquake._core._geodesy import great_circle_km
from skquake.plotting import TECMapDisplay

EVENT = pd.DataFrame(
    {"time": [pd.Timestamp("2001-01-13 17:33")], "latitude": 13.0, "longitude": -178.0, "magnitude": 7.0}
)
STATIONS = pd.DataFrame({"latitude": [11.25, 20.0], "longitude": [177.5, -177.5]}, index=["A", "B"])


def maps(n=3):
    latitude, longitude = np.arange(-87.5, 88, 2.5), np.arange(-180.0, 181, 5)
    values = latitude[:, None] + 0 * longitude + 1000 * np.arange(n)[:, None, None]
    return xr.DataArray(
        values.astype("float32"),
        {"time": pd.date_range("2001-01-13 13:00", periods=n, freq="2h"), "latitude": latitude,
         "longitude": longitude},
        ("time", "latitude", "longitude"),
        name="tec",
        attrs={"units": "TECU", "long_name": "total electron content"},
    )  # fmt: skip


def test_the_last_map_at_or_before_the_time(given_axes):
    axes = given_axes(1, 1)
    display = TECMapDisplay(maps(), time="2001-01-13 16:59", stations=STATIONS, event=EVENT).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    assert display.time_ == pd.Timestamp("2001-01-13 15:00")
    np.testing.assert_allclose(display.stations_["value"], [1011.25, 1020.0])
    expected = great_circle_km(13.0, -178.0, STATIONS["latitude"], STATIONS["longitude"])
    np.testing.assert_allclose(display.stations_["distance_km"], expected)
    drawn = display.axes_[0, 0]
    assert drawn.get_title() == "total electron content, 2001-01-13 15:00 UT"
    np.testing.assert_array_equal(drawn.collections[0].get_array(), maps()[1])
    assert drawn.figure.axes[-1].get_ylabel() == "total electron content (TECU)"
    said = [text.get_text() for text in drawn.get_legend().get_texts()]
    assert said == ["station", "M 7.0, 2001-01-13 17:33 UT", "its Dobrovolsky area"]


def test_a_view_over_the_dateline():
    display = TECMapDisplay(maps(1), stations=STATIONS, event=EVENT, degrees=20).plot()
    drawn = display.axes_[0, 0]
    assert drawn.get_xlim() == (-197.5, -157.5) and drawn.get_ylim() == (-6.25, 33.75)
    marks = {found.get_label(): found.get_offsets() for found in drawn.collections}
    np.testing.assert_allclose(marks["station"], [[-182.5, 11.25], [-177.5, 20.0]])
    assert [text.get_text() for text in drawn.texts] == ["A", "B"]
    assert drawn.xaxis.get_major_formatter()(-190, 0) == "170"
    # The edge of the area is the Dobrovolsky radius away from the epicentre.
    x, y = drawn.lines[-1].get_data()
    np.testing.assert_allclose(great_circle_km(13.0, -178.0, y, x), 10 ** (0.43 * 7.0), rtol=1e-6)


def test_one_map_of_another_quantity():
    olr = maps()[0].drop_vars("time").rename("olr").transpose("longitude", "latitude")
    olr.attrs = {}
    display = TECMapDisplay(olr).plot()
    assert display.time_ is None and len(display.stations_) == 0
    assert display.axes_[0, 0].get_legend() is None
    assert display.figure_.axes[-1].get_ylabel() == "olr (unit not given)"
    assert TECMapDisplay(maps()[1], label="x").plot().time_ == pd.Timestamp("2001-01-13 15:00")


def test_errors():
    with pytest.raises(ValueError, match="TECMapDisplay: tec: 3 maps; say which by `time`"):
        TECMapDisplay(maps()).plot()
    with pytest.raises(ValueError, match="time=2001-01-01 lies before the first map, 2001-01-13 13:00"):
        TECMapDisplay(maps(), time="2001-01-01").plot()
    with pytest.raises(ValueError, match=r"expected a DataArray over \(latitude, longitude\), got ndarray"):
        TECMapDisplay(np.zeros((3, 4))).plot()
    with pytest.raises(ValueError, match="2 x 2 places"):
        TECMapDisplay(maps()[0, :1]).plot()
    with pytest.raises(ValueError, match="a view needs an event"):
        TECMapDisplay(maps()[0], degrees=10).plot()
    with pytest.raises(ValueError, match="fewer than 2 x 2 places within 1 degrees"):
        TECMapDisplay(maps()[0], event=EVENT, degrees=1).plot()
    with pytest.raises(ValueError, match="stations: latitude 95"):
        TECMapDisplay(maps()[0], stations=STATIONS.assign(latitude=95.0)).plot()
    with pytest.raises(ValueError, match="stations: missing column"):
        TECMapDisplay(maps()[0], stations=STATIONS[["latitude"]]).plot()


def test_an_area_over_the_dateline_is_whole_on_the_whole_map():
    drawn = TECMapDisplay(maps()[0], event=EVENT).plot().axes_[0, 0]
    east, north = np.concatenate([line.get_xydata() for line in drawn.lines]).T
    inside = (east >= -180) & (east <= 180)
    assert {-1, 1} == set(np.sign(east[inside]))
    edge = 10 ** (0.43 * 7.0)
    np.testing.assert_allclose(great_circle_km(13.0, -178.0, north, east), edge, rtol=1e-6)
