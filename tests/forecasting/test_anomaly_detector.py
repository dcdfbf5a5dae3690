"""Forecast, error, bounds, anomalies; their tables, rates and controls."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import Ridge

from skquake.datasets import make_tec
from skquake.forecasting import (
    TECAnomalyDetector,
    WalkForwardForecaster,
    YesterdayForecaster,
    quake_free_spans,
)
from skquake.io import read_ionex, read_space_weather
from skquake.preprocessing import IQRBounds, RollingSigmaBounds
from skquake.sources import MapSource, SeriesSource

EVENT = "2016-12-20 05:15"


class Given(BaseEstimator):
    """Forecasts what it was handed as exogenous frame."""

    def fit(self, series, exogenous=None):
        self.seen_ = series.copy()
        return self

    def predict(self, series, exogenous=None):
        return exogenous.reindex(series.index)[list(series.columns)]


def noise(n_days=60, stations=("XJSH", "XJWL", "LHAS"), seed=0, freq="2h"):
    index = pd.date_range("2016-11-01", periods=n_days * 12, freq=freq)
    values = np.random.default_rng(seed).normal(size=(len(index), len(stations)))
    return pd.DataFrame(values, index, list(stations))


def detector(**options):
    return TECAnomalyDetector(None, RollingSigmaBounds(days=15, same_hour=True), **options)


@pytest.fixture(scope="module")
def found():
    X = noise()
    return detector().fit(X).detect(X)


# detection


def test_error_of_the_forecast_is_bounded():
    error = noise()
    predicted = pd.DataFrame(np.random.default_rng(1).normal(30, 5, error.shape), error.index, error.columns)
    bounds = RollingSigmaBounds(days=15)
    model = TECAnomalyDetector(Given(), bounds, exogenous=predicted).fit((predicted + error).iloc[:100])
    found = model.detect(predicted + error)
    expected = bounds.fit(error).detect(error)
    pd.testing.assert_frame_equal(found.error, error, check_freq=False, check_index_type=False)
    pd.testing.assert_frame_equal(found.predicted, predicted, check_freq=False, check_index_type=False)
    pd.testing.assert_frame_equal(found.polarity, expected.polarity, check_freq=False, check_index_type=False)
    np.testing.assert_allclose(found.dtec, expected.dtec, atol=1e-9)
    upper = found.bounds["XJSH_upper"] - predicted["XJSH"]
    np.testing.assert_allclose(upper, expected.bounds["XJSH_upper"])
    assert len(model.forecaster_.seen_) == 100
    assert not hasattr(model.forecaster, "seen_")
    np.testing.assert_array_equal(
        model.predict(predicted + error) == -1, (found.dtec.fillna(0) != 0).any(axis=1)
    )


def test_exogenous_frames_reach_the_forecaster():
    X = noise(45) + 20
    kp = pd.DataFrame({"kp": 1.0}, pd.date_range("2016-10-30", "2016-12-20", freq="3h"))
    forecaster = WalkForwardForecaster(Ridge(), n_in=12, n_out=2, exogenous=["kp"])
    model = TECAnomalyDetector(forecaster, exogenous=kp).fit(X.iloc[:240])
    found = model.detect(X)
    assert found.predicted.first_valid_index() >= X.index[240]
    assert found.dtec.notna().sum().min() > 12 * 9  # after 15 days of errors
    assert found.rate()["n_blocks"] >= 2
    with pytest.raises(ValueError, match="column 'kp' is missing"):
        clone(model).set_params(exogenous=None).fit(X.iloc[:240])


def test_without_a_forecaster_the_series_is_bounded(found):
    X = noise()
    expected = RollingSigmaBounds(days=15, same_hour=True).detect(X)
    pd.testing.assert_frame_equal(found.dtec, expected.dtec, check_freq=False, check_index_type=False)
    pd.testing.assert_frame_equal(found.bounds, expected.bounds, check_freq=False, check_index_type=False)
    np.testing.assert_allclose(found.predicted + found.error, X.where(found.error.notna()))


def test_defaults_are_those_of_the_paper_and_of_the_classic_method():
    X = noise(30)
    assert TECAnomalyDetector().fit(X).bounds_.style == "iqr"
    bounds = TECAnomalyDetector(YesterdayForecaster()).fit(X).bounds_
    assert isinstance(bounds, RollingSigmaBounds) and (bounds.days, bounds.n_sigma) == (15, 2.0)


def test_a_source_of_series():
    X = noise(30)
    places = pd.DataFrame({"latitude": 44.0, "longitude": [86.1, 86.7, 91.1]}, X.columns)
    source = SeriesSource(X, places)
    found = detector().fit(source).detect(source)
    assert list(found.dtec.columns) == list(X.columns)


# tables


@pytest.fixture(scope="module")
def planted():
    X = pd.DataFrame(0.0, pd.date_range("2016-12-01", periods=30 * 12, freq="2h"), ["XJSH", "XJWL"])
    X += np.tile([0.0, 1.0, -1.0], len(X) // 3)[:, None]
    X.loc["2016-12-18 04:00":"2016-12-18 08:00", "XJSH"] = [10.0, 30.0, 20.0]
    X.loc["2016-12-18 10:00", "XJSH"] = -15.0
    X.loc["2016-12-22 00:00", "XJWL"] = -9.0
    kp = pd.Series(1.0, pd.date_range("2016-11-29", "2017-01-02", freq="3h"))
    kp["2016-12-21 12:00"] = 6.0
    return (
        TECAnomalyDetector(None, IQRBounds(days=15, style="iqr", k=3, same_hour=False), kp=kp)
        .fit(X)
        .detect(X)
    )


def test_table(planted):
    table = planted.table(EVENT)
    assert table["station"].tolist() == ["XJSH", "XJSH", "XJWL"]
    assert table["start"].tolist() == list(
        pd.to_datetime(["2016-12-18 04:00", "2016-12-18 10:00", "2016-12-22 00:00"])
    )
    assert table["end"].tolist() == list(
        pd.to_datetime(["2016-12-18 08:00", "2016-12-18 10:00", "2016-12-22 00:00"])
    )
    assert table["hours"].tolist() == [6.0, 2.0, 2.0]
    assert table["sign"].tolist() == [1, -1, -1]
    upper = planted.bounds.loc["2016-12-18 06:00", "XJSH_upper"]
    assert table["peak"][0] == pytest.approx(30.0 - upper)
    assert table["peak_time"][0] == pd.Timestamp("2016-12-18 06:00")
    assert table["state"].tolist() == ["quiet", "quiet", "disturbed"]
    expected = (pd.Timestamp(EVENT) - table["start"]) / pd.Timedelta("1D")
    np.testing.assert_allclose(table["days_to_event"], expected)
    assert "days_to_event" not in planted.table()


def test_table_counts_every_flag_once(found):
    table = found.table()
    assert table["hours"].sum() == 2 * (found.dtec.fillna(0) != 0).to_numpy().sum()
    for row in table.itertuples():
        part = found.polarity.loc[row.start : row.end, row.station]
        assert (part == row.sign).all()
        assert abs(row.peak) == found.dtec.loc[row.start : row.end, row.station].abs().max()


def test_by_day(planted):
    days = planted.by_day(EVENT).set_index(["station", "day"])
    day = days.loc[("XJSH", pd.Timestamp("2016-12-18"))]
    dtec = planted.dtec.loc["2016-12-18", "XJSH"]
    assert (day["positive_hours"], day["negative_hours"], day["hours"]) == (6.0, 2.0, 24.0)
    assert day["positive"] == pytest.approx(2 * dtec.clip(lower=0).sum())
    assert day["negative"] == pytest.approx(2 * dtec.clip(upper=0).sum())
    assert (day["sign"], day["peak"]) == (1, dtec.max())
    assert day["days_to_event"] == 2
    assert days.loc[("XJWL", pd.Timestamp("2016-12-22")), ["sign", "quiet_hours"]].tolist() == [-1, 8.0]
    assert days.loc[("XJSH", pd.Timestamp("2016-12-02")), "hours"] == 0


def test_between_keeps_the_history(found):
    part = found.between("2016-12-01", "2016-12-10")
    pd.testing.assert_frame_equal(
        part.dtec, found.dtec.loc["2016-12-01":"2016-12-10 00:00"], check_freq=False, check_index_type=False
    )
    assert "108 times" in repr(part) or "109 times" in repr(part)


def test_no_anomaly_gives_an_empty_table(planted):
    table = planted.between("2016-12-10", "2016-12-12").table(EVENT)
    assert table.empty and "days_to_event" in table and table["start"].dtype.kind == "M"


# rates


def test_rate_of_noise_is_the_expected_one(found):
    rate = found.rate()
    defined = found.dtec.notna().to_numpy()
    assert rate["n"] == defined.sum()
    assert rate["flagged_rate"] == pytest.approx((found.dtec.fillna(0) != 0).to_numpy().sum() / defined.sum())
    assert rate["low"] < rate["expected_rate"] < rate["high"]
    assert rate["expected_rate"] == RollingSigmaBounds().expected_rate(15)


def test_a_copy_of_a_station_does_not_narrow_the_interval():
    X = noise(45, ["a"])
    alone, twice = (detector().fit(part).detect(part).rate(block_days=2) for part in (X, X.assign(b=X["a"])))
    assert twice["n"] == 2 * alone["n"]
    np.testing.assert_allclose(twice[["low", "high"]], alone[["low", "high"]])


@pytest.mark.parametrize(("n_worlds", "least"), [(20, 17), pytest.param(100, 86, marks=pytest.mark.slow)])
def test_interval_covers_as_often_as_it_says(n_worlds, least):
    inside = 0
    for seed in range(n_worlds):
        X = noise(45, ["a"], seed)
        X["b"] = X["a"]  # no independent witness: must not narrow the interval
        rate = detector().fit(X).detect(X).rate(block_days=2)
        inside += rate["low"] <= rate["expected_rate"] <= rate["high"]
    assert inside >= least


def test_rate_by_state(planted):
    states = {state: planted.rate(state=state) for state in ("quiet", "disturbed", "unknown")}
    assert states["quiet"]["flagged_rate"] > 0 and states["disturbed"]["flagged_rate"] > 0
    assert states["unknown"]["n"] == 0 and np.isnan(states["unknown"]["flagged_rate"])
    assert sum(rate["n"] for rate in states.values()) == planted.rate()["n"]


# synchrony


def test_independent_stations_agree_by_chance():
    p = []
    for seed in range(20):
        X = noise(45, seed=seed)
        sync = detector().fit(X).detect(X).synchrony(min_stations=2, n_shifts=99, random_state=0)
        p.append(sync["p_apart"])
    assert 0.25 < np.mean(p) < 0.75
    assert np.mean(np.array(p) <= 0.05) <= 0.2
    assert sync["effective_stations"] == pytest.approx(3, abs=0.1)
    assert np.isnan(sync["p_joint"])


def test_neighbours_agree_without_any_event():
    X = noise()
    common = X["LHAS"].to_numpy()[:, None]
    X = 0.95 * common + 0.3 * X
    sync = detector().fit(X).detect(X).synchrony(event="2016-12-25", n_shifts=199, random_state=0)
    assert sync["p_apart"] == 1 / 200  # neighbours, no more
    assert sync["p_joint"] > 0.05
    assert sync["effective_stations"] < 1.5 and sync["mean_correlation"] > 0.9
    assert sync["hours"] > 3 * sync["hours_apart"]


def test_joint_shifts_find_what_happens_before_the_event():
    X = noise(90)
    X.loc["2016-12-28":"2016-12-31"] += 4.0
    sync = (
        detector().fit(X).detect(X).synchrony(event="2017-01-01", days=(-5, 0), n_shifts=99, random_state=0)
    )
    assert sync["p_joint"] < 0.1
    assert sync["hours"] > 5 * sync["hours_joint"]


@pytest.mark.parametrize(
    "options, word",
    [
        ({"min_stations": 4}, "min_stations=4 must lie between 2 and the 3 stations"),
        ({"event": "2018-01-01"}, "no time with bounds lies -15 to 0 days from 2018-01-01"),
        ({"days": (0, -1)}, "ascend"),
    ],
)
def test_bad_synchrony(found, options, word):
    with pytest.raises(ValueError, match=word):
        found.synchrony(**options)


def test_synchrony_of_one_station():
    X = noise(30, ["XJSH"])
    with pytest.raises(ValueError, match="it needs two stations"):
        detector().fit(X).detect(X).synchrony()


# confutation


def test_confute_over_many_spans():
    X = noise(140)
    spans = quake_free_spans("2016-11-20", "2017-03-15", ["2017-01-10"])
    assert len(spans) == 7
    kp = pd.Series(1.0, pd.date_range("2016-10-01", "2017-04-01", freq="3h"))
    model = detector(kp=kp).fit(X)
    result = model.confute(X, spans)
    assert list(result.spans["start"]) == list(spans["start"])
    assert (result.spans["n"] == 12 * 12 * 3).all()
    assert result.flagged_rate == pytest.approx(result.spans["flagged"].sum() / result.spans["n"].sum())
    assert result.low < result.expected_rate < result.high
    assert result.spans_with_anomaly == 1.0 == result.spans_with_quiet_anomaly
    assert (result.spans["anomalies"] == result.spans["quiet_anomalies"]).all()
    assert result.spans["share_of_days"].between(0.5, 1).all()
    for some in (spans[:1], spans[:4]):
        few = model.confute(X, some)
        assert np.isnan([few.low, few.high]).all()  # fewer than five spans tell too little of the spread
        assert few.flagged_rate == pytest.approx(few.spans["flagged"].sum() / few.spans["n"].sum())


def test_no_interval_from_fewer_than_five_blocks(found):
    for days, n_blocks in ((3, 3), (4, 4), (5, 5)):
        last = pd.Timestamp("2016-12-01") + pd.Timedelta(days=days, hours=-1)
        rate = found.between("2016-12-01", last).rate(block_days=1)
        assert rate["n_blocks"] == n_blocks
        assert np.isfinite(rate[["low", "high"]]).all() == (n_blocks >= 5)


def test_bad_spans(found):
    X = noise(30)
    model = detector().fit(X)
    with pytest.raises(ValueError, match="no value with bounds from 2016-11-02"):
        model.confute(X, [("2016-11-02", "2016-11-05")])
    with pytest.raises(ValueError, match="does not ascend"):
        model.confute(X, [("2016-11-05", "2016-11-02")])
    with pytest.raises(ValueError, match="quiet_spans: none"):
        model.confute(X, [])


def test_spans_keep_clear_of_events():
    events = pd.to_datetime(["2016-03-01", "2016-03-05", "2016-05-01"])
    spans = quake_free_spans("2016-01-01", "2016-06-30", events, days=12)
    for event in events:
        clear = (spans["end"] <= event - pd.Timedelta("15D")) | (spans["start"] >= event + pd.Timedelta("5D"))
        assert clear.all()
    assert (spans["start"].diff().dropna() >= pd.Timedelta("12D")).all()
    assert len(quake_free_spans("2016-01-01", "2016-01-20", ["2016-01-10"])) == 0


# bad input


@pytest.mark.parametrize(
    "change, word",
    [
        (lambda X: X.iloc[[0, 1, 3, 4]], "times are not regular"),
        (lambda X: X.iloc[[0, 1, 1, 2]], "occurs twice"),
        (lambda X: X.assign(LHAS=np.nan), "'LHAS' has no value"),
        (
            lambda X: X.iloc[: 10 * 12],
            "no time from 2016-11-01.* has a forecast and 15 days of errors before it",
        ),
        (lambda X: X.rename(columns={"LHAS": "LHAZ"}), "feature names"),
    ],
)
@pytest.mark.parametrize("forecaster", [None, YesterdayForecaster()])
def test_bad_records(forecaster, change, word):
    X = noise(30)
    model = TECAnomalyDetector(forecaster, RollingSigmaBounds(days=15)).fit(X)
    with pytest.raises(ValueError, match=word):
        model.detect(change(X))


def test_arrays_have_no_times():
    X = noise(30).to_numpy()
    with pytest.raises(TypeError, match="with times as index"):
        TECAnomalyDetector().fit(X).detect(X)
    assert set(TECAnomalyDetector(None, IQRBounds(days=2)).fit(X).predict(X)) == {-1, 1}


@pytest.mark.parametrize("options", [{"forecaster": 3}, {"bounds": 3}, {"kp": [1]}, {"disturbed_hours": -1}])
def test_bad_parameters(options):
    with pytest.raises(ValueError, match=f"'{next(iter(options))}' parameter"):
        TECAnomalyDetector(**options).fit(noise(20))


# simulation and real maps


def test_planted_anomalies_are_found():
    places = pd.DataFrame({"latitude": [44.2, 42.9], "longitude": [86.1, 86.7]}, ["XJSH", "XJWL"])
    quakes = pd.DataFrame(
        {"time": pd.to_datetime(["2001-01-30"]), "latitude": 43.8, "longitude": 86.3, "magnitude": 6.2}
    )
    options = {"stations": places, "effect_days": (-3, 0), "effect_min_km": 500, "random_state": 0}
    without = make_tec("2001-01-01", "2001-02-05", **options).frame
    planted = make_tec("2001-01-01", "2001-02-05", catalog=quakes, effect=1.5, **options).frame
    model = TECAnomalyDetector(None, IQRBounds(style="iqr")).fit(without)
    rates = [
        model.detect(X).between("2001-01-27 12:00", "2001-01-30").rate()["flagged_rate"]
        for X in (without, planted)
    ]
    assert rates[1] > 0.8 > rates[0] + 0.3


def test_el_salvador(real_data):
    maps = read_ionex(str(real_data / "ionex" / "jpl_2000-2001" / "*"))
    series = MapSource(maps).at([12.8, 17.8, 7.8], [-88.8, -88.8, -88.8]).to_frame()
    kp = read_space_weather(real_data / "indices" / "SW-All.csv")["kp"]
    model = TECAnomalyDetector(None, IQRBounds(style="iqr"), kp=kp).fit(series)
    found = model.detect(series)
    rate = found.rate()
    assert rate["flagged_rate"] == pytest.approx(0.160, abs=1e-3)
    assert rate["low"] < rate["expected_rate"] < rate["high"]  # nothing that chance could not do
    table = found.between("2000-12-29", "2001-01-15").table(event="2001-01-13 17:33:32")
    assert set(table["state"]) <= {"quiet", "disturbed"} and len(table) > 10
    assert table["days_to_event"].between(-2, 16).all()


def test_no_quake_free_span_in_a_hole_of_the_catalog():
    hole = pd.DataFrame({"start": [pd.Timestamp("2016-03-01")], "end": [pd.Timestamp("2016-06-01")]})
    spans = quake_free_spans("2016-01-01", "2016-08-01", ["2016-07-10"], days=12, holes=hole)
    touched = (spans["end"] > "2016-02-15") & (spans["start"] < "2016-06-06")
    assert len(spans) == 5 and not touched.any()
    assert len(quake_free_spans("2016-01-01", "2016-08-01", ["2016-07-10"], days=12)) > 12
