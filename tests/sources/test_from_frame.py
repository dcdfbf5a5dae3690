"""Sources from tables with names, units and missing values of their own."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal

from skquake.sources import MapSource, SeriesSource, TrackSource
from skquake.sources._from_frame import undeclared

N = 20
TIMES = pd.date_range("2018-08-01", periods=N, freq="3s")
NAMES = {"time": "UTC_TIME", "latitude": "GEO_LAT", "longitude": "GEO_LON", "altitude_km": "ALTITUDE"}


def table():
    return pd.DataFrame(
        {
            "UTC_TIME": TIMES, "GEO_LAT": np.linspace(-20, -18, N), "GEO_LON": 100.0, "ALTITUDE": 507.0,
            "A311": np.linspace(1e10, 2e10, N), "A321": np.linspace(900.5, 2100.5, N), "flag": 1,
        }
    )  # fmt: skip


def plain(**channels):
    return pd.DataFrame(
        {"time": TIMES, "latitude": np.linspace(-20, -18, N), "longitude": 100.0, "altitude_km": 507.0}
        | channels
    )


def test_names_and_units():
    frame = table()
    frame.attrs["units"] = {"A311": "m-3", "A321": "K"}
    track = TrackSource.from_frame(frame, NAMES | {"Ne": "A311"})
    expected = TrackSource(plain(Ne=frame["A311"]))
    assert track.channels == ("Ne",) and track.units == {"Ne": "m-3"}
    for name in ("time", "latitude", "longitude", "altitude_km", "values"):
        assert_array_equal(getattr(track, name), getattr(expected, name), strict=True)
    all_of_them = TrackSource.from_frame(frame, NAMES, units={"A321": "kelvin"}, name="CSES", cadence="3s")
    assert all_of_them.channels == ("A311", "A321") and all_of_them.name == "CSES"
    assert all_of_them.units == {"A311": "m-3", "A321": "kelvin"}
    with pytest.raises(ValueError, match="units: 'Te' is none of"):
        TrackSource.from_frame(frame, NAMES, units={"Te": "K"})


@pytest.mark.parametrize("form", ["index", "unnamed", "polars", "zone"])
def test_times_in_the_index_and_other_libraries(form):
    frame, names = table(), NAMES | {"Ne": "A311"}
    if form == "polars":
        frame = pl.from_pandas(frame)
    elif form == "zone":
        frame["UTC_TIME"] = frame["UTC_TIME"].dt.tz_localize("UTC").dt.tz_convert("Asia/Shanghai")
    else:
        frame = frame.set_index("UTC_TIME")
    if form == "unnamed":
        frame = frame.rename_axis(None)
        del names["time"]
    track = TrackSource.from_frame(frame, names)
    assert_array_equal(track.time, TIMES.as_unit("ns").asi8)


def test_a_column_that_is_not_there():
    with pytest.raises(
        ValueError, match=r"no column 'time', 'latitude', 'longitude'; .*'latitude': 'GEO_LAT'"
    ):
        TrackSource.from_frame(table())
    with pytest.raises(ValueError, match="no column 'A312'"):
        TrackSource.from_frame(table(), NAMES | {"Ne": "A312"})
    with pytest.raises(ValueError, match="no channels"):
        TrackSource.from_frame(table()[list(NAMES.values())], NAMES)
    with pytest.raises(ValueError, match="the index holds times"):
        TrackSource.from_frame(plain(Ne=1.0).set_index("time"), {"time": "when"})
    with pytest.raises(ValueError, match="two columns 'A311'"):
        TrackSource.from_frame(pd.concat([table(), table()["A311"]], axis=1), NAMES | {"Ne": "A311"})
    with pytest.raises(ValueError, match="fill: 'Te' is none of"):
        TrackSource.from_frame(table(), NAMES, fill={"Te": -9999})


def test_fill_values():
    frame = table()
    frame.loc[[3, 5], "A311"] = -9999.0
    frame.loc[7, "A321"] = 1e31
    with pytest.raises(
        ValueError, match=r"'Ne' is -9999 in 2 of 20 rows.*declare it with fill=-9999, or fill=None"
    ):
        TrackSource.from_frame(frame, NAMES | {"Ne": "A311"})
    with pytest.raises(ValueError, match="'A321' is 1e\\+31 in 1 of 20 rows"):
        TrackSource.from_frame(frame, NAMES, fill=-9999)
    for fill in ([-9999, 1e31], {"A311": -9999, "A321": [1e31]}):
        track = TrackSource.from_frame(frame, NAMES, fill=fill)
        assert np.flatnonzero(np.isnan(track.values[:, 0])).tolist() == [3, 5]
        assert np.flatnonzero(np.isnan(track.values[:, 1])).tolist() == [7]
    assert TrackSource.from_frame(frame, NAMES | {"Ne": "A311"}, fill=None).values[3, 0] == -9999
    frame["A311"] = -9999
    with pytest.raises(ValueError, match="is -9999 in 20 of 20 rows"):
        TrackSource.from_frame(frame, NAMES)
    frame["ALTITUDE"] = -9999.0
    with pytest.raises(ValueError, match="'altitude_km' is -9999"):
        TrackSource.from_frame(frame, NAMES | {"Te": "A321"}, fill={"Te": 1e31})


def test_rows_without_a_place():
    frame = table()
    frame.loc[[0, 4], "GEO_LAT"] = -9999.0
    with pytest.raises(ValueError, match=r"latitude -9999.0 in row 0"):
        TrackSource.from_frame(frame, NAMES)
    with pytest.warns(UserWarning, match="2 of 20 rows without a place are left out"):
        track = TrackSource.from_frame(frame, NAMES, fill=-9999)
    assert len(track) == 18


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1.5, 2.5, -9999.0], (-9999.0, 1)),
        ([-9999.0] * 3, (-9999.0, 3)),
        ([100.0, 200.0, 9999.0, 300.0], (9999.0, 1)),
        (np.float32([1e5, 2e5, 9.99999e9]), (9.99999e9, 1)),
        ([-4e4, 4e4, -9999.0, -9999.0, 0.5], (-9999.0, 2)),
        ([-4e4, 4e4, -9999.0, 0.5], None),
        (np.arange(-20000.0, 20000.0), None),
        (np.arange(0.0, 10000.0), None),
        ([998.0, 999.0, 1000.0], None),
        ([np.nan, np.inf, 1.0], None),
        ([], None),
        ([1e31, 1e20, 5.0], (1e20, 1)),
    ],
)
def test_what_looks_like_a_mark(values, found):
    assert undeclared(np.asarray(values, dtype=float)) == found


def test_series():
    time = pd.date_range("2016-12-01", periods=8, freq="15min")
    stations = pd.DataFrame({"latitude": [44.2, 29.66], "longitude": [86.1, 91.1]}, ["XJSH", "LHAS"])
    frame = pd.DataFrame({"UT": time, "x": np.arange(8.0), "l": [10.5, 999.9] * 4, "flag_x": 0})
    names = {"time": "UT", "XJSH": "x", "LHAS": "l"}
    with pytest.raises(ValueError, match=r"series: 'LHAS' is 999.9 in 4 of 8 rows"):
        SeriesSource.from_frame(frame, stations, names)
    series = SeriesSource.from_frame(frame, stations, names, fill=999.9, unit="TECU", max_km=100)
    assert series.units == {"TEC": "TECU"} and series.max_km == 100
    assert_array_equal(series.values[:, :, 0], [np.arange(8), [10.5, np.nan] * 4])
    indexed = frame.rename(columns={"x": "XJSH", "l": "LHAS"}).set_index("UT")
    indexed.attrs["units"] = {"XJSH": "TECU", "LHAS": "TECU"}
    again = SeriesSource.from_frame(indexed, stations, fill={"LHAS": 999.9})
    assert_array_equal(again.values, series.values)
    assert again.units == {"TEC": "TECU"}
    late = frame.assign(UT=time + pd.to_timedelta([0, 1, 2, 3, 4, 5, 6, 7], unit="min"))
    regular = SeriesSource.from_frame(
        late, stations, {"time": "UT", "XJSH": "x"}, cadence="15min", max_gap="1h"
    )
    np.testing.assert_allclose(regular.values[0, :, 0], np.arange(8) * 15 / 16, rtol=1e-6)
    with pytest.raises(ValueError, match="give both"):
        SeriesSource.from_frame(frame, stations, names, fill=None, cadence="15min")


def test_maps():
    cells = [(t, lat, lon) for t in TIMES[:3] for lat in (10.0, 0.0) for lon in (0.0, 90.0, 180.0)]
    frame = pd.DataFrame(cells, columns=["t", "lat", "lon"]).assign(tec=np.arange(18.0))
    frame.loc[4, "tec"] = 9999.0
    names = {"time": "t", "latitude": "lat", "longitude": "lon", "TEC": "tec"}
    with pytest.raises(ValueError, match="maps: 'TEC' is 9999 in 1 of 18 rows"):
        MapSource.from_frame(frame, names)
    maps = MapSource.from_frame(frame.sample(frac=1, random_state=0), names, fill=9999, units={"TEC": "TECU"})
    expected = frame["tec"].where(frame["tec"] < 9999).to_numpy().reshape(3, 2, 3)[:, ::-1]
    got = maps.values[..., 0].transpose(2, 0, 1)
    assert maps.longitude.tolist() == [-180, 0, 90] and maps.units == {"TEC": "TECU"}
    assert_array_equal(got, expected[:, :, [2, 0, 1]])
    assert np.isnan(MapSource.from_frame(frame.drop(index=7), names, fill=9999).values).sum() == 2
    with pytest.raises(ValueError, match="two rows at"):
        MapSource.from_frame(pd.concat([frame, frame[:1]]), names, fill=9999)
    track = pd.DataFrame(
        {"time": TIMES, "latitude": np.arange(N) + 0.5, "longitude": np.arange(N), "TEC": 1.5}
    )
    with pytest.raises(ValueError, match="20 x 20 x 20 times, latitudes and longitudes: no maps on a grid"):
        MapSource.from_frame(track)
