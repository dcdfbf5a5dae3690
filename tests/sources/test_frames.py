"""Sources take the frames of any library where a pandas frame is taken."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from common.source_examples import maps, track_frame
from numpy.testing import assert_array_equal

from skquake.sources import (
    MapSource,
    SeriesSource,
    SourceCollection,
    TrackSource,
    add_magnetic,
    join_tracks,
)

FRAME = track_frame(200)
SAMPLES = FRAME.loc[[30, 90], ["time", "latitude", "longitude"]].reset_index(drop=True)
TIME = pd.date_range("2016-12-01", periods=48, freq="15min")
SERIES = pd.DataFrame({"XJSH": np.arange(48.0), "LHAS": 10.0}, index=TIME)
STATIONS = pd.DataFrame({"latitude": [44.2, 29.66], "longitude": [86.1, 91.1]}, ["XJSH", "LHAS"])


def without_index(frame, name):
    return frame.rename_axis(name).reset_index()


@pytest.fixture(params=["polars", "pyarrow"])
def other(request):
    """From a pandas frame to one of another library."""
    return {
        "polars": pl.from_pandas,
        "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    }[request.param]


def assert_same_windows(source, samples, other, length=4):
    for a, b in zip(source.windows(samples, length), source.windows(other(samples), length), strict=True):
        assert_array_equal(a, b)


def test_tracks(other, tmp_path):
    track, expected = TrackSource(other(FRAME)), TrackSource(FRAME)
    for name in ("time", "latitude", "longitude", "altitude_km", "values", "pass_id"):
        assert_array_equal(getattr(track, name), getattr(expected, name), strict=True)
    assert_same_windows(expected, SAMPLES, other)
    FRAME.to_parquet(tmp_path / "day.parquet")
    made = TrackSource.from_files(
        tmp_path / "day.parquet", tmp_path / "out", lambda path: other(pd.read_parquet(path))
    )
    assert_array_equal(made.values, expected.values)


def test_collections(other):
    both = SourceCollection({"A": TrackSource(FRAME), "B": TrackSource(FRAME[:100])})
    assert_same_windows(both, SAMPLES.assign(source=["A", "B"]), other)


def test_series(other):
    expected = SeriesSource(SERIES, STATIONS)
    table, stations = other(without_index(SERIES, "time")), other(without_index(STATIONS, "station"))
    for made in (
        SeriesSource(table, stations),
        SeriesSource({"TEC": table}, STATIONS),
        SeriesSource.from_irregular(table, stations, "15min", "1h"),
    ):
        assert_array_equal(made.values, expected.values)
        pd.testing.assert_frame_equal(made.stations, expected.stations)
    samples = pd.DataFrame({"time": TIME[[10, 20]], "latitude": 44.0, "longitude": 86.0})
    assert_same_windows(expected, samples, other)
    with pytest.raises(ValueError, match=r"series: channel 'TEC': missing column\(s\) time"):
        SeriesSource(other(SERIES), STATIONS)
    with pytest.raises(ValueError, match=r"stations: missing column\(s\) station"):
        SeriesSource(SERIES, other(STATIONS))


def test_maps(other):
    source = MapSource(maps())
    time = pd.DatetimeIndex(source.time[[5, 8]].view("datetime64[ns]"))
    assert_same_windows(
        source, pd.DataFrame({"time": time, "latitude": 10.0, "longitude": 20.0}), other, length=2
    )


def test_what_works_on_frames(other):
    expected = add_magnetic(FRAME)
    pd.testing.assert_frame_equal(add_magnetic(other(FRAME)), expected, check_dtype=False)
    field = FRAME[["time", "latitude", "longitude", "Ne"]]
    probe = FRAME[["time", "latitude", "longitude", "Te"]]
    pd.testing.assert_frame_equal(join_tracks(other(field), other(probe)), join_tracks(field, probe))


def test_what_is_no_frame_is_told():
    for what in ([1, 2], np.zeros((3, 3)), None):
        with pytest.raises(TypeError, match=r"track: expected a dataframe \(pandas, polars, pyarrow"):
            TrackSource(what)
        with pytest.raises(TypeError, match="samples: expected a dataframe"):
            TrackSource(FRAME).windows(what, 3)
