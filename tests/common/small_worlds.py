"""Frozen worlds so small that tests can run in them."""

from __future__ import annotations

import pytest

from skquake.datasets import _world
from skquake.datasets._world_file import WorldFile

TINY = {
    "nothing": WorldFile("nothing", "nothing is there", "tec", "2019-01-01", days=200, test_days=85),
    "something": WorldFile(
        "something",
        "something is there",
        "cses",
        "2019-01-01",
        days=140,
        test_days=60,
        effect=0.75,
        effect_longitudes=(-180.0, 100.0),
    ),
}


@pytest.fixture
def small_worlds(monkeypatch):
    """These are all the worlds there are."""
    monkeypatch.setattr("skquake.datasets._world_file.world_files", lambda: TINY)
    monkeypatch.setattr(_world, "_made", remembered)


_kept: dict = {}


def remembered(name, seed):
    """Each simulated once in all tests."""
    if (name, seed) not in _kept:
        _kept[name, seed] = _world.make_world(TINY[name], seed)
    return _kept[name, seed]
