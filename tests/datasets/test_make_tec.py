"""Simulated TEC: layout, sums of its parts, the planted anomalies."""

import numpy as np
import pandas as pd
import pytest

from skquake._core._geodesy import great_circle_km
from skquake.datasets import make_kp, make_tec
from skquake.io import read_ionex
from skquake.sources import MapSource, SeriesSource

START, END = "2001-01-01", "2001-01-25"
STATIONS = pd.DataFrame(
    {"latitude": [44.2, 42.9, 19.0], "longitude": [86.1, 86.7, 109.8]}, ["XJSH", "XJWL", "QION"]
)
GRID = (10.0, 20.0)


@pytest.fixture(scope="module")
def catalog():
    return pd.DataFrame(
        {"time": pd.to_datetime(["2001-01-22 12:00"]), "latitude": 43.8, "longitude": 86.3, "magnitude": 6.2},
        index=["Hutubi"],
    )


def series(**options):
    return make_tec(START, END, stations=STATIONS, random_state=0, **options)


@pytest.fixture(scope="module")
def quiet():
    return series()


def test_series_layout(quiet):
    frame = quiet.frame
    assert list(frame.columns) == list(STATIONS.index)
    assert frame.index.equals(pd.date_range(START, END, freq="2h", inclusive="left"))
    assert frame.attrs["units"] == "TECU"
    source = SeriesSource(frame, STATIONS)
    assert source.values.shape == (3, len(frame), 1)
    assert frame.to_numpy().min() > 0.5 and frame.to_numpy().max() < 200


def test_map_layout():
    found = make_tec(START, "2001-01-03", grid=GRID, random_state=0)
    maps = found.maps
    assert maps.dims == ("time", "latitude", "longitude") and maps.shape == (24, 17, 19)
    assert maps.dtype == np.float32 and maps.attrs["units"] == "TECU"
    np.testing.assert_array_equal(maps[..., 0], maps[..., -1])  # -180 and 180
    assert found.truth.planted.shape == maps.shape and float(np.abs(found.truth.planted).max()) == 0
    at = MapSource(maps).at(40.0, 80.0).to_frame()
    np.testing.assert_allclose(at[0], maps.sel(latitude=40, longitude=80), rtol=1e-5)


def test_default_grid_is_that_of_the_igs():
    maps = make_tec(START, "2001-01-01 04:00", random_state=0).maps
    assert maps.shape == (2, 71, 73)
    assert (maps.latitude[0], maps.latitude[-1], maps.longitude[-1]) == (-87.5, 87.5, 180.0)


def test_batches_do_not_show(monkeypatch, quiet):
    monkeypatch.setattr("skquake.datasets._tec.BATCH", 50)
    pd.testing.assert_frame_equal(series().frame, quiet.frame)


def test_variability_is_as_large_as_said():
    latitude, longitude = np.meshgrid([-60.0, 0.0, 60.0], np.arange(-180.0, 180.0, 60.0))
    places = pd.DataFrame({"latitude": latitude.ravel(), "longitude": longitude.ravel()})
    places = pd.concat([places, STATIONS])
    made = make_tec("2001-01-01", "2001-01-25", stations=places, random_state=1)
    dex = np.log10(made.frame / made.truth.background)
    expected = np.sqrt(0.08**2 + 0.05**2 + np.log10(1.02) ** 2)
    assert np.sqrt((dex**2).mean(axis=None)) == pytest.approx(expected, rel=0.1)
    near, far = dex.corr().loc["XJSH", ["XJWL", 0]]
    assert near > 0.9 > 0.5 > far


def test_day_is_above_night(quiet):
    background = quiet.truth.background["XJSH"]
    local = (background.index.hour + 86.1 / 15) % 24
    assert background[(local > 11) & (local < 15)].mean() > 2 * background[(local > 0) & (local < 4)].mean()


def test_effect_is_planted_and_nothing_else_changes(quiet, catalog):
    planted = series(catalog=catalog, effect=0.5, effect_min_km=300.0, effect_width=0.0)
    change = planted.frame / quiet.frame - 1.0
    np.testing.assert_allclose(planted.frame - quiet.frame, planted.truth.planted, atol=1e-4)
    time, event = planted.frame.index, catalog.iloc[0]
    assert (change[(time < event["time"] - pd.Timedelta("15D")) | (time > event["time"])] == 0).all(axis=None)
    at_full = change[(time > event["time"] - pd.Timedelta("11D")) & (time <= event["time"])]
    distance = great_circle_km(event["latitude"], event["longitude"], *STATIONS.loc["XJWL"].to_numpy())
    expected = 1.5 ** np.exp(-0.5 * (distance / 300.0) ** 2) - 1
    np.testing.assert_allclose(at_full["XJWL"], expected, rtol=1e-4)
    assert (change["QION"] == 0).all()
    pd.testing.assert_frame_equal(planted.truth.background, quiet.truth.background)


def test_each_event_may_have_its_own_effect(catalog):
    two = pd.concat([catalog.assign(effect=-0.3), catalog.assign(effect=0.0)], keys=[0, 1])
    assert series(catalog=two).truth.planted["XJSH"].min() < -1
    assert series(catalog=two).truth.planted.max(axis=None) == 0


def test_zero_effect_is_no_catalog(quiet, catalog):
    pd.testing.assert_frame_equal(series(catalog=catalog, effect=0.0).frame, quiet.frame)


def test_storms_change_the_background(quiet):
    kp = make_kp("2000-12-20", END, storms_per_month=10, random_state=0)
    stormy = series(kp=kp)
    ratio = stormy.truth.background / quiet.truth.background
    assert float(ratio.min(axis=None)) < 0.95
    with pytest.raises(ValueError, match="do not cover the simulated span"):
        series(kp=kp[:"2001-01-10"])


def test_flux_may_vary():
    days = pd.date_range("2000-12-31", "2001-01-26", freq="D")
    flux = pd.Series(np.linspace(80, 200, len(days)), days)
    varying, low, high = (series(f107=f).truth.background["QION"] for f in (flux, 80.0, 200.0))
    assert (varying > low).all() and (varying < high).all()
    assert varying.iloc[-1] / high.iloc[-1] > 0.9 and varying.iloc[0] / low.iloc[0] < 1.15
    with pytest.raises(ValueError, match="f107: does not cover"):
        series(f107=flux[:"2001-01-10"])


def test_looks_like_real_maps(real_data):
    real = read_ionex(str(real_data / "ionex" / "jpl_2000-2001" / "*"))
    there = real.sel(time=slice("2001-01-01", "2001-01-08"))
    made = make_tec("2001-01-01", "2001-01-09", grid=(5.0, 10.0), f107=170.0, random_state=0).maps
    assert 0.45 < float(made.median() / there.median()) < 1.3
    by_latitude = [
        maps.mean(("time", "longitude")).interp(latitude=np.arange(-80, 81, 10)) for maps in (made, there)
    ]
    assert np.corrcoef(*by_latitude)[0, 1] > 0.8


@pytest.mark.parametrize(
    "options, word",
    [
        ({"effect": 0.3}, "effect needs a catalog"),
        ({"effect": -1.0}, "effect"),
        ({"effect_days": (0, -3)}, "first < last"),
        ({"f107": -5.0}, "f107"),
        ({"cadence": "0h"}, "cadence"),
        ({"grid": (7.0, 5.0), "stations": None}, "latitude step of 7"),
        ({"stations": STATIONS[["latitude"]]}, "missing column"),
    ],
)
def test_bad_options(options, word):
    with pytest.raises(ValueError, match=word):
        make_tec(START, END, **{"stations": STATIONS, **options})


def test_tables_of_another_library(catalog):
    """Stations by row number, as polars has no index."""
    pl = pytest.importorskip("polars")
    span = dict(start="2001-01-20", end="2001-01-22", random_state=0, effect=0.5)
    numbered = make_tec(stations=STATIONS.reset_index(drop=True), catalog=catalog, **span)
    found = make_tec(stations=pl.from_pandas(STATIONS), catalog=pl.from_pandas(catalog), **span)
    pd.testing.assert_frame_equal(found.frame, numbered.frame)
    assert abs(found.truth.planted).to_numpy().max() > 0
