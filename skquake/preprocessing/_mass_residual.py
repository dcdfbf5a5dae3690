"""The magnetic field along the track without its smooth part."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from numbers import Real

import numpy as np
import pandas as pd
from scipy.interpolate import make_lsq_spline

from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import FloatArray, Frame
from skquake.preprocessing._track_residual import TrackResidual


class MASSResidual(TrackResidual):
    """First differences of the field along each pass, less a cubic spline.

    Parameters
    ----------
    columns : sequence of str, default=("B_N", "B_E", "B_C")
        Field components, nT: north (X), east (Y), center (Z).
    knot_seconds : float, default=150.0
        Time between the knots of the spline (1,100 km on a low orbit): what is longer is smooth. The papers
        do not give theirs.
    latitude : str, default="latitude"
        Column of the latitudes that part the passes and that ``latitude_limit`` speaks of; a geomagnetic one,
        where the frame has it.
    latitude_limit : float, default=50.0
        Degrees; what lies further from the equator is left out and has no residual. 90: all.
    max_gap : float, default=60.0
        A longer step of time, in seconds, starts a new pass.

    See Also
    --------
    NeLOGResidual : The same idea for the electron density.
    skquake.alarms.flagged_rate : How often a place is flagged without any earthquake.

    Notes
    -----
    Adds a column ``{column}_mass`` (float32, nT/s) for each; the first observation of a pass has none. The
    name stands for magnetic Swarm anomaly detection by spline analysis. Differences are divided by their
    time, so that a gap within a pass does not count as a jump. Parts of a pass in different frames are
    fitted apart: :func:`~skquake.sources.transform_track` gives it the whole passes of a track on disk.

    References
    ----------
    P. Xiong et al. (2021), "SafeNet: SwArm for earthquake perturbations identification using deep learning
    networks", Remote Sensing 13, 5033.
    D. Marchetti et al. (2022), "Worldwide statistical correlation of eight years of Swarm satellite data with
    M5.5+ earthquakes", Remote Sensing 14, 2649 (limits of detection).

    Examples
    --------
    >>> from skquake.datasets import make_track
    >>> from skquake.preprocessing import MASSResidual
    >>> track = make_track("swarm", "2016-03-01", "2016-03-01 03:00", fields=True, random_state=0).frame
    >>> residual = MASSResidual().fit_transform(track)
    >>> list(residual.columns[-3:])
    ['B_N_mass', 'B_E_mass', 'B_C_mass']
    >>> bool(residual["B_E_mass"].abs().max() < 5)
    True
    """

    _parameter_constraints: dict = {
        **TrackResidual._parameter_constraints,
        "columns": ["array-like"],
        "knot_seconds": [Interval(Real, 0, None, closed="neither")],
    }
    _unit = "nT/s"

    def __init__(
        self,
        columns: Sequence[str] = ("B_N", "B_E", "B_C"),
        *,
        knot_seconds: float = 150.0,
        latitude: str = "latitude",
        latitude_limit: float = 50.0,
        max_gap: float = 60.0,
    ) -> None:
        self.columns = columns
        self.knot_seconds = knot_seconds
        self.latitude = latitude
        self.latitude_limit = latitude_limit
        self.max_gap = max_gap

    def _columns(self) -> list[str]:
        return list(self.columns)

    def _name(self, column: str) -> str:
        return f"{column}_mass"

    def _residual(self, seconds: FloatArray, values: FloatArray) -> FloatArray:
        residual = np.full(len(values), np.nan)
        if len(values) < 10:
            return residual
        rate = np.diff(values) / np.diff(seconds)
        middle = 0.5 * (seconds[1:] + seconds[:-1])
        pieces = max(1, min(round((middle[-1] - middle[0]) / self.knot_seconds), len(rate) // 8))
        # Knots between equally many observations: each piece has some, whatever the gaps.
        inner = np.quantile(middle, np.linspace(0.0, 1.0, pieces + 1)[1:-1])
        knots = np.r_[[middle[0]] * 4, inner, [middle[-1]] * 4]
        residual[1:] = rate - make_lsq_spline(middle, rate, knots)(middle)
        return residual

    @validate_params(
        {
            "k": [Interval(Real, 0, None, closed="neither")],
            "window_degrees": [Interval(Real, 0, 180, closed="right")],
            "step_degrees": [Interval(Real, 0, 180, closed="right")],
        },
        prefer_skip_nested_validation=True,
    )
    def detect(
        self, X: Frame, k: float = 2.5, *, window_degrees: float = 7.0, step_degrees: float = 1.4
    ) -> pd.DataFrame:
        """Windows of latitude whose root mean square stands out from that of their pass.

        Parameters
        ----------
        X : DataFrame
            As for ``transform``, with ``latitude`` and ``longitude``.
        k : float, default=2.5
            Flagged is rms > k RMS; 2.5 and 3 are in use.
        window_degrees, step_degrees : float, default=7.0, 1.4
            Width of the windows and the step between them. Windows of which less than half is observed are
            left out.

        Returns
        -------
        DataFrame
            A row a window and component: ``time``, ``latitude``, ``longitude`` of its middle observation,
            ``pass_id``, ``component``, ``south``, ``north`` (degrees of ``self.latitude``), ``rms`` (nT/s),
            ``ratio`` (to that of the pass) and ``flagged``.
        """
        X = self._check(X)
        residual = self.transform(X)
        order, bounds = self._passes(X)
        latitude = X[self.latitude].to_numpy(dtype=float)
        south = np.arange(-self.latitude_limit, self.latitude_limit - window_degrees + 1e-9, step_degrees)
        parts = []
        for component in self._columns():
            values = residual[self._name(component)].to_numpy(dtype=float)
            for number, (first, stop) in enumerate(pairwise(bounds)):
                rows = order[first:stop]
                rows = rows[np.isfinite(values[rows])]
                if len(rows) < 10:
                    continue
                rows = rows[np.argsort(latitude[rows], kind="stable")]
                at, power = latitude[rows], np.r_[0.0, np.cumsum(values[rows] ** 2)]
                low, high = np.searchsorted(at, south), np.searchsorted(at, south + window_degrees)
                density = len(rows) / max(at[-1] - at[0], window_degrees)
                whole = high - low >= max(2.0, 0.5 * density * window_degrees)
                low, high, begin = low[whole], high[whole], south[whole]
                rms = np.sqrt((power[high] - power[low]) / (high - low))
                total = np.sqrt(power[-1] / len(rows))
                middle = X.iloc[rows[(low + high) // 2]]
                parts.append(
                    pd.DataFrame(
                        {
                            "time": middle["time"].to_numpy(),
                            "latitude": middle["latitude"].to_numpy(),
                            "longitude": middle["longitude"].to_numpy(),
                            "pass_id": number,
                            "component": component,
                            "south": begin,
                            "north": begin + window_degrees,
                            "rms": rms,
                            "ratio": rms / total if total > 0 else np.nan,
                        }
                    )
                )
        if not parts:
            raise ValueError("X: no pass has ten observations with a residual; is the field there?")
        found = pd.concat(parts, ignore_index=True)
        return found.assign(flagged=found["ratio"] > k)
