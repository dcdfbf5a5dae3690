"""One edge rule of cells: southern and western edge inside, in every function that looks a cell up."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import example, given
from hypothesis import strategies as st

from skquake.alarms import area_rate, count_events, molchan_curve, nightly_map, reference_rate
from skquake.alarms._cells import Cells

DAY = pd.Timestamp("2015-01-02 12:00")
TINY = 2.2e-16
EDGES = [
    (-TINY, 5.0, (-5.0, 5.0)),  # just south of the equator, though 90 + latitude is 90
    (0.0, 5.0, (5.0, 5.0)),
    (-0.0, 5.0, (5.0, 5.0)),
    (5.0, -TINY, (5.0, -5.0)),
    (10.0, 10.0, (15.0, 15.0)),  # a corner belongs to the cell north-east of it
    (np.nextafter(10.0, 0.0), np.nextafter(-170.0, -180.0), (5.0, -175.0)),
    (90.0, 0.0, (85.0, 5.0)),
    (-90.0, 0.0, (-85.0, 5.0)),
    (5.0, 180.0, (5.0, -175.0)),
    (5.0, -180.0, (5.0, -175.0)),
    (5.0, 540.0, (5.0, -175.0)),
    (5.0, np.nextafter(180.0, 0.0), (5.0, 175.0)),
    (5.0, np.nextafter(-180.0, 0.0), (5.0, -175.0)),
]


def grid(size=10.0, west=-180.0, n=None, rows=None):
    n_rows = round(180.0 / size)
    latitude = -90.0 + size * (np.arange(n_rows) + 0.5)
    longitude = west + size * (np.arange(n or 2 * n_rows) + 0.5)
    latitude = latitude if rows is None else latitude[rows]
    return xr.DataArray(
        np.zeros((len(latitude), len(longitude))),
        dims=("latitude", "longitude"),
        coords={"latitude": latitude, "longitude": longitude},
    )


def events(latitude, longitude):
    return pd.DataFrame({"time": [DAY], "latitude": latitude, "longitude": longitude, "magnitude": 6.0})


def scores(latitude, longitude):
    return pd.DataFrame({"time": [DAY], "latitude": latitude, "longitude": longitude, "probability": 0.5})


def held(map):
    """The one cell that is not zero."""
    row, column = np.argwhere(map.transpose("latitude", "longitude").to_numpy() > 0)[0]
    return float(map["latitude"][row]), float(map["longitude"][column])


@pytest.mark.parametrize(("latitude", "longitude", "cell"), EDGES)
def test_the_same_cell_in_every_room(latitude, longitude, cell):
    night = nightly_map(scores(latitude, longitude), cell_degrees=10, by="day")
    assert held(night["count"].sum("day")) == cell
    assert held(count_events(night, events(latitude, longitude)).sum("day")) == cell
    row, column = Cells(grid(), "map").locate(latitude, longitude)
    assert (float(grid()["latitude"][row]), float(grid()["longitude"][column])) == cell
    alarm = night.notnull().astype(float)
    curve = molchan_curve(alarm, events(latitude, longitude), area_rate(alarm), random_state=0)
    assert curve.event_tau[0] < 0.01  # caught by the alarm of the cell that its window gave


@pytest.mark.parametrize("west", [-180.0, 0.0, 5.0, 170.0, -370.0])
@pytest.mark.parametrize(("latitude", "longitude", "cell"), EDGES)
def test_wherever_the_map_begins(latitude, longitude, cell, west):
    if west == 5.0:
        cell = cell[0], (np.floor((longitude - 5.0) / 10.0) * 10.0 + 10.0 + 180.0) % 360.0 - 180.0
        if longitude == np.nextafter(180.0, 0.0):
            cell = cell[0], -180.0
        elif longitude == np.nextafter(-170.0, -180.0):
            cell = cell[0], -170.0
    map = grid(west=west)
    row, column = Cells(map, "map").locate(latitude, longitude)
    assert float(map["latitude"][row]) == cell[0]
    assert (float(map["longitude"][column]) + 180.0) % 360.0 - 180.0 == cell[1]


def test_a_region_holds_no_more_than_its_cells():
    cells = Cells(grid(west=170.0, n=2, rows=slice(8, 10)), "map")  # 10 S ... 10 N, 170 E ... 170 W
    places = np.array([[-10.0, 170.0], [10.0, 175.0], [5.0, -170.0], [5.0, 180.0], [-TINY, 169.999]])
    row, column = cells.locate(*places.T)
    assert row.tolist() == [0, -1, -1, 1, -1] and column[[0, 3]].tolist() == [0, 1]
    to_90 = Cells(grid(rows=slice(16, 18)), "map")
    assert to_90.locate([90.0, 80.0, 70.0, 69.9], 0.0)[0].tolist() == [1, 1, 0, -1]
    below = Cells(grid(rows=slice(0, 17)), "map")  # ends at 80 N: no pole
    assert below.locate([80.0, 90.0, -90.0], 0.0)[0].tolist() == [-1, -1, 0]


def test_a_map_whose_last_column_is_its_first():
    cells = Cells(grid(size=10.0, west=-185.0, n=37), "map")  # centers from -180 to 180, as in IONEX maps
    assert cells.locate(0.0, [180.0, -180.0, 175.0, -175.0, 174.9])[1].tolist() == [0, 0, 0, 1, 35]
    assert cells.area().sum() == pytest.approx(1.0)


def test_caps_beyond_the_poles_count_their_own_area():
    map = xr.DataArray(
        np.zeros((5, 4)),
        dims=("latitude", "longitude"),
        coords={"latitude": np.linspace(-90, 90, 5), "longitude": np.arange(-135.0, 180.0, 90.0)},
    )
    share = area_rate(map).sum("longitude").to_numpy()
    assert share[0] == pytest.approx(share[-1]) and share.sum() == pytest.approx(1.0)
    assert share[0] == pytest.approx(0.5 * (1.0 - np.sin(np.deg2rad(67.5))))
    assert Cells(map, "map").locate([-90.0, 90.0], 0.0)[0].tolist() == [0, 4]


def test_a_narrow_kernel_stays_in_the_cell_of_its_event():
    for latitude, longitude in ((-5.0, 5.0), (85.0, -175.0)):
        rate = reference_rate(
            events(latitude, longitude), grid(), before="2016", declusterer=None, bandwidth=0.5, floor=0.0
        )
        assert held(rate) == (latitude, longitude)


@given(
    size=st.sampled_from([0.1, 0.3, 0.5, 2.5, 5.0, 7.5, 180.0 / 7, 45.0, 90.0]),
    step=st.integers(-1, 1),
    row=st.integers(0, 10**6),
    column=st.integers(0, 10**6),
)
@example(size=0.1, step=0, row=903, column=1803)
def test_edges_of_any_size_and_their_neighbours(size, step, row, column):
    """A decimal edge is inside the cell that begins there; the float below it is not."""
    cells = Cells(grid(size), "map")
    row, column = row % cells.shape[0], column % cells.shape[1]
    south, west = (np.round(edges[k], 9) for edges, k in ((cells.south, row), (cells.west, column)))
    away = {-1: -np.inf, 0: None, 1: np.inf}[step]
    y, x = (value if away is None else np.nextafter(value, away) for value in (south, west))
    y = np.clip(y, -90.0, 90.0)
    found = cells.locate(y, x)
    moved = (row - (step < 0), (column - (step < 0)) % cells.shape[1])
    if row == 0 and step < 0:
        moved = (0, moved[1])
    assert (int(found[0]), int(found[1])) == moved


@given(latitude=st.floats(-90, 90), longitude=st.floats(-180, 180, exclude_max=True))
@example(latitude=-TINY, longitude=0.0)
@example(latitude=0.0, longitude=-TINY)
def test_away_from_ties_it_is_the_nearest_cell(latitude, longitude):
    map = grid(10.0)
    row, column = Cells(map, "map").locate(latitude, longitude)
    for value, k, name in ((latitude, row, "latitude"), (longitude, column, "longitude")):
        center = float(map[name][k])
        assert center - 5.0 <= value < center + 5.0 or value == 90.0
