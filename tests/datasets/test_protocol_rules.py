"""Published rules of the protocols against loops over tiny inputs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import Bunch

from skquake._core._geodesy import great_circle_km
from skquake.datasets.papers import SAFENET, SEQNETQUAKE
from skquake.datasets.protocols import brightness_temperature, ed_lstme, rst_tec, sip_images, tec_counts
from skquake.datasets.protocols._clustered import clustered_catalog
from skquake.datasets.protocols._dates import p_value, share_elsewhen, share_preceded
from skquake.datasets.protocols._epochs import count_pairs, pairs_near
from skquake.datasets.protocols._gain import alarm_after, gain, persistent
from skquake.datasets.protocols._satellite import of_length
from skquake.datasets.protocols.swarm_epochs import concentration
from skquake.preprocessing import RSTIndex

DAY = 86_400 * 10**9


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_share_of_earthquakes_with_a_flagged_day_before(rng):
    flagged = rng.uniform(size=(40, 3)) < 0.2
    day, place = rng.integers(5, 40, 25), rng.integers(0, 3, 25)
    found = [flagged[d - 4 : d, p].any() for d, p in zip(day, place, strict=True)]
    assert share_preceded(flagged, day, place, 4) == np.mean(found)


def test_other_dates_move_all_earthquakes_together(rng):
    flagged = rng.uniform(size=(60, 2)) < 0.3
    day, place = rng.integers(5, 60, 10), rng.integers(0, 2, 10)
    found = share_elsewhen(flagged, day, place, 5, 5, 20, np.random.default_rng(0), least=20)
    possible = [
        np.mean(
            [
                flagged[5 + (d - 5 + m) % 55 - 5 : 5 + (d - 5 + m) % 55, p].any()
                for d, p in zip(day, place, strict=True)
            ]
        )
        for m in range(20, 35)
    ]
    assert len(found) == 20 and set(found.round(12)) <= set(np.round(possible, 12))
    with pytest.raises(ValueError, match="no date that is 30 days away"):
        share_elsewhen(flagged, day, place, 5, 5, 20, rng, least=30)
    assert p_value(0.5, np.array([0.4, 0.5, 0.6])) == 0.75 and np.isnan(p_value(np.nan, flagged[0]))


def test_superposed_epochs_count_pairs_by_days_and_distance(rng):
    latitude, longitude = rng.uniform(-5, 5, 80), rng.uniform(175, 185, 80)
    time = rng.integers(0, 100 * DAY, 80)
    where, radius = rng.uniform(-4, 4, (6, 2)) + [0, 180], rng.uniform(200, 600, 6)
    moment = rng.integers(20 * DAY, 90 * DAY, 6)
    days, rings = np.array([-20.0, -10.0, -3.0, 0.0]), np.array([0.0, 0.5, 1.0])
    pairs = pairs_near(latitude, longitude, *where.T, radius, rings)
    counts = np.zeros((3, 2), dtype=int)
    for k in range(6):
        for j in range(80):
            share = great_circle_km(*where[k], latitude[j], longitude[j]) / radius[k]
            lag = (time[j] - moment[k]) / DAY
            if share <= 1 and -20 <= lag < 0:
                counts[np.searchsorted(days, lag, side="right") - 1, int(share >= 0.5)] += 1
    assert counts.sum() > 10
    np.testing.assert_array_equal(count_pairs(pairs, time, moment, days), counts)
    assert concentration(counts, np.full((3, 2), 2.0)) == counts.max() / 2


def test_alarms_follow_anomalies(rng):
    flagged = rng.uniform(size=(30, 4)) < 0.3
    alarm, lasting = alarm_after(flagged, 3), persistent(flagged, 2)
    for d in range(30):
        np.testing.assert_array_equal(alarm[d], flagged[max(d - 3, 0) : d].any(axis=0))
        np.testing.assert_array_equal(lasting[d], flagged[d] & (flagged[d - 1] if d else False))


def test_gain_is_hits_over_alarmed_space_time(rng):
    alarm = rng.uniform(size=(30, 4)) < 0.4
    day, place = rng.integers(0, 30, 9), rng.integers(0, 4, 9)
    hits = np.mean([alarm[d, p] for d, p in zip(day, place, strict=True)])
    assert gain(alarm, day, place) == pytest.approx(hits / alarm.mean())
    weight = np.array([1.0, 0.0, 2.0, 1.0])
    tau = sum(weight[p] * alarm[:, p].sum() for p in range(4)) / (weight.sum() * 30)
    assert gain(alarm, day, place, weight) == pytest.approx(hits / tau)
    assert np.isnan(gain(np.zeros((30, 4), bool), day, place))


def test_rst_index_is_that_of_place_and_month_and_the_best_setting_the_best(rng):
    time = pd.date_range("2010-01-01", "2013-12-31", freq="D")
    tec = pd.DataFrame(rng.normal(20, 5, (len(time), 2)), time, ["a", "b"])
    index = RSTIndex(leave_year_out=False).fit(tec).transform(tec)
    for moment in time[[3, 500, 1400]]:
        same = tec[time.month == moment.month]
        expected = (tec.loc[moment] - same.mean()) / same.std()
        np.testing.assert_allclose(index.loc[moment], expected, rtol=1e-9)

    quiet = rng.uniform(size=len(time)) < 0.8
    day, place = rng.integers(0, len(time), 20), rng.integers(0, 2, 20)
    values = index.to_numpy()
    setting, best = rst_tec.best_setting(values, quiet, day, place)
    found = []
    for k in (1.5, 2.0, 2.5):
        for sign in (1, -1):
            flagged = (sign * values > k) & quiet[:, np.newaxis]
            for days in (5, 10, 20, 30):
                for lasting in (1, 2):
                    alarm = alarm_after(persistent(flagged, lasting), days)
                    if alarm.mean() >= 0.1:
                        found.append(alarm[day, place].mean() / alarm.mean())
    assert best == pytest.approx(max(found)) and len(setting) == 4
    with pytest.raises(ValueError, match="no setting alarms"):
        rst_tec.best_setting(values, np.zeros(len(time), bool), day, place)


def test_flagged_evenings_are_those_beyond_the_bounds_of_iqr(rng):
    time = pd.date_range("2003-01-01", periods=20 * 12, freq="2h")
    longitude = np.array([100.0, -60.0])
    tec = pd.DataFrame(rng.normal(20, 4, (len(time), 2)), time)
    kp = pd.Series(
        rng.choice([1.0, 4.0], 170, p=[0.95, 0.05]), pd.date_range("2002-12-31", periods=170, freq="3h")
    )
    expected = np.zeros((20, 2), dtype=bool)
    for i, moment in enumerate(time):
        for s in range(2):
            local = moment + pd.Timedelta(days=longitude[s] / 360)
            past = tec.iloc[i - 12 * 15 : i : 12, s] if i >= 12 * 15 else []
            if len(past) < 15 or not 18 <= local.hour + local.minute / 60 < 22:
                continue
            hours = kp[(kp.index > moment - pd.Timedelta(hours=27)) & (kp.index <= moment)]
            low, middle, high = np.quantile(past, [0.25, 0.5, 0.75])
            day = (local - time[0]) // pd.Timedelta(days=1)
            if abs(tec.iloc[i, s] - middle) > 1.5 * (high - low) and hours.max() <= 3 and 0 <= day < 20:
                expected[day, s] = True
    found = tec_counts.flagged_evenings(tec, longitude, kp, time[0])
    assert expected.any()
    np.testing.assert_array_equal(found, expected)


def test_all_stations_together_on_one_side_at_a_quiet_time():
    time = pd.date_range("2015-01-01", periods=8, freq="12h")
    polarity = pd.DataFrame([[1, 1], [0, 0], [1, -1], [0, 1], [-1, -1], [0, 0], [-1, -1], [np.nan, 1]], time)
    quiet = np.array([True, True, True, True, True, True, False, True])
    assert ed_lstme.together(polarity, quiet)[:, 0].tolist() == [True, False, True, False]


def test_samples_and_folds_of_brightness_temperature(rng):
    maps = np.arange(300 * 4, dtype=float).reshape(300, 4)
    world = Bunch(
        maps=maps, day=np.array([50, 120, 260]), place=np.array([1, 1, 3]), block=np.array([0, 0, 5])
    )
    data = brightness_temperature.samples(world, world.day, rng)
    np.testing.assert_array_equal(data.X[0], maps[40:50, 1])  # the ten days before
    np.testing.assert_array_equal(data.X[2], maps[250:260, 3])
    assert data.y.tolist() == [1, 1, 1, 0, 0, 0] and data.block.tolist() == [0, 0, 5] * 2
    assert np.abs(data.day[3:5, np.newaxis] - [50, 120]).min() >= 30
    day = rng.integers(0, 1000, 200)
    for train, test in brightness_temperature.forward_folds(day):
        assert day[train].max() < day[test].min() - 20
    tested = np.concatenate([test for _, test in brightness_temperature.forward_folds(day)])
    assert len(tested) == len(set(tested)) == (day >= np.median(day)).sum()


def test_time_alone_takes_the_label_of_the_nearest_image():
    when = pd.to_datetime(["2000-01-01", "2000-01-10", "2000-01-12", "2000-02-01"])
    y = np.array([0, 1, 1, 0])
    assert sip_images.time_alone(when, y, np.array([0, 1]), np.array([2, 3])) == 0.5


def test_windows_keep_their_seconds_at_another_cadence():
    assert of_length(SAFENET["03"], 1.0).length == 70 and of_length(SAFENET["03"], 17.5).length == 4
    assert of_length(SEQNETQUAKE["07"], 1.5) == SEQNETQUAKE["07"]
    assert of_length(SAFENET["03"], 5.0).network == {"kernel_size": 2}


def test_clustered_catalog(rng):
    start = pd.Timestamp("2001-01-01")
    catalog = clustered_catalog(start, 1000, 50, ((0, 10), (10, 20)), rng, magnitude=4.5, aftershocks=3.0)
    assert 100 < len(catalog) < 300 and catalog["time"].is_monotonic_increasing
    assert catalog["magnitude"].min() >= 4.5 and (catalog["time"] < start + pd.Timedelta(days=1000)).all()
    waits = catalog["time"].diff().dt.total_seconds().to_numpy()[1:]
    assert waits.std() / waits.mean() > 1.2  # clustered: random times have 1
