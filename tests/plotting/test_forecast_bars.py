from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.forecasting import forecast_scores
from skquake.plotting import ForecastBarsDisplay

LATITUDE = {"LHAS": 29.66, "PERT": -31.8, "XJSH": 44.2}


def tables(n=40, seed=0):
    rng = np.random.default_rng(seed)
    observed = pd.DataFrame(rng.normal(30, 8, (n, 3)), columns=list(LATITUDE))
    forecasts = {name: observed + rng.normal(0, s, observed.shape) for name, s in (("a", 1), ("b", 3))}
    return observed, forecasts, np.arange(n) % 4 == 0


@pytest.mark.parametrize("score", ["rmse", "mae", "bias", "r2", "pearson", "pearson_squared"])
def test_scores_by_state_and_station(score):
    observed, forecasts, disturbed = tables()
    display = ForecastBarsDisplay.from_predictions(observed, forecasts, disturbed=disturbed, score=score)
    assert display.table.columns.tolist() == ["a", "b"]
    for name, table in forecasts.items():
        for state, rows in (("quiet", ~disturbed), ("disturbed", disturbed)):
            expected = forecast_scores(observed[rows], table[rows]).loc["all", score]
            assert display.table.loc[state, name].to_dict() == pytest.approx(expected.to_dict())
    assert display.counts.loc[("disturbed", "all stations")] == 30


def test_bars_from_north_to_south(given_axes):
    observed, forecasts, disturbed = tables()
    axes = given_axes(2, 1)
    display = ForecastBarsDisplay.from_predictions(
        observed, forecasts, disturbed=disturbed, latitude=pd.Series(LATITUDE)
    ).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    quiet, stormy = display.axes_[:, 0]
    assert [tick.get_text() for tick in stormy.get_xticklabels()] == [
        "XJSH\n44.2° N",
        "LHAS\n29.7° N",
        "PERT\n31.8° S",
        "all\nstations",
    ]
    heights = [bar.get_height() for bar in stormy.patches]
    stations = ["XJSH", "LHAS", "PERT", "all stations"]
    assert heights == [display.table.loc[("disturbed", s), m] for m in "ab" for s in stations]
    assert quiet.get_title() == "quiet times: 90 values" and quiet.get_ylabel() == "RMSE (TECU)"
    assert [text.get_text() for text in stormy.get_legend().get_texts()] == ["a", "b"]


def test_one_panel_without_states():
    observed, forecasts, _ = tables()
    display = ForecastBarsDisplay.from_predictions(observed, forecasts["a"], score="r2").plot()
    assert display.axes_.shape == (1, 1) and display.axes_[0, 0].get_ylabel() == "R² (no unit)"
    assert [tick.get_text() for tick in display.axes_[0, 0].get_xticklabels()][:3] == list(LATITUDE)


def test_errors():
    observed, forecasts, disturbed = tables()
    draw = ForecastBarsDisplay.from_predictions
    with pytest.raises(ValueError, match="score='mse'; choose one of rmse, mae"):
        draw(observed, forecasts, score="mse")
    with pytest.raises(ValueError, match="latitude: none in degrees for station 'XJSH'"):
        draw(observed, forecasts, latitude={"LHAS": 29.66, "PERT": -31.8})
    with pytest.raises(ValueError, match="disturbed"):
        draw(observed, forecasts, disturbed=disturbed[1:])
    with pytest.raises(ValueError, match="no finite r2"):
        draw(observed * 0, {"a": observed}, score="r2").plot()
