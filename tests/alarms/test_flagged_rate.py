"""Share of passes that a detector flags at a place: by hand, with earthquakes left out, on bad input."""

import numpy as np
import pandas as pd
import pytest

from skquake.alarms import flagged_rate
from skquake.datasets import make_track
from skquake.preprocessing import MASSResidual, NeLOGResidual


@pytest.fixture(scope="module")
def noise():
    """Ten nights of a simulated track without any effect."""
    return make_track("swarm", "2015-01-01", "2015-01-11", side="night", fields=True, random_state=0).frame


@pytest.fixture
def flags():
    """Twenty nights; in every fifth one of its three observations is flagged."""
    night = np.repeat(np.arange(20), 3)
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01 22:00")
            + pd.to_timedelta(night, "D")
            + pd.to_timedelta(np.tile([0, 10, 20], 20), "s"),
            "latitude": np.tile([9.0, 10.0, 40.0], 20),
            "longitude": 0.0,
            "pass_id": night,
            "flagged": (night % 5 == 0) & (np.tile([0, 1, 2], 20) == 1),
        }
    )


def test_by_hand(flags):
    found = flagged_rate(flags, 10, 0, 300)
    assert found["passes"] == 20 and found["flagged_passes"] == 4 and found["rate"] == 0.2
    assert found["observations"] == 40 and found["flagged_share"] == 0.1
    # Clopper & Pearson's interval of 4 in 20.
    assert (found["low"], found["high"]) == pytest.approx((0.0573, 0.4366), abs=1e-3)


def test_place_and_hours(flags):
    assert flagged_rate(flags, 40, 0, 300)["flagged_passes"] == 0
    assert flagged_rate(flags, 10, 0, 300, local_time="night")["passes"] == 20
    day = flagged_rate(flags, 10, 0, 300, local_time="day")
    assert day["passes"] == 0 and np.isnan(day["rate"]) and np.isnan(day["low"])
    # Over the dateline.
    moved = flags.assign(longitude=179.5)
    assert flagged_rate(moved, 10, -179.5, 300)["passes"] == 20


def test_days_before_earthquakes_are_left_out(flags):
    catalog = pd.DataFrame(
        {
            "time": pd.to_datetime(["2015-01-08 12:00", "2015-01-10 00:00"]),
            "latitude": [10.0, -60.0],
            "longitude": 0.0,
            "magnitude": 6.0,
        }
    )
    found = flagged_rate(flags, 10, 0, 150, avoid=catalog, avoid_days=(-3, 1))
    # Nights of 5, 6, 7 and 8 January: the flagged one of the 6th among them.
    assert found["passes"] == 16 and found["flagged_passes"] == 3


def test_bad_input(flags):
    with pytest.raises(ValueError, match="flagged"):
        flagged_rate(flags.drop(columns="flagged"), 10, 0, 300)
    with pytest.raises(ValueError, match="latitude"):
        flagged_rate(flags, 100, 0, 300)
    with pytest.raises(ValueError, match="radius_km"):
        flagged_rate(flags, 10, 0, -1)


@pytest.mark.parametrize("detector", [NeLOGResidual(), MASSResidual()], ids=repr)
def test_noise_alone_is_flagged(detector, noise):
    """A detector of a simulated track without any effect flags passes, more than a few."""
    found = flagged_rate(detector.detect(noise), 0, 100, 2000, local_time="night")
    assert found["passes"] > 10
    assert found["low"] <= found["rate"] <= found["high"]
    assert found["flagged_passes"] > 0 or isinstance(detector, MASSResidual)


def test_a_hole_of_the_catalog_is_not_quiet():
    days = np.arange(400)
    flags = pd.DataFrame({"time": pd.Timestamp("2015-01-01") + pd.to_timedelta(days, unit="D")})
    flags = flags.assign(latitude=0.0, longitude=0.0, pass_id=days, flagged=days % 2 == 0)
    far = pd.DataFrame({"time": flags["time"][(days < 100) | (days > 200)], "latitude": 60.0})
    far = far.assign(longitude=0.0, magnitude=5.0)
    found = flagged_rate(flags, 0, 0, 500, avoid=far)
    # From day 99 to 201 nothing is listed: these days, 5 after and 15 before an earthquake that it may hide.
    assert found["in_holes"] == 121 and found["passes"] == 279
    everything = flagged_rate(flags, 0, 0, 500, avoid=far, holes=None)
    assert everything["in_holes"] == 0 and everything["passes"] == 400
