"""Examples that draw leave no figure open, as tests do."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True)
def no_figure_left():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
