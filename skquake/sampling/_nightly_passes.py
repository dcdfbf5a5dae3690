"""The pass of each night nearest to an epicentre."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real

import numpy as np
import pandas as pd

from skquake._core._geodesy import great_circle_km
from skquake._core._sklearn import HasMethods, Interval, validate_params
from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns
from skquake._core._typing import Frame
from skquake._core._validation import check_catalog
from skquake.catalogs import region_radius_km
from skquake.sampling._settings import at_hours, check_local_time
from skquake.sources import TrackSource


@validate_params(
    {
        "track": [HasMethods(["local_time", "blocks"])],
        "days": [Interval(Integral, 1, None, closed="left")],
        "latitude_limit": [Interval(Real, 0, 90, closed="right")],
    },
    prefer_skip_nested_validation=True,
)
def nightly_passes(
    track: TrackSource,
    event: Frame,
    *,
    days: int = 16,
    region: str | float = "dobrovolsky",
    local_time: str | Sequence[float] | None = "night",
    latitude_limit: float = 50.0,
) -> list[pd.DataFrame]:
    """For each night before an earthquake, the pass that comes nearest to its epicentre.

    Parameters
    ----------
    track : TrackSource
    event : DataFrame of one row
        The earthquake, as a catalog.
    days : int, default=16
        Days before it to look at.
    region : str or float, default="dobrovolsky"
        A pass must come into the region (:func:`~skquake.catalogs.region_radius_km`).
    local_time : None, "night", "day" or (float, float)
        Local solar hours at which it must do so.
    latitude_limit : float, default=50.0
        Degrees; observations further from the equator are left out.

    Returns
    -------
    list of DataFrame
        One a night, in the order of time; nights without a pass are missing. A night lasts from local noon to
        local noon at the epicentre. Columns ``time``, ``latitude``, ``longitude``, ``local_time`` (hours),
        ``distance_km`` (to the epicentre) and the channels; ``attrs`` hold ``pass_id``,
        ``track_number`` (1 for the first pass that begins on its day, UT, among those of the track) and
        ``units``.

    Raises
    ------
    ValueError
        If ``event`` has not exactly one row.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.datasets import make_track
    >>> from skquake.sampling import nightly_passes
    >>> from skquake.sources import TrackSource
    >>> event = pd.DataFrame({"time": [pd.Timestamp("2016-03-02 12:49")], "latitude": -4.9, "longitude": 94.3,
    ...                       "magnitude": 7.8})
    >>> track = make_track("cses", "2016-02-25", "2016-03-03", side="night", random_state=0)
    >>> nights = nightly_passes(TrackSource(track.frame), event)
    >>> len(nights), bool(nights[0]["distance_km"].min() < 2261)
    (6, True)
    """
    events = check_catalog(event, "event")
    if len(events) != 1:
        raise ValueError(
            f"event: expected one earthquake, got {len(events)} rows; pick one (event.loc[[id]])"
        )
    place = events.iloc[0]
    end = as_ns(np.datetime64(place["time"]))
    first, stop = np.searchsorted(track.time, [end - days * NS_PER_DAY, end])
    rows = np.arange(first, stop)
    distance = great_circle_km(
        place["latitude"], place["longitude"], track.latitude[rows], track.longitude[rows]
    )
    near = distance <= region_radius_km(region, place["magnitude"])
    near &= at_hours(track.local_time(rows), check_local_time(local_time))
    noon = round((place["longitude"] / 15.0 - 12.0) * NS_PER_HOUR)
    found = pd.DataFrame(
        {
            "night": (track.time[rows[near]] + noon) // NS_PER_DAY,
            "km": distance[near],
            "pass_id": track.pass_id[rows[near]],
        }
    )
    nearest = found.sort_values("km", kind="stable").drop_duplicates("night").sort_values("night")
    return [_pass(track, number, place, latitude_limit) for number in nearest["pass_id"]]


def _number_of_day(track, number):
    """Which pass of its day (UT) this is, counted from 1 among the passes of the track."""
    begins = track.time[np.searchsorted(track.pass_id, np.arange(number + 1))]
    return int(np.count_nonzero(begins // NS_PER_DAY == begins[-1] // NS_PER_DAY))


def _pass(track, number, place, limit):
    rows = np.arange(*np.searchsorted(track.pass_id, [number, number + 1]))
    rows = rows[np.abs(track.latitude[rows]) <= limit]
    frame = pd.DataFrame(
        {
            "time": track.time[rows].view("datetime64[ns]"),
            "latitude": track.latitude[rows],
            "longitude": track.longitude[rows],
            "local_time": track.local_time(rows),
            "distance_km": great_circle_km(
                place["latitude"], place["longitude"], track.latitude[rows], track.longitude[rows]
            ),
        }
    )
    frame[list(track.channels)] = track.values[rows]
    frame.attrs = {
        "pass_id": int(number),
        "track_number": _number_of_day(track, number),
        "units": track.units,
    }
    return frame
