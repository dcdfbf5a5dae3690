"""Stores that are slow, cut their answers or die: an error that names URL and part, and nothing is mixed."""

from __future__ import annotations

import numpy as np
import pytest
from common.remote_examples import DAY, ingested
from common.store_server import serving_folder
from numpy.testing import assert_array_equal

from skquake.sources import TrackSource, _backing

pytest.importorskip("aiohttp")
fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A server of a folder of from_files, and the frame in it."""
    monkeypatch.setenv("SKQUAKE_CACHE", str(tmp_path / "cache"))
    _backing._restore.cache_clear()
    out, frame = ingested(tmp_path)
    with serving_folder(tmp_path) as server:
        yield server, frame, out
    fsspec.get_filesystem_class("http").clear_instance_cache()


def assert_same(track, frame):
    memory = TrackSource(frame)
    for name in ("time", "latitude", "longitude", "altitude_km", "values", "pass_id"):
        assert_array_equal(getattr(track, name), getattr(memory, name), strict=True)


@pytest.mark.parametrize("fault", [None, "slow", "whole"])
def test_a_web_server_is_a_store_too(served, fault):
    server, frame, out = served
    server.fault = fault
    assert_same(TrackSource(f"{server.url}/out"), frame)
    ranges = [asked for method, name, asked in server.asked if method == "GET" and name.endswith(".parquet")]
    assert ranges and all(ranges)
    one = sorted(out.glob("*.parquet"))[0]
    assert len(TrackSource(f"{server.url}/out/{one.name}?signature=abcdef")) == DAY


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("short", r"of the \d+ bytes from \d+ on came"),
        ("cut", "did not give it"),
        pytest.param("dies", "did not give it", marks=pytest.mark.slow),
        pytest.param(503, "did not give it .*503", marks=pytest.mark.slow),
        (403, "did not give it .*403.*credentials"),
        ("hangs", "did not give it .*Timeout"),
    ],
)
def test_a_fault_names_url_and_part_and_the_same_call_goes_on(served, fault, said):
    import aiohttp

    server, frame, _ = served
    patience = {"client_kwargs": {"timeout": aiohttp.ClientTimeout(total=0.3)}} if fault == "hangs" else None
    track = TrackSource(f"{server.url}/out", storage_options=patience)
    first = track.values[:5]
    server.fault = fault
    where = rf"{server.url}/out: day1\.pkl-\w+\.parquet: .*{said}"
    for _ in range(2):
        with pytest.raises(OSError, match=where):
            _ = track.values[DAY : DAY + 5]
    assert_array_equal(track.values[:5], first)
    server.fault = None
    assert_same(track, frame)


def test_a_fault_during_the_walk_leaves_nothing_behind(served, tmp_path):
    server, frame, out = served
    for other in out.glob("_*"):
        other.unlink()
    track = TrackSource(f"{server.url}/out")
    for server.fault in ("cut", "short"):
        with pytest.raises(OSError, match=rf"{server.url}/out: day"):
            len(track)
    assert not (tmp_path / "cache").exists()
    server.fault = None
    assert_same(track, frame)
    assert len(list((tmp_path / "cache").rglob("*.npz"))) == 1


def test_a_part_that_is_replaced_between_two_ranges_is_not_mixed(served):
    server, frame, out = served
    track = TrackSource(f"{server.url}/out")
    assert len(track) == len(frame)
    first, part = sorted(out.glob("*.parquet"))[:2]
    whole = part.read_bytes()
    answer = server.answer

    def swapped(handler):
        answer(handler)
        if handler.command == "GET" and part.name in handler.path:
            part.write_bytes(first.read_bytes())

    server.answer = swapped
    with pytest.raises(ValueError, match=rf"{part.name}: was changed since the source was made"):
        _ = track.values[DAY : DAY + 5]
    server.answer = answer
    part.write_bytes(whole)
    assert np.isfinite(track.values[DAY : DAY + 5]).all()
    assert_same(track, frame)
