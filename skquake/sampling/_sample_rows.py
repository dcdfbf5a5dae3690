"""Rows of samples: what names one, and what tells that its columns no longer belong together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skquake._core._geodesy import great_circle_km
from skquake._core._time import as_ns, to_utc
from skquake._core._typing import Array, Frame
from skquake._core._validation import check_columns
from skquake.sources import MapSource, SeriesSource, TrackSource

_NEAR_KM = 1.0  # a sample's place is that of its observation, to the digits that files keep


def check_samples(X: Frame, columns: Sequence[str]) -> pd.DataFrame:
    """Samples as a pandas frame that has these columns."""
    if hasattr(X, "X") and hasattr(X, "y"):
        raise TypeError("X (the samples): got the whole Bunch of make_samples; pass its X: samples.X")
    return check_columns(X, columns, "X (the samples)")


def name_sample(X: pd.DataFrame, row: int) -> str:
    """A sample in words: its row, time and event."""
    event = f", event {X['event_id'].iloc[row]!r}" if "event_id" in X.columns else ""
    return f"row {row} (index {X.index[row]!r}, {X['time'].iloc[row]}{event})"


def altered(source: TrackSource | SeriesSource | MapSource, X: pd.DataFrame) -> Array:
    """Why time and place of a sample do not belong to its ``obs_start`` ... ``obs_end`` and the source.

    Returns
    -------
    ndarray of str, shape (n_samples,)
        "" where they do.
    """
    time, start, end = (as_ns(to_utc(X[name], f"X: {name}")) for name in ("time", "obs_start", "obs_end"))
    why = np.full(len(X), "", dtype=object)
    if not isinstance(source, TrackSource):
        why[time != end] = "its time is not its obs_end"
        return why
    row = np.clip(np.searchsorted(source.time, time), 0, len(source.time) - 1)
    away = great_circle_km(
        source.latitude[row],
        source.longitude[row],
        X["latitude"].to_numpy(dtype=float),
        X["longitude"].to_numpy(dtype=float),
    )
    why[~(away <= _NEAR_KM)] = f"its place is not where {source.name!r} was at its time"
    why[source.time[row] != time] = f"{source.name!r} observed nothing at its time"
    why[(time < start) | (time > end)] = "its time lies outside its own obs_start ... obs_end"
    return why


def refuse_altered(X: pd.DataFrame, why: Array) -> None:
    """Raise for the first sample whose time and place do not belong together."""
    rows = np.flatnonzero(why != "")
    if len(rows):
        raise ValueError(
            f"X (the samples): {name_sample(X, int(rows[0]))} was altered, or is of another source: "
            f"{why[rows[0]]} ({len(rows)} of {len(X)} samples). The columns of a sample belong together: "
            "take whole rows; to permute what a model sees (permutation_importance), permute channels of the "
            "windows that this step returns"
        )
