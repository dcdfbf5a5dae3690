"""Observations less what earlier passes showed over the same ground at the same hours."""

from __future__ import annotations

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
import pandas as pd

from skquake._core._disturbed import DISTURBED_HOURS, KP_PARAMETERS, KP_THRESHOLD, kp_is_quiet
from skquake._core._geodesy import KM_PER_DEGREE, wrap_longitude
from skquake._core._largest_kp import largest_kp
from skquake._core._sklearn import Interval
from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns, days_to_ns, to_utc
from skquake._core._typing import Array, BoolArray, FloatArray, IntArray
from skquake._core._validation import check_coordinates
from skquake.preprocessing._frame_residual import log10_positive
from skquake.preprocessing._track_residual import TrackResidual

_STEP = 1.0  # degrees of latitude between the nodes at which passes are compared
_SIDE_BY_SIDE = 3.0  # degrees of longitude by which the distance of two tracks may vary along them


class RevisitResidual(TrackResidual):
    """log10 of a quantity less the median of the last quiet passes over the same ground at the same hours.

    Parameters
    ----------
    column : str, default="Ne"
        Quantity, positive; other values have no residual and are no reference.
    n_passes : int, default=7
        Most passes whose median is taken: the last ones that qualify.
    min_passes : int, default=3
        With fewer there is no residual.
    min_days, max_days : float, default=15.0, 60.0
        How long before the observation passes qualify. By default none that an earthquake to come may have
        changed: precursors are sought in the 15 days before it. With 0, all earlier passes qualify, and an
        effect of two weeks is soon part of its own reference.
    distance_km : float, default=250.0
        How far to the east or west they may pass.
    hours : float, default=1.0
        How far their local solar time may differ.
    kp : Series, default=None
        Kp by the start of its 3-hour interval; disturbed passes do not qualify. None: all do.
    kp_threshold, disturbed_hours : float, default=3.0, 24.0
        What is disturbed, as in :func:`skquake.sampling.make_samples`.
    latitude : str, default="latitude"
        Column of geographic latitudes.
    latitude_limit : float, default=65.0
        Degrees; what lies further from the equator has no residual and is no reference.
    max_gap : float, default=60.0
        A longer step of time, in seconds, starts a new pass.

    See Also
    --------
    NeLOGResidual : Less what is smooth along the same pass.
    QuietBackground : Less a smooth function learnt from quiet training rows.

    Notes
    -----
    Adds the column ``{column}_revisit`` (float32, dex). Passes qualify that fly in the same direction, in
    this frame: hand in the whole record, not a day of it. They are compared at every degree of latitude,
    each by its mean within half a degree, so a pass needs an observation a degree, which is every 15 s. CSES
    returns every 5 days, so that 7 passes reach 45 days back; Swarm's ground tracks hardly return while its
    local time stays (it moves by 5 minutes a day): allow it more ``distance_km`` and ``hours``.

    Earthquakes play no part in what qualifies, so that events and controls are treated alike. A pass over the
    place of an earthquake may have seen others among its references: of a simulated effect of 35 % over 15
    days 0.99 is left where earthquakes are rare, but 0.66 where each of M >= 4.8 perturbs, for the places of
    earthquakes had others 15 to 60 days before. With ``min_days=0`` and three passes it is 0.7 and 0.56.

    References
    ----------
    V. Tramutoli (1998), "Robust AVHRR techniques (RAT) for environmental monitoring: theory and
    applications", Proceedings of SPIE 3496, 101-113.
    X. Shen et al. (2018), "The state-of-the-art of the China Seismo-Electromagnetic Satellite mission",
    Science China Technological Sciences 61, 634-642 (its orbit).

    Examples
    --------
    >>> from skquake.datasets import make_track
    >>> from skquake.preprocessing import RevisitResidual
    >>> track = make_track("cses", "2019-03-01", "2019-04-05", side="night", random_state=0).frame
    >>> residual = RevisitResidual().fit_transform(track)["Ne_revisit"]
    >>> bool(residual.isna().all()), bool(residual.iloc[-2000:].std() < 0.3)
    (False, True)
    """

    _parameter_constraints: dict = {
        **TrackResidual._parameter_constraints,
        "column": [str],
        "n_passes": [Interval(Integral, 1, None, closed="left")],
        "min_passes": [Interval(Integral, 1, None, closed="left")],
        "min_days": [Interval(Real, 0, None, closed="left")],
        "max_days": [Interval(Real, 0, None, closed="neither")],
        "distance_km": [Interval(Real, 0, None, closed="neither")],
        "hours": [Interval(Real, 0, 12, closed="right")],
        "kp": [pd.Series, None],
        **KP_PARAMETERS,
    }
    _unit = "dex"

    def __init__(
        self,
        column: str = "Ne",
        *,
        n_passes: int = 7,
        min_passes: int = 3,
        min_days: float = 15.0,
        max_days: float = 60.0,
        distance_km: float = 250.0,
        hours: float = 1.0,
        kp: pd.Series | None = None,
        kp_threshold: float = KP_THRESHOLD,
        disturbed_hours: float = DISTURBED_HOURS,
        latitude: str = "latitude",
        latitude_limit: float = 65.0,
        max_gap: float = 60.0,
    ) -> None:
        self.column = column
        self.n_passes = n_passes
        self.min_passes = min_passes
        self.min_days = min_days
        self.max_days = max_days
        self.distance_km = distance_km
        self.hours = hours
        self.kp = kp
        self.kp_threshold = kp_threshold
        self.disturbed_hours = disturbed_hours
        self.latitude = latitude
        self.latitude_limit = latitude_limit
        self.max_gap = max_gap

    def _columns(self) -> list[str]:
        return [self.column]

    def _needed(self) -> list[str]:
        return [self.latitude, "longitude"]

    def _name(self, column: str) -> str:
        return f"{column}_revisit"

    def _residuals(self, X: pd.DataFrame) -> dict[str, FloatArray]:
        if self.min_passes > self.n_passes:
            raise ValueError(f"min_passes={self.min_passes} is more than n_passes={self.n_passes}")
        if self.min_days >= self.max_days:
            raise ValueError(f"min_days={self.min_days} is not less than max_days={self.max_days}")
        latitude, longitude = check_coordinates(X[self.latitude], X["longitude"], "X (a track)")
        values = log10_positive(X[self.column].to_numpy(dtype=float))
        residual = np.full(len(X), np.nan)
        order, bounds = self._passes(X)
        if len(X):
            time = as_ns(to_utc(X["time"]))[order]
            passes = _at_nodes(
                time, latitude[order], longitude[order], values[order], bounds, self.latitude_limit
            )
            reference = self._references(passes)
            residual[order] = values[order] - _along(reference, latitude[order], bounds, self.latitude_limit)
        return {self._name(self.column): residual}

    def _references(self, passes: _Passes) -> FloatArray:
        """Median of the passes that qualify, (n_passes, n_nodes)."""
        reference = np.full(passes.value.shape, np.nan)
        shrink = np.cos(np.deg2rad(passes.latitude))
        reach = self.distance_km / (KM_PER_DEGREE * np.maximum(shrink, 0.01))  # degrees of longitude
        longest, shortest = int(days_to_ns(self.max_days)), max(int(days_to_ns(self.min_days)), 1)
        quiet = self._quiet(passes)
        seen = np.isfinite(passes.longitude)
        for ascending in (False, True):
            which = np.flatnonzero((passes.ascending == ascending) & seen.any(axis=1))
            usable = which[quiet[which]]
            first = np.searchsorted(passes.start[usable], passes.start[which] - longest - NS_PER_DAY)
            last = np.searchsorted(passes.start[usable], passes.start[which] + NS_PER_DAY - shortest)
            for row, begin, end in zip(which, first, last, strict=True):
                own = np.flatnonzero(seen[row])
                candidates = usable[begin:end]
                middle = own[len(own) // 2]
                away = passes.longitude[candidates, middle] - passes.longitude[row, middle]
                away = np.abs((away + 180.0) % 360.0 - 180.0)
                # Tracks of one direction run side by side; those that end before the middle are looked at.
                candidates = candidates[~(away > reach[own].max() + _SIDE_BY_SIDE)]
                if len(candidates) >= self.min_passes:
                    reference[row] = self._median(passes, row, candidates, reach, longest, shortest)
        return reference

    def _median(self, passes, row, candidates, reach, longest, shortest) -> FloatArray:
        away = np.abs((passes.longitude[candidates] - passes.longitude[row] + 180.0) % 360.0 - 180.0)
        hours = np.abs((passes.hour[candidates] - passes.hour[row] + 12.0) % 24.0 - 12.0)
        age = passes.time[row] - passes.time[candidates]
        value = passes.value[candidates]
        fits = (away <= reach) & (hours <= self.hours) & (age >= shortest) & (age <= longest)
        fits &= np.isfinite(value)
        later = np.cumsum(fits[::-1], axis=0)[::-1]  # how many that fit come from here on
        fits &= later <= self.n_passes
        count = fits.sum(axis=0)
        node = np.flatnonzero(count >= self.min_passes)
        count = count[node]
        ranked = np.sort(np.where(fits[:, node], value[:, node], np.inf), axis=0)
        median = np.full(len(reach), np.nan)
        column = np.arange(len(node))
        median[node] = 0.5 * (ranked[(count - 1) // 2, column] + ranked[count // 2, column])
        return median

    def _quiet(self, passes: _Passes) -> BoolArray:
        if self.kp is None:
            return np.ones(len(passes.start), dtype=bool)
        times = passes.start.view("datetime64[ns]")
        return kp_is_quiet(largest_kp(self.kp, times, self.disturbed_hours), self.kp_threshold)


class _Passes(NamedTuple):
    """Passes in the order of time, each at the nodes of latitude; NaN where it has no observation."""

    start: IntArray
    ascending: BoolArray
    latitude: FloatArray  # (n_nodes,)
    time: FloatArray  # (n_passes, n_nodes), ns, as the next ones
    longitude: FloatArray
    hour: FloatArray
    value: FloatArray


def _nodes(limit: float) -> FloatArray:
    """Latitudes at which passes are compared."""
    return np.arange(-np.floor(limit / _STEP), np.floor(limit / _STEP) + 1) * _STEP


def _at_nodes(time, latitude, longitude, values, bounds, limit) -> _Passes:
    """Means within half a step of each node, of rows in the order of time."""
    nodes = _nodes(limit)
    first, last = bounds[:-1], bounds[1:] - 1
    number = np.repeat(np.arange(len(first)), np.diff(bounds))
    node = np.round((latitude - nodes[0]) / _STEP).astype(np.int64)
    inside = (node >= 0) & (node < len(nodes))
    cell = (number * len(nodes) + node)[inside]
    shape = len(first), len(nodes)

    def mean(of: Array) -> FloatArray:
        known = np.isfinite(of)
        total = np.bincount(cell[known], of[known], minlength=shape[0] * shape[1])
        count = np.bincount(cell[known], minlength=shape[0] * shape[1])
        return np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0).reshape(shape)

    start = time[first]
    seconds = mean((time - start[number])[inside].astype(float))
    turned = mean(wrap_longitude(longitude - longitude[first][number])[inside])
    at, east = start[:, np.newaxis] + seconds, wrap_longitude(longitude[first][:, np.newaxis] + turned)
    return _Passes(
        start=start,
        ascending=latitude[last] > latitude[first],
        latitude=nodes,
        time=at,
        longitude=east,
        hour=(at / NS_PER_HOUR + east / 15.0) % 24.0,
        value=mean(values[inside]),
    )


def _along(reference, latitude, bounds, limit) -> FloatArray:
    """References at the rows, linearly between the nodes."""
    nodes = _nodes(limit)
    number = np.repeat(np.arange(len(reference)), np.diff(bounds))
    position = (latitude - nodes[0]) / _STEP
    left = np.clip(np.floor(position), 0, len(nodes) - 2).astype(np.int64)
    share = position - left
    found = (1.0 - share) * reference[number, left] + share * reference[number, left + 1]
    return np.where(np.abs(latitude) <= nodes[-1], found, np.nan)
