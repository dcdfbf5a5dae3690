"""Side-by-side timing, and the rows and tables that benchmarks give.

Every contender runs in turn, round after round; medians are compared.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd


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


def peak_mb():
    """Largest memory that this process has had, in MB.

    On Linux from /proc: there ru_maxrss starts at that of the process which started this one.
    """
    return _memory_mb("VmHWM")


def resident_mb():
    """Memory that this process holds now, in MB (its peak, where the system tells no more)."""
    return _memory_mb("VmRSS")


def _memory_mb(name):
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.open() if line.startswith(name)) / 2**10
    import resource  # not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def revision():
    """The last commit that changed the package, shortened; empty where there is no repository."""
    command = ["git", "log", "-1", "--format=%h", "--", "skquake"]
    try:
        found = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True)
    except OSError:  # no git
        return ""
    return found.stdout.strip()


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


def table(title, frame):
    """A whole table beside the ratios; its index becomes its first columns."""
    flat = frame.reset_index()
    flat.columns = [" ".join(map(str, c)).strip() if isinstance(c, tuple) else str(c) for c in flat.columns]
    return {"table": title, **json.loads(flat.to_json(orient="split", index=False, double_precision=4))}


def show(items):
    """Print rows and tables."""
    for item in items:
        if "table" in item:
            frame = pd.DataFrame(item["data"], columns=item["columns"])
            for name, values in frame.select_dtypes("number").items():  # counts come back as floats
                if (values % 1 == 0).all() and (values.abs() > 1).any():
                    frame[name] = values.astype(int)
            text = frame.to_string(index=False, na_rep="", float_format="{:.3f}".format)
            print(f"\n{item['table']}\n{text}\n")
            continue
        rest = {k: v for k, v in item.items() if k not in ("what", "against", "ratio", "target", "met")}
        mark = "" if item["target"] is None else ("met" if item["met"] else "NOT MET")
        print(
            f"{item['what']:<60} {item['against']:<46} {item['ratio']:>9.2f}x"
            f"  aim {item['target']}  {mark}  {rest or ''}"
        )
