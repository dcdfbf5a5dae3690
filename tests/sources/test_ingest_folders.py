"""From folders of many files to a source: nested ones, what is no data, failures by their kind, jobs."""

from __future__ import annotations

import warnings

import pytest
from test_ingest import assert_same, parts, read, write_days

from skquake.sources import TrackSource
from skquake.sources._parts_index import noted_digests


def test_nested_folders_are_looked_into_and_what_is_no_data_is_not(tmp_path):
    frame = write_days(tmp_path / "in")
    deep = tmp_path / "in" / "2014" / "05"
    deep.mkdir(parents=True)
    for k in (2, 3):
        (tmp_path / "in" / f"day{k}.pkl").rename(deep / f"day{k}.pkl")
    for name in ("day0.HDR", "2014/MD5SUMS", "2014/day2.pkl.sha256", "README", "2014/05/.listing"):
        (tmp_path / "in" / name).touch()
    (tmp_path / "in" / ".cache").mkdir()
    (tmp_path / "in" / ".cache" / "old.pkl").write_text("no frame")
    for k, paths in enumerate((tmp_path / "in", str(tmp_path / "i*"), [tmp_path / "in" / "*", deep])):
        assert_same(TrackSource.from_files(paths, tmp_path / f"out{k}", read), TrackSource(frame))
    # The parts may lie in the folder that they are made of.
    assert_same(TrackSource.from_files(tmp_path / "in", tmp_path / "in" / "parts", read), TrackSource(frame))
    assert_same(TrackSource.from_files(tmp_path / "in", tmp_path / "in" / "parts", read), TrackSource(frame))
    with pytest.raises(ValueError, match=r"1 of 1 files could not be used:\n  .*day0\.HDR"):
        TrackSource.from_files(tmp_path / "in" / "*.HDR", tmp_path / "none", read)


def test_failures_of_a_kind_share_a_line_and_warnings_too(tmp_path):
    write_days(tmp_path / "in")

    def strange(path):
        warnings.warn(f"{path}: no end mark", stacklevel=2)
        if path.name != "day0.pkl":
            raise ValueError(f"{path}: cut")
        return read(path)

    with (
        pytest.warns(UserWarning, match=r"1 of 4 files: no end mark"),
        pytest.raises(ValueError, match=r"3 of 4 files.*:\n  3 files: ValueError: cut \(.*day1"),
    ):
        TrackSource.from_files(tmp_path / "in", tmp_path / "out", strange)

    def talking(path):
        warnings.warn(f"{path}: no end mark", stacklevel=2)
        return read(path)

    with pytest.warns(UserWarning, match=r"4 of 4 files: no end mark \(.*day0\.pkl, \.\.\.\)") as caught:
        TrackSource.from_files(tmp_path / "in", tmp_path / "talk", talking)
    assert len(caught) == 1 and caught[0].filename == __file__


class Odd(Exception):
    """An error that no other process can be told."""

    def __init__(self, a, b):
        super().__init__(a)
        self.b = lambda: b


def test_jobs_change_nothing_but_the_time(tmp_path, monkeypatch):
    frame = write_days(tmp_path / "in", overlap=3)
    alone = TrackSource.from_files(tmp_path / "in", tmp_path / "one", read)
    two = TrackSource.from_files(tmp_path / "in", tmp_path / "two", read, n_jobs=2)
    assert_same(two, alone)
    assert_same(two, TrackSource(frame))
    assert [p.name for p in parts(tmp_path / "one")] == [p.name for p in parts(tmp_path / "two")]
    assert noted_digests(tmp_path / "one") == noted_digests(tmp_path / "two")

    def other(path):
        if path.name == "day2.pkl":
            raise Odd("odd", 1)
        frame = read(path)
        frame.attrs["origin"] = "Swarm C" if path.name == "day1.pkl" else "Swarm A"
        return frame

    texts = []
    for n_jobs in (1, 2):
        out = tmp_path / f"bad{n_jobs}"
        with pytest.raises(ValueError, match=r"(?s)2 of 4 files.*day1\.pkl.*day2\.pkl") as caught:
            TrackSource.from_files(tmp_path / "in", out, other, n_jobs=n_jobs)
        texts.append(str(caught.value))
        assert len(parts(out)) == 2
    assert texts[0] == texts[1]
