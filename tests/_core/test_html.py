"""Cards of notebooks: what comes from data is text, nothing comes from outside, nothing runs."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from common.card_page import HOSTILE, check_alone

from skquake._core._html import Table, card
from skquake._core._svg import covered, globe, histogram, steps, strip, timeline


def test_what_is_given_is_text():
    drawing = strip([0.0, 1.0], HOSTILE)
    html = card(
        HOSTILE,
        facts=[(HOSTILE, HOSTILE)],
        lines=[HOSTILE, ""],
        drawings=[drawing],
        tables=[Table((HOSTILE, "b"), [(HOSTILE, drawing)], HOSTILE)],
    )
    page = check_alone(html)
    assert page.tags.count("style") == 1 and page.tags.count("svg") == 2
    assert sum(text.count(HOSTILE) for text in page.texts) == 9
    assert [value for _, name, value in page.attributes if name == "aria-label"] == [HOSTILE] * 2


def test_a_card_is_light():
    assert len(card("Samples", facts=[("1", "sample", "seismic")])) < 4000


def brute_force(start, end, first, last, n):
    edges = np.linspace(first, last, n + 1)
    fine = (np.arange(first, last) + 0.5)[:, np.newaxis]
    inside = ((fine >= start) & (fine < end)).any(axis=1)
    where = np.digitize(fine[:, 0], edges[1:-1])
    return np.bincount(where, inside, minlength=n) / np.bincount(where, minlength=n)


@pytest.mark.parametrize("seed", range(8))
def test_coverage_counts_what_is_covered_once(seed):
    rng = np.random.default_rng(seed)
    start = rng.integers(0, 960, 12)
    end = start + rng.integers(1, 40 if seed % 2 else 400, 12)
    expected = brute_force(start, end, 0, 1000, 20)
    np.testing.assert_allclose(covered(start, end, 0, 1000, 20), expected, atol=1e-9)


def test_a_strip_is_darker_where_it_is_fuller_and_blank_where_nothing_is():
    drawn = strip([0.0, 0.25, 0.5, 0.5, np.nan], "coverage")
    found = re.findall(r'x="([\d.]+)" y="1" width="([\d.]+)".*?fill-opacity="([\d.]+)"', drawn)
    assert found == [("104.0", "104.0", "0.40"), ("208.0", "208.0", "0.80")]
    assert "fill-opacity" not in strip([0.0, 0.0], "nothing")


def test_timeline_has_the_classes_on_their_sides():
    time = pd.to_datetime(["2015-01-01", "2015-01-01", "2015-01-31", "2015-01-31"])
    drawn = timeline(time, [1, 1, 0, 2], "samples")
    found = re.findall(r'y="([\d.]+)" width="4.0" height="([\d.]+)" fill="var\(--(\w+)\)"', drawn)
    assert found == [("0.0", "34.0", "seismic"), ("17.0", "17.0", "kp"), ("34.0", "17.0", "control")]
    assert "2015-01-01" in drawn and "2015-01-31" in drawn


def test_timeline_of_twenty_years():
    time = pd.date_range("2000-01-01", "2020-01-01", periods=1300)
    drawn = timeline(time, np.ones(len(time), int), "samples")
    found = re.findall(r'x="([\d.]+)" y="[\d.]+" width="4.0"', drawn)
    assert [float(x) for x in found] == [4.0 * k for k in range(130)]


def test_a_map_has_coasts_of_whole_pixels():
    (path,) = re.findall(r'<path d="([^"]+)"', globe([], "places"))
    assert set(path) <= set("Ml -0123456789") and 2_000 < len(path) < 20_000


def test_a_map_stays_small_and_has_the_globe_on_it():
    rng = np.random.default_rng(0)
    latitude, longitude = rng.uniform(-90, 90, 200_000), rng.uniform(-180, 180, 200_000)
    assert globe([("seismic", latitude, longitude)], "places").count("<circle") <= 60 * 120
    drawn = globe([("control", [90.0, -90.0, np.nan], [-180.0, 179.9, 0.0])], "places")
    centers = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn)
    assert sorted(centers) == [("1.2", "1.2"), ("298.8", "148.8")]


def test_histogram_and_curve():
    drawn = histogram([0.0, 0.0, 1.0, np.nan], 2.0, "scores")
    assert drawn.count("var(--null)") == 2 and 'stroke="var(--seismic)"' in drawn
    assert histogram([np.nan], 1.0, "none") == "" == histogram([1.0], np.nan, "none")
    curve = steps([0.0, 1.0], [0.0, 1.0], [0.0, np.nan], [0.5, np.nan], "power")
    assert 'points="48.0,108.0 260.0,8.0"' in curve and curve.count('stroke="var(--model)"/>') == 1
