"""Checks of what the displays are given; each error names the display and the entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from skquake._core._frames import as_frame
from skquake._core._time import to_utc
from skquake._core._typing import Array, ArrayLike, FloatArray, IntArray
from skquake._core._validation import check_catalog
from skquake.metrics._evidence import CLASSES, check_scores

Predictions: TypeAlias = Mapping[str, tuple[ArrayLike, ArrayLike]]
"""By name: classes (n_samples,), and probabilities (n_samples, 3)."""


def check_entries(entries: Any, parts: tuple[str, ...], what: str) -> None:
    """Raise unless ``entries`` is a dict of {name: tuple of the named parts}, with one entry at least."""
    shape = f"{{name: ({', '.join(parts)})}}"
    if not isinstance(entries, Mapping):
        raise TypeError(f"{what}: expected a dict {shape}, got {type(entries).__name__}")
    if not entries:
        raise ValueError(f"{what}: nothing to draw in an empty dict; pass {shape}")
    for name, entry in entries.items():
        if not isinstance(entry, tuple | list) or len(entry) != len(parts):
            raise ValueError(f"{what}: {name!r}: expected a tuple ({', '.join(parts)})")


def check_labels(y: ArrayLike, what: str) -> IntArray:
    """Classes as an int array; raise for any but 0, 1, 2."""
    labels = np.asarray(y)
    if labels.ndim != 1:
        raise ValueError(f"{what}: expected classes of shape (n,), got {labels.shape}")
    bad = ~np.isin(labels, CLASSES)
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"{what}: {labels[row]} in row {row} is none of the classes 0, 1, 2")
    return labels.astype(int)


def check_prediction(
    y: ArrayLike, proba: ArrayLike, sample_weight: ArrayLike | None, what: str
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Classes (n,), probabilities (n, 3) and weights (n,) of one entry."""
    try:
        labels, checked, weight = check_scores(y, proba, sample_weight=sample_weight)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from error
    if not len(labels):
        raise ValueError(f"{what}: no rows; leave the entry out")
    return labels, checked, weight


def check_predictions(
    predictions: Predictions,
    what: str,
    sample_weight: ArrayLike | Mapping[str, ArrayLike] | None = None,
) -> dict[str, tuple[IntArray, FloatArray, FloatArray]]:
    """Entries {name: (y, proba)} as {name: (y, proba, weight)}, each checked.

    ``sample_weight`` is None, one array for all, or a dict by name.
    """
    check_entries(predictions, ("y", "proba"), what)
    weights: Mapping[str, ArrayLike | None] = (
        sample_weight if isinstance(sample_weight, Mapping) else dict.fromkeys(predictions, sample_weight)
    )
    return {
        name: check_prediction(y, proba, weights.get(name), f"{what}: {name!r}")
        for name, (y, proba) in predictions.items()
    }


def check_cut(X: pd.DataFrame, y: Array, windows: ArrayLike, channels: Sequence[str], what: str) -> Array:
    """Windows of the rows of X as an array; raise unless of shape (n_samples, length, channels)."""
    cut = np.asarray(windows)
    if not len(X) == len(y) == len(cut) or not len(X):
        raise ValueError(
            f"{what}: X, y and windows must have one row a sample, and one at least; "
            f"got {len(X)}, {len(y)}, {len(cut)}"
        )
    if cut.ndim != 3 or cut.shape[2] != len(channels):
        raise ValueError(f"{what}: windows: expected (n, length, {len(channels)} channels), got {cut.shape}")
    return cut


def with_index(table: Any, what: str, *names: str) -> pd.DataFrame:
    """The pandas frame of a table; of another library, which has no index, a column of such a name is it.

    Raises
    ------
    TypeError
        For what is no dataframe.
    """
    frame = as_frame(table, what)
    index = next((name for name in names if name in frame), None)
    return frame if frame is table or index is None else frame.set_index(index)


def check_series(series: Any, what: str) -> pd.DataFrame:
    """A frame of float columns over ascending, unique times (UTC), from a DataFrame or Series.

    A frame of a library without an index has its times in the column ``time``.
    """
    if isinstance(series, pd.Series):
        series = series.to_frame("value" if series.name is None else series.name)
    series = with_index(series, what, "time")
    if not series.size or not series.columns.is_unique:
        raise ValueError(f"{what}: expected one column a station, each once, got shape {series.shape}")
    times = pd.DatetimeIndex(to_utc(series.index, f"{what}: index"))
    wrong = np.flatnonzero(~(np.diff(times) > np.timedelta64(0, "ns")))
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(
            f"{what}: the time {times[row + 1]} follows {times[row]}; sort by time and keep one row a time"
        )
    try:
        return pd.DataFrame(series.to_numpy(dtype=float), index=times, columns=series.columns)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what}: expected numbers ({error})") from error


def check_event(event: Any, what: str) -> pd.Series | None:
    """The one earthquake of a catalog, as a Series; None stays None."""
    if event is None:
        return None
    clean = check_catalog(event, what)
    if len(clean) != 1:
        raise ValueError(f"{what}: expected a catalog of one earthquake, got {len(clean)}")
    return clean.iloc[0]
