"""The nearest pass of each night before an earthquake."""

import numpy as np
import pandas as pd
import pytest

from skquake._core._geodesy import great_circle_km
from skquake.datasets import make_track
from skquake.sampling import nightly_passes
from skquake.sources import TrackSource

EVENT = pd.DataFrame(
    {"time": [pd.Timestamp("2016-04-16 23:58")], "latitude": 0.371, "longitude": -179.9, "magnitude": 7.0}
)


@pytest.fixture(scope="module")
def track():
    frame = make_track("swarm", "2016-04-05", "2016-04-18", cadence=5, random_state=0).frame
    return TrackSource(frame)


def test_nearest_pass_of_each_night(track):
    found = nightly_passes(track, EVENT, days=8)
    time = track.time.view("datetime64[ns]")
    distance = great_circle_km(0.371, -179.9, track.latitude, track.longitude)
    near = (time < EVENT["time"][0]) & (time >= EVENT["time"][0] - pd.Timedelta(days=8))
    near &= distance <= 10 ** (0.43 * 7.0)
    near &= (track.local_time() >= 18) | (track.local_time() < 6)
    # Local noon at this place is midnight of universal time, so nights are universal days (by 24 s).
    night = (time - np.timedelta64(24, "s")).astype("datetime64[D]")
    best = pd.DataFrame({"night": night, "km": distance, "pass_id": track.pass_id})[near]
    best = best.loc[best.groupby("night")["km"].idxmin()]
    assert [frame.attrs["pass_id"] for frame in found] == best["pass_id"].tolist()
    np.testing.assert_allclose([frame["distance_km"].min() for frame in found], best["km"])
    assert len(found) >= 3
    # The number of the day's track, counted by hand: passes by the day on which they begin.
    begins = pd.Series(time).groupby(track.pass_id).min()
    number = begins.groupby(begins.dt.floor("D")).cumcount() + 1
    assert [frame.attrs["track_number"] for frame in found] == number[best["pass_id"]].tolist()
    assert number.max() > 10


def test_frames(track):
    frame = nightly_passes(track, EVENT, days=8, latitude_limit=30)[0]
    assert frame["latitude"].abs().max() <= 30
    assert list(frame) == ["time", "latitude", "longitude", "local_time", "distance_km", "Ne", "Te"]
    assert frame["time"].is_monotonic_increasing


def test_no_pass(track):
    assert nightly_passes(track, EVENT.assign(time=pd.Timestamp("2015-01-01"))) == []
    assert nightly_passes(track, EVENT.assign(magnitude=1.0), days=2) == []


def test_bad_event(track):
    with pytest.raises(ValueError, match="expected one earthquake, got 2 rows"):
        nightly_passes(track, pd.concat([EVENT, EVENT], ignore_index=True))
