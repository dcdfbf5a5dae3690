"""Rows of a satellite's orbit: one a time, in order."""

from __future__ import annotations

import numpy as np
import pandas as pd


def one_row_a_time(pieces, ranks, keys=("time",)):
    """Frame of columns that come in pieces, ascending and unique in ``keys``.

    Parameters
    ----------
    pieces : dict of {str: list of ndarray}
        ``time`` (datetime64) among them. Emptied, so that only one column exists twice at a time.
    ranks : list of ndarray of int
        Of rows of one key the one with the highest rank is kept, then the last.
    keys : tuple of str, default=("time",)
        Columns by which rows are sorted and told apart; the first is ``time``.
    """
    columns = {name: np.concatenate(pieces.pop(name)) for name in list(pieces)}
    frame = pd.DataFrame(columns, copy=False)
    time, rank = frame["time"].to_numpy(), np.concatenate(ranks)
    if not (np.diff(time) > np.timedelta64(0, "ns")).all():
        values = [frame[name].to_numpy() for name in keys]
        order = np.lexsort((np.arange(len(time)), rank, *values[::-1]))
        last = np.append(np.any([v[order][1:] != v[order][:-1] for v in values], axis=0), True)
        frame = frame.iloc[order[last]].reset_index(drop=True)
    return frame
