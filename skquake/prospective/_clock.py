"""Times of a log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from skquake._core._time import to_utc
from skquake._core._typing import TimeLike


def check_clock(records: list[dict[str, Any]], log: Path, at: pd.Timestamp) -> None:
    """Raise where the last line was written at a time to come."""
    for line, record in reversed(list(enumerate(records, start=2))):
        if text(at) < record["at"]:
            raise ValueError(
                f"{log}, line {line}: written at {record['at']}, and now it is {text(at)}: the clock runs "
                "backwards"
            )
        return


def moment(now: TimeLike | None) -> pd.Timestamp:
    """A time, tz-naive UTC."""
    if now is None:
        return pd.Timestamp.now(tz="UTC").tz_localize(None).floor("s")
    return pd.Timestamp(to_utc([now], "now")[0]).floor("s")


def text(time: pd.Timestamp) -> str:
    """A time as the log has it."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
