from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from skquake.alarms import nightly_map
from skquake.plotting import NightlyMapDisplay
from skquake.plotting._style import SEISMIC


def scored(n_nights=4, by="night"):
    scores = pd.DataFrame(
        {
            "time": pd.date_range("2015-01-01 23:00", periods=n_nights, freq="D"),
            "latitude": 1.0,
            "longitude": 4.0,
            "probability": 0.25,
        }
    )
    return nightly_map(scores, cell_degrees=30, by=by)


def stars(axes):
    points = axes.collections[-1]
    return [tuple(color) == to_rgba(SEISMIC) for color in points.get_facecolors()]


# At 0 degrees, 03:00 of the 3rd is in the night that begins on the 2nd. At 170 W, 18:00 UT of the 2nd is
# 06:40 of that day: in the night of the 1st.
CATALOG = pd.DataFrame(
    {
        "time": pd.to_datetime(["2015-01-02 23:00", "2015-01-03 03:00", "2015-01-02 18:00"]),
        "latitude": [10.0, -20.0, 50.0],
        "longitude": [0.0, 0.0, -170.0],
        "magnitude": [6.0, 7.0, 5.0],
    }
)


def test_all_nights_in_rows_of_three():
    display = NightlyMapDisplay(scored()).plot()
    assert display.axes_.shape == (2, 3)
    assert [ax.get_visible() for ax in display.axes_.flat] == [True] * 4 + [False] * 2
    assert display.axes_[1, 0].get_title() == "night of 2015-01-04\nwindows: 1"
    assert display.nights_.equals(pd.date_range("2015-01-01", periods=4, unit="ns"))
    cells = display.axes_[0, 0].collections[0]
    assert cells.get_array().count() == 1  # the others are blank
    assert cells.get_array().compressed().tolist() == [0.25]
    assert display.axes_[0, 0].get_xlim() == (-180.0, 180.0)
    assert display.axes_[0, 0].get_ylim() == (-90.0, 90.0)


@pytest.mark.parametrize("night", ["2015-01-02", pd.Timestamp("2015-01-02"), ["2015-01-02"]])
def test_one_night_on_given_axes(night, given_axes):
    axes = given_axes(1, 1)
    display = NightlyMapDisplay(scored(), catalog=CATALOG, night=night).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    assert stars(display.axes_[0, 0]) == [True, True, False]


def test_days_part_at_midnight():
    display = NightlyMapDisplay(scored(by="day"), catalog=CATALOG, night="2015-01-02").plot()
    assert stars(display.axes_[0, 0]) == [True, False, True]
    assert display.axes_[0, 0].get_title().startswith("day of 2015-01-02")


def test_a_region_keeps_its_limits():
    region = scored().sel(latitude=slice(-60, 60), longitude=slice(-60, 60))
    display = NightlyMapDisplay(region, catalog=CATALOG, night="2015-01-02").plot()
    assert display.axes_[0, 0].get_xlim() == (-60.0, 60.0)


def test_an_empty_catalog_draws_no_star():
    display = NightlyMapDisplay(scored(), catalog=CATALOG[:0], night="2015-01-02").plot()
    assert display.axes_[0, 0].get_legend() is None


def test_many_nights_fill_pages():
    display = NightlyMapDisplay(scored(20)).plot()
    assert len(display.nights_) == 12 and display.n_pages_ == 2
    assert display.figure_.get_suptitle() == "nights 1 to 12 of 20, page 1 of 2"
    rest = NightlyMapDisplay(scored(20)).plot(page=2)
    assert rest.figure_.get_suptitle() == "nights 13 to 20 of 20, page 2 of 2"
    nights = pd.DatetimeIndex(scored(20)["night"].to_numpy())
    assert display.nights_.append(rest.nights_).equals(nights)
    chosen = NightlyMapDisplay(scored(20), night=list(nights[::-1][:13])).plot(page=2)
    assert chosen.nights_.tolist() == [nights[7]]
    few = NightlyMapDisplay(scored()).plot()
    assert few.n_pages_ == 1 and few.figure_.get_suptitle() == ""


def test_errors():
    for page in (0, 3, True, 1.0):
        with pytest.raises(ValueError, match="20 nights fill pages 1 to 2"):
            NightlyMapDisplay(scored(20)).plot(page=page)
    for night in ("2016-01-01", []):
        with pytest.raises(ValueError, match="2015-01-01 to 2015-01-04"):
            NightlyMapDisplay(scored(), night=night).plot()
    for array in (scored().isel(night=0), np.zeros((2, 3)), scored().isel(night=slice(0))):
        with pytest.raises(ValueError, match="nightly_map returns"):
            NightlyMapDisplay(array).plot()
    with pytest.raises(ValueError, match="2 x 2 cells"):
        NightlyMapDisplay(scored().isel(latitude=[0])).plot()
    with pytest.raises(ValueError, match="catalog: missing column"):
        NightlyMapDisplay(scored(), catalog=CATALOG.drop(columns="time")).plot()
