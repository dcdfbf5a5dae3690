"""Fixed cells in space and time, and the earthquakes that fall into them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns
from skquake._core._validation import check_catalog


class Cells:
    """Cells of equal degrees: those of a map with regular ``latitude`` and ``longitude``.

    Attributes
    ----------
    south, west : ndarray
        Lower edges, degrees; the western ones run on beyond 180 where the map does.
    height, width : float
        Degrees.
    """

    def __init__(self, map, what):
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

    def locate(self, latitude, longitude):
        """Row and column of the cell of each place; row -1 where none of them holds it."""
        # A millionth of a cell is forgiven to edges that binary numbers miss.
        row = np.floor((np.asarray(latitude) - self.south[0]) / self.height + 1e-9).astype(int)
        east = (np.asarray(longitude) - self.west[0] + 1e-9 * self.width) % 360.0
        column = np.floor(east / self.width).astype(int)
        at_pole = np.asarray(latitude) >= 90.0 - 1e-8 * self.height
        row = np.where((row == self.shape[0]) & at_pole, row - 1, row)
        inside = (row >= 0) & (row < self.shape[0]) & (column < self.shape[1])
        return np.where(inside, row, -1), np.where(inside, column, 0)

    def area(self):
        """Share of each cell in the area of all, shape (n_latitudes, n_longitudes)."""
        north = np.deg2rad(np.minimum(self.south + self.height, 90.0))
        band = np.sin(north) - np.sin(np.deg2rad(self.south))
        return np.repeat(band[:, np.newaxis], self.shape[1], axis=1) / (band.sum() * self.shape[1])


class SpaceTime:
    """Cells and days of an alarm function as rows: scores, weights and where earthquakes fall.

    Parameters
    ----------
    alarm : DataArray (night or day, latitude, longitude)
        NaN where nothing was observed.
    rate : DataArray (latitude, longitude)
        Weight of each cell.
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

    def __init__(self, alarm, rate, unobserved):
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

    def events(self, catalog, what="catalog"):
        """Rows in which earthquakes fall.

        The day of a cell begins at the local noon of its western edge for nights (when the last window of the
        night before is over), at midnight UT for days; so no alarm knows anything later than its day.

        Returns
        -------
        Bunch
            ``row`` and ``time`` (ns) of each event that counts, and the numbers ``unobserved``
            (in cells and days left out) and ``outside`` (of the cells or the days).
        """
        catalog = check_catalog(catalog, what)
        row, column = self.cells.locate(catalog["latitude"].to_numpy(), catalog["longitude"].to_numpy())
        time = as_ns(catalog["time"].to_numpy())
        shift = 0
        if self.by == "night":
            shift = np.round((self.cells.west[column] / 15.0 - 12.0) * NS_PER_HOUR).astype("int64")
        day = (time + shift) // NS_PER_DAY - self.first // NS_PER_DAY
        inside = (row >= 0) & (day >= 0) & (day < len(self._row))
        found = self._row[day[inside], row[inside], column[inside]]
        return Bunch(
            row=found[found >= 0],
            time=time[inside][found >= 0],
            unobserved=int((found < 0).sum()),
            outside=int((~inside).sum()),
        )


def check_days(map, what):
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


def check_rate(rate, alarm):
    """Weights of the cells of ``alarm``, shape (n_latitudes, n_longitudes)."""
    if set(getattr(rate, "dims", ())) != {"latitude", "longitude"}:
        raise ValueError(
            f"rate: expected a DataArray over (latitude, longitude), got {type(rate).__name__}; pass what "
            "skquake.alarms.reference_rate returns for these cells"
        )
    try:
        rate = rate.sel(latitude=alarm["latitude"], longitude=alarm["longitude"])
    except KeyError as error:
        raise ValueError(f"rate: it lacks cells of the alarms ({error}); compute it for these") from error
    values = rate.transpose("latitude", "longitude").to_numpy().astype(float)
    if not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError("rate: weights must be finite and not negative")
    return values


def _step(centers, what):
    """Size of regular, ascending cells; 0 of a single one."""
    steps = np.diff(centers)
    if len(steps) and not (steps[0] > 0 and np.allclose(steps, steps[0], rtol=1e-6)):
        raise ValueError(f"{what}: latitudes and longitudes must ascend in equal steps; select a slice")
    return float(steps[0]) if len(steps) else 0.0
