"""Day-to-day variability: random fields on the sphere whose covariance is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter
from scipy.special import gammaln, lpmv

from skquake._core._time import NS_PER_DAY


@dataclass(frozen=True)
class SphereField:
    """Gaussian random field on the sphere, an autoregressive process in time.

    Its covariance between two points an angle g and a time t apart is
    sum over l of power[l] P_l(cos g), times exp(-t / days). The power falls like that of a
    Gaussian of distance which reaches 1/e at ``scale_km``.

    Parameters
    ----------
    amplitude : float
        Standard deviation (dex).
    scale_km, days : float
        Distance and time of decay to 1/e.
    """

    amplitude: float
    scale_km: float
    days: float

    @property
    def power(self):
        """Variance in each degree l, shape (degrees,)."""
        angle = self.scale_km / 6371.0 / np.sqrt(2.0)
        degree = np.arange(int(np.ceil(4.0 / angle)) + 1)
        power = (2 * degree + 1) * np.exp(-0.5 * degree * (degree + 1) * angle**2)
        return self.amplitude**2 * power / power.sum()

    @property
    def modes(self):
        """Degree and order of each spherical harmonic, two arrays of shape (n_modes,)."""
        return np.tril_indices(len(self.power))

    def covariance(self, cos_angle):
        """Covariance at one time of points whose directions have this scalar product."""
        return np.polynomial.legendre.legval(cos_angle, self.power)

    def basis(self, latitude, longitude):
        """Value of each mode at points, complex, shape (n_modes, n_points).

        The field is the real part of the coefficients times this; turning the coefficients of
        order m by exp(i m d) moves the points by the longitude d.
        """
        degree, order = (axis[:, np.newaxis] for axis in self.modes)
        norm = np.exp(0.5 * (gammaln(degree - order + 1) - gammaln(degree + order + 1)))
        norm *= np.where(order > 0, np.sqrt(2.0), 1.0) * np.sqrt(self.power)[degree]
        legendre = lpmv(order, degree, np.sin(np.deg2rad(latitude)))
        return norm * legendre * np.exp(1j * order * np.deg2rad(longitude))

    def coefficients(self, time_ns, rng):
        """Yield the coefficients at each time in turn, complex, shape (n_modes,)."""
        shape = len(self.modes[0])
        memory = np.exp(-np.diff(time_ns, prepend=time_ns[:1]) / (self.days * NS_PER_DAY))
        value = None
        for keep in memory:
            fresh = rng.standard_normal(2 * shape).view(complex)
            value = fresh if value is None else keep * value + np.sqrt(1.0 - keep**2) * fresh
            yield value

    def shift(self, longitude):
        """Factors that move the coefficients by longitudes, shape (n, n_modes)."""
        return np.exp(1j * np.deg2rad(np.asarray(longitude))[:, np.newaxis] * self.modes[1])


def along_track_noise(shape, step_km, amplitude, scale_km, rng):
    """Small-scale structure: each row a stationary process with covariance exp(-distance / scale_km)."""
    memory = np.exp(-step_km / scale_km)
    noise = rng.standard_normal(shape, dtype=np.float32)
    noise[:, 1:] *= np.sqrt(1.0 - memory**2)
    return amplitude * lfilter([1.0], [1.0, -memory], noise, axis=1)
