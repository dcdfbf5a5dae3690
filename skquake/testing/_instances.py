"""Small instances of every public estimator and source, quick enough for tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge

from skquake.alarms import EtasRate
from skquake.baselines import (
    CompetingKernels,
    CountScaler,
    IntervalQuantiles,
    SktimeClassifier,
    SktimeTransformer,
    WindowStatistics,
)
from skquake.catalogs import AftershockRemover, MagnitudeFilter, MatchedControls, RandomControls
from skquake.forecasting import (
    IRIForecaster,
    PersistenceForecaster,
    RecurrenceForecaster,
    RunningMedianForecaster,
    SktimeForecaster,
    SmoothingForecaster,
    TECAnomalyDetector,
    WalkForwardForecaster,
    YesterdayForecaster,
)
from skquake.model_selection import (
    HyperoptSearchCV,
    LeaveOneSatelliteOut,
    LeaveOneYearOut,
    PurgedGroupKFold,
    PurgedTimeSeriesSplit,
    SpatialBlockKFold,
)
from skquake.neural import (
    CNNClassifier,
    DNNClassifier,
    EDLSTMERegressor,
    FineTuned,
    LSTMClassifier,
    SafeNetClassifier,
    SeqNetQuakeClassifier,
    SIPClassifier,
)
from skquake.preprocessing import (
    ChannelLog,
    ChannelScaler,
    IQRBounds,
    IRIResidual,
    KalmanImputer,
    MASSResidual,
    NeLOGResidual,
    QuietBackground,
    RevisitResidual,
    RollingSigmaBounds,
    RSTIndex,
    SigmaClipper,
    TrainOnly,
    WindowBounds,
    WindowFlattener,
    WindowMean,
    WindowNormalizer,
)
from skquake.preprocessing._frame_residual import FrameResidual
from skquake.sampling import ResidualWindow, SIPImages, SlidingWindow
from skquake.sources import MapSource, SeriesSource, SourceCollection, TrackSource
from skquake.testing._kinds import START, Example, series, windows_for

_SEQUENCE: dict[str, Any] = dict(
    conv_layers=1,
    filters=2,
    kernel_size=1,
    lstm_layers=1,
    lstm_units=3,
    dense_layers=1,
    dropout=0.0,
    n_segments=1,
    learning_rate=0.02,
    epochs=8,
    batch_size=32,
    random_state=0,
)
_BASELINE: dict[str, Any] = dict(
    dense_units=8, dropout=0.0, learning_rate=0.02, batch_size=32, epochs=8, random_state=0
)


def tiny_instances(classes: type | tuple[type, ...] | None = None) -> list[Any]:
    """New small instances of every public estimator, and of the sources.

    Networks have a few dozen weights and train for a few epochs; sources hold a day or two.

    Parameters
    ----------
    classes : type or tuple of type, default=None
        Only instances of these.

    Returns
    -------
    list
        Some classes occur more than once, with other parameters.

    Examples
    --------
    >>> from skquake.preprocessing import WindowNormalizer
    >>> from skquake.testing import tiny_instances
    >>> tiny_instances(WindowNormalizer)
    [WindowNormalizer(), WindowNormalizer(kind='zscore'), WindowNormalizer(kind='detrend')]
    """
    made = [*networks(), *_arrays(), *_steps(), *_forecasters(), *_others(), *_sources()]
    return made if classes is None else [thing for thing in made if isinstance(thing, classes)]


def networks() -> list[BaseEstimator]:
    return [
        SeqNetQuakeClassifier(**_SEQUENCE),
        SafeNetClassifier(**_SEQUENCE),
        DNNClassifier(**(_BASELINE | {"dense_layers": 2, "epochs": 25})),
        CNNClassifier(**_BASELINE, conv_layers=1, kernel_size=1, dense_layers=2),
        LSTMClassifier(**_BASELINE, lstm_layers=1, lstm_units=8, dense_layers=1),
        EDLSTMERegressor(
            units=8,
            decoder_layers=1,
            activation="tanh",
            learning_rate=0.03,
            epochs=25,
            batch_size=12,
            random_state=0,
        ),
        SIPClassifier(
            "cnn",
            unit_strides=(),
            output="softmax",
            epochs=5,
            learning_rate=0.05,
            batch_size=32,
            dropout=0.0,
            random_state=0,
        ),
        FineTuned(FrozenEstimator(_pretrained()), epochs=2, random_state=0),
    ]


def _arrays() -> list[BaseEstimator]:
    return [
        ChannelScaler(),
        ChannelScaler(method="robust"),
        ChannelLog(),
        WindowFlattener(),
        WindowMean(2),
        WindowNormalizer(),
        WindowNormalizer(kind="zscore"),
        WindowNormalizer(kind="detrend"),
        WindowBounds(IQRBounds(days=2, samples_per_day=1), keep=1),
        WindowBounds(RollingSigmaBounds(days=1, samples_per_day=2), keep=1, output="deviation"),
        WindowStatistics(),
        WindowStatistics(["median", "slope"]),
        IntervalQuantiles(depth=3, divisor=2),
        CompetingKernels(n_groups=3, n_kernels=2, random_state=0),
        CountScaler(),
        IQRBounds(days=2),
        RollingSigmaBounds(days=2),
        SigmaClipper(),
        SigmaClipper(2, outside="clip"),
        KalmanImputer(max_iter=2),
        TECAnomalyDetector(None, IQRBounds(days=2)),
        TECAnomalyDetector(None, RollingSigmaBounds(days=2)),
        TrainOnly(None, LogisticRegression()),
        TrainOnly(None, Ridge()),
        HyperoptSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2, n_iter=2, random_state=0),
        *_sktime(),
    ]


def _sktime() -> list[BaseEstimator]:
    from sktime.classification.interval_based import TimeSeriesForestClassifier
    from sktime.transformations.panel.reduce import Tabularizer

    return [
        SktimeClassifier(TimeSeriesForestClassifier(n_estimators=10), random_state=0),
        SktimeTransformer(Tabularizer()),
    ]


def _steps() -> list[BaseEstimator]:
    track = _track()
    return [
        SlidingWindow(track, 6),
        SlidingWindow(track, 3, channels=["Te"], missing="nan"),
        SlidingWindow(_tracks(), 5),
        SlidingWindow(track, 3, context=2),
        SlidingWindow(_hourly(), 4, context=3, context_edge="nan"),
        ResidualWindow(SlidingWindow(track, 4), IRIResidual(f107=100.0, altitude_km=460.0), keep="both"),
        ResidualWindow(
            SlidingWindow(_tracks(), 3),
            [QuietBackground(harmonics=1, alpha=1e-3), QuietBackground("Te", harmonics=1, alpha=1e-3)],
        ),
        SIPImages(_hourly(), days=3, history_days=4),
    ]


def _forecasters() -> list[BaseEstimator]:
    from sktime.forecasting.naive import NaiveForecaster

    return [
        PersistenceForecaster(n_out=4),
        YesterdayForecaster(),
        RunningMedianForecaster(days=7),
        RecurrenceForecaster(),
        SmoothingForecaster(),
        IRIForecaster(
            pd.DataFrame({"latitude": [-40.0, 5.0, 44.2], "longitude": 86.1}, index=["S0", "S1", "S2"])
        ),
        WalkForwardForecaster(Ridge(), n_in=6, n_out=3),
        SktimeForecaster(NaiveForecaster(), n_out=12),
    ]


def _others() -> list[BaseEstimator]:
    return [
        AftershockRemover(),
        MagnitudeFilter(5.0),
        RandomControls(),
        MatchedControls(),
        MatchedControls(match="local-time", satellite="swarm"),
        MatchedControls(match="dip-latitude"),
        PurgedGroupKFold(3),
        SpatialBlockKFold(3),
        PurgedTimeSeriesSplit(3),
        LeaveOneYearOut(),
        LeaveOneSatelliteOut(),
        NeLOGResidual(degree=4),
        MASSResidual(["B_N"]),
        IRIResidual(f107=100.0, altitude_km=460.0),
        QuietBackground(harmonics=1, alpha=1e-3),
        RevisitResidual(n_passes=2, min_passes=1, min_days=0.0, max_days=2.0),
        RSTIndex(),
        EtasRate(n_rounds=1),
    ]


def _sources() -> list[Any]:
    return [_track(), _tracks(), _hourly(), MapSource(_maps())]


def own_example(estimator: Any) -> Example | None:
    """Data for those of this package's estimators that take other things than their kind."""
    if isinstance(estimator, FrameResidual):
        return Example(_passes())
    if isinstance(estimator, RSTIndex):
        return Example(_maps(pd.date_range("2010-01-01", "2014-12-31", freq="5D", unit="ns")))
    if isinstance(estimator, TECAnomalyDetector):
        return Example(series(8))
    if isinstance(estimator, KalmanImputer | SigmaClipper):
        marred = series(8)
        marred.iloc[[20, 21, 50], 0] = np.nan
        marred.iloc[[30, 70], 1] = 90.0
        return Example(marred)
    if isinstance(estimator, SktimeClassifier):  # the forest of the instance takes one channel
        found = windows_for(estimator)
        return Example(found.X[:, :, 0], found.y)
    return None


def ready(estimator: Any) -> Any:
    """The estimator; one that would fine-tune a network that is yet to be fitted has it fitted."""
    if not isinstance(estimator, FineTuned) or not isinstance(estimator.pretrained, FrozenEstimator):
        return estimator
    network = estimator.pretrained.estimator
    if hasattr(network, "classes_"):
        return estimator
    fitted = clone(network).fit(*windows_for(network).arguments)
    return clone(estimator).set_params(pretrained=FrozenEstimator(fitted))


def _pretrained() -> SeqNetQuakeClassifier:
    return SeqNetQuakeClassifier(**(_SEQUENCE | {"epochs": 2}))


def _orbit(n: int = 1500, cadence: float = 20.0, phase: float = 0.0) -> pd.DataFrame:
    """A polar orbit with channels Ne and Te."""
    rng = np.random.default_rng(round(10 * phase))
    seconds = cadence * np.arange(n)
    angle = 2 * np.pi * (seconds / 5640.0 + phase)
    tilt = np.deg2rad(87.4)
    longitude = np.rad2deg(np.arctan2(np.cos(tilt) * np.sin(angle), np.cos(angle))) - seconds / 240.0
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta((seconds * 1e9).astype("int64"), unit="ns"),
            "latitude": np.rad2deg(np.arcsin(np.sin(tilt) * np.sin(angle))),
            "longitude": (longitude + 180.0) % 360.0 - 180.0,
            "Ne": 1e5 * rng.lognormal(size=n),
            "Te": 2000.0 + 100.0 * rng.normal(size=n),
        }
    )


def _track() -> TrackSource:
    return TrackSource(_orbit())


def _tracks() -> SourceCollection:
    return SourceCollection({"A": TrackSource(_orbit()), "B": TrackSource(_orbit(phase=0.3))})


def _hourly() -> SeriesSource:
    frame = series(20).resample("1h").ffill()
    places = pd.DataFrame({"latitude": [44.2, 29.66], "longitude": [86.1, 91.1]}, index=frame.columns)
    return SeriesSource({"TEC": frame}, places)


def _maps(times: pd.DatetimeIndex | None = None) -> Any:
    import xarray as xr

    times = pd.date_range(START, periods=30, freq="2h", unit="ns") if times is None else times
    latitude, longitude = np.arange(-75.0, 76.0, 30.0), np.arange(-180.0, 180.0, 60.0)
    values = np.random.default_rng(0).normal(20, 5, (len(times), len(latitude), len(longitude)))
    return xr.DataArray(
        values,
        name="TEC",
        dims=("time", "latitude", "longitude"),
        coords={"time": times, "latitude": latitude, "longitude": longitude},
        attrs={"units": "TECU"},
    )


def _passes(n: int = 1500) -> pd.DataFrame:
    """One pass from south to north at one observation a second."""
    rng = np.random.default_rng(0)
    latitude, x = np.linspace(-49.0, 49.0, n), np.linspace(-1, 1, n)
    return pd.DataFrame(
        {
            "time": pd.date_range(START, periods=n, freq="s", unit="ns"),
            "latitude": latitude,
            "longitude": 100.0,
            "Ne": 10.0 ** (5.0 - 0.15 * x**2 + rng.normal(0, 0.02, n)),
            "B_N": 30000.0 * np.cos(np.deg2rad(latitude)) + rng.normal(0, 0.02, n).cumsum(),
        }
    )
