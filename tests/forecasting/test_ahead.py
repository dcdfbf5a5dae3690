"""What is known of the times forecast: at the right rows, and nothing later than the issue enters."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import Ridge

from skquake.forecasting import (
    IRIForecaster,
    PersistenceForecaster,
    WalkForwardForecaster,
    YesterdayForecaster,
    make_forecaster,
)
from skquake.neural import EDLSTMERegressor
from skquake.preprocessing import IRIResidual

N_IN, N_OUT, TRAIN = 8, 6, 120
AHEAD = {"hour": None, "kp_forecast": "12h"}
PLACES = pd.DataFrame({"latitude": [44.2, 30.0], "longitude": [86.1, 114.0]}, index=["A", "B"])


def observed(days=18, seed=0):
    rng = np.random.default_rng(seed)
    time = pd.date_range("2016-06-16", periods=days * 12, freq="2h")
    wave = 20 + 10 * np.sin(np.arange(len(time))[:, None] * np.pi / 6 + np.arange(2))
    return pd.DataFrame(wave + rng.normal(size=wave.shape), time, ["A", "B"])


def issued(days=21, seed=1):
    """Forecasts of Kp by the time that they are for."""
    time = pd.date_range("2016-06-15", periods=days * 8, freq="3h")
    return pd.DataFrame({"kp_forecast": np.random.default_rng(seed).uniform(0, 9, len(time))}, time)


def flux(days=130):
    time = pd.date_range("2016-03-01", periods=days, freq="D")
    return pd.Series(80 + 10 * np.sin(np.arange(days)), time)


class Recorder(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.X_, self.shape_ = X, y.shape[1:]
        return self

    def predict(self, X):
        self.seen_ = X
        return np.zeros((len(X), *self.shape_))


def test_the_last_rows_are_of_the_times_forecast():
    series, forecasts = observed(), issued()
    model = WalkForwardForecaster(
        Recorder(), N_IN, N_OUT, ahead=AHEAD, beside=YesterdayForecaster(), windows="keep"
    ).fit(series[:TRAIN], forecasts)
    model.predict(series, forecasts)
    assert model.n_ahead_ == 5
    starts = np.arange(TRAIN, len(series), N_OUT)
    assert len(model.regressor_.seen_) == len(starts)
    for window, start in zip(model.regressor_.seen_, starts, strict=True):
        later = ((window - model.scaler_.min_) / model.scaler_.scale_)[-N_OUT:, 2:]
        times = series.index[start : start + N_OUT]
        angle = 2 * np.pi * times.hour.to_numpy() / 24
        np.testing.assert_allclose(later[:, 0], np.sin(angle), atol=1e-12)
        np.testing.assert_allclose(later[:, 1], np.cos(angle), atol=1e-12)
        known = forecasts["kp_forecast"].reindex(times, method="ffill")
        np.testing.assert_allclose(later[:, 2], known)
        np.testing.assert_allclose(later[:, 3:], series.shift(12).loc[times])


def test_changing_what_is_unknown_at_the_issue_changes_no_forecast():
    series, forecasts, f107 = observed(), issued(), flux()
    iri = IRIForecaster(PLACES, f107=f107, f107_days=3)
    model = WalkForwardForecaster(Ridge(), N_IN, N_OUT, ahead=AHEAD, beside=iri).fit(
        series[:TRAIN], forecasts
    )
    before = model.predict(series, forecasts)
    row = TRAIN + 5 * N_OUT  # the first of a block
    issue = series.index[row - 1]
    other, later, unseen = series.copy(), forecasts.copy(), f107.copy()
    other.iloc[row:] = -50.0
    later[later.index - pd.Timedelta("12h") > issue] = 99.0
    unseen[unseen.index + pd.Timedelta("24h") > issue] = 300.0
    model.beside_.f107 = unseen
    after = model.predict(other, later)
    pd.testing.assert_frame_equal(after[: row + N_OUT], before[: row + N_OUT])
    assert (after[row + N_OUT :] != before[row + N_OUT :]).to_numpy().any()


def test_more_records_of_other_places():
    series, elsewhere = observed(), observed(seed=3)
    east = PLACES.assign(longitude=PLACES["longitude"] + 40.0)
    iri = IRIForecaster(PLACES, f107=80.0)
    call = {"more": [elsewhere[:TRAIN]], "more_places": [east]}
    model = WalkForwardForecaster(Recorder(), N_IN, N_OUT, beside=iri, windows="keep").fit(
        series[:TRAIN], **call
    )
    half = len(model.regressor_.X_) // 2
    window = (model.regressor_.X_[half] - model.scaler_.min_) / model.scaler_.scale_
    there = IRIForecaster(east, f107=80.0).fit(series).predict(series)
    np.testing.assert_allclose(window[:, 2:], there[N_OUT : N_OUT + N_IN])
    model.predict(series, places=east)
    window = (model.regressor_.seen_[0] - model.scaler_.min_) / model.scaler_.scale_
    np.testing.assert_allclose(window[-N_OUT:, 2:], there[TRAIN : TRAIN + N_OUT])
    with pytest.raises(ValueError, match="more_places: 1 for 0 further records"):
        model.fit(series[:TRAIN], more_places=[east])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ahead": {"kp": "24h"}}, "'kp' is measured, and not known before its time.*kp_forecast"),
        ({"ahead": ["kp_forecast"]}, "say how long before its time"),
        ({"ahead": {"kp_forecast": "6h"}}, "known 0 days 06:00:00 before its time.*0 days 12:00:00"),
        ({"ahead": ["hour"], "n_in": 3}, "n_in=3 is less than n_out=6"),
        ({"beside": YesterdayForecaster(), "n_in": 24, "n_out": 24}, "beside: n_out=24 is more than a day"),
        ({"beside": PersistenceForecaster()}, "beside"),
        ({"ahead": {"other": "24h"}}, "column 'other' is missing"),
        ({"ahead": ["hour"]}, "exogenous=None"),
    ],
)
def test_what_cannot_be_known(options, message):
    with pytest.raises(ValueError, match=message):
        WalkForwardForecaster(Ridge(), **({"n_in": N_IN, "n_out": N_OUT} | options)).fit(observed(), issued())


def test_forecasts_of_indices_that_end_early():
    series, forecasts = observed(), issued()
    model = WalkForwardForecaster(Ridge(), N_IN, N_OUT, ahead=AHEAD).fit(series[:TRAIN], forecasts)
    found = model.predict(series, forecasts[: series.index[-1]])
    assert found[TRAIN:].notna().all(axis=None)
    with pytest.raises(ValueError, match="no value of 'kp_forecast' is known at 2016-07-01T22"):
        model.predict(series, forecasts[:"2016-06-30"])


def test_iri_is_what_the_residual_takes_away():
    series, f107 = observed(days=3), flux()
    found = IRIForecaster(PLACES, f107=f107, f107_days=10).fit(series).predict(series)
    frame = PLACES.loc[["B"]].merge(series[["B"]].reset_index(names="time"), how="cross")
    delayed = pd.Series(f107.to_numpy(), f107.index + pd.Timedelta("24h"))
    residual = IRIResidual("B", f107=delayed, f107_days=10, quantity="tec").fit_transform(frame)["B_iri"]
    np.testing.assert_allclose(np.log10(series["B"] / found["B"]), residual, atol=1e-5)
    made = make_forecaster("IRI", places=PLACES, f107=f107, f107_days=10)
    pd.testing.assert_frame_equal(made.fit(series).predict(series), found)
    with pytest.raises(ValueError, match="station 'B' is missing"):
        IRIForecaster(PLACES[:1]).fit(series)
    with pytest.raises(ValueError, match="column 'longitude' is missing"):
        IRIForecaster(PLACES[["latitude"]]).fit(series)


def test_the_mean_of_members():
    series = observed()
    trees = ExtraTreesRegressor(2, random_state=5)
    model = WalkForwardForecaster(trees, N_IN, N_OUT, n_members=3).fit(series[:TRAIN])
    seeds = [member.random_state for member in model.regressors_]
    assert seeds[0] == 5 and len(set(seeds)) == 3 and model.regressor_ is model.regressors_[0]
    alone = [
        WalkForwardForecaster(ExtraTreesRegressor(2, random_state=seed), N_IN, N_OUT)
        .fit(series[:TRAIN])
        .predict(series)
        for seed in seeds
    ]
    pd.testing.assert_frame_equal(model.predict(series), sum(alone) / 3)


class Network(Recorder):
    """Takes windows, and how many of their columns are known in advance."""

    def __init__(self, n_ahead=None):
        self.n_ahead = n_ahead

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def test_the_network_is_told_what_is_known():
    series = observed(days=8)
    for given, expected in ((None, 2), (0, 0)):
        model = WalkForwardForecaster(Network(given), N_IN, N_OUT, ahead=["hour"]).fit(series[:60])
        assert model.regressor_.n_ahead == expected and model.regressor_.X_.shape[1:] == (N_IN, 4)
    assert "n_ahead" in EDLSTMERegressor().get_params()
