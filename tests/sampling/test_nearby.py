"""Pairs of points and places are those of all distances, over poles, the dateline and many belts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skquake._core._geodesy import great_circle_km
from skquake.sampling import _nearby
from skquake.sampling._nearby import nearby


def every_pair(time, latitude, longitude, places, margin_km):
    radius = places["radius_km"].to_numpy() + margin_km
    km = great_circle_km(
        latitude, longitude, places[["latitude"]].to_numpy(), places[["longitude"]].to_numpy()
    )
    during = (time >= places[["start"]].to_numpy()) & (time <= places[["end"]].to_numpy())
    place, point = np.nonzero(during & (km <= radius[:, np.newaxis]))
    return point, place, km[place, point]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 7, 90]), st.sampled_from([0.0, 250.0]), st.booleans())
def test_pairs_are_those_of_all_distances(seed, belts, margin_km, turned):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(0, 400), rng.integers(0, 40)
    time = np.sort(rng.integers(0, 50, n))
    latitude, longitude = rng.uniform(-90, 90, n), rng.uniform(-180, 180, n)
    latitude[rng.random(n) < 0.1] = rng.choice([-90.0, 90.0, 0.0])
    longitude[rng.random(n) < 0.1] = rng.choice([-180.0, 179.999, 0.0])
    start = rng.integers(-5, 50, m)
    places = pd.DataFrame(
        {
            "latitude": rng.choice([-90.0, 90.0, 0.0, *rng.uniform(-90, 90, 9)], m),
            "longitude": rng.choice([-180.0, 180.0, 0.0, *rng.uniform(-180, 180, 9)], m),
            "radius_km": rng.choice([0.0, 10.0, 300.0, 3000.0, 9000.0, 10010.0, 15000.0, 2e4, 1e5], m),
            "start": start,
            "end": start + rng.integers(-2, 30, m),
        }
    )
    expected = every_pair(time, latitude, longitude, places, margin_km)
    if turned:
        longitude = longitude % 360.0
        expected = every_pair(time, latitude, longitude, places, margin_km)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_nearby, "_RUN", 1e-9)
        patch.setattr(_nearby, "_BELTS", belts)
        found = nearby(time, latitude, longitude, places, margin_km=margin_km)
    for a, b in zip(found, expected, strict=True):
        assert_array_equal(a, b)


def test_points_at_the_very_edge_are_kept():
    n = 2000
    rng = np.random.default_rng(0)
    latitude, longitude = np.rad2deg(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)
    time = np.arange(n)
    places = pd.DataFrame({"latitude": [-35.0], "longitude": [-179.9], "start": [0], "end": [n]})
    km = great_circle_km(latitude, longitude, -35.0, -179.9)
    for edge in np.sort(km)[::100]:
        point, _, distance = nearby(time, latitude, longitude, places.assign(radius_km=edge))
        assert distance.max() == edge and len(point) == (km <= edge).sum()


def test_what_has_no_place_is_near_nothing():
    places = pd.DataFrame({"latitude": [0.0], "longitude": [0.0], "radius_km": 1e5, "start": [0], "end": [9]})
    latitude, longitude = np.array([0.0, np.nan, 0.0]), np.array([np.nan, 0.0, 0.0])
    point, place, _ = nearby(np.arange(3), latitude, longitude, places)
    assert point.tolist() == [2] and place.tolist() == [0]
