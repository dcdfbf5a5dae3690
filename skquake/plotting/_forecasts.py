"""What the displays of forecasts share: the values that all models have, and their scores."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from skquake._core._frames import is_frame
from skquake._core._typing import ArrayLike, Estimator, Frame
from skquake.forecasting import forecast_scores
from skquake.plotting._check import with_index
from skquake.plotting._predict import by_name

SCORE_NAMES = {
    "rmse": "RMSE",
    "mae": "MAE",
    "bias": "bias",
    "r2": "R²",
    "pearson": "correlation",
    "pearson_squared": "squared correlation",
}
WITH_UNIT = ("rmse", "mae", "bias")


def check_forecasts(
    observed: Frame, forecasts: Frame | Mapping[str, Frame], what: str
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Observed values and forecasts by name, NaN in all wherever one of them is unknown.

    Models are then scored on the same values.
    """
    if not isinstance(forecasts, Mapping):
        forecasts = {"forecast": forecasts}
    if not is_frame(observed) or not forecasts or not all(map(is_frame, forecasts.values())):
        raise TypeError(
            f"{what}: expected a DataFrame of observed values (times x stations) and a dict "
            "{name of the model: DataFrame of its forecasts}"
        )
    observed = with_index(observed, what, "time")
    tables = {name: with_index(table, what, "time") for name, table in forecasts.items()}
    known = np.isfinite(observed.astype(float))
    for name, predicted in tables.items():
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
        {name: predicted.where(known).astype(float) for name, predicted in tables.items()},
    )


def forecasts_of(
    estimators: Estimator | Mapping[str, Estimator], series: Frame, exogenous: Frame | None, what: str
) -> dict[str, Frame]:
    """Forecasts of fitted forecasters, by name."""
    return {
        name: estimator.predict(series) if exogenous is None else estimator.predict(series, exogenous)
        for name, estimator in by_name(estimators, "predict", what).items()
    }


def score_forecasts(
    observed: pd.DataFrame, forecasts: Mapping[str, pd.DataFrame], *, disturbed: ArrayLike | None = None
) -> pd.DataFrame:
    """Scores of each model by state and station: rows (model, state, station)."""
    tables = {
        name: forecast_scores(observed, predicted, disturbed=disturbed)
        for name, predicted in forecasts.items()
    }
    return pd.concat(tables, names=["model"])
