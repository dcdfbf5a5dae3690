from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from common.source_examples import START, station_series
from numpy.testing import assert_array_equal

from skquake.sources import SeriesSource


def sample(time, latitude=44.0, longitude=86.0):
    return pd.DataFrame(
        {"time": pd.DatetimeIndex(np.atleast_1d(time)), "latitude": latitude, "longitude": longitude}
    )


def test_values_and_attributes():
    frame, stations = station_series()
    frame.attrs["units"] = dict.fromkeys(frame.columns, "TECU")
    series = SeriesSource(frame, stations.iloc[::-1], name="vtec")
    assert series.channels == ("TEC",) and series.units == {"TEC": "TECU"}
    assert series.cadence == np.timedelta64(15, "m")
    assert series.values.shape == (3, 60, 1)
    pd.testing.assert_frame_equal(series.stations, stations.rename_axis("station"))
    back = series.to_frame()
    pd.testing.assert_frame_equal(back, frame.astype("float32").rename_axis("time"), check_freq=False)
    assert SeriesSource(back, stations).units == {"TEC": "TECU"}
    assert "60 times at 3 stations" in repr(series)


def test_any_order_and_time_zone():
    frame, stations = station_series()
    expected = SeriesSource(frame, stations)
    shuffled = frame.sample(frac=1.0, random_state=0)
    shuffled.index = shuffled.index.tz_localize("UTC").tz_convert("Asia/Urumqi")
    for other in (SeriesSource(shuffled, stations), SeriesSource({"TEC": shuffled}, stations)):
        assert_array_equal(other.values, expected.values)
        assert_array_equal(other.time, expected.time)


def test_the_last_observation_at_or_before_the_time_ends_the_window():
    frame, stations = station_series()
    frame["XJSH"] = np.arange(60.0)
    series = SeriesSource(frame, stations)
    end = frame.index[-1]
    cases = {
        START + pd.Timedelta("45min"): 3,
        START + pd.Timedelta("59min"): 3,
        START + pd.Timedelta("1h"): 4,
        end: 59,
        end + pd.Timedelta("15min"): 59,
    }
    windows, problem = series.windows(sample(list(cases)), 2)
    assert windows[:, -1, 0].tolist() == list(cases.values()) and not any(problem)
    late = [START - pd.Timedelta("1ns"), end + pd.Timedelta("15min") + pd.Timedelta("1ns"), pd.NaT, START]
    assert series.windows(sample(late), 2)[1].tolist() == [
        *["no observation at this time"] * 3,
        "window leaves the record",
    ]
    assert series.windows(sample(START + pd.Timedelta("1h")), 4, align="center")[0][0, :, 0].tolist() == [
        2,
        3,
        4,
        5,
    ]


def test_nearest_station_within_max_km():
    frame, stations = station_series()
    time = START + pd.Timedelta("5h")
    places = sample([time] * 3, [30.0, 25.0, 0.0], [91.0, 103.0 - 360.0, 0.0])
    windows, problem = SeriesSource(frame, stations).windows(places, 1)
    expected = frame.loc[time, ["LHAS", "KMIN"]].astype("float32")
    assert windows[:2, 0, 0].tolist() == expected.tolist()
    assert problem.tolist() == ["", "", "no station within 500 km"]
    assert SeriesSource(frame, stations, max_km=1).windows(places, 1)[1][0] == "no station within 1 km"
    assert SeriesSource(frame, stations, max_km=21000).windows(places, 1)[1][2] == ""
    at_station = sample([time], 29.66, 91.10)
    assert SeriesSource(frame, stations, max_km=0).windows(at_station, 1)[1][0] == ""


def test_nan_is_a_problem_of_its_channel():
    frame, stations = station_series()
    other = frame.copy()
    other.iloc[10, 0] = np.inf
    series = SeriesSource({"TEC": frame, "ROTI": other}, stations)
    here = sample(frame.index[11])
    assert series.windows(here, 3)[1].tolist() == ["NaN in channel ROTI"]
    assert series.windows(here, 3, channels="TEC")[1].tolist() == [""]


def changed(frame, **columns):
    return frame.assign(**columns)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda f: f.drop(index=f.index[7]),
            "irregular in time: 2015-03-01T02:00:00 comes 1800 s .*from_irregular",
        ),
        (lambda f: pd.concat([f, f.iloc[[3]]]), "2015-03-01T00:45:00 occurs twice"),
        (lambda f: f.iloc[:1], "one time has no cadence"),
        (lambda f: f.iloc[:0], "no rows"),
        (lambda f: f[[]], "no stations"),
        (lambda f: f.assign(QION=1.0), "no coordinates of 'QION'"),
        (lambda f: f.assign(KMIN="x"), "station 'KMIN' holds .*not numbers"),
        (lambda f: f.set_axis(["XJSH", "XJSH", "KMIN"], axis=1), "station 'XJSH' occurs twice"),
        (lambda f: {"TEC": f, "ROTI": f.iloc[1:]}, "'TEC' and 'ROTI' differ in their times"),
        (lambda f: {"TEC": f, "ROTI": f[["XJSH", "LHAS"]]}, "'TEC' and 'ROTI' differ in station KMIN"),
        (lambda f: {}, "no channels"),
        (lambda f: f.set_axis([pd.NaT, *f.index[1:]]), "time is missing in row 0"),
    ],
)
def test_errors(make, message):
    frame, stations = station_series()
    with pytest.raises(ValueError, match=message):
        SeriesSource(make(frame), stations)


def test_errors_of_other_arguments():
    frame, stations = station_series()
    with pytest.raises(TypeError, match=r"DatetimeIndex.*set_index\('time'\)"):
        SeriesSource(frame.reset_index(drop=True), stations)
    with pytest.raises(ValueError, match=r"missing column.*longitude"):
        SeriesSource(frame, stations[["latitude"]])
    with pytest.raises(ValueError, match="stations: 'XJSH' occurs twice"):
        SeriesSource(frame, pd.concat([stations, stations]))
    with pytest.raises(ValueError, match="stations: latitude 95"):
        SeriesSource(frame, stations.assign(latitude=95.0))
    for max_km in (-1, "far", np.nan, True):
        with pytest.raises(ValueError, match="max_km must be"):
            SeriesSource(frame, stations, max_km=max_km)


def test_from_irregular():
    frame, stations = station_series()
    frame["XJSH"] = np.arange(60.0)
    holed = frame.drop(index=[*frame.index[5:7], *frame.index[20:30]])
    series = SeriesSource.from_irregular(holed, stations, "15min", "1h", name="x", max_km=9)
    assert (series.name, series.max_km, series.channels) == ("x", 9, ("TEC",))
    values = series.values[0, :, 0]
    assert_array_equal(values[:20], np.arange(20))
    assert np.isnan(values[20:30]).all()
    assert_array_equal(values[30:], np.arange(30, 60))
    shifted = frame.set_axis(frame.index + pd.Timedelta("5min"))
    series = SeriesSource.from_irregular({"A": frame, "B": shifted}, stations, 900, 3600)
    assert series.channels == ("A", "B") and len(series.time) == 60
    np.testing.assert_allclose(series.values[0, 1:, 1], np.arange(1, 60) - 1 / 3, rtol=1e-6)
    assert np.isnan(series.values[0, 0, 1])
    with pytest.raises(ValueError, match="fewer than two times remain"):
        SeriesSource.from_irregular(frame, stations, "30D", "60D")
