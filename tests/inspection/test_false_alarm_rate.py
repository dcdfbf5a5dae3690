"""False alarms: against loops over values, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from common.source_examples import track_frame
from sklearn.dummy import DummyClassifier

from skquake._core._geodesy import great_circle_km
from skquake.alarms import score_track
from skquake.catalogs import dobrovolsky_radius
from skquake.forecasting import TECAnomalyDetector, YesterdayForecaster
from skquake.inspection import false_alarm_rate
from skquake.preprocessing import IQRBounds
from skquake.sources import SeriesSource, TrackSource

STATIONS = pd.DataFrame({"latitude": [0.0, 50.0], "longitude": [179.9, 10.0]}, index=["A", "B"])
INDEX = pd.date_range("2012-01-01", periods=800, freq="12h")


@pytest.fixture
def tec():
    return pd.DataFrame(np.random.default_rng(0).normal(10, 1, (800, 2)), INDEX, STATIONS.index)


@pytest.fixture
def catalog():
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "time": INDEX[rng.integers(100, 780, 12)],
            "latitude": np.where(rng.random(12) < 0.5, 0.5, 50.5),
            "longitude": rng.choice([-179.9, 10.0], 12),
            "magnitude": 6.5,
        }
    )


def free_by_loops(times, latitude, longitude, catalog, days=(-15, 5)):
    free = np.ones(len(times), dtype=bool)
    for quake in catalog.itertuples():
        lag = (times - quake.time) / pd.Timedelta(days=1)
        near = great_circle_km(quake.latitude, quake.longitude, latitude, longitude) <= dobrovolsky_radius(
            6.5
        )
        free &= ~((lag >= days[0]) & (lag <= days[1]) & near)
    return free


def test_rates_by_loops(tec, catalog):
    kp = pd.Series(1.0, pd.date_range("2011-12-28", periods=8 * 410, freq="3h"))
    kp.iloc[1500:1700] = 5.0
    bounds = IQRBounds(style="iqr")
    table = false_alarm_rate(bounds, SeriesSource(tec, STATIONS), catalog=catalog, kp=kp, disturbed_hours=0)
    polarity = bounds.fit(tec).detect(tec.astype("float32")).polarity
    free = np.stack([free_by_loops(INDEX, *STATIONS.loc[name], catalog) for name in "AB"], axis=1)
    quiet = np.array([kp[:time].iloc[-1] < 3 for time in INDEX])[:, np.newaxis]
    masks = {
        "all": free | True,
        "quake-free": free,
        "quake-free, quiet": free & quiet,
        "quiet": quiet & (free | True),
    }
    assert table.index.tolist() == list(masks)
    for name, mask in masks.items():
        values = polarity.where(mask).to_numpy()
        row = table.loc[name]
        assert row["n"] == np.isfinite(values).sum()
        assert row["flagged_rate"] == pytest.approx((np.nan_to_num(values) != 0).sum() / row["n"])
        assert row["low"] < row["flagged_rate"] < row["high"]
        assert row["expected_rate"] == bounds.expected_rate(15)
    # Not one of them is like another: each mask is at work.
    assert table["n"].is_unique


def test_a_frame_with_stations_is_the_same(tec, catalog):
    frame = false_alarm_rate(
        IQRBounds(), tec.astype("float32"), stations=STATIONS.iloc[::-1], catalog=catalog
    )
    series = false_alarm_rate(IQRBounds(), SeriesSource(tec, STATIONS), catalog=catalog)
    pd.testing.assert_frame_equal(frame, series)


def test_forecasts_that_are_fitted_stay_as_they_are(tec):
    detector = TECAnomalyDetector(YesterdayForecaster()).fit(tec.iloc[:100])
    rate = false_alarm_rate(detector, tec).loc["all"]
    assert rate["low"] < rate["expected_rate"] < rate["high"]
    fresh = false_alarm_rate(TECAnomalyDetector(), tec).loc["all"]
    assert fresh["n"] > 0


def test_windows_of_a_track():
    source = TrackSource(track_frame(30_000), channels=["Ne"])
    windows = np.zeros((4, 1))
    model = DummyClassifier(strategy="stratified", random_state=0).fit(windows, [0, 0, 0, 1])
    scores = score_track(model, source, length=50)
    row = scores.iloc[100]
    quake = pd.DataFrame(
        {
            "time": [row["time"] + pd.Timedelta(hours=1)],
            "latitude": row["latitude"],
            "longitude": row["longitude"],
            "magnitude": 6.5,
        }
    )
    table = false_alarm_rate(model, source, length=50, catalog=quake, expected_rate=0.25)
    free = free_by_loops(scores["time"], scores["latitude"], scores["longitude"], quake)
    assert table.loc["all", "flagged_rate"] == pytest.approx((scores["probability"] > 0.5).mean())
    assert table.loc["quake-free", "n"] == free.sum() < len(scores)
    assert (table["expected_rate"] == 0.25).all()
    assert table["low"].isna().all()  # one block only
    assert false_alarm_rate(model, source, length=50)["expected_rate"].isna().all()


def test_nothing_left_is_nan(tec):
    quakes = pd.DataFrame({"time": INDEX[::9], "latitude": 20.0, "longitude": 90.0, "magnitude": 10.0})
    row = false_alarm_rate(IQRBounds(), tec, stations=STATIONS, catalog=quakes).loc["quake-free"]
    assert row["n"] == 0 and np.isnan(row["flagged_rate"])


def test_errors(tec, catalog):
    with pytest.raises(ValueError, match="stations: needed with a catalog"):
        false_alarm_rate(IQRBounds(), tec, catalog=catalog)
    with pytest.raises(ValueError, match="no row for 'B'"):
        false_alarm_rate(IQRBounds(), tec, stations=STATIONS.iloc[:1], catalog=catalog)
    with pytest.raises(ValueError, match="block_days"):
        false_alarm_rate(IQRBounds(), tec, block_days=5)
    with pytest.raises(TypeError, match=r"a SeriesSource or a pandas DataFrame, .*not numpy\.ndarray"):
        false_alarm_rate(IQRBounds(), tec.to_numpy())
    with pytest.raises(ValueError, match="days must be two finite numbers"):
        false_alarm_rate(IQRBounds(), tec, avoid_days=(5, -15))
    with pytest.raises(ValueError, match="detector"):
        false_alarm_rate("iqr", tec)


def test_a_hole_of_the_catalog_is_not_quake_free():
    days = np.arange(400)
    time = pd.Timestamp("2015-01-01") + pd.to_timedelta(days, unit="D")
    tec = pd.DataFrame(np.random.default_rng(0).normal(size=(400, 1)), time, ["s"])
    stations = pd.DataFrame({"latitude": [0.0], "longitude": [0.0]}, index=["s"])
    far = pd.DataFrame({"time": time[(days < 100) | (days > 200)], "latitude": 60.0})
    far = far.assign(longitude=0.0, magnitude=5.0)

    def n(**more):
        table = false_alarm_rate(IQRBounds(), tec, stations=stations, catalog=far, **more)
        return table.loc["all", "n"] - table.loc["quake-free", "n"]

    # From day 99 to 201 nothing is listed: these days, 5 after and 15 before an earthquake that it may hide.
    assert (n(), n(holes=None)) == (121, 0)
