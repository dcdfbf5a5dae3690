"""Kp in the memory of a sample."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skquake._core._disturbed import kp_is_quiet
from skquake._core._largest_kp import largest_kp

START = pd.Timestamp("2015-03-01")
THIRDS = np.array([0, 1 / 3, 2 / 3, 1, 2, 2.333, 2.667, 3.0, 3.333, 3.667, 5, 9])


@given(
    values=st.lists(st.sampled_from(THIRDS), min_size=30, max_size=30),
    minutes=st.lists(st.integers(0, 30 * 180 - 1), min_size=1, max_size=20),
    hours=st.sampled_from([0, 1, 3, 4.5, 24]),
)
def test_agrees_with_a_plain_loop(values, minutes, hours):
    kp = pd.Series(values, pd.date_range(START, periods=30, freq="3h"))
    times = START + pd.to_timedelta([m for m in minutes if m >= hours * 60] or [29 * 180], unit="min")
    expected = []
    for time in times:
        since = time - pd.Timedelta(hours=hours)
        expected.append(max(v for s, v in kp.items() if s <= time and s + pd.Timedelta("3h") > since))
    np.testing.assert_array_equal(largest_kp(kp, times, hours), expected)


def test_thirds_compare_exactly():
    kp = pd.Series([3.0, 3.333, 10 / 3, 3 + 1e-9], pd.date_range(START, periods=4, freq="3h"))
    assert kp_is_quiet(largest_kp(kp, kp.index, 0), 3.0).tolist() == [True, False, False, True]


def test_order_zone_and_absent_rows_do_not_matter():
    kp = pd.Series(np.arange(8.0), pd.date_range(START, periods=8, freq="3h"))
    other = kp.drop(kp.index[0]).iloc[::-1].tz_localize("UTC")
    times = [START + pd.Timedelta("20h")]
    assert largest_kp(other, times, 3).tolist() == largest_kp(kp, times, 3).tolist() == [6.0]


def test_unknown_kp_names_the_sample_and_the_span():
    kp = pd.Series(np.arange(8.0), pd.date_range(START, periods=8, freq="3h"))
    times = [START + pd.Timedelta("20h"), START + pd.Timedelta("23h")]
    with pytest.raises(ValueError, match=r"2015-02-28 18:00.*2015-03-01 20:00.*first of 2.*spans 2015-03-01"):
        largest_kp(kp, times, 24)
    kp.iloc[7] = np.nan
    with pytest.raises(ValueError, match=r"3 h from 2015-03-01 21:00.*2015-03-01 23:00.*first of 1"):
        largest_kp(kp, times, 0)


@pytest.mark.parametrize(
    ("kp", "message"),
    [
        (pd.Series([1.0], pd.DatetimeIndex(["2015-03-01 01:00"])), "no start of a 3-hour interval"),
        (pd.Series([1.0, 1.0], pd.DatetimeIndex(["2015-03-01"] * 2)), "more than once"),
        (pd.Series([-1.0], pd.DatetimeIndex(["2015-03-01"])), "0...9"),
        (pd.Series([47.0], pd.DatetimeIndex(["2015-03-01"])), "0...9"),
        (pd.Series([np.nan], pd.DatetimeIndex(["2015-03-01"])), "no value at all"),
        (pd.Series([1.0]), "not dates"),
        ([1.0], "expected a pandas Series"),
    ],
)
def test_what_is_no_kp_is_refused(kp, message):
    with pytest.raises((ValueError, TypeError), match=message):
        largest_kp(kp, [START], 0)
