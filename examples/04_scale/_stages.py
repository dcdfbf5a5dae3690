"""What the stages of a long run take: time, memory, how much they get through."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np
import psutil

from skquake.plotting import PALETTE


@dataclass
class Stages:
    """Time, memory and work of each stage, in the order in which they came."""

    rows: list[dict] = field(default_factory=list)

    @contextlib.contextmanager
    def __call__(self, name):
        """Time a stage; gives a dict that takes ``n`` and ``unit`` of what it got through."""
        done, peak, stop = {"n": 0, "unit": ""}, [0.0, 0.0, 0.0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(peak, stop), daemon=True)
        watcher.start()
        began = time.perf_counter()
        try:
            yield done
        finally:
            seconds = time.perf_counter() - began
            stop.set()
            watcher.join()
        names = ("peak_gb", "workers_gb", "processor")
        self.rows.append({"stage": name, "seconds": seconds, **dict(zip(names, peak, strict=True)), **done})
        print(f"... {name}: {seconds:.1f} s", flush=True)

    def table(self):
        """All stages as text, with their share of the whole time."""
        whole = sum(row["seconds"] for row in self.rows)
        lines = [
            f"{'':<24}{'seconds':>9}{'share':>7}{'processor s':>13}{'GB here':>9}{'workers':>9}   a second"
        ]
        for row in self.rows:
            rate = row["n"] / row["seconds"]
            rate = f"{rate:,.{0 if rate >= 10 else 2}f} {row['unit']}" if row["n"] else ""
            lines.append(
                f"{row['stage']:<24}{row['seconds']:>9.1f}{row['seconds'] / whole:>7.0%}"
                f"{row['processor']:>13.1f}{row['peak_gb']:>9.2f}{row['workers_gb']:>9.2f}   {rate}"
            )
        work = sum(row["processor"] for row in self.rows)
        return "\n".join([*lines, f"{'in all':<24}{whole:>9.1f}{'':>7}{work:>13.1f}"])

    def plot(self):
        """Time and memory of the stages, side by side."""
        names = [row["stage"] for row in self.rows]
        at = np.arange(len(names))
        figure, (left, right) = plt.subplots(
            1, 2, sharey=True, figsize=(9, 0.6 + 0.36 * len(names)), layout="constrained"
        )
        seconds = [row["seconds"] for row in self.rows]
        bars = left.barh(at, seconds, color=PALETTE["reference"])
        left.bar_label(bars, [f" {value:.1f}" for value in seconds], fontsize=8)
        left.set(yticks=at, yticklabels=names, xlabel="time (s)", title="What each stage took")
        left.margins(x=0.14)
        left.invert_yaxis()
        here, workers = ([row[name] for row in self.rows] for name in ("peak_gb", "workers_gb"))
        right.barh(at, here, color=PALETTE["reference"], label="this process")
        right.barh(at, workers, left=here, color=PALETTE["null"], label="its workers")
        right.set(xlabel="largest memory (GB)", title="What it held")
        right.margins(x=0.05)
        if any(workers):
            figure.legend(fontsize=8, loc="outside lower right", ncols=2)
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)
        return figure


def _watch(peak, stop):
    """Largest memory of this process, of its workers together, and processor seconds, until told to stop."""
    before = _used()[2]
    while True:
        last = stop.wait(0.1)
        here, workers, worked = _used()
        peak[:] = max(peak[0], here), max(peak[1], workers), max(peak[2], worked - before)
        if last:
            return


def _used():
    """Resident memory (GB) of this process and of its workers, and processor seconds of all."""
    me = psutil.Process()
    workers = worked = 0.0
    for child in me.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            workers += child.memory_info().rss / 1e9
            worked += sum(child.cpu_times()[:2])
    return me.memory_info().rss / 1e9, workers, worked + sum(me.cpu_times()[:2])
