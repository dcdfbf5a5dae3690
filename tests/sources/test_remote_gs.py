"""Sources in a bucket of Google's storage: against a server that speaks its JSON interface."""

from __future__ import annotations

import os
import pickle

import pytest
from common.remote_examples import DAY, assert_maps_alike, ingested
from common.source_examples import maps
from numpy.testing import assert_array_equal

from skquake.sources import TrackSource, _backing

os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"  # by gRPC, which the server does not speak
gcsfs = pytest.importorskip("gcsfs")
emulator = pytest.importorskip("gcp_storage_emulator.server")
pytestmark = pytest.mark.slow


@pytest.fixture
def bucket(tmp_path, monkeypatch):
    """A file system with an empty bucket, and the options that open it."""
    monkeypatch.setenv("SKQUAKE_CACHE", str(tmp_path / "cache"))
    _backing._restore.cache_clear()
    server = emulator.create_server("localhost", 0, in_memory=True, default_bucket="bucket")
    server.start()
    options = {"endpoint_url": f"http://localhost:{server._api._httpd.server_port}", "token": "anon"}
    yield gcsfs.GCSFileSystem(**options, use_listings_cache=False), options
    server.stop()


def put(system, folder, target):
    """Upload the files of a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            system.put_file(str(path), f"{target}/{path.relative_to(folder)}")


def test_tracks_in_a_bucket(bucket, tmp_path):
    system, options = bucket
    out, frame = ingested(tmp_path)
    put(system, out, "bucket/track")
    track, memory = TrackSource("gs://bucket/track", storage_options=options), TrackSource(frame)
    for name in ("time", "latitude", "longitude", "values", "pass_id"):
        assert_array_equal(getattr(track, name), getattr(memory, name), strict=True)
    samples = frame.iloc[20:80:5]
    assert_array_equal(track.windows(samples, 7)[0], memory.windows(samples, 7)[0])
    assert not (tmp_path / "cache").exists()
    assert b"anon" not in pickle.dumps(track)
    part = sorted(path.name for path in out.glob("*.parquet"))[2]
    whole = system.cat_file(f"bucket/track/{part}")
    system.pipe_file(f"bucket/track/{part}", whole[:-1] + b"2")
    track._content.time._store._kept.clear()
    with pytest.raises(ValueError, match=rf"gs://bucket/track: {part}: was changed since"):
        _ = track.values[2 * DAY + 5]


def test_maps_in_a_bucket(bucket, tmp_path):
    pytest.importorskip("zarr")
    system, options = bucket
    tec = maps(40)
    tec.to_dataset().to_zarr(tmp_path / "maps.zarr", zarr_format=3, consolidated=False)
    put(system, tmp_path / "maps.zarr", "bucket/maps.zarr")
    assert_maps_alike("gs://bucket/maps.zarr", options, tec)
