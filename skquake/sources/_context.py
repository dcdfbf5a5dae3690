"""What a window sees beyond its core: on both sides along a pass, before it on a regular time base."""

from __future__ import annotations

import numpy as np

from skquake.sources._base import cut


def cut_along(values, first, length, context, before, after):
    """Cores with ``context`` rows on both sides, (n, length + 2 context, c); NaN where they have fewer."""
    total = length + 2 * context
    if ((before == context) & (after == context)).all():
        return cut(values, first - context, total)
    place = np.arange(total)
    rows = np.clip(first[:, np.newaxis] - context + place, 0, len(values) - 1)
    windows = values[rows]
    known = (place >= (context - before)[:, np.newaxis]) & (place < (context + length + after)[:, np.newaxis])
    windows[~known] = np.nan
    return windows


def cut_after_start(gather, first, context, length):
    """What cuts windows with ``context`` before them, NaN where that begins before the record.

    Parameters
    ----------
    gather : callable
        (positions of samples, rows later than the first row of the core, length) -> windows.
    first : ndarray of int64, shape (n,)
        First row of each core on the time base.
    context, length : int
    """
    total = length + context
    if not context:
        return lambda rows: gather(rows, 0, length)
    lacking = np.maximum(context - first, 0)

    def cut_some(rows):
        lack = lacking[rows]
        if not lack.any():
            return gather(rows, -context, total)
        kinds = {k: gather(rows[lack == k], k - context, total - k) for k in np.unique(lack)}
        n_channels = next(iter(kinds.values())).shape[2]
        windows = np.full((len(rows), total, n_channels), np.nan, dtype=np.float32)
        for k, found in kinds.items():
            windows[lack == k, k:] = found
        return windows

    return cut_some
