"""What is known of a time before it comes: the calendar, and forecasts that others issued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._time import NS_PER_DAY, as_ns
from skquake._core._typing import BoolArray, FloatArray
from skquake.forecasting._frames import KNOWN_AFTER, known_exogenous

CALENDAR = {"hour": NS_PER_DAY, "season": round(365.2425 * NS_PER_DAY)}


def known_before(ahead: Iterable[str] | Mapping[str, Any] | None, horizon: int) -> dict[str, int]:
    """{name: ns before its time at which it is known} from the parameter ``ahead``; 0 for the calendar.

    Raises
    ------
    ValueError
        For measured indices, for columns without their lead, and for leads shorter than ``horizon`` (ns).
    """
    if ahead is None:
        return {}
    given = ahead if isinstance(ahead, Mapping) else dict.fromkeys(ahead)
    leads = {}
    for name, lead in given.items():
        if name in CALENDAR:
            leads[name] = 0
            continue
        if name in KNOWN_AFTER:
            raise ValueError(
                f"ahead: {name!r} is measured, and not known before its time; put a forecast into a column "
                f"of its own, as {name}_forecast"
            )
        if lead is None:
            raise ValueError(
                f"ahead: {name!r} is none of {', '.join(CALENDAR)}; say how long before its time a forecast "
                f"is known, as in ahead={{{name!r}: '24h'}}"
            )
        leads[name] = pd.Timedelta(lead).value
        if leads[name] < horizon:
            raise ValueError(
                f"ahead: {name!r} is known {pd.Timedelta(lead)} before its time, but forecasts reach "
                f"{pd.Timedelta(horizon, 'ns')}; lower n_out, or give forecasts that were issued earlier"
            )
    return leads


def known_ahead(
    frame: pd.DataFrame | None, leads: Mapping[str, int], times: pd.DatetimeIndex, needed: BoolArray
) -> FloatArray:
    """Values of what is known in advance, (n, columns): a sine and a cosine of each part of the calendar.

    Parameters
    ----------
    frame : DataFrame or None
        Forecasts by the time that they are for; each counts until the next, a day at most.
    leads : dict of {str: int}
        As :func:`known_before` gives them.
    times : DatetimeIndex of length n
    needed : ndarray of bool, shape (n,)
        Where a value must be there.
    """
    columns: list[FloatArray] = [np.empty((len(times), 0))]
    for name, lead in leads.items():
        if lead:
            columns.append(known_exogenous(frame, {name: 0}, times, needed))
            continue
        angle = 2.0 * np.pi * (as_ns(times) % CALENDAR[name]) / CALENDAR[name]
        columns.append(np.stack([np.sin(angle), np.cos(angle)], axis=1))
    return np.concatenate(columns, axis=1)
