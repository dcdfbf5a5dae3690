"""One order of events, whatever the order of the rows."""

from __future__ import annotations

import numpy as np

from skquake._core._time import as_ns


def time_order(catalog):
    """Positions that sort a checked catalog by time; equal times by the text of their event id.

    The result names the same events in the same order however the rows were shuffled, so that
    random numbers drawn in this order fall on the same events.
    """
    time = as_ns(catalog["time"].to_numpy())
    order = np.argsort(time, kind="stable")
    if (np.diff(time[order]) == 0).any():
        order = np.lexsort((catalog.index.astype(str).to_numpy(dtype=str), time))
    return order
