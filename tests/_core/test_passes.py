from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake._core._passes import TURN_DEGREES, find_passes


def loop(time, latitude, max_gap):
    """The same rule, observation by observation."""
    starts, heading, low, high = [0], 0, 0, 0
    for row in range(1, len(time)):
        if time[row] - time[row - 1] > max_gap:
            starts.append(row)
            heading, low, high = 0, row, row
            continue
        if heading >= 0 and latitude[row] < latitude[high] - TURN_DEGREES:
            if heading > 0:
                starts.append(high + 1)
            heading, low = -1, row
        elif heading <= 0 and latitude[row] > latitude[low] + TURN_DEGREES:
            if heading < 0:
                starts.append(low + 1)
            heading, high = 1, row
        high = row if latitude[row] >= latitude[high] else high
        low = row if latitude[row] <= latitude[low] else low
    return [*starts, len(time)]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 1, 1, 2, 9]), st.sampled_from([-0.3, -0.08, -0.03, 0, 0.03, 0.08, 0.3])
        ),
        min_size=1,
        max_size=60,
    )
)
def test_equals_the_loop(steps):
    time = np.cumsum([step for step, _ in steps])
    latitude = np.cumsum([rise for _, rise in steps])
    assert find_passes(time, latitude, 5).tolist() == loop(time, latitude, 5)


def orbit(n, noise=0.0, decimals=6):
    angle = 2 * np.pi * np.arange(n) / 5640
    rng = np.random.default_rng(0)
    return np.round(87.4 * np.sin(angle) + rng.normal(0, noise, n), decimals)


@pytest.mark.parametrize(("noise", "decimals", "slack"), [(0, 6, 0), (0, 1, 60), (0.01, 6, 60), (0, 2, 30)])
def test_half_orbits_survive_noise_and_rounding(noise, decimals, slack):
    latitude = orbit(5 * 5640, noise, decimals)
    bounds = find_passes(np.arange(len(latitude)), latitude, 5)
    turns = 1410 + 2820 * np.arange(10) + 1
    assert len(bounds) == 12
    assert np.abs(bounds[1:-1] - turns).max() <= slack


def test_the_extreme_ends_the_pass_before_the_turn():
    latitude = np.array([0.0, 1.0, 2.0, 2.0, 1.0, 0.0, -1.0, 0.0])
    assert find_passes(np.arange(8), latitude, 5).tolist() == [0, 4, 7, 8]


def test_gaps_split_and_short_gaps_do_not():
    time = np.array([0, 1, 2, 7, 8, 14, 15])
    assert find_passes(time, np.arange(7.0), 5).tolist() == [0, 5, 7]


def test_no_turn_along_the_equator_or_in_one_row():
    assert find_passes(np.arange(9), np.zeros(9), 5).tolist() == [0, 9]
    assert find_passes(np.arange(1), np.zeros(1), 5).tolist() == [0, 1]
