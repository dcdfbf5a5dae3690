from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.plotting import TaylorDisplay


def tables(n=60, seed=0):
    rng = np.random.default_rng(seed)
    observed = pd.DataFrame(rng.normal(30, 8, (n, 2)), columns=["A", "B"])
    return observed, {"good": observed + rng.normal(1, 2, observed.shape), "late": observed.shift(1)}


def test_statistics_of_the_values_that_every_model_has():
    observed, forecasts = tables()
    display = TaylorDisplay.from_predictions(observed, forecasts)
    truth = observed.to_numpy()[1:].ravel()
    assert display.observed_std == pytest.approx(truth.std())
    for name, table in forecasts.items():
        found, row = table.to_numpy()[1:].ravel(), display.statistics.loc[name]
        assert row["correlation"] == pytest.approx(np.corrcoef(truth, found)[0, 1])
        assert row["std"] == pytest.approx(found.std())
        assert row["centred_rms"] == pytest.approx(np.std(found - truth))
        assert row["bias"] == pytest.approx(np.mean(found - truth))


def test_points_lie_where_the_law_of_cosines_puts_them(given_axes):
    observed, forecasts = tables()
    forecasts["reversed"] = 60 - observed
    axes = given_axes(1, 1)
    display = TaylorDisplay.from_predictions(observed, forecasts).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    drawn = display.axes_[0, 0]
    points = {found.get_label(): found for found in drawn.collections if len(found.get_offsets()) == 1}
    for name, row in display.statistics.iterrows():
        x, y = points[name].get_offsets()[0]
        assert np.hypot(x, y) == pytest.approx(row["std"])
        assert np.hypot(x - display.observed_std, y) == pytest.approx(row["centred_rms"])
        assert points[name].get_array()[0] == row["bias"]
    x, y = points["reversed"].get_offsets()[0]
    assert x < 0 and y == pytest.approx(0, abs=1e-3)
    assert drawn.get_xlim()[0] < x  # the diagram opens to the left where a correlation is negative
    assert {found.get_clim() for found in points.values()} == {
        (-display.statistics["bias"].abs().max(), display.statistics["bias"].abs().max())
    }


def test_a_quarter_circle_without_negative_correlations():
    observed, forecasts = tables()
    display = TaylorDisplay.from_predictions(observed, {"good": forecasts["good"]}, unit="m").plot()
    assert display.axes_[0, 0].get_xlim()[0] == 0
    assert "(m)" in display.axes_[0, 0].get_ylabel()


def test_a_constant_forecast_lies_at_the_origin():
    observed, _ = tables()
    display = TaylorDisplay.from_predictions(observed, {"mean": observed * 0 + 30.1}).plot()
    row = display.statistics.loc["mean"]
    assert np.isnan(row["correlation"]) and row["std"] == 0
    assert row["centred_rms"] == pytest.approx(display.observed_std)
    points = [found for found in display.axes_[0, 0].collections if found.get_label() == "mean"]
    assert points[0].get_offsets()[0].tolist() == [0, 0]


def test_errors():
    observed, forecasts = tables()
    with pytest.raises(ValueError, match="TaylorDisplay: the 120 observed values do not vary"):
        TaylorDisplay.from_predictions(observed * 0, {"good": forecasts["good"]})
    with pytest.raises(ValueError, match="times or stations differ"):
        TaylorDisplay.from_predictions(observed[["A"]], forecasts)
