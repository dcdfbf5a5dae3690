"""What every step of windows and series promises beyond its numbers: state, containers, names, routing."""

import pickle
from copy import deepcopy

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sktime.transformations.summarize import SummaryTransformer

from skquake.baselines import CompetingKernels, IntervalQuantiles, SktimeTransformer, WindowStatistics
from skquake.forecasting import (
    PersistenceForecaster,
    RecurrenceForecaster,
    RunningMedianForecaster,
    SmoothingForecaster,
    TECAnomalyDetector,
    WalkForwardForecaster,
    YesterdayForecaster,
    forecast_scores,
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
    change_cadence,
)

WINDOWS = np.random.default_rng(0).lognormal(size=(12, 6, 2))
LABELS = np.arange(12) % 4 // 3
TIMES = pd.date_range("2016-12-01", periods=240, freq="2h", unit="ns")
SERIES = pd.DataFrame(
    20 + 9 * np.sin(np.arange(240)[:, None] * np.pi / 6) + np.random.default_rng(1).normal(size=(240, 2)),
    pd.DatetimeIndex(TIMES, name="time"),
    ["XJSH", "XJWL"],
)
TRACK = pd.DataFrame(
    {
        "time": pd.date_range("2016-12-01", periods=300, freq="2s"),
        "latitude": np.linspace(-20, 18, 300),
        "longitude": 100.0,
        "Ne": 1e5 + np.random.default_rng(2).uniform(0, 1e4, 300),
        "B_N": np.random.default_rng(3).normal(size=300),
    }
)
OF_WINDOWS = [
    ChannelScaler(),
    ChannelLog(),
    WindowFlattener(),
    WindowMean(4),
    WindowNormalizer("center"),
    WindowStatistics(["mean", "slope"]),
    IntervalQuantiles(depth=2),
    CompetingKernels(2, 3, random_state=0),
    WindowBounds(IQRBounds(days=2, samples_per_day=1), keep=2),
    SktimeTransformer(SummaryTransformer(summary_function=("mean",), quantiles=None)),
]
OF_SERIES = [
    IQRBounds(days=2),
    RollingSigmaBounds(days=2),
    SigmaClipper(),
    KalmanImputer(harmonics=1),
    RSTIndex(min_years=1, leave_year_out=False),
]
OF_TRACKS = [
    NeLOGResidual(degree=2),
    MASSResidual(["B_N"]),
    IRIResidual(f107=100.0, altitude_km=460.0),
    QuietBackground(harmonics=1, alpha=1e-3),
    RevisitResidual(),
]
FORECASTERS = [
    PersistenceForecaster(2),
    YesterdayForecaster(),
    RecurrenceForecaster(days=2),
    RunningMedianForecaster(days=3),
    SmoothingForecaster(),
    WalkForwardForecaster(sklearn.linear_model.Ridge(), 6, 2),
]
DETECTORS = [
    TECAnomalyDetector(None, IQRBounds(days=2)),
    TECAnomalyDetector(YesterdayForecaster(), RollingSigmaBounds(days=2)),
]
FITTED_ON = [
    *[(step, WINDOWS) for step in OF_WINDOWS],
    *[(step, SERIES) for step in OF_SERIES + FORECASTERS + DETECTORS],
    *[(step, TRACK) for step in OF_TRACKS],
    (TrainOnly(RandomUnderSampler(random_state=0), LogisticRegression()), WINDOWS[:, :, 0]),
]
each = pytest.mark.parametrize(("step", "X"), FITTED_ON, ids=[repr(step)[:40] for step, _ in FITTED_ON])


def fit(step, X):
    return step.fit(X, LABELS) if isinstance(step, TrainOnly) else step.fit(X)


def result(step, X):
    for name in ("transform", "predict_proba", "score_samples", "predict"):
        if hasattr(step, name):
            found = getattr(step, name)(X)
            return found.select_dtypes("number").to_numpy() if isinstance(found, pd.DataFrame) else found


class Interrupted:
    """Data whose reading is interrupted."""

    def __getattr__(self, name):
        raise KeyboardInterrupt


@each
@pytest.mark.parametrize("refused", ["bad", "interrupted"])
def test_a_fit_that_fails_leaves_what_was_there(step, X, refused):
    if refused == "bad":
        bad, error = SERIES * np.inf if X is SERIES else "no data", (ValueError, TypeError)
    elif step in OF_WINDOWS + OF_SERIES + DETECTORS:
        bad, error = Interrupted(), KeyboardInterrupt
    else:
        pytest.skip("reads frames alone")
    unfitted = clone(step)
    before = set(vars(unfitted))
    with pytest.raises(error):
        fit(unfitted, bad)
    assert set(vars(unfitted)) == before
    fitted = fit(clone(step), X)
    expected, state = result(fitted, X), set(vars(fitted))
    with pytest.raises(error):
        fit(fitted, bad)
    np.testing.assert_array_equal(result(fitted, X), expected)
    assert set(vars(fitted)) == state


YEARS = pd.DataFrame(
    {"a": [1.0, 2.0, 4.0], "b": 1.0}, pd.to_datetime(["2014-12-01", "2015-12-01", "2016-12-01"])
)
LATE = [  # data that are refused after something has been learnt from them
    (ChannelScaler(), WINDOWS, np.full((4, 7, 3), np.nan)),
    (WindowNormalizer("center", log=[0]), WINDOWS, -np.ones((4, 7, 3))),
    (WindowStatistics(["mean"], log=[0]), WINDOWS, -np.ones((4, 7, 3))),
    (KalmanImputer(harmonics=1), SERIES, pd.DataFrame({"A": [1.0, 2.0, np.nan]}, TIMES[:6:2])),
    (SigmaClipper(), SERIES, SERIES.assign(C=np.nan)),
    (IQRBounds(days=1, same_hour=False), SERIES, SERIES[["XJSH"]][::12]),
    (RSTIndex(min_years=2), YEARS, YEARS[["a"]][:1]),
    (TECAnomalyDetector(YesterdayForecaster(), RollingSigmaBounds(days=2)), SERIES, np.ones((300, 3))),
    (RunningMedianForecaster(days=3), SERIES, SERIES.assign(C=np.nan)),
    (
        TrainOnly(RandomUnderSampler(random_state=0), LogisticRegression()),
        WINDOWS[:, :, 0],
        np.full((12, 4), np.inf),
    ),
]


@pytest.mark.parametrize(("step", "X", "bad"), LATE, ids=[type(step).__name__ for step, *_ in LATE])
def test_a_fit_refused_late_leaves_what_was_there(step, X, bad):
    fitted = fit(clone(step), X)
    expected, state = result(fitted, X), dict(vars(fitted))
    with pytest.raises((ValueError, TypeError)):
        fit(fitted, bad)
    assert all(vars(fitted)[name] is value for name, value in state.items())
    np.testing.assert_array_equal(result(fitted, X), expected)


@pytest.mark.parametrize("bounds", [IQRBounds(days=2), RollingSigmaBounds(days=2)], ids=repr)
def test_a_refused_block_leaves_the_history(bounds):
    streaming = clone(bounds).partial_fit(SERIES[:60])
    expected = streaming.transform(SERIES[60:72])
    for bad in (SERIES[:12], SERIES[61:72:2], SERIES[60:72] * np.inf, SERIES[["XJSH"]][60:72], Interrupted()):
        with pytest.raises((ValueError, KeyboardInterrupt)):
            streaming.partial_fit(bad)
        pd.testing.assert_frame_equal(streaming.transform(SERIES[60:72]), expected)
    with pytest.raises(ValueError):
        clone(bounds).partial_fit(SERIES * np.inf).transform(SERIES)


@each
def test_fitted_arrays_cannot_be_edited(step, X):
    if isinstance(step, TrainOnly):
        pytest.skip("holds fitted estimators of others")
    fitted = fit(clone(step), X)
    for copy in (fitted, pickle.loads(pickle.dumps(fitted)), deepcopy(fitted)):
        for name, value in vars(copy).items():
            if name.endswith("_") and isinstance(value, np.ndarray) and value.dtype.kind == "f":
                with pytest.raises(ValueError, match="read-only"):
                    value[...] = 0.0


@pytest.mark.parametrize("container", ["pandas", "polars"])
@pytest.mark.parametrize("step", OF_WINDOWS, ids=lambda step: type(step).__name__)
def test_tables_obey_set_output_and_windows_stay_arrays(step, container):
    frame = pd.DataFrame if container == "pandas" else pl.DataFrame
    plain = clone(step).fit_transform(WINDOWS)
    for X in (WINDOWS, WINDOWS[:, :, 0]):
        expected = clone(step).fit_transform(X)
        asked = clone(step).set_output(transform=container)
        with sklearn.config_context(transform_output=container):
            fitted = clone(step).fit(X)
            by_config = fitted.transform(X), clone(step).fit_transform(X)
        for found in (*by_config, asked.fit_transform(X), clone(asked).fit(X).transform(X)):
            assert isinstance(found, frame if expected.ndim == 2 else np.ndarray)
            np.testing.assert_array_equal(np.asarray(found), expected)
            if expected.ndim == 2:
                assert list(found.columns) == list(fitted.get_feature_names_out())
    assert isinstance(clone(step).set_output(transform="default").fit_transform(WINDOWS), np.ndarray)
    assert plain.shape[0] == len(WINDOWS)


@pytest.mark.parametrize("container", ["pandas", "polars"])
@pytest.mark.parametrize("step", [*OF_SERIES, *OF_TRACKS], ids=lambda step: type(step).__name__)
def test_what_has_times_keeps_them(step, container):
    X = TRACK if step in OF_TRACKS else SERIES
    expected = clone(step).fit_transform(X)
    with sklearn.config_context(transform_output=container):
        pd.testing.assert_frame_equal(clone(step).fit_transform(X), expected)
    found = clone(step).set_output(transform=container).fit(X).transform(X)
    pd.testing.assert_frame_equal(found, expected)
    if step in OF_SERIES[:-1]:
        rows = clone(step).set_output(transform=container).fit_transform(X.to_numpy())
        assert isinstance(rows, pd.DataFrame if container == "pandas" else pl.DataFrame)
        assert rows.shape == expected.shape


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_a_pipeline_is_asked_as_a_whole(container):
    model = make_pipeline(
        ChannelScaler(), WindowNormalizer("center"), WindowFlattener(), LogisticRegression(max_iter=1000)
    ).set_output(transform=container)
    plain = clone(model).set_output(transform="default")
    with sklearn.config_context(transform_output=container):
        configured = clone(plain).fit(WINDOWS, LABELS)
    model.fit(WINDOWS, LABELS)
    plain.fit(WINDOWS, LABELS)
    np.testing.assert_allclose(model.predict_proba(WINDOWS), plain.predict_proba(WINDOWS), rtol=1e-12)
    np.testing.assert_array_equal(configured.predict(WINDOWS), plain.predict(WINDOWS))
    assert list(model[-1].feature_names_in_[:3]) == ["c0_0", "c1_0", "c0_1"]
    assert list(model[:-1].get_feature_names_out()[:2]) == ["c0_center_0", "c1_center_0"]
    assert model.n_features_in_ == 6


def test_names_of_channels_go_through_and_tell_residuals_from_raw():
    steps = make_pipeline(ChannelScaler(), WindowNormalizer("center"), WindowFlattener()).fit(WINDOWS)
    assert list(steps.get_feature_names_out(["Ne", "Te"]))[:3] == [
        "Ne_center_0",
        "Te_center_0",
        "Ne_center_1",
    ]
    both = FeatureUnion(
        [
            ("raw", WindowFlattener()),
            *[
                (kind, make_pipeline(WindowNormalizer(kind), WindowFlattener()))
                for kind in ("l2", "center", "zscore", "detrend")
            ],
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    table = both.fit_transform(WINDOWS)
    assert table.shape == (12, 60) and table.columns.is_unique
    assert list(both.get_feature_names_out(["Ne", "Te"])[[0, 12]]) == ["Ne_0", "Ne_l2_0"]


@pytest.mark.parametrize("routing", [False, True])
@each
def test_fits_the_same_under_metadata_routing(step, X, routing):
    expected = result(fit(clone(step), X), X)
    with sklearn.config_context(enable_metadata_routing=routing):
        fitted = fit(clone(step), X)
        assert fitted.get_metadata_routing() is not None
        np.testing.assert_array_equal(result(fitted, X), expected)


@each
def test_polars_in(step, X):
    """A polars frame, its times in the column ``time``, gives what the pandas frame gives."""
    if not isinstance(X, pd.DataFrame):
        if X.ndim == 3:
            pytest.skip("arrays of three dimensions are no frames")
        frame = pl.DataFrame(X, schema=[f"x{k}" for k in range(X.shape[1])])
        X = pd.DataFrame(X, columns=frame.columns)
    else:
        frame = pl.from_pandas(X.reset_index() if X.index.name == "time" else X)
    names = [name for name in ("transform", "detect", "predict", "score_samples") if hasattr(step, name)]
    expected, fitted = fit(clone(step), X), fit(clone(step), frame)
    for name in names:
        ours, theirs = getattr(fitted, name)(frame), getattr(expected, name)(X)
        if name == "detect" and not isinstance(ours, pd.DataFrame):
            ours, theirs = ours.dtec, theirs.dtec
        if isinstance(theirs, pd.DataFrame):
            pd.testing.assert_frame_equal(ours, theirs, check_freq=False, check_dtype=False)
        else:
            np.testing.assert_array_equal(ours, theirs)


def test_streaming_bounds_take_polars():
    frame = pl.from_pandas(SERIES.reset_index())
    streaming, expected = IQRBounds(days=2), IQRBounds(days=2)
    for first in (0, 60):
        streaming.partial_fit(frame[first : first + 60])
        expected.partial_fit(SERIES[first : first + 60])
    pd.testing.assert_frame_equal(
        streaming.transform(frame[120:132]), expected.transform(SERIES[120:132]), check_freq=False
    )


def test_other_places_for_frames_take_polars():
    frame = pl.from_pandas(SERIES.reset_index())
    pd.testing.assert_frame_equal(
        change_cadence(frame, "4h", "mean"), change_cadence(SERIES, "4h", "mean"), check_freq=False
    )
    scores = forecast_scores(frame, pl.from_pandas((SERIES + 1).reset_index()))
    pd.testing.assert_frame_equal(scores, forecast_scores(SERIES, SERIES + 1))
    kp = pl.DataFrame({"time": TIMES, "kp": np.arange(240) % 9})
    ridge = sklearn.linear_model.Ridge()
    found = WalkForwardForecaster(ridge, 6, 2, exogenous=["kp"]).fit(frame, kp).predict(frame, kp)
    same = WalkForwardForecaster(ridge, 6, 2, exogenous=["kp"]).fit(SERIES, kp.to_pandas().set_index("time"))
    pd.testing.assert_frame_equal(
        found, same.predict(SERIES, kp.to_pandas().set_index("time")), check_freq=False
    )


def test_a_frame_without_times_is_told_what_to_do():
    frame = pl.from_pandas(SERIES)
    with pytest.raises(TypeError, match="a column 'time' of any library's frame does, too"):
        YesterdayForecaster().fit(frame)
    with pytest.raises(TypeError, match="or a column 'time'"):
        RSTIndex().fit(frame)
    with pytest.raises(TypeError, match="exogenous: expected a dataframe"):
        WalkForwardForecaster(sklearn.linear_model.Ridge(), 6, 2, exogenous=["kp"]).fit(SERIES, [1.0])
