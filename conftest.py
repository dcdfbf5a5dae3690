"""How the tests run: nothing left to chance, nothing fetched, nothing left behind."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.database import DirectoryBasedExampleDatabase

ROOT = Path(__file__).parent
# They hold no doctests, and several modules of one name cannot be imported.
collect_ignore_glob = ["tests/*conftest.py"]

# The default suite tries a fixed set of examples; tox -e slow searches at random and keeps what it found.
_COMMON = dict(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", derandomize=True, database=None, max_examples=50, **_COMMON)
settings.register_profile(
    "slow",
    derandomize=False,
    database=DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "examples"),
    max_examples=300,
    print_blob=True,
    **_COMMON,
)
settings.load_profile("default")

# Keras and matplotlib write into the home folder when they are first imported, hypothesis into this one.
_SCRATCH = tempfile.mkdtemp(prefix="skquake-tests-")
atexit.register(shutil.rmtree, _SCRATCH, ignore_errors=True)
for _name, _folder in (("KERAS_HOME", "~/.keras"), ("MPLCONFIGDIR", "~/.config/matplotlib")):
    if not os.path.exists(os.path.expanduser(_folder)):
        os.environ.setdefault(_name, _SCRATCH)
set_hypothesis_home_dir(_SCRATCH)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def pytest_addoption(parser):
    parser.addoption("--backwards", action="store_true", help="run the tests of each file in reverse order")
    parser.addoption(
        "--sklearn-config",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set scikit-learn's configuration for all tests, as in transform_output=pandas or "
        "enable_metadata_routing=True",
    )


def pytest_configure(config):
    from sklearn import set_config

    for entry in config.getoption("--sklearn-config"):
        name, _, value = entry.partition("=")
        set_config(**{name: {"True": True, "False": False}.get(value, value)})


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Modules and tests stay to the end: unreachable cycles are not looked for among them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if config.getoption("--backwards"):
        items.reverse()


@pytest.fixture(autouse=True, scope="session")
def nothing_is_fetched():
    """A connection beyond this machine is an error."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def is_here(host):
        return host in (None, "", "localhost", "::1") or str(host).startswith("127.")

    def guarded_connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_here(address[0]):
            raise RuntimeError(f"a test connects to {address}; tests fetch nothing")
        return connect(self, address)

    def guarded_look_up(host, *args, **kwargs):
        if not is_here(host.decode() if isinstance(host, bytes) else host):
            raise RuntimeError(f"a test looks up {host!r}; tests fetch nothing")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(autouse=True)
def no_figure_left():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
