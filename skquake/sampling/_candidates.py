"""Every window that an event or control could have, out of all sources, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._engine import Engine
from skquake._core._progress import progress
from skquake._core._time import NS_PER_DAY, as_ns, local_solar_time
from skquake._core._typing import Array
from skquake.sampling._pairless import OUTSIDE
from skquake.sampling._places import PlaceCandidates
from skquake.sampling._settings import at_hours
from skquake.sampling._tracks import TrackCandidates
from skquake.sources._lazy_array import is_on_disk

PART_ROWS = 1 << 21  # of a track on disk that are looked at together: three weeks at 1 Hz


def find_candidates(
    members: Mapping[str, Any],
    places: pd.DataFrame,
    quakes: pd.DataFrame,
    hours: Any,
    cut: dict[str, Any],
    n_jobs: int | None,
    verbose: int = 0,
) -> tuple[pd.DataFrame, Array]:
    """Every pair of a window and a place, and why a place has none.

    Whole passes of a track on disk are looked at together, ``n_jobs`` parts at a time; windows of different
    parts share nothing, so that the pairs are those of the whole track.

    Parameters
    ----------
    members : dict of {str: Source}
    places, quakes : DataFrame
        Events and controls; and earthquakes that controls must not touch. Both with radius and days.
    hours : (float, float) or None
        Local hours of samples.
    cut : dict
        ``length``, ``step``, ``inside``, ``context`` and ``whole`` of the finders of candidates.
    n_jobs, verbose : int
        As of ``make_samples``.

    Returns
    -------
    table : DataFrame
        A row a pair, with what decides on it: ``at_hours``, ``touched``, ``distance_km``, ...
    reasons : ndarray of object, shape (n_places,)
        "" for places that have a window in any source; else the reason of the source that came closest.
    """
    found: dict[tuple[str, int], Any] = {}
    far: list[tuple[str, Any]] = []
    for name, member in members.items():
        if member.kind == "track" and is_on_disk(member.time):
            far += [(name, passes) for passes in _parts(member)]
        else:
            found[name, 0] = _look({name: member}, places, quakes, hours, cut, name)
    if far:
        look = partial(_look, {name: members[name] for name, _ in far}, places, quakes, hours, cut)
        with Engine(look, n_jobs) as engine, closing(engine.run(far)) as results:
            shown = progress(results, desc="parts", verbose=verbose, total=len(far), unit="part")
            for number, result in shown:
                found[far[number][0], number] = result
    tables, offset = [], 0
    level = np.zeros(len(places), dtype=np.int64)
    for table, reached in found.values():
        table["window"] += offset
        offset = table["window"].max() + 1 if len(table) else offset
        tables.append(table)
        level = np.maximum(level, reached)
    return pd.concat(tables, ignore_index=True), _REASONS[level]


_REASONS = np.array(
    [OUTSIDE, "no observation in region and days", "windows incomplete", ""],
    dtype=object,
)


def _parts(track):
    """Slices of the passes of a track, of some rows each."""
    bounds = track._content.bounds
    edges = np.searchsorted(bounds, np.arange(0, bounds[-1], PART_ROWS))
    edges = np.unique(np.append(edges, len(bounds) - 1))
    return [slice(int(low), int(high)) for low, high in pairwise(edges)]


def _look(members, places, quakes, hours, cut, name, passes=None):
    """The pairs of one part of a source, and how close each place came (a position among ``_REASONS``)."""
    member = members[name]
    if member.kind == "track":
        finder: Any = TrackCandidates(member, places, **cut, passes=passes or slice(None))
    else:
        finder = PlaceCandidates(member, places, **cut)
    table = finder.frame(slice(None))
    table.insert(0, "source", name)
    table["place"], table["distance_km"] = finder.place, finder.distance_km
    table["local_time"] = local_solar_time(table["time"], table["longitude"])
    table["at_hours"] = at_hours(table["local_time"], hours)
    table["lead_days"] = (as_ns(places["time"])[finder.place] - as_ns(table["time"])) / NS_PER_DAY
    of_control = table["at_hours"] & (places["label"].to_numpy()[finder.place] == 0)
    window = np.unique(finder.window[of_control])
    table["touched"] = of_control & np.isin(finder.window, window[finder.touched(window, quakes)])
    table["window"] = finder.window
    level = np.where(finder.outside(), 0, 1)
    level[finder.cut_short()] = 2
    level[finder.place] = 3
    return table, level
