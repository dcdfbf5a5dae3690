import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.forecasting import space_weather_state

DAY = pd.Timestamp("2016-12-08")


def slow(times, kp, dst, memory):
    """The same, interval after interval."""
    found = []
    for time in times:
        state = "quiet" if kp is not None or dst is not None else "unknown"
        for index, width, good in ((kp, 3, lambda v: v <= 3), (dst, 1, lambda v: v >= -30)):
            if index is None:
                continue
            width = pd.Timedelta(hours=width)
            first = DAY + ((time - pd.Timedelta(hours=memory) - DAY) // width) * width
            for start in pd.date_range(first, time, freq=width):
                value = index.get(start, np.nan)
                if np.isnan(value):
                    state = "unknown" if state == "quiet" else state
                elif not good(value):
                    state = "disturbed"
        found.append(state)
    return found


@given(
    seed=st.integers(0, 9999),
    memory=st.sampled_from([0, 3, 7, 24]),
    which=st.sampled_from(["kp", "dst", "both", "none"]),
    share=st.sampled_from([0.0, 0.05]),
)
@settings(max_examples=60, deadline=None)
def test_against_a_loop(seed, memory, which, share):
    rng = np.random.default_rng(seed)
    kp = pd.Series(np.round(rng.gamma(4, 0.35, 40), 1), pd.date_range(DAY, periods=40, freq="3h"))
    dst = pd.Series(rng.normal(-5, 10, 120), pd.date_range(DAY, periods=120, freq="1h"))
    kp[rng.random(40) < share] = np.nan
    dst[rng.random(120) < share] = np.nan
    kp, dst = (kp if which in ("kp", "both") else None), (dst if which in ("dst", "both") else None)
    times = pd.DatetimeIndex(sorted(DAY + pd.to_timedelta(rng.integers(-300, 7500, 25), "min")))
    found = space_weather_state(times, kp=kp, dst=dst, disturbed_hours=memory)
    assert found.tolist() == slow(times, kp, dst, memory)


def test_at_the_threshold_is_quiet():
    kp = pd.Series([3.0, 3.333], pd.date_range(DAY, periods=2, freq="3h"))
    times = [DAY, DAY + pd.Timedelta("3h")]
    assert space_weather_state(times, kp=kp, disturbed_hours=0).tolist() == ["quiet", "disturbed"]
    dst = pd.Series([-30.0, -31.0], pd.date_range(DAY, periods=2, freq="1h"))
    times = [DAY, DAY + pd.Timedelta("1h")]
    assert space_weather_state(times, dst=dst, disturbed_hours=0).tolist() == ["quiet", "disturbed"]


def test_a_storm_is_remembered_for_a_day():
    kp = pd.Series(1.0, pd.date_range(DAY, periods=40, freq="3h"))
    kp.iloc[16] = 6.0  # two days later, 00-03 h
    times = pd.date_range(DAY + pd.Timedelta("1D"), periods=4 * 24, freq="1h")
    disturbed = times[(space_weather_state(times, kp=kp) == "disturbed").to_numpy()]
    assert disturbed[0] == DAY + pd.Timedelta("2D")
    assert disturbed[-1] == DAY + pd.Timedelta("3D 2h")


def test_bad_indices():
    with pytest.raises(ValueError, match="kp: needs at least two times"):
        space_weather_state([DAY], kp=pd.Series([1.0], [DAY]))
    with pytest.raises(ValueError, match="'disturbed_hours' parameter"):
        space_weather_state([DAY], disturbed_hours=-1)
