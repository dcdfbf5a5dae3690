from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from skquake.inspection import PowerCurve
from skquake.plotting import PowerCurveDisplay


def make_curve(n_events=(50,), sign=1.0, rising=(0.05, 0.4, 1.0)):
    rows = [
        (replicate, n, sign * size, 0.1, 0.01 if replicate < 20 * share * n / max(n_events) else 0.5)
        for n in n_events
        for size, share in zip((0.0, 0.1, 0.3), rising, strict=True)
        for replicate in range(20)
    ]
    table = pd.DataFrame(rows, columns=["replicate", "n_events", "size", "score", "p"])
    return PowerCurve(table, 0.05, "event_auc", ("shuffle-times",), 0.95, {})


def texts(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_points_intervals_and_the_curve():
    curve = make_curve()
    axes = PowerCurveDisplay.from_curve(curve).plot().axes_[0, 0]
    frame = curve.to_frame()
    (bars,) = axes.containers
    np.testing.assert_allclose(np.array(bars[0].get_xdata(), float), 100 * frame["size"])
    np.testing.assert_allclose(np.array(bars[0].get_ydata(), float), frame["power"])
    ends = np.array(bars[2][0].get_segments(), float)[:, :, 1]
    np.testing.assert_allclose(ends, frame[["low", "high"]].to_numpy())
    curves = [line for line in axes.lines if line.get_label().startswith("50")]
    assert curves[0].get_ydata().tolist() == [0.05, 0.4, 1.0]
    assert texts(axes) == [f"50 earthquakes: 95% at {curve.size_at():+.0%}", "chance: p <= 0.05"]
    assert axes.get_title() == "Power of the event AUC"


def test_a_line_a_number_of_earthquakes(given_axes):
    axes = given_axes(1, 1)
    display = PowerCurveDisplay(make_curve((50, 100)), power=0.8).plot(axes)
    assert display.figure_ is axes[0, 0].figure
    assert texts(axes[0, 0])[:2] == ["50 earthquakes: 80% not reached", "100 earthquakes: 80% at +23%"]
    first, second = (bars[0].get_xdata() for bars in axes[0, 0].containers)
    assert not np.isin(first, second).any()


def test_negative_effects():
    axes = PowerCurveDisplay(make_curve(sign=-1.0)).plot().axes_[0, 0]
    assert axes.get_xlim()[0] < -29 and "at -" in texts(axes)[0]


def test_what_was_planted_stands_below():
    effect = {"share": 0.3, "sign": "either", "days": (-15.0, 0.0), "duration": (2.0, 5.0)}
    curve = replace(make_curve(), nulls=("rotate", "other-place"), effect=effect)
    heading = PowerCurveDisplay(curve).plot().axes_[0, 0].get_legend().get_title().get_text()
    assert " ".join(heading.split()) == (
        "largest p over rotate, other-place planted in 30 % of the earthquakes, drawn, of either sign, 2 to "
        "5 days within days -15 to 0, drawn"
    )
    assert max(map(len, heading.splitlines())) <= 76
    assert texts(PowerCurveDisplay(curve).plot().axes_[0, 0])[-1] == "chance at most: p <= 0.05"


def test_errors():
    with pytest.raises(ValueError, match=r"power=1\.5 must lie between"):
        PowerCurveDisplay(make_curve(), power=1.5).plot()
