"""WalkForwardForecaster: nothing later than the issue time enters, and the numbers of a plain loop."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVR

from skquake.forecasting import (
    RunningMedianForecaster,
    SmoothingForecaster,
    WalkForwardForecaster,
    YesterdayForecaster,
)
from skquake.neural import EDLSTMERegressor
from skquake.preprocessing import WindowFlattener

EXOGENOUS = ["kp", "f107"]


def daily(days=20, stations=3, freq="2h", seed=0):
    """TEC-like series: a daily wave with noise that persists."""
    rng = np.random.default_rng(seed)
    time = pd.date_range("2016-12-01 01:00", periods=days * 12, freq=freq)
    wave = 20 + 10 * np.sin(np.arange(len(time))[:, None] * np.pi / 6 + np.arange(stations))
    noise = pd.DataFrame(rng.normal(size=wave.shape)).ewm(3).mean().to_numpy()
    return pd.DataFrame(wave + 2 * noise, time, [f"S{k}" for k in range(stations)])


def indices(days=22, seed=1):
    """Kp every three hours, and F10.7, the same value in all intervals of a day."""
    rng = np.random.default_rng(seed)
    time = pd.date_range("2016-11-29", periods=days * 8 + 16, freq="3h")
    flux = np.repeat(rng.uniform(70, 200, days + 2), 8)
    return pd.DataFrame({"kp": rng.integers(0, 28, len(time)) / 3, "f107": flux}, time)


def forecaster(regressor=None, n_in=6, n_out=3, exogenous=EXOGENOUS, **options):
    regressor = Ridge() if regressor is None else regressor
    return WalkForwardForecaster(regressor, n_in, n_out, exogenous=exogenous, **options)


def by_hand(train, series, exogenous, n_in, n_out, step):
    """Every issue in a plain loop, each from a record cut off at its issue time."""
    delay = {"kp": pd.Timedelta("3h"), "f107": pd.Timedelta("24h")}

    def known(at):
        return [exogenous.loc[exogenous.index + delay[name] <= at, name].iloc[-1] for name in EXOGENOUS]

    def rows(frame):
        return np.array([[*frame.loc[time], *known(time)] for time in frame.index])

    values = rows(train)
    scaler = MinMaxScaler((-1, 1)).fit(values)
    scaled, k = scaler.transform(values), train.shape[1]
    X, y = [], []
    for first in range(len(train) - n_in - n_out + 1):
        X.append(scaled[first : first + n_in].ravel())
        y.append(scaled[first + n_in : first + n_in + n_out, :k].ravel())
    model = Ridge().fit(X, y)
    found = pd.DataFrame(np.nan, series.index, series.columns)
    cadence = series.index[1] - series.index[0]
    for row in range(n_in, len(series)):
        number = (series.index[row] - pd.Timestamp(0)) // cadence
        if number % step or series.index[row - 1] < train.index[-1]:
            continue
        past = scaler.transform(rows(series.iloc[row - n_in : row]))
        ahead = model.predict(past.reshape(1, -1)).reshape(n_out, k)
        ahead = (ahead - scaler.min_[:k]) / scaler.scale_[:k]
        last = min(row + n_out, len(series))
        found.iloc[row:last] = ahead[: last - row]
    return found


@pytest.mark.parametrize(("n_in", "n_out", "step"), [(6, 3, None), (12, 4, 1), (5, 4, 2), (1, 1, None)])
def test_equals_a_plain_loop(n_in, n_out, step):
    series, exogenous = daily(), indices()
    train = series[:150]
    ours = forecaster(n_in=n_in, n_out=n_out, step=step).fit(train, exogenous).predict(series, exogenous)
    expected = by_hand(train, series, exogenous, n_in, n_out, step or n_out)
    pd.testing.assert_frame_equal(ours, expected, rtol=1e-9, check_freq=False)
    assert ours.iloc[160:].notna().all(axis=None)


AROUND = [None, RunningMedianForecaster(days=3), SmoothingForecaster()]


@settings(max_examples=25, deadline=None)
@given(
    cut=st.integers(130, 239),
    step=st.sampled_from([None, 1, 2]),
    around=st.sampled_from(AROUND),
    noise=st.integers(0, 1000),
)
def test_changing_the_future_changes_no_prediction(cut, step, around, noise):
    """What is observed or known after a time may change at will: forecasts issued until then stay."""
    series, exogenous = daily(), indices()
    model = forecaster(step=step, around=around).fit(series[:120], exogenous)
    before = model.predict(series, exogenous)
    rng = np.random.default_rng(noise)
    issue = series.index[cut]
    other, later = series.copy(), exogenous.copy()
    other.iloc[cut + 1 :] = rng.choice([np.nan, -50.0, 1e6], size=other.iloc[cut + 1 :].shape)
    for name, delay in (("kp", "3h"), ("f107", "24h")):
        unknown = exogenous.index + pd.Timedelta(delay) > issue
        later.loc[unknown, name] = rng.uniform(-1e6, 1e6, unknown.sum())
    after = model.predict(other, later)
    numbers = (series.index - pd.Timestamp(0)) // pd.Timedelta("2h")
    block = (step or 3) * ((numbers[cut] + 1) // (step or 3))  # the last block issued by then
    same = numbers < block + (1 if step == 1 else step or 3)
    same &= numbers <= max(numbers[cut], block)
    pd.testing.assert_frame_equal(after[same], before[same])
    shorter = model.predict(series[: cut + 1], exogenous[exogenous.index <= issue])
    pd.testing.assert_frame_equal(shorter, before[: cut + 1])


def test_the_property_can_fail():
    """The values before the issue time do matter."""
    series, exogenous = daily(), indices()
    model = forecaster().fit(series[:120], exogenous)
    before = model.predict(series, exogenous)
    other = series.copy()
    other.iloc[150] += 5.0
    changed = (model.predict(other, exogenous) != before).any(axis=1) & before.notna().all(axis=1)
    assert changed.any() and series.index[changed][0] > series.index[150]


def test_scaling_never_sees_the_test_span():
    series = daily()
    model = forecaster(exogenous=None).fit(series[:150])
    np.testing.assert_allclose(model.scaler_.data_max_, series[:150].max())
    far = series.copy()
    far.iloc[150:] *= 100
    model.predict(far)
    np.testing.assert_allclose(model.scaler_.data_max_, series[:150].max())
    scaled = model._scaled(series[:150].to_numpy()[np.newaxis])
    assert scaled.min() == pytest.approx(-1) and scaled.max() == pytest.approx(1)


def test_nothing_is_forecast_from_within_the_training_span():
    series = daily()
    found = forecaster(exogenous=None).fit(series[:150]).predict(series)
    assert found.loc[: series.index[149]].isna().all(axis=None)
    assert found.loc[series.index[153] :].notna().all(axis=None)


def test_forecasts_do_not_depend_on_where_the_frame_begins():
    series = daily()
    model = forecaster(exogenous=None, n_out=4).fit(series[:120])
    whole = model.predict(series)
    for first in (120, 121, 122, 123):
        part = model.predict(series[first:])
        there = part.notna().all(axis=1)
        assert there.sum() > 100
        pd.testing.assert_frame_equal(part[there], whole.loc[part.index[there]], check_freq=False)


def test_empty_rows_at_the_end_are_forecast():
    series = daily()
    model = forecaster(exogenous=None, n_out=12).fit(series[:120])
    midnight = series[: series.index.get_loc(pd.Timestamp("2016-12-20 23:00")) + 1]
    time = pd.date_range(midnight.index[0], periods=len(midnight) + 12, freq="2h")
    found = model.predict(midnight.reindex(time))
    assert found.iloc[-12:].notna().all(axis=None)


def test_windows_with_gaps_are_neither_learnt_nor_forecast():
    series = daily()
    series.iloc[60, 1] = np.nan
    series.iloc[180, 2] = np.nan
    found = forecaster(exogenous=None, step=1, n_out=1).fit(series[:150]).predict(series)
    missing = found.iloc[151:].isna()
    assert missing.any(axis=1).sum() == 6 and missing.loc[series.index[181:187]].all(axis=None)


def test_more_records_are_more_windows():
    """Two halves learn what the whole teaches, but for the windows across the cut."""
    series, exogenous = daily(), indices()
    elsewhere = daily(seed=7)
    model = forecaster().fit(series[:150], exogenous, more=[elsewhere[:60], elsewhere[60:150]])
    X, y = [], []
    for record in (series[:150], elsewhere[:60], elsewhere[60:150]):
        one = forecaster(Recorder()).fit(record, exogenous)
        X.append((one.regressor_.X_ - np.tile(one.scaler_.min_, 6)) / np.tile(one.scaler_.scale_, 6))
        y.append((one.regressor_.y_ - np.tile(one.scaler_.min_[:3], 3)) / np.tile(one.scaler_.scale_[:3], 3))
    scale, least = model.scaler_.scale_, model.scaler_.min_
    X = np.concatenate(X) * np.tile(scale, 6) + np.tile(least, 6)
    y = np.concatenate(y) * np.tile(scale[:3], 3) + np.tile(least[:3], 3)
    np.testing.assert_allclose(model.regressor_.coef_, Ridge().fit(X, y).coef_, atol=1e-10)
    assert model.predict(series, exogenous).iloc[160:].notna().all(axis=None)


def test_more_records_that_do_not_fit():
    series = daily()
    model = forecaster(exogenous=None)
    for more, word in (
        (series, r"more\[0\]: ends at 2016-12-20T23:00:00, after the training span"),
        (series[:100].rename(columns={"S0": "LHAS"}), r"more\[0\]: station 'S0' is missing"),
        (series[:100:2], r"more\[0\]: a cadence of 0 days 04:00:00"),
        (series[:5], "are too few"),
    ):
        with pytest.raises(ValueError, match=word):
            model.fit(series[:150], more=[more])


class Recorder(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.X_, self.y_ = X, y
        return self

    def predict(self, X):
        return np.zeros((len(X), self.y_.shape[1]))


class Shapes(RegressorMixin, BaseEstimator):
    """Remembers the shapes it is given."""

    def __init__(self, windows=False):
        self.windows = windows

    def fit(self, X, y):
        self.shapes_ = X.shape[1:], y.shape[1:]
        return self

    def predict(self, X):
        return np.zeros((len(X), *self.shapes_[1]))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = self.windows
        return tags


@pytest.mark.parametrize(
    ("regressor", "shapes"),
    [
        (Shapes(), ((30,), (9,))),
        (Shapes(windows=True), ((6, 5), (3, 3))),
        (make_pipeline(WindowFlattener(), Shapes()), ((30,), (9,))),
        (make_pipeline(StandardScaler(), Shapes()), ((30,), (9,))),
    ],
)
def test_shapes_that_a_regressor_gets(regressor, shapes):
    series, exogenous = daily(), indices()
    model = forecaster(regressor).fit(series[:150], exogenous)
    inner = getattr(model.regressor_, "shapes_", None) or model.regressor_[-1].shapes_
    assert inner == shapes
    assert model.predict(series, exogenous).iloc[160:].notna().all(axis=None)


@pytest.mark.parametrize(
    "regressor",
    [
        LinearRegression(),
        RandomForestRegressor(n_estimators=5, random_state=0),
        MultiOutputRegressor(SVR()),
        EDLSTMERegressor(units=16, activation="tanh", epochs=20, learning_rate=0.02, random_state=0),
    ],
    ids=lambda r: type(r).__name__,
)
def test_any_regressor_learns_the_daily_wave(regressor):
    series, exogenous = daily(), indices()
    found = forecaster(regressor, n_in=12, n_out=2).fit(series[:180], exogenous).predict(series, exogenous)
    error = (found - series).iloc[181:].to_numpy().ravel()
    assert np.sqrt(np.nanmean(error**2)) < 0.5 * series.to_numpy().std()


def test_one_station_and_one_time_ahead_is_a_flat_target():
    series = daily(stations=1)
    model = forecaster(MultiOutputRegressor(SVR()), exogenous=None, n_out=2).fit(series[:150])
    assert model.predict(series)[160:].notna().all(axis=None)
    assert (
        forecaster(SVR(), exogenous=None, n_out=1)
        .fit(series[:150])
        .predict(series)[160:]
        .notna()
        .all(axis=None)
    )


def test_around_a_naive_forecast_learns_the_deviations():
    series = daily()
    model = forecaster(Shapes(), exogenous=None, around=YesterdayForecaster()).fit(series[:150])
    model.scaler_.min_[:] = 0.0  # so that a forecast of zero is a deviation of zero
    found, yesterday = model.predict(series), YesterdayForecaster().fit(series).predict(series)
    pd.testing.assert_frame_equal(found[160:], yesterday[160:])


def test_columns_in_another_order_and_number():
    series = daily()
    model = forecaster(exogenous=None).fit(series[:150])
    whole = model.predict(series)
    pd.testing.assert_frame_equal(model.predict(series[["S2", "S0", "S1"]]), whole[["S2", "S0", "S1"]])
    with pytest.raises(ValueError, match="station 'S1' is missing"):
        model.predict(series[["S0", "S2"]])
    with pytest.raises(ValueError, match="station 'S9' is new"):
        model.predict(series.assign(S9=1.0))


class TestBadInput:
    @pytest.mark.parametrize("method", ["fit", "predict"])
    def test_times(self, method):
        series = daily()
        model = forecaster(exogenous=None).fit(series[:150])
        call = getattr(model, method)
        with pytest.raises(
            ValueError, match=r"2016-12-01T07:00:00 follows 2016-12-01T03:00:00, at a cadence of"
        ):
            call(series.drop(series.index[2]))
        with pytest.raises(ValueError, match=r"2016-12-01T05:00:00 occurs twice.*drop duplicates"):
            call(series.iloc[[0, 1, 2, 2, 3, 4]])
        with pytest.raises(ValueError, match="times are not regular"):
            call(series[::-1])
        with pytest.raises(TypeError, match="DatetimeIndex"):
            call(series.reset_index(drop=True))
        with pytest.raises(TypeError, match="DataFrame"):
            call(series.to_numpy())
        with pytest.raises(ValueError, match=r"station 'S1' has no value from 2016-12-01T01.* leave it out"):
            call(series.assign(S1=np.nan))
        with pytest.raises(ValueError, match="not all values are numbers"):
            call(series.assign(S1="x"))

    def test_cadence(self):
        model = forecaster(exogenous=None).fit(daily())
        with pytest.raises(ValueError, match=r"cadence of 0 days 01:00:00, but fit saw 0 days 02:00:00"):
            model.predict(daily(freq="1h"))

    def test_too_short(self):
        with pytest.raises(
            ValueError, match=r"8 times from .* one window of history and forecast takes .*18:00"
        ):
            forecaster(exogenous=None).fit(daily()[:8])
        model = forecaster(exogenous=None).fit(daily())
        with pytest.raises(ValueError, match="history of one forecast"):
            model.predict(daily()[:6])
        with pytest.raises(ValueError, match=r"RunningMedianForecaster takes 15 days"):
            RunningMedianForecaster().fit(daily()).predict(daily()[:170])

    def test_all_windows_with_gaps(self):
        series = daily()
        series.iloc[::5, 1] = np.nan
        with pytest.raises(ValueError, match=r"0 of 232 windows of 6 \+ 3 times have no gap; station 'S1'"):
            forecaster(exogenous=None).fit(series)

    @pytest.mark.parametrize("first", [30, 0])
    def test_a_gap_longer_than_the_limit(self, first):
        series = daily()
        series.iloc[first : first + 13, 1] = np.nan
        word = (
            rf"station 'S1' has no value for 26 h from {series.index[first].isoformat()} on, longer than "
            r"max_gap_hours=24; fill it \(KalmanImputer\)"
        )
        model = forecaster(exogenous=None, max_gap_hours=24)
        with pytest.raises(ValueError, match=word):
            model.fit(series[:150])
        with pytest.raises(ValueError, match=word):
            model.fit(daily(seed=1)[:150]).predict(series)
        model.set_params(max_gap_hours=26).fit(series[:150]).predict(series)

    def test_what_is_yet_to_come_is_no_gap(self):
        series = daily()
        model = forecaster(exogenous=None, max_gap_hours=2).fit(series[:150])
        longer = series.reindex(pd.date_range(series.index[0], periods=len(series) + 12, freq="2h"))
        assert model.predict(longer).notna().any(axis=None)
        longer.iloc[-20:, 2] = np.nan
        with pytest.raises(ValueError, match="station 'S2' has no value for 16 h from 2016-12-20T09:00:00"):
            model.predict(longer)

    def test_exogenous(self):
        series, exogenous = daily(), indices()
        model = forecaster().fit(series[:150], exogenous)
        with pytest.raises(ValueError, match=r"column 'f107' is missing from 2016-12-01T01:00:00 on"):
            model.predict(series, exogenous[["kp"]])
        with pytest.raises(ValueError, match="column 'kp' is missing"):
            model.predict(series)
        with pytest.raises(ValueError, match=r"no value of 'kp' is known at 2016-12-12T01.*extend or fill"):
            model.predict(series, exogenous[:"2016-12-10"])
        with pytest.raises(ValueError, match="exogenous=None"):
            forecaster(exogenous=None).fit(series, exogenous)
        with pytest.raises(ValueError, match="'dew' is none of kp, ap, dst, f107; say how long"):
            forecaster(exogenous=["dew"]).fit(series, exogenous)
        with pytest.raises(ValueError, match="cannot be known '-1h' before its time"):
            forecaster(exogenous={"kp": "-1h"}).fit(series, exogenous)

    def test_before_the_first_known_value_is_no_error(self):
        series, exogenous = daily(), indices()
        model = forecaster().fit(series[:150], exogenous["2016-12-02":])
        assert model.predict(series, exogenous["2016-12-10":]).notna().any(axis=None)

    def test_parameters(self):
        series = daily()
        with pytest.raises(ValueError, match="step=4 is more than n_out=3"):
            forecaster(exogenous=None, step=4).fit(series).predict(series)
        with pytest.raises(ValueError, match="'n_in' parameter"):
            forecaster(exogenous=None, n_in=0).fit(series)
        with pytest.raises(ValueError, match="around: n_out=13 is more than a day"):
            forecaster(exogenous=None, n_out=13, around=YesterdayForecaster()).fit(series)


def test_around_shows_deviations_values_and_indices():
    series, exogenous = daily(), indices()
    model = forecaster(Shapes(windows=True), around=YesterdayForecaster()).fit(series[:150], exogenous)
    assert model.regressor_.shapes_ == ((6, 8), (3, 3))
    deviations = (series[:150] - series[:150].shift(12)).dropna()
    np.testing.assert_allclose(model.scaler_.data_max_[:3], deviations.max())
    np.testing.assert_allclose(model.scaler_.data_max_[3:6], series[:150].max())
