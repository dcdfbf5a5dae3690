"""Regular series and maps brought to another cadence."""

from __future__ import annotations

from numbers import Real
from typing import TypeAlias

import numpy as np
import pandas as pd

from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._time import as_ns
from skquake._core._typing import FloatArray, IntArray, Record
from skquake.preprocessing._containers import is_data_array, regular_ns, times_of, with_times

Found: TypeAlias = tuple[IntArray, FloatArray]
COARSER, FINER = ("mean", "sample"), ("hold", "interpolate")


@validate_params(
    {
        "how": [StrOptions({*COARSER, *FINER})],
        "min_share": [Interval(Real, 0, 1, closed="right")],
    },
    prefer_skip_nested_validation=True,
)
def change_cadence(
    X: Record, cadence: str | np.timedelta64 | pd.Timedelta, how: str, *, min_share: float = 0.5
) -> Record:
    """Bring regular series or maps to another cadence: 15 minutes to 1 hour, 2 hours to 1 hour.

    Parameters
    ----------
    X : DataFrame, Series or DataArray
        Regular in time, gaps NaN; the time is the index (or the column ``time``) or the first dimension.
    cadence : timedelta or str
        A whole multiple or a whole part of that of ``X``. The new times are whole multiples of it since 1970.
    how : {"mean", "sample", "hold", "interpolate"}
        To a coarser cadence: "mean" of the values in (t - cadence, t], "sample" the value at t. To a finer
        one: "hold" the last value, "interpolate" between the values around t, which looks ahead by up to
        one old step. All but the last use nothing after t.
    min_share : float, default=0.5
        Of the values that a mean could have; with fewer it is NaN.

    Returns
    -------
    as X

    Raises
    ------
    ValueError
        For irregular or repeated times, a cadence that neither divides nor is divided by that of ``X``,
        times that are off its multiples, or a way that does not fit the direction.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.preprocessing import change_cadence
    >>> index = pd.date_range("2016-12-08", periods=9, freq="15min")
    >>> tec = pd.DataFrame({"XJSH": range(9)}, index=index)
    >>> change_cadence(tec, "1h", "mean")["XJSH"].tolist()
    [nan, 2.5, 6.5]
    >>> change_cadence(tec, "5min", "interpolate")["XJSH"].head(4).round(2).tolist()
    [0.0, 0.33, 0.67, 1.0]
    """
    X = with_times(X)
    times = times_of(X)
    if times is None or len(times) < 2:
        raise ValueError(
            "X: needs at least two times: a DatetimeIndex, a column 'time', or a coordinate of the first "
            "dimension"
        )
    old_ns = regular_ns(times)
    old, new = int(old_ns[1] - old_ns[0]), int(pd.Timedelta(cadence).value)
    if new <= 0 or (max(old, new) % min(old, new)):
        raise ValueError(
            f"cadence={cadence!r} is no whole multiple or part of that of X, {pd.Timedelta(old, 'ns')}"
        )
    ways = FINER if new < old else COARSER
    if new != old and how not in ways:
        direction = "finer" if new < old else "coarser"
        raise ValueError(f"how={how!r}: to a {direction} cadence it must be {ways[0]!r} or {ways[1]!r}")
    off = old_ns[0] % min(old, new)
    if off:
        raise ValueError(
            f"X: its times lie {pd.Timedelta(int(off), 'ns')} after whole multiples of "
            f"{pd.Timedelta(min(old, new), 'ns')}; shift or resample them first"
        )
    if new == old:
        return X.copy()
    values = np.asarray(X, dtype=float).reshape(len(old_ns), -1)
    change = {"mean": _mean, "sample": _sample, "hold": _hold, "interpolate": _between}[how]
    new_ns, found = change(values, old_ns, old, new, min_share)
    return _pack(X, new_ns, found)


def _mean(values: FloatArray, old_ns: IntArray, old: int, new: int, min_share: float) -> Found:
    ratio = new // old
    first, last = -(-old_ns[0] // new), -(-old_ns[-1] // new)
    front = int((old_ns[0] - (first - 1) * new) // old) - 1
    back = int((last * new - old_ns[-1]) // old)
    padded = np.pad(values, ((front, back), (0, 0)), constant_values=np.nan)
    groups = padded.reshape(-1, ratio, values.shape[1])
    known = ~np.isnan(groups)
    count = known.sum(axis=1)
    total = np.where(known, groups, 0.0).sum(axis=1)
    enough = (count >= min_share * ratio) & (count > 0)
    return new * np.arange(first, last + 1), np.where(enough, total / np.maximum(count, 1), np.nan)


def _sample(values: FloatArray, old_ns: IntArray, old: int, new: int, min_share: float) -> Found:
    rows = np.flatnonzero(old_ns % new == 0)
    if not len(rows):
        raise ValueError(f"X: holds no time that is a whole multiple of {pd.Timedelta(new, 'ns')}")
    return old_ns[rows], values[rows]


def _fine(old_ns: IntArray, old: int, new: int) -> tuple[IntArray, IntArray, FloatArray]:
    """New times, the old row at or before each, and the way to the next."""
    new_ns = np.arange(old_ns[0], old_ns[-1] + 1, new)
    row, rest = np.divmod(new_ns - old_ns[0], old)
    return new_ns, row, rest[:, np.newaxis] / old


def _hold(values: FloatArray, old_ns: IntArray, old: int, new: int, min_share: float) -> Found:
    new_ns, row, _ = _fine(old_ns, old, new)
    return new_ns, values[row]


def _between(values: FloatArray, old_ns: IntArray, old: int, new: int, min_share: float) -> Found:
    new_ns, row, way = _fine(old_ns, old, new)
    after = values[np.minimum(row + 1, len(values) - 1)]
    return new_ns, np.where(way == 0.0, values[row], values[row] + way * (after - values[row]))


def _pack(X: Record, new_ns: IntArray, values: FloatArray) -> Record:
    """Values at new times in the container of X."""
    index = pd.DatetimeIndex(as_ns(new_ns.view("datetime64[ns]")).view("datetime64[ns]"))
    if is_data_array(X):
        time, *others = X.dims
        coordinates = {name: X.coords[name] for name in X.coords if time not in X.coords[name].dims}
        shaped = values.reshape(len(new_ns), *X.shape[1:]).astype(X.dtype if X.dtype.kind == "f" else float)
        return type(X)(
            shaped, {**coordinates, time: index}, (time, *others), name=X.name, attrs=dict(X.attrs)
        )
    index.name = X.index.name
    if isinstance(X, pd.Series):
        return pd.Series(values[:, 0], index, name=X.name)
    frame = pd.DataFrame(values, index, X.columns)
    frame.attrs = dict(X.attrs)
    return frame
