"""Side-by-side timing: every contender runs in turn, round after round; medians are compared."""

from __future__ import annotations

import gc
import statistics
import time


def compare(contenders, *, repeat=5, warmup=1):
    """Median seconds of each contender, measured interleaved in one run.

    Parameters
    ----------
    contenders : dict of {str: callable}
        Each is called without arguments.
    repeat, warmup : int
        Counted and uncounted rounds.

    Returns
    -------
    dict of {str: float}
    """
    seconds = {name: [] for name in contenders}
    for round_ in range(warmup + repeat):
        for name, function in contenders.items():
            gc.collect()
            start = time.perf_counter()
            function()
            elapsed = time.perf_counter() - start
            if round_ >= warmup:
                seconds[name].append(elapsed)
    return {name: statistics.median(values) for name, values in seconds.items()}


def row(what, against, ratio, target, **extra):
    """One line of the table: a measured ratio beside the one aimed at (higher is better)."""
    return {
        "what": what,
        "against": against,
        "ratio": round(float(ratio), 3),
        "target": target,
        "met": target is None or float(ratio) >= target,
        **extra,
    }
