"""The random fields have the covariance that they state."""

import numpy as np
import pytest

from skquake._core._geodesy import great_circle_km, unit_vectors
from skquake._core._time import NS_PER_DAY
from skquake.datasets._variability import SphereField, along_track_noise

FIELD = SphereField(0.1, 1500.0, 1.0)


def test_covariance_over_distance():
    latitude, longitude = np.array([0.0, 5.0, 13.49, 60.0, 89.0]), np.array([10.0, 10.0, 10.0, -60.0, 170.0])
    basis = FIELD.basis(latitude, longitude)
    # Independent draws: steps of a hundred days.
    time = np.arange(4_000) * 100 * NS_PER_DAY
    draws = np.array(list(FIELD.coefficients(time, np.random.default_rng(0))))
    values = (draws @ basis).real
    point = unit_vectors(latitude, longitude)
    stated = FIELD.covariance(point @ point.T)
    np.testing.assert_allclose(np.cov(values.T), stated, atol=6e-4)
    np.testing.assert_allclose(np.diag(stated), 0.01)
    # 13.49 degrees are 1,500 km, where it has fallen to 1/e.
    assert great_circle_km(0, 10, 13.49, 10) == pytest.approx(1500, abs=1)
    assert stated[0, 2] == pytest.approx(0.01 / np.e, rel=0.03)


def test_covariance_over_time():
    time = np.arange(6_000) * NS_PER_DAY // 2
    basis = FIELD.basis(np.array([20.0]), np.array([0.0]))
    values = np.array([(c @ basis).real.item() for c in FIELD.coefficients(time, np.random.default_rng(0))])
    for lag, decay in {1: np.exp(-0.5), 2: np.exp(-1.0), 4: np.exp(-2.0)}.items():
        assert np.corrcoef(values[:-lag], values[lag:])[0, 1] == pytest.approx(decay, abs=0.05)


def test_shift_moves_the_points():
    draw = next(FIELD.coefficients(np.array([0]), np.random.default_rng(0)))
    latitude = np.array([10.0, -70.0])
    there = (draw @ FIELD.basis(latitude, np.array([33.0, 33.0]))).real
    moved = ((draw * FIELD.shift([30.0])[0]) @ FIELD.basis(latitude, np.array([3.0, 3.0]))).real
    np.testing.assert_allclose(there, moved)


def test_along_track_noise():
    noise = along_track_noise((4_000, 40), 22.0, 0.025, 250.0, np.random.default_rng(0))
    covariance = np.cov(noise.T)
    lag = np.abs(np.subtract.outer(np.arange(40), np.arange(40)))
    np.testing.assert_allclose(covariance, 0.025**2 * np.exp(-lag * 22.0 / 250.0), atol=6e-5)
