"""What a table or map holds: times, gaps, columns, units, flags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

_MOST_VALUES = 6
"""Most different values of a flag that are told one by one."""

_CADENCES = {"track": 5.0}  # as passes of a TrackSource


@dataclass(frozen=True, kw_only=True, eq=False)
class Summary:
    """What a table or map holds; see :class:`FileDescription`. As it stands, nothing is known."""

    n_rows: int | None = None
    shape: tuple[int, ...] = ()
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    cadence: pd.Timedelta | None = None
    n_gaps: int | None = None
    longest_gap: pd.Timedelta | None = None
    columns: dict[str, str] = field(default_factory=dict)
    missing: dict[str, float] = field(default_factory=dict)
    flags: dict[str, dict[str, int]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)


def summarise(data: Any, kind: str) -> Summary:
    """Summary of what a reader returned.

    Parameters
    ----------
    data : DataFrame, Series, DataArray or Dataset
    kind : {"catalog", "index", "track", "map", "series"}
        Of the format. Gaps of a catalog are not looked for: earthquakes have no cadence.
    """
    data = as_frame(data)
    time, found = _of_table(data) if isinstance(data, pd.DataFrame) else _of_maps(data)
    if time is not None and len(time):
        found |= _of_times(np.asarray(time, dtype="datetime64[ns]"), kind)
    return Summary(**found, notes=_notes(data.attrs))


def as_frame(data: Any) -> Any:
    """A Series as a table of one column that keeps its unit; others as they are."""
    if not isinstance(data, pd.Series):
        return data
    name, units = str(data.name or "value"), data.attrs.get("units", "")
    frame = data.to_frame(name)
    frame.attrs = {**data.attrs, "units": {name: units} if isinstance(units, str) else units}
    return frame


def _of_table(frame):
    """Times of a table, and what it holds."""
    units = frame.attrs.get("units", {})
    units = units if isinstance(units, dict) else dict.fromkeys(frame.columns, str(units))
    missing, flags = {}, {}
    for name in frame.columns:
        column = frame[name]
        share = float(column.isna().mean()) if len(column) else 0.0
        if share:
            missing[str(name)] = share
        values = _values_of_flag(str(name), column)
        if values:
            flags[str(name)] = values
    columns = {str(name): _unit(units.get(name, "")) for name in frame.columns}
    indexed = isinstance(frame.index, pd.DatetimeIndex)
    time = frame.index if indexed else frame["time"] if "time" in frame else None
    return time, {"n_rows": len(frame), "columns": columns, "missing": missing, "flags": flags}


def _unit(unit):
    return "" if str(unit) == "1" else str(unit)


def _values_of_flag(name, column):
    """How often each value of a flag occurs; {} for what is no flag."""
    known = column.dropna()
    if name.lower().startswith("flag") or known.dtype.kind == "b":
        counts = known.value_counts()
    elif known.dtype.kind in "OUT" or isinstance(known.dtype, pd.StringDtype | pd.CategoricalDtype):
        counts = known.astype(str).value_counts()
        if len(counts) > _MOST_VALUES or not counts.index.str.len().max() <= 30:
            return {}
        counts = counts[counts.index != ""]
    else:
        return {}
    told = {str(value): int(n) for value, n in counts.iloc[:_MOST_VALUES].items()}
    if len(counts) > _MOST_VALUES:
        told[f"{len(counts) - _MOST_VALUES} others"] = int(counts.iloc[_MOST_VALUES:].sum())
    return told


def _of_maps(data):
    """Times of maps, and what they hold."""
    arrays = {str(data.name or "value"): data} if not hasattr(data, "data_vars") else dict(data.data_vars)
    columns, missing = {}, {}
    for name, array in arrays.items():
        columns[str(name)] = _unit(array.attrs.get("units", ""))
        if array.dtype.kind == "f" and array.size:
            share = float(array.isnull().mean())
            if share:
                missing[str(name)] = share
    found = {"n_rows": 0, "columns": columns, "missing": missing}
    first = next(iter(arrays.values()), None)
    if first is None:
        return None, found
    found["shape"] = tuple(first.sizes[dim] for dim in first.dims if dim != "time")
    found["n_rows"] = first.sizes["time"] if "time" in first.dims else first.size
    return first["time"].to_numpy() if "time" in first.coords else None, found


def longest_step(kind: str) -> float:
    """Cadences beyond which a step is a gap."""
    return _CADENCES.get(kind, 1.5)


def _of_times(time, kind):
    """Span, cadence and gaps."""
    time = time[~np.isnat(time)]
    if not len(time):
        return {}
    span = {"start": pd.Timestamp(time.min()), "end": pd.Timestamp(time.max())}
    if kind == "catalog":
        return span
    steps = np.diff(np.unique(time)).astype(np.int64)
    if not len(steps):
        return span | {"n_gaps": 0}
    cadence = round(float(np.median(steps)))
    gaps = steps[steps > longest_step(kind) * cadence]
    longest = pd.Timedelta(int(gaps.max()), "ns") if len(gaps) else None
    return span | {"cadence": pd.Timedelta(cadence, "ns"), "n_gaps": len(gaps), "longest_gap": longest}


_TOLD = (
    "origin", "satellite", "layout", "clock", "code", "station", "definitive_until", "versions", "resolution",
    "data_type", "status", "products", "models", "filters",
    "left_out", "not_recorded", "n_without_place", "fixed_depth", "suspected",
)  # fmt: skip


def _notes(attrs):
    """Of the attributes what says something of this file: origin, versions, what is left out."""
    return {name: attrs[name] for name in _TOLD if name in attrs and _says(attrs[name])}


def _says(value):
    return value is not None and value != 0 and not (hasattr(value, "__len__") and not len(value))


def in_words(value: Any) -> str:
    """A value of ``notes`` or ``flags`` in one line."""
    if isinstance(value, dict):
        return ", ".join(
            f"{name} ({item:,})" if isinstance(item, int) else f"{name} {in_words(item)}"
            for name, item in value.items()
        )
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        return f"{value:g}"
    if isinstance(value, Iterable):
        return ", ".join(map(in_words, value))
    return str(value)


def duration(value: pd.Timedelta) -> str:
    """A step of time as a person writes it: ``2 h``, ``15 min``, ``0.5 s``, ``3 d 4 h``."""
    seconds = value / pd.Timedelta("1s")
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    if seconds < 60:
        return f"{seconds:.4g} s"
    parts = pd.Timedelta(round(seconds), "s").components
    named = [(parts.days, "d"), (parts.hours, "h"), (parts.minutes, "min"), (parts.seconds, "s")]
    return " ".join(f"{n} {unit}" for n, unit in named if n)
