"""What forecasters are given: regular series, and indices as known at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._last_known import last_known
from skquake._core._time import NS_PER_HOUR, as_ns, to_utc
from skquake._core._typing import BoolArray, FloatArray, Record
from skquake.preprocessing._containers import with_times

# How long after its time stamp the value of an index is known: after the interval that begins there.
KNOWN_AFTER = {"kp": "3h", "ap": "3h", "dst": "1h", "f107": "24h"}


def check_series(series: Record, name: str = "series") -> tuple[pd.DataFrame, int]:
    """A frame of float64 with a regular UTC index, checked, and its cadence in ns.

    Raises
    ------
    TypeError
        For anything but a DataFrame or Series with times as index.
    ValueError
        For times that are repeated, unsorted or irregular, a station that occurs twice or has no value.
    """
    frame = series.to_frame() if isinstance(series, pd.Series) else with_times(series, name)
    if not isinstance(frame, pd.DataFrame) or not isinstance(frame.index, pd.DatetimeIndex):
        raise TypeError(
            f"{name}: expected a DataFrame, a column a station, with times as index (a DatetimeIndex); got "
            f"{type(series).__name__}; SeriesSource(...).to_frame() and frame.set_index('time') give one; a "
            "column 'time' of any library's frame does, too"
        )
    if not frame.shape[1] or len(frame) < 2:
        raise ValueError(f"{name}: a frame of shape {frame.shape}; expected two times and a station at least")
    if not frame.columns.is_unique:
        raise ValueError(f"{name}: station {frame.columns[frame.columns.duplicated()][0]!r} occurs twice")
    time = pd.DatetimeIndex(to_utc(frame.index, f"{name}: index"))
    steps = np.diff(as_ns(time))
    cadence = int(np.median(steps))
    wrong = np.flatnonzero((steps != cadence) | (steps <= 0))
    if len(wrong):
        row = int(wrong[0])
        what = "occurs twice" if steps[row] == 0 else f"follows {time[row].isoformat()}"
        raise ValueError(
            f"{name}: times are not regular: {time[row + 1].isoformat()} {what}, at a cadence of "
            f"{pd.Timedelta(cadence, 'ns')}; sort, drop duplicates and reindex, so that gaps become NaN"
        )
    try:
        frame = frame.set_axis(time, axis=0).astype("float64")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: not all values are numbers ({error})") from error
    frame = frame.where(np.isfinite(frame))
    empty = frame.columns[frame.isna().all()]
    if len(empty):
        raise ValueError(
            f"{name}: station {empty[0]!r} has no value from {time[0].isoformat()} to "
            f"{time[-1].isoformat()}; leave it out"
        )
    return frame, cadence


def check_gaps(frame: pd.DataFrame, cadence: int, max_gap_hours: float | None) -> None:
    """Raise for a station without a value for longer than a number of hours (None: never).

    What comes after the last value of any station is yet to be observed, and no gap.
    """
    if max_gap_hours is None:
        return
    there = frame.notna().to_numpy()
    there = there[: np.flatnonzero(there.any(axis=1))[-1] + 1]
    row = np.arange(len(there))[:, np.newaxis]
    length = row - np.maximum.accumulate(np.where(there, row, -1), axis=0)
    longer = length * (cadence / NS_PER_HOUR) > max_gap_hours
    if longer.any():
        column = int(np.argmax(longer.any(axis=0)))
        last = int(np.argmax(longer[:, column]))
        first = last - int(length[last, column]) + 1
        end = first + int(np.argmax(there[first:, column])) if there[first:, column].any() else len(there)
        hours = (end - first) * cadence / NS_PER_HOUR
        raise ValueError(
            f"series: station {frame.columns[column]!r} has no value for {hours:g} h from "
            f"{frame.index[first].isoformat()} on, longer than max_gap_hours={max_gap_hours:g}; fill it "
            "(KalmanImputer), leave that station out, cut the record there, or raise the limit"
        )


def known_after(exogenous: Iterable[str] | Mapping[str, Any] | None) -> dict[str, int]:
    """{column: ns after its time stamp at which a value is known} from the parameter ``exogenous``."""
    if exogenous is None:
        return {}
    if not isinstance(exogenous, Mapping):
        unknown = [name for name in exogenous if name not in KNOWN_AFTER]
        if unknown:
            raise ValueError(
                f"exogenous: {unknown[0]!r} is none of {', '.join(KNOWN_AFTER)}; say how long after its time "
                f"a value is known, as in exogenous={{{unknown[0]!r}: '1h'}}"
            )
        exogenous = {name: KNOWN_AFTER[name] for name in exogenous}
    delays = {name: pd.Timedelta(delay).value for name, delay in exogenous.items()}
    for name, delay in delays.items():
        if delay < 0:
            raise ValueError(f"exogenous: {name!r} cannot be known {exogenous[name]!r} before its time")
    return delays


def known_exogenous(
    frame: pd.DataFrame | None, delays: Mapping[str, int], times: pd.DatetimeIndex, needed: BoolArray
) -> FloatArray:
    """The values of indices as known at each time.

    Parameters
    ----------
    frame : DataFrame or None
        A column an index, indexed by time, at any cadence.
    delays : dict of {str: int}
        ns after its time stamp at which a value is known.
    times : DatetimeIndex of length n
    needed : ndarray of bool, shape (n,)
        Where a value must be there.

    Returns
    -------
    ndarray of float64, shape (n, len(delays))
        NaN before the first value is known.

    Raises
    ------
    ValueError
        For a column that is missing, or values that are missing where needed.
    """
    if not delays:
        if frame is not None:
            raise ValueError(
                "an exogenous frame was given, but the forecaster has exogenous=None; name its columns there"
            )
        return np.empty((len(times), 0))
    absent = list(delays) if frame is None else [name for name in delays if name not in frame.columns]
    if frame is None or absent:
        raise ValueError(
            f"exogenous: column {absent[0]!r} is missing from {times[0].isoformat()} on; fit and predict "
            f"both need a frame with {', '.join(map(repr, delays))}"
        )
    found = np.empty((len(times), len(delays)))
    for column, (name, delay) in enumerate(delays.items()):
        known = pd.Series(frame[name].to_numpy(dtype=float, na_value=np.nan), frame.index)
        known.index = pd.DatetimeIndex(to_utc(known.index, f"exogenous {name!r}")) + pd.Timedelta(delay, "ns")
        found[:, column] = last_known(known, times, f"exogenous {name!r}")
        missing = np.isnan(found[:, column]) & needed
        if len(known.dropna()):
            missing &= np.asarray(times >= known.dropna().index.min())
        if missing.any():
            when = times[int(missing.argmax())].isoformat()
            raise ValueError(
                f"exogenous: no value of {name!r} is known at {when} (a value "
                f"is known {pd.Timedelta(delay, 'ns')} after its time, and counts for a day); extend or fill "
                "that column"
            )
    return found
