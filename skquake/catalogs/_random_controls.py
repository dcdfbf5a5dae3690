"""Controls anywhere, away from earthquakes: the papers' rule."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from skquake._core._geodesy import KM_PER_DEGREE, unit_vectors, wrap_longitude
from skquake._core._sklearn import Interval, check_parameters
from skquake._core._time import NS_PER_SECOND, as_ns, days_to_ns
from skquake._core._typing import Frame, RandomState
from skquake._core._validation import check_catalog
from skquake.catalogs._avoid import to_avoid
from skquake.catalogs._holes import hole_touched, holes_of
from skquake.catalogs._neighbours import near_pairs
from skquake.catalogs._order import time_order

_ROUNDS = 100
_MILLISECOND = NS_PER_SECOND // 1000


class RandomControls(BaseEstimator):
    """Controls at random times and places, away from every earthquake.

    A candidate is rejected if an earthquake lies within ``min_degrees`` of great circle *and* within
    ``min_days`` of it. (Each condition alone, as the papers' sentence may be read, would leave no
    place: somewhere on Earth an earthquake happens every few hours.) So is one within ``min_days`` of a hole
    of the catalog, where nothing is known of earthquakes.

    Parameters
    ----------
    ratio : int, default=1
        Controls per event of the catalog.
    min_degrees : float, default=10
        Distance in degrees of great circle.
    min_days : float, default=15
        Time, before or after.
    avoid : DataFrame or None, default=None
        Catalog of the earthquakes to keep away from; None: the catalog that is sampled.
    random_state : int, RandomState instance or None, default=None
        An int gives the same controls at each call, whatever the order of the catalog's rows.
    holes : "find", None or DataFrame, default="find"
        Spans in which ``avoid`` lists nothing although there were earthquakes. ``"find"``: those that
        :func:`check_catalog` finds. A frame with ``start`` and ``end``: these. None: a day is quiet
        where nothing is listed.

    Attributes
    ----------
    holes_ : DataFrame
        The holes after `sample`: ``start``, ``end``, and ``refused``, how many candidates touched each.

    Notes
    -----
    Candidates are uniform over area (uniform in the sine of latitude) and time, inside the catalog's
    range: its latitudes, its times, and the shortest arc that holds all its longitudes. Each
    magnitude of the catalog is used ``ratio`` times (with its depth, where there is one), so that
    controls and events have the same magnitudes.

    Such controls keep away from the seismic belts: whatever betrays the place separates them from
    earthquakes. Put :class:`MatchedControls` beside every score.

    References
    ----------
    Xiong, P. et al. (2021). Pre-Earthquake Ionospheric Perturbation Identification Using CSES Data
    via Transfer Learning. Frontiers in Environmental Science 9, 779255.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.catalogs import RandomControls
    >>> catalog = pd.DataFrame(
    ...     {"time": pd.to_datetime(["2010-01-01", "2010-12-01"]), "latitude": [-40.0, 40.0],
    ...      "longitude": [150.0, -150.0], "magnitude": [5.0, 6.0]}, index=["a", "b"])
    >>> controls = RandomControls(ratio=2, random_state=0).sample(catalog)
    >>> controls.index.tolist(), sorted(controls["magnitude"])
    (['random-1', 'random-2', 'random-3', 'random-4'], [5.0, 5.0, 6.0, 6.0])
    """

    _parameter_constraints: dict = {
        "ratio": [Interval(Integral, 1, None, closed="left")],
        "min_degrees": [Interval(Real, 0, 180, closed="both")],
        "min_days": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        ratio: int = 1,
        min_degrees: float = 10,
        min_days: float = 15,
        avoid: Frame | None = None,
        random_state: RandomState = None,
        holes: str | Frame | None = "find",
    ) -> None:
        self.ratio = ratio
        self.min_degrees = min_degrees
        self.min_days = min_days
        self.avoid = avoid
        self.random_state = random_state
        self.holes = holes

    def sample(self, catalog: Frame) -> pd.DataFrame:
        """Draw the controls of a catalog.

        Parameters
        ----------
        catalog : DataFrame
            One earthquake a row (``time``, ``latitude``, ``longitude``, ``magnitude``), index = event
            id, in any order; two events at least, to have a range.

        Returns
        -------
        DataFrame
            ``ratio * len(catalog)`` rows sorted by time, index ``random-1``, ...: ``time``,
            ``latitude``, ``longitude``, ``depth_km`` (if the catalog has it), ``magnitude``,
            ``label`` 0 and ``pair_id``, its own id.

        Raises
        ------
        ValueError
            For fewer than two events, missing or impossible values, holes that are none, ids of the
            catalog that look like those of controls, or if hardly any place is free.
        """
        check_parameters(self)
        events = check_catalog(catalog, allow_empty=False)
        events = events.iloc[time_order(events)]
        if len(events) < 2:
            raise ValueError("catalog: one event has no range of time and place to draw controls from")
        avoid = to_avoid(self, events)
        rng = check_random_state(self.random_state)
        n_controls = self.ratio * len(events)
        time, latitude, longitude = self._draw_free(events, avoid, n_controls, rng)
        order = np.argsort(time, kind="stable")
        donors = rng.permutation(np.tile(np.arange(len(events)), self.ratio))
        controls = pd.DataFrame(
            {"time": time[order], "latitude": latitude[order], "longitude": longitude[order]},
            index=[f"random-{k}" for k in range(1, n_controls + 1)],
        )
        controls["time"] = (controls["time"].astype("int64") * _MILLISECOND).astype("datetime64[ns]")
        for column in ("depth_km", "magnitude"):
            if column in events:
                controls[column] = events[column].to_numpy()[donors]
        taken = controls.index.intersection(events.index)
        if len(taken):
            raise ValueError(f"catalog: event id {taken[0]!r} is the name of a control; rename the event")
        return controls.assign(label=0, pair_id=controls.index)

    def _draw_free(self, events, avoid, n_controls, rng):
        """Times (ms), latitudes and longitudes of free places, in the order drawn."""
        holes = holes_of(self.holes, avoid)
        refused = np.zeros(len(holes), dtype=np.int64)
        avoid_time = as_ns(avoid["time"].to_numpy())
        avoid_places = unit_vectors(avoid["latitude"], avoid["longitude"])
        reach, days = self.min_degrees * KM_PER_DEGREE, int(days_to_ns(self.min_days))
        found = np.empty((3, 0))
        drawn = 0
        for _ in range(_ROUNDS):
            candidates = _draw(events, 2 * (n_controls - found.shape[1]) + 100, rng)
            drawn += candidates.shape[1]
            order = np.argsort(candidates[0], kind="stable")
            time, latitude, longitude = candidates[:, order]
            hole = hole_touched(candidates[0].astype(np.int64) * _MILLISECOND, holes, days, days)
            refused += np.bincount(hole[hole >= 0], minlength=len(holes))
            free = hole < 0
            places = unit_vectors(latitude, longitude)
            for i, _ in near_pairs(
                time.astype(np.int64) * _MILLISECOND, places, avoid_time, avoid_places, reach, (-days, days)
            ):
                free[order[i]] = False
            found = np.hstack([found, candidates[:, free]])[:, :n_controls]
            if found.shape[1] == n_controls:
                self.holes_ = holes.assign(refused=refused)
                return found
        in_holes = f" ({refused.sum()} lay in {len(holes)} holes of the catalog)" if refused.any() else ""
        raise ValueError(
            f"only {found.shape[1]} of {n_controls} controls found in {drawn} draws{in_holes}: "
            f"hardly any place and time of the catalog's range is free of earthquakes within "
            f"min_degrees={self.min_degrees} and min_days={self.min_days}; lower one of them, or give a "
            "catalog with a wider range"
        )


def _draw(events, n, rng):
    """Times (whole ms), latitudes and longitudes, uniform over the events' range; (3, n)."""
    start, end = as_ns(events["time"].to_numpy()[[0, -1]]) // _MILLISECOND
    sine = np.sin(np.deg2rad(events["latitude"].to_numpy()))
    west, width = _shortest_arc(events["longitude"].to_numpy())
    u = rng.random_sample((n, 3)).T
    return np.stack(
        [
            np.floor(start + u[0] * (end - start)),
            np.rad2deg(np.arcsin(sine.min() + u[1] * (sine.max() - sine.min()))),
            wrap_longitude(west + u[2] * width),
        ]
    )


def _shortest_arc(longitude):
    """Western end and width of the shortest arc that holds all longitudes, in degrees."""
    longitude = np.sort(longitude)
    gaps = np.append(np.diff(longitude), longitude[0] + 360.0 - longitude[-1])
    widest = int(np.argmax(gaps))
    return longitude[(widest + 1) % len(longitude)], 360.0 - gaps[widest]
