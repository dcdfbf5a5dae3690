"""balance_table on samples whose differences are known."""

import warnings

import numpy as np
import pandas as pd
import pytest
from common.sampling_orbits import make_controls, make_events, make_orbit
from sklearn.utils import Bunch

from skquake.sampling import ImbalanceWarning, balance_table, make_samples


def samples_of(**columns):
    """Two events and two controls; the first event has two samples."""
    X = pd.DataFrame(
        {
            "time": pd.to_datetime(["2015-06-01"] * 5),
            "latitude": 0.0,
            "longitude": 0.0,
            "event_id": ["a", "a", "b", "c", "d"],
            "magnitude": 5.0,
            "local_time": 0.0,
            "kp": np.nan,
            **columns,
        }
    )
    return Bunch(X=X, y=np.array([1, 1, 1, 0, 0]))


def test_an_event_counts_once():
    samples = samples_of(latitude=[0.0, 2.0, 9.0, 3.0, 5.0])
    with pytest.warns(ImbalanceWarning, match=r"latitude \+0\.34"):
        table = balance_table(samples)
    # Weights 1/2, 1/2, 1: mean 5, variance (25 + 9) / 4 + 16 / 2 = 16.5; controls 4 and 1.
    expected = [5.0, 4.0, 1.0 / np.sqrt((16.5 + 1.0) / 2)]
    np.testing.assert_allclose(table.loc["latitude"].to_numpy(dtype=float), expected)


def test_equal_samples_are_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = balance_table(samples_of())
    assert (table["difference"] == 0).all()
    assert table.index.name == "covariate" and list(table.columns) == ["seismic", "control", "difference"]
    assert "F10.7" not in table.index and "Kp" not in table.index
    assert "orbit direction (ascending)" not in table.index


def test_midnight_is_no_gap_and_constants_that_differ_are_infinite():
    samples = samples_of(local_time=[23.9, 23.9, 0.1, 0.1, 23.9], magnitude=[6.0, 6.0, 6.0, 5.0, 5.0])
    with pytest.warns(ImbalanceWarning, match=r"magnitude \+inf") as caught:
        table = balance_table(samples)
    assert abs(table.loc["local time (cos)", "difference"]) < 1e-6
    assert len(caught) == 1 and "cos" not in str(caught[0].message)


def test_threshold_and_disturbed_rows():
    samples = samples_of(latitude=[0.0, 2.0, 9.0, 3.0, 5.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        balance_table(samples, threshold=0.5)
    more = pd.concat([samples.X, samples.X.iloc[[0]].assign(latitude=80.0)], ignore_index=True)
    table = balance_table(Bunch(X=more, y=np.append(samples.y, 2)), threshold=0.5)
    assert table.loc["latitude", "seismic"] == 5.0


def test_solar_flux_is_the_last_known_one():
    f107 = pd.Series([100.0, 150.0, np.nan], pd.to_datetime(["2015-05-31", "2015-06-01", "2015-06-02"]))
    time = pd.to_datetime(["2015-05-31 20:00"] * 3 + ["2015-06-01 10:00", "2015-06-02 00:00"])
    samples = samples_of(time=time)
    table = balance_table(samples, space_weather=f107.to_frame("f107"), threshold=np.inf)
    assert table.loc["F10.7", ["seismic", "control"]].to_list() == [100.0, 150.0]


def test_on_real_samples_of_a_track():
    track, events = make_orbit(3), make_events(3, 20, magnitude=(7, 8))
    kp = pd.Series(1.0, pd.date_range("2014-12-25", periods=120, freq="3h"))
    samples = make_samples(
        track, events, make_controls(events, 5, ratio=3, matched=False, move_days=9), region="dobrovolsky",
        days=(-1, 0), max_length=4, kp=kp,
    )  # fmt: skip
    with pytest.warns(ImbalanceWarning):
        table = balance_table(samples)
    assert table.loc["Kp", "difference"] == 0 and np.isfinite(
        table[["seismic", "control", "difference"]]
    ).all(axis=None)
    assert table.loc["orbit direction (ascending)", ["seismic", "control"]].between(0, 1).all()


def test_both_classes_are_needed():
    samples = samples_of()
    for y, absent in ((np.ones(5), "control"), (np.zeros(5), "seismic"), (np.full(5, 2), "seismic")):
        with pytest.raises(ValueError, match=f"no {absent} sample"):
            balance_table(Bunch(X=samples.X, y=y.astype(int)))
