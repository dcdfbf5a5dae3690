"""Scores of forecasts: golden values and scikit-learn's."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from skquake.forecasting import forecast_scores


def pair(n=200, seed=0):
    rng = np.random.default_rng(seed)
    time = pd.date_range("2016-12-01", periods=n, freq="2h")
    observed = pd.DataFrame(rng.normal(20, 5, (n, 2)), time, ["A", "B"])
    return observed, 0.8 * observed + rng.normal(6, 2, (n, 2))


def test_golden():
    observed = pd.DataFrame({"A": [1.0, 2.0, 3.0, 4.0]})
    predicted = pd.DataFrame({"A": [2.0, 4.0, 6.0, 8.0]})  # perfectly correlated, and bad
    found = forecast_scores(observed, predicted).loc[("all", "A")]
    assert found.to_dict() == pytest.approx(
        {"n": 4, "rmse": np.sqrt(7.5), "mae": 2.5, "bias": 2.5, "r2": 1 - 30 / 5, "pearson": 1.0,
         "pearson_squared": 1.0}
    )  # fmt: skip


def test_against_scikit_learn_and_states():
    observed, predicted = pair()
    predicted.iloc[:10, 0] = np.nan
    disturbed = pd.Series(np.arange(200) % 3 == 0, observed.index)[::-1]
    found = forecast_scores(observed, predicted, disturbed=disturbed)
    assert list(found.index.get_level_values("state").unique()) == ["all", "quiet", "disturbed"]
    for state, rows in {"quiet": ~disturbed, "disturbed": disturbed}.items():
        rows = rows.reindex(observed.index)
        a, b = observed.loc[rows, "A"].to_numpy(), predicted.loc[rows, "A"].to_numpy()
        a, b = a[~np.isnan(b)], b[~np.isnan(b)]
        row = found.loc[(state, "A")]
        assert row["n"] == len(a)
        assert row["rmse"] == pytest.approx(root_mean_squared_error(a, b))
        assert row["mae"] == pytest.approx(mean_absolute_error(a, b))
        assert row["r2"] == pytest.approx(r2_score(a, b))
        assert row["pearson"] == pytest.approx(np.corrcoef(a, b)[0, 1])
        assert row["pearson_squared"] == pytest.approx(np.corrcoef(a, b)[0, 1] ** 2)
        assert row["bias"] == pytest.approx((b - a).mean())
    whole = found.loc[("all", "all stations")]
    assert whole["n"] == 390 and whole["r2"] < whole["pearson_squared"]


def test_nothing_to_score():
    observed, predicted = pair()
    found = forecast_scores(observed, predicted * np.nan)
    assert (found["n"] == 0).all() and found["rmse"].isna().all()
    flat = forecast_scores(observed * 0, predicted).loc[("all", "A")]
    assert np.isnan(flat["r2"]) and np.isnan(flat["pearson"])


def test_bad_input():
    observed, predicted = pair()
    with pytest.raises(ValueError, match="differ in their times or stations"):
        forecast_scores(observed, predicted[1:])
    with pytest.raises(ValueError, match="differ in their times or stations"):
        forecast_scores(observed, predicted[["B", "A"]])
    with pytest.raises(ValueError, match="a bool for each of the 200 times"):
        forecast_scores(observed, predicted, disturbed=[True])
    with pytest.raises(ValueError, match="with missing values"):
        forecast_scores(observed, predicted, disturbed=pd.Series(True, observed.index[5:]))
