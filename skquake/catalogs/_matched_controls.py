"""Controls at the place of each earthquake, some weeks away."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions

from skquake._core._geodesy import unit_vectors
from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns
from skquake._core._validation import check_catalog
from skquake.catalogs._neighbours import near_pairs
from skquake.catalogs._order import time_order
from skquake.catalogs._regions import region_radius_km


class MatchedControls(BaseEstimator):
    """Controls at the place and of the magnitude of each earthquake, in its absence.

    A control lies a whole number of days, ``min_days`` to ``max_days``, before or after its
    earthquake (so local and universal time of day stay the same), drawn uniformly among the offsets
    that are free. An offset is free if no earthquake ``e`` of ``avoid`` has both

    * the place within its own region (radius ``region_radius_km(region, magnitude of e)``), and
    * its disturbed days, ``[t_e + avoid_days[0], t_e + avoid_days[1]]``, in common with the control's
      days of observation, ``[t + days[0], t + days[1]]``, for longer than an instant.

    The control's own earthquake is always avoided; with the default days, 20 days after it is the
    first offset that is free of it.

    Parameters
    ----------
    ratio : int, default=1
        Controls per earthquake, each at another offset. With fewer free offsets there are fewer; an
        earthquake without any has none.
    min_days, max_days : int, default=20, 60
        Smallest and largest offset, in days.
    side : {"both", "before", "after", "either"}, default="both"
        ``"both"``: an offset of d days counts only if d days before and d days after are both free;
        a fair coin then says which. ``"before"``, ``"after"``: that side alone. ``"either"``: each
        free day of both sides counts by itself.
    avoid : DataFrame or None, default=None
        Earthquakes whose region and days are to be kept free; give the full catalog, aftershocks
        and small events included. None: the catalog that is sampled.
    random_state : int, RandomState instance or None, default=None
        An int gives the same controls at each call, whatever the order of the catalog's rows.
    days : tuple of float, default=(-15, 0)
        Days of observation around the time of an event or control.
    region : str or float, default="dobrovolsky"
        Region around an epicentre: see :func:`region_radius_km`.
    avoid_days : tuple of float, default=(-15, 5)
        Days around an earthquake in which its region counts as disturbed.

    Attributes
    ----------
    report_ : DataFrame
        By magnitude class (half units, closed on the left), after `sample`: ``events``,
        ``events_with_control``, ``share``, ``controls``, and ``untested``, the controls whose days
        reach beyond the times of ``avoid``, where the absence of earthquakes is not known.

    Notes
    -----
    Why symmetric: the days after an earthquake are full of its aftershocks, so that the free days of
    one side alone lie mostly *before* it. A calendar would then tell controls from earthquakes. With
    ``side="both"`` the sign of the offset is a fair coin that no catalog can load: given the two
    times of a pair, which one is the earthquake's is even odds. Controls of the largest earthquakes
    are rare whatever the side, since their own regions and those around them are seldom free:
    ``report_`` says how rare.

    References
    ----------
    Dobrovolsky, I. P., Zubkov, S. I. and Miachkin, V. I. (1979). Estimation of the size of
    earthquake preparation zones. Pure and Applied Geophysics 117, 1025-1044.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.catalogs import MatchedControls
    >>> catalog = pd.DataFrame(
    ...     {"time": pd.to_datetime(["2010-03-01", "2010-06-01"]), "latitude": [0.0, 40.0],
    ...      "longitude": [100.0, 20.0], "magnitude": [5.0, 6.0]}, index=["a", "b"])
    >>> sampler = MatchedControls(ratio=2, random_state=0)
    >>> controls = sampler.sample(catalog)
    >>> controls["pair_id"].to_dict()
    {'a-c1': 'a', 'a-c2': 'a', 'b-c1': 'b', 'b-c2': 'b'}
    >>> offset = controls["time"] - catalog.loc[controls["pair_id"], "time"].to_numpy()
    >>> bool(offset.dt.days.abs().between(20, 60).all())
    True
    >>> sampler.report_["share"].tolist()
    [1.0, 1.0]
    """

    _parameter_constraints: dict = {
        "ratio": [Interval(Integral, 1, None, closed="left")],
        "min_days": [Interval(Integral, 1, None, closed="left")],
        "max_days": [Interval(Integral, 1, 3650, closed="both")],
        "side": [StrOptions({"both", "before", "after", "either"})],
        "avoid": [pd.DataFrame, None],
        "random_state": ["random_state"],
        "days": [tuple, list],
        "region": [str, Real],
        "avoid_days": [tuple, list],
    }

    def __init__(
        self,
        ratio=1,
        min_days=20,
        max_days=60,
        side="both",
        avoid=None,
        random_state=None,
        days=(-15, 0),
        region="dobrovolsky",
        avoid_days=(-15, 5),
    ):
        self.ratio = ratio
        self.min_days = min_days
        self.max_days = max_days
        self.side = side
        self.avoid = avoid
        self.random_state = random_state
        self.days = days
        self.region = region
        self.avoid_days = avoid_days

    def sample(self, catalog):
        """Draw the controls of a catalog.

        Parameters
        ----------
        catalog : DataFrame
            One earthquake a row (``time``, ``latitude``, ``longitude``, ``magnitude``), index = event
            id, in any order.

        Returns
        -------
        DataFrame
            The columns of the catalog, those of the control's earthquake but for ``time``, with
            ``label`` 0 and ``pair_id``, the earthquake's id; index ``{event}-c1``, ``{event}-c2``, ...;
            sorted by the time of the earthquake. May have no rows.

        Raises
        ------
        ValueError
            For an empty catalog, missing or impossible values, days in the wrong order, or ids of the
            catalog that look like those of controls.
        """
        self._validate_params()
        if self.min_days > self.max_days:
            raise ValueError(f"min_days={self.min_days} exceeds max_days={self.max_days}")
        days, avoid_days = _interval("days", self.days), _interval("avoid_days", self.avoid_days)
        events = check_catalog(catalog, allow_empty=False)
        events = events.iloc[time_order(events)]
        avoid = events if self.avoid is None else check_catalog(self.avoid, "avoid")
        avoid = avoid.iloc[time_order(avoid)]
        # Control minus earthquake, in ns, where their days overlap; intervals that only touch do not.
        window = avoid_days[0] - days[1] + 1, avoid_days[1] - days[0] - 1
        event, offset = self._choose(self._free(events, avoid, window), check_random_state(self.random_state))
        controls = events.iloc[event]
        ids = controls.index
        rank = np.arange(len(event)) - np.searchsorted(event, event) + 1
        controls.index = pd.Index([f"{id_}-c{k}" for id_, k in zip(ids, rank, strict=True)], dtype=object)
        controls = controls.assign(
            time=controls["time"] + pd.to_timedelta(offset, unit="D"), label=0, pair_id=ids.to_numpy()
        )
        taken = controls.index[controls.index.isin(events.index) | controls.index.duplicated()]
        if len(taken):
            raise ValueError(
                f"catalog: the control {taken[0]!r} has the name of another row; rename the event"
            )
        time, known = as_ns(controls["time"].to_numpy()), as_ns(avoid["time"].to_numpy())
        untested = np.ones(len(time), dtype=bool)
        if len(known):
            untested = (time - window[1] < known[0]) | (time - window[0] > known[-1])
        self.report_ = _report(events["magnitude"].to_numpy(), event, untested)
        return controls

    def _free(self, events, avoid, window):
        """Free offsets of each event: bool, shape (n_events, 2, n_offsets); [:, 0] before, [:, 1] after."""
        low, high = window
        time, avoid_time = as_ns(events["time"].to_numpy()), as_ns(avoid["time"].to_numpy())
        reach = self.max_days * NS_PER_DAY
        # Earthquakes that begin to block at offset k - max_days, less those that have stopped.
        width = 2 * self.max_days + 2
        blocked = np.zeros((len(events), width), dtype=np.int32)

        def block(i, lag):
            """Block the whole-day offsets d of events i with low <= d - lag <= high, lag in ns."""
            first = -((-(lag + low)) // NS_PER_DAY) + self.max_days
            stop = np.maximum((lag + high) // NS_PER_DAY + self.max_days + 1, first)
            np.add.at(blocked, (i, np.clip(first, 0, width - 1)), 1)
            np.add.at(blocked, (i, np.clip(stop, 0, width - 1)), -1)

        block(np.arange(len(events)), np.zeros(len(events), dtype=np.int64))
        for i, j in near_pairs(
            time,
            unit_vectors(events["latitude"], events["longitude"]),
            avoid_time,
            unit_vectors(avoid["latitude"], avoid["longitude"]),
            region_radius_km(self.region, avoid["magnitude"].to_numpy()),
            (low - reach, high + reach),
        ):
            block(i, avoid_time[j] - time[i])
        free = np.cumsum(blocked, axis=1)[:, :-1] == 0
        before, after = free[:, self.max_days - 1 :: -1], free[:, self.max_days + 1 :]
        return np.stack([before, after], axis=1)[:, :, self.min_days - 1 :]

    def _choose(self, free, rng):
        """Event positions (ascending) and offsets in days of the controls drawn."""
        if self.side == "both":
            candidates = free.all(axis=1)
        elif self.side == "either":
            candidates = free.reshape(len(free), -1)
        else:
            candidates = free[:, 0 if self.side == "before" else 1]
        lot = np.where(candidates, rng.random_sample(candidates.shape), np.inf)
        order = np.argsort(lot, axis=1)[:, : self.ratio]
        event, column = np.nonzero(np.isfinite(np.take_along_axis(lot, order, axis=1)))
        chosen = order[event, column]
        sign = rng.choice([-1, 1], size=(len(free), self.ratio))[event, column]
        if self.side == "either":
            sign = np.where(chosen < free.shape[2], -1, 1)
        elif self.side != "both":
            sign = -1 if self.side == "before" else 1
        return event, sign * (self.min_days + chosen % free.shape[2])


def _interval(name, days):
    """(start, end) in ns."""
    try:
        start, end = (float(day) for day in days)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}={days!r} must be two numbers of days, start and end") from error
    if not -36500 <= start <= end <= 36500:
        raise ValueError(f"{name}={days!r} must be a start and an end in days, in that order")
    return int(days_to_ns(start)), int(days_to_ns(end))


def _report(magnitude, event, untested):
    """How many events keep a control, by magnitude class."""
    half_units = np.floor(2.0 * magnitude + 1e-9).astype(int)
    edges = np.arange(half_units.min(), half_units.max() + 2) / 2.0
    with_control = np.bincount(event, minlength=len(magnitude)) > 0

    def count(half_units):
        return np.bincount(half_units - int(2 * edges[0]), minlength=len(edges) - 1)

    table = pd.DataFrame(
        {
            "events": count(half_units),
            "events_with_control": count(half_units[with_control]),
            "controls": count(half_units[event]),
            "untested": count(half_units[event[untested]]),
        },
        index=pd.IntervalIndex.from_breaks(edges, closed="left", name="magnitude"),
    )
    table = table[table["events"] > 0]
    table.insert(2, "share", table["events_with_control"] / table["events"])
    return table
