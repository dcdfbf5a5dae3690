"""What ``days``, ``lead`` and ``local_time`` mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skquake._core._typing import BoolArray, FloatArray

_HOURS = {"night": (18.0, 6.0), "day": (6.0, 18.0)}


def check_days(days: Any) -> tuple[float, float]:
    """Days relative to an event as two floats."""
    try:
        first, last = map(float, () if isinstance(days, str) else days)
    except (TypeError, ValueError) as error:
        raise ValueError(f"days must be two numbers such as (-15, 0), got {days!r}") from error
    if not (np.isfinite([first, last]).all() and first <= last):
        raise ValueError(f"days must be two finite numbers, the earlier one first, got {days!r}")
    return first, last


def last_day(days: tuple[float, float], lead: float, on_track: bool) -> float:
    """Last moment of a sample's time, in days relative to its event."""
    # Without a lead, days alone decide on a track: (-15, 5) reaches beyond the event.
    end = min(days[1], -lead) if lead or not on_track else days[1]
    if days[0] > end:
        raise ValueError(f"lead={lead} days leaves nothing of days={days!r}")
    return end


def check_local_time(local_time: str | Sequence[float] | None) -> tuple[float, float] | None:
    """First and last local hour, or None."""
    if local_time is None:
        return None
    try:
        start, end = _HOURS[local_time] if isinstance(local_time, str) else map(float, local_time)
        if not (0 <= start <= 24 and 0 <= end <= 24):
            raise ValueError
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"local_time must be None, 'night', 'day' or two hours such as (22, 4), got {local_time!r}"
        ) from error
    return start, end


def at_hours(local: FloatArray, hours: tuple[float, float] | None) -> BoolArray:
    """Whether local hours lie in ``hours``, which may go over midnight; its end is not included."""
    if hours is None:
        return np.ones(len(local), dtype=bool)
    start, end = hours
    return (local >= start) & (local < end) if start <= end else (local >= start) | (local < end)
