"""Tables of any origin for sources: columns by a mapping, fill values that are declared, a time index."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, Frame
from skquake._core._validation import check_columns
from skquake.sources._base import holds_numbers

Fill = ArrayLike | Mapping[str, ArrayLike] | None

PLACE = ("time", "latitude", "longitude")
_USUAL = {
    "time": ("time", "datetime", "date_time", "timestamp", "utc_time", "utc", "epoch", "date"),
    "latitude": ("latitude", "lat", "geo_lat", "glat", "lat_deg"),
    "longitude": ("longitude", "lon", "long", "lng", "geo_lon", "glon", "lon_deg"),
}
# What programs write for "missing": nines, and the largest numbers of formats.
_CODES = np.unique(
    [
        *(sign * float("9" * n) for n in range(3, 9) for sign in (1, -1)),
        *(sign * value for value in (999.9, 9999.9, 99999.9, 999.99, 9999.99, 99999.99) for sign in (1, -1)),
        *(9.99999e9, 1e20, -1e20, 1e30, -1e30, 1e31, -1e31, 1e36, -1e36, 9.969209968386869e36),
    ]
)
_SPARSE = 20  # cells of a grid for each row of its table


def mapped(
    frame: Frame,
    columns: Mapping[str, Any] | None,
    needed: Sequence[str],
    optional: Sequence[str],
    fill: Fill,
    units: Mapping[str, str] | None,
    what: str,
) -> pd.DataFrame:
    """The frame with our names, missing values as NaN and units in ``attrs``.

    Parameters
    ----------
    frame : DataFrame
        A DatetimeIndex stands in for a column of times.
    columns : dict of {str: column} or None
        Our name -> the frame's. Names of ``needed`` and ``optional`` that it does not have stand for
        themselves; other names are channels, and then the only ones.
    needed, optional : sequence of str
        Names that are no channels.
    fill : number, sequence of numbers, dict of these by channel, or None
        What means "missing"; None takes every value as it is.
    units : dict of {str: str} or None
        By our names.
    what : str
        For errors.
    """
    columns = {} if columns is None else dict(columns)
    if not isinstance(fill, Mapping | None):
        fill = {"": fill}
    table = check_columns(frame, (), what)
    attrs = dict(table.attrs)
    if isinstance(table.index, pd.DatetimeIndex) and columns.get("time", "time") not in table.columns:
        if columns.get("time", table.index.name) not in (table.index.name, "time"):
            raise ValueError(f"{what}: no column {columns['time']!r}; the index holds times, leave time out")
        table = table.reset_index(names=columns.setdefault("time", "time"))
    ours = {name: columns.pop(name, name) for name in needed}
    ours |= {name: columns.pop(name, name) for name in optional if name in columns or name in table.columns}
    channels = columns or {
        name: name
        for name in table.columns
        if name not in ours.values() and name not in optional and not str(name).lower().startswith("flag")
    }
    _check_there(table, ours | channels, what)
    if not columns:
        channels = {name: name for name in channels if holds_numbers(table[name].dtype)}
    if not channels:
        raise ValueError(f"{what}: no channels; name them: columns={{'Ne': 'its column', ...}}")
    result = pd.DataFrame({name: table[theirs].array for name, theirs in (ours | channels).items()})
    result = _without_fill(result, list(channels), fill, what)
    old = attrs.get("units", {}) if isinstance(attrs.get("units", {}), Mapping) else {}
    known = {name: old[theirs] for name, theirs in (ours | channels).items() if theirs in old}
    unknown = [name for name in units or {} if name not in result]
    if unknown:
        raise ValueError(f"units: {unknown[0]!r} is none of {', '.join(map(str, channels))}")
    result.attrs = attrs | {"units": known | dict(units or {})}
    return result


def _check_there(table, names, what):
    absent = {name: theirs for name, theirs in names.items() if theirs not in table.columns}
    if not absent:
        twice = [theirs for theirs in names.values() if list(table.columns).count(theirs) > 1]
        if twice:
            raise ValueError(f"{what}: the frame has two columns {twice[0]!r}")
        return
    lower = {str(column).lower(): column for column in table.columns}
    guess = {
        name: next((lower[usual] for usual in _USUAL.get(name, ()) if usual in lower), "its column")
        for name in absent
    }
    asked = ", ".join(map(repr, absent.values()))
    raise ValueError(
        f"{what}: no column {asked}; it has {', '.join(map(str, table.columns))}; map them: columns={guess}"
    )


def _without_fill(table, channels, fill, what):
    """Declared fill values as NaN (rows without a place are dropped); others are refused."""
    if fill is None:
        return table
    strange = [name for name in fill if name and name not in table]
    if strange:
        raise ValueError(f"fill: {strange[0]!r} is none of {', '.join(map(str, table.columns))}")
    lost = np.zeros(len(table), dtype=bool)
    for name in table:
        if not holds_numbers(table[name].dtype):
            continue
        declared = np.concatenate([np.ravel(fill.get(key, ())) for key in {"", name}]).astype(float)
        values = table[name].to_numpy(dtype=float, na_value=np.nan)
        # The value as the column's own type writes it: 9.99999e9 is another number in float32.
        close = [np.isclose(values, value, rtol=1e-7, atol=0.0) for value in declared]
        missing = np.any(close, axis=0) if close else np.zeros(len(values), dtype=bool)
        if missing.any():
            table[name] = np.where(missing, np.nan, values)
            if name in PLACE:
                lost |= missing
        if name in channels or name == "altitude_km":
            found = undeclared(np.where(missing, np.nan, values))
            if found is not None:
                value, n = found
                raise ValueError(
                    f"{what}: {name!r} is {value:.12g} in {n} of {len(values)} rows, which looks like a mark "
                    f"of missing values; declare it with fill={value:.12g}, or fill=None if it was measured"
                )
    if lost.any():
        warnings.warn(f"{what}: {lost.sum()} of {len(table)} rows without a place are left out", stacklevel=4)
        table = table[~lost].reset_index(drop=True)
    return table


def undeclared(values: np.ndarray) -> tuple[float, int] | None:
    """A number that plainly marks missing values, and how often it stands there; None if there is none.

    It is one of those that programs write for "missing", and it is all there is, or lies beyond all others
    by more than these differ among themselves or on the other side of zero, or stands several times among
    numbers that are not whole.
    """
    finite = values[np.isfinite(values)]
    at = np.clip(np.searchsorted(_CODES, finite), 1, len(_CODES) - 1)
    at -= finite - _CODES[at - 1] < _CODES[at] - finite  # the nearest one
    is_code = np.abs(finite - _CODES[at]) <= 1e-7 * np.abs(_CODES[at])
    for code in np.unique(at[is_code]):
        mark, value = is_code & (at == code), _CODES[code]
        n = int(mark.sum())
        rest = finite[~mark]
        rest = rest[np.abs(rest) < 1e20]
        if not len(rest):
            return float(value), n
        low, high = float(rest.min()), float(rest.max())
        beyond = value > high + (high - low) or value < low - (high - low)
        across = (value < 0.0 <= low) or (high <= 0.0 < value)
        among = n > 1 and (rest != np.round(rest)).any()
        if beyond or across or among:
            return float(value), n
    return None


def grid_of(table: pd.DataFrame, what: str) -> Any:
    """An ``xarray.Dataset`` over time, latitude and longitude of a table with one row a cell."""
    axes = [pd.Index(table[name]).unique() for name in PLACE]
    cells = int(np.prod([len(axis) for axis in axes], dtype=float))
    if cells > _SPARSE * len(table):
        shape = " x ".join(str(len(axis)) for axis in axes)
        raise ValueError(
            f"{what}: {len(table)} rows for {shape} times, latitudes and longitudes: no maps on a grid; "
            "of a satellite make a TrackSource"
        )
    again = table.duplicated(list(PLACE))
    if again.any():
        row = table.loc[again, list(PLACE)].iloc[0].tolist()
        raise ValueError(f"{what}: two rows at {row}; keep one of each")
    units = table.attrs.get("units", {})
    data = table.set_index(list(PLACE)).to_xarray()
    for name in data.data_vars:
        if name in units:
            data[name].attrs["units"] = units[name]
    return data
