"""A colour means one thing in every display; bounds stay above zero; what cannot be told is grey."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from test_contract import BY_TIME, DETECTED, EVENT, EXAMPLES, SCORES, SERIES, X, Y, same

from skquake import plotting
from skquake.plotting import PALETTE
from skquake.plotting._coast import outlines
from skquake.plotting._style import NO_VALUE


def colors_of(axes):
    """Colours of lines, bars and points, without their transparency."""
    found = [to_rgb(line.get_color()) for line in axes.lines]
    found += [tuple(patch.get_facecolor()[:3]) for patch in axes.patches]
    for part in axes.collections:
        found += [
            tuple(color[:3]) for colors in (part.get_facecolor(), part.get_edgecolor()) for color in colors
        ]
    return set(found)


USED = {
    "AnomalySeriesDisplay": {"above", "below", "seismic", "reference", "null"},
    "BalanceDisplay": {"control", "reference"},
    "ClassBalanceDisplay": {"seismic", "control", "kp"},
    "ClassROCDisplay": {"model"},
    "LeadTimeDisplay": {"seismic"},
    "MolchanDisplay": {"model", "null"},
    "NullDistributionDisplay": {"seismic", "null"},
    "PowerCurveDisplay": {"model"},
    "ReliabilityDisplay": {"model"},
    "SampleMapDisplay": {"seismic", "control"},
    "ScoreBarsDisplay": {"model"},
    "ScoreDisplay": {"model", "probe"},
    "SearchDisplay": {"model"},
    "SequencesDisplay": {"seismic", "control", "kp"},
    "SplitTimelineDisplay": {"model", "seismic"},
    "SuperposedEpochDisplay": {"seismic"},
    "TernaryDisplay": {"seismic", "control", "kp"},
    "TrainingDisplay": {"model"},
    "WindowsDisplay": {"seismic", "control"},
}
ROLES = ("seismic", "control", "model", "probe", "above", "below", "kp")  # the others may stand anywhere


@pytest.mark.parametrize("name", sorted(USED))
def test_colours_are_those_of_the_roles(name):
    display = EXAMPLES[name](same).plot()
    seen = set().union(*(colors_of(axes) for axes in display.axes_.flat))
    there = {role for role, color in PALETTE.items() if to_rgb(color) in seen}
    assert USED[name] <= there
    assert not (there & set(ROLES)) - USED[name]


def test_kp_has_its_colour_and_is_pale_where_quiet():
    kp = pd.Series([1.0, 5.0, 2.0], SERIES.index[::24][:3])
    drawn = plotting.AnomalySeriesDisplay(SERIES, DETECTED.bounds, kp=kp).plot().axes_[-1, 0]
    quiet, disturbed = drawn.containers
    assert [bar.get_height() for bar in quiet] == [1.0, 2.0] and [bar.get_height() for bar in disturbed] == [
        5.0
    ]
    assert all(bar.get_facecolor()[:3] == to_rgb(PALETTE["kp"]) for bar in (*quiet, *disturbed))
    assert quiet[0].get_alpha() < disturbed[0].get_alpha() == 1.0


def test_a_probe_among_models_is_a_probe():
    both = {"forest": BY_TIME["forest"], "place probe": BY_TIME["forest"]}
    lines = plotting.ClassROCDisplay.from_predictions(both).plot().ax_.lines
    assert [line.get_color() for line in lines[:2]] == [PALETTE["model"], PALETTE["probe"]]


def test_bounds_of_contents_are_not_negative():
    series = pd.DataFrame({"A": [1.0, 2.0, 1.5]}, pd.date_range("2020-01-01", periods=3, freq="h"))
    bounds = pd.DataFrame({"A_lower": [-2.0, -1.0, 0.5], "A_upper": [3.0, 3.0, 3.0]}, series.index)
    for unit, least in {"TECU": 0.0, "TECU less median": -2.0}.items():
        band = plotting.AnomalySeriesDisplay(series, bounds, unit=unit).plot().ax_.collections[0]
        assert band.get_paths()[0].vertices[:, 1].min() == least
    image = np.zeros((30, 24, 6))
    image[..., 0], image[..., 2] = 5.0, -1.0
    display = plotting.SIPImageDisplay(image).plot()
    lower = display.axes_[0, 2].images[0]
    assert lower.get_array().min() == 0.0 and lower.get_clim() == (0.0, 5.0)


def test_a_pair_of_images_has_one_scale_and_dates():
    pair = [np.full((30, 24, 6), level) for level in (3.0, 9.0)]
    drawn = [plotting.SIPImageDisplay(image, start="2016-11-20", limits=(3.0, 9.0)).plot() for image in pair]
    assert {display.ax_.images[0].get_clim() for display in drawn} == {(3.0, 9.0)}
    assert drawn[0].ax_.get_yticklabels()[0].get_text() == "2016-11-20"


def test_cells_that_cannot_be_told_from_chance_are_grey():
    table = pd.DataFrame(
        {
            "train": ["a", "b", "c", "d"], "test": "a", "kind": "direct", "scoring": "seismic_mcc",
            "score": [0.3, 0.3, 0.3, -0.3], "low": [0.1, -0.1, np.nan, -0.5],
            "high": [0.5, 0.7, np.nan, -0.1],
        }
    )  # fmt: skip
    display = plotting.TransferMatrixDisplay(table).plot()
    assert display.told_["a"].tolist() == [True, False, False, True]
    grey, coloured = display.ax_.images
    assert grey.get_array().mask.ravel().tolist() == [True, False, False, True]
    assert coloured.get_array().mask.ravel().tolist() == [False, True, True, False]
    assert to_rgb(NO_VALUE) == grey.cmap(0.0)[:3]
    chance = plotting.TransferMatrixDisplay(table.assign(scoring="event_auc"), scoring="event_auc").plot()
    assert chance.told_["a"].tolist() == [False, False, False, True]


def test_maps_have_coasts_and_keep_their_limits():
    lines = outlines()
    places = np.concatenate(lines)
    assert len(places) > 4000 and np.abs(places[:, 0]).max() <= 180 and np.abs(places[:, 1]).max() <= 90
    edges = [np.abs(line[:, 0]) >= 179.9 for line in lines]
    assert not any((edge[1:] & edge[:-1]).any() for edge in edges)  # the dateline is no coast
    # The southern tip of Africa, the Bering Strait, and Sumatra's north.
    for longitude, latitude in ((20.0, -34.8), (-168.1, 65.6), (95.3, 5.5)):
        assert np.hypot(places[:, 0] - longitude, places[:, 1] - latitude).min() < 0.8
    for name in ("NightlyMapDisplay", "RSTMapDisplay", "TECMapDisplay", "SampleMapDisplay"):
        axes = EXAMPLES[name](same).plot().ax_
        coast = [part for part in axes.collections if isinstance(part, LineCollection)]
        assert coast and len(coast[0].get_segments()) >= len(lines)
    assert EXAMPLES["SampleMapDisplay"](same).plot().ax_.get_xlim() == (-180, 180)


def test_events_without_a_sample_are_dim():
    events = X[["event_id", "latitude", "longitude", "magnitude"]].drop_duplicates("event_id").assign(label=1)
    drawn = plotting.SampleMapDisplay(events, X[:20], Y[:20]).plot().ax_
    bright, dim = (part for part in drawn.collections if not isinstance(part, LineCollection))
    assert (len(bright.get_offsets()), len(dim.get_offsets())) == (10, 20)
    assert dim.get_alpha() < 0.5 < bright.get_alpha()
    counted = events.drop(columns="event_id").assign(n_samples=np.arange(len(events)) % 3)
    drawn = plotting.SampleMapDisplay(counted).plot().ax_
    bright, dim = (part for part in drawn.collections if not isinstance(part, LineCollection))
    assert (len(bright.get_offsets()), len(dim.get_offsets())) == (20, 10)


def test_corners_are_named():
    texts = [text.get_text() for text in EXAMPLES["TernaryDisplay"](same).plot().ax_.texts]
    assert texts == ["0: control", "1: before", "2: disturbed"]


def test_recolouring_is_possible_afterwards():
    display = plotting.ScoreDisplay(SCORES).plot()
    for line in display.ax_.lines:
        line.set_color("black")
    assert {line.get_color() for line in display.ax_.lines} == {"black"}
    plt.close(display.figure_)


def test_an_event_is_drawn_in_its_colour():
    display = plotting.AnomalySeriesDisplay(SERIES, DETECTED.bounds, event=EVENT).plot()
    assert display.ax_.lines[0].get_color() == PALETTE["seismic"]
