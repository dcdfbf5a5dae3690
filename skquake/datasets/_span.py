"""The span of time of a simulation."""

from __future__ import annotations

import pandas as pd

from skquake._core._time import moment_ns
from skquake._core._typing import TimeLike


def span_ns(start: TimeLike, end: TimeLike) -> tuple[int, int]:
    """Start and end as int64 ns, or ValueError unless both are dates and end comes after start."""
    first, last = (moment_ns(date, name) for date, name in ((start, "start"), (end, "end")))
    if last <= first:
        raise ValueError(f"end must be after start, got {pd.Timestamp(first)} and {pd.Timestamp(last)}")
    return first, last
