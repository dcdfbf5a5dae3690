from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skquake._core._geodesy import (
    EARTH_RADIUS_KM,
    KM_PER_DEGREE,
    chord_of_km,
    great_circle_km,
    longitude_difference,
    unit_vectors,
    wrap_longitude,
)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-720, 720)


def test_wrap_longitude_golden():
    np.testing.assert_array_equal(
        wrap_longitude([180, -180, 359.5, 190, 0, -181]), [-180, -180, -0.5, -170, 0, 179]
    )
    assert np.isnan(wrap_longitude(np.nan))


@given(longitudes)
def test_wrapped_longitudes_lie_in_range(longitude):
    assert -180.0 <= float(wrap_longitude(longitude)) < 180.0


def test_longitude_difference_takes_the_short_way():
    np.testing.assert_allclose(longitude_difference([179, -179], [-179, 179]), [-2, 2])


def test_distances_golden():
    # London-Paris and a quarter of the circumference.
    assert great_circle_km(51.5074, -0.1278, 48.8566, 2.3522) == pytest.approx(343.6, abs=0.5)
    assert great_circle_km(0, 0, 90, 0) == pytest.approx(np.pi / 2 * EARTH_RADIUS_KM)
    assert great_circle_km(0, 179.5, 0, -179.5) == pytest.approx(KM_PER_DEGREE)
    assert great_circle_km(90, 10, 90, -120) == pytest.approx(0, abs=1e-6)


@given(latitudes, longitudes, latitudes, longitudes)
def test_chord_agrees_with_great_circle(lat1, lon1, lat2, lon2):
    distance = great_circle_km(lat1, lon1, lat2, lon2)
    straight = np.linalg.norm(unit_vectors(lat1, lon1) - unit_vectors(lat2, lon2))
    assert straight == pytest.approx(float(chord_of_km(distance)), abs=1e-7)
