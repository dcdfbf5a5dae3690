"""What the stages of a long run take: time, memory, how much they get through."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np
import psutil


@dataclass
class Stages:
    """Seconds, memory and work of each stage, in the order in which they came."""

    rows: list[dict] = field(default_factory=list)

    @contextlib.contextmanager
    def __call__(self, name):
        """Time a stage; gives a dict that takes ``n`` and ``unit`` of what it got through."""
        done, peak, stop = {"n": 0, "unit": ""}, [0.0, 0.0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(peak, stop), daemon=True)
        watcher.start()
        began = time.perf_counter()
        try:
            yield done
        finally:
            seconds = time.perf_counter() - began
            stop.set()
            watcher.join()
        row = {"stage": name, "seconds": seconds, "peak_gb": peak[0], "workers_gb": peak[1], **done}
        self.rows.append(row)
        rate = f"{done['n'] / seconds:>12,.0f} {done['unit']}/s" if done["n"] else ""
        print(
            f"{name:<26}{seconds:>8.1f} s {peak[0]:>6.2f} GB here {peak[1]:>6.2f} GB in workers{rate}",
            flush=True,
        )

    def table(self):
        """All stages as text, with their share of the whole time."""
        whole = sum(row["seconds"] for row in self.rows)
        lines = [f"{'stage':<26}{'seconds':>9}{'share':>8}{'GB here':>9}{'workers':>9}   a second"]
        for row in self.rows:
            rate = f"{row['n'] / row['seconds']:,.0f} {row['unit']}" if row["n"] else ""
            lines.append(
                f"{row['stage']:<26}{row['seconds']:>9.1f}{row['seconds'] / whole:>8.0%}"
                f"{row['peak_gb']:>9.2f}{row['workers_gb']:>9.2f}   {rate}"
            )
        return "\n".join([*lines, f"{'in all':<26}{whole:>9.1f}"])

    def plot(self):
        """Time and memory of the stages, side by side."""
        names = [row["stage"] for row in self.rows]
        at = np.arange(len(names))
        figure, (left, right) = plt.subplots(
            1, 2, sharey=True, figsize=(9, 0.6 + 0.36 * len(names)), layout="constrained"
        )
        seconds = [row["seconds"] for row in self.rows]
        bars = left.barh(at, seconds, color="#0072B2")
        left.bar_label(bars, [f" {value:.1f}" for value in seconds], fontsize=8)
        left.set(yticks=at, yticklabels=names, xlabel="time (s)")
        left.margins(x=0.14)
        left.invert_yaxis()
        here = [row["peak_gb"] for row in self.rows]
        right.barh(at, here, color="#D55E00", label="this process")
        right.barh(at, [row["workers_gb"] for row in self.rows], left=here, color="#E69F00", label="workers")
        right.set(xlabel="largest memory (GB)")
        right.legend(fontsize=8)
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)
        return figure


def _watch(peak, stop):
    """Largest resident memory of this process, and of its workers together, until it is told to stop."""
    me = psutil.Process()
    while not stop.wait(0.1):
        peak[0] = max(peak[0], me.memory_info().rss / 1e9)
        total = 0.0
        for child in me.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                total += child.memory_info().rss / 1e9
        peak[1] = max(peak[1], total)
    peak[0] = max(peak[0], me.memory_info().rss / 1e9)
