"""Parquet files as a track: any cutting gives the same, and memory is that of the track."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from common.source_examples import track_frame
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skquake.sources import TrackSource

FRAME = track_frame(300)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 299), st.integers(1, 300)), max_size=6),
    st.randoms(use_true_random=False),
    st.booleans(),
    st.sampled_from(["ns", "us"]),
)
def test_any_cutting_into_files_gives_the_same_track(cuts, random, shuffled, unit):
    """Files that overlap, hold one another, come in any order, with rows in any order."""
    pieces = [FRAME.iloc[first : first + n] for first, n in cuts]
    pieces += [FRAME.iloc[k : k + 100] for k in (0, 100, 200)]
    random.shuffle(pieces)
    with tempfile.TemporaryDirectory() as folder:
        for k, piece in enumerate(pieces):
            if shuffled:
                piece = piece.sample(frac=1, random_state=k)
            piece = piece.assign(time=piece["time"].astype(f"datetime64[{unit}]"))
            piece.to_parquet(Path(folder, f"{k}.parquet"), row_group_size=64)
        track, expected = TrackSource(folder), TrackSource(FRAME)
        for name in ("time", "latitude", "longitude", "altitude_km", "values", "pass_id"):
            assert_array_equal(getattr(track, name), getattr(expected, name), strict=True)


def test_columns_that_only_some_files_have_are_nan_elsewhere(tmp_path):
    FRAME[:100].drop(columns=["Te", "altitude_km"]).to_parquet(tmp_path / "a.parquet")
    FRAME[100:].to_parquet(tmp_path / "b.parquet")
    track = TrackSource(tmp_path)
    assert track.channels == ("Ne", "Te")
    expected = FRAME[["altitude_km", "Ne", "Te"]].astype("float32")
    expected.iloc[:100, [0, 2]] = np.nan
    assert_array_equal(track.altitude_km, expected["altitude_km"])
    assert_array_equal(track.values, expected[["Ne", "Te"]])


def test_errors_name_the_file_and_its_rows(tmp_path):
    FRAME.to_parquet(tmp_path / "a.parquet")
    FRAME.assign(latitude=91.0).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ValueError, match=r"b\.parquet, rows from 0: track: latitude 91\.0 in row 0"):
        _ = TrackSource(tmp_path).time
    FRAME.assign(Ne=1.0).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ValueError, match="two different observations at 2015-03-01T00:00:00"):
        _ = TrackSource(tmp_path).time
    FRAME.assign(Ne="1").to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ValueError, match=str(tmp_path)):
        _ = TrackSource(tmp_path).time


MEASURE = """
import json, sys
from pathlib import Path
from skquake.sources import TrackSource

def peak():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])

import pandas, pyarrow.parquet
before, track = peak(), TrackSource(sys.argv[1])
arrays = track.time, track.latitude, track.longitude, track.values, track.pass_id, track.ascending
middle = track.passes["n"].sum(), track.blocks(70).center[::100], track.values[-3:]
print(json.dumps([peak() - before, sum(array.nbytes for array in arrays)]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of memory from /proc")
def test_reading_takes_less_memory_than_the_track(tmp_path):
    """What is kept of decoded columns (134 MB), a few row groups and libraries, however long the track is."""
    n, days, overlap = 200_000, 36, 1
    channels = {name: np.ones(n + overlap, dtype="float32") for name in ("Ne", "Te", "B_N", "B_E", "B_C")}
    for day in range(days):
        second = np.arange(n + overlap) + n * day
        latitude = 80 * np.sin(second / 900)
        time = pd.Timestamp("2015-01-01") + pd.to_timedelta(second, unit="s")
        frame = pd.DataFrame({"time": time, "latitude": latitude, "longitude": 0.0, **channels})
        frame.to_parquet(tmp_path / f"{day:02d}.parquet", index=False)
    out = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, text=True, check=True
    )
    peak, size = json.loads(out.stdout)
    assert size == n * days * 49 + overlap * 49
    assert peak < 300e6 < size
