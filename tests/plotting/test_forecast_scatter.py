from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.forecasting import forecast_scores
from skquake.plotting import ForecastScatterDisplay


def tables(n=50, seed=0):
    rng = np.random.default_rng(seed)
    times = pd.date_range("2001-01-01", periods=n, freq="2h")
    observed = pd.DataFrame(rng.normal(30, 8, (n, 2)), times, ["A", "B"])
    return observed, {"good": observed + rng.normal(0, 1, observed.shape), "poor": observed * 0.5}


def test_scores_are_those_of_the_values_that_every_model_has():
    observed, forecasts = tables()
    forecasts["good"].iloc[:5, 0] = np.nan
    observed.iloc[7] = np.nan
    display = ForecastScatterDisplay.from_predictions(observed, forecasts)
    keep = pd.DataFrame(True, observed.index, observed.columns)
    keep.iloc[:5, 0] = keep.iloc[7] = False
    for name, table in forecasts.items():
        expected = forecast_scores(observed.where(keep), table.where(keep)).loc[("all", "all stations")]
        pd.testing.assert_series_equal(display.scores_.loc[name], expected, check_names=False)
        truth, found = observed.to_numpy()[keep], table.to_numpy()[keep]
        assert display.scores_.loc[name, "rmse"] == pytest.approx(np.sqrt(np.mean((truth - found) ** 2)))
        r2 = 1 - np.sum((truth - found) ** 2) / np.sum((truth - truth.mean()) ** 2)
        assert display.scores_.loc[name, "r2"] == pytest.approx(r2)
    assert display.scores_["n"].tolist() == [93, 93]


def test_points_and_words(given_axes):
    observed, forecasts = tables()
    axes = given_axes(1, 2)
    display = ForecastScatterDisplay.from_predictions(observed, forecasts).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    first, second = display.axes_[0]
    np.testing.assert_array_equal(first.lines[0].get_xdata(), observed.to_numpy().ravel())
    np.testing.assert_array_equal(second.lines[0].get_ydata(), forecasts["poor"].to_numpy().ravel())
    assert first.get_xlim() == first.get_ylim() == second.get_xlim()
    said = display.scores_.loc["good"]
    assert first.texts[0].get_text() == f"R² {said['r2']:.3f}\nRMSE {said['rmse']:.2f} TECU\nn 100"
    assert second.get_title() == "poor" and second.get_xlabel() == "observed (TECU)"


def test_many_points_are_counted_alike_in_all_panels():
    observed, forecasts = tables(1000)
    display = ForecastScatterDisplay.from_predictions(
        observed, forecasts | {"c": observed, "d": observed}
    ).plot()
    assert display.axes_.shape == (2, 3)
    assert [axes.get_visible() for axes in display.axes_.flat] == [True] * 4 + [False] * 2
    cells = [axes.collections[0] for axes in display.axes_.flat[:4]]
    assert [count.get_array().sum() for count in cells] == [2000] * 4
    most = max(count.get_array().max() for count in cells)
    assert {count.get_clim() for count in cells} == {(1, most)}


def test_a_single_frame_is_one_model():
    observed, forecasts = tables()
    display = ForecastScatterDisplay.from_predictions(observed, forecasts["poor"], unit="m").plot()
    assert display.axes_.shape == (1, 1) and display.axes_[0, 0].get_ylabel() == "forecast (m)"


def test_errors():
    observed, forecasts = tables()
    draw = ForecastScatterDisplay.from_predictions
    with pytest.raises(TypeError, match="ForecastScatterDisplay: expected a DataFrame of observed"):
        draw(observed.to_numpy(), forecasts)
    with pytest.raises(TypeError, match="name of the model"):
        draw(observed, {})
    with pytest.raises(ValueError, match=r"'good': times or stations differ.*reindex"):
        draw(observed.iloc[1:], forecasts)
    with pytest.raises(ValueError, match="'poor': times or stations differ"):
        draw(observed, {"poor": forecasts["poor"][["B", "A"]]})
    with pytest.raises(ValueError, match="forecast by every model"):
        draw(observed, forecasts | {"none": observed * np.nan})
