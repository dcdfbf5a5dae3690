from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from common.source_examples import START, maps
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skquake.sources import MapSource, SeriesSource


def sample(time, latitude, longitude):
    time = pd.DatetimeIndex(np.atleast_1d(time))
    return pd.DataFrame({"time": time, "latitude": latitude, "longitude": longitude})


def grid(function, latitude=None, longitude=None, n=3):
    """Maps of ``function(latitude, longitude)``, the same at n times."""
    latitude = np.arange(87.5, -90, -2.5) if latitude is None else np.asarray(latitude, dtype=float)
    longitude = np.arange(-180, 180.1, 5.0) if longitude is None else np.asarray(longitude, dtype=float)
    values = np.broadcast_to(
        function(latitude[:, None], longitude[None, :]), (n, len(latitude), len(longitude))
    )
    time = pd.date_range(START, periods=n, freq="2h", unit="ns")
    coords = {"time": time, "latitude": latitude, "longitude": longitude}
    return xr.DataArray(values, coords, dims=("time", "latitude", "longitude"), name="TEC")


# East of 175 degrees lies the cell that closes the ring, where longitude jumps.
places = st.tuples(st.floats(-87.5, 87.5), st.floats(-180, 175))
coefficients = st.lists(st.floats(-1, 1), min_size=4, max_size=4)


@settings(max_examples=60, deadline=None)
@given(places, coefficients)
def test_bilinear_functions_are_exact(place, c):
    def bilinear(y, x):
        return c[0] + c[1] * y + c[2] * x + c[3] * x * y

    source = MapSource(grid(bilinear))
    latitude, longitude = place
    expected = bilinear(latitude, longitude)
    windows, problem = source.windows(sample(START, latitude, longitude), 1)
    assert problem.tolist() == [""]
    assert_allclose(windows.ravel(), expected, rtol=1e-5, atol=1e-3)


@given(st.floats(-180, 179.999), st.floats(-90, 90))
@settings(max_examples=60, deadline=None)
def test_round_the_globe_and_up_to_the_poles(longitude, latitude):
    source = MapSource(grid(lambda y, x: np.abs(x) + y))  # continuous across the dateline
    got = source.windows(sample(START, latitude, longitude), 1)[0].item()
    assert got == pytest.approx(abs(longitude) + np.clip(latitude, -87.5, 87.5), abs=1e-4)


def conventions():
    tec = maps()
    plain = tec.isel(longitude=slice(0, -1))
    turned = plain.assign_coords(longitude=plain["longitude"] % 360).sortby("longitude")
    closed = xr.concat([turned, turned.isel(longitude=[0]).assign_coords(longitude=[360.0])], "longitude")
    return {
        "as published": tec,
        "without the repeated meridian": plain,
        "0...360": turned,
        "0...360 closed": closed,
        "latitude ascending": tec.sortby("latitude"),
        "other order of dimensions": tec.transpose("longitude", "time", "latitude"),
        "times shuffled": tec.isel(time=np.random.default_rng(0).permutation(30)),
        "float64": tec.astype(float),
        "a Dataset": tec.to_dataset(),
    }


@pytest.mark.parametrize("convention", conventions())
def test_every_convention_gives_the_same_source(convention):
    expected, source = MapSource(maps()), MapSource(conventions()[convention])
    for name in ("time", "latitude", "longitude", "values"):
        assert_array_equal(getattr(source, name), getattr(expected, name))
    assert source.channels == ("TEC",)
    assert source.longitude.tolist() == [-180, -120, -60, 0, 60, 120]


def test_a_region_with_the_dateline_inside():
    source = MapSource(grid(lambda y, x: x % 360 + 0 * y, [20, 30], [160, 170, 180, -170, -160]))
    longitude = np.array([160, 163, 175, 180, -178, -160, 159, -159, 0])
    windows, problem = source.windows(sample([START] * 9, 25.0, longitude), 1)
    assert_allclose(windows[:6, 0, 0], longitude[:6] % 360)
    assert problem.tolist() == [""] * 6 + ["place outside the maps"] * 3


def test_a_region_is_not_extrapolated():
    source = MapSource(grid(lambda y, x: x + y, [20, 22.5, 25], [0, 5, 10]))
    where = [(20, 0), (25, 10), (19.9, 5), (25.1, 5), (22, -0.1), (22, 10.1), (90, 5)]
    problem = source.windows(sample([START] * len(where), *np.array(where, dtype=float).T), 1)[1]
    assert problem.tolist() == ["", ""] + ["place outside the maps"] * 5
    with pytest.raises(ValueError, match=r"place 1 \(30, 5\) lies outside the maps of 'map'"):
        source.at([22, 30], 5)


def test_one_row_or_one_column():
    assert MapSource(grid(lambda y, x: x + y, [20], [0, 5])).at(20, 2.5).values.ravel()[0] == 22.5
    assert MapSource(grid(lambda y, x: x + y, [20, 30], [5])).at(25, 5).values.ravel()[0] == 30
    problem = MapSource(grid(lambda y, x: x + y, [20], [5])).windows(
        sample([START] * 2, [20, 21], [6, 5]), 1
    )[1]
    assert problem.tolist() == ["place outside the maps"] * 2


def test_a_hole_spoils_only_the_places_that_use_it():
    tec = grid(lambda y, x: y + 0 * x)
    tec = tec.where((tec["latitude"] != 10) | (tec["longitude"] != 20))
    where = np.array([(10, 20), (11, 20), (11, 21), (12.5, 20), (12.5, 21), (10, 25), (10, 24.9)])
    problem = MapSource(tec).windows(sample([START] * 7, *where.T), 1)[1]
    assert problem.tolist() == ["NaN in channel TEC" if bad else "" for bad in (1, 1, 1, 0, 0, 0, 1)]


def test_at_agrees_with_windows():
    source = MapSource(maps().to_dataset().assign(rms=maps(seed=1)), name="gim")
    rng = np.random.default_rng(0)
    latitude, longitude = rng.uniform(-90, 90, 20), rng.uniform(-180, 180, 20)
    series = source.at(latitude, longitude)
    assert isinstance(series, SeriesSource) and series.name == "gim" and series.channels == ("TEC", "rms")
    assert series.units == {"TEC": "TECU", "rms": "TECU"} and series.cadence == source.cadence
    assert series.stations.index.tolist() == list(range(20))
    samples = sample([START + pd.Timedelta("31h")] * 20, latitude, longitude)
    assert_array_equal(series.windows(samples, 9)[0], source.windows(samples, 9)[0])
    assert source.at(10, 20).values.shape == (1, 30, 2)
    assert source.at(10, [20, 30]).values.shape == (2, 30, 2)


def test_missing_maps_become_nan():
    tec = maps().isel(time=[0, 1, 2, 5, 6])
    source = MapSource(tec)
    assert len(source.time) == 7
    assert np.isnan(source.values).all(axis=(0, 1, 3)).tolist() == [False] * 3 + [True] * 2 + [False] * 2
    assert source.windows(sample(START + pd.Timedelta("10h"), 0.0, 0.0), 2)[1].tolist() == [
        "NaN in channel TEC"
    ]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda t: t.rename(latitude="lat"), r"'TEC' has dimensions \('time', 'lat', 'longitude'\)"),
        (lambda t: t.isel(time=0), "has dimensions"),
        (lambda t: t.drop_vars("longitude"), "no coordinate longitude"),
        (lambda t: t.isel(time=slice(0)), "empty along time"),
        (lambda t: t.isel(time=[0]), "one map has no cadence"),
        (lambda t: t.isel(time=[0, 1, 1, 2]), "two maps at 2015-03-01T02:00:00"),
        (lambda t: t.isel(latitude=[0, 1, 1, 2]), "latitude 45 occurs more than once"),
        (lambda t: t.isel(longitude=[0, 1, 1, 2]), "longitude -120 occurs more than once"),
        (lambda t: t.assign_coords(latitude=t["latitude"] * 2), "latitude 150.0 in row 0"),
        (lambda t: t.assign_coords(time=range(30)), "numbers of type int64 are not dates"),
        (lambda t: t.astype(str), "not numbers"),
        (lambda t: xr.Dataset(), "no variable"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        MapSource(make(maps()))


def test_irregular_times_name_the_first():
    tec = maps()
    time = tec["time"].to_numpy().copy()
    time[7] += np.timedelta64(1, "m")
    with pytest.raises(ValueError, match="irregular in time: 2015-03-01T14:01:00 is not a whole number"):
        MapSource(tec.assign_coords(time=time))
    with pytest.raises(TypeError, match="xarray DataArray or Dataset, or a path, got ndarray"):
        MapSource(tec.to_numpy())


def test_real_maps(real_data):
    io = pytest.importorskip("skquake.io")
    file = next((real_data / "ionex").rglob("jplg0130.01i*"))
    maps = io.read_ionex(file)
    source = MapSource(maps)
    assert source.channels == (maps.name,) and source.units == {maps.name: "TECU"}
    tec = source.at(12.5, -90.0).to_frame()[0]
    day = tec.index[0].normalize()
    assert tec[day + pd.Timedelta("1h")] == pytest.approx(26.6, abs=1e-5)
    assert tec[day + pd.Timedelta("17h")] == pytest.approx(51.0, abs=1e-5)


def test_a_changed_value_in_a_file_is_found(tmp_path):
    path = tmp_path / "maps.nc"
    source = MapSource(maps())
    source.to_netcdf(path)
    whole = path.read_bytes()
    at = whole.index(np.ascontiguousarray(source.values[..., 0].transpose(2, 0, 1)).tobytes()[:64])
    for byte in range(at, at + 64, 5):
        changed = bytearray(whole)
        changed[byte] ^= 4
        path.write_bytes(changed)
        with pytest.raises(ValueError, match=r"maps\.nc"):
            _ = MapSource(path).values
    path.write_bytes(whole)
    assert_array_equal(MapSource(path).values, source.values)
