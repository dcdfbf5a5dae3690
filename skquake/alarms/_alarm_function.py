"""From scores of nights to scores of the days after them."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._typing import DataArray
from skquake.alarms._cells import check_days


@validate_params(
    {"lead": [Interval(Integral, 1, None, closed="left")], "statistic": [StrOptions({"max", "mean"})]},
    prefer_skip_nested_validation=True,
)
def alarm_function(map: DataArray, *, lead: int = 15, statistic: str = "max") -> DataArray:
    """Score each cell on each day by the nights before it.

    An alarm of one night holds for the ``lead`` days that follow: on a given day a cell is alarmed at a
    threshold if any of the ``lead`` nights before reached it, hence if the largest of their scores did. That
    is what this function returns, and comparing it with a threshold gives the alarms. The night of
    the day itself never counts.

    Parameters
    ----------
    map : DataArray (night or day, latitude, longitude)
        Of :func:`nightly_map`, or anything of this form, larger where more suspicious; NaN unobserved.
    lead : int, default=15
        Days for which an alarm holds.
    statistic : {"max", "mean"}, default="max"
        Of the nights before that were observed. "max": an alarm of one night is an alarm. "mean": their
        average must reach the threshold.

    Returns
    -------
    DataArray
        Same dimensions and days; NaN where none of the nights before was observed, so on the whole first
        day.

    Raises
    ------
    ValueError
        For another array than a map by days without a gap.

    References
    ----------
    Zechar, J. D. and Jordan, T. H. (2008). Testing alarm-based earthquake predictions. Geophysical Journal
    International 172, 715-724 (alarm functions).

    Examples
    --------
    >>> import numpy as np, pandas as pd, xarray as xr
    >>> from skquake.alarms import alarm_function
    >>> scores = xr.DataArray(
    ...     np.array([0.9, 0.2, np.nan, 0.4, 0.1]).reshape(5, 1, 1), dims=("night", "latitude", "longitude"),
    ...     coords={"night": pd.date_range("2015-01-01", periods=5), "latitude": [0.0], "longitude": [0.0]})
    >>> alarm_function(scores, lead=2).values.ravel().tolist()
    [nan, 0.9, 0.9, 0.2, 0.4]
    """
    by = check_days(map, "map")
    ordered = map.transpose(by, "latitude", "longitude")
    values = ordered.to_numpy().astype(float)
    found = np.full(values.shape, np.nan)
    if statistic == "max":
        for days in range(1, min(lead, len(values) - 1) + 1):
            np.fmax(found[days:], values[:-days], out=found[days:])
    else:
        seen = ~np.isnan(values)
        total, count = (_before(part, lead) for part in (np.where(seen, values, 0.0), seen.astype(float)))
        np.divide(total, count, out=found, where=count > 0.5)
    result = ordered.copy(data=found).drop_vars("count", errors="ignore")
    result.attrs = {"lead_days": lead, "statistic": statistic, "long_name": f"{statistic} score before"}
    return result.rename("alarm_function")


def _before(values, lead):
    """Sum of the ``lead`` rows before each row."""
    total, days = (
        np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)]),
        np.arange(len(values)),
    )
    return total[days] - total[np.maximum(days - lead, 0)]
