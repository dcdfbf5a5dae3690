"""Sources on disk: lazy, exact, and refusing other content."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from common.source_examples import maps, track_frame
from numpy.testing import assert_array_equal

from skquake._core._atomic import write_atomically
from skquake.sources import MapSource, TrackSource, _backing

ARRAYS = {
    TrackSource: ("time", "latitude", "longitude", "altitude_km", "values", "pass_id", "ascending"),
    MapSource: ("time", "latitude", "longitude", "values"),
}


@pytest.fixture(autouse=True)
def fresh_cache():
    _backing._restore.cache_clear()


def write(kind, path, seed=0):
    if kind is TrackSource:
        frame = track_frame(4000, seed=seed)
        frame.attrs["units"] = {"Ne": "cm-3"}
        frame.loc[[5, 50], "Ne"] = np.nan
        source = TrackSource(frame, cadence="1s", max_gap="7s")
        source.to_parquet(path)
    else:
        source = MapSource(maps(seed=seed).isel(time=[0, 1, 2, 4, 5]))
        source.to_netcdf(path)
    return source


def assert_same(a, b):
    for name in ARRAYS[type(a)]:
        assert_array_equal(getattr(a, name), getattr(b, name), strict=True)
    assert (a.channels, a.units, a.cadence, a.span) == (b.channels, b.units, b.cadence, b.span)


@pytest.mark.parametrize("kind", ARRAYS)
def test_round_trip_is_exact(kind, tmp_path):
    source = write(kind, tmp_path / "data")
    assert_same(kind(tmp_path / "data"), source)
    assert_same(kind(str(tmp_path / "data")), source)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_round_trip_keeps_passes_that_cannot_be_found_again(tmp_path):
    frame = track_frame(3000).drop(index=range(101, 107))
    source = TrackSource(frame, cadence=1).resample(10)
    source.to_parquet(tmp_path / "t.parquet")
    assert_same(TrackSource(tmp_path / "t.parquet"), source)
    coarser = TrackSource(tmp_path / "t.parquet", ["Te"], max_gap=20)
    assert coarser.max_gap == np.timedelta64(20, "s") and coarser.channels == ("Te",)


def test_a_folder_of_plain_files(tmp_path):
    frame = track_frame(3000)
    for k, part in enumerate(np.array_split(np.arange(3000), 3)):
        frame.iloc[part].to_parquet(tmp_path / f"day{2 - k}.parquet", index=False)
    frame.iloc[:10].set_index("time").to_parquet(tmp_path / "again.parquet")
    (tmp_path / "notes.txt").write_text("not data")
    assert_same(TrackSource(tmp_path), TrackSource(frame))


def test_several_netcdf_files(tmp_path):
    tec = maps()
    for k in range(3):
        MapSource(tec.isel(time=slice(10 * k, 10 * k + 10))).to_netcdf(tmp_path / f"{k}.nc")
    assert_same(MapSource(tmp_path), MapSource(tec))


@pytest.mark.parametrize("kind", ARRAYS)
def test_nothing_is_read_before_it_is_needed(kind, tmp_path):
    write(kind, tmp_path / "data")
    source = kind(tmp_path / "data", name="A")
    assert repr(source).startswith(f"{kind.__name__}({str(tmp_path / 'data')!r}, name='A'")
    assert source._backing._content is None
    again = pickle.loads(pickle.dumps(source))
    assert source._backing._content is None and again._backing._content is None
    assert len(pickle.dumps(source)) < 1000
    assert again.time is again.time and again._backing._content is not None


@pytest.mark.parametrize("kind", ARRAYS)
def test_copies_unpickled_in_a_process_read_once(kind, tmp_path):
    write(kind, tmp_path / "data")
    pickled = pickle.dumps(kind(tmp_path / "data"))
    assert pickle.loads(pickled).time is pickle.loads(pickled).time


@pytest.mark.parametrize("kind", ARRAYS)
def test_other_content_is_refused(kind, tmp_path):
    path = tmp_path / "data"
    write(kind, path)
    original = path.read_bytes()
    pickled = pickle.dumps(kind(path))
    write(kind, path, seed=1)
    with pytest.raises(ValueError, match=r"not what this source was made from.*make the source anew"):
        _ = pickle.loads(pickled).time
    changed = bytearray(original)
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)
    with pytest.raises(ValueError, match="not what this source was made from"):
        _ = pickle.loads(pickled).span
    path.write_bytes(original)
    assert len(pickle.loads(pickled).time)


def test_a_file_more_is_other_content(tmp_path):
    write(TrackSource, tmp_path / "a.parquet")
    pickled = pickle.dumps(TrackSource(tmp_path))
    write(TrackSource, tmp_path / "b.parquet")
    with pytest.raises(ValueError, match="not what this source was made from"):
        _ = pickle.loads(pickled).time


def test_absent_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        TrackSource(tmp_path / "none.parquet")
    with pytest.raises(FileNotFoundError, match=r"no \.parquet file there"):
        _ = TrackSource(tmp_path).time
    write(TrackSource, tmp_path / "a.parquet")
    pickled = pickle.dumps(TrackSource(tmp_path / "a.parquet"))
    (tmp_path / "a.parquet").unlink()
    with pytest.raises(FileNotFoundError, match="no such file"):
        pickle.loads(pickled)


def test_a_relative_path_survives_a_change_of_folder(tmp_path, monkeypatch):
    write(TrackSource, tmp_path / "a.parquet")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    source = TrackSource("a.parquet")
    monkeypatch.chdir(tmp_path / "other")
    assert len(pickle.loads(pickle.dumps(source))) == 4000


def test_another_process_reads_the_same(tmp_path):
    source = write(TrackSource, tmp_path / "a.parquet")
    pickled = pickle.dumps(TrackSource(tmp_path / "a.parquet"))
    code = f"import pickle; source = pickle.loads({pickled!r}); print(len(source), source.values[7, 1])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["4000", str(source.values[7, 1])]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    (tmp_path / "x").write_text("old")

    def fail(path):
        path.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(tmp_path / "x", fail)
    assert (tmp_path / "x").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.7, 0.99])
def test_a_file_cut_short_is_an_error_that_names_it(kind, share, tmp_path):
    path = tmp_path / "data"
    write(kind, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=re.escape(str(path))):
        _ = kind(path).time


def test_errors_of_what_a_file_holds_name_it_too(tmp_path):
    pd.DataFrame({"time": [1], "Ne": [2.0]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ValueError, match=r"a\.parquet: track: missing column.*latitude, longitude"):
        _ = TrackSource(tmp_path / "a.parquet").time
