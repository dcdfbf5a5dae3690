"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data():
    """Folder with real files (catalog, indices, ionex, swarm); skips where there is none."""
    folder = Path(os.environ.get("SKQUAKE_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no folder of real data: set SKQUAKE_REAL_DATA to one")
    return folder
