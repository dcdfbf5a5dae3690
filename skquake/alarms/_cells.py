"""Fixed cells in space and time, and the earthquakes that fall into them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._geodesy import wrap_longitude
from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns
from skquake._core._typing import ArrayLike, FloatArray, Frame, IntArray
from skquake._core._validation import check_catalog

_DIGITS = 9  # of edges in degrees, a tenth of a millimetre: without the noise of binary numbers


class Cells:
    """Cells of equal degrees: those of a map with regular ``latitude`` and ``longitude``.

    A cell holds its southern and its western edge, not its northern and its eastern one; but the last row of
    cells that reaches a pole holds the pole. Edges are decimal numbers (of nine digits behind the point) and
    are compared as they are: -2.2e-16 lies south of the equator.

    Attributes
    ----------
    south, west : ndarray
        Lower edges, degrees; the western ones run on beyond 180 where the map does.
    height, width : float
        Degrees.
    """

    def __init__(self, map: Any, what: str) -> None:
        missing = [name for name in ("latitude", "longitude") if name not in getattr(map, "coords", ())]
        if missing:
            raise ValueError(
                f"{what}: expected a map with coordinates latitude and longitude, as skquake.alarms."
                f"nightly_map gives it; {' and '.join(missing)} missing"
            )
        centers = [np.atleast_1d(map[name].to_numpy()).astype(float) for name in ("latitude", "longitude")]
        steps = [_step(values, what) for values in centers]
        self.height, self.width = (own or other for own, other in (steps, steps[::-1]))
        if not self.height:
            raise ValueError(f"{what}: a single cell has no size; keep two cells at least")
        self.south = centers[0] - 0.5 * self.height
        self.west = centers[1] - 0.5 * self.width
        self.shape = len(self.south), len(self.west)
        self._row_edges = np.round(np.r_[self.south, self.south[-1] + self.height], _DIGITS)
        # Edges round the globe, each with the column that begins there; -1 where the map ends.
        round_the_globe = int(np.ceil(np.round(360.0 / self.width, _DIGITS)))
        turn = np.arange(min(self.shape[1], round_the_globe))
        edges, column = self.west[turn], turn
        if np.round(len(turn) * self.width, _DIGITS) < 360.0:
            edges, column = np.append(edges, edges[-1] + self.width), np.append(column, -1)
        edges = wrap_longitude(np.round(wrap_longitude(np.round(edges, _DIGITS)), _DIGITS))
        order = np.argsort(edges, kind="stable")
        self._column_edges, self._column = edges[order], column[order]

    def locate(self, latitude: ArrayLike, longitude: ArrayLike) -> tuple[IntArray, IntArray]:
        """Row and column of the cell of each place; row -1 where none of them holds it."""
        latitude = np.asarray(latitude, dtype=float)
        row = np.searchsorted(self._row_edges, latitude, side="right") - 1
        at_pole = (latitude == 90.0) & (self._row_edges.max() >= 90.0)
        row = np.where(at_pole & (row == self.shape[0]), row - 1, row)
        # Before the first edge lies what begins at the last one, round the globe.
        column = self._column[
            np.searchsorted(self._column_edges, wrap_longitude(longitude), side="right") - 1
        ]
        inside = (row >= 0) & (row < self.shape[0]) & (column >= 0)
        return np.where(inside, row, -1), np.where(inside, column, 0)

    def area(self) -> FloatArray:
        """Share of each cell in the area of all, shape (n_latitudes, n_longitudes)."""
        south, north = np.maximum(self.south, -90.0), np.minimum(self.south + self.height, 90.0)
        band = np.sin(np.deg2rad(north)) - np.sin(np.deg2rad(south))
        return np.repeat(band[:, np.newaxis], self.shape[1], axis=1) / (band.sum() * self.shape[1])


class SpaceTime:
    """Cells and days of an alarm function as rows: scores, weights and where earthquakes fall.

    Parameters
    ----------
    alarm : DataArray (night or day, latitude, longitude)
        NaN where nothing was observed.
    rate : DataArray (latitude, longitude), or (night or day, latitude, longitude)
        Weight of each cell, or of each on its day.
    unobserved : {"restrict", "no alarm"}
        What becomes of cells and days without a score: left out, or kept below every threshold.

    Attributes
    ----------
    score, weight : ndarray of shape (n,)
        The weights sum to 1.
    day : ndarray of int64, shape (n,)
        ns at which each day begins.
    coverage : float
        Share of the weight that was observed.
    """

    def __init__(self, alarm: Any, rate: Any, unobserved: str) -> None:
        self.cells, self.by = Cells(alarm, "alarm"), check_days(alarm, "alarm")
        alarm = alarm.transpose(self.by, "latitude", "longitude")
        self.first = int(as_ns(alarm[self.by].to_numpy())[0])
        score = alarm.to_numpy().astype(float)
        weight = np.broadcast_to(check_rate(rate, alarm), score.shape)
        seen = ~np.isnan(score)
        if not seen.any() or not weight[seen].sum() > 0:
            raise ValueError("alarm: no cell with a weight was observed; nothing can be scored")
        self.coverage = float(weight[seen].sum() / weight.sum())
        keep = seen if unobserved == "restrict" else np.ones_like(seen)
        self.score = np.where(seen, score, -np.inf)[keep]
        self.weight = weight[keep] / weight[keep].sum()
        self.day = self.first + NS_PER_DAY * np.repeat(np.arange(len(keep)), keep.sum(axis=(1, 2)))
        self.span = self.first, self.first + NS_PER_DAY * len(keep)
        self._row = np.where(keep, np.cumsum(keep).reshape(keep.shape) - 1, -1)

    def events(self, catalog: Frame, what: str = "catalog", *, allow_none: bool = True) -> Bunch:
        """Rows in which earthquakes fall.

        The day of a cell begins at the local noon of its western edge for nights (when the last window of the
        night before is over), at midnight UT for days; so no alarm knows anything later than its day.

        Returns
        -------
        Bunch
            ``row`` and ``time`` (ns) of each event that counts, and the numbers ``unobserved``
            (in cells and days left out) and ``outside`` (of the cells or the days).

        Raises
        ------
        ValueError
            Where none counts, unless ``allow_none``.
        """
        catalog = check_catalog(catalog, what)
        row, column = self.cells.locate(catalog["latitude"].to_numpy(), catalog["longitude"].to_numpy())
        time = as_ns(catalog["time"].to_numpy())
        shift = np.zeros(len(time), dtype=np.int64)
        if self.by == "night":
            shift = np.round((self.cells.west[column] / 15.0 - 12.0) * NS_PER_HOUR).astype("int64")
        day = (time + shift) // NS_PER_DAY - self.first // NS_PER_DAY
        inside = (row >= 0) & (day >= 0) & (day < len(self._row))
        found = self._row[day[inside], row[inside], column[inside]]
        if not allow_none and not (found >= 0).any():
            raise ValueError(
                f"{what}: no earthquake falls into the observed cells and days; nothing can be scored "
                f"({int((~inside).sum())} of {len(catalog)} lie outside the cells or the days, "
                f"{len(found)} where nothing was observed)"
            )
        return Bunch(
            row=found[found >= 0],
            time=time[inside][found >= 0],
            unobserved=int((found < 0).sum()),
            outside=int((~inside).sum()),
        )


def check_days(map: Any, what: str) -> str:
    """Name of a map's dimension of days, which must follow each other without a gap."""
    dims = getattr(map, "dims", ())
    by = next((name for name in ("night", "day") if name in dims), None)
    if by is None or set(dims) != {by, "latitude", "longitude"}:
        raise ValueError(
            f"{what}: expected an array of (night or day, latitude, longitude), got {dims}; "
            "pass what skquake.alarms.nightly_map or alarm_function returns"
        )
    days = pd.DatetimeIndex(map[by].to_numpy()).as_unit("ns")
    if not len(days) or (np.diff(days.asi8) != NS_PER_DAY).any():
        raise ValueError(f"{what}: its {by}s must follow each other day by day; select a slice of them")
    return by


def check_rate(rate: Any, alarm: Any) -> FloatArray:
    """Weights of the cells of ``alarm``, shape (n_latitudes, n_longitudes), or also by its days."""
    dims = set(getattr(rate, "dims", ()))
    by = next((name for name in ("night", "day") if name in dims & set(alarm.dims)), None)
    if dims - {by} != {"latitude", "longitude"}:
        raise ValueError(
            f"rate: expected a DataArray over (latitude, longitude), or over these and the alarms' days, got "
            f"{rate.dims if dims else type(rate).__name__}; pass what skquake.alarms.reference_rate or "
            "EtasRate.rate returns for these cells"
        )
    names = [*([by] if by else []), "latitude", "longitude"]
    try:
        rate = rate.sel({name: alarm[name] for name in names})
    except KeyError as error:
        told = f"rate: it lacks cells or days of the alarms ({error}); compute it for these"
        raise ValueError(told) from error
    values = rate.transpose(*names).to_numpy().astype(float)
    if not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError("rate: weights must be finite and not negative")
    return values


def _step(centers, what):
    """Size of regular, ascending cells; 0 of a single one."""
    steps = np.diff(centers)
    if len(steps) and not (steps[0] > 0 and np.allclose(steps, steps[0], rtol=1e-6)):
        raise ValueError(f"{what}: latitudes and longitudes must ascend in equal steps; select a slice")
    return float(steps[0]) if len(steps) else 0.0
