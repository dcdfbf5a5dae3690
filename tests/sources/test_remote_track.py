"""Tracks in object stores: the same bits, only what is asked for, never those of another part."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow.parquet as pq
import pytest
from common.remote_examples import DAY, Asked, ingested, uploaded
from common.source_examples import track_frame
from numpy.testing import assert_array_equal

from skquake.sources import TrackSource, _backing, _remote_file, _track_parquet

fsspec = pytest.importorskip("fsspec")
ARRAYS = ("time", "latitude", "longitude", "altitude_km", "values", "pass_id", "ascending")


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """fsspec's memory, empty, and a cache of our own."""
    monkeypatch.setenv("SKQUAKE_CACHE", str(tmp_path / "cache"))
    _backing._restore.cache_clear()
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


@pytest.fixture
def folder(tmp_path):
    return ingested(tmp_path)


def assert_same(a, b):
    for name in ARRAYS:
        assert_array_equal(getattr(a, name), getattr(b, name), strict=True)
    assert (a.channels, a.cadence, a.max_gap, a.span) == (b.channels, b.cadence, b.max_gap, b.span)


def is_part(name):
    return name.endswith(".parquet")


def cached(tmp_path):
    return sorted((tmp_path / "cache").rglob("*.npz"))


def test_a_folder_of_from_files_opens_by_its_index_and_layout(tmp_path, folder, store, monkeypatch):
    out, frame = folder
    uploaded(out, "bucket/track")
    before = dict.fromkeys(store.find("/"))
    asked = Asked(monkeypatch)
    track = TrackSource("memory://bucket/track")
    assert len(track) == len(frame) and repr(track) == "TrackSource('memory://bucket/track', name='track')"
    assert sorted(name.rsplit("-")[0] for name in asked.names) == ["_index.jsonl", "_track"]
    assert_same(track, TrackSource(frame))
    assert "In memory://bucket/track" in track._repr_html_()
    assert dict.fromkeys(store.find("/")) == before and not cached(tmp_path)


def test_files_of_others_are_walked_through_once(tmp_path, store, monkeypatch):
    frame = track_frame(4 * DAY, 40.0)
    for k in range(4):
        content = frame[k * DAY : (k + 1) * DAY].to_parquet(index=False, row_group_size=100)
        store.pipe(f"/bucket/track/part{k}.parquet", content)
    track, memory = TrackSource("memory://bucket/track"), TrackSource(frame)
    assert_same(track, memory)
    assert len(cached(tmp_path)) == 1 and len(store.find("/")) == 4
    asked = Asked(monkeypatch)
    again = TrackSource("memory://bucket/track")
    assert len(again) == len(frame) and not asked.ranges
    assert_same(again, memory)
    assert TrackSource("memory://bucket/track", ["Te"], max_gap=1000).channels == ("Te",)
    assert len(cached(tmp_path)) == 2
    one = TrackSource("memory://bucket/track/part0.parquet")
    assert_same(one, TrackSource(frame[:DAY]))


def test_what_cannot_be_kept_is_found_anew(tmp_path, store, monkeypatch):
    frame = track_frame(DAY, 40.0)
    store.pipe("/bucket/one.parquet", frame.to_parquet(index=False))
    (tmp_path / "cache").write_text("no folder")
    for _ in range(2):
        assert_same(TrackSource("memory://bucket/one.parquet"), TrackSource(frame))


def test_of_a_look_come_its_row_groups_and_columns_alone(tmp_path, store, monkeypatch):
    monkeypatch.setattr(_track_parquet, "ROW_GROUP", 2000)
    frame = track_frame(8000, 40.0)
    TrackSource(frame).to_parquet(tmp_path / "track.parquet")
    store.put(str(tmp_path / "track.parquet"), "/bucket/track.parquet")
    size = (tmp_path / "track.parquet").stat().st_size
    monkeypatch.setattr(_remote_file, "GAP", 0)
    n = len(TrackSource("memory://bucket/track.parquet"))
    track = TrackSource("memory://bucket/track.parquet")
    asked = Asked(monkeypatch)
    assert len(track) == n and not asked.ranges
    assert_array_equal(track.latitude[2010:2019], frame["latitude"][2010:2019])
    rows = pq.read_metadata(tmp_path / "track.parquet").row_group(1)
    chunks = {rows.column(k).path_in_schema: rows.column(k) for k in range(rows.num_columns)}
    begin = chunks["latitude"].data_page_offset
    assert [read[1:] for read in asked.ranges] == [
        (size - 2**16, size),  # the footer
        (begin, begin + chunks["latitude"].total_compressed_size),
    ]
    asked.clear()
    _ = track.latitude[2500], track.time[[0, n - 1]], track.pass_id[5]
    assert not asked.ranges  # kept, and known without reading
    windows, problem = track.windows(frame.iloc[[2600, 2100]], 9, channels=["Te"])
    assert list(problem) == ["", ""] and windows.shape == (2, 9, 1)
    values = sum(chunks[name].total_compressed_size for name in ("Ne", "Te"))
    assert [stop - start for _, start, stop in asked.ranges] == [values]
    assert values < size / 8


def test_rows_far_out_of_order_are_read_whole(store, monkeypatch):
    frame = track_frame(600, 40.0)
    mixed = frame.sample(frac=1, random_state=0)
    store.pipe("/b/a.parquet", mixed.to_parquet(index=False, row_group_size=300))
    monkeypatch.setattr("skquake.sources._archive_sweep._WAITING", 10)
    track = TrackSource("memory://b")
    assert isinstance(track.time, np.ndarray)
    assert_same(track, TrackSource(frame))


@pytest.mark.parametrize("damage", ["a byte", "cut short", "another part", "deleted"])
def test_a_part_that_was_changed_is_named_when_it_is_read(folder, store, damage):
    out, frame = folder
    uploaded(out, "bucket/track")
    track = TrackSource("memory://bucket/track")
    kept = pickle.dumps(track)
    assert len(track) == len(frame)
    part, third = sorted(path.name for path in out.glob("*.parquet"))[1:3]
    content = store.cat(f"/bucket/track/{part}")
    if damage == "a byte":
        store.pipe(f"/bucket/track/{part}", content[:300] + bytes([content[300] ^ 1]) + content[301:])
    elif damage == "cut short":
        store.pipe(f"/bucket/track/{part}", content[:-100])
    elif damage == "another part":
        store.pipe(f"/bucket/track/{part}", store.cat(f"/bucket/track/{third}"))
    else:
        store.rm(f"/bucket/track/{part}")
    with pytest.raises(ValueError, match=rf"memory://bucket/track: {part}: (was changed|is missing)"):
        _ = track.values[DAY : DAY + 5]
    assert_array_equal(track.values[:3], TrackSource(frame).values[:3])
    _backing._restore.cache_clear()
    with pytest.raises(ValueError, match=r"memory://bucket/track: .*(anew|original|again)"):
        len(pickle.loads(kept))
    if damage in ("cut short", "deleted"):
        with pytest.raises(ValueError, match=rf"the part {part}, of day1.pkl,.* upload"):
            len(TrackSource("memory://bucket/track"))
    store.pipe(f"/bucket/track/{part}", content)
    assert_same(TrackSource("memory://bucket/track"), TrackSource(frame))


def test_a_flipped_bit_of_a_page_is_found_before_anything_was_listed(folder, store):
    out, _ = folder
    part = sorted(out.glob("*.parquet"))[0]
    rows = pq.read_metadata(part).row_group(0)
    uploaded(out, "bucket/track")
    content = bytearray(part.read_bytes())
    chunk = rows.column(rows.num_columns - 1)
    content[chunk.data_page_offset + chunk.total_compressed_size - 5] ^= 1
    store.pipe(f"/bucket/track/{part.name}", bytes(content))
    track = TrackSource("memory://bucket/track")
    with pytest.raises(ValueError, match=rf"memory://bucket/track: {part.name}: .*put the original there"):
        _ = track.values[:5]


def test_a_layout_of_other_parts_does_not_count(tmp_path, folder, store):
    out, frame = folder
    uploaded(out, "bucket/track")
    (kept,) = (path.name for path in out.glob("_track-*"))
    whole = store.cat(f"/bucket/track/{kept}")
    for content in (b"", whole[:100], b"PK" * 100):
        store.pipe(f"/bucket/track/{kept}", content)
        assert_same(TrackSource("memory://bucket/track"), TrackSource(frame))
    assert len(cached(tmp_path)) == 1  # one source, found anew for each


def test_what_is_not_there_and_what_cannot_be(store):
    with pytest.raises(FileNotFoundError, match="memory://nowhere: no such file or folder"):
        len(TrackSource("memory://nowhere"))
    store.pipe("/b/notes.txt", b"a")
    with pytest.raises(FileNotFoundError, match=r"memory://b: no \.parquet file there"):
        len(TrackSource("memory://b"))
    with pytest.raises(ValueError, match=r"nosuch://b: .*nosuch"):
        TrackSource("nosuch://b")
    with pytest.raises(ValueError, match="storage_options are for a URL"):
        TrackSource(track_frame(10), storage_options={"anon": True})


def test_without_the_library_of_a_store_the_extra_is_named(monkeypatch):
    def absent(name):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec, "get_filesystem_class", absent)
    with pytest.raises(ImportError, match=r"Install s3fs.*pip install skquake\[remote\]"):
        TrackSource("s3://bucket/track")
