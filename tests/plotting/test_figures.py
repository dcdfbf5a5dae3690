"""What every figure keeps: titles, units, legible text that does not overlap, and nothing global."""

from __future__ import annotations

import itertools
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from test_contract import BY_TIME, CURVE, EVENT, EXAMPLES, PROBA, SERIES, TIMES, N, same

from skquake import plotting
from skquake.alarms import nightly_map, reliability_curve
from skquake.plotting._sheet import SHEET, sheet, style
from skquake.plotting._style import DOUBLE
from skquake.preprocessing import IQRBounds

SMALLEST = 6.0  # pt


def is_colorbar(axes):
    return axes.get_label() == "<colorbar>"


def drawn_axes(figure):
    return [axes for axes in figure.axes if axes.get_visible() and axes.axison]


def ticks_of(axis):
    """Tick labels that are seen."""
    low, high = sorted(axis.get_view_interval())
    reach = 1e-9 + 1e-6 * (high - low)
    return [
        tick.label1
        for tick in axis.get_major_ticks()
        if tick.label1.get_visible()
        and tick.label1.get_text()
        and low - reach <= tick.get_loc() <= high + reach
    ]


def texts_of(figure):
    """Every text of a figure that is seen, with ticks within their limits only."""
    ticks = {
        label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
    }  # fmt: skip
    shown = {label for axes in drawn_axes(figure) for a in (axes.xaxis, axes.yaxis) for label in ticks_of(a)}
    hidden = {text for axes in figure.axes if not axes.get_visible() for text in axes.findobj(mpl.text.Text)}
    off = {
        text for axes in figure.axes if not axes.axison
        for axis in (axes.xaxis, axes.yaxis) for text in axis.findobj(mpl.text.Text)
    }  # fmt: skip
    return [
        text
        for text in figure.findobj(mpl.text.Text)
        if text.get_text().strip() and text.get_visible() and text not in hidden | off
        if text not in ticks or text in shown
    ]


def overlaps(first, second, by=1.0):
    """Whether two boxes share more than so many pixels in both directions."""
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    return width > by and height > by


def named(axis):
    """Whether the ticks are words, which need no unit."""
    labels = [label.get_text() for label in ticks_of(axis)]
    return bool(labels) and not any(re.fullmatch(r"[−-]?[\d.,]+%?", label) for label in labels)


def check_words(figure):
    for axes in drawn_axes(figure):
        assert is_colorbar(axes) or axes.get_title(), f"{axes}: no title"
        for axis in (axes.xaxis, axes.yaxis):
            if ticks_of(axis) and not (named(axis) and not axis.label.get_text()):
                partners = [other for other in drawn_axes(figure) if axes in _shared(other, axis.axis_name)]
                label = next((getattr(o, f"{axis.axis_name}axis").label.get_text() for o in [axes, *partners]
                              if getattr(o, f"{axis.axis_name}axis").label.get_text()), "")  # fmt: skip
                assert named(axis) or re.search(r"\(.+\)", label), f"{axis}: no unit in {label!r}"


def _shared(axes, name):
    return getattr(axes, f"get_shared_{name}_axes")().get_siblings(axes)


def check_places(figure):
    renderer = figure.canvas.get_renderer()
    boxes = [
        (text, text.get_window_extent(renderer)) for text in texts_of(figure) if text.get_rotation() % 90 == 0
    ]
    page = figure.bbox
    for text, box in boxes:
        assert text.get_fontsize() >= SMALLEST - 1e-9, f"{text.get_text()!r}: {text.get_fontsize():.1f} pt"
        inside = page.x0 - 2 <= box.x0 and box.x1 <= page.x1 + 2 and page.y0 - 2 <= box.y0
        assert inside and box.y1 <= page.y1 + 2, f"{text.get_text()!r} leaves the figure"
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        assert not overlaps(first, second), f"{one.get_text()!r} overlaps {other.get_text()!r}"
    data = [axes.get_window_extent(renderer) for axes in drawn_axes(figure)]
    legends = [axes.get_legend() for axes in figure.axes if axes.get_legend()] + list(figure.legends)
    for legend in legends:
        box = legend.get_window_extent(renderer)
        assert not any(overlaps(box, other) for other in data), f"{legend} lies on data"


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_figure(name):
    before = dict(mpl.rcParams)
    figure = EXAMPLES[name](same).plot().figure_
    assert dict(mpl.rcParams) == before
    assert figure.get_figwidth() <= DOUBLE
    figure.canvas.draw()
    check_words(figure)
    check_places(figure)


def many_models():
    names = ["SeqNetQuake", "SeqNetQuake, recommended", "GBM", "DNN", "place-and-date probe"]
    return {name: BY_TIME["forest"] for name in names}


def nights():
    places = {"latitude": np.linspace(-60, 60, N), "longitude": np.linspace(-170, 170, N)}
    return nightly_map(pd.DataFrame({"time": TIMES, "probability": PROBA[:, 1], **places}))


def scores():
    panels = [
        f"{controls},\n{truth}" for controls in ("random controls", "matched controls") for truth in "ab"
    ]
    ends = {"seismic_mcc": 0.1, "seismic_mcc_low": np.nan, "seismic_mcc_high": np.nan, "n_units": 3}
    return pd.DataFrame([{"model": "SeqNetQuake", "panel": p, "probe": False, **ends} for p in panels])


def reliable():
    curve = reliability_curve(PROBA[:, 1] / 30.0, np.arange(N) % 2, n_bins=4)
    return {name: curve for name in ("alarms", "reference rate", "where they have always been")}


CROWDED = {
    "reliability": lambda: plotting.ReliabilityDisplay(reliable()),
    "models": lambda: plotting.ClassROCDisplay.from_predictions(many_models(), units=np.arange(N) // 2),
    "matrices": lambda: plotting.ConfusionDisplay.from_predictions(dict(list(many_models().items())[:3])),
    "nights": lambda: plotting.NightlyMapDisplay(nights(), catalog=EVENT, night=list(TIMES[:5])),
    "nulls": lambda: plotting.NullDistributionDisplay(
        {
            name: (np.linspace(0, 1, 19), 0.4, 0.05)
            for name in ("rotate", "shift", "other-place", "shuffle-times")
        },
        0.3,
    ),
    "stations": lambda: plotting.DTECHeatmapDisplay.from_estimator(
        IQRBounds(style="iqr"),
        pd.concat([SERIES[["XJSH"]].set_axis([k], axis=1) for k in "ABC"], axis=1),
        event=EVENT,
    ),
    "scores": lambda: plotting.ScoreDisplay(scores()),
    "alarms": lambda: plotting.MolchanDisplay(
        {name: CURVE for name in ("planted", "nothing planted", "where they have always been")}
    ),
}


@pytest.mark.parametrize("name", CROWDED)
def test_crowded_figures(name):
    figure = CROWDED[name]().plot().figure_
    figure.canvas.draw()
    check_words(figure)
    check_places(figure)


def test_rare_things_are_in_per_cent(given_axes):
    y, p = np.tile([0, 0, 0, 0, 1], 40), np.tile([0.001, 0.002, 0.001, 0.003, 0.004], 40)
    y[5:] = 0
    curve = reliability_curve(p, y, n_bins=2)
    axes = plotting.ReliabilityDisplay(curve).plot().ax_
    assert axes.get_xlabel() == "forecast probability (%)"
    assert axes.xaxis.get_major_formatter()(0.005, 0) == "0.5" and not axes.xaxis.get_offset_text().get_text()


def test_the_sheet_is_a_style_of_matplotlib():
    with plt.style.context(f"skquake.plotting.{SHEET.stem}"):
        assert mpl.rcParams["font.size"] == sheet()["font.size"] == 8.0
    small = {name: value for name, value in sheet().items() if "size" in name and "label" in name}
    assert min(small.values()) >= SMALLEST and sheet()["font.size"] / 1.2 >= SMALLEST


def test_what_the_user_set_stands():
    with plt.rc_context({"font.size": 13.0, "axes.titlesize": "x-large"}), style():
        assert mpl.rcParams["font.size"] == 13.0 and mpl.rcParams["axes.titlesize"] == "x-large"
        assert mpl.rcParams["legend.fontsize"] == 7.0


def test_ticks_made_later_are_those_of_the_sheet(given_axes):
    axes = EXAMPLES["ScoreDisplay"](same).plot().ax_
    axes.set_xticks(np.linspace(*axes.get_xlim(), 30))
    assert {label.get_fontsize() for label in axes.get_xticklabels()} == {7.0}
    own = given_axes(1, 1)
    EXAMPLES["ScoreDisplay"](same).plot(ax=own)
    assert {label.get_fontsize() for label in own[0, 0].get_xticklabels()} == {10.0}  # whose they are
