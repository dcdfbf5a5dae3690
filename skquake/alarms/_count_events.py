"""Earthquakes on fixed cells and days."""

from __future__ import annotations

import numpy as np

from skquake._core._typing import DataArray, Frame
from skquake.alarms._cells import SpaceTime
from skquake.alarms._reference_rate import area_rate


def count_events(alarm: DataArray, catalog: Frame) -> DataArray:
    """How many earthquakes happen in each cell on each day.

    Parameters
    ----------
    alarm : DataArray (night or day, latitude, longitude)
        Whose cells and days: of :func:`alarm_function` or :func:`nightly_map`.
    catalog : DataFrame

    Returns
    -------
    DataArray
        Of integers, with the dimensions of ``alarm``. A night of a cell begins at the local noon of its
        western edge, a day at midnight UT; earthquakes outside are not counted.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.alarms import count_events, nightly_map
    >>> scores = pd.DataFrame({"time": pd.to_datetime(["2015-01-01 23:00", "2015-01-02 23:00"]),
    ...     "latitude": 1.0, "longitude": 3.0, "probability": 0.5})
    >>> events = pd.DataFrame({"time": [pd.Timestamp("2015-01-03 05:00")], "latitude": 4.0, "longitude": 4.0,
    ...     "magnitude": 6.0})
    >>> count = count_events(nightly_map(scores), events)
    >>> int(count.sum()), int(count.sel(night="2015-01-02", latitude=2.5, longitude=2.5))
    (1, 1)
    """
    everywhere = alarm.copy(data=np.zeros(alarm.shape))
    space = SpaceTime(everywhere, area_rate(alarm), "restrict")
    ordered = everywhere.transpose(space.by, "latitude", "longitude")
    count = np.bincount(space.events(catalog).row, minlength=ordered.size).reshape(ordered.shape)
    found = ordered.copy(data=count).drop_vars("count", errors="ignore").transpose(*alarm.dims)
    found.attrs = {"long_name": "earthquakes a cell and day"}
    return found.rename("events")
