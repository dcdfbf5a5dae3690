"""Sources in a bucket: against a server that speaks S3, with its own listings, ranges and ETags."""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from common.remote_examples import DAY, assert_maps_alike, ingested
from common.source_examples import maps
from numpy.testing import assert_array_equal

from skquake.sources import TrackSource, _backing, _remote_store

s3fs = pytest.importorskip("s3fs")
server = pytest.importorskip("moto.server")
pytestmark = pytest.mark.slow
KEY, SECRET = "AKIAQUAKE", "wJalr/K7MDENG+bPxRfiCY"


@pytest.fixture(scope="module")
def endpoint():
    """Address of a running server; it takes seconds to start."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(endpoint, tmp_path, monkeypatch):
    """A file system with an empty bucket, and the options that open it."""
    monkeypatch.setenv("SKQUAKE_CACHE", str(tmp_path / "cache"))
    _backing._restore.cache_clear()
    _remote_store._GIVEN.clear()
    options = {"key": KEY, "secret": SECRET, "endpoint_url": endpoint}
    system = s3fs.S3FileSystem(**options, use_listings_cache=False)
    system.mkdir("bucket")
    yield system, options
    system.rm("bucket", recursive=True)


def assert_same(track, memory):
    for name in ("time", "latitude", "longitude", "altitude_km", "values", "pass_id", "ascending"):
        assert_array_equal(getattr(track, name), getattr(memory, name), strict=True)


def test_tracks_in_a_bucket(bucket, tmp_path):
    system, options = bucket
    out, frame = ingested(tmp_path)
    system.put(f"{out}/", "bucket/track", recursive=True)
    memory = TrackSource(frame)
    track = TrackSource("s3://bucket/track", storage_options=options)
    assert_same(track, memory)
    assert not (tmp_path / "cache").exists()
    place = {"endpoint_url": options["endpoint_url"]}
    in_url = TrackSource(f"s3://{KEY}:{SECRET}@bucket/track", storage_options=place)
    assert repr(in_url) == "TrackSource('s3://bucket/track', name='track')"
    assert_array_equal(in_url.values[:9], memory.values[:9])
    samples = frame.iloc[20:80:5]
    for context in (0, 3):
        cut = [source.windows(samples, 7, context=context) for source in (track, memory)]
        assert_array_equal(cut[0][0], cut[1][0])
    kept = pickle.dumps(track)
    assert SECRET.encode() not in kept and KEY.encode() not in kept
    part = sorted(path.name for path in out.glob("*.parquet"))[2]
    whole = system.cat(f"bucket/track/{part}")
    system.pipe(f"bucket/track/{part}", whole[:-1] + b"2")
    again = TrackSource("s3://bucket/track", storage_options=options)
    track._content.time._store._kept.clear()
    with pytest.raises(ValueError, match=rf"s3://bucket/track: {part}: was changed since.*ETag"):
        _ = track.values[2 * DAY + 5]
    system.pipe(f"bucket/track/{part}", whole)  # the same bytes have the same ETag
    assert_same(track, memory)
    system.pipe(f"bucket/track/{part}", whole[:-1] + b"2")
    assert len(again) == len(frame)  # by its index: of this size it is
    system.pipe(f"bucket/track/{part}", whole)
    with pytest.raises(ValueError, match="was changed since"):
        _ = again.values[2 * DAY + 5]


def test_maps_in_a_bucket(bucket, tmp_path):
    pytest.importorskip("zarr")
    system, options = bucket
    tec = maps(40)
    tec.to_dataset().to_zarr(tmp_path / "maps.zarr", zarr_format=3, consolidated=False)
    system.put(f"{tmp_path / 'maps.zarr'}/", "bucket/maps.zarr", recursive=True)
    assert_maps_alike("s3://bucket/maps.zarr", options, tec)


WORKER = """
import pickle, sys
track = pickle.load(open(sys.argv[1], "rb"))
try:
    print(len(track), float(track.values[5, 1]))
except OSError as error:
    print(type(error).__name__, error)
"""


def test_a_worker_opens_it_with_the_credentials_of_its_environment(bucket, tmp_path):
    system, options = bucket
    out, frame = ingested(tmp_path)
    system.put(f"{out}/", "bucket/track", recursive=True)
    track = TrackSource("s3://bucket/track", storage_options=options)
    (tmp_path / "track.pkl").write_bytes(pickle.dumps(track))
    code = [sys.executable, "-c", WORKER, str(tmp_path / "track.pkl")]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    bare |= {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    said = subprocess.run(code, capture_output=True, text=True, check=True, env=bare).stdout
    assert "s3://bucket/track" in said and "AWS_ACCESS_KEY_ID" in said
    known = {**bare, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    said = subprocess.run(code, capture_output=True, text=True, check=True, env=known).stdout
    assert said.split() == [str(len(frame)), str(float(np.float32(frame["Te"][5])))]
