"""Controls that share with each earthquake what is no precursor: place, or local time, or dip latitude."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from skquake._core._orbits import ORBITS
from skquake._core._sklearn import Interval, StrOptions, check_parameters
from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns
from skquake._core._typing import Frame, RandomState
from skquake._core._validation import check_catalog
from skquake.catalogs._avoid import to_avoid
from skquake.catalogs._equal_dip import equal_dip_places, free_places
from skquake.catalogs._free_days import free_days
from skquake.catalogs._holes import hole_touched, holes_of
from skquake.catalogs._order import time_order
from skquake.catalogs._regions import region_radius_km
from skquake.catalogs._within import kept_by_both, record_needed, sides_within, spans_of

_MOST_DAYS = 3650


class MatchedControls(BaseEstimator):
    """Controls of the magnitude of each earthquake that share its place, local time or dip latitude.

    With ``match="place"`` and ``"local-time"`` a control lies at the place of its earthquake, a whole
    number of days before or after it (so local and universal time of day stay the same), drawn
    uniformly among the offsets that are free. An offset is free if no earthquake ``e`` of ``avoid``
    has both

    * the place within its own region (radius ``region_radius_km(region, magnitude of e)``), and
    * its disturbed days, ``[t_e + avoid_days[0], t_e + avoid_days[1]]``, in common with the control's
      days of observation, ``[t + days[0], t + days[1]]``, for longer than an instant.

    The control's own earthquake is always avoided; with the default days, 20 days after it is the
    first offset that is free of it. Nor is an offset free whose days touch a hole of ``avoid``, where
    nothing is known of earthquakes.

    With ``match="dip-latitude"`` a control lies in the same night at another longitude, drawn among
    those that are free in the same sense (see Notes).

    Parameters
    ----------
    ratio : int, default=1
        Controls per earthquake, each at another offset or longitude. With fewer free ones there are
        fewer; an earthquake without any has none.
    min_days : int, default=20
        Smallest offset, in days.
    max_days : int or None, default=None
        Largest offset, in days. None: 60; where the satellite's local time drifts, the end of its
        first return from ``min_days`` on (139 for Swarm).
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
    match : {"place", "local-time", "dip-latitude"}, default="place"
        What a control shares with its earthquake. ``"place"``: offsets of any whole day, for
        stations and maps. ``"local-time"``: those that also keep the hours at which the satellite
        passes. ``"dip-latitude"``: another longitude; ``min_days``, ``max_days`` and ``side`` are
        without use.
    satellite : {"swarm", "cses", "demeter"} or None, default=None
        Whose local time is kept: needed by ``match="local-time"`` alone.
    tolerance_hours : float, default=0.5
        How far, in hours, the local time of a pass over the equator may lie from that of the nearest
        pass, of either direction, that many days away.
    tolerance_degrees : float or None, default=2.0
        Where the local time stays the same whatever the day: how far the ground track may lie from
        the nearest one that many days away, in degrees of longitude. None: any day.
    holes : "find", None or DataFrame, default="find"
        Spans in which ``avoid`` lists nothing although there were earthquakes. ``"find"``: those that
        :func:`check_catalog` finds (those of each catalog by itself, under
        :func:`~skquake.inspection.catalog_null_test`). A frame with ``start`` and ``end``: these. None: a
        day is quiet where nothing is listed.
    within : None, (start, end), or list of these, default=None
        The days of a record, such as ``track.span``: a control is drawn only where all its days of
        observation lie in it (see Notes). None: wherever days are free, and samples of controls beyond the
        record are lost with their earthquakes. Without use by ``match="dip-latitude"``.

    Attributes
    ----------
    report_ : DataFrame
        By magnitude class (half units, closed on the left), after `sample`: ``events``,
        ``events_with_control``, ``share``, ``controls``, ``untested``, the controls whose days
        reach beyond the times of ``avoid``, where the absence of earthquakes is not known, and
        ``lost_to_holes``, the earthquakes that would have a control but for the holes.
    holes_ : DataFrame
        The holes after `sample`: ``start``, ``end``, and ``refused``, how many offsets (or longitudes),
        free of earthquakes, touch it; of all earthquakes.

    Notes
    -----
    Why symmetric: the days after an earthquake are full of its aftershocks, so that the free days of
    one side alone lie mostly *before* it. A calendar would then tell controls from earthquakes. With
    ``side="both"`` the sign of the offset is a fair coin that no catalog can load: given the two
    times of a pair, which one is the earthquake's is even odds. Controls of the largest earthquakes
    are rare whatever the side, since their own regions and those around them are seldom free:
    ``report_`` says how rare.

    Near the ends of a record there are days on one side alone, and fewer of them. A control drawn
    among these would be nearer to the middle of the record than its earthquake, and the date would tell
    them apart. With ``within`` a draw therefore stays only as often as the way back would be drawn
    [6]_, as far as the record decides, and one that does not stay leaves its earthquake without this
    control. No earthquake loses more by it than without ``within``; records hardly longer than the offsets
    gain most.

    What to choose for samples of a satellite's track:

    * Swarm: ``match="local-time"``. The orbit turns through 12 h of local time in 134 days [2]_, so
      that 20 to 60 days later it passes 2 to 5 h earlier. After 129 to 139 days its passes are back
      within half an hour, the ascending ones at the hours of the descending ones. Another season
      and another direction, then: the coin evens both out over the sample, not within a pair, and
      the season only as far as the earthquakes spread evenly over the year (standardised
      differences of up to 0.25 in two simulated years, 0.11 in six). With four years of
      observations or more take the third return, ``min_days=390, max_days=410``, in nearly the
      same season (0.07 and less in six simulated years).
    * Swarm, all in the same night: ``match="dip-latitude"``. Season, storms, flux and direction are
      kept pair by pair, geographic latitude, longitude and universal time are not: earthquakes keep
      to their belts, so that the place alone tells controls from them as it does
      :class:`RandomControls` (``location_probe`` scores 0.7 in simulations without any effect, where
      it scores 0 with local time). No evidence by itself; use it beside the other.
    * CSES: ``match="local-time"`` takes multiples of the 5 days after which its ground track
      repeats [3]_.
    * DEMETER: Sun-synchronous [4]_, so that any whole day keeps its local time; of these
      ``match="local-time"`` takes those on which the ground track comes back within
      ``tolerance_degrees``. They follow from a circular orbit at 660 km, the nominal height of its
      later years, and hold for simulated tracks; the true one wanders from it within weeks. There
      ``tolerance_degrees=None`` leaves more offsets to choose from.

    Local time is meant at the equator; towards the poles ascending and descending passes differ
    more (Swarm: 0.2 h at 30, 0.6 h at 60 degrees).

    A control of equal dip latitude lies a multiple of 10 degrees east or west, where the main field
    (IGRF, 300 km up, middle of the year) has the dip latitude of the epicentre, and an hour earlier for
    every 15 degrees to the east, when the satellite comes by at the same local time. The region around
    it must not overlap that of its own earthquake.

    References
    ----------
    .. [1] Dobrovolsky, I. P., Zubkov, S. I. and Miachkin, V. I. (1979). Estimation of the size of
       earthquake preparation zones. Pure and Applied Geophysics 117, 1025-1044.
    .. [2] Friis-Christensen, E., Luehr, H., Knudsen, D. and Haagmans, R. (2008). Swarm: an Earth
       observation mission investigating geospace. Advances in Space Research 41, 210-216.
    .. [3] Shen, X., Zhang, X., Yuan, S. et al. (2018). The state-of-the-art of the China
       Seismo-Electromagnetic Satellite mission. Science China Technological Sciences 61, 634-642.
    .. [4] Parrot, M. (2002). The micro-satellite DEMETER. Journal of Geodynamics 33, 535-541.
    .. [5] Alken, P., Thebault, E., Beggan, C. D. et al. (2021). International Geomagnetic Reference
       Field: the thirteenth generation. Earth, Planets and Space 73, 49.
    .. [6] Hastings, W. K. (1970). Monte Carlo sampling methods using Markov chains and their
       applications. Biometrika 57, 97-109.

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

    Offsets that keep Swarm's local time:

    >>> swarm = MatchedControls(match="local-time", satellite="swarm", random_state=0)
    >>> offset = swarm.sample(catalog)["time"] - catalog["time"].to_numpy()
    >>> bool(offset.dt.days.abs().between(129, 139).all())
    True

    All fifteen days before each control within a record:

    >>> near = MatchedControls(ratio=50, within=("2010-02-01", "2010-05-01"), random_state=0)
    >>> bool(near.sample(catalog[:1])["time"].between("2010-02-16", "2010-05-01").all())
    True
    """

    _parameter_constraints: dict = {
        "ratio": [Interval(Integral, 1, None, closed="left")],
        "min_days": [Interval(Integral, 1, None, closed="left")],
        "max_days": [Interval(Integral, 1, _MOST_DAYS, closed="both"), None],
        "side": [StrOptions({"both", "before", "after", "either"})],
        "random_state": ["random_state"],
        "days": [tuple, list],
        "region": [str, Real],
        "avoid_days": [tuple, list],
        "match": [StrOptions({"place", "local-time", "dip-latitude"})],
        "satellite": [StrOptions(set(ORBITS)), None],
        "tolerance_hours": [Interval(Real, 0, 6, closed="both")],
        "tolerance_degrees": [Interval(Real, 0, None, closed="left"), None],
    }  # avoid, holes and within say themselves what they may be

    def __init__(
        self,
        ratio: int = 1,
        min_days: int = 20,
        max_days: int | None = None,
        side: str = "both",
        avoid: Frame | None = None,
        random_state: RandomState = None,
        days: Sequence[float] = (-15, 0),
        region: str | float = "dobrovolsky",
        avoid_days: Sequence[float] = (-15, 5),
        match: str = "place",
        satellite: str | None = None,
        tolerance_hours: float = 0.5,
        tolerance_degrees: float | None = 2.0,
        holes: str | Frame | None = "find",
        within: Any = None,
    ) -> None:
        self.ratio = ratio
        self.min_days = min_days
        self.max_days = max_days
        self.side = side
        self.avoid = avoid
        self.random_state = random_state
        self.days = days
        self.region = region
        self.avoid_days = avoid_days
        self.match = match
        self.satellite = satellite
        self.tolerance_hours = tolerance_hours
        self.tolerance_degrees = tolerance_degrees
        self.holes = holes
        self.within = within

    def sample(self, catalog: Frame) -> pd.DataFrame:
        """Draw the controls of a catalog.

        Parameters
        ----------
        catalog : DataFrame
            One earthquake a row (``time``, ``latitude``, ``longitude``, ``magnitude``), index = event
            id, in any order.

        Returns
        -------
        DataFrame
            The columns of the catalog, those of the control's earthquake but for ``time`` (and, of
            equal dip latitude, ``latitude`` and ``longitude``), with ``label`` 0 and ``pair_id``, the
            earthquake's id; index ``{event}-c1``, ``{event}-c2``, ...; sorted by the time of the
            earthquake. May have no rows.

        Warns
        -----
        UserWarning
            Where no earthquake has a control; it counts what each rule dropped.

        Raises
        ------
        ValueError
            For an empty catalog, missing or impossible values, days in the wrong order, local time
            without a satellite or without an offset that keeps it, holes that are none, ``within`` that is
            no span, or ids of the catalog that look like those of controls.
        """
        check_parameters(self)
        spans = spans_of(self.within)
        offsets = None if self.match == "dip-latitude" else self._offsets()
        days, avoid_days = _interval("days", self.days), _interval("avoid_days", self.avoid_days)
        events = check_catalog(catalog, allow_empty=False)
        events = events.iloc[time_order(events)]
        avoid = to_avoid(self, events)
        # Control minus earthquake, in ns, where their days overlap; intervals that only touch do not.
        window = avoid_days[0] - days[1] + 1, avoid_days[1] - days[0] - 1
        reach_km = region_radius_km(self.region, avoid["magnitude"].to_numpy())
        holes = holes_of(self.holes, avoid)
        rng = check_random_state(self.random_state)
        if offsets is None:
            event, moved, lost = self._elsewhere(events, avoid, reach_km, window, holes, rng)
        else:
            record = None if spans is None else (days, spans)
            event, moved, lost = self._another_day(
                events, avoid, reach_km, window, holes, offsets, record, rng
            )
        controls = events.iloc[event]
        ids = controls.index
        rank = np.arange(len(event)) - np.searchsorted(event, event) + 1
        controls.index = pd.Index([f"{id_}-c{k}" for id_, k in zip(ids, rank, strict=True)], dtype=object)
        controls = controls.assign(**moved, label=0, pair_id=ids.to_numpy())
        taken = controls.index[controls.index.isin(events.index) | controls.index.duplicated()]
        if len(taken):
            raise ValueError(
                f"catalog: the control {taken[0]!r} has the name of another row; rename the event"
            )
        time, known = as_ns(controls["time"].to_numpy()), as_ns(avoid["time"].to_numpy())
        untested = np.ones(len(time), dtype=bool)
        if len(known):
            untested = (time - window[1] < known[0]) | (time - window[0] > known[-1])
        self.report_ = _report(events["magnitude"].to_numpy(), event, untested, lost)
        return controls

    def _offsets(self):
        """Offsets in days that keep what is to be matched, ascending."""
        orbit = None
        if self.match == "local-time":
            if self.satellite is None:
                names = ", ".join(map(repr, ORBITS))
                raise ValueError(f'match="local-time" needs satellite: one of {names}')
            orbit = ORBITS[self.satellite]
        drift = abs(orbit.node_drift) if orbit else 0.0
        max_days = self.max_days
        if max_days is None:
            # The end of the first return of local time whose own end is min_days or more.
            turns = max(1, np.ceil((self.min_days * drift - self.tolerance_hours) / 12.0))
            max_days = int((12.0 * turns + self.tolerance_hours) / drift) if drift else 60
        if self.min_days > max_days:
            raise ValueError(f"min_days={self.min_days} exceeds max_days={max_days}")
        offsets = np.arange(self.min_days, _MOST_DAYS + 1)
        if orbit:
            kept = orbit.local_time_change(offsets) <= self.tolerance_hours
            if not drift and self.tolerance_degrees is not None:
                kept &= orbit.track_change(offsets) <= self.tolerance_degrees
            offsets = offsets[kept]
        inside = offsets[offsets <= max_days]
        if not len(inside):
            cure = f"the first later one is {offsets[0]}" if len(offsets) else "widen the tolerance"
            raise ValueError(
                f"no offset of min_days={self.min_days} to max_days={max_days} keeps the local time and "
                f"track of {self.satellite} within tolerance_hours={self.tolerance_hours} and "
                f"tolerance_degrees={self.tolerance_degrees}; {cure}"
            )
        return inside

    def _another_day(self, events, avoid, reach_km, window, holes, offsets, record, rng):
        """Events of the controls drawn (positions, ascending), their ``time``, events lost to holes."""
        free = free_days(events, avoid, reach_km, window, offsets)
        event_time = as_ns(events["time"].to_numpy())
        inside = np.ones_like(free) if record is None else sides_within(event_time, offsets, *record)
        moves = np.stack([-offsets, offsets]) * NS_PER_DAY
        in_hole = hole_touched(event_time[:, np.newaxis, np.newaxis] + moves, holes, window[1], -window[0])
        if self.side == "both":
            # One side of unknown days leaves neither.
            candidates, in_hole, seen = free.all(axis=1), in_hole.max(axis=1), inside.any(axis=1)
        elif self.side == "either":
            n = len(free)
            candidates, in_hole, seen = free.reshape(n, -1), in_hole.reshape(n, -1), inside.reshape(n, -1)
        else:
            side = 0 if self.side == "before" else 1
            candidates, in_hole, seen = free[:, side], in_hole[:, side], inside[:, side]
        unseen = int((candidates & ~seen).sum())
        candidates, lost = self._outside_holes(candidates & seen, in_hole, holes)
        if not candidates.any():
            blocked = (
                f"{free.size - free.sum()} of {free.size} days at {offsets[0]} to {offsets[-1]} days lie in "
                "the region and avoid_days of an earthquake of avoid"
            )
            if unseen:
                why = f"{blocked}, {unseen} free ones outside within ({record_needed(offsets, *record)}); "
                why += "take a longer record, offsets that it holds"
            else:
                why = f"{blocked}, and side={self.side!r} drops the {free.sum()} others; widen min_days ... "
                why += "max_days, or take side='either'"
            self._warn_none(len(events), why)
        event, rank, chosen = _draw(candidates, self.ratio, rng)
        sign = rng.choice([-1, 1], size=(len(free), self.ratio))[event, rank]
        if self.side == "either":
            sign = np.where(chosen < len(offsets), -1, 1)
        elif self.side != "both":
            sign = np.full(len(event), -1 if self.side == "before" else 1)
        chosen = chosen % len(offsets)
        if record is not None:
            if self.side == "both":  # the only side that is seen, or the coin
                before, after = inside[event, 0, chosen], inside[event, 1, chosen]
                sign = np.where(before & after, sign, np.where(before, -1, 1))
            if self.side in ("both", "either"):
                signed = self.side == "either"
                stays = kept_by_both(event_time[event], sign, chosen, offsets, *record, signed=signed)
                stays = rng.random_sample(len(event)) < stays
                event, sign, chosen = event[stays], sign[stays], chosen[stays]
        time = event_time[event] + sign * offsets[chosen] * NS_PER_DAY
        return event, {"time": time.astype("datetime64[ns]")}, lost

    def _elsewhere(self, events, avoid, reach_km, window, holes, rng):
        """Events of the controls drawn (positions, ascending), their time and place, events lost to holes."""
        own_reach_km = region_radius_km(self.region, events["magnitude"].to_numpy())
        time, latitude, longitude = places = equal_dip_places(events)
        free = free_places(events, avoid, reach_km, own_reach_km, window, *places)
        in_hole = hole_touched(time, holes, window[1], -window[0])
        free, lost = self._outside_holes(free, in_hole, holes)
        if not free.any():
            nowhere = int(np.isnan(latitude).sum())
            self._warn_none(
                len(events),
                f"of {free.size} meridians {nowhere} have no place of the dip latitude, the others lie "
                "in the region and avoid_days of an earthquake of avoid, or too near their own; avoid fewer",
            )
        event, _, chosen = _draw(free, self.ratio, rng)
        at = event, chosen
        return (
            event,
            {
                "time": time[at].astype("datetime64[ns]"),
                "latitude": latitude[at],
                "longitude": longitude[at],
            },
            lost,
        )

    def _outside_holes(self, candidates, in_hole, holes):
        """Candidates of each event outside holes, and which events lose all by them; notes how many."""
        refused = np.bincount(in_hole[candidates] + 1, minlength=len(holes) + 1)[1:]
        self.holes_ = holes.assign(refused=refused)
        left = candidates & (in_hole < 0)
        return left, candidates.any(axis=1) & ~left.any(axis=1)

    def _warn_none(self, n_events, why):
        refused = int(self.holes_["refused"].sum())
        holes = f"; {refused} free ones lie in {len(self.holes_)} holes of it (holes_)" if refused else ""
        warnings.warn(
            f"no control is left for any of {n_events} earthquakes: {why}, or a smaller region than "
            f"{self.region!r}{holes}",
            stacklevel=4,
        )


def _draw(candidates, ratio, rng):
    """Up to ``ratio`` of the columns that are True in each row: row, rank in the row, column."""
    lot = np.where(candidates, rng.random_sample(candidates.shape), np.inf)
    order = np.argsort(lot, axis=1)[:, :ratio]
    row, rank = np.nonzero(np.isfinite(np.take_along_axis(lot, order, axis=1)))
    return row, rank, order[row, rank]


def _interval(name, days):
    """(start, end) in ns."""
    try:
        start, end = (float(day) for day in days)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}={days!r} must be two numbers of days, start and end") from error
    if not -36500 <= start <= end <= 36500:
        raise ValueError(f"{name}={days!r} must be a start and an end in days, in that order")
    return int(days_to_ns(start)), int(days_to_ns(end))


def _report(magnitude, event, untested, lost):
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
            "lost_to_holes": count(half_units[lost]),
        },
        index=pd.IntervalIndex.from_breaks(edges, closed="left", name="magnitude"),
    )
    table = table[table["events"] > 0]
    table.insert(2, "share", table["events_with_control"] / table["events"])
    return table
