"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Cores are shared among the processes of the suite, and small fits gain nothing by threads that wait for
# each other. Set before any library starts its threads.
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // _WORKERS)))


@pytest.fixture(scope="session")
def real_data():
    """Folder with real files (catalog, indices, ionex, swarm); skips where there is none."""
    folder = Path(os.environ.get("SKQUAKE_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no folder of real data: set SKQUAKE_REAL_DATA to one")
    return folder
