"""Without context samples, windows and blocks are bit for bit what they were before there was any."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from common.sampling_orbits import make_controls, make_events, make_orbit
from common.source_examples import maps, station_series

from skquake.sampling import SlidingWindow, make_samples
from skquake.sources import MapSource, SeriesSource

# Of the code before, from the same call; coordinates and leads to 1e-6.
TRACKS = [
    (0, {"max_length": 3, "inside": "any"}, "80a28903dc4d88c9", 1999344),
    (1, {"max_length": 5}, "1569186f99b0b19d", 2001574),
    (2, {"max_length": 4, "step": 2, "inside": "any"}, "c83e88b30319d6eb", 1995989),
    (3, {"max_length": 6, "inside": "all", "local_time": "night"}, "4533f655823060c9", 1996669),
]
PLACES = {"map": "b15daaf408350876", "series": "4be12f4dba3bac9c"}


def digest(source, samples, length):
    X = samples.X
    windows = SlidingWindow(source, length).transform(X)
    numbers = (1e6 * X[["latitude", "longitude", "lead_days", "kept_share"]].to_numpy()).round()
    found = hashlib.sha256(X[["source", "event_id", "pair_id", "owners"]].to_csv(index=False).encode())
    for part in (
        X[["time", "obs_start", "obs_end"]].to_numpy().astype("int64"),
        numbers.astype("int64"),
        samples.y,
        windows,
    ):
        found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()[:16]


@pytest.mark.parametrize(("seed", "cut", "expected", "rows"), TRACKS)
def test_tracks(seed, cut, expected, rows):
    track, events = make_orbit(seed), make_events(seed, 4)
    controls = make_controls(events, seed, ratio=2, matched=False, move_days=0.5)
    samples = make_samples(track, events, controls, region="2000 km", days=(-1.5, 0.0), **cut)
    assert digest(track, samples, 3) == expected
    assert track.blocks(3, 2).first.sum() == rows


@pytest.mark.parametrize("kind", PLACES)
def test_places(kind):
    source = MapSource(maps(40)) if kind == "map" else SeriesSource(*station_series(90))
    catalog = pd.DataFrame(
        {
            "time": pd.date_range("2015-03-01 10:00", periods=3, freq="3h"),
            "latitude": 44.0,
            "longitude": 86.0,
            "magnitude": 6.0,
        },
        index=list("abc"),
    )
    samples = make_samples(source, catalog, region="500 km", days=(-1.0, 0.0), max_length=4, step=2)
    assert digest(source, samples, 3) == PLACES[kind]
