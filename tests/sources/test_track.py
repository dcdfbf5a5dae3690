from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from common.source_examples import START, track_frame
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skquake.sources import TrackSource

SECOND = 1_000_000_000


def flat_frame(seconds, **columns):
    """A northward track with observations at the given seconds."""
    seconds = np.asarray(seconds, dtype=float)
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta((seconds * 1e9).astype("int64"), unit="ns"),
            "latitude": -60.0 + 0.064 * seconds,
            "longitude": 100.0,
            **(columns or {"Ne": np.arange(len(seconds), dtype=float)}),
        }
    )


def test_arrays_and_attributes():
    frame = track_frame(1000)
    frame.attrs["units"] = {"Ne": "cm-3", "latitude": "deg"}
    track = TrackSource(frame, name="A")
    assert track.channels == ("Ne", "Te") and track.units == {"Ne": "cm-3"}
    assert track.cadence == np.timedelta64(1, "s") and track.max_gap == np.timedelta64(5, "s")
    assert track.span == (START, START + pd.Timedelta("999s"))
    assert track.time.dtype == np.int64 and track.values.dtype == np.float32
    assert_array_equal(track.time, frame["time"].to_numpy().astype("datetime64[ns]").astype("int64"))
    assert_array_equal(track.latitude, frame["latitude"])
    assert_array_equal(track.longitude, frame["longitude"])
    assert_array_equal(track.values, frame[["Ne", "Te"]].astype("float32"))
    assert_array_equal(track.altitude_km, frame["altitude_km"].astype("float32"))
    assert len(track) == 1000
    assert repr(track).startswith(
        "TrackSource(name='A', channels=('Ne', 'Te'), 1,000 observations in 1 pass,"
    )


def test_the_frame_is_neither_changed_nor_shared():
    frame = flat_frame(range(10))
    for column in ("latitude", "longitude", "Ne"):
        frame[column] = frame[column].astype("float64" if column != "Ne" else "float32")
    before = frame.copy(deep=True)
    track = TrackSource(frame)
    pd.testing.assert_frame_equal(frame, before)
    frame.loc[:, ["latitude", "Ne"]] = 0.0
    frame["time"] = START
    assert_array_equal(track.to_frame()["Ne"], np.arange(10))
    assert_array_equal(track.latitude, before["latitude"])


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(12)), st.lists(st.integers(0, 11), max_size=5))
def test_any_order_and_exact_repeats_give_the_same_track(order, again):
    frame = flat_frame(range(12))
    frame.loc[4, "Ne"] = np.nan
    expected = TrackSource(frame)
    track = TrackSource(frame.iloc[[*order, *again]])
    pd.testing.assert_frame_equal(track.to_frame(), expected.to_frame())
    assert_array_equal(track.pass_id, expected.pass_id)


def test_conflicting_repeats_name_the_time():
    frame = flat_frame(range(12))
    other = frame.iloc[[7]].assign(Ne=99.0)
    with pytest.raises(ValueError, match="two different observations at 2015-03-01T00:00:07"):
        TrackSource(pd.concat([frame, other]))
    with pytest.raises(ValueError, match="two different observations"):
        TrackSource(pd.concat([frame, frame.iloc[[3]].assign(longitude=0.0)]))


def test_time_zones_and_longitudes_are_brought_to_convention():
    frame = flat_frame(range(5)).assign(longitude=[0.0, 179.0, 180.0, 181.0, 359.5])
    frame["time"] = frame["time"].dt.tz_localize("UTC").dt.tz_convert("America/Lima")
    track = TrackSource(frame)
    assert track.span[0] == START
    assert track.longitude.tolist() == [0.0, 179.0, -180.0, -179.0, -0.5]


def test_infinities_become_nan():
    track = TrackSource(flat_frame(range(4), Ne=[1.0, np.inf, 1e39, -np.inf]))
    assert np.isnan(track.values[:, 0]).tolist() == [False, True, True, True]


def test_nullable_and_integer_channels():
    frame = flat_frame(
        range(3), Ne=pd.array([1, None, 3], dtype="Int64"), Te=np.array([1, 2, 3], dtype=">i2")
    )
    assert_array_equal(TrackSource(frame).values, np.array([[1, 1], [np.nan, 2], [3, 3]], dtype="float32"))


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.drop(columns="latitude"), {}, "missing column.*latitude; it has time, longitude, Ne"),
        (lambda f: f.drop(columns="Ne"), {}, "no channels; columns that could be channels: none"),
        (lambda f: f, {"channels": ["Ne", "Te"]}, "no channel 'Te'; columns that could be channels: Ne"),
        (lambda f: f, {"channels": []}, "no channels; columns that could be channels: Ne"),
        (lambda f: f, {"channels": ["Ne", "Ne"]}, "named twice"),
        (lambda f: f.assign(Ne="3"), {}, "channel 'Ne' holds .*not numbers"),
        (lambda f: f.assign(Ne=True), {}, "channel 'Ne' holds bool"),
        (lambda f: f.iloc[:0], {}, "no rows"),
        (lambda f: f.iloc[:1], {}, "one observation has no cadence; give cadence="),
        (lambda f: f.assign(latitude=np.nan), {}, "latitude nan in row 0"),
        (lambda f: f.assign(latitude=91.0), {}, "latitude 91.0 in row 0"),
        (lambda f: f.assign(longitude=np.inf), {}, "longitude inf in row 0"),
        (lambda f: f.assign(time=f["time"].where(f.index != 3)), {}, "time is missing in row 3"),
        (lambda f: f.assign(time=np.arange(len(f))), {}, "numbers of type int64 are not dates"),
        (lambda f: f, {"cadence": -1}, "cadence must be positive"),
        (lambda f: f, {"cadence": "soon"}, "cadence must be seconds or a duration"),
        (lambda f: f, {"cadence": np.nan}, "cadence must be"),
        (lambda f: f, {"max_gap": 0.5}, r"max_gap \(0.5 s\) must be at least the cadence \(1 s\)"),
    ],
)
def test_errors(change, options, message):
    with pytest.raises(ValueError, match=message):
        TrackSource(change(flat_frame(range(8))), **options)


def test_error_types():
    with pytest.raises(TypeError, match="dataframe"):
        TrackSource([1, 2])
    with pytest.raises(TypeError, match="name must be"):
        TrackSource(flat_frame(range(8)), name="")


def test_flags_are_no_channels_unless_asked_for():
    frame = flat_frame(range(4), Ne=1.0, Flags_Ne=2)
    assert TrackSource(frame).channels == ("Ne",)
    assert TrackSource(frame, ["Flags_Ne", "Ne"]).channels == ("Flags_Ne", "Ne")
    assert TrackSource(frame, "Ne").channels == ("Ne",)


@pytest.mark.parametrize("cadence", [2, 2.0, "2s", np.timedelta64(2, "s"), pd.Timedelta("2s")])
def test_cadence_in_any_form(cadence):
    assert TrackSource(flat_frame(range(8)), cadence=cadence).cadence == np.timedelta64(2, "s")


def test_problems_in_words():
    frame = flat_frame([*range(20), 21, 22, 25, 27, 30, 33, *range(50, 60)])
    frame.loc[15, "Ne"] = np.nan
    track = TrackSource(frame)
    samples = flat_frame([5, 0.5, 1, 13, 22, 57, 58])
    _, problem = track.windows(samples, 6)
    assert problem.tolist() == [
        "",
        "no observation at this time",
        "window leaves the pass",
        "NaN in channel Ne",
        "window spans 1.8 times its nominal duration",
        "",
        "window leaves the pass",
    ]


def test_window_span_limit_is_inclusive():
    # 4 steps of 1 s: at most 6 s.
    whole = TrackSource(flat_frame([0, 1, 2, 3, 6]), cadence=1)
    broken = TrackSource(flat_frame([0, 1, 2, 3, 6.001]), cadence=1)
    for track, expected in ((whole, ""), (broken, "window spans 1.5 times its nominal duration")):
        assert track.windows(flat_frame([2]), 5)[1].tolist() == [expected]
        assert len(track.blocks(5).first) == (expected == "")


def test_center_and_end():
    track = TrackSource(flat_frame(range(10)))
    for length, first in ((4, 3), (5, 3)):
        assert track.windows(flat_frame([5]), length)[0][0, :, 0].tolist() == list(
            range(first, first + length)
        )
    assert track.windows(flat_frame([5]), 4, align="end")[0][0, :, 0].tolist() == [2, 3, 4, 5]


def test_passes_and_local_time():
    track = TrackSource(track_frame(5000))
    passes = track.passes
    assert passes["ascending"].tolist() == [True, False, True]
    assert passes["n"].sum() == 5000
    assert_array_equal(np.flatnonzero(np.diff(track.pass_id)), [1410, 4230])
    assert_array_equal(track.ascending, passes["ascending"].to_numpy()[track.pass_id])
    # The node at second 2820 lies at the longitude 180 - 2820 / 240 degrees.
    longitude = 180.0 - 2820 / 240
    assert passes["local_time"][1] == pytest.approx((2820 / 3600 + longitude / 15) % 24, abs=1e-3)
    assert track.local_time([0])[0] == pytest.approx(0.0)
    assert track.local_time().shape == (5000,)
    north = TrackSource(track_frame(400, phase=0.1))
    assert north.passes["local_time"][0] == pytest.approx(north.local_time([199])[0])


tracks = st.tuples(
    st.lists(st.sampled_from([1, 1, 1, 1, 2, 3, 4, 9]), min_size=1, max_size=60),
    st.lists(st.booleans(), min_size=61, max_size=61),
    st.integers(1, 9),
    st.integers(1, 12),
)


def source_of(steps, holes):
    seconds = np.concatenate([[0], np.cumsum(steps)])
    values = np.where(np.array(holes[: len(seconds)]), np.arange(len(seconds)), np.arange(len(seconds)) + 0.5)
    values[[k for k, hole in enumerate(holes[: len(seconds)]) if hole and k % 5 == 0]] = np.nan
    return TrackSource(flat_frame(seconds, Ne=values), cadence=1)


@settings(max_examples=60, deadline=None)
@given(tracks)
def test_blocks_equal_a_loop(case):
    steps, holes, length, step = case
    track = source_of(steps, holes)
    expected = []
    for _, rows in pd.Series(range(len(track))).groupby(track.pass_id):
        for first in range(rows.iloc[0], rows.iloc[-1] - length + 2, step):
            span = track.time[first + length - 1] - track.time[first]
            finite = np.isfinite(track.values[first : first + length]).all()
            if span <= 1.5 * (length - 1) * SECOND and finite:
                expected.append(first)
    blocks = track.blocks(length, step)
    assert blocks.first.tolist() == expected
    assert_array_equal(blocks.center, blocks.first + length // 2)


@settings(max_examples=60, deadline=None)
@given(tracks)
def test_blocks_are_whole_windows_that_never_overlap_or_cross(case):
    steps, holes, length, _ = case
    track = source_of(steps, holes)
    center, first = track.blocks(length)
    assert (np.diff(first) >= length).all()
    assert_array_equal(track.pass_id[first], track.pass_id[first + length - 1])
    samples = track.to_frame().iloc[center]
    windows, problem = track.windows(samples, length)
    assert not any(problem)
    assert_array_equal(windows[:, :, 0], track.values[first[:, None] + np.arange(length), 0])


def test_blocks_of_short_tracks_and_bad_arguments():
    track = TrackSource(flat_frame(range(5)))
    assert len(track.blocks(6).first) == 0 and track.blocks(5).center.tolist() == [2]
    with pytest.raises(ValueError, match="step must be"):
        track.blocks(3, 0)
    with pytest.raises(ValueError, match="length must be"):
        track.blocks(2.5)


def test_real_swarm_file(real_data):
    io = pytest.importorskip("skquake.io")
    track = TrackSource(io.read_swarm_lp(sorted((real_data / "swarm").glob("*EFI*LP*.cdf"))), ["Ne", "Te"])
    assert len(track) == 2280
    assert track.cadence / np.timedelta64(1, "s") == pytest.approx(0.5, abs=0.0011)
    assert track.units == {"Ne": "cm-3", "Te": "K"}
    assert track.values[0].tolist() == pytest.approx([9895.7, 2729.8], rel=1e-5)
    blocks = track.blocks(70)
    windows, problem = track.windows(track.to_frame().iloc[blocks.center], 70)
    assert len(windows) > 20 and not any(problem)
