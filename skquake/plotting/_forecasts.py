"""What the displays of forecasts share: the values that all models have, and their scores."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from skquake.forecasting import forecast_scores

SCORE_NAMES = {
    "rmse": "RMSE",
    "mae": "MAE",
    "bias": "bias",
    "r2": "R²",
    "pearson": "correlation",
    "pearson_squared": "squared correlation",
}
WITH_UNIT = ("rmse", "mae", "bias")


def check_forecasts(observed, forecasts, what):
    """Observed values and forecasts by name, NaN in all wherever one of them is unknown.

    Models are then scored on the same values.
    """
    if isinstance(forecasts, pd.DataFrame):
        forecasts = {"forecast": forecasts}
    if not isinstance(observed, pd.DataFrame) or not isinstance(forecasts, Mapping) or not forecasts:
        raise TypeError(
            f"{what}: expected a DataFrame of observed values (times x stations) and a dict "
            "{name of the model: DataFrame of its forecasts}"
        )
    known = np.isfinite(observed.astype(float))
    for name, predicted in forecasts.items():
        if not (predicted.index.equals(observed.index) and list(predicted.columns) == list(observed.columns)):
            raise ValueError(
                f"{what}: {name!r}: times or stations differ from the observed ones; use "
                "predicted.reindex(index=observed.index, columns=observed.columns)"
            )
        known &= np.isfinite(predicted.astype(float))
    if not known.any(axis=None):
        raise ValueError(f"{what}: no time and station that is observed and forecast by every model")
    return (
        observed.where(known).astype(float),
        {name: predicted.where(known).astype(float) for name, predicted in forecasts.items()},
    )


def score_forecasts(observed, forecasts, *, disturbed=None):
    """Scores of each model by state and station: rows (model, state, station)."""
    tables = {
        name: forecast_scores(observed, predicted, disturbed=disturbed)
        for name, predicted in forecasts.items()
    }
    return pd.concat(tables, names=["model"])
