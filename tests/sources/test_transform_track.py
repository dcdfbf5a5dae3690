"""Tracks made of others part by part: to the bit what the whole in memory gives, in bounded memory."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from common.source_examples import track_frame

from skquake.preprocessing import MASSResidual, NeLOGResidual
from skquake.sources import TrackSource, _transform_track, add_magnetic, join_tracks, transform_track

N = 3000


def probe_frame():
    """Twenty passes, a gap within a flight to one pole, missing values, and densities that are positive."""
    frame = track_frame(N, 20.0).assign(altitude_km=460.0)
    frame["Ne"] = np.exp(np.abs(frame["Ne"]).to_numpy(dtype=float) % 7.0)
    frame.loc[[5, 800, 801], "Ne"] = np.nan
    return frame.drop(index=[*range(400, 407), *range(1500, 1600)]).reset_index(drop=True)


def on_disk(frame, folder, **keywords):
    folder.mkdir()
    for k in range(0, len(frame), 700):
        frame[k : k + 700].to_parquet(folder / f"{k:05d}.parquet", index=False, row_group_size=250)
    return TrackSource(folder, **keywords)


def assert_same(disk, memory):
    for name in ("time", "latitude", "longitude", "altitude_km", "values", "pass_id", "ascending"):
        np.testing.assert_array_equal(getattr(disk, name), getattr(memory, name), strict=True)
    assert disk.channels == memory.channels and disk.units == memory.units
    assert (disk.cadence, disk.max_gap) == (memory.cadence, memory.max_gap)


FUNCTIONS = {
    "nelog": NeLOGResidual(degree=5, max_gap=300.0).transform,
    "mass": MASSResidual(["Te"], knot_seconds=600.0, max_gap=300.0).transform,
    "magnetic": add_magnetic,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_residuals_and_coordinates_are_those_of_the_whole(tmp_path, monkeypatch, name):
    disk = on_disk(probe_frame(), tmp_path / "in")
    memory = TrackSource(probe_frame())
    monkeypatch.setattr(_transform_track, "PART_ROWS", 395)
    made = transform_track(disk, FUNCTIONS[name], tmp_path / "out")
    expected = TrackSource(FUNCTIONS[name](memory.to_frame()), cadence=20.0, max_gap=100.0)
    assert_same(made, expected)
    assert len(list((tmp_path / "out").glob("*.parquet"))) == 8
    assert np.isfinite(made.values[:, -1]).mean() > 0.3


def test_two_instruments_on_one_time_base(tmp_path, monkeypatch):
    field = probe_frame().rename(columns={"Ne": "B_N", "Te": "B_E"})
    probe = probe_frame()
    probe["time"] = probe["time"] + pd.Timedelta("7s")
    monkeypatch.setattr(_transform_track, "PART_ROWS", 395)
    join = partial(join_tracks, max_gap=50)
    disks = on_disk(field, tmp_path / "field"), on_disk(probe, tmp_path / "probe")
    made = transform_track(disks[0], join, tmp_path / "out", beside=[disks[1]], margin=50, n_jobs=None)
    memories = (TrackSource(frame) for frame in (field, probe))
    joined = join(*(memory.to_frame() for memory in memories))
    assert_same(made, TrackSource(joined, cadence=20.0, max_gap=100.0))
    assert made.channels == ("B_N", "B_E", "Ne", "Te")


def test_a_function_sees_whole_passes_and_few_rows(tmp_path, monkeypatch):
    disk = on_disk(probe_frame(), tmp_path / "in", name="A")
    monkeypatch.setattr(_transform_track, "PART_ROWS", 395)
    seen = []

    def look(frame):
        seen.append((frame["time"].iloc[0], frame["time"].iloc[-1], len(frame)))
        return frame

    made = transform_track(disk, look, tmp_path / "out", channels="Te")
    assert made.channels == ("Te",) and made.name == "A"
    longest = int(disk.passes["n"].max())
    assert max(n for *_, n in seen) <= 395 + 2 * longest and sum(n for *_, n in seen) == len(disk)
    ends = set(disk.passes["end"])
    assert {end for _, end, _ in seen} <= ends
    gap = pd.Timestamp(disk.time[399])  # a new pass of the track begins after it, and none of a residual
    assert gap in ends and gap not in {end for _, end, _ in seen}


def test_it_goes_on_where_it_stopped(tmp_path, monkeypatch):
    disk = on_disk(probe_frame(), tmp_path / "in")
    monkeypatch.setattr(_transform_track, "PART_ROWS", 395)
    calls = []

    class Stops:
        """Interrupted at the third part, the first time."""

        def __reduce__(self):
            return Stops, ()

        def __call__(self, frame):
            calls.append(len(frame))
            if len(calls) == 3:
                raise KeyboardInterrupt
            return frame

    with pytest.raises(KeyboardInterrupt):
        transform_track(disk, Stops(), tmp_path / "out")
    made = transform_track(disk, Stops(), tmp_path / "out")
    assert len(calls) == 8 + 1 and len(made) == len(disk)
    with pytest.raises(ValueError, match="made with another function"):
        transform_track(disk, NeLOGResidual().transform, tmp_path / "out")
    with pytest.raises(ValueError, match="made with another track"):
        transform_track(TrackSource(probe_frame()), Stops(), tmp_path / "out")


def test_what_is_no_track_is_told(tmp_path):
    track = TrackSource(probe_frame())
    with pytest.raises(ValueError, match=r"(?s)1 of 1 parts could not be used.*rows 0 to .*latitude"):
        transform_track(track, lambda frame: frame.drop(columns="latitude"), tmp_path / "out")
    with pytest.raises(TypeError, match="expected a TrackSource, got DataFrame"):
        transform_track(probe_frame(), add_magnetic, tmp_path / "out")
