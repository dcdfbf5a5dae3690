"""What a simulated track was made of, and the best detector that knows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logsumexp
from sklearn.utils import Bunch

from skquake._core._geodesy import great_circle_km, unit_vectors
from skquake._core._time import NS_PER_SECOND, as_ns
from skquake._core._typing import ArrayLike, FloatArray, Frame, IntArray
from skquake._core._validation import check_columns
from skquake.catalogs._plant import Plant
from skquake.datasets._variability import SphereField

BATCH = 4_000_000  # covariances at a time: bounds the memory


@dataclass(frozen=True)
class Noise:
    """Random parts of log10 Ne (dex) and of log10 Te."""

    step_km: float
    fields: tuple[SphereField, ...] = (SphereField(0.10, 1500.0, 1.0), SphereField(0.07, 3000.0, 8.0))
    small_dex: float = 0.025
    small_km: float = 250.0
    white_dex: float = float(np.log10(1.02))
    te_dex: float = float(np.log10(1.03))

    def covariance(self, latitude, longitude):
        """Covariance of log10 Ne between consecutive rows of a pass.

        Parameters
        ----------
        latitude, longitude : arrays of shape (..., length)

        Returns
        -------
        ndarray of shape (..., length, length)
        """
        point = unit_vectors(latitude, longitude)
        cosine = np.clip(point @ np.swapaxes(point, -1, -2), -1.0, 1.0)
        step = np.arange(point.shape[-2])
        lag = np.abs(step[:, np.newaxis] - step)
        along = self.small_dex**2 * np.exp(-lag * self.step_km / self.small_km)
        along += self.white_dex**2 * (lag == 0)
        return sum(field.covariance(cosine) for field in self.fields) + along


@dataclass(frozen=True, repr=False)
class TrackTruth:
    """The parts of a simulated track, one value a row of its frame.

    Attributes
    ----------
    time : int64 array
        ns since 1970.
    latitude, longitude : float arrays
        Degrees.
    log_ne : float32 array
        log10 Ne (cm⁻³) as measured.
    background : float32 array
        log10 Ne of the undisturbed ionosphere and its response to storms, free of noise.
    planted : float32 array
        Change of log10 Ne by the planted perturbations.
    plant : Plant
        Their ``effect``, ``width``, ``minimum_km`` and ``days``.
    noise : Noise
        The random parts and their ``covariance``.
    cadence_s : float

    Examples
    --------
    >>> from skquake.datasets import make_track
    >>> truth = make_track("cses", "2019-03-01", "2019-03-02", side="night", random_state=0).truth
    >>> truth
    TrackTruth(10777 rows, effect 0)
    >>> float(abs(truth.planted).max())
    0.0
    """

    time: IntArray
    latitude: FloatArray
    longitude: FloatArray
    log_ne: FloatArray
    background: FloatArray
    planted: FloatArray
    plant: Plant
    noise: Noise
    cadence_s: float

    def __repr__(self) -> str:
        return f"TrackTruth({len(self.time)} rows, effect {self.plant.effect:g})"

    def oracle(self, samples: Bunch | Frame, length: int, *, effect: float | None = None) -> FloatArray:
        """Probabilities of the detector that knows the planted shape and the noise.

        It compares, in each window of log10 Ne, "noise" with "noise and the perturbation of this
        sample's own earthquake (or of its control, as if it were one)", at even odds. No
        classifier that sees Ne alone can rank better, but for earthquakes that overlap.

        Parameters
        ----------
        samples : Bunch of :func:`skquake.sampling.make_samples`, or its ``X``
            Needs ``time`` (of the window's middle row), ``event_latitude``, ``event_longitude``,
            ``magnitude``, ``lead_days``.
        length : int
            Rows in a window; the sample's row is at ``length // 2``.
        effect : float, default=None
            Effect to look for; None means the planted one. On a track without any, it gives the
            detector's score by chance.

        Returns
        -------
        ndarray of shape (n_samples, 3)
            Columns for classes 0, 1, 2; the last is 0: space weather is no question here.

        Raises
        ------
        ValueError
            If a sample's window is not whole in this track, naming its row.
        """
        plant = self.plant if effect is None else replace(self.plant, effect=float(effect))
        residual, latitude, longitude, shape = self._windows(samples, length, plant)
        ratio = np.empty(len(residual))
        batch = max(1, BATCH // length**2)
        for k in range(0, len(ratio), batch):
            here = slice(k, k + batch)
            covariance = self.noise.covariance(latitude[here], longitude[here])
            weight = np.linalg.solve(covariance, shape[here, :, np.newaxis]).squeeze(-1)
            ratio[here] = ((residual[here] - 0.5 * shape[here]) * weight).sum(axis=1)
        return _probabilities(ratio)

    def window_oracle(
        self, samples: Bunch | Frame, length: int, train: Bunch | Frame, sample_weight: ArrayLike
    ) -> FloatArray:
        """Probabilities of the best detector that sees windows alone, as every model does.

        It knows noise and undisturbed ionosphere as :meth:`oracle` does, but not of which earthquake the
        window is a sample: it averages the likelihood over the perturbations of the training samples.

        Parameters
        ----------
        samples, length
            As in :meth:`oracle`.
        train : Bunch or its ``X``
            Samples whose perturbations there may be.
        sample_weight : array-like of shape (n_train,)

        Returns
        -------
        ndarray of shape (n_samples, 3)
            As that of :meth:`oracle`.

        Raises
        ------
        ValueError
            If a sample's window is not whole in this track, naming its row.
        """
        residual, latitude, longitude, _ = self._windows(samples, length, self.plant)
        shape = self._windows(train, length, self.plant)[-1]
        precision = np.linalg.inv(self.noise.covariance(latitude[0], longitude[0]))
        power = np.einsum("ki,ij,kj->k", shape, precision, shape)
        weight = np.asarray(sample_weight, dtype=float)
        weight = weight / weight.sum()
        return _probabilities(logsumexp(residual @ precision @ shape.T - 0.5 * power, b=weight, axis=1))

    def _windows(self, samples, length, plant):
        """Noise, latitude, longitude and planted shape of each sample's window, (n, length) each."""
        X = getattr(samples, "X", samples)
        needed = ("time", "event_latitude", "event_longitude", "magnitude", "lead_days")
        X = check_columns(X, needed, "samples")
        rows = self._window_rows(as_ns(X["time"]), length)
        event = X[["event_latitude", "event_longitude", "magnitude", "lead_days"]].to_numpy(dtype=float)
        at_latitude, at_longitude, magnitude, lead = event.T[..., np.newaxis]
        latitude, longitude = self.latitude[rows], self.longitude[rows]
        distance = great_circle_km(at_latitude, at_longitude, latitude, longitude)
        residual = self.log_ne[rows].astype(float) - self.background[rows]
        return residual, latitude, longitude, plant.shape(distance, magnitude, -lead)

    def _window_rows(self, time, length):
        """Rows of the windows around the rows at these times, (n, length)."""
        at = np.searchsorted(self.time, time)
        first = at - length // 2
        last = first + length - 1
        inside = (first >= 0) & (last < len(self.time))
        at, first, last = (np.clip(k, 0, len(self.time) - 1) for k in (at, first, last))
        span = self.time[last] - self.time[first]
        whole = (
            inside & (self.time[at] == time) & (span == round((length - 1) * self.cadence_s * NS_PER_SECOND))
        )
        if not whole.all():
            row = int(np.argmin(whole))
            raise ValueError(f"samples: row {row} has no whole window of {length} rows in this track")
        return first[:, np.newaxis] + np.arange(length)


def _probabilities(ratio):
    """Columns for the classes 0, 1, 2 of logarithms of likelihood ratios at even odds."""
    p = expit(ratio)
    return np.column_stack([1.0 - p, p, np.zeros_like(p)])
