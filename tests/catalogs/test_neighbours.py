"""Pairs of events that are near in space and time, against all distances."""

import numpy as np
import pytest

from skquake._core._geodesy import great_circle_km, unit_vectors
from skquake.catalogs import _neighbours
from skquake.catalogs._neighbours import near_pairs


def events(n, rng):
    """Times in ns, ascending, some alike; places, some alike."""
    time = np.sort(rng.integers(0, 500, n))
    return time, rng.integers(-90, 91, n).astype(float), rng.integers(-180, 180, n).astype(float)


@pytest.mark.parametrize("block", [1, 50, 1 << 17])
@pytest.mark.parametrize("window", [(-30, 30), (0, 100), (-500, 500), (7, 7)])
def test_near_pairs_are_those_of_all_distances(block, window, monkeypatch):
    monkeypatch.setattr(_neighbours, "_BLOCK", block)
    rng = np.random.default_rng(3)
    (time, lat, lon), (other_time, other_lat, other_lon) = events(60, rng), events(45, rng)
    reach = rng.choice([0.0, 800.0, 5000.0, 30000.0], 45)
    blocks = near_pairs(
        time, unit_vectors(lat, lon), other_time, unit_vectors(other_lat, other_lon), reach, window
    )
    i, j = (np.concatenate(part) for part in zip(*blocks, strict=True))
    km = great_circle_km(lat[:, None], lon[:, None], other_lat, other_lon)
    elapsed = time[:, None] - other_time
    expected = (km <= reach) & (elapsed >= window[0]) & (elapsed <= window[1])
    assert expected.any()
    np.testing.assert_array_equal(np.lexsort((j, i)), np.arange(len(i)))
    np.testing.assert_array_equal(np.stack([i, j]), np.stack(np.nonzero(expected)))


def test_no_event_has_no_pair():
    none, places = np.empty(0, np.int64), np.empty((0, 3))
    some, here = np.array([5]), unit_vectors(np.zeros(1), np.zeros(1))
    assert not list(near_pairs(none, places, some, here, 100.0, (-1, 1)))
    for i, j in near_pairs(some, here, none, places, 100.0, (-1, 1)):
        assert not len(i)
        assert not len(j)
