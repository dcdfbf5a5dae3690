"""Several instruments of one satellite on one time base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from skquake._core._typing import Array, Duration, Frame
from skquake._core._validation import check_columns
from skquake.sources._base import duration_ns
from skquake.sources._resample import interpolate
from skquake.sources._track_io import COORDINATES, arrays_from_frame, choose_channels, units_of

_GAP_CADENCES = 2.5
# Flag column: the channels that it speaks of.
_FLAGGED = {
    "Flags_B": ("B_N", "B_E", "B_C"),
    "Flags_F": ("F",),
    "Flags_Ne": ("Ne",),
    "Flags_Te": ("Te",),
    "Flags_LP": ("Ne", "Te"),
}
DROPPED_FLAGS = {"Flags_B": (255,), "Flags_F": (255,), "Flags_LP": (9,)}
"""Flag values for which :func:`join_tracks` drops observations by default: of Swarm, a field that was not
measured, and densities and temperatures repeated while the probe sweeps."""


def join_tracks(
    base: Frame,
    *others: Frame,
    max_gap: Duration | None = None,
    drop: Mapping[str, Sequence[int]] | None = None,
) -> pd.DataFrame:
    """Put the observations of one satellite's instruments on the times of the first.

    Channels of the others are interpolated linearly between their own finite values, at most ``max_gap``
    apart; nothing is extrapolated, and where there is none near enough the channel is NaN. A magnetometer
    once a second as ``base``, say, and a Langmuir probe twice a second after it.

    Parameters
    ----------
    base : DataFrame
        ``time``, ``latitude``, ``longitude``, perhaps ``altitude_km``, channels and flags, as the readers of
        :mod:`skquake.io` give them. Its rows are the rows of the result.
    *others : DataFrame
        Likewise; their places are not used.
    max_gap : number of seconds or timedelta, default=None
        Longest time between two values to interpolate; by default 2.5 times the median step of each.
    drop : dict of {str: sequence of int}, default=None
        Flag column -> values for which its channels become NaN before anything is joined: ``Flags_B`` speaks
        of ``B_N, B_E, B_C``; ``Flags_F`` of ``F``; ``Flags_Ne`` and ``Flags_Te`` of ``Ne`` and ``Te``;
        ``Flags_LP`` of both. By default 255, "not measured", of ``Flags_B`` and ``Flags_F``, and 9, "repeated
        during a sweep", of ``Flags_LP``, which the Swarm handbook says to discard. Other flags of the
        Langmuir probe grade the measurement: nothing is dropped for them unless it is asked for.

    Returns
    -------
    DataFrame
        Ascending and unique in ``time``: coordinates of ``base``, then the channels of all frames. Units of
        all are in ``attrs["units"]``, and ``attrs["n_dropped"]`` counts the values dropped by each flag.

    Raises
    ------
    ValueError
        For a channel that two frames have, units that differ, an unknown flag, or different observations of
        one time.

    See Also
    --------
    skquake.sources.transform_track : The same of tracks on disk, part by part.

    References
    ----------
    Swarm Product Data Handbook, SW_EFIx_LP_1B, https://swarmhandbook.earth.esa.int (flags of the probe).

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.sources import join_tracks
    >>> field = pd.DataFrame({"time": pd.date_range("2015-01-01", periods=3, freq="s"),
    ...     "latitude": [0.0, 0.06, 0.13], "longitude": 100.0, "B_C": [1.0, 2.0, 3.0],
    ...     "Flags_B": [0, 255, 0]})
    >>> probe = pd.DataFrame({"time": pd.date_range("2015-01-01 00:00:00.25", periods=4, freq="500ms"),
    ...     "latitude": 0.0, "longitude": 100.0, "Ne": [10.0, 20.0, 30.0, 40.0]})
    >>> join_tracks(field, probe)[["B_C", "Ne"]]
       B_C    Ne
    0  1.0   NaN
    1  NaN  25.0
    2  3.0   NaN
    """
    dropped: dict[str, int] = {}
    drop = DROPPED_FLAGS if drop is None else drop
    unknown = [name for name in drop if name not in _FLAGGED]
    if unknown:
        raise ValueError(f"drop: {unknown[0]!r} is no flag column; there are {', '.join(_FLAGGED)}")
    joined: dict[str, Array] | None = None
    units: dict[str, str] = {}
    for position, frame in enumerate((base, *others)):
        what = "join_tracks: base" if not position else f"join_tracks: frame {position + 1}"
        frame = check_columns(frame, COORDINATES[:3], what)
        channels = choose_channels(frame, None, what)
        time, latitude, longitude, altitude, _ = arrays_from_frame(frame, (), what)
        order, time = _in_time(time)
        if (np.diff(time) == 0).any():
            moment = pd.Timestamp(time[:-1][np.diff(time) == 0][0])
            raise ValueError(f"{what}: two rows at {moment}; drop one of them")
        values = {channel: frame[channel].to_numpy(dtype="float64")[order] for channel in channels}
        _drop(values, frame, order, drop, dropped)
        units |= dict(units_of(frame, channels))
        if joined is None:
            joined = {
                "time": time.view("datetime64[ns]"),
                "latitude": latitude[order],
                "longitude": longitude[order],
            }
            if altitude is not None:
                joined["altitude_km"] = altitude[order].astype("float64")
            joined, grid = joined | values, time
            continue
        twice = sorted(set(values) & set(joined))
        if twice:
            raise ValueError(f"{what}: channel {twice[0]!r} stands in an earlier frame too; leave one out")
        step = np.median(np.diff(time)) if len(time) > 1 else 0
        gap = round(_GAP_CADENCES * step) if max_gap is None else duration_ns(max_gap, "max_gap")
        for channel, theirs in values.items():
            joined[channel] = interpolate(grid, time, theirs, gap)
    result = pd.DataFrame(joined)
    result.attrs = {"units": units, "n_dropped": dropped}
    return result


def _in_time(time):
    """Order of the rows in time, and their times in it."""
    order = np.argsort(time, kind="stable")
    return order, time[order]


def _drop(values, frame, order, drop, dropped):
    """NaN where a flag says so; counts the values that were finite before."""
    for flag, marks in drop.items():
        if flag not in frame:
            continue
        marked = np.isin(frame[flag].to_numpy()[order], list(marks))
        for channel in _FLAGGED[flag]:
            if channel in values:
                dropped[flag] = dropped.get(flag, 0) + int((marked & np.isfinite(values[channel])).sum())
                values[channel] = np.where(marked, np.nan, values[channel])
