"""Paths, compression and the error type."""

import gzip
import os
import pickle
import tracemalloc
from pathlib import Path

import ncompress
import pytest

from skquake._core._paths import real_paths
from skquake.io import FormatError, _files
from skquake.io._files import expand_paths, read_bytes


def test_error_is_a_value_error_that_pickles():
    error = FormatError("a.txt", "line 3", "wrong")
    assert isinstance(error, ValueError)
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == "a.txt, line 3: wrong" and (again.path, again.where, again.what) == (
        "a.txt",
        "line 3",
        "wrong",
    )


def test_paths_lists_globs(tmp_path):
    for name in "bca":
        (tmp_path / f"{name}.txt").write_text(name)
    a, b, c = (tmp_path / f"{name}.txt" for name in "abc")
    assert expand_paths(a) == [a] and expand_paths(str(a)) == [a]
    assert expand_paths(str(tmp_path / "*.txt")) == [a, b, c]
    assert expand_paths(iter([c, tmp_path / "*.txt", str(c)])) == [c, a, b]
    (tmp_path / "[x].txt").write_text("x")
    assert expand_paths(tmp_path / "[x].txt") == [tmp_path / "[x].txt"]


def test_paths_that_lead_nowhere(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file matches"):
        expand_paths(tmp_path / "*.csv")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        expand_paths(tmp_path)
    with pytest.raises(ValueError, match="empty"):
        expand_paths([])


def unix_compress(data):
    return ncompress.compress(data)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, unix_compress])
def test_compression_is_seen_by_content(tmp_path, pack):
    (tmp_path / "a").write_bytes(pack(b"hello\n" * 1000))
    assert read_bytes(tmp_path / "a") == b"hello\n" * 1000


@pytest.mark.parametrize("pack", [gzip.compress, unix_compress])
def test_bombs_are_refused_within_bounded_memory(tmp_path, pack, monkeypatch):
    monkeypatch.setattr(_files, "MAX_DECOMPRESSED", 2**20)
    (tmp_path / "a").write_bytes(pack(bytes(32 * 2**20)))
    tracemalloc.start()
    with pytest.raises(FormatError, match="more than 1048576 bytes"):
        read_bytes(tmp_path / "a")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20


@pytest.mark.parametrize("data", [b"", b"  \n", gzip.compress(b"", mtime=0), ncompress.compress(b" ")])
def test_empty(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(FormatError, match="empty"):
        read_bytes(tmp_path / "a")


@pytest.mark.parametrize("pack", [gzip.compress, unix_compress])
def test_damaged_streams(tmp_path, pack):
    whole = pack(Path(__file__).read_bytes())
    for cut in range(1, len(whole), 37):
        (tmp_path / "a").write_bytes(whole[:cut])
        try:
            read_bytes(tmp_path / "a")
        except FormatError:
            continue
        # Unix compress has no length or checksum: a cut there shows only in what it unpacks to.
        assert pack is unix_compress or cut < 2


def test_real_paths_are_those_of_the_system(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").touch()
    (tmp_path / "folder").symlink_to(tmp_path / "a" / "b")
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "file")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    names = ["a/b/file", "folder/file", "link", "round", "a/../a/b/file", "folder/../b/file", "absent/file"]
    files = [tmp_path / name for name in names]
    assert real_paths(files) == [os.path.realpath(file) for file in files]
