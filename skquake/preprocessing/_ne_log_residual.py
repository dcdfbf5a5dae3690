"""Electron density along the track without its smooth part."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import FloatArray, Frame
from skquake.preprocessing._frame_residual import log10_positive
from skquake.preprocessing._track_residual import TrackResidual


class NeLOGResidual(TrackResidual):
    """log10 Ne less a polynomial along each pass.

    Parameters
    ----------
    column : str, default="Ne"
        Electron density (any unit); values that are not positive have no residual.
    degree : int, default=10
        Of the polynomial in time, fitted by least squares in Chebyshev polynomials (its powers would be
        ill-conditioned).
    latitude : str, default="latitude"
        Column of the latitudes that part the passes and that ``latitude_limit`` speaks of; a geomagnetic one,
        where the frame has it.
    latitude_limit : float, default=50.0
        Degrees; what lies further from the equator is neither fitted nor has a residual. 90: all.
    max_gap : float, default=60.0
        A longer step of time, in seconds, starts a new pass.

    See Also
    --------
    MASSResidual : The same idea for the magnetic field.
    skquake.alarms.flagged_rate : How often a place is flagged without any earthquake.

    Notes
    -----
    Adds the column ``{column}_nelog`` (float32, dex). A pass with fewer than two observations a coefficient
    has none. The polynomial sees the whole pass, half an hour at most, and takes up a part of any broad
    anomaly. Parts of a pass that are in different frames are fitted apart:
    :func:`~skquake.sources.transform_track` gives it the whole passes of a track on disk.

    References
    ----------
    P. Xiong et al. (2021), "SafeNet: SwArm for earthquake perturbations identification using deep learning
    networks", Remote Sensing 13, 5033.
    D. Marchetti et al. (2022), "Worldwide statistical correlation of eight years of Swarm satellite data with
    M5.5+ earthquakes", Remote Sensing 14, 2649 (limits of detection).

    Examples
    --------
    >>> from skquake.datasets import make_track
    >>> from skquake.preprocessing import NeLOGResidual
    >>> track = make_track("swarm", "2016-03-01", "2016-03-01 03:00", side="night", random_state=0).frame
    >>> residual = NeLOGResidual().fit_transform(track)["Ne_nelog"]
    >>> bool(residual.abs().max() < 0.5), bool(abs(residual.mean()) < 1e-6)
    (True, True)
    """

    _parameter_constraints: dict = {
        **TrackResidual._parameter_constraints,
        "column": [str],
        "degree": [Interval(Integral, 0, 40, closed="both")],
    }
    _unit = "dex"

    def __init__(
        self,
        column: str = "Ne",
        *,
        degree: int = 10,
        latitude: str = "latitude",
        latitude_limit: float = 50.0,
        max_gap: float = 60.0,
    ) -> None:
        self.column = column
        self.degree = degree
        self.latitude = latitude
        self.latitude_limit = latitude_limit
        self.max_gap = max_gap

    def _columns(self) -> list[str]:
        return [self.column]

    def _name(self, column: str) -> str:
        return f"{column}_nelog"

    def _values(self, values: FloatArray) -> FloatArray:
        return log10_positive(values)

    def _residual(self, seconds: FloatArray, values: FloatArray) -> FloatArray:
        if len(values) < 2 * (self.degree + 1):
            return np.full(len(values), np.nan)
        x = 2.0 * seconds / seconds[-1] - 1.0
        powers = np.polynomial.chebyshev.chebvander(x, self.degree)
        return values - powers @ np.linalg.lstsq(powers, values, rcond=None)[0]

    @validate_params(
        {"n_sigma": [Interval(Real, 0, None, closed="neither")]},
        prefer_skip_nested_validation=True,
    )
    def detect(self, X: Frame, n_sigma: float = 2.5) -> pd.DataFrame:
        """Observations whose residual leaves the band of their pass.

        Parameters
        ----------
        X : DataFrame of n rows
            As for ``transform``.
        n_sigma : float, default=2.5
            Half width of the band, in standard deviations of the pass's residuals; 2.5 to 3 are in use.
            Gaussian noise alone leaves it in 1.2 % (2.5) or 0.3 % (3) of the observations.

        Returns
        -------
        DataFrame of n rows
            ``time``, ``latitude``, ``longitude`` (where there), ``pass_id``, ``residual`` (dex), ``ratio``
            (residual in standard deviations) and ``flagged``; index as in ``X``.
        """
        X = self._check(X)
        residual = self.transform(X)[self._name(self.column)].to_numpy(dtype=float)
        order, bounds = self._passes(X)
        found = X[[name for name in ("time", "latitude", "longitude") if name in X.columns]].copy()
        pass_id = np.empty(len(X), dtype=np.int64)
        pass_id[order] = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        sigma = pd.Series(residual).groupby(pass_id).transform("std", ddof=0).to_numpy()
        found["pass_id"], found["residual"] = pass_id, residual
        found["ratio"] = np.divide(residual, sigma, out=np.full(len(X), np.nan), where=sigma > 0)
        found["flagged"] = found["ratio"].abs() > n_sigma
        return found
