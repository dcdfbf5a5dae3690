"""What every source promises, on every kind of source."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from common.source_examples import START, maps, station_series, track_frame

from skquake.sources import MapSource, SeriesSource, SourceCollection, TrackSource
from skquake.testing._source_checks import SOURCE_CHECKS


def holed_track():
    frame = track_frame(3000)
    frame.loc[[100, 700], "Ne"] = np.nan
    return frame.drop(index=[*range(300, 303), *range(1200, 1300), 2000, 2002, 2003, 2005, 2006])


def track_samples(frame, source="track"):
    rng = np.random.default_rng(1)
    near = [0, 1, 99, 101, 299, 303, 304, 1199, 1300, 1408, 1409, 1410, 1411, 2001, 2004, 2999]
    rows = frame.loc[[label for label in near if label in frame.index]]
    rows = pd.concat([rows, frame.sample(15, random_state=2)])[["time", "latitude", "longitude"]]
    wrong = rows.iloc[:4].assign(
        time=[START, START + pd.Timedelta("0.5s"), START - pd.Timedelta("1D"), pd.NaT]
    )
    return pd.concat([rows, wrong]).assign(source=source).sample(frac=1.0, random_state=rng.integers(9))


def place_samples(end, n=40, source="x"):
    rng = np.random.default_rng(3)
    time = START + pd.to_timedelta(rng.uniform(-0.1, 1.1, n) * (end - START).total_seconds(), unit="s")
    samples = pd.DataFrame({"time": pd.DatetimeIndex(time).as_unit("ns")})
    samples["latitude"] = rng.choice([44.0, 30.0, 25.03, 89.0, -80.0, 15.0, 75.0], n)
    samples["longitude"] = rng.choice([86.0, 91.1, 103.0, 179.5, -179.5, -180.0, 359.0 - 360.0], n)
    samples.loc[:5, ["latitude", "longitude"]] = [44.2, 86.1]
    samples.loc[:2, "time"] = [START, START + pd.Timedelta("10h"), end]
    return samples.assign(source=source)


def in_memory_track(folder):
    frame = holed_track()
    return TrackSource(frame), track_samples(frame)


def track_on_disk(folder):
    source, samples = in_memory_track(folder)
    source.to_parquet(folder / "track.parquet")
    return TrackSource(folder / "track.parquet"), samples


def series(folder):
    frame, stations = station_series()
    frame.iloc[30, 0] = np.nan
    return SeriesSource({"TEC": frame, "ROTI": frame / 7}, stations), place_samples(frame.index[-1])


def in_memory_map(folder):
    tec = maps()
    tec[12, 1, 2] = np.nan
    both = tec.to_dataset().assign(rms=tec / 10)
    return MapSource(both), place_samples(pd.Timestamp(tec["time"].values[-1]))


def map_on_disk(folder):
    source, samples = in_memory_map(folder)
    source.to_netcdf(folder / "maps.nc")
    return MapSource(folder / "maps.nc"), samples


def tracks(folder):
    frame, other = holed_track(), track_frame(2500, phase=0.3, seed=5)
    other["time"] += pd.Timedelta("0.25s")
    samples = pd.concat([track_samples(frame, "A"), track_samples(other, "B")])
    return SourceCollection({"A": TrackSource(frame), "B": TrackSource(other)}), samples


EXAMPLES = [in_memory_track, track_on_disk, series, in_memory_map, map_on_disk, tracks]


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda example: example.__name__)
def example(request, tmp_path_factory):
    return request.param(tmp_path_factory.mktemp("sources"))


@pytest.mark.parametrize("check", SOURCE_CHECKS, ids=lambda check: check.__name__)
def test_source(check, example):
    check(*example)
