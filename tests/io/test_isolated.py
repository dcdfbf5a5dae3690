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
