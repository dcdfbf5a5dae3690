"""Figures are drawn without a screen, and closed after each test."""

from __future__ import annotations

import matplotlib
import pytest

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture
def given_axes():
    """Axes of a figure of the caller's own."""
    import matplotlib.pyplot as plt

    return lambda *shape: plt.subplots(*shape, squeeze=False)[1]
