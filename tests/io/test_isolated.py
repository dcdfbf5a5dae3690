"""A child process that crashes, hangs or fills the memory becomes FormatError."""

from pathlib import Path

import _hostile_work as work
import h5py
import numpy as np
import pandas as pd
import pytest
from _io_layouts import olr_values, write_cses, write_olr
from _satellite_layouts import vires_cdf

from skquake import io
from skquake.io import _convert, _cses, _description, _folders
from skquake.io.__main__ import main
from skquake.io._isolated import Isolated

PATH = Path("a.h5")


def test_accidents_become_format_errors_and_the_next_call_works():
    with Isolated(True, seconds=60, n_bytes=2**30) as run:
        assert run(work.chatter, PATH, 1, "b") == (PATH, (1, "b"))
        with pytest.raises(io.FormatError, match=r"a.h5, child process: takes more than 1073741824 bytes"):
            run(work.fill, PATH)
        with pytest.raises(FileNotFoundError):
            run(work.refuse, PATH)
        with pytest.raises(io.FormatError, match=r"a.h5, child process: .* ended with code -\d"):
            run(work.crash, PATH)
        run.seconds = 0.2
        with pytest.raises(io.FormatError, match=r"a.h5, child process: .* took longer than 0.2 s"):
            run(work.hang, PATH)


def test_off_is_here():
    with Isolated(False) as run, pytest.raises(FileNotFoundError):
        run(work.refuse, PATH)


@pytest.fixture
def one_child(monkeypatch):
    """One child for all readers of a test: its imports take a second."""
    with Isolated(True) as run:
        child = run._start()
        monkeypatch.setattr(Isolated, "_start", lambda self: child)
        yield


def test_tables_are_the_same(tmp_path, one_child):
    write_cses(tmp_path / "cses.h5")
    here = io.read_cses(tmp_path / "cses.h5")
    there = io.read_cses(tmp_path / "cses.h5", isolate=True)
    pd.testing.assert_frame_equal(here, there)
    assert here.attrs == there.attrs
    (tmp_path / "vires.cdf").write_bytes(vires_cdf())
    here, there = (io.read_vires(tmp_path / "vires.cdf", isolate=isolate) for isolate in (False, True))
    pd.testing.assert_frame_equal(here, there)
    assert here.attrs == there.attrs


@pytest.mark.slow
def test_one_file_that_crashes_a_library_does_not_end_the_listing(tmp_path, monkeypatch, capsys):
    for name in ("a.csv", "c.csv"):
        (tmp_path / name).write_text("time,A\n2016-01-01,1\n2016-01-02,2\n")
    write_cses(tmp_path / "b_crash.h5")
    monkeypatch.setattr(_description, "_describe", work.crash_if_told)
    told = io.describe_files(tmp_path, isolate=True)
    assert told["status"].tolist() == ["read", "failed", "read"]
    assert told["title"].iloc[1] == "an HDF5 or NetCDF 4 file" and told["size"].iloc[1] > 0
    assert "child process: the library that reads it ended with code -" in told["problem"].iloc[1]
    assert main(["--isolate", str(tmp_path / "b_crash.h5")]) == 1
    assert "b_crash.h5: an HDF5 or NetCDF 4 file: child process" in capsys.readouterr().out


def test_files_are_looked_into_several_at_a_time(tmp_path):
    paths = [tmp_path / f"{k}.csv" for k in range(3)]
    for k, path in enumerate(paths):
        path.write_text(f"time,A{k}\n2016-01-01,1\n2016-01-02,2\n")
    told = io.describe_files(paths, isolate=True, n_jobs=2)
    pd.testing.assert_frame_equal(told, io.describe_files(paths))


def test_a_conversion_goes_on_behind_a_file_that_crashes(tmp_path, monkeypatch):
    monkeypatch.setattr(_convert, "_convert", work.crash)
    (tmp_path / "a.csv").write_text("time,A\n2016-01-01,1\n2016-01-02,2\n")
    done = io.convert_files(tmp_path / "a.csv", tmp_path / "out", isolate=True)
    assert done["status"].tolist() == ["failed"] and "ended with code" in done["problem"].iloc[0]


def test_a_file_that_crashed_a_child_is_not_opened_again(tmp_path, monkeypatch):
    write_cses(tmp_path / "a.h5")
    monkeypatch.setattr(_cses, "_read_one", work.crash)
    monkeypatch.setattr(h5py, "File", lambda *_: pytest.fail("it was opened here"))
    with pytest.raises(io.FormatError, match="ended with code"):
        io.read_cses(tmp_path / "a.h5", isolate=True)
    monkeypatch.setattr(_folders, "_format_name", work.crash)
    with pytest.raises(FileNotFoundError, match="no file for read_cses: 1 for no reader"):
        io.read_cses(tmp_path, isolate=True)


@pytest.mark.slow
def test_maps_and_errors_are_the_same(tmp_path, one_child):
    write_olr(tmp_path / "olr.nc", olr_values())
    here, there = (io.read_olr(tmp_path / "olr.nc", isolate=isolate) for isolate in (False, True))
    assert here.identical(there)
    (tmp_path / "olr.nc").write_bytes(b"x")
    with pytest.raises(io.FormatError, match="byte 0: no NetCDF file"):
        io.read_olr(tmp_path / "olr.nc", isolate=True)


def bomb(path, *, n=2**24, chunk=2**20, maxshape=(None, 1), names=("A311", "A321"), fill=None):
    """A small CSES file that unpacks to much: packed zeros, or chunks that were never written."""
    write_cses(path, n=20)
    more = ("UTC_TIME", "GEO_LAT", "GEO_LON", "ALTITUDE", "MAG_LAT", "MAG_LON", "VERSE_TIME")
    with h5py.File(path, "a") as file:
        for name in (*more, *names):
            kind = file[name].dtype
            del file[name]
            options = {"compression": "gzip", "chunks": (chunk, 1), "maxshape": maxshape}
            data = file.create_dataset(name, (n, 1), kind, **options)
            if fill is not None:
                data[:] = np.full((n, 1), fill, kind)


BOMBS = {"empty": {}, "chunk": {"n": 20, "chunk": 2**26}, "zeros": {"n": 2**20, "fill": 0, "chunk": 2**18}}


@pytest.mark.parametrize("options", BOMBS.values(), ids=BOMBS)
def test_chunks_that_unpack_to_much_are_refused_before_they_are_read(tmp_path, options, monkeypatch):
    path = tmp_path / "bomb.h5"
    bomb(path, **options)
    assert path.stat().st_size < 2**20
    monkeypatch.setattr(h5py.Dataset, "__getitem__", lambda *_: pytest.fail("it was read"))
    with pytest.raises(io.FormatError, match="more than 16777216 bytes"):
        io.read_cses(path)


def test_chunks_of_maps_that_unpack_to_much_are_refused(tmp_path):
    path = tmp_path / "olr.nc"
    write_olr(path, olr_values())
    with h5py.File(path, "a") as file:
        file.create_dataset("other", (10**9,), "f4", chunks=(2**20,), compression="gzip")
    with pytest.raises(io.FormatError, match=r"variable other: .* more than 16777216 bytes"):
        io.read_olr(path)
