"""Checks of what the displays are given; each error names the display and the entry."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from skquake._core._time import to_utc
from skquake._core._validation import check_catalog
from skquake.metrics._evidence import CLASSES, check_scores


def check_entries(entries, parts, what):
    """Raise unless ``entries`` is a dict of {name: tuple of the named parts}, with one entry at least."""
    shape = f"{{name: ({', '.join(parts)})}}"
    if not isinstance(entries, Mapping):
        raise TypeError(f"{what}: expected a dict {shape}, got {type(entries).__name__}")
    if not entries:
        raise ValueError(f"{what}: nothing to draw in an empty dict; pass {shape}")
    for name, entry in entries.items():
        if not isinstance(entry, tuple | list) or len(entry) != len(parts):
            raise ValueError(f"{what}: {name!r}: expected a tuple ({', '.join(parts)})")


def check_labels(y, what):
    """Classes as an int array; raise for any but 0, 1, 2."""
    y = np.asarray(y)
    if y.ndim != 1:
        raise ValueError(f"{what}: expected classes of shape (n,), got {y.shape}")
    bad = ~np.isin(y, CLASSES)
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"{what}: {y[row]} in row {row} is none of the classes 0, 1, 2")
    return y.astype(int)


def check_prediction(y, proba, sample_weight, what):
    """Classes (n,), probabilities (n, 3) and weights (n,) of one entry."""
    try:
        y, proba, weight = check_scores(y, proba, sample_weight=sample_weight)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from error
    if not len(y):
        raise ValueError(f"{what}: no rows; leave the entry out")
    return y, proba, weight


def check_predictions(predictions, what, sample_weight=None):
    """Entries {name: (y, proba)} as {name: (y, proba, weight)}, each checked.

    ``sample_weight`` is None, one array for all, or a dict by name.
    """
    check_entries(predictions, ("y", "proba"), what)
    weights = (
        sample_weight if isinstance(sample_weight, Mapping) else dict.fromkeys(predictions, sample_weight)
    )
    return {
        name: check_prediction(y, proba, weights.get(name), f"{what}: {name!r}")
        for name, (y, proba) in predictions.items()
    }


def check_series(series, what):
    """A frame of float columns over ascending, unique times (UTC), from a DataFrame or Series."""
    if isinstance(series, pd.Series):
        series = series.to_frame("value" if series.name is None else series.name)
    if not isinstance(series, pd.DataFrame):
        raise TypeError(f"{what}: expected a DataFrame or Series by time, got {type(series).__name__}")
    if not series.size or not series.columns.is_unique:
        raise ValueError(f"{what}: expected one column a station, each once, got shape {series.shape}")
    times = pd.DatetimeIndex(to_utc(series.index, f"{what}: index"))
    wrong = np.flatnonzero(~(np.diff(times) > np.timedelta64(0)))
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(
            f"{what}: the time {times[row + 1]} follows {times[row]}; sort by time and keep one row a time"
        )
    try:
        return pd.DataFrame(series.to_numpy(dtype=float), index=times, columns=series.columns)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what}: expected numbers ({error})") from error


def check_event(event, what):
    """The one earthquake of a catalog, as a Series; None stays None."""
    if event is None:
        return None
    clean = check_catalog(event, what)
    if len(clean) != 1:
        raise ValueError(f"{what}: expected a catalog of one earthquake, got {len(clean)}")
    return clean.iloc[0]
