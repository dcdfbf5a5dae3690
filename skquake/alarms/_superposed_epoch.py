"""Observations around many earthquakes, laid upon each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._progress import progress
from skquake._core._sklearn import StrOptions, validate_params
from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns, to_utc
from skquake._core._typing import ArrayLike, FloatArray, Frame, IntArray, RandomState
from skquake._core._validation import check_catalog, check_columns, check_coordinates
from skquake.alarms._evidence import of_enough
from skquake.catalogs import dobrovolsky_radius
from skquake.metrics._blocks import BLOCK_DAYS, PARAMETERS, block_interval, ratio, time_blocks
from skquake.sampling._nearby import nearby

_EVENTS = 128  # at a time: bounds the pairs held in memory


@dataclass(frozen=True, repr=False, eq=False)
class SuperposedEpoch:
    """Mean of observations by time, distance and magnitude; of :func:`superposed_epoch`.

    Attributes
    ----------
    mean, low, high : ndarray of shape (n_days, n_distances, n_magnitudes)
        Mean over earthquakes of each one's own mean, with its interval from blocks of time; NaN where nothing
        was observed, the interval also where fewer than five blocks hold an earthquake of the bin.
    n_events, n_values : ndarray of int, the same shape
        Earthquakes and observations in each bin.
    null_mean, null_low, null_high : ndarray of the same shape, or None
        Mean and band of the null catalogs' means; no band from fewer than five.
    days, distances, magnitudes : ndarray
        Edges of the bins.
    largest, null_largest : float, ndarray of shape (n_null_catalogs,) or None
        Largest departure over all bins from the mean of observed and null catalogs, in their standard
        deviations: of the observed, and of each null catalog.
    unit : str
        What was resampled for the interval.
    n_units : ndarray of int, shape of ``mean``
        How many of them hold an earthquake of each bin.
    distance_unit : str
    n_nulls : int

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.alarms import superposed_epoch
    >>> time = pd.date_range("2015-01-01", periods=900, freq="D")
    >>> events = pd.DataFrame({"time": time[30:-30:40], "latitude": 1.0, "longitude": 0.0, "magnitude": 6.0})
    >>> values = pd.DataFrame({"time": time, "latitude": 0.0, "longitude": 0.0, "probability": 0.5})
    >>> superposed_epoch(values, events, days=[-10, -5, 0], random_state=0)
    SuperposedEpoch(2 x 1 x 1 bins of time, distance, magnitude; 210 values)
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    n_events: IntArray
    n_values: IntArray
    days: FloatArray
    distances: FloatArray
    magnitudes: FloatArray
    unit: str
    n_units: IntArray
    distance_unit: str
    null_mean: FloatArray | None = None
    null_low: FloatArray | None = None
    null_high: FloatArray | None = None
    largest: float = np.nan
    null_largest: FloatArray | None = None
    n_nulls: int = 0

    @property
    def p_value(self) -> float:
        """How often the null catalogs' largest departure reaches the observed one, over all bins at once."""
        if self.null_largest is None:
            return np.nan
        return float((1 + (self.null_largest >= self.largest).sum()) / (1 + self.n_nulls))

    def to_frame(self) -> pd.DataFrame:
        """One bin a row: its edges, ``mean``, ``low``, ``high``, counts, and the null band if any."""
        edges = {"day": self.days, "distance": self.distances, "magnitude": self.magnitudes}
        grids = np.meshgrid(*(np.arange(len(edge) - 1) for edge in edges.values()), indexing="ij")
        columns: dict[str, FloatArray] = {}
        for (name, edge), at in zip(edges.items(), grids, strict=True):
            columns |= {f"{name}_from": edge[at.ravel()], f"{name}_to": edge[at.ravel() + 1]}
        names = ["mean", "low", "high", "n_events", "n_values", "n_units"]
        names += ["null_mean", "null_low", "null_high"] if self.n_nulls else []
        return pd.DataFrame(columns | {name: getattr(self, name).ravel() for name in names})

    def __repr__(self) -> str:
        bins = " x ".join(map(str, self.mean.shape))
        null = f", p={self.p_value:.2g} over all bins, {self.n_nulls} null catalogs" if self.n_nulls else ""
        return (
            f"SuperposedEpoch({bins} bins of time, distance, magnitude; {self.n_values.sum()} values{null})"
        )


@validate_params(
    {
        "days": ["array-like"],
        "distances": ["array-like"],
        "magnitudes": ["array-like", None],
        "distance_unit": [StrOptions({"km", "dobrovolsky"})],
        "column": [str],
    }
    | PARAMETERS,
    prefer_skip_nested_validation=True,
)
def superposed_epoch(
    values: Any,
    catalog: Frame,
    *,
    days: ArrayLike = tuple(range(-30, 11)),
    distances: ArrayLike = (0.0, 500.0),
    magnitudes: ArrayLike | None = None,
    distance_unit: str = "km",
    column: str = "probability",
    null_catalogs: Iterable[Frame] | None = None,
    level: float = 0.95,
    block_days: float = BLOCK_DAYS,
    n_resamples: int = 1000,
    random_state: RandomState = None,
    verbose: int = 0,
) -> SuperposedEpoch:
    """Average what was observed around earthquakes, by days, distance and magnitude.

    An earthquake counts once in each bin: the mean is over earthquakes, of the mean of each one's own
    observations. A level that differs from the rest of the world shows the place, not a precursor; compare
    with catalogs that never happened at the same places.

    Parameters
    ----------
    values : DataFrame or DataArray
        ``time``, ``latitude``, ``longitude`` and a column of values (of :func:`score_track`, say, or
        anomalies at stations, one row each); or an array over (time, night or day, latitude, longitude),
        whose nights are taken at their local midnight. NaN is left out.
    catalog : DataFrame
        Earthquakes.
    days : array-like, default=-30, -29, ..., 10
        Edges of the bins of time, days relative to the earthquake; negative before it.
    distances : array-like, default=(0, 500)
        Edges of the bins of distance.
    magnitudes : array-like, default=None
        Edges of the bins of magnitude; None is one bin of all. Others are not counted.
    distance_unit : {"km", "dobrovolsky"}, default="km"
        Kilometres, or radii of each earthquake's Dobrovolsky region.
    column : str, default="probability"
        Of a DataFrame's values.
    null_catalogs : iterable of DataFrame, default=None
        Catalogs that never happened, each treated like the first.
    level : float, default=0.95
        Of intervals and band, at each bin by itself.
    block_days, n_resamples, random_state
        Of the intervals, as in :func:`molchan_curve`; an earthquake belongs to the block of its time.
    verbose : int, default=0
        Positive shows a progress bar over the null catalogs.

    Returns
    -------
    SuperposedEpoch

    Raises
    ------
    ValueError
        For edges that do not ascend, missing columns, or no earthquake of the catalog, or of a null
        catalog, with an observation.

    Warns
    -----
    UserWarning
        With fewer than 10 blocks of time.

    References
    ----------
    Chree, C. (1913). Some phenomena of sunspots and of terrestrial magnetism at Kew Observatory.
    Philosophical Transactions of the Royal Society A 212, 75-116.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.alarms import superposed_epoch
    >>> time = pd.date_range("2015-01-01", periods=900, freq="D")
    >>> events = pd.DataFrame({"time": time[30:-30:40], "latitude": 1.0, "longitude": 0.0, "magnitude": 6.0})
    >>> values = pd.DataFrame({"time": time, "latitude": 0.0, "longitude": 0.0, "probability": 0.0})
    >>> values.loc[values["time"].isin(events["time"] - pd.Timedelta(days=2)), "probability"] = 1.0
    >>> found = superposed_epoch(values, events, days=[-4, -3, -2, -1, 0], random_state=0)
    >>> found.mean.ravel().tolist()
    [0.0, 0.0, 1.0, 0.0]
    """
    edges = Bunch(
        days=_edges(days, "days"),
        distances=_edges(distances, "distances"),
        magnitudes=np.array([-np.inf, np.inf]) if magnitudes is None else _edges(magnitudes, "magnitudes"),
    )
    points = _points(values, column)
    shape = tuple(len(edge) - 1 for edge in edges.values())
    events = check_catalog(catalog)
    if not len(points.time):
        raise ValueError("values: nothing but NaN, or no rows at all")
    blocks = time_blocks(as_ns(events["time"].to_numpy()), *points.time[[0, -1]], block_days=block_days)
    observed = _stack(points, events, edges, distance_unit, blocks)
    size = int(np.prod(shape))
    if not observed.n_values.any():
        raise ValueError("catalog: no earthquake has an observation in any bin; widen the bins")
    low, high = block_interval(
        np.c_[observed.total, observed.n_events],
        lambda sums: ratio(sums[:, :size], sums[:, size:]),
        level=level,
        n_resamples=n_resamples,
        random_state=random_state,
        what="superposed epoch",
    )
    n_units = (observed.n_events > 0).sum(axis=0)
    low, high = of_enough(low, high, n_units)
    mean = ratio(observed.total.sum(axis=0), observed.n_events.sum(axis=0))
    null = {}
    if null_catalogs is not None:
        means = []
        for number, other in enumerate(progress(null_catalogs, desc="null catalogs", verbose=verbose)):
            other = check_catalog(other, f"null_catalogs: number {number}")
            found = _stack(points, other, edges, distance_unit)
            if not found.n_values.any():
                raise ValueError(
                    f"null_catalogs: number {number} has no observation in any bin; widen the bins, or move "
                    "catalogs within the days and places that were observed"
                )
            means.append(ratio(found.total, found.n_events)[0])
        null = _null(mean, np.array(means), level)
    return SuperposedEpoch(
        mean=mean.reshape(shape),
        low=low.reshape(shape),
        high=high.reshape(shape),
        n_events=observed.n_events.sum(axis=0).astype(int).reshape(shape),
        n_values=observed.n_values.reshape(shape),
        **edges,
        unit=blocks.unit,
        n_units=n_units.reshape(shape),
        distance_unit=distance_unit,
        **{name: part.reshape(shape) if np.size(part) == size else part for name, part in null.items()},
    )


def _edges(edges, name):
    edges = np.asarray(edges, dtype=float)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise ValueError(f"{name}: expected two ascending edges at least, got {edges.tolist()}")
    if name == "distances" and edges[0] < 0:
        raise ValueError(f"distances: {edges[0]:g} is below zero")
    return edges


def _points(values, column):
    """Observations in order of time: ``time`` (ns), ``latitude``, ``longitude``, ``value``."""
    if hasattr(values, "dims"):
        values, column = _of_map(values), "value"
    values = check_columns(values, ("time", "latitude", "longitude", column), "values")
    value = values[column].to_numpy(dtype=float)
    latitude, longitude = check_coordinates(values["latitude"], values["longitude"], "values")
    time = as_ns(to_utc(values["time"], "values: time"))
    order = np.argsort(time, kind="stable")
    order = order[~np.isnan(value[order])]
    return Bunch(time=time[order], latitude=latitude[order], longitude=longitude[order], value=value[order])


def _of_map(map):
    """A map's cells as rows; nights at the local midnight of the cell."""
    by = next((name for name in ("time", "night", "day") if name in map.dims), None)
    if by is None or set(map.dims) != {by, "latitude", "longitude"}:
        raise ValueError(f"values: expected an array of (time, latitude, longitude), got {map.dims}")
    array = map.transpose(by, "latitude", "longitude")
    time, latitude, longitude = np.meshgrid(
        as_ns(array[by].to_numpy()), array["latitude"], array["longitude"], indexing="ij"
    )
    if by == "night":
        time = time + np.round((1.0 - longitude / 360.0) * NS_PER_DAY).astype("int64")
    elif by == "day":
        time = time + NS_PER_DAY // 2
    columns = {"time": time.view("datetime64[ns]"), "latitude": latitude, "longitude": longitude}
    return pd.DataFrame(
        {name: part.ravel() for name, part in columns.items()} | {"value": array.to_numpy().ravel()}
    )


def _stack(points, events, edges, distance_unit, blocks=None):
    """Sums by block of time and bin: of the events' means, and numbers of events and values."""
    days, distances, magnitudes = edges.days, edges.distances, edges.magnitudes
    shape = tuple(len(edge) - 1 for edge in edges.values())
    size = int(np.prod(shape))
    n_blocks, code = (1, np.zeros(len(events), int)) if blocks is None else (blocks.n, blocks.code)
    total, n_events = np.zeros((2, n_blocks, size))
    n_values = np.zeros(size, dtype=np.int64)
    of_magnitude = np.searchsorted(magnitudes, events["magnitude"].to_numpy(), side="right") - 1
    counted = np.flatnonzero((of_magnitude >= 0) & (of_magnitude < shape[2]))
    counted = counted[np.argsort(as_ns(events["time"].to_numpy())[counted], kind="stable")]
    events, code, of_magnitude = events.iloc[counted], code[counted], of_magnitude[counted]
    time = as_ns(events["time"].to_numpy())
    zone = dobrovolsky_radius(events["magnitude"].to_numpy())
    unit = zone if distance_unit == "dobrovolsky" else np.ones(len(events))
    places = pd.DataFrame(
        {
            "latitude": events["latitude"].to_numpy(),
            "longitude": events["longitude"].to_numpy(),
            "radius_km": distances[-1] * unit,
            "start": time + days_to_ns(days[0]),
            "end": time + days_to_ns(days[-1]),
        }
    )
    for first in range(0, len(places), _EVENTS):
        # Events in order of time need but a slice of the observations, which are in order too.
        some = places.iloc[first : first + _EVENTS]
        here = slice(*np.searchsorted(points.time, [some["start"].min(), some["end"].max() + 1]))
        point, place, km = nearby(points.time[here], points.latitude[here], points.longitude[here], some)
        event = place + first
        day = np.searchsorted(days, (points.time[here][point] - time[event]) / NS_PER_DAY, side="right") - 1
        ring = np.searchsorted(distances, km / unit[event], side="right") - 1
        keep = (day >= 0) & (day < shape[0]) & (ring >= 0) & (ring < shape[1])
        index = np.ravel_multi_index((day[keep], ring[keep], of_magnitude[event[keep]]), shape)
        cell = place[keep] * size + index
        count = np.bincount(cell, minlength=len(some) * size).reshape(-1, size)
        value = np.bincount(cell, points.value[here][point[keep]], len(some) * size).reshape(-1, size)
        block = code[first : first + _EVENTS]
        np.add.at(total, block, value / np.maximum(count, 1))
        np.add.at(n_events, block, (count > 0).astype(float))
        n_values += count.sum(axis=0)
    return Bunch(total=total, n_events=n_events, n_values=n_values)


def _null(mean, means, level):
    """Band of the null catalogs' means, and the largest departure of each and of the observed."""
    if not len(means):
        raise ValueError("null_catalogs: empty; give some, or None")
    known = np.isfinite(means).any(axis=0)
    filled = np.where(known, means, 0.0)
    low, high = np.nanquantile(filled, [0.5 * (1.0 - level), 0.5 * (1.0 + level)], axis=0)
    low, high = of_enough(low, high, np.isfinite(means).sum(axis=0))
    # Observed and null catalogs are measured alike: by the mean and spread of all of them.
    usable = known & np.isfinite(mean)
    both = np.vstack([mean, means])[:, usable]
    spread = np.nanstd(both, axis=0)
    departure = np.abs(both - np.nanmean(both, axis=0)) / np.where(spread > 0, spread, np.inf)
    largest = np.nanmax(departure, axis=1, initial=0.0)
    return {
        "null_mean": np.where(known, np.nanmean(filled, axis=0), np.nan),
        "null_low": np.where(known, low, np.nan),
        "null_high": np.where(known, high, np.nan),
        "largest": float(largest[0]),
        "null_largest": largest[1:],
        "n_nulls": len(means),
    }
