from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from common.source_examples import START, track_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake._core._geodesy import great_circle_km
from skquake.sources import TrackSource
from skquake.sources._resample import interpolate


def frame_at(seconds, **columns):
    seconds = np.asarray(seconds, dtype=float)
    base = {"latitude": -20.0 + 0.064 * seconds, "longitude": 50.0, "Ne": 10.0 * seconds}
    return pd.DataFrame(
        {"time": START + pd.to_timedelta((seconds * 1e9).astype("int64"), unit="ns"), **base, **columns}
    )


def seconds_of(track):
    return (track.time - START.as_unit("ns").value) / 1e9


def test_from_3_s_to_1_5_s_is_linear():
    track = TrackSource(frame_at(np.arange(0, 30, 3))).resample(1.5)
    np.testing.assert_array_equal(seconds_of(track), np.arange(0, 27.1, 1.5))
    np.testing.assert_allclose(track.values[:, 0], 10 * seconds_of(track), rtol=1e-6)
    np.testing.assert_allclose(track.latitude, -20 + 0.064 * seconds_of(track), atol=1e-9)
    assert track.cadence == np.timedelta64(1500, "ms")


def test_its_own_times_give_the_track_back():
    source = TrackSource(track_frame(3000))
    again = source.resample(1)
    pd.testing.assert_frame_equal(again.to_frame(), source.to_frame())
    np.testing.assert_array_equal(again.pass_id, source.pass_id)


def test_nothing_across_gaps_nothing_outside():
    track = TrackSource(frame_at([0.5, 1.5, 2.5, 8.5, 9.5, 10.5, 30.2, 30.7]), cadence=1, max_gap=10)
    assert seconds_of(track.resample(1)).tolist() == [*range(1, 11)]
    split = track.resample(1, max_gap=5)
    assert seconds_of(split).tolist() == [1, 2, 9, 10]
    assert split.pass_id.tolist() == [0, 0, 1, 1]


def test_runs_stay_passes_when_the_cadence_hides_their_gap():
    track = TrackSource(frame_at([*range(12), *range(18, 30)]), cadence=1)
    coarse = track.resample(10)
    assert seconds_of(coarse).tolist() == [0, 10, 20]
    assert coarse.pass_id.tolist() == [0, 0, 1]


def test_holes_in_a_channel_are_bridged_up_to_the_limit():
    values = np.arange(12.0)
    values[[3, 6, 7, 8]] = np.nan
    track = TrackSource(frame_at(range(12), Ne=values, Te=1.0), cadence=1).resample(1, max_gap=2)
    np.testing.assert_array_equal(track.values[:, 0], [0, 1, 2, 3, 4, 5, *[np.nan] * 3, 9, 10, 11])
    assert (track.values[:, 1] == 1).all()


def test_positions_cross_the_dateline_and_the_pole():
    seconds = np.arange(0, 12, 3)
    dateline = TrackSource(
        frame_at(seconds, latitude=[0, 0.1, 0.2, 0.3], longitude=[179.8, 179.95, -179.9, -179.75])
    )
    assert np.abs(dateline.resample(1.5).longitude).min() > 179.7
    pole = TrackSource(
        frame_at(seconds, latitude=[89.0, 89.9, 89.2, 88.3], longitude=[30.0, 30.0, -150.0, -150.0])
    )
    track = pole.resample("0.5s")
    steps = great_circle_km(
        track.latitude[:-1], track.longitude[:-1], track.latitude[1:], track.longitude[1:]
    )
    inside = np.diff(track.pass_id) == 0
    assert steps[inside].max() < 1.1 * great_circle_km(89.0, 0, 89.9, 0) / 6


def test_errors():
    track = TrackSource(frame_at(range(9)))
    for cadence in (0, -1, "x", None):
        with pytest.raises(ValueError, match="cadence must be"):
            track.resample(cadence)
    with pytest.raises(ValueError, match="shorter than the track's own cadence"):
        TrackSource(frame_at(np.arange(9) + 0.5)).resample(1, max_gap=0.2)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=20, unique=True),
    st.lists(st.booleans(), min_size=20, max_size=20),
    st.integers(1, 20),
)
def test_interpolate_equals_a_loop(times, holes, max_gap):
    time = np.array(sorted(times))
    values = np.where(holes[: len(time)], np.nan, time**2 / 7.0)
    grid = np.arange(-3, 64)
    expected = []
    known = [(t, v) for t, v in zip(time, values, strict=True) if not np.isnan(v)]
    for t in grid:
        before = [(a, v) for a, v in known if a <= t]
        after = [(a, v) for a, v in known if a >= t]
        if before and after and (after[0][0] - before[-1][0]) <= max_gap:
            expected.append(np.interp(t, [before[-1][0], after[0][0]], [before[-1][1], after[0][1]]))
        else:
            expected.append(np.nan)
    np.testing.assert_allclose(interpolate(grid, time, values, max_gap), expected)
