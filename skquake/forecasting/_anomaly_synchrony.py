"""Anomalies at several stations at once, beside those of shifted series."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns, days_to_ns, moment_ns, to_utc
from skquake._core._typing import BoolArray, IntArray, TimeLike


def synchrony(
    polarity: pd.DataFrame,
    error: pd.DataFrame,
    *,
    min_stations: int,
    event: TimeLike | None,
    days: tuple[float, float],
    n_shifts: int,
    random_state: np.random.Generator,
) -> pd.Series:
    """See :meth:`TECAnomalies.synchrony`; polarity and error as frames, the others checked."""
    values = polarity.to_numpy(dtype=float)
    time = as_ns(to_utc(polarity.index))
    cadence = int(time[1] - time[0])
    per_day = NS_PER_DAY // cadence
    rows = np.flatnonzero(np.isfinite(values).any(axis=1))
    first, last = (rows[0], rows[-1] + 1) if len(rows) else (0, 0)
    n_days = (last - first) // per_day
    if n_days < 3:
        raise ValueError(
            f"synchrony: {n_days} whole days with bounds are too few to shift stations by; it needs three"
        )
    span = slice(last - n_days * per_day, last)
    signs, time = np.nan_to_num(values[span]).astype(np.int8), time[span]
    window = np.ones(len(time), dtype=bool)
    if event is not None:
        at = moment_ns(event, "event")
        window = (time >= at + days_to_ns(days[0])) & (time <= at + days_to_ns(days[1]))
        if not window.any():
            raise ValueError(
                f"synchrony: no time with bounds lies {days[0]:g} to {days[1]:g} days from {event}"
            )
    hours = cadence / NS_PER_HOUR
    together = _together(signs, min_stations)
    observed = hours * together[window].sum()

    row, n_stations = np.arange(len(time))[:, np.newaxis], signs.shape[1]
    apart = np.empty(n_shifts)
    for k in range(n_shifts):
        shift = per_day * random_state.integers(1, n_days, n_stations)
        shift[0] = 0
        rolled = signs[(row - shift) % len(time), np.arange(n_stations)]
        apart[k] = hours * _together(rolled, min_stations)[window].sum()
    found = {
        "hours": observed,
        "hours_apart": apart.mean(),
        "p_apart": (1 + np.sum(apart >= observed)) / (1 + n_shifts),
        "hours_joint": np.nan,
        "p_joint": np.nan,
    }
    if event is not None:
        joint = np.array([hours * np.roll(together, day * per_day)[window].sum() for day in range(1, n_days)])
        found["hours_joint"] = joint.mean()
        found["p_joint"] = (1 + np.sum(joint >= observed)) / (1 + len(joint))
    correlation = error.corr(min_periods=3).to_numpy()
    others = correlation[~np.eye(n_stations, dtype=bool)]
    found |= {
        "mean_correlation": np.nanmean(others) if np.isfinite(others).any() else np.nan,
        "effective_stations": n_stations**2 / (n_stations + np.nansum(others**2)),
        "min_stations": min_stations,
        "n_days": n_days,
    }
    return pd.Series(found, dtype=float, name="synchrony")


def _together(signs: IntArray, min_stations: int) -> BoolArray:
    """Whether at least so many stations have an anomaly of one sign, per time."""
    return np.maximum((signs > 0).sum(axis=1), (signs < 0).sum(axis=1)) >= min_stations
