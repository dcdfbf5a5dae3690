from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.plotting import DTECHeatmapDisplay

TIMES = pd.date_range("2016-12-06 02:00", periods=10, freq="6h")
DTEC = pd.DataFrame({"A": np.arange(10.0) - 4, "B": np.r_[np.zeros(9), np.nan]}, index=TIMES)
EVENT = pd.DataFrame(
    {"time": [pd.Timestamp("2016-12-08 05:15")], "latitude": 43.8, "longitude": 86.3, "magnitude": 6.2}
)


def test_hours_by_days():
    grid = DTECHeatmapDisplay(DTEC, event=EVENT).grids_["A"]
    assert grid.index.tolist() == [2, 8, 14, 20] and grid.columns.tolist() == [-2, -1, 0]
    expected = [[-4, 0, 4], [-3, 1, 5], [-2, 2, np.nan], [-1, 3, np.nan]]
    np.testing.assert_array_equal(grid, expected)
    dates = DTECHeatmapDisplay(DTEC["A"]).grids_["A"].columns
    assert dates.tolist() == pd.date_range("2016-12-06", "2016-12-08").tolist()


def test_a_day_without_values_keeps_its_place():
    grid = DTECHeatmapDisplay(DTEC.drop(TIMES[4:8])).grids_["A"]
    assert grid.shape == (4, 3) and grid.iloc[:, 1].isna().all()


def test_panels(given_axes):
    axes = given_axes(1, 2)
    disturbed = pd.Series(np.arange(10) == 5, TIMES)
    display = DTECHeatmapDisplay(DTEC, event=EVENT, disturbed=disturbed).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    first, second = display.axes_[0]
    mesh, star = first.collections
    np.testing.assert_array_equal(mesh.get_array().filled(np.nan), display.grids_["A"])
    assert mesh.get_clim() == (-5, 5)
    # 02:00 is drawn from 02:00 to 08:00, would the last not leave the day; so about it.
    assert np.unique(mesh.get_coordinates()[..., 1]).tolist() == [-1, 5, 11, 17, 23]
    assert star.get_offsets().tolist() == [[0, 5.25]]
    assert [line.get_xydata().tolist() for line in first.lines] == [[[-1, 8]]]
    assert (first.get_title(), second.get_title()) == ("A: 90.0% outside", "B: 0.0% outside")
    assert first.get_xlabel() == "from the earthquake (days)"
    assert first.get_ylabel() == "time of day (h UT)"


def test_cells_from_their_hour_on_and_empty_hours():
    hours = pd.DatetimeIndex(["2016-12-06 00:00", "2016-12-06 01:00", "2016-12-06 04:00"])
    display = DTECHeatmapDisplay(pd.Series([1.0, 2.0, 3.0], hours, name="A")).plot()
    mesh = display.axes_[0, 0].collections[0]
    assert np.unique(mesh.get_coordinates()[..., 1]).tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(mesh.get_array().filled(np.nan).ravel(), [1, 2, np.nan, np.nan, 3])


def test_stations_fill_rows_of_three():
    four = DTECHeatmapDisplay(pd.DataFrame({name: DTEC["A"] for name in "ABCD"}).assign(D=np.nan)).plot()
    assert four.axes_.shape == (2, 3)
    assert [axes.get_visible() for axes in four.axes_.flat] == [True] * 4 + [False] * 2
    assert four.axes_[1, 0].get_title() == "D: no value"


def test_the_label_of_the_colours_fits_a_single_row():
    display = DTECHeatmapDisplay(DTEC, disturbed=pd.Series(True, TIMES)).plot()
    display.figure_.draw_without_rendering()
    box = display.figure_.axes[-1].yaxis.label.get_window_extent()
    assert box.y0 >= 0 and box.y1 <= display.figure_.bbox.height


def test_an_event_outside_the_days_is_in_view():
    display = DTECHeatmapDisplay(DTEC, event=EVENT.assign(time=pd.Timestamp("2016-12-12"))).plot()
    assert display.axes_[0, 0].get_xlim() == (-6.5, 0.5)


def test_errors():
    with pytest.raises(ValueError, match="dtec: no known value"):
        DTECHeatmapDisplay(DTEC * np.nan).plot()
    with pytest.raises(ValueError, match=r"dtec: the time .* follows"):
        DTECHeatmapDisplay(DTEC.iloc[[0, 0]]).plot()
    with pytest.raises(ValueError, match="disturbed: other times than dtec"):
        DTECHeatmapDisplay(DTEC, disturbed=pd.Series(True, TIMES[1:])).plot()
    jitter = pd.Series([1.0, 2.0], pd.DatetimeIndex(["2016-12-06 00:00", "2016-12-07 00:00:05"]))
    with pytest.raises(ValueError, match="value: times of day 5 s apart; round them"):
        DTECHeatmapDisplay(jitter).plot()
    with pytest.raises(ValueError, match="event: missing column"):
        DTECHeatmapDisplay(DTEC, event=EVENT.drop(columns="magnitude")).plot()
