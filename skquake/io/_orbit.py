"""Rows of a satellite's orbit: one a time, in order."""

from __future__ import annotations

import numpy as np
import pandas as pd


def one_row_a_time(pieces, ranks):
    """Frame of columns that come in pieces, ascending and unique in ``time``.

    Parameters
    ----------
    pieces : dict of {str: list of ndarray}
        ``time`` (datetime64) among them. Emptied, so that only one column exists twice at a time.
    ranks : list of ndarray of int
        Of rows of one time the one with the highest rank is kept, then the last.
    """
    columns = {name: np.concatenate(pieces.pop(name)) for name in list(pieces)}
    frame = pd.DataFrame(columns, copy=False)
    time, rank = frame["time"].to_numpy(), np.concatenate(ranks)
    if not (np.diff(time) > np.timedelta64(0, "ns")).all():
        order = np.lexsort((np.arange(len(time)), rank, time))
        last = np.append(time[order][1:] != time[order][:-1], True)
        frame = frame.iloc[order[last]].reset_index(drop=True)
    return frame
