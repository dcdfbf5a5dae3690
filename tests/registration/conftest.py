"""A small study, and a stand-in for the analysis where a test is about the seal alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import matplotlib
import pytest
from common.registered_study import TINY, make_light, write_study

from skquake.registration import _seal, freeze

matplotlib.use("Agg")


def _make_small(patch):
    """A few files in the place of skquake's code, and few versions."""
    patch.setattr(_seal, "CODE", Path(__file__).parent)
    patch.setattr(_seal, "versions", dict)


@pytest.fixture
def light(monkeypatch):
    """Plans are frozen and run without an analysis: what is scored is made up."""
    make_light(monkeypatch.setattr)
    _make_small(monkeypatch)


@pytest.fixture(scope="session")
def light_folder(tmp_path_factory):
    """A folder with a plan that was frozen so, not to be written to."""
    folder = tmp_path_factory.mktemp("frozen")
    with pytest.MonkeyPatch.context() as patch:
        make_light(patch.setattr)
        _make_small(patch)
        freeze(write_study(folder, observations=TINY))
    return folder


@pytest.fixture
def frozen(light, light_folder, tmp_path) -> Path:
    """The plan in a copy of that folder."""
    return Path(shutil.copytree(light_folder, tmp_path / "study")) / "plan.toml"
