"""What the displays of forecasts share: the values that all models have, and their scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from skquake._core._frames import is_frame
from skquake._core._typing import ArrayLike, Estimator, Frame
from skquake.forecasting import forecast_scores
from skquake.plotting._check import with_index
from skquake.plotting._display import Display
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


class ForecastDisplay(Display):
    """A display that is made of forecasts."""

    from_predictions: ClassVar[Callable[..., Any]]

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator | Mapping[str, Estimator],
        series: Frame,
        *,
        exogenous: Frame | None = None,
        **options: Any,
    ) -> Self:
        """Forecasts of fitted forecasters for all times that they can forecast.

        Parameters
        ----------
        estimator : fitted forecaster, or dict of {str: fitted forecaster}
            One alone goes by the name of its class.
        series : DataFrame of shape (n, stations)
            What was observed: history, and the times to forecast, which should come after the training.
        exogenous : DataFrame, default=None
            As for its ``predict``.
        **options
            As for ``from_predictions``.

        Raises
        ------
        TypeError, ValueError
            For what is no forecaster, and as in ``from_predictions``.
        """
        known = () if exogenous is None else (exogenous,)
        forecasts = {
            name: forecaster.predict(series, *known)
            for name, forecaster in by_name(estimator, "predict", cls.__name__).items()
        }
        return cls.from_predictions(series, forecasts, **options)


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


def score_forecasts(
    observed: pd.DataFrame, forecasts: Mapping[str, pd.DataFrame], *, disturbed: ArrayLike | None = None
) -> pd.DataFrame:
    """Scores of each model by state and station: rows (model, state, station)."""
    tables = {
        name: forecast_scores(observed, predicted, disturbed=disturbed)
        for name, predicted in forecasts.items()
    }
    return pd.concat(tables, names=["model"])
