"""Molchan's diagram, reliability and superposed epochs: what is drawn is what was computed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from skquake.alarms import MolchanCurve, reliability_curve, superposed_epoch
from skquake.plotting import MolchanDisplay, ReliabilityDisplay, SuperposedEpochDisplay


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


@pytest.fixture
def curve():
    rng = np.random.default_rng(0)
    found = MolchanCurve.from_cells(rng.uniform(size=300), rng.uniform(size=300), rng.uniform(size=300) < 0.1)
    nulls = {"null_low": found.low, "null_high": found.high, "null_scores": rng.uniform(0.4, 0.6, 19)}
    return dataclasses.replace(found, coverage=0.8, area_skill_low=0.41, area_skill_high=0.62, **nulls)


def test_molchan(curve, given_axes):
    axes = given_axes(1, 1)
    display = MolchanDisplay({"model": curve, "other": dataclasses.replace(curve, null_low=None)}).plot(
        ax=axes
    )
    assert display.figure_ is axes[0, 0].figure
    diagonal, *lines = display.axes_[0, 0].lines
    np.testing.assert_array_equal(diagonal.get_xydata(), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(lines[0].get_xydata(), np.c_[curve.tau, curve.nu])
    assert len(lines) == 2 and len(display.axes_[0, 0].collections) == 2  # binomial band, one null band
    text = "\n".join(labels(display.axes_[0, 0]))
    assert f"model: area skill {curve.area_skill_score:.2f} [0.41, 0.62], p = {curve.p_value:.2g}" in text
    assert "coverage 80%" in text and "19 null catalogs (model)" in text
    assert "95% of random alarms" in text
    assert display.axes_[0, 0].get_title() == f"Molchan diagram, {curve.n_events} earthquakes"


def test_molchan_alone(curve):
    alone = dataclasses.replace(curve, null_low=None, area_skill_low=np.nan)
    text = labels(MolchanDisplay(alone).plot().axes_[0, 0])
    assert any(line.startswith("area skill ") and "[" not in line for line in text)
    with pytest.raises(ValueError, match="nothing to draw"):
        MolchanDisplay({}).plot()


def test_reliability(given_axes):
    rng = np.random.default_rng(0)
    p = rng.choice([0.01, 0.02, 0.04], 4000)
    curve = reliability_curve(
        p,
        rng.uniform(size=4000) < p,
        time=pd.date_range("2015-01-01", periods=4000, freq="4h"),
        random_state=0,
    )
    axes = given_axes(1, 1)
    display = ReliabilityDisplay({"alarms": curve}).plot(ax=axes)
    drawn = display.axes_[0, 0]
    assert drawn.lines[0].get_ydata() == [curve.base_rate] * 2
    np.testing.assert_array_equal(drawn.lines[1].get_xydata(), np.c_[curve.predicted, curve.observed])
    assert drawn.get_xlim()[1] < 0.1  # rare things fill the panel
    assert any(f"of the base rate ({curve.base_rate:.2g})" in text for text in labels(drawn))
    alone = ReliabilityDisplay(reliability_curve([0.5, 0.5], [0, 1])).plot()
    assert any(text.startswith("Brier score 0.25") for text in labels(alone.axes_[0, 0]))
    with pytest.raises(ValueError, match="nothing to draw"):
        ReliabilityDisplay({}).plot()


@pytest.fixture
def epoch():
    rng = np.random.default_rng(0)
    time = pd.date_range("2015-01-01", periods=3000, freq="4h")
    values = pd.DataFrame(
        {
            "time": time,
            "latitude": rng.uniform(-9, 9, 3000),
            "longitude": 0.0,
            "probability": rng.uniform(size=3000),
        }
    )
    events = pd.DataFrame(
        {"time": time[rng.integers(0, 3000, 30)], "latitude": 0.0, "longitude": 0.0, "magnitude": 6.5}
    )
    nulls = [events.assign(time=time[rng.integers(0, 3000, 30)]) for _ in range(9)]
    bins = {"days": [-4, -2, 0, 2], "distances": [0, 300, 900], "magnitudes": [5, 6, 7]}
    return superposed_epoch(values, events, null_catalogs=nulls, random_state=0, **bins)


def test_superposed_epoch(epoch, given_axes):
    axes = given_axes(2, 2)
    display = SuperposedEpochDisplay(epoch, label="probability").plot(ax=axes)
    assert display.axes_.shape == (2, 2) and display.figure_ is axes[0, 0].figure
    lower = display.axes_[1, 1]
    assert lower.get_title() == f"300-900 km, M 6-7, {epoch.n_events[:, 1, 1].max()} earthquakes"
    np.testing.assert_allclose(lower.lines[0].get_xydata(), np.c_[[-3, -1, 1], epoch.mean[:, 1, 1]])
    assert labels(display.axes_[1, 0])[:2] == ["9 null catalogs", "their mean"]
    assert f"p = {epoch.p_value:.2g}" in display.figure_.get_suptitle()
    assert np.isnan(epoch.mean[:, 0, 0]).all()  # no earthquake that small: an empty panel


def test_superposed_epoch_alone_and_too_many(epoch):
    alone = dataclasses.replace(epoch, n_nulls=0, null_low=None, null_high=None, null_mean=None)
    assert labels(SuperposedEpochDisplay(alone).plot().axes_[1, 0]) == ["observed"]
    many = dataclasses.replace(epoch, mean=np.zeros((3, 5, 3)))
    with pytest.raises(ValueError, match="5 distances x 3 magnitudes"):
        SuperposedEpochDisplay(many).plot()
