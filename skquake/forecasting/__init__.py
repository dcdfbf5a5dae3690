"""Forecasts of series: walking forward with any regressor, ARIMA, and what every model must beat."""

from skquake.forecasting._make import make_forecaster
from skquake.forecasting._naive import (
    PersistenceForecaster,
    RecurrenceForecaster,
    RunningMedianForecaster,
    YesterdayForecaster,
)
from skquake.forecasting._scores import forecast_scores
from skquake.forecasting._sktime_forecaster import SktimeForecaster
from skquake.forecasting._walk_forward import WalkForwardForecaster

__all__ = [
    "PersistenceForecaster",
    "RecurrenceForecaster",
    "RunningMedianForecaster",
    "SktimeForecaster",
    "WalkForwardForecaster",
    "YesterdayForecaster",
    "forecast_scores",
    "make_forecaster",
]
