"""From daily files to a source: in one call, whatever happens in between."""

from __future__ import annotations

import errno
import functools
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from common.source_examples import START, track_frame
from numpy.testing import assert_array_equal

from skquake.sources import SourceCollection, TrackSource

DAY = 500  # rows of a "day"
ARRAYS = ("time", "latitude", "longitude", "altitude_km", "values", "pass_id", "ascending")


def read(path):
    """A reader of pickled frames; what is no frame is damaged."""
    return pd.read_pickle(path)


def write_days(folder, n=4, *, overlap=1, frame=None):
    """Daily files, each with the first row(s) of the next; the whole frame."""
    frame = track_frame(n * DAY) if frame is None else frame
    frame.attrs = {"units": {"Ne": "cm-3"}, "origin": "Swarm A"}
    folder.mkdir(exist_ok=True)
    for k in range(n):
        frame.iloc[k * DAY : (k + 1) * DAY + overlap].to_pickle(folder / f"day{k}.pkl")
    return frame


ASKED = []


@pytest.fixture
def seen():
    """Names of the files that ``count`` was asked for."""
    ASKED.clear()
    return ASKED


def count(path):
    ASKED.append(path.name)
    return read(path)


def assert_same(a, b):
    for name in ARRAYS:
        assert_array_equal(getattr(a, name), getattr(b, name), strict=True)
    assert (a.channels, a.units, a.cadence, a.span) == (b.channels, b.units, b.cadence, b.span)


@pytest.mark.parametrize("overlap", [0, 1, 30])
def test_equals_the_frame_at_once(tmp_path, overlap):
    frame = write_days(tmp_path / "in", overlap=overlap)
    track = TrackSource.from_files(tmp_path / "in" / "*.pkl", tmp_path / "out", read, name="A")
    assert track.name == "A"
    assert_same(track, TrackSource(frame))
    assert_same(TrackSource(tmp_path / "out"), TrackSource(frame))


def test_a_folder_a_list_and_a_pattern_are_the_same(tmp_path):
    frame = write_days(tmp_path / "in")
    (tmp_path / "in" / ".hidden").write_text("not data")
    backwards = sorted((tmp_path / "in").glob("*.pkl"))[::-1]
    for k, paths in enumerate((str(tmp_path / "in"), backwards, tmp_path / "in" / "day?.pkl")):
        assert_same(TrackSource.from_files(paths, tmp_path / f"out{k}", read), TrackSource(frame))
    with pytest.raises(FileNotFoundError, match="no file matches"):
        TrackSource.from_files(tmp_path / "*.cdf", tmp_path / "none", read)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="no file there"):
        TrackSource.from_files(tmp_path / "empty", tmp_path / "none", read)


def test_missing_days_gaps_and_empty_days(tmp_path):
    frame = write_days(tmp_path / "in")
    (tmp_path / "in" / "day1.pkl").unlink()
    frame.iloc[:0].to_pickle(tmp_path / "in" / "day5.pkl")
    ragged = pd.concat([frame.iloc[: DAY + 1], frame.iloc[2 * DAY :]]).drop(index=range(100, 130))
    frame.iloc[: DAY + 1].drop(index=range(100, 130)).to_pickle(tmp_path / "in" / "day0.pkl")
    track = TrackSource.from_files(tmp_path / "in", tmp_path / "out", read)
    assert_same(track, TrackSource(ragged))


def test_channels_and_prepare(tmp_path):
    frame = write_days(tmp_path / "in").assign(Flags=np.arange(4 * DAY) % 7)

    def good(frame):
        return frame[frame["Ne"] > 5e4].assign(logNe=lambda f: np.log10(f["Ne"]))

    track = TrackSource.from_files(
        tmp_path / "in", tmp_path / "out", read, channels=["logNe", "Te"], prepare=good, max_gap=60
    )
    assert track.channels == ("logNe", "Te") and track.max_gap == np.timedelta64(60, "s")
    assert_same(track, TrackSource(good(frame), ["logNe", "Te"], max_gap=60))


def test_finished_days_are_not_read_again(tmp_path, seen):
    write_days(tmp_path / "in")
    out = tmp_path / "out"
    TrackSource.from_files(tmp_path / "in", out, count)
    assert seen == [f"day{k}.pkl" for k in range(4)]
    frame = write_days(tmp_path / "more", 6)
    for k in (4, 5):
        (tmp_path / "more" / f"day{k}.pkl").rename(tmp_path / "in" / f"day{k}.pkl")
    again = TrackSource.from_files(tmp_path / "in", out, count)
    assert seen[4:] == ["day4.pkl", "day5.pkl"] and len(again) == 6 * DAY
    np.testing.assert_array_equal(again.latitude[-DAY:], frame["latitude"][-DAY:])
    frame.iloc[:10].to_pickle(tmp_path / "in" / "day0.pkl")
    changed = TrackSource.from_files(tmp_path / "in", out, count)
    assert seen[6:] == ["day0.pkl"] and len(changed) == 5 * DAY + 10
    assert len(parts(out)) == 6


def test_other_settings_and_other_files_are_refused(tmp_path):
    write_days(tmp_path / "in")
    out = tmp_path / "out"
    call = functools.partial(TrackSource.from_files, tmp_path / "in", out)
    call(read, channels=["Ne"], prepare=functools.partial(pd.DataFrame.head, n=50))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    head = functools.partial(pd.DataFrame.head, n=50)
    for options, message in [
        ({"channels": ["Ne"], "prepare": functools.partial(pd.DataFrame.head, n=40)}, "another prepare;"),
        ({"channels": ["Ne"]}, "another prepare;"),
        ({"channels": ["Te"], "prepare": head}, "another channels;"),
        ({}, "another prepare and channels;"),
    ]:
        with pytest.raises(ValueError, match=message):
            call(read, **options)
    with pytest.raises(ValueError, match="another read;"):
        call(count, channels=["Ne"], prepare=head)
    assert len(call(read, channels=["Ne"], prepare=head)) == 200
    (tmp_path / "in" / "day3.pkl").unlink()
    with pytest.raises(ValueError, match=r"holds day3\.pkl, which is not among the 3 files"):
        call(read, channels=["Ne"], prepare=head)
    (layout,) = out.glob("_track-*.npz")
    layout.unlink()
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    track_frame(10).to_parquet(tmp_path / "plain.parquet")
    with pytest.raises(ValueError, match="not written by from_files"):
        TrackSource.from_files(tmp_path / "in", tmp_path, read)


def test_damaged_files_are_named_once_the_rest_is_done(tmp_path, seen):
    frame = write_days(tmp_path / "in", overlap=0)
    good = (tmp_path / "in" / "day1.pkl").read_bytes()
    for k in (1, 2):
        (tmp_path / "in" / f"day{k}.pkl").write_bytes(good[: 100 * k])
    call = functools.partial(TrackSource.from_files, tmp_path / "in", tmp_path / "out", count)
    with pytest.raises(
        ValueError, match=r"(?s)2 of 4 files.*day1\.pkl.*day2\.pkl.*others are done"
    ) as caught:
        call()
    assert caught.value.__cause__ is not None and len(parts(tmp_path / "out")) == 2
    with pytest.warns(UserWarning, match=r"(?s)2 of 4 files.*day1\.pkl.*day2\.pkl.*without them"):
        track = call(errors="skip")
    rows = [*range(DAY), *range(3 * DAY, 4 * DAY)]
    assert_same(track, TrackSource(frame.iloc[rows], cadence=1))
    (tmp_path / "in" / "day1.pkl").write_bytes(good)
    frame.iloc[2 * DAY : 3 * DAY].to_pickle(tmp_path / "in" / "day2.pkl")
    assert_same(call(), TrackSource(frame))
    assert seen.count("day0.pkl") == 1
    # A day that is damaged after it was done: the old one stays until it is given up.
    (tmp_path / "in" / "day1.pkl").write_bytes(b"")
    with pytest.raises(ValueError, match=r"1 of 4 files.*\n.*day1\.pkl"):
        call()
    assert len(TrackSource(tmp_path / "out")) == 4 * DAY
    with pytest.warns(UserWarning, match=r"day1\.pkl"):
        assert len(call(errors="skip")) == 3 * DAY
    with pytest.raises(ValueError, match="errors must be"):
        call(errors="ignore")


def test_nothing_readable_is_an_error_either_way(tmp_path):
    (tmp_path / "a.pkl").write_bytes(b"nothing")
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="none of the 1 files"):
        TrackSource.from_files(tmp_path / "a.pkl", tmp_path / "out", read, errors="skip")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="Te"), r"channels \['Ne'\], in the files before \['Ne', 'Te'\]"),
        (lambda f: f.assign(B=1.0), r"channels \['Ne', 'Te', 'B'\]"),
        (lambda f: f.assign(latitude=91.0), "latitude 91.0 in row 0"),
        (lambda f: "no frame", "expected a dataframe"),
        (lambda f: f.drop(columns="time"), "missing column.*time"),
        ({"origin": "Swarm C"}, "origin 'Swarm C', in the files before 'Swarm A'"),
        ({"origin": "Swarm A", "units": {"Ne": "m-3"}}, "units {'Ne': 'm-3'}"),
    ],
)
def test_files_that_do_not_belong_are_named(tmp_path, change, message):
    write_days(tmp_path / "in")

    def read_changed(path):
        frame = read(path)
        if path.name == "day2.pkl":
            if callable(change):
                return change(frame)
            frame.attrs = change
        return frame

    with pytest.raises(ValueError, match=rf"1 of 4 files.*\n.*day2\.pkl: .*{message}"):
        TrackSource.from_files(tmp_path / "in", tmp_path / "out", read_changed)


def test_an_error_in_prepare_is_raised_at_once(tmp_path, seen):
    write_days(tmp_path / "in")
    with pytest.raises(KeyError, match="Nn") as caught:
        TrackSource.from_files(tmp_path / "in", tmp_path / "out", count, prepare=lambda f: f["Nn"])
    assert seen == ["day0.pkl"] and "day0.pkl" in caught.value.__notes__[0]


def test_of_different_rows_at_midnight_that_of_the_later_file_stands(tmp_path):
    frame = write_days(tmp_path / "in", 2)

    def mark(frame):
        return frame.assign(Te=float(frame["time"].iloc[0] == START))

    track = TrackSource.from_files(tmp_path / "in", tmp_path / "out", read, prepare=mark)
    assert len(track) == len(frame)
    assert_array_equal(track.values[:, 1], np.arange(2 * DAY) < DAY)


def test_two_satellites_of_different_cadence_are_two_sources(tmp_path):
    write_days(tmp_path / "a", 2)
    write_days(tmp_path / "b", 2, frame=track_frame(2 * DAY, cadence=3.0))
    a, b = (TrackSource.from_files(tmp_path / k, tmp_path / f"out {k}", read, name=k) for k in "ab")
    assert (a.cadence, b.cadence) == (np.timedelta64(1, "s"), np.timedelta64(3, "s"))
    with pytest.raises(ValueError, match="cadence"):
        SourceCollection({"a": a, "b": b})


def test_an_interruption_loses_nothing(tmp_path, seen):
    frame = write_days(tmp_path / "in")

    def interrupted(path):
        ASKED.append(path.name)
        if path.name == "day2.pkl" and not (tmp_path / "go").exists():
            raise KeyboardInterrupt
        return read(path)

    call = functools.partial(TrackSource.from_files, tmp_path / "in", tmp_path / "out", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call()
    (tmp_path / "go").touch()
    assert_same(call(), TrackSource(frame))
    assert seen == [f"day{k}.pkl" for k in (0, 1, 2, 2, 3)]


READER = """
import pandas as pd

asked = []

def read(path):
    asked.append(path.name)
    return pd.read_pickle(path)
"""
KILLED = """
import sys, time
sys.path[:0] = {path!r}
import pyarrow.parquet as pq
from pathlib import Path
from sources_ingest_reader import read
from skquake.sources import TrackSource

write, n = pq.ParquetWriter.write_table, 0
def slow(self, table, **options):
    global n
    n += 1
    write(self, table, **options)
    if n == 3:  # half a file, then wait to be killed
        print("ready", flush=True)
        time.sleep(60)
pq.ParquetWriter.write_table = slow
TrackSource.from_files(Path({where!r}) / "in", Path({where!r}) / "out", read)
"""


def test_a_kill_while_writing_leaves_whole_files_only(tmp_path, monkeypatch):
    frame = write_days(tmp_path / "in")
    (tmp_path / "sources_ingest_reader.py").write_text(READER)
    monkeypatch.syspath_prepend(tmp_path)
    from sources_ingest_reader import asked
    from sources_ingest_reader import read as same

    code = KILLED.format(path=[str(tmp_path)], where=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    out = tmp_path / "out"
    (half,) = (path for path in out.iterdir() if path.suffix == ".tmp")
    assert len(TrackSource(out)) == 2 * DAY + 1
    assert_same(TrackSource.from_files(tmp_path / "in", out, same), TrackSource(frame))
    assert asked == ["day2.pkl", "day3.pkl"] and not half.exists()


def test_a_part_damaged_on_disk_is_made_again(tmp_path):
    frame = write_days(tmp_path / "in")
    call = functools.partial(TrackSource.from_files, tmp_path / "in", tmp_path / "out", read)
    call()
    first, second, *_ = parts(tmp_path / "out")
    second.write_bytes(second.read_bytes()[:1000])
    assert_same(call(), TrackSource(frame))
    flipped(second, 8 * 1000)
    assert_same(call(), TrackSource(frame))
    second.write_bytes(first.read_bytes())
    assert_same(call(), TrackSource(frame))


def parts(folder):
    return sorted(folder.glob("*.parquet"))


def flipped(file, bit):
    """Change one bit of a file."""
    content = bytearray(file.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)


def test_every_flipped_bit_of_a_part_is_found_and_the_part_named(tmp_path):
    write_days(tmp_path / "in", 2)
    TrackSource.from_files(tmp_path / "in", tmp_path / "out", read)
    part = parts(tmp_path / "out")[1]
    bits = np.random.default_rng(0).choice(8 * part.stat().st_size, 300, replace=False)
    whole = part.read_bytes()
    for bit in bits.tolist():
        flipped(part, bit)
        with pytest.raises(ValueError, match=rf"{re.escape(part.name)}, of day1.pkl, was changed"):
            _ = TrackSource(tmp_path / "out").values
        part.write_bytes(whole)
    assert len(TrackSource(tmp_path / "out")) == 2 * DAY


def test_a_flipped_bit_in_the_pages_of_a_single_file_is_found(tmp_path):
    path = tmp_path / "track.parquet"
    source = TrackSource(track_frame(DAY))
    source.to_parquet(path)
    whole = path.read_bytes()
    meta = pq.ParquetFile(path).metadata
    chunks = [meta.row_group(0).column(k) for k in range(meta.num_columns)]
    # The tail of a chunk is values, whatever the length of its header.
    tails = [c.data_page_offset + c.total_compressed_size - 1 - k for c in chunks for k in range(8)]
    found = 0
    for byte in tails:
        flipped(path, 8 * byte)
        with pytest.raises(ValueError, match=r"track\.parquet"):
            _ = TrackSource(path).values, TrackSource(path).pass_id
        path.write_bytes(whole)
        found += 1
    assert found == 8 * 7
    assert_same(TrackSource(path), source)


def test_a_part_in_the_place_of_another_is_refused(tmp_path):
    write_days(tmp_path / "in")
    TrackSource.from_files(tmp_path / "in", tmp_path / "out", read)
    first, second, *_ = parts(tmp_path / "out")
    whole = second.read_bytes()
    second.write_bytes(first.read_bytes())
    with pytest.raises(ValueError, match=rf"{second.name}, of day1.pkl, holds what belongs to {first.name}"):
        _ = TrackSource(tmp_path / "out").time
    second.unlink()
    with pytest.raises(ValueError, match=rf"{second.name}, of day1.pkl, is missing; call from_files again"):
        _ = TrackSource(tmp_path / "out").time
    second.write_bytes(whole)
    track_frame(10).to_parquet(tmp_path / "out" / "more.parquet")
    with pytest.raises(ValueError, match=r"more\.parquet is no finished part"):
        _ = TrackSource(tmp_path / "out").time


def test_a_part_that_was_deleted_leaves_the_source(tmp_path):
    write_days(tmp_path / "in")
    TrackSource.from_files(tmp_path / "in", tmp_path / "out", read)
    (tmp_path / "in" / "day3.pkl").unlink()
    parts(tmp_path / "out")[3].unlink()
    assert len(TrackSource.from_files(tmp_path / "in", tmp_path / "out", read)) == 3 * DAY + 1


def test_a_folder_has_one_writer(tmp_path):
    frame = write_days(tmp_path / "in")
    busy = []

    def second(path):
        with pytest.raises(RuntimeError, match=r"out: busy, another process .*or give another folder"):
            TrackSource.from_files(tmp_path / "in", tmp_path / "out", second)
        busy.append(path.name)
        return read(path)

    assert_same(TrackSource.from_files(tmp_path / "in", tmp_path / "out", second), TrackSource(frame))
    assert len(busy) == 4


def test_a_full_disk_loses_nothing_that_was_complete(tmp_path, seen, monkeypatch):
    frame = write_days(tmp_path / "in")
    call = functools.partial(TrackSource.from_files, tmp_path / "in", tmp_path / "out", count)
    write = pq.ParquetWriter.write_table

    def full(self, table, **options):
        write(self, table, **options)
        if len(parts(tmp_path / "out")) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        call()
    monkeypatch.undo()
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".parquet", ".jsonl"}
    assert_same(call(), TrackSource(frame))
    assert seen == [f"day{k}.pkl" for k in (0, 1, 2, 2, 3)]


def test_a_part_whose_line_a_kill_left_out_is_made_again(tmp_path, seen):
    frame = write_days(tmp_path / "in")
    call = functools.partial(TrackSource.from_files, tmp_path / "in", tmp_path / "out", count)
    call()
    index = tmp_path / "out" / "_index.jsonl"
    index.write_bytes(b"".join(index.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(ValueError, match=r"day3\.pkl-.* is no finished part; call from_files again"):
        _ = TrackSource(tmp_path / "out").time
    assert_same(call(), TrackSource(frame))
    assert seen[4:] == ["day3.pkl"]


def test_long_names_and_names_that_are_the_same(tmp_path):
    frame = track_frame(DAY)
    frame.to_pickle(tmp_path / ("é" * 120 + "a.pickle"))
    frame.attrs = {}
    track = TrackSource.from_files(tmp_path / "*.pickle", tmp_path / "out", read)
    assert_same(track, TrackSource(frame))
    for k in "ab":
        (tmp_path / k).mkdir()
        frame.to_pickle(tmp_path / k / "day.pkl")
        os.utime(tmp_path / k / "day.pkl", (0, 0))
    with pytest.raises(ValueError, match=r"day\.pkl and .*day\.pkl have the same name, size and time"):
        TrackSource.from_files(tmp_path / "?" / "*.pkl", tmp_path / "both", read)


def test_progress_only_when_asked_for(tmp_path, capsys):
    write_days(tmp_path / "in", 2)
    for verbose, shown in [(0, ""), (1, "2/2")]:
        TrackSource.from_files(tmp_path / "in", tmp_path / f"out{verbose}", read, verbose=verbose)
        assert (shown in (said := capsys.readouterr().err)) and bool(said) == bool(verbose)


def test_swarm_files(tmp_path):
    """The layout of the Langmuir probe product, a day missing, versions of one day."""
    io = pytest.importorskip("skquake.io")
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "io"))
    try:
        from _io_layouts import write_swarm
    finally:
        sys.path.pop(0)
    for k, (start, version) in enumerate([("01T00", "0501"), ("01T00", "0601"), ("03T00", "0501")]):
        write_swarm(
            tmp_path / f"SW_{start}_{version}.cdf", start=f"2014-05-{start}:00:00", version=version, seed=k
        )
    track = TrackSource.from_files(
        tmp_path / "*.cdf", tmp_path / "out", io.read_swarm_lp, channels=["Ne", "Te"]
    )
    both = io.read_swarm_lp(tmp_path / "*.cdf")
    assert_same(track, TrackSource(both, ["Ne", "Te"]))
    write_swarm(tmp_path / "SW_C.cdf", satellite="C", start="2014-05-04T00:00:00")
    with pytest.raises(ValueError, match=r"SW_C\.cdf.*origin 'ESA Swarm C, Langmuir probe'"):
        TrackSource.from_files(tmp_path / "*.cdf", tmp_path / "mixed", io.read_swarm_lp)


def test_real_swarm_files(real_data, tmp_path):
    io = pytest.importorskip("skquake.io")
    files = sorted((real_data / "swarm").glob("*EFI*LP*.cdf"))
    track = TrackSource.from_files(files, tmp_path / "out", io.read_swarm_lp, channels=["Ne", "Te"])
    assert_same(track, TrackSource(io.read_swarm_lp(files), ["Ne", "Te"]))


def test_a_folder_that_may_not_be_written_opens_still(tmp_path, monkeypatch):
    frame = write_days(tmp_path / "in", 2)
    call = functools.partial(TrackSource.from_files, tmp_path / "in", tmp_path / "out", read)
    call()

    def refused(path, *more, **options):
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(PermissionError, match=r"out: cannot be written \(Read-only file system\); Track"):
        call()
    monkeypatch.undo()
    assert_same(TrackSource(tmp_path / "out"), TrackSource(frame))
