"""Earthquakes that a catalog may list twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skquake._core._geodesy import great_circle_km, unit_vectors
from skquake._core._time import NS_PER_SECOND, as_ns
from skquake.catalogs._neighbours import near_pairs
from skquake.catalogs._order import time_order


def find_duplicates(catalog: pd.DataFrame, seconds: float, km: float) -> pd.DataFrame:
    """Pairs of events of a checked catalog within ``seconds`` and ``km`` of each other.

    Returns
    -------
    DataFrame
        ``first``, ``second`` (event ids), ``seconds``, ``km``, ``magnitude_difference`` (second - first).
    """
    events = catalog.iloc[time_order(catalog)]
    time, places = as_ns(events["time"].to_numpy()), unit_vectors(events["latitude"], events["longitude"])
    window = (-round(seconds * NS_PER_SECOND), 0)
    pairs = [np.stack(found) for found in near_pairs(time, places, time, places, km, window)]
    first, second = np.concatenate([np.empty((2, 0), dtype=np.int64), *pairs], axis=1)
    # Events of one instant meet both ways, and every event meets itself.
    first, second = (part[first < second] for part in (first, second))
    at = {name: events[name].to_numpy(dtype=float) for name in ("latitude", "longitude", "magnitude")}
    return pd.DataFrame(
        {
            "first": events.index.to_numpy(dtype=object)[first],
            "second": events.index.to_numpy(dtype=object)[second],
            "seconds": (time[second] - time[first]) / NS_PER_SECOND,
            "km": great_circle_km(
                at["latitude"][first], at["longitude"][first], at["latitude"][second], at["longitude"][second]
            ),
            "magnitude_difference": at["magnitude"][second] - at["magnitude"][first],
        }
    )
