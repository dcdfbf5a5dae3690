"""How often earthquakes happen in each cell, given those that have just happened."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skquake._core._geodesy import EARTH_RADIUS_KM, chord_of_km, unit_vectors
from skquake._core._sklearn import Interval, fit_context
from skquake._core._time import NS_PER_DAY, as_ns, moment_ns, to_utc
from skquake._core._typing import DataArray, FloatArray, Frame, IntArray, TimeLike
from skquake._core._validation import check_catalog
from skquake.alarms._cells import Cells
from skquake.alarms._kernels import POINTS, QUANTILES, counts_in, gaussian_reach, kernel_widths

AREA_KM2 = 4.0 * np.pi * EARTH_RADIUS_KM**2
GROWTH = 0.5  # of a cluster's radius with magnitude, decimal logarithm
# First guess, least and largest of each parameter.
START: dict[str, tuple[float, float, float]] = {
    "background": (1.0, 1e-6, 1e4),
    "productivity": (0.1, 1e-6, 10.0),
    "alpha": (0.8, 0.05, 2.0),
    "c_days": (0.02, 1e-4, 5.0),
    "p": (1.15, 1.01, 2.5),
    "d_km": (10.0, 0.5, 100.0),
    "q": (1.5, 1.1, 4.0),
}


class EtasRate(BaseEstimator):
    """Rate of earthquakes by the epidemic-type aftershock-sequence (ETAS) model in time and space.

    Every earthquake may trigger others: more the larger it is, fewer with time and distance. What is left is
    a background that does not change. Against this reference a forecast gains nothing by knowing that
    earthquakes follow earthquakes, as it does against one that does not change
    (:func:`~skquake.alarms.reference_rate`).

    An earthquake of magnitude M triggers ``productivity`` x 10**(``alpha`` (M - M0)) others above M0; their
    delays follow the Omori-Utsu law (1 + t / ``c_days``)**-``p``, their distances the density
    (1 + r**2 / D**2)**-``q`` with D = ``d_km`` x 10**(0.5 (M - M0)), alike in all directions. The background
    is the sum of Gaussian kernels, each event weighing what is the chance that nothing triggered it. The
    parameters are those of the largest likelihood, the background is made anew with them and they with it,
    ``n_rounds`` times.

    Parameters
    ----------
    min_magnitude : float, default=None
        M0: smaller ones are left out. None: the smallest of the catalog.
    learn_after : date, default=None
        Earlier earthquakes only trigger. None: a tenth of the catalog's time after its first.
    max_km : float, default=500.0
        Farther pairs do not trigger each other.
    neighbours : int, default=3
        A kernel's standard deviation is the distance to the neighbour of this order.
    min_bandwidth : float, default=50.0
        Least standard deviation, km.
    floor : float, default=0.01
        Share of the background that is spread evenly over the globe: no place is impossible.
    n_rounds : int, default=4

    Attributes
    ----------
    parameters_ : dict of {str: float}
        ``background`` (earthquakes a day on the globe), ``productivity``, ``alpha``, ``c_days``, ``p``,
        ``d_km`` and ``q``.
    min_magnitude_ : float
        M0.
    branching_ratio_ : float
        Earthquakes that one of those learnt from triggers within the time learnt from, on the mean. Above 1
        their number would grow without end.
    background_events_ : DataFrame
        ``latitude``, ``longitude``, ``width_km`` and ``weight`` of the kernels.
    log_likelihood_ : float
        In events a day and square kilometre.
    n_events_ : int
        That were learnt from.

    See Also
    --------
    reference_rate : One that does not change, of independent earthquakes.
    anytime_evidence : Takes either.

    References
    ----------
    Ogata, Y. (1998). Space-time point-process models for earthquake occurrences. Annals of the Institute of
    Statistical Mathematics 50, 379-402.
    Zhuang, J., Ogata, Y. and Vere-Jones, D. (2002). Stochastic declustering of space-time earthquake
    occurrences. Journal of the American Statistical Association 97, 369-380.

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.alarms import EtasRate
    >>> from skquake.datasets import make_catalog
    >>> catalog = make_catalog("2010-01-01", "2014-01-01", min_magnitude=5.5, random_state=0)
    >>> model = EtasRate(n_rounds=1).fit(catalog, before="2013-01-01")
    >>> bool(0.0 < model.branching_ratio_ < 1.0)
    True
    >>> cells = xr.DataArray(np.zeros((18, 36)), dims=("latitude", "longitude"),
    ...     coords={"latitude": np.arange(-85, 90, 10), "longitude": np.arange(-175, 180, 10)})
    >>> rate = model.rate(catalog, cells, pd.date_range("2013-01-01", "2013-12-31"))
    >>> rate.dims, rate.shape
    (('day', 'latitude', 'longitude'), (365, 18, 36))
    """

    _parameter_constraints: dict = {
        "min_magnitude": [Real, None],
        "max_km": [Interval(Real, 0, None, closed="neither")],
        "neighbours": [Interval(Integral, 1, None, closed="left")],
        "min_bandwidth": [Interval(Real, 0, None, closed="neither")],
        "floor": [Interval(Real, 0, 1, closed="neither")],
        "n_rounds": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        min_magnitude: float | None = None,
        *,
        learn_after: TimeLike = None,
        max_km: float = 500.0,
        neighbours: int = 3,
        min_bandwidth: float = 50.0,
        floor: float = 0.01,
        n_rounds: int = 4,
    ) -> None:
        self.min_magnitude = min_magnitude
        self.learn_after = learn_after
        self.max_km = max_km
        self.neighbours = neighbours
        self.min_bandwidth = min_bandwidth
        self.floor = floor
        self.n_rounds = n_rounds

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, catalog: Frame, y: None = None, *, before: TimeLike = None) -> Self:
        """Learn parameters and background.

        Parameters
        ----------
        catalog : DataFrame
            Earthquakes with their aftershocks.
        y : None
            Ignored.
        before : date, default=None
            Begin of the tested days; earthquakes then or later are not used. None: the midnight after the
            last.

        Returns
        -------
        EtasRate
            Itself.

        Raises
        ------
        ValueError
            With fewer than ten earthquakes to learn from.
        """
        events = _events(catalog, self.min_magnitude)
        last = as_ns(events["time"].to_numpy()).max(initial=0)
        end = (last // NS_PER_DAY + 1) * NS_PER_DAY if before is None else moment_ns(before, "before")
        events = events[as_ns(events["time"].to_numpy()) < end]
        if len(events) < 10:
            raise ValueError(
                f"catalog: {len(events)} earthquakes of the magnitudes of the targets before "
                f"{pd.Timestamp(end)}; ten at least are needed to learn from"
            )
        smallest = float(events["magnitude"].min() if self.min_magnitude is None else self.min_magnitude)
        day = (as_ns(events["time"].to_numpy()) - end) / NS_PER_DAY
        if self.learn_after is None:
            begin = day[0] * 0.9
        else:
            begin = (moment_ns(self.learn_after, "learn_after") - end) / NS_PER_DAY
        learnt = day >= begin
        if learnt.sum() < 10:
            raise ValueError(
                f"learn_after: {int(learnt.sum())} earthquakes between it and {pd.Timestamp(end)}; ten at "
                "least are needed to learn from"
            )
        past = _Past(events, day, begin, smallest, self.max_km)
        width = kernel_widths(events, None, self.neighbours, self.min_bandwidth)
        kernels, weight = past.kernels(width), np.ones(len(events))
        parameters = {name: first for name, (first, _, _) in START.items()}
        parameters["background"] = 0.5 * learnt.sum() / -begin
        for _ in range(self.n_rounds):
            density = (1.0 - self.floor) * (kernels @ weight) / weight.sum() + self.floor / AREA_KM2
            parameters, value = past.maximise(parameters, density)
            still = parameters["background"] * density
            weight = still / (still + past.triggered(parameters))
        self.parameters_, self.log_likelihood_, self.min_magnitude_ = parameters, value, smallest
        within = _decayed(parameters, -begin)
        self.branching_ratio_ = float(past.children(parameters)[learnt].mean() * within)
        self.background_events_ = events[["latitude", "longitude"]].assign(width_km=width, weight=weight)
        self.n_events_, self.before_ = int(learnt.sum()), pd.Timestamp(end)
        return self

    def background(self, cells: DataArray) -> DataArray:
        """What nothing has triggered.

        Parameters
        ----------
        cells : DataArray
            With ``latitude`` and ``longitude`` of the cells: of :func:`nightly_map`.

        Returns
        -------
        DataArray (latitude, longitude)
            Earthquakes a cell and day.
        """
        import xarray as xr

        check_is_fitted(self)
        grid, events = Cells(cells, "cells"), self.background_events_
        weight = events["weight"].to_numpy()
        share = counts_in(grid, events, gaussian_reach(events["width_km"].to_numpy())).T @ weight
        share = share.reshape(grid.shape) / (POINTS * weight.sum())
        even = grid.area() * _covered(grid)
        values = self.parameters_["background"] * ((1.0 - self.floor) * share + self.floor * even)
        coordinates = {name: cells[name].to_numpy() for name in ("latitude", "longitude")}
        told = {"long_name": "earthquakes a cell and day that nothing triggered"}
        return xr.DataArray(values, coordinates, ("latitude", "longitude"), name="rate", attrs=told)

    def rate(self, catalog: Frame, cells: DataArray, days: Any) -> DataArray:
        """Rate on each day, by the earthquakes before that day.

        Parameters
        ----------
        catalog : DataFrame
            Earthquakes before and during the days; of each day only those earlier than its begin are used.
        cells : DataArray
            With ``latitude`` and ``longitude``.
        days : array-like of dates
            Each day begins at midnight UT; none before the learning ended.

        Returns
        -------
        DataArray (day, latitude, longitude)
            Earthquakes a cell and day.

        Raises
        ------
        ValueError
            For days before ``before``.
        """
        check_is_fitted(self)
        days = pd.DatetimeIndex(to_utc(days, "days")).as_unit("ns").normalize()
        if len(days) and days.min() < self.before_:
            raise ValueError(
                f"days: {days.min():%Y-%m-%d} lies before {self.before_:%Y-%m-%d}, until when the model "
                "learnt; it would look ahead"
            )
        return etas_rate(
            self.parameters_, self.min_magnitude_, self.max_km, self.background(cells), catalog, days
        )


def etas_rate(
    parameters: Mapping[str, float],
    min_magnitude: float,
    max_km: float,
    background: DataArray,
    catalog: Frame,
    days: pd.DatetimeIndex,
) -> DataArray:
    """Background and what the earthquakes before each day trigger on it, (day, latitude, longitude)."""
    grid, events = Cells(background, "background"), _events(catalog, min_magnitude)
    time, begin = as_ns(events["time"].to_numpy()), as_ns(days.to_numpy())
    known = time < begin.max(initial=np.iinfo(np.int64).min)
    events, time = events[known], time[known]
    values = np.repeat(background.to_numpy()[np.newaxis], len(days), axis=0)
    if len(events):
        radius = _radius(parameters, events["magnitude"].to_numpy(), min_magnitude)
        place = counts_in(grid, events, _reach(parameters, radius, max_km)) / POINTS
        children = _children(parameters, events["magnitude"].to_numpy(), min_magnitude)
        for first in range(0, len(days), 100):  # a block of days and events in memory
            since = (begin[first : first + 100, np.newaxis] - time) / NS_PER_DAY
            before = since > 0.0
            since = np.where(before, since, 0.0)
            share = np.where(before, _decayed(parameters, since + 1.0) - _decayed(parameters, since), 0.0)
            values[first : first + 100] += ((share * children) @ place).reshape(-1, *grid.shape)
    found = background.expand_dims(day=days).copy(data=values).transpose("day", "latitude", "longitude")
    found.attrs = {"weighting": "ETAS rate", "long_name": "earthquakes a cell and day"}
    return found


class _Pairs(NamedTuple):
    """An earlier event, a later one, and what lies between: days, km."""

    earlier: IntArray
    later: IntArray
    days: FloatArray
    km: FloatArray


class _Past:
    """Events that are learnt from, and their pairs."""

    def __init__(
        self, events: pd.DataFrame, day: FloatArray, begin: float, smallest: float, max_km: float
    ) -> None:
        from scipy.spatial import KDTree

        self.day, self.begin, self.smallest, self.max_km = day, begin, smallest, max_km
        self.magnitude = events["magnitude"].to_numpy(float)
        place = unit_vectors(events["latitude"], events["longitude"])
        near = KDTree(place).query_pairs(float(chord_of_km(max_km)), output_type="ndarray")
        earlier, later = near.min(axis=1), near.max(axis=1)  # events are sorted by time
        chord = np.linalg.norm(place[earlier] - place[later], axis=1)
        km = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(0.5 * chord, 1.0))
        self.near = _Pairs(earlier, later, day[later] - day[earlier], km)
        after = self.near.days > 0.0
        self.pairs = _Pairs(earlier[after], later[after], self.near.days[after], km[after])

    def kernels(self, width: FloatArray) -> Any:
        """Density of each event's kernel at each other event, by square kilometre."""
        from scipy import sparse

        earlier, later, _, km = self.near
        of, at = np.r_[earlier, later], np.r_[later, earlier]
        z = np.r_[km, km] / width[of]
        value = np.exp(-0.5 * z**2) / (2.0 * np.pi * width[of] ** 2)
        return sparse.coo_array((value, (at, of)), (len(width), len(width))).tocsr()

    def children(self, parameters: Mapping[str, float]) -> FloatArray:
        """How many each event triggers in all time."""
        return _children(parameters, self.magnitude, self.smallest)

    def triggered(self, parameters: Mapping[str, float]) -> FloatArray:
        """Rate at each event that those before it cause, by day and square kilometre."""
        earlier, later, days, km = self.pairs
        radius = _radius(parameters, self.magnitude, self.smallest)
        c, p, q = (parameters[name] for name in ("c_days", "p", "q"))
        spread = (q - 1.0) / (np.pi * radius**2 * _within(parameters, radius, self.max_km))
        source = self.children(parameters) * spread * (p - 1.0) / c
        rate = source[earlier] * (1.0 + days / c) ** -p * (1.0 + (km / radius[earlier]) ** 2) ** -q
        found: FloatArray = np.bincount(later, rate, len(self.day)).astype(float)
        return found

    def log_likelihood(self, parameters: Mapping[str, float], density: FloatArray) -> float:
        """Of the events since ``begin``, with a background density by square kilometre."""
        rate = parameters["background"] * density + self.triggered(parameters)
        learnt = self.day >= self.begin
        until, since = -self.day, np.maximum(self.begin - self.day, 0.0)
        share = _decayed(parameters, until) - _decayed(parameters, since)
        expected = parameters["background"] * -self.begin + self.children(parameters) @ share
        return float(np.log(rate[learnt]).sum() - expected)

    def maximise(self, first: Mapping[str, float], density: FloatArray) -> tuple[dict[str, float], float]:
        """Parameters of the largest likelihood from a first guess, and it."""
        from scipy.optimize import minimize

        n = int((self.day >= self.begin).sum())

        def loss(x: FloatArray) -> float:
            return -self.log_likelihood(dict(zip(START, np.exp(x), strict=True)), density) / n

        bounds = [tuple(np.log(ends[1:])) for ends in START.values()]
        found = minimize(loss, np.log([first[name] for name in START]), method="L-BFGS-B", bounds=bounds)
        parameters = {name: float(value) for name, value in zip(START, np.exp(found.x), strict=True)}
        return parameters, -n * float(found.fun)


def _children(parameters, magnitude, smallest):
    return parameters["productivity"] * 10.0 ** (parameters["alpha"] * (magnitude - smallest))


def _radius(parameters, magnitude, smallest):
    return parameters["d_km"] * 10.0 ** (GROWTH * (magnitude - smallest))


def _decayed(parameters, days):
    """Share of those triggered that have come after so many days."""
    return 1.0 - (1.0 + days / parameters["c_days"]) ** (1.0 - parameters["p"])


def _within(parameters, radius, km):
    """Share of those triggered within a distance, were there no largest one."""
    return 1.0 - (1.0 + (km / radius) ** 2) ** (1.0 - parameters["q"])


def _reach(parameters, radius, max_km):
    """Distances of equal parts of those triggered, km, shape (n_events, POINTS)."""
    radius = radius[:, np.newaxis]
    share = QUANTILES * _within(parameters, radius, max_km)
    return radius * np.sqrt((1.0 - share) ** (1.0 / (1.0 - parameters["q"])) - 1.0)


def _events(catalog, smallest):
    """Checked and sorted by time."""
    events = check_catalog(catalog)
    if smallest is not None:
        events = events[events["magnitude"] >= smallest]
    return events.sort_values("time", kind="stable")


def _covered(grid):
    """Share of the globe that the cells cover."""
    south, north = np.maximum(grid.south[0], -90.0), np.minimum(grid.south[-1] + grid.height, 90.0)
    band = 0.5 * (np.sin(np.deg2rad(north)) - np.sin(np.deg2rad(south)))
    return band * min(grid.shape[1] * grid.width, 360.0) / 360.0
