"""Rates of alarms, and forecasts in the format of the testing centres, read back by another reader."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skquake.alarms import alarm_rate, to_csep


def grid(values, degrees=5.0, south=-10.0, west=165.0):
    values = np.asarray(values, dtype=float)
    return xr.DataArray(
        values,
        dims=("latitude", "longitude"),
        coords={
            "latitude": south + degrees * (np.arange(values.shape[0]) + 0.5),
            "longitude": west + degrees * (np.arange(values.shape[1]) + 0.5),
        },
    )


def read(path):
    """Columns by position, cells as (west, south) -> rates by magnitude, and their masks."""
    table = np.loadtxt(path, ndmin=2)
    assert table.shape[1] == 10
    rates, mask = {}, {}
    for west, east, south, north, top, bottom, low, high, rate, flag in table:
        assert east - west == pytest.approx(north - south) and top < bottom and low < high
        rates.setdefault((west, south), []).append((low, rate))
        mask[west, south] = flag
    return rates, mask


def test_read_back(tmp_path):
    values = np.random.default_rng(0).uniform(0, 2, (4, 3))
    values[1, 2] = np.nan
    path = to_csep(
        grid(values), tmp_path / "forecast.dat", magnitudes=[5.0, 5.1, 5.2], b_value=0.9, depth_km=(0, 70)
    )
    rates, mask = read(path)
    assert len(rates) == 12
    places = list(rates)
    assert places[:5] == [(165, -10), (165, -5), (165, 0), (165, 5), (170, -10)]  # latitude runs fastest
    for row, column in np.ndindex(4, 3):
        found = rates[165.0 + 5 * column, -10.0 + 5 * row]
        assert [magnitude for magnitude, _ in found] == [5.0, 5.1, 5.2]
        expected = np.nan_to_num(values[row, column])
        above = np.cumsum([rate for _, rate in found][::-1])[::-1]
        np.testing.assert_allclose(above, expected * 10 ** (-0.9 * np.array([0, 0.1, 0.2])), rtol=1e-6)
        assert mask[165.0 + 5 * column, -10.0 + 5 * row] == (0 if (row, column) == (1, 2) else 1)
    assert "nan" not in path.read_text()


@pytest.mark.parametrize("degrees", [0.1, 2.5])
def test_edges_are_free_of_rounding(tmp_path, degrees):
    path = to_csep(grid(np.ones((30, 20)), degrees, -0.7, -180), tmp_path / "f.dat", magnitudes=[5.0])
    edges = {word for line in path.read_text().splitlines() for word in line.split()[:4]}
    assert max(map(len, edges)) <= 6 and "-0" not in edges


def test_alarms_scale_the_reference():
    alarm = xr.DataArray(
        np.array([[[0.9, 0.2], [np.nan, 0.5]]]),
        dims=("night", "latitude", "longitude"),
        coords={"night": pd.date_range("2015-01-01", periods=1)} | dict(grid(np.zeros((2, 2))).coords),
    )
    rate = grid([[1.0, 2.0], [3.0, 4.0]])
    found = alarm_rate(alarm, rate, threshold=0.5, tau=0.2, nu=0.6)
    np.testing.assert_allclose(found[0], [[2.0, 1.5], [3.0, 8.0]])
    assert found.dims == alarm.dims and found.attrs["tau"] == 0.2
    # Nothing is lost where the alarmed share is the one of training.
    tau = 4 / 10
    alarm[0] = [[0.0, 0.0], [0.0, 1.0]]
    assert float(alarm_rate(alarm, rate, threshold=0.5, tau=tau, nu=0.3).sum()) == pytest.approx(10.0)


def test_errors(tmp_path):
    path = tmp_path / "f.dat"
    with pytest.raises(ValueError, match=r"ending \.dat"):
        to_csep(grid([[1.0, 1.0]]), tmp_path / "f.txt", magnitudes=[5.0])
    with pytest.raises(ValueError, match="equal steps"):
        to_csep(grid([[1.0, 1.0]]), path, magnitudes=[5.0, 5.5, 5.6])
    with pytest.raises(ValueError, match="below 10"):
        to_csep(grid([[1.0, 1.0]]), path, magnitudes=[])
    with pytest.raises(ValueError, match="negative or infinite"):
        to_csep(grid([[-1.0, 1.0]]), path, magnitudes=[5.0])
    rectangles = grid(np.ones((2, 2))).assign_coords(longitude=[0.0, 10.0])
    with pytest.raises(ValueError, match="5 x 10 degrees"):
        to_csep(rectangles, path, magnitudes=[5.0])
