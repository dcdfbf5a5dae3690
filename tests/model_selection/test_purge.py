"""The purge against brute force."""

import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame
from common.shared_observations import brute_force, parted_samples
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.model_selection._purge import COLUMNS, SampleTable, shares_observation


@settings(max_examples=60, deadline=None)
@given(parted_samples(), st.sampled_from([0.0, 0.25, 2.0]), st.sampled_from([None, 0.0, 100.0, float("inf")]))
def test_equals_brute_force(case, gap_days, within_km):
    X, train, test = case
    ours = shares_observation(SampleTable(X, "test"), train, test, gap_days=gap_days, within_km=within_km)
    np.testing.assert_array_equal(ours, brute_force(X, train, test, gap_days, within_km))


@pytest.mark.parametrize("track", [False, True])
def test_equals_brute_force_on_samples(track):
    X = sample_frame(15, track=track, span_days=160, spread=20.0).X
    if track:  # crowd the samples into few passes
        X["pass_id"] = X["pass_id"] // 40
        X["obs_start"], X["obs_end"] = X["time"] - pd.Timedelta("9h"), X["time"] + pd.Timedelta("9h")
    train, test = np.arange(0, len(X), 2), np.arange(1, len(X), 2)
    expected = brute_force(X, train, test)
    assert 0 < expected.sum() < len(train)
    np.testing.assert_array_equal(shares_observation(SampleTable(X, "test"), train, test), expected)


def one_against_one(**changes):
    start = pd.Timestamp("2015-01-01")
    X = pd.DataFrame(
        {
            "source": "tec",
            "time": start,
            "latitude": 0.0,
            "longitude": [179.5, -179.5],
            "pair_id": ["a", "b"],
            "radius_km": 60.0,
            "obs_start": start,
            "obs_end": start + pd.Timedelta("1h"),
        }
    ).assign(**changes)
    return shares_observation(SampleTable(X, "test"), [0], [1]).item()


def test_the_rule():
    hour = pd.Timedelta("1h")
    times = pd.Series(pd.date_range("2015-01-01", periods=2, freq="h"))
    assert one_against_one()  # 111 km apart, across the dateline
    assert not one_against_one(radius_km=50.0)
    assert not one_against_one(source=["tec", "other"])
    assert one_against_one(obs_start=times, obs_end=times + hour)  # the end is an observation too
    assert not one_against_one(obs_start=times, obs_end=times + 0.9 * hour)
    # A satellite is at one place at a time: on one pass the distance does not matter.
    assert one_against_one(radius_km=0.0, pass_id=7)
    assert not one_against_one(radius_km=0.0, pass_id=[7, 8])
    assert not one_against_one(radius_km=0.0, pass_id=[np.nan, np.nan])


def test_nothing_to_compare():
    table = SampleTable(sample_frame(5).X, "test")
    assert shares_observation(table, [], [1]).tolist() == []
    assert shares_observation(table, [0, 1], []).tolist() == [False, False]


def test_bare_arrays_name_the_missing_columns():
    with pytest.raises(TypeError, match="splitter: X is a bare ndarray; .*" + ", ".join(COLUMNS)):
        SampleTable(np.zeros((3, 2)), "splitter")
    with pytest.raises(ValueError, match=r"missing column\(s\) pair_id, obs_end"):
        SampleTable(sample_frame(5).X.drop(columns=["pair_id", "obs_end"]), "splitter")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("obs_start", pd.NaT, "obs_start is missing in row 3"),
        ("obs_end", pd.Timestamp("1999-01-01"), "obs_end lies before obs_start in row 3"),
        ("radius_km", np.nan, "radius_km is nan in row 3"),
        ("pair_id", None, "pair_id is missing in row 3"),
        ("latitude", 91.0, "latitude 91.0 in row 3"),
    ],
)
def test_bad_values_are_named(column, value, message):
    X = sample_frame(5).X
    X.loc[3, column] = value
    with pytest.raises(ValueError, match=message):
        SampleTable(X, "splitter")
