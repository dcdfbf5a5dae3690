"""Instruments of one satellite on one time base."""

import numpy as np
import pandas as pd
import pytest

from skquake import TrackSource
from skquake.sources import join_tracks


def frame(start, n, step_ms, seed=0, **channels):
    rng = np.random.default_rng(seed)
    time = pd.date_range(start, periods=n, freq=f"{step_ms}ms")
    out = pd.DataFrame({"time": time, "latitude": np.linspace(-20, 20, n), "longitude": 100.0})
    for name, values in channels.items():
        out[name] = rng.normal(size=n) if values is None else values
    return out


@pytest.fixture
def field():
    flags = np.zeros(300, dtype="uint8")
    flags[[5, 6]] = 255
    out = frame("2015-01-01", 300, 1000, B_N=None, B_E=None, B_C=None, Flags_B=flags)
    out.attrs["units"] = {"B_N": "nT"}
    return out.assign(altitude_km=460.0)


@pytest.fixture
def probe():
    out = frame("2015-01-01 00:00:10.197", 500, 500, Ne=np.arange(500.0), Te=None, Flags_Te=20)
    out.attrs["units"] = {"Ne": "cm-3"}
    return out


def test_against_interpolation_one_time_at_a_time(field, probe):
    joined = join_tracks(field, probe)
    assert list(joined.columns) == [
        "time",
        "latitude",
        "longitude",
        "altitude_km",
        "B_N",
        "B_E",
        "B_C",
        "Ne",
        "Te",
    ]
    np.testing.assert_array_equal(joined["time"], field["time"])
    seconds = (field["time"] - probe["time"][0]).dt.total_seconds() / 0.5
    expected = np.where((seconds >= 0) & (seconds <= 499), seconds, np.nan)
    np.testing.assert_allclose(joined["Ne"], expected, atol=1e-9)
    assert joined.attrs["units"] == {"B_N": "nT", "Ne": "cm-3"}
    assert TrackSource(joined).channels == ("B_N", "B_E", "B_C", "Ne", "Te")


def test_gap_is_not_crossed(field, probe):
    hole = probe.drop(index=range(100, 110))
    joined = join_tracks(field, hole)
    inside = joined["time"].between(probe["time"][99], probe["time"][110], inclusive="neither")
    assert joined.loc[inside, "Ne"].isna().all() and inside.sum() == 6
    assert join_tracks(field, hole, max_gap=10)["Ne"].notna().sum() == 250 - 1


def test_flags(field, probe):
    joined = join_tracks(field, probe)
    assert np.flatnonzero(joined["B_E"].isna()).tolist() == [5, 6]
    assert joined.attrs["n_dropped"] == {"Flags_B": 6}
    kept = join_tracks(field, probe, drop={})
    assert kept["B_E"].notna().all()
    strict = join_tracks(
        field, probe.assign(Flags_Te=np.where(np.arange(500) < 250, 20, 44)), drop={"Flags_Te": [44]}
    )
    assert strict["Te"].notna().sum() == 125 - 1 and strict["Ne"].notna().sum() == 249


def test_rows_in_any_order(field, probe):
    joined = join_tracks(field.sample(frac=1, random_state=0), probe.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(joined, join_tracks(field, probe))


def test_three_frames_and_one(field, probe):
    more = frame("2015-01-01", 100, 3000, V=None)
    assert "V" in join_tracks(field, probe, more) and len(join_tracks(field)) == 300


def test_errors(field, probe):
    with pytest.raises(ValueError, match="'Ne' stands in an earlier frame"):
        join_tracks(field.assign(Ne=1.0), probe)
    with pytest.raises(ValueError, match="'Flags_X' is no flag column"):
        join_tracks(field, probe, drop={"Flags_X": [1]})
    with pytest.raises(ValueError, match=r"frame 2: two rows at 2015-01-01 00:00:10\.197"):
        join_tracks(field, pd.concat([probe, probe.head(1)]))
    with pytest.raises(ValueError, match=r"frame 2.*latitude"):
        join_tracks(field, probe.drop(columns="latitude"))
    with pytest.raises(ValueError, match="max_gap"):
        join_tracks(field, probe, max_gap=-1)


def test_repetitions_during_a_sweep_are_dropped(field, probe):
    source = np.where(np.isin(np.arange(500), [100, 101, 102, 103, 104, 105, 106]), 9, 1)
    joined = join_tracks(field, probe.assign(Flags_LP=source))
    assert joined.attrs["n_dropped"]["Flags_LP"] == 14  # of two channels
    during = joined["time"].between(probe["time"][100], probe["time"][106])
    assert during.sum() >= 2 and joined.loc[during, "Ne"].isna().all()
    assert join_tracks(field, probe.assign(Flags_LP=source), drop={})["Ne"][during].notna().all()
