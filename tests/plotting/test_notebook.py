"""What a notebook shows of a display: its figure, once."""

from __future__ import annotations

import io

import matplotlib
import matplotlib.image
import matplotlib.pyplot as plt
import pytest

from skquake.plotting import NullDistributionDisplay

BACKEND = "module://matplotlib_inline.backend_inline"


@pytest.fixture
def display():
    return NullDistributionDisplay({"rotate": ([0.0, 0.1, 0.2], 0.5, 0.1)}, 0.15)


def test_the_figure_and_a_line_of_words(display):
    assert display._repr_png_() is None
    assert repr(display) == "<NullDistributionDisplay, not drawn: call plot()>"
    display.plot()
    image = matplotlib.image.imread(io.BytesIO(display._repr_png_()), format="png")
    assert image.shape[0] > 100 and image.shape[1] > 100 and image.std() > 0.05
    assert (
        repr(display)
        == "<NullDistributionDisplay, 1 panel: rotate: p = 0.5, smallest possible with 3 catalogs: 0.1>"
    )
    assert plt.fignum_exists(display.figure_.number)  # nobody else shows it, nothing is closed


def test_the_inline_backend_does_not_show_it_again(display, monkeypatch):
    display.plot()
    other = plt.figure()
    monkeypatch.setattr(matplotlib, "get_backend", lambda **options: BACKEND)
    first = display._repr_png_()
    assert plt.get_fignums() == [other.number]
    assert display._repr_png_() == first  # it stays whole


@pytest.mark.parametrize("backend", ["widget", "module://ipympl.backend_nbagg", "qtagg"])
def test_a_window_or_widget_shows_it_itself(display, monkeypatch, backend):
    display.plot()
    monkeypatch.setattr(matplotlib, "get_backend", lambda **options: backend)
    assert display._repr_png_() is None and plt.fignum_exists(display.figure_.number)


def test_a_part_of_a_figure_shows_the_whole(display):
    figure = plt.figure(layout="constrained")
    left, _ = figure.subfigures(1, 2)
    display.plot(ax=left.subplots())
    assert display.figure_ is left
    assert display._repr_png_().startswith(b"\x89PNG")


def test_without_pyplot(display):
    from matplotlib.figure import Figure

    display.plot(ax=Figure().subplots())
    assert display._repr_png_().startswith(b"\x89PNG")
