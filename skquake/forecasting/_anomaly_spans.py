"""Spans without earthquakes, and what a detector flags in them."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._frames import is_frame
from skquake._core._sklearn import Interval, validate_params
from skquake._core._time import NS_PER_DAY, as_ns, days_to_ns, moment_ns, to_utc
from skquake._core._typing import Frame, TimeLike
from skquake._core._validation import check_columns
from skquake.forecasting._anomaly_rate import ar_numbers, ratio_interval

if TYPE_CHECKING:
    from skquake.forecasting._anomalies import TECAnomalies


@validate_params(
    {
        "days": [Interval(Real, 0, None, closed="neither")],
        "before_days": [Interval(Real, 0, None, closed="left")],
        "after_days": [Interval(Real, 0, None, closed="left")],
    },
    prefer_skip_nested_validation=True,
)
def quake_free_spans(
    start: TimeLike,
    end: TimeLike,
    events: Any,
    *,
    days: float = 12.0,
    before_days: float = 15.0,
    after_days: float = 5.0,
    holes: Frame | None = None,
) -> pd.DataFrame:
    """Spans, one after the other, that touch no earthquake's days.

    Parameters
    ----------
    start, end : date
        Of the record.
    events : array-like of datetime64
        Of all earthquakes that count: those whose region holds the stations.
    days : float, default=12.0
        Length of a span.
    before_days, after_days : float, default=15.0, 5.0
        Around each earthquake no span lies.
    holes : DataFrame, default=None
        ``start`` and ``end`` of spans in which the catalog lists nothing although there were earthquakes, as
        ``holes`` of :func:`skquake.catalogs.check_catalog`: nothing is known there, and no span touches them
        or the days around them.

    Returns
    -------
    DataFrame
        Columns ``start``, ``end``; as many rows as fit.

    Examples
    --------
    >>> from skquake.forecasting import quake_free_spans
    >>> quake_free_spans("2016-01-01", "2016-03-01", ["2016-01-31"], days=10)
           start        end
    0 2016-01-01 2016-01-11
    1 2016-02-05 2016-02-15
    2 2016-02-15 2016-02-25
    """
    first, last = (moment_ns(date, name) for date, name in ((start, "start"), (end, "end")))
    length = int(days_to_ns(days))
    at = np.sort(as_ns(to_utc(events, "events")))
    starts = []
    moment = first
    taken = np.stack([at, at], axis=1)
    if holes is not None:
        holes = check_columns(holes, ("start", "end"), "holes")
        taken = np.r_[taken, np.stack([as_ns(to_utc(holes[name])) for name in ("start", "end")], axis=1)]
    around = np.array([-int(days_to_ns(before_days)), int(days_to_ns(after_days))], dtype=np.int64)
    taken = taken[np.argsort(taken[:, 0], kind="stable")] + around
    for taken_from, taken_to in [*taken, (last, last)]:
        while moment + length <= min(taken_from, last):
            starts.append(moment)
            moment += length
        moment = max(moment, int(taken_to))
    found = np.array(starts, dtype=np.int64)
    return pd.DataFrame(
        {"start": found.view("datetime64[ns]"), "end": (found + length).view("datetime64[ns]")}
    )


def confute(found: TECAnomalies, spans: Frame | Iterable[tuple[TimeLike, TimeLike]], level: float) -> Bunch:
    """See :meth:`TECAnomalyDetector.confute`; ``found`` is a TECAnomalies of the whole record."""
    spans = spans if is_frame(spans) else pd.DataFrame(list(spans), columns=["start", "end"])
    spans = check_columns(spans, ("start", "end"), "quiet_spans")
    if not len(spans):
        raise ValueError("quiet_spans: none; give at least one (start, end)")
    rows = []
    for start, end in zip(to_utc(spans["start"]), to_utc(spans["end"]), strict=True):
        if not start < end:
            raise ValueError(f"quiet_spans: {start} to {end} does not ascend")
        part = found.between(start, end - np.timedelta64(1, "ns"))
        dtec = part.dtec.to_numpy(dtype=float)
        if not np.isfinite(dtec).any():
            raise ValueError(
                f"quiet_spans: no value with bounds from {start} to {end}; the record must hold the span and "
                "the history of forecast and bounds before it"
            )
        table = part.table()
        days = pd.DatetimeIndex(to_utc(part.dtec.index)).floor("D")
        seen, flagged = np.isfinite(dtec).any(axis=1), (np.nan_to_num(dtec) != 0).any(axis=1)
        rows.append(
            {
                "start": start,
                "end": end,
                "days": (end - start) / np.timedelta64(1, "ns") / NS_PER_DAY,
                "n": int(np.isfinite(dtec).sum()),
                "flagged": int((np.nan_to_num(dtec) != 0).sum()),
                "anomalies": len(table),
                "quiet_anomalies": int((table["state"] == "quiet").sum()),
                "share_of_days": days[flagged].nunique() / days[seen].nunique(),
            }
        )
    table = pd.DataFrame(rows)
    table.insert(5, "flagged_rate", table["flagged"] / table["n"])
    rate, low, high = ratio_interval(table["flagged"].to_numpy(float), table["n"].to_numpy(float), level)
    return Bunch(
        spans=table,
        flagged_rate=float(rate),
        low=float(low),
        high=float(high),
        expected_rate=found.expected_rate,
        **ar_numbers(found.expected_ar, level),
        spans_with_anomaly=float(np.mean(table["anomalies"] > 0)),
        spans_with_quiet_anomaly=float(np.mean(table["quiet_anomalies"] > 0)),
    )
