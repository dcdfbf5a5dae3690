"""One rule of what space weather disturbs: a value at the threshold is quiet in every room."""

import importlib
import inspect
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from skquake._core._disturbed import dst_is_quiet, kp_is_quiet
from skquake.alarms import score_track
from skquake.forecasting import TECAnomalyDetector, space_weather_state
from skquake.inspection import detector_sensitivity, false_alarm_rate
from skquake.plotting import AnomalySeriesDisplay
from skquake.preprocessing import IQRBounds, quiet_times
from skquake.sampling import make_samples
from skquake.sources import SeriesSource, TrackSource

START = pd.Timestamp("2016-01-01")
TIMES = pd.date_range(START, periods=4 * 90, freq="6h", unit="ns")
TEC = pd.DataFrame({"A": np.random.default_rng(0).normal(20, 3, len(TIMES))}, TIMES)
STATIONS = pd.DataFrame({"latitude": [0.0], "longitude": [0.0]}, ["A"])
CATALOG = pd.DataFrame(
    {"time": START + pd.to_timedelta([40, 60], "D"), "latitude": 0.1, "longitude": 0.1, "magnitude": 6.0},
    index=["a", "b"],
)
TRACK = TrackSource(
    pd.DataFrame(
        {
            "time": pd.date_range(START + pd.Timedelta("39D"), periods=400, freq="s"),
            "latitude": np.linspace(-10, 10, 400),
            "longitude": 0.0,
            "Ne": 1e5,
        }
    )
)


def in_samples(kp, **how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no event is left where all samples are disturbed
        found = make_samples(TRACK, CATALOG, region="10 deg", days=(-15, 0), max_length=40, kp=kp, **how)
    return bool((found.y != 2).all())


def in_scored_windows(kp, **how):
    model = DummyClassifier(strategy="prior").fit(np.zeros((4, 1)), [0, 0, 0, 1])
    return len(score_track(model, TRACK, length=40, kp=kp, **how)) > 0


def in_states(kp, **how):
    return bool((space_weather_state(TIMES, kp=kp, **how) == "quiet").all())


def in_anomalies(kp, **how):
    found = TECAnomalyDetector(bounds=IQRBounds(style="iqr"), kp=kp, **how).fit(TEC).detect(TEC)
    return bool((found.state == "quiet").all())


def in_false_alarms(kp, **how):
    return bool(false_alarm_rate(IQRBounds(style="iqr"), TEC, kp=kp, **how).loc["quiet", "n"] > 0)


def in_choices(kp, kp_threshold=3.0, **how):
    try:
        detector_sensitivity(
            {"iqr": IQRBounds(style="iqr")}, SeriesSource(TEC, STATIONS), CATALOG, n_nulls=1, random_state=0,
            choices={"kp_threshold": [kp_threshold]}, kp=kp, **how,
        )  # fmt: skip
    except ValueError as error:
        assert "no earthquake, or none with a value, is left" in str(error)
        return False
    return True


def in_display(kp, **how):
    display = AnomalySeriesDisplay.from_estimator(IQRBounds(style="iqr"), TEC, kp=kp, **how).plot()
    bars = {patch.get_facecolor() for patch in display.axes_[1, 0].patches if patch.get_width() < 1}
    quiet = not display.disturbed_.any()
    low = AnomalySeriesDisplay.from_estimator(IQRBounds(style="iqr"), TEC, kp=kp * 0, **how).plot()
    calm = {patch.get_facecolor() for patch in low.axes_[1, 0].patches if patch.get_width() < 1}
    assert (bars == calm) == quiet
    return quiet


ROOMS = [in_samples, in_scored_windows, in_states, in_anomalies, in_false_alarms, in_choices, in_display]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    ("value", "how", "quiet"),
    [
        (3.0, {}, True),
        (3.333, {}, False),
        (10 / 3, {"kp_threshold": 3.333, "disturbed_hours": 0}, True),
        (3.667, {"kp_threshold": 3.333, "disturbed_hours": 0}, False),
        (2.667, {"kp_threshold": 2.667}, True),
        (3.0, {"kp_threshold": 2.667}, False),
    ],
)
def test_at_the_threshold_is_quiet_in_every_room(room, value, how, quiet):
    kp = pd.Series(value, pd.date_range(START - pd.Timedelta("3D"), periods=8 * 100, freq="3h"))
    assert room(kp, **how) is quiet


def test_missing_is_not_quiet():
    assert kp_is_quiet([3.0, np.nan, 4.0], 3.0).tolist() == [True, False, False]
    assert dst_is_quiet([-30.0, np.nan, -31.0, 20.0], -30.0).tolist() == [True, False, False, True]
    index = pd.Series([-20.0, -21.0, 20.0, 21.0], TIMES[:4])
    assert quiet_times(TIMES[:4], dst=index).tolist() == [True, False, True, False]


def test_a_threshold_that_no_kp_can_have():
    for wrong in (30, -1, np.inf):
        with pytest.raises(ValueError, match="'kp_threshold' parameter"):
            space_weather_state(TIMES, kp_threshold=wrong)
    with pytest.raises(ValueError, match="'dst_threshold' parameter"):
        space_weather_state(TIMES, dst_threshold=30.0)


def test_one_pair_of_names_and_defaults():
    for module in (
        "alarms",
        "datasets",
        "forecasting",
        "inspection",
        "plotting",
        "preprocessing",
        "sampling",
    ):
        room = importlib.import_module(f"skquake.{module}")
        for name in room.__all__:
            thing = getattr(room, name)
            if inspect.isfunction(thing) or hasattr(thing, "get_params") or name.endswith("Display"):
                check_names(name, inspect.signature(thing).parameters)


def check_names(name, options):
    assert not {"kp_limit", "memory_hours", "dst_limit", "ap_limit"} & set(options), name
    if "kp_threshold" in options:
        assert options["kp_threshold"].default == 3.0, name
        assert options["disturbed_hours"].default == 24, name
