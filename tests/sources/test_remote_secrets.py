"""Credentials of a store stand nowhere but in the process that was given them."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import cloudpickle
import joblib
import numpy as np
import pytest
from common.remote_examples import ingested, uploaded
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline

from skquake._core._journal import Journal, fingerprint
from skquake.preprocessing import WindowFlattener
from skquake.sampling import SlidingWindow
from skquake.sources import TrackSource, _backing, _remote_store
from skquake.sources._remote_url import (
    is_url,
    private_url,
    public_options,
    public_url,
    scrubbed,
    secrets_of,
)

fsspec = pytest.importorskip("fsspec")
KEY, SECRET, TOKEN = "AKIAQUAKE", "wJalr/K7MDENG+bPxRfiCY", "tok123456789"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://bucket/a/b", "s3://bucket/a/b"),
        (f"s3://{KEY}:{SECRET}@bucket/a", "s3://bucket/a"),
        ("s3://bucket/a@b/c", "s3://bucket/a@b/c"),
        ("https://user:pass@host:8443/a.parquet?X-Amz-Signature=abc#x", "https://host:8443/a.parquet"),
        ("http://127.0.0.1:80/a@b/", "http://127.0.0.1:80/a@b/"),
        ("s3://b/t.parquet?versionId=q.W-1", "s3://b/t.parquet?versionId=q.W-1"),
        ("s3://b/t.parquet?versionId=1&sig=2", "s3://b/t.parquet"),
        ("s3://b/a#1/t.parquet", "s3://b/a#1/t.parquet"),
    ],
)
def test_what_is_shown_of_a_url(url, shown):
    assert public_url(url) == shown and is_url(url)


def test_paths_are_no_urls():
    assert not any(is_url(path) for path in ("a/b", "/a", "C:/a", "C:\\a", "a:b", 5, None))


def test_user_of_an_s3_url_goes_to_the_options():
    url, options = private_url(f"s3://{KEY}:a%2Fb@bucket/a", {"anon": False})
    assert (url, options) == ("s3://bucket/a", {"key": KEY, "secret": "a/b", "anon": False})
    assert private_url("https://a:b@host/x", {}) == ("https://a:b@host/x", {})


def test_only_what_says_where_a_store_is_may_be_kept():
    options = {
        "key": KEY, "secret": SECRET, "anon": False, "headers": {"a": TOKEN},
        "endpoint_url": "http://10.0.0.1:9000",
        "client_kwargs": {"region_name": "eu", "aws_session_token": TOKEN, "endpoint_url": "http://u:p@h"},
    }  # fmt: skip
    kept = {"anon": False, "endpoint_url": "http://10.0.0.1:9000", "client_kwargs": {"region_name": "eu"}}
    assert public_options(options) == kept
    secrets = secrets_of("https://me:hunter22@h/x?sig=a%2Fbcd", options)
    text = f"{KEY} {SECRET} {TOKEN} me:hunter22 a/bcd a%2Fbcd wJalr%2FK7MDENG%2BbPxRfiCY eu"
    said = scrubbed(text, secrets)
    assert not any(part in said for part in (KEY, "wJalr", TOKEN, "hunter22", "bcd")) and said.endswith(" eu")


class Locked(fsspec.get_filesystem_class("memory")):
    """Memory that asks for a key, and tells it in its errors."""

    protocol = "locked"
    key = ""

    def __init__(self, key="", secret="", **options):
        super().__init__(**options)
        self.given = key, secret

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(path.replace("locked://", "memory://"))

    def _look(self):
        if self.given != (KEY, SECRET):
            raise PermissionError(f"403: {self.given} may not")

    def info(self, path, **options):
        self._look()
        return super().info(path, **options)

    def cat_file(self, path, *arguments, **options):
        if self.store.get("/dies"):
            raise RuntimeError(f"signature of {self.given[0]} with {self.given[1]} does not match")
        return super().cat_file(path, *arguments, **options)


@pytest.fixture
def locked(tmp_path, monkeypatch):
    """A source in a store that asks for a key, and the frame in it."""
    monkeypatch.setenv("SKQUAKE_CACHE", str(tmp_path / "cache"))
    fsspec.register_implementation("locked", Locked, clobber=True)
    for kept in (_backing._restore.cache_clear, _remote_store._GIVEN.clear, Locked.clear_instance_cache):
        kept()
    out, frame = ingested(tmp_path)
    system = uploaded(out, "bucket/track", lambda name: name.endswith(".parquet"))
    options = {"key": KEY, "secret": SECRET}
    yield TrackSource("locked://bucket/track", storage_options=options), frame, tmp_path
    system.store.clear()
    _remote_store._GIVEN.clear()


def holds_secret(content):
    return any(text.encode() in content for text in (KEY, SECRET, SECRET.split("/")[0]))


def test_nothing_that_is_kept_or_shown_holds_a_secret(locked):
    track, frame, home = locked
    X = frame.iloc[20:60:4]
    model = make_pipeline(SlidingWindow(track, 9, missing="nan"), WindowFlattener(), DummyClassifier())
    model.fit(X, np.arange(len(X)) % 2)
    with Journal(home / "journal.jsonl", {"source": fingerprint(model)}) as journal:
        journal.append({"model": repr(model), "source": repr(track)})
    joblib.dump(model, home / "model.joblib")
    kept = [pickle.dumps(model), cloudpickle.dumps(track.values)]
    kept += [repr(model).encode(), repr(track.values).encode()]
    kept += [track._repr_html_().encode(), model._repr_html_().encode()]
    kept += [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert len(list((home / "cache").rglob("*.npz"))) == 1
    assert not any(map(holds_secret, kept))
    again = pickle.loads(kept[0])  # in this process the credentials are known
    np.testing.assert_array_equal(again[0].transform(X), model[0].transform(X))


def test_no_error_holds_a_secret(locked):
    track, _, _ = locked
    assert len(track)
    Locked.store["/dies"] = True
    track._content.time._store._kept.clear()
    said = r"locked://bucket/track: day0.*signature of \*\*\* with \*\*\*"
    with pytest.raises(OSError, match=said) as caught:
        _ = track.values[:3]
    assert caught.value.__cause__ is None and not holds_secret(str(caught.value).encode())
    del Locked.store["/dies"]
    assert track.values[:3].shape == (3, 2)
    wrong = TrackSource("locked://bucket/track", storage_options={"key": KEY, "secret": "another one"})
    with pytest.raises(PermissionError, match="credentials are not kept in pickles") as caught:
        len(wrong)
    assert "another one" not in str(caught.value) and KEY not in str(caught.value)


WORKER = """
import pickle, sys
sys.path[:0] = {path!r}
import test_remote_secrets as here
here.fsspec.register_implementation("locked", here.Locked)
track = pickle.load(open(sys.argv[1], "rb"))
try:
    len(track)
except OSError as error:
    print(type(error).__name__, error)
print(track._backing.store._options)
"""


def test_elsewhere_an_error_says_where_credentials_come_from(locked):
    track, _, _ = locked
    kept = pickle.dumps(track)
    _remote_store._GIVEN.clear()
    _backing._restore.cache_clear()
    said = r"locked://bucket/track: .*AWS_ACCESS_KEY_ID.*storage_options="
    with pytest.raises(PermissionError, match=said):
        len(pickle.loads(kept))


@pytest.mark.slow
def test_a_worker_takes_credentials_from_its_environment(locked, tmp_path):
    """The store is not there in another process: what it says is of what it was asked with."""
    track, _, home = locked
    (home / "track.pkl").write_bytes(pickle.dumps(track))
    paths = [os.path.dirname(__file__), os.path.dirname(os.path.dirname(__file__))]
    code = [sys.executable, "-c", WORKER.format(path=paths), str(home / "track.pkl")]
    said = subprocess.run(code, capture_output=True, text=True, check=True).stdout
    assert "PermissionError locked://bucket/track" in said and "AWS_ACCESS_KEY_ID" in said
    assert said.endswith("{}\n")
    environment = {**os.environ, "FSSPEC_LOCKED_KEY": KEY, "FSSPEC_LOCKED_SECRET": SECRET}
    said = subprocess.run(code, capture_output=True, text=True, check=True, env=environment).stdout
    assert "FileNotFoundError locked://bucket/track: no such file or folder" in said
