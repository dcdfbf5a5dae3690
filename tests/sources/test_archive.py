"""Tracks on disk: the same bits as in memory, whatever the parts, and never those of other files."""

from __future__ import annotations

import itertools
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pyarrow
import pytest
from common.source_examples import START, track_frame
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.dummy import DummyClassifier

from skquake.alarms import score_track
from skquake.catalogs import RandomControls
from skquake.preprocessing import IRIResidual
from skquake.sampling import ResidualWindow, SlidingWindow, make_samples
from skquake.sources import (
    SourceCollection,
    TrackSource,
    _archive,
    _archive_parts,
    _archive_sweep,
    _backing,
    _lazy_array,
    _parts_index,
)

ARRAYS = ("time", "latitude", "longitude", "altitude_km", "values", "pass_id", "ascending")
DAY = 240  # rows


@pytest.fixture(autouse=True)
def fresh_cache():
    _backing._restore.cache_clear()


def frame_of(n, random, cadence=40.0):
    """Some passes of a polar orbit with gaps and missing values."""
    frame = track_frame(n, cadence, seed=random.randrange(100))
    for channel in ("Ne", "Te", "altitude_km"):
        frame.loc[random.sample(range(n), random.randrange(1 + min(n // 20, 60))), channel] = np.nan
    lost = set()
    for _ in range(random.randrange(6)):
        begin = random.randrange(n)
        lost |= set(range(begin, min(n, begin + random.choice((1, 2, 6, 40)))))
    return frame.drop(index=sorted(lost)[: n - 20]).reset_index(drop=True)


def write_parts(frame, folder, random, overlap):
    """Files of a few row groups each, which share rows at their edges, in names of any order."""
    edges = sorted({0, len(frame), *(random.randrange(len(frame)) for _ in range(random.randrange(7)))})
    for low, high in itertools.pairwise(edges):
        piece = frame.iloc[max(0, low - random.randrange(overlap + 1)) : high]
        name = f"{random.randrange(10**6):06d}-{low}.parquet"
        piece.to_parquet(
            Path(folder, name), index=False, row_group_size=random.choice((7 + len(frame) // 20, 1000))
        )


@settings(max_examples=12, deadline=None)
@given(st.integers(30, 500), st.randoms(use_true_random=False), st.integers(0, 12), st.booleans())
def test_on_disk_is_in_memory_to_the_bit(n, random, overlap, tight):
    frame = frame_of(n, random)
    kept = _archive.STREAMED_BYTES
    _archive.STREAMED_BYTES = 2000 if tight else kept
    try:
        with tempfile.TemporaryDirectory() as folder:
            write_parts(frame, folder, random, overlap)
            disk, memory = TrackSource(folder), TrackSource(frame)
            assert isinstance(disk.values, _lazy_array.LazyArray)
            assert_same(disk, memory)
            look_alike(disk, memory, random)
    finally:
        _archive.STREAMED_BYTES = kept


def assert_same(disk, memory):
    for name in ARRAYS:
        assert_array_equal(getattr(disk, name), getattr(memory, name), strict=True)
    assert (disk.cadence, disk.max_gap, disk.span, len(disk)) == (
        memory.cadence, memory.max_gap, memory.span, len(memory),
    )  # fmt: skip
    pd.testing.assert_frame_equal(disk.passes, memory.passes)


def look_alike(disk, memory, random):
    n = len(memory)
    rows = np.array([random.randrange(-n, n) for _ in range(20)])
    mask = np.arange(n) % 3 == random.randrange(3)
    low = random.randrange(n)
    for name in ARRAYS:
        a, b = getattr(disk, name), getattr(memory, name)
        for key in (
            rows,
            rows.reshape(4, 5),
            np.sort(rows),
            mask,
            low,
            -1,
            slice(low, None),
            slice(-7, None, 2),
        ):
            assert_array_equal(a[key], b[key], strict=True)
    for key in ((rows, 1), (slice(low, low + 9), 0), (..., 1), (rows, rows % 2)):
        assert_array_equal(disk.values[key], memory.values[key], strict=True)
    assert_array_equal(disk.local_time(rows), memory.local_time(rows))
    times = np.concatenate([memory.time[rows], memory.time[rows] + 1, [0, memory.time[-1] + 5]])
    for side in ("left", "right"):
        assert_array_equal(np.searchsorted(disk.time, times, side), np.searchsorted(memory.time, times, side))
        numbers = np.arange(memory.pass_id[-1] + 2)
        expected = np.searchsorted(memory.pass_id, numbers, side)
        assert_array_equal(np.searchsorted(disk.pass_id, numbers, side), expected)
    for length, step, context in [(1, None, 0), (5, 2, 0), (6, None, 3), (40, 40, 1)]:
        for a, b in zip(*(s.blocks(length, step, context=context) for s in (disk, memory)), strict=True):
            assert_array_equal(a, b)
    samples = pd.DataFrame(
        {
            "time": pd.to_datetime(np.concatenate([memory.time[rows], memory.time[rows[:3]] + 1])),
            "latitude": 0.0,
            "longitude": 0.0,
        }
    )
    for length, context, edge in [(1, 0, "error"), (9, 0, "error"), (6, 4, "error"), (6, 5, "nan")]:
        channels = random.choice((None, ["Te"], ["Te", "Ne"]))
        cut = [
            source.windows(samples, length, context=context, context_edge=edge, channels=channels)
            for source in (disk, memory)
        ]
        assert_array_equal(cut[0][0], cut[1][0], strict=True)
        assert cut[0][1].tolist() == cut[1][1].tolist()


@pytest.mark.parametrize(("seed", "inside", "context"), [(0, "center", 0), (1, "any", 3), (2, "all", 1)])
def test_samples_are_the_same_row_for_row(seed, inside, context):
    random = Random(seed)
    frame = frame_of(20_000, random)
    catalog = pd.DataFrame(
        {
            "time": START + pd.to_timedelta([60, 90, 120, 150], unit="h"),
            "latitude": [10.0, -30.0, 55.0, 0.0], "longitude": [20.0, 120.0, -60.0, -150.0],
            "magnitude": [6.2, 6.0, 6.4, 6.3],
        }
    )  # fmt: skip
    controls = RandomControls(min_days=1, random_state=0)
    with tempfile.TemporaryDirectory() as folder:
        write_parts(frame, folder, random, 3)
        made = [
            make_samples(
                source, catalog, controls, region="2000 km", days=(-0.9, 0.1), max_length=9, step=5,
                context=context, inside=inside, holes=None,
            )
            for source in (TrackSource(folder), TrackSource(frame))
        ]  # fmt: skip
        disk, memory = made
        pd.testing.assert_frame_equal(disk.X, memory.X)
        pd.testing.assert_frame_equal(disk.dropped, memory.dropped)
        pd.testing.assert_frame_equal(disk.events, memory.events)
        assert_array_equal(disk.y, memory.y)
        shuffled = disk.X.sample(frac=1, random_state=0)
        a, b = (
            SlidingWindow(source, 9, context=context).fit_transform(shuffled)
            for source in (TrackSource(folder), TrackSource(frame))
        )
        assert_array_equal(a, b, strict=True)


def daily(tmp_path, n=4):
    """A folder of ``from_files``, and the frame that went into it."""
    (tmp_path / "in").mkdir()
    frame = track_frame(n * DAY, 40.0)
    frame.loc[[3, 400], "Ne"] = np.nan
    for k in range(n):
        frame[k * DAY : (k + 1) * DAY].to_pickle(tmp_path / "in" / f"day{k}.pkl")
    return TrackSource.from_files(tmp_path / "in", tmp_path / "out", pd.read_pickle), frame


def parts_of(track):
    return sorted(track._backing.path.glob("*.parquet"))


def test_the_next_process_walks_through_no_file(tmp_path, monkeypatch):
    track, frame = daily(tmp_path)
    assert_same(track, TrackSource(frame))
    monkeypatch.setattr(_archive_sweep, "state_of", None)
    monkeypatch.setattr(_archive_parts, "crc_of", None)
    again = TrackSource(tmp_path / "out")
    opened = []
    decode = _archive.Archive._decode
    monkeypatch.setattr(_archive.Archive, "_decode", lambda *a: opened.append(a[1:]) or decode(*a))
    assert len(again) == len(frame) and again.cadence == track.cadence and len(pickle.dumps(again)) < 1000
    assert not opened
    _ = again.values[DAY + 3 : DAY + 9]
    assert opened == [(1, "values")]


def test_from_files_does_not_read_finished_parts_again(tmp_path, monkeypatch):
    _, frame = daily(tmp_path)
    monkeypatch.setattr(_parts_index, "digest_of", None)
    again = TrackSource.from_files(tmp_path / "in", tmp_path / "out", pd.read_pickle)
    monkeypatch.undo()
    assert_same(again, TrackSource(frame))
    part = parts_of(again)[0]
    os.utime(part, ns=(0, 0))  # moved elsewhere, say: it is looked into
    looked = []
    digest_of = _parts_index.digest_of
    monkeypatch.setattr(_parts_index, "digest_of", lambda path: looked.append(path) or digest_of(path))
    TrackSource.from_files(tmp_path / "in", tmp_path / "out", pd.read_pickle)
    assert looked == [part]


@pytest.mark.parametrize("vouched", [False, True])
@pytest.mark.parametrize("threads", [1, 2])
def test_each_part_is_read_once_in_a_transform(tmp_path, monkeypatch, vouched, threads):
    track, frame = daily(tmp_path)
    X = frame.iloc[5::7].sample(frac=1, random_state=0)
    track.windows(X, 3)
    monkeypatch.setattr(pyarrow, "cpu_count", lambda: threads)
    monkeypatch.setattr(_archive, "STREAMED_BYTES", 4 * DAY * 36)
    opened = []
    decode = _archive.Archive._decode
    monkeypatch.setattr(_archive.Archive, "_decode", lambda *a: opened.append(a[1:]) or decode(*a))
    again = TrackSource(tmp_path / "out")
    if vouched:
        windows = SlidingWindow(again, 1, missing="nan").fit_transform(
            X.assign(obs_start=X["time"], obs_end=X["time"])
        )
    else:
        windows, _ = again.windows(X, 1)
    assert_array_equal(windows[:, 0], X[["Ne", "Te"]].astype("float32").where(windows[:, 0] == windows[:, 0]))
    assert sorted(unit for unit, _ in opened) == [0, 1, 2, 3]


@pytest.mark.parametrize("damage", ["a byte", "a number", "cut short", "another part", "deleted"])
def test_a_part_that_was_changed_after_the_start_is_named_when_it_is_read(tmp_path, damage):
    assert len(daily(tmp_path)[0]) == 4 * DAY
    track = TrackSource(tmp_path / "out")
    assert len(track) == 4 * DAY
    _ = track.values[:5], track.time[-5:]
    part = parts_of(track)[1]
    content = bytearray(part.read_bytes())
    if damage == "a byte":
        content[200] ^= 1
        part.write_bytes(content)
    elif damage == "a number":
        table = pd.read_parquet(part)
        table.loc[7, "Ne"] += 1
        table.to_parquet(part)
    elif damage == "cut short":
        part.write_bytes(content[:-100])
    elif damage == "another part":
        os.replace(parts_of(track)[2], part)
    else:
        part.unlink()
    with pytest.raises(ValueError, match=rf"{part.name}: (was changed|is missing).*from_files again"):
        _ = track.values[DAY : DAY + 5]
    assert len(track.values[:5]) == 5
    part.unlink(missing_ok=True)
    mended = TrackSource.from_files(tmp_path / "in", tmp_path / "out", pd.read_pickle)
    assert_same(mended, TrackSource(track_with_gaps(tmp_path)))


def track_with_gaps(tmp_path):
    return pd.concat(map(pd.read_pickle, sorted((tmp_path / "in").iterdir())))


def test_a_part_changed_between_two_reads_is_noticed(tmp_path):
    track, _ = daily(tmp_path)
    _ = track.values[:5]
    part = parts_of(track)[0]
    content = bytearray(part.read_bytes())
    content[100] ^= 1
    part.write_bytes(content)
    track._content.time._store._kept.clear()
    with pytest.raises(ValueError, match="was changed since"):
        _ = track.latitude[:5]


def test_a_damaged_layout_is_found_anew(tmp_path):
    track, frame = daily(tmp_path)
    len(track)
    (layout,) = (tmp_path / "out").glob("_track-*.npz")
    whole = layout.read_bytes()
    for content in (b"", whole[:100], whole[:-30], whole[:300] + b"\0" * 50 + whole[350:], b"PK" * 1000):
        layout.write_bytes(content)
        assert_same(TrackSource(tmp_path / "out"), TrackSource(frame))
        assert layout.read_bytes() == whole
    others = TrackSource(tmp_path / "out", ["Te"], max_gap=1000)
    assert others.channels == ("Te",) and len(list((tmp_path / "out").glob("_track-*.npz"))) == 2


def test_a_layout_of_other_parts_does_not_count(tmp_path):
    track, frame = daily(tmp_path)
    len(track)
    later = frame[-DAY:].assign(time=frame["time"][-DAY:] + pd.Timedelta(days=1))
    later.to_pickle(tmp_path / "in" / "day4.pkl")
    more = TrackSource.from_files(tmp_path / "in", tmp_path / "out", pd.read_pickle)
    assert_same(more, TrackSource(pd.concat([frame, later])))
    assert len(list((tmp_path / "out").glob("_track-*.npz"))) == 1


def test_a_read_only_folder(tmp_path, monkeypatch):
    track, frame = daily(tmp_path)

    def refuse(path, write):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("skquake.sources._archive_layout.write_atomically", refuse)
    assert_same(track, TrackSource(frame))
    assert not list((tmp_path / "out").glob("_track-*"))


@pytest.mark.slow
def test_processes_that_make_the_same_source_at_once(tmp_path):
    track, frame = daily(tmp_path)
    code = "import sys; from skquake.sources import TrackSource as T; t = T(sys.argv[1]); "
    code += "print(len(t), t.values[7, 1])"
    processes = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path / "out"], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.communicate()[0].split() == [str(len(frame)), str(np.float32(frame["Te"][7]))]
    assert len(list((tmp_path / "out").glob("_track-*"))) == 1 and not list((tmp_path / "out").glob(".*"))
    assert_same(track, TrackSource(frame))


def test_scores_and_windows_of_residuals_are_those_in_memory(tmp_path):
    disk, frame = daily(tmp_path)
    memory = TrackSource(frame)
    X = frame.iloc[[20, 9, 300, 500, 470]]
    windows = [
        ResidualWindow(SlidingWindow(source, 4, context=2), IRIResidual(f107=100.0)).fit_transform(X)
        for source in (disk, memory)
    ]
    assert_array_equal(*windows, strict=True)
    model = DummyClassifier(strategy="prior").fit(np.zeros((4, 1)), [0, 0, 0, 1])
    a, b = (score_track(model, source, length=5, local_time="night") for source in (disk, memory))
    pd.testing.assert_frame_equal(a, b)
    tracks = SourceCollection({"a": disk, "b": disk.resample(40)})
    chosen = pd.concat([X.assign(source="a"), X.assign(source="b")])
    step = ResidualWindow(SlidingWindow(tracks, 4, missing="nan"), IRIResidual(f107=100.0))
    assert np.isfinite(step.fit_transform(chosen)).any(axis=(1, 2))[:5].all()


def test_what_is_too_large_says_what_to_do(tmp_path, monkeypatch):
    track, frame = daily(tmp_path)
    assert len(track) == len(frame)
    monkeypatch.setattr(_lazy_array, "WHOLE_LIMIT", 5000)
    with pytest.raises(ValueError, match=r"values of .*out: 0\.0 GB at once; take rows of it.*read_parquet"):
        np.asarray(track.values)
    with pytest.raises(ValueError, match="take rows"):
        _ = track.time + 1
    assert len(track.values[:600]) == 600 and len(track.blocks(9).first)
    monkeypatch.undo()
    assert sum(1 for _ in track.time) == len(frame)


def test_arithmetic_methods_and_pickles_are_of_the_whole(tmp_path):
    track, frame = daily(tmp_path)
    memory = TrackSource(frame)
    assert_array_equal(track.latitude > 3, memory.latitude > 3)
    assert track.time.tolist() == memory.time.tolist() and track.values.nbytes == memory.values.nbytes
    assert_array_equal(np.abs(track.latitude), np.abs(memory.latitude))
    assert_array_equal(pickle.loads(pickle.dumps(track.values)), memory.values)
    with pytest.raises(AttributeError, match="to_numpy"):
        _ = track.values.to_numpy
    with pytest.raises(IndexError, match="row 960 of 960"):
        _ = track.time[[0, 960]]
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(track.time)[0] = 1


@pytest.mark.parametrize("rows", [1, 100, 5000])
def test_rows_far_out_of_order_are_read_whole(tmp_path, monkeypatch, rows):
    frame = track_frame(600, 40.0)
    frame.sample(frac=1, random_state=0).to_parquet(tmp_path / "a.parquet", row_group_size=300)
    frame.iloc[::2].to_parquet(tmp_path / "b.parquet", row_group_size=rows)
    monkeypatch.setattr(_archive_sweep, "_WAITING", 10)
    track = TrackSource(tmp_path)
    assert isinstance(track.time, np.ndarray)
    assert_same(track, TrackSource(frame))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=60), st.integers(1, 7), st.booleans())
def test_the_median_step_in_walks_is_that_of_numpy(steps, chunk, wide):
    time = np.cumsum([0, *steps], dtype=np.int64) * (10**9 + 7 if wide else 1)
    before = _archive_sweep._CHUNK
    _archive_sweep._CHUNK = chunk
    try:
        assert _archive_sweep._median_step(time) == round(float(np.median(np.diff(time))))
    finally:
        _archive_sweep._CHUNK = before


def test_a_written_copy_of_a_track_on_disk_is_the_same(tmp_path):
    track, frame = daily(tmp_path)
    track.to_parquet(tmp_path / "copy.parquet")
    assert_same(TrackSource(tmp_path / "copy.parquet"), TrackSource(frame))
    pd.testing.assert_frame_equal(track.to_frame(), TrackSource(frame).to_frame())
    resampled = track.resample(60)
    assert_array_equal(resampled.values, TrackSource(frame).resample(60).values)
