"""Forecasts of series with any regressor, ARIMA, what every model must beat; anomalies of TEC."""

from skquake.forecasting._anomalies import TECAnomalies
from skquake.forecasting._anomaly_activity import space_weather_state
from skquake.forecasting._anomaly_detector import TECAnomalyDetector
from skquake.forecasting._anomaly_rate import rate_in_words
from skquake.forecasting._anomaly_spans import quake_free_spans
from skquake.forecasting._iri import IRIForecaster
from skquake.forecasting._make import make_forecaster
from skquake.forecasting._naive import (
    PersistenceForecaster,
    RecurrenceForecaster,
    RunningMedianForecaster,
    SmoothingForecaster,
    YesterdayForecaster,
)
from skquake.forecasting._scores import forecast_scores
from skquake.forecasting._sktime_forecaster import SktimeForecaster
from skquake.forecasting._walk_forward import WalkForwardForecaster

__all__ = [
    "IRIForecaster",
    "PersistenceForecaster",
    "RecurrenceForecaster",
    "RunningMedianForecaster",
    "SktimeForecaster",
    "SmoothingForecaster",
    "TECAnomalies",
    "TECAnomalyDetector",
    "WalkForwardForecaster",
    "YesterdayForecaster",
    "forecast_scores",
    "make_forecaster",
    "quake_free_spans",
    "rate_in_words",
    "space_weather_state",
]
