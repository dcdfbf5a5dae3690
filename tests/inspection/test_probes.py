"""Probes: they find what can be found without observations, and only that."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from common.sample_frames import sample_frame
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import Bunch

from skquake.inspection import location_probe, metadata_probe, place_date_probe
from skquake.inspection._probes import ProbeFeatures
from skquake.model_selection import PurgedGroupKFold, PurgedTimeSeriesSplit

CV = PurgedGroupKFold(3)
SMALL = {
    "estimator": RandomForestClassifier(20, min_samples_leaf=10, random_state=0),
    "n_resamples": 50,
    "random_state": 0,
}


def test_location_betrays_random_controls_and_not_matched_ones():
    matched = sample_frame(100, disturbed=0.05)
    probe = location_probe(matched, CV, **SMALL | {"n_resamples": 200})
    assert probe.features == ("latitude", "longitude")
    assert probe.seismic_mcc.low < 0.0 < probe.seismic_mcc.high
    random = sample_frame(100, disturbed=0.05)
    is_control = random.X["event_id"].str.endswith("-c0")
    random.X.loc[is_control, "latitude"] += 70.0 * -np.sign(random.X.loc[is_control, "latitude"])
    random.X["longitude"] = np.where(is_control, 120.0, 10.0)
    found = location_probe(random, CV, **SMALL).seismic_mcc
    assert found.value == 1.0 and found.low == pytest.approx(1.0 - 2.0 * (1.0 - 0.025 ** (1 / found.n_units)))


def test_the_same_splits_are_used():
    samples = sample_frame(60)
    probe = location_probe(samples, CV, **SMALL)
    np.testing.assert_array_equal(probe.test, np.concatenate([test for _, test in CV.split(samples.X)]))


@pytest.mark.parametrize("track", [False, True])
def test_metadata_names_what_it_used(track):
    samples = sample_frame(60, track=track)
    probe = metadata_probe(samples, CV, **SMALL)
    expected = {
        "local_time_cos",
        "local_time_sin",
        "day_of_year_cos",
        "day_of_year_sin",
        "kp",
        "magnitude",
        "absolute_latitude",
    }
    assert set(probe.features) == expected | ({"ascending"} if track else set())


def test_an_empty_kp_is_left_out():
    samples = sample_frame(60)
    samples.X["kp"] = np.nan
    assert "kp" not in metadata_probe(samples, CV, **SMALL).features


def test_solar_flux_is_the_value_in_force():
    X = pd.DataFrame({"time": pd.to_datetime(["2014-12-31 00:00", "2015-01-01 00:00", "2015-01-02 23:59"])})
    days = pd.date_range("2015-01-01", periods=3, freq="D")
    flux = pd.Series([100.0, 110.0, 120.0], days)
    np.testing.assert_array_equal(
        ProbeFeatures(("f107",), flux).fit_transform(X), [[np.nan], [100.0], [110.0]]
    )
    samples = sample_frame(60)
    days = pd.date_range("2014-12-01", periods=600, freq="D", tz="UTC")
    # An index out of order, with gaps, in another zone: the probe puts it right.
    weather = pd.DataFrame({"f107": np.where(np.arange(600) % 7, 100.0, np.nan)}, days)[::-1]
    probe = metadata_probe(samples, CV, space_weather=weather, **SMALL)
    assert probe.features[-1] == "f107"


def test_metadata_finds_a_season():
    samples = sample_frame(100, disturbed=0.0)
    X = samples.X
    is_control = samples.y == 0
    X["time"] = (
        pd.Timestamp("2015-03-01") + (X["time"] - X["time"].min()) / 5 + pd.to_timedelta(90 * is_control, "D")
    )
    X["obs_start"] = X["obs_end"] = X["time"]
    assert metadata_probe(samples, CV, **SMALL).seismic_mcc.value > 0.95


def test_another_estimator():
    samples = sample_frame(60)
    tree = DecisionTreeClassifier(max_depth=1, random_state=0)
    probe = location_probe(samples, CV, **SMALL | {"estimator": tree})
    assert len(np.unique(probe.proba[:, 1])) <= 2 * 3
    assert not hasattr(tree, "tree_")


def test_errors():
    samples = sample_frame(60)
    with pytest.raises(ValueError, match=r"space_weather: missing column\(s\) f107"):
        metadata_probe(samples, CV, space_weather=pd.DataFrame({"kp": [1.0]}))
    samples.X = samples.X.drop(columns="latitude")
    with pytest.raises(ValueError, match=r"location_probe: samples.X: missing column\(s\) latitude"):
        location_probe(samples, CV)


def test_samples_of_any_dataframe_library_and_mistakes():
    samples, cv = sample_frame(40), PurgedGroupKFold(2)
    X = samples.X.drop(columns="owners")
    for probe in (location_probe, metadata_probe, place_date_probe):
        tables = [Bunch(X=table, y=samples.y) for table in (X, pl.from_pandas(X))]
        a, b = (
            probe(each, cv, estimator=DecisionTreeClassifier(random_state=0), random_state=0)
            for each in tables
        )
        np.testing.assert_array_equal(a.proba, b.proba)
        assert a.features == b.features
        with pytest.raises(TypeError, match=f"{probe.__name__}: .*pass the samples, not"):
            probe(X, cv)
        with pytest.raises(TypeError, match=rf"{probe.__name__}: cv=3 .*PurgedTimeSeriesSplit\(3\)"):
            probe(tables[0], 3)


def test_place_and_date_give_away_what_place_and_circumstances_do_not():
    """One place that is active by turns, in blocks of 40 days: clusters as aftershocks make them."""
    n, day = 400, np.arange(400)
    X = pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(day, "D"),
            "latitude": 5.0,
            "longitude": 100.0,
            "event_id": day,
            "pair_id": day,
        }
    )
    samples = Bunch(X=X, y=(day // 40) % 2)
    torn = [(np.arange(0, n, 2), np.arange(1, n, 2))]
    assert location_probe(samples, torn, **SMALL).seismic_mcc.value == 0.0
    assert place_date_probe(samples, torn, **SMALL).seismic_mcc.value > 0.8


@pytest.mark.parametrize("probe", [location_probe, metadata_probe, place_date_probe])
def test_by_default_a_probe_is_cut_in_time(probe):
    samples = sample_frame(60)
    np.testing.assert_array_equal(
        probe(samples, **SMALL).test, probe(samples, PurgedTimeSeriesSplit(5), **SMALL).test
    )
