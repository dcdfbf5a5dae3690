"""The shape of a perturbation planted around earthquakes, in space and in time."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np
from sklearn.utils import check_scalar

from skquake._core._geodesy import great_circle_km
from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns
from skquake.catalogs._regions import dobrovolsky_radius

REACH = 4.0  # widths; exp(-8) of the peak is left there
RISE = 0.2  # share of the days over which the perturbation grows


@dataclass(frozen=True)
class Plant:
    """Size, width and time of the perturbation.

    Parameters
    ----------
    effect : float
        Fractional change at the epicentre at full strength: 0.3 raises by 30 %.
    width : float
        Standard deviation of the Gaussian in distance, in Dobrovolsky radii.
    minimum_km : float
        The standard deviation is never below this.
    days : pair of float
        First and last day relative to the earthquake. Strength grows smoothly over the first
        fifth and then stays until the end.
    """

    effect: float
    width: float
    minimum_km: float
    days: tuple

    @classmethod
    def checked(cls, effect, width, minimum_km, days):
        """A perturbation of numbers that make sense; the errors name them as the users of it do."""
        check_scalar(effect, "effect", Real, min_val=-1, include_boundaries="neither")
        check_scalar(width, "effect_width", Real, min_val=0)
        check_scalar(minimum_km, "effect_min_km", Real, min_val=0, include_boundaries="neither")
        if not days[0] < days[1]:
            raise ValueError(f"effect_days must be (first, last) with first < last, got {tuple(days)}")
        return cls(float(effect), float(width), float(minimum_km), (float(days[0]), float(days[1])))

    def width_km(self, magnitude):
        """Standard deviation in km around earthquakes of these magnitudes."""
        return np.maximum(self.width * dobrovolsky_radius(magnitude), self.minimum_km)

    def strength(self, days, window=None):
        """Strength, 0 to 1, this many days relative to the earthquake; ``window``: its own days."""
        first, last = self.days if window is None else window
        way = np.clip((np.asarray(days) - first) / (RISE * (last - first)), 0.0, 1.0)
        return np.where((days >= first) & (days <= last), way**2 * (3.0 - 2.0 * way), 0.0)

    def profile(self, distance_km, magnitude, days, window=None):
        """Share of the full change, 0 to 1, at a distance from the epicentre, broadcasting."""
        return np.exp(-0.5 * (distance_km / self.width_km(magnitude)) ** 2) * self.strength(days, window)

    def shape(self, distance_km, magnitude, days):
        """Change of the decimal logarithm at a distance from the epicentre, broadcasting."""
        return np.log10(1.0 + self.effect) * self.profile(distance_km, magnitude, days)

    def on_places(self, catalog, time, latitude, longitude, windows=None):
        """Where series at fixed places change.

        Parameters
        ----------
        catalog : checked catalog
        time : ndarray of int64, shape (n_times,)
            ns, ascending.
        latitude, longitude : ndarray of shape (n_places,)
            Degrees.
        windows : pair of ndarray of shape (n_events,), default=None
            First and last day of each earthquake; None: ``days`` for all.

        Yields
        ------
        event : int
            Position of an earthquake that reaches any place within these times.
        rows : slice
            Of ``time``.
        near : ndarray of int
            Places.
        profile : ndarray of shape (n_rows, n_near)
        """
        windows = [np.broadcast_to(day, len(catalog)) for day in (self.days if windows is None else windows)]
        first, last = (as_ns(catalog["time"]) + days_to_ns(day) for day in windows)
        first, last = np.searchsorted(time, first), np.searchsorted(time, last, side="right")
        event_time = as_ns(catalog["time"])
        places = catalog[["latitude", "longitude", "magnitude"]].to_numpy(dtype=float)
        for event in np.flatnonzero(last > first):
            south, east, magnitude = places[event]
            distance = great_circle_km(south, east, latitude, longitude)
            near = np.flatnonzero(distance <= REACH * self.width_km(magnitude))
            if len(near):
                rows = slice(int(first[event]), int(last[event]))
                days = (time[rows] - event_time[event])[:, np.newaxis] / NS_PER_DAY
                window = windows[0][event], windows[1][event]
                yield event, rows, near, self.profile(distance[near], magnitude, days, window)
