"""Samples of tracks on disk: the same rows whatever the parts, the jobs and the backend."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from common.source_examples import START, track_frame
from common.workers import cluster, die_once
from hypothesis import example, given, settings
from hypothesis import strategies as st
from joblib import parallel_config

from skquake.catalogs import RandomControls
from skquake.sampling import _candidates, make_samples
from skquake.sources import SourceCollection, TrackSource, _archive

N = 6000
CATALOG = pd.DataFrame(
    {
        "time": START + pd.to_timedelta([10, 25, 40, 40, 55, 900], unit="h"),
        "latitude": [10.0, -30.0, 55.0, 54.0, 0.0, 0.0],
        "longitude": [20.0, 120.0, -60.0, -61.0, -150.0, 0.0],
        "magnitude": [6.2, 6.0, 6.4, 6.3, 6.3, 6.1],
    }
)


def world(seed):
    """A track with gaps and missing values."""
    random = Random(seed)
    frame = track_frame(N, 40.0, seed=seed)
    frame.loc[random.sample(range(N), 40), "Ne"] = np.nan
    lost = {row for begin in random.sample(range(N), 5) for row in range(begin, begin + 40)}
    return frame.drop(index=sorted(lost & set(range(N)))).reset_index(drop=True)


def write(frame, folder, edges):
    for low, high in itertools.pairwise([0, *edges, len(frame)]):
        frame.iloc[low:high].to_parquet(Path(folder, f"{low:06d}.parquet"), index=False, row_group_size=700)
    return TrackSource(folder, name="track")


def samples_of(source, inside="center", context=0, n_jobs=None):
    return make_samples(
        source, CATALOG, RandomControls(min_days=0.5, min_degrees=5, random_state=0), region="2500 km",
        days=(-0.9, 0.1), max_length=9, step=5, context=context, inside=inside, exclude=CATALOG,
        context_edge="nan", holes=None, n_jobs=n_jobs,
    )  # fmt: skip


def assert_same(one, other):
    for name in ("X", "events", "dropped", "kept"):
        pd.testing.assert_frame_equal(one[name], other[name])
    np.testing.assert_array_equal(one.y, other.y)
    np.testing.assert_array_equal(one.sample_weight, other.sample_weight)


@settings(max_examples=4, deadline=None)
@given(
    seed=st.integers(0, 50), rows=st.integers(1, 4000), files=st.lists(st.integers(1, 5000), max_size=4),
    inside=st.sampled_from(["center", "any", "all"]), context=st.integers(0, 4),
    how=st.sampled_from([("threading", 2), ("threading", 3), ("sequential", None)]),
)  # fmt: skip
@example(seed=0, rows=1, files=[], inside="center", context=0, how=("sequential", None))
@example(seed=1, rows=300, files=[7, 3000], inside="any", context=3, how=("threading", 2))
def test_parts_jobs_and_backend_change_no_row(seed, rows, files, inside, context, how):
    frame = world(seed)
    whole = samples_of(TrackSource(frame), inside, context)
    assert {0, 1} <= set(whole.y) and len(whole.dropped)
    before = _candidates.PART_ROWS
    _candidates.PART_ROWS = rows
    try:
        with tempfile.TemporaryDirectory() as folder, parallel_config(how[0]):
            disk = write(frame, folder, sorted(set(files)))
            assert_same(samples_of(disk, inside, context, how[1]), whole)
    finally:
        _candidates.PART_ROWS = before


def test_two_processes_and_a_collection(tmp_path, monkeypatch):
    frame = world(3)
    first, second = frame.iloc[:3000], frame.iloc[2500:]
    (tmp_path / "a").mkdir()
    disk = write(first, tmp_path / "a", [1000])
    memory = SourceCollection({"a": TrackSource(first), "b": TrackSource(second)})
    mixed = SourceCollection({"a": disk, "b": TrackSource(second)})
    monkeypatch.setattr(_candidates, "PART_ROWS", 500)
    assert_same(samples_of(mixed, n_jobs=2), samples_of(memory))


def test_a_part_is_read_once_and_forgotten(tmp_path, monkeypatch):
    disk = write(world(5), tmp_path, range(700, 5600, 700))
    assert len(disk) > 5000
    monkeypatch.setattr(_candidates, "PART_ROWS", 1400)
    monkeypatch.setattr(_archive, "STREAMED_BYTES", 3 * 700 * 40)
    archive = disk.time._store
    archive._kept.clear()
    archive._kept_bytes = 0
    read, held = [], []
    decode = _archive.Archive._decode

    def noted(self, unit, name):
        read.append((unit, name))
        held.append(self._kept_bytes)
        return decode(self, unit, name)

    monkeypatch.setattr(_archive.Archive, "_decode", noted)
    samples_of(disk)
    places = [(unit, name) for unit, name in read if name in ("latitude", "longitude")]
    assert len(places) <= 1.3 * len(set(places)) and max(held) <= 4 * 700 * 40


def test_the_next_catalog_reads_nothing_as_long_as_there_is_room(tmp_path, monkeypatch):
    disk = write(world(6), tmp_path, [2000, 4000])
    whole = samples_of(TrackSource(world(6)))
    monkeypatch.setattr(_candidates, "PART_ROWS", 1400)
    monkeypatch.setattr(_archive, "STREAMED_BYTES", 1)
    decode = _archive.Archive._decode
    read = []
    monkeypatch.setattr(_archive.Archive, "_decode", lambda *a: read.append(a[1:]) or decode(*a))
    assert len(disk) and not read.clear()
    for room, again in ((1 << 28, 0), (20_000, 1)):
        disk.time._store._noted.clear()
        disk.time._store._noted_bytes = 0
        monkeypatch.setattr(_archive, "NOTED_BYTES", room)
        for reads in (True, bool(again)):
            read.clear()
            assert_same(samples_of(disk), whole)
            assert any(name in ("latitude", "longitude") for _, name in read) == reads
        assert disk.time._store._noted_bytes <= room


class Dying:
    """Looks at a part, in a worker that dies once."""

    def __init__(self, folder, look):
        self.folder, self.look = folder, look

    def __call__(self, *arguments):
        die_once(self.folder)
        return self.look(*arguments)


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    frame = world(4)
    (tmp_path / "track").mkdir()
    disk = write(frame, tmp_path / "track", [1500, 2500])
    whole = samples_of(TrackSource(frame))
    monkeypatch.setattr(_candidates, "PART_ROWS", 500)
    monkeypatch.setattr(_candidates, "_look", Dying(tmp_path, _candidates._look))
    with cluster(tmp_path / "dask"):
        assert_same(samples_of(disk), whole)
    assert (tmp_path / "dead").exists()
