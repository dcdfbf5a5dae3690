"""A folder of daily maps in one Zarr store: the same maps, each file read once, and a place in one read."""

from __future__ import annotations

import datetime
import os
import pickle
import signal

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from _io_layouts import ionex, tec_integers

from skquake._core import _map_store
from skquake.io import FormatError, _ionex, _ionex_stack, read_ionex
from skquake.sources import MapSource, _map_lazy

zarr = pytest.importorskip("zarr")
DAY = datetime.datetime(2001, 1, 13)


def write_days(folder, hours=(2, 2, 1, 1)):
    folder.mkdir()
    for k, every in enumerate(hours):
        begin = DAY + datetime.timedelta(days=k)
        epochs = [begin + datetime.timedelta(hours=h) for h in range(0, 25, every)]
        values = tec_integers(len(epochs)) + 10 * k
        (folder / f"day{k}.inx").write_text(ionex(epochs, values), newline="")
    return folder


def test_the_store_holds_what_the_array_does(tmp_path):
    folder = write_days(tmp_path / "in", (2, 2, 2))
    tec = read_ionex(folder, to=tmp_path / "maps.zarr")
    expected = read_ionex(folder)
    xr.testing.assert_equal(tec.load(), expected)
    assert tec.attrs["units"] == "TECU" and tec.attrs["cadence_s"] == 7200.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "maps.zarr"]


def test_a_change_of_cadence_keeps_the_longer_one(tmp_path):
    folder = write_days(tmp_path / "in")
    tec = read_ionex(folder, to=tmp_path / "maps.zarr")
    every = read_ionex(folder)
    assert len(tec.time) == 4 * 12 + 1 and len(every.time) == 24 + 49
    xr.testing.assert_equal(tec.load(), every.isel(time=every.time.dt.hour % 2 == 0))
    assert MapSource(tmp_path / "maps.zarr").cadence == np.timedelta64(2, "h")


@pytest.mark.parametrize("band", [1, 1 << 28])
def test_a_source_reads_nodes_and_gives_the_same_bits(tmp_path, monkeypatch, band):
    monkeypatch.setattr(_map_store, "BAND_BYTES", band)
    monkeypatch.setattr(_map_lazy, "KEPT_NODES", 3)
    folder = write_days(tmp_path / "in", (2, 2, 2))
    read_ionex(folder, to=tmp_path / "maps.zarr")
    disk, memory = MapSource(tmp_path / "maps.zarr"), MapSource(read_ionex(folder))
    assert repr(disk) == f"MapSource({str(tmp_path / 'maps.zarr')!r}, name='map')"
    for name in ("time", "latitude", "longitude", "values"):
        np.testing.assert_array_equal(getattr(disk, name), getattr(memory, name), strict=True)
    assert (disk.channels, disk.units, disk.cadence, disk.span) == (
        memory.channels, memory.units, memory.cadence, memory.span,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    samples = pd.DataFrame(
        {
            "time": pd.Timestamp(DAY) + pd.to_timedelta(rng.uniform(-5, 80, 60), unit="h"),
            "latitude": rng.uniform(memory.latitude[0] - 5, memory.latitude[-1] + 5, 60),
            "longitude": rng.uniform(-180, 180, 60),
        }
    )
    for length, context, edge in [(1, 0, "error"), (5, 0, "error"), (4, 3, "nan")]:
        a, b = (s.windows(samples, length, context=context, context_edge=edge) for s in (disk, memory))
        np.testing.assert_array_equal(a[0], b[0], strict=True)
        assert a[1].tolist() == b[1].tolist()
    place = memory.latitude[1], float(memory.longitude[1]) + 1.0
    np.testing.assert_array_equal(disk.at(*place).values, memory.at(*place).values)
    again = pickle.loads(pickle.dumps(disk))
    np.testing.assert_array_equal(again.values[1, 2], memory.values[1, 2])
    assert len(pickle.dumps(disk)) < 1000
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(disk.values)), memory.values)


def test_a_place_reads_its_four_nodes_alone(tmp_path, monkeypatch):
    folder = write_days(tmp_path / "in", (2, 2))
    read_ionex(folder, to=tmp_path / "maps.zarr")
    source = MapSource(tmp_path / "maps.zarr")
    kept = source._content.values._store._kept
    source.at(float(source.latitude[0]) + 1.0, float(source.longitude[3]) + 1.0)
    assert len(kept) == 4


def test_after_an_interruption_no_file_is_read_twice(tmp_path, monkeypatch):
    folder = write_days(tmp_path / "in", (2, 2, 2))
    parse, seen = _ionex.parse_ionex, []

    def stopped(data, path):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(path.name)
        return parse(data, path)

    monkeypatch.setattr(_ionex, "parse_ionex", stopped)
    with pytest.raises(KeyboardInterrupt):
        read_ionex(folder, to=tmp_path / "maps.zarr")
    assert not (tmp_path / "maps.zarr").exists() and seen == ["day0.inx", "day1.inx"]
    monkeypatch.setattr(_ionex, "parse_ionex", lambda data, path: seen.append(path.name) or parse(data, path))
    write_store = _ionex_stack._write_store
    monkeypatch.setattr(_ionex_stack, "_write_store", lambda *a: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        read_ionex(folder, to=tmp_path / "maps.zarr")
    monkeypatch.setattr(_ionex_stack, "_write_store", write_store)
    tec = read_ionex(folder, to=tmp_path / "maps.zarr")
    again = read_ionex(folder, to=tmp_path / "maps.zarr")
    assert seen == ["day0.inx", "day1.inx", "day2.inx"]
    monkeypatch.undo()
    xr.testing.assert_equal(tec.load(), read_ionex(folder))
    xr.testing.assert_identical(again.load(), tec)
    with pytest.raises(ValueError, match="was made of other files; delete it"):
        read_ionex(folder / "day0.inx", to=tmp_path / "maps.zarr")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match="is no store of maps"):
        read_ionex(folder, to=tmp_path / "folder")


def test_what_does_not_belong_together_is_refused(tmp_path):
    folder = write_days(tmp_path / "in", (2,))
    epochs = [DAY + datetime.timedelta(hours=h) for h in range(0, 25, 2)]
    (folder / "other.inx").write_text(ionex(epochs, tec_integers(13) + 5), newline="")
    with pytest.raises(FormatError, match="one analysis centre and solution"):
        read_ionex(folder, to=tmp_path / "maps.zarr")
    assert not (tmp_path / "maps.zarr").exists()


@pytest.mark.parametrize("damage", ["a byte", "cut short", "deleted"])
def test_a_damaged_chunk_is_an_error_that_names_the_store(tmp_path, damage):
    folder = write_days(tmp_path / "in", (2, 2))
    read_ionex(folder, to=tmp_path / "maps.zarr")
    source = MapSource(tmp_path / "maps.zarr")
    assert len(source.time) == 25
    chunk = max((tmp_path / "maps.zarr" / "tec" / "c" / "1").rglob("*"), key=lambda p: p.is_file())
    content = bytearray(chunk.read_bytes())
    content[30] ^= 1
    chunk.write_bytes(content if damage == "a byte" else content[:40])
    if damage == "deleted":
        chunk.unlink()
    with pytest.raises(ValueError, match=r"maps\.zarr"):
        _ = np.asarray(source.values)
    if damage == "deleted":
        with pytest.raises(ValueError, match=r"maps\.zarr: 2 of 3 rows of maps are there"):
            _ = MapSource(tmp_path / "maps.zarr").time


def test_a_kill_before_the_parts_are_cleared_away_leaves_nothing_behind(tmp_path, monkeypatch):
    folder = write_days(tmp_path / "in", (2,))
    monkeypatch.setattr(_ionex_stack.shutil, "rmtree", lambda path, **options: None)
    read_ionex(folder, to=tmp_path / "maps.zarr")
    monkeypatch.undo()
    parts = tmp_path / ".maps.zarr.parts"
    assert parts.exists()
    xr.testing.assert_equal(read_ionex(folder, to=tmp_path / "maps.zarr").load(), read_ionex(folder))
    assert not parts.exists()


def test_a_store_that_another_process_made_meanwhile_is_taken(tmp_path, monkeypatch):
    folder = write_days(tmp_path / "in", (2,))
    read_ionex(folder, to=tmp_path / "other.zarr")
    journal = _ionex_stack.Journal

    def late(*arguments, **options):
        (tmp_path / "other.zarr").rename(tmp_path / "maps.zarr")
        monkeypatch.setattr(_ionex_stack, "Journal", journal)
        return journal(*arguments, **options)

    monkeypatch.setattr(_ionex_stack, "Journal", late)
    xr.testing.assert_equal(read_ionex(folder, to=tmp_path / "maps.zarr").load(), read_ionex(folder))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "maps.zarr"]


def test_another_process_that_begins_while_the_parts_are_cleared_away_is_no_error(tmp_path, monkeypatch):
    folder, parts = write_days(tmp_path / "in", (2,)), tmp_path / ".maps.zarr.parts"
    remove = os.rmdir

    def late(path, **options):
        if str(path) == str(parts):
            (parts / "_index.jsonl").touch()
        return remove(path, **options)

    monkeypatch.setattr(os, "rmdir", late)
    made = read_ionex(folder, to=tmp_path / "maps.zarr")
    monkeypatch.undo()
    xr.testing.assert_equal(made.load(), read_ionex(folder))
    assert list(parts.iterdir()) == [parts / "_index.jsonl"]
    read_ionex(folder, to=tmp_path / "maps.zarr")
    assert not parts.exists()


def test_a_file_that_changes_while_it_is_read_is_named(tmp_path, monkeypatch):
    folder = write_days(tmp_path / "in", (2, 2))
    read_bytes = _ionex_stack.read_bytes

    def changed(file):
        found = read_bytes(file)
        if file.name == "day1.inx":
            file.write_bytes(found + b"\n")
        return found

    monkeypatch.setattr(_ionex_stack, "read_bytes", changed)
    with pytest.raises(OSError, match=r"day1\.inx: was changed while it was read; call again"):
        read_ionex(folder, to=tmp_path / "maps.zarr")
    monkeypatch.undo()
    xr.testing.assert_equal(read_ionex(folder, to=tmp_path / "maps.zarr").load(), read_ionex(folder))


def test_a_part_that_is_no_longer_whole_is_made_again(tmp_path, monkeypatch):
    folder = write_days(tmp_path / "in", (2,))
    monkeypatch.setattr(_ionex_stack, "_write_store", lambda *a: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        read_ionex(folder, to=tmp_path / "maps.zarr")
    monkeypatch.undo()
    (part,) = (tmp_path / ".maps.zarr.parts").glob("*.npy")
    part.write_bytes(part.read_bytes()[:200])
    xr.testing.assert_equal(read_ionex(folder, to=tmp_path / "maps.zarr").load(), read_ionex(folder))


def test_a_store_made_anew_is_not_mixed_with_the_one_that_was_opened(tmp_path):
    folder = write_days(tmp_path / "in", (2, 2))
    read_ionex(folder, to=tmp_path / "maps.zarr")
    source = MapSource(tmp_path / "maps.zarr")
    before = source.values[0, 1].copy()
    for k in range(2):
        (folder / f"day{k}.inx").unlink()
        epochs = [DAY + datetime.timedelta(days=k, hours=h) for h in range(0, 25, 2)]
        (folder / f"day{k}.inx").write_text(ionex(epochs, tec_integers(13) + 7), newline="")
    (tmp_path / "maps.zarr").rename(tmp_path / "old.zarr")
    read_ionex(folder, to=tmp_path / "maps.zarr")
    with pytest.raises(ValueError, match=r"maps\.zarr: tec/c/1/.* was changed or removed since"):
        _ = source.values[1, 2]
    np.testing.assert_array_equal(source.values[0, 1], before)
    assert (MapSource(tmp_path / "maps.zarr").values[0, 1] != before).all()


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="files have no largest size here")
def test_a_disk_that_is_full_before_the_end_of_a_part_is_an_error(tmp_path):
    resource = pytest.importorskip("resource")
    folder = write_days(tmp_path / "in", (2,))
    values = read_ionex(folder).to_numpy().astype(np.float32).nbytes
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (values, before[1]))  # the part has a header, too
    try:
        with pytest.raises(OSError, match="File too large"):
            read_ionex(folder, to=tmp_path / "maps.zarr")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    xr.testing.assert_equal(read_ionex(folder, to=tmp_path / "maps.zarr").load(), read_ionex(folder))
