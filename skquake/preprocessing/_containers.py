"""Series and maps in their containers: values, times and cadence out, the same container back."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from skquake._core._frames import as_frame, is_frame
from skquake._core._output import WindowOutput
from skquake._core._read_only import ReadOnlyState
from skquake._core._time import NS_PER_DAY, as_ns, to_utc
from skquake._core._typing import FloatArray, IntArray, Record

TIME = "time"


class SeriesOutput(WindowOutput, ReadOnlyState):
    """Base of the transformers of series and maps: what has times keeps them under any ``set_output``."""

    def _is_table(self, output: Any) -> bool:
        if isinstance(output, pd.DataFrame):
            return not isinstance(output.index, pd.DatetimeIndex)
        return super()._is_table(output)


def with_times(X: Record, what: str = "X") -> Record:
    """A record as it is read here: any library's frame as pandas, its column ``time`` as the index.

    Series, DataArrays and arrays come back as they are; so do frames that are indexed by time already, or
    have no such column.
    """
    if not is_frame(X):
        return X
    frame = as_frame(X, what)
    if isinstance(frame.index, pd.DatetimeIndex) or TIME not in frame.columns:
        return frame
    times = pd.DatetimeIndex(to_utc(frame[TIME], f"{what}: {TIME}"), name=TIME)
    return frame.drop(columns=TIME).set_axis(times, axis=0)


def is_data_array(X: Any) -> bool:
    """Whether X is an xarray.DataArray, without importing xarray."""
    return hasattr(X, "dims") and hasattr(X, "coords")


def read_values(estimator: Any, X: Record, *, reset: bool = False) -> FloatArray:
    """Values (n, ...) of X as float32 or float64; names, number and places checked or remembered."""
    table = X.to_frame() if isinstance(X, pd.Series) else X
    table = np.asarray(table) if is_data_array(X) else table
    values = check_array(
        table,
        dtype=(np.float64, np.float32),
        allow_nd=True,
        ensure_all_finite="allow-nan",
        input_name="X",
        estimator=estimator,
    )
    if reset or hasattr(estimator, "n_features_in_"):
        _check_grid(estimator, X, reset=reset)
        validate_data(estimator, table, reset=reset, skip_check_array=True)
    return values


def _check_grid(estimator: Any, X: Record, *, reset: bool) -> None:
    """Remember the coordinates of the cells of a DataArray, or raise for others than those remembered."""
    known = getattr(estimator, "_grid", {})
    axes = X.dims[1:] if is_data_array(X) else ()
    grid = {str(name): np.asarray(X.coords[name]) for name in axes if name in X.coords}
    if reset:
        estimator._grid = grid
        return
    if known and grid and list(known) != list(grid):
        raise ValueError(f"X: axes {', '.join(grid)}, but fit saw {', '.join(known)}; transpose the maps")
    for name in known.keys() & grid.keys():
        if not np.array_equal(known[name], grid[name]):
            now, before = (
                f"{len(values)} of {name} from {values[0]} to {values[-1]}"
                for values in (grid[name], known[name])
            )
            raise ValueError(
                f"X: {now}, but fit saw {before}; give maps on one grid, such as "
                f"X.interp_like(first) or X.reindex_like(first)"
            )


def series_names(X: pd.DataFrame | pd.Series) -> list[Hashable]:
    """Names of the series of a frame or Series."""
    if isinstance(X, pd.DataFrame):
        return list(X.columns)
    return ["value" if X.name is None else X.name]


def name_of(X: Record, column: int) -> str:
    """How to call the series at a flat position of X in a message."""
    if isinstance(X, (pd.DataFrame, pd.Series)):
        return f"series {series_names(X)[column]!r}"
    place = np.unravel_index(column, np.asarray(X).shape[1:])
    return f"series {', '.join(str(int(k)) for k in place)}"


def like(X: Record, values: FloatArray) -> Record:
    """Values in the container of X, names and times kept."""
    if is_data_array(X):
        return X.copy(data=values)
    if isinstance(X, pd.DataFrame):
        return pd.DataFrame(values, index=X.index, columns=X.columns)
    if isinstance(X, pd.Series):
        return pd.Series(values[:, 0], index=X.index, name=X.name)
    return values


def times_of(X: Record) -> Any:
    """Times of the rows of X, or None where it has none."""
    if is_data_array(X):
        times = X.coords.get(X.dims[0])
        return None if times is None or times.dtype.kind != "M" else times.to_numpy()
    index = getattr(X, "index", None)
    return index if isinstance(index, pd.DatetimeIndex) else None


def regular_ns(times: Any) -> IntArray:
    """Times in ns since 1970, regular and ascending, or ValueError."""
    nanoseconds = as_ns(to_utc(times, "X: index"))
    steps = np.diff(nanoseconds)
    wrong = np.flatnonzero((steps <= 0) | (steps != steps[:1]))
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(
            f"X: times are not regular: {times[row + 1]} follows {times[row]}, where the first step is "
            f"{pd.Timedelta(int(steps[0]), 'ns')}; sort, drop duplicates and reindex, so that gaps become NaN"
        )
    return nanoseconds


def samples_per_day(times: Any, given: int | None) -> int:
    """Samples per day of regular times, at least two; checked against the number given."""
    nanoseconds = regular_ns(times)
    step = int(nanoseconds[1] - nanoseconds[0])
    per_day, rest = divmod(NS_PER_DAY, step)
    if rest or not per_day:
        raise ValueError(
            f"X: a cadence of {pd.Timedelta(step, 'ns')} does not divide a day; resample to one that does"
        )
    if given is not None and given != per_day:
        raise ValueError(f"samples_per_day={given}, but the times of X give {per_day} a day")
    return per_day
