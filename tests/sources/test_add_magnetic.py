"""Magnetic coordinates as columns of a track."""

import numpy as np
import pandas as pd
import pytest

from skquake._core._magnetic import magnetic_local_time, quasi_dipole
from skquake.sources import TrackSource, _magnetic, add_magnetic

NAMES = ["qd_latitude", "qd_longitude", "mlt"]


@pytest.fixture
def frame():
    n = 40
    frame = pd.DataFrame(
        {
            "time": pd.date_range("2015-12-31 23:50", periods=n, freq="30s"),
            "latitude": np.linspace(-89.0, 89.0, n),
            "longitude": 179.0,
            "altitude_km": np.linspace(440.0, 470.0, n),
            "Ne": 1.0,
        },
        index=np.arange(n)[::-1] * 2,
    )
    frame.attrs = {"units": {"Ne": "cm-3"}, "origin": "test"}
    return frame


def test_columns_units_and_nothing_else(frame):
    before, attrs = frame.copy(), dict(frame.attrs)
    result = add_magnetic(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == attrs
    pd.testing.assert_frame_equal(result[frame.columns], before)
    assert list(result.columns) == [*frame.columns, *NAMES]
    assert result.attrs["origin"] == "test"
    assert result.attrs["units"] == {"Ne": "cm-3", "qd_latitude": "deg", "qd_longitude": "deg", "mlt": "h"}
    qd = quasi_dipole(frame["time"], frame["latitude"], frame["longitude"], frame["altitude_km"])
    np.testing.assert_allclose(result[NAMES].T, [*qd, magnetic_local_time(frame["time"], qd[1])])
    assert result["mlt"].between(0, 24, inclusive="left").all()


def test_every_row_alone_and_in_any_order(frame, monkeypatch):
    together = add_magnetic(frame)
    monkeypatch.setattr(_magnetic, "_CHUNK", 7)
    order = np.random.default_rng(0).permutation(len(frame))
    pd.testing.assert_frame_equal(add_magnetic(frame.iloc[order]), together.iloc[order])


def test_some_of_them_and_again(frame):
    assert list(add_magnetic(frame, "mlt").columns[5:]) == ["mlt"]
    assert list(add_magnetic(frame, ["mlt", "qd_latitude"]).columns[5:]) == ["mlt", "qd_latitude"]
    once = add_magnetic(frame)
    pd.testing.assert_frame_equal(add_magnetic(once), once)
    assert not len(add_magnetic(frame[:0]))


def test_altitude(frame):
    low = add_magnetic(frame, altitude_km=0.0)["qd_latitude"]
    high = add_magnetic(frame, altitude_km=700)["qd_latitude"]
    assert 0.2 < (low - high).abs().max() < 3.0
    with pytest.raises(ValueError, match="no column altitude_km"):
        add_magnetic(frame.drop(columns="altitude_km"))


def test_time_zones_are_converted(frame):
    there = frame.assign(time=frame["time"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"))
    pd.testing.assert_frame_equal(add_magnetic(there)[NAMES], add_magnetic(frame)[NAMES])


def test_a_source_takes_them(frame):
    track = TrackSource(add_magnetic(frame), channels=["Ne", "mlt"])
    assert track.channels == ("Ne", "mlt")


@pytest.mark.parametrize(
    ("column", "value", "match"),
    [
        ("latitude", 91.0, "latitude 91.0 in row 3"),
        ("latitude", np.nan, "latitude nan in row 3"),
        ("longitude", np.inf, "longitude inf in row 3"),
        ("altitude_km", np.nan, "altitude_km nan in row 3"),
        ("altitude_km", 6800.0, "altitude_km 6800.0 in row 3 is not between 0 and 1000"),
        ("time", pd.Timestamp("2031-01-01"), "from 1900 to 2030"),
        ("time", pd.NaT, "from 1900 to 2030"),
    ],
)
def test_what_cannot_be(frame, column, value, match):
    frame.iloc[3, frame.columns.get_loc(column)] = value
    with pytest.raises(ValueError, match=match):
        add_magnetic(frame)


def test_unknown_coordinates(frame):
    with pytest.raises(ValueError, match="no coordinate 'L'; there are qd_latitude, qd_longitude, mlt"):
        add_magnetic(frame, ["mlt", "L"])
    with pytest.raises(ValueError, match="missing column"):
        add_magnetic(frame[["time", "Ne"]])
