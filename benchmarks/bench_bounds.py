"""Bounds of ionosphere maps: against pandas, growth with cells and epochs, a long stack in blocks."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pandas as pd
from _harness import compare, row

from skquake.preprocessing import IQRBounds


def per_column(frame, days, k):
    """What users write: per series and hour, a rolling quantile shifted by one day."""
    columns = []
    for name in frame:
        series = frame[name]
        by_hour = series.groupby(series.index.hour, group_keys=False)
        low, mid, high = (
            by_hour.apply(lambda g, q=q: g.rolling(days).quantile(q).shift(1)).sort_index()
            for q in (0.25, 0.5, 0.75)
        )
        columns += [mid - k * (mid - low), mid, mid + k * (high - mid)]
    return np.stack(columns, axis=1)


def whole_frame(frame, days, k):
    """The same with all columns in one frame."""
    by_hour = frame.groupby(frame.index.hour, group_keys=False)
    low, mid, high = (
        by_hour.apply(lambda g, q=q: g.rolling(days).quantile(q).shift(1)).sort_index().to_numpy()
        for q in (0.25, 0.5, 0.75)
    )
    return np.stack([mid - k * (mid - low), mid, mid + k * (high - mid)], axis=2).reshape(len(frame), -1)


def stack(n_epochs, grid=(71, 73), freq="2h", seed=0, dtype=np.float64):
    """Maps of noise and their times."""
    index = pd.date_range("2000-11-21", periods=n_epochs, freq=freq)
    noise = np.random.default_rng(seed).standard_normal((n_epochs, *grid), dtype=np.float32)
    return (30.0 + 8.0 * noise).astype(dtype), index


def against_pandas(n_epochs, grid, repeat):
    """Our bounds of a whole stack beside pandas' of each column, and of the frame."""
    maps, index = stack(n_epochs, grid)
    frame = pd.DataFrame(maps.reshape(n_epochs, -1), index=index)
    bounds = IQRBounds(days=15, k=1.5, style="quartile", samples_per_day=12)
    ours = bounds.fit_transform(maps).reshape(n_epochs, -1)
    found = {}
    seconds = compare(
        {
            "ours": lambda: bounds.transform(maps),
            "frame": lambda: found.update(frame=whole_frame(frame, 15, 1.5)),
            "column": lambda: found.update(column=per_column(frame, 15, 1.5)),
        },
        repeat=repeat,
        warmup=0,
    )
    worst = 0.0
    for other in found.values():
        np.testing.assert_allclose(ours, other, rtol=1e-9, atol=1e-9)
        worst = max(worst, float(np.nanmax(np.abs(ours - other))))
    what = f"IQRBounds on {n_epochs} maps of {grid[0]} x {grid[1]}"
    extra = {"seconds": round(seconds["ours"], 3), "largest_difference": worst}
    by_column, by_frame = (seconds[name] / seconds["ours"] for name in ("column", "frame"))
    return [
        row(what, "pandas rolling quantile per column", by_column, 20, **extra),
        row(what, "pandas rolling quantile of the frame", by_frame, None),
    ]


LINEAR = 0.7  # a time that grows with the square would give 0.25; caches and memory cost a little


def growth(n_epochs, grid, repeat):
    """Four times the cells, and four times the epochs with bounds, beside four times the time."""
    bounds, history = IQRBounds(days=15, samples_per_day=12), 15 * 12
    small, wide, long = (
        stack(n, g, dtype=np.float32)[0]
        for n, g in ((n_epochs, grid), (n_epochs, (4 * grid[0], grid[1])), (4 * n_epochs - 3 * history, grid))
    )
    seconds = compare(
        {
            "small": lambda: bounds.transform(small),
            "wide": lambda: bounds.transform(wide),
            "long": lambda: bounds.transform(long),
        },
        repeat=repeat,
    )
    return [
        row(
            f"IQRBounds, four times the {what}",
            "four times the time",
            4 * seconds["small"] / seconds[name],
            LINEAR,
        )
        for what, name in (("cells", "wide"), ("epochs", "long"))
    ]


def streaming(n_days, grid, block_days, years=20):
    """Peak memory and time of an hourly stack that goes through in blocks."""
    bounds = IQRBounds(days=15, samples_per_day=24)

    def blocks():
        for first in range(0, n_days, block_days):
            yield stack(24 * block_days, grid, "1h", seed=first, dtype=np.float32)[0]

    def stream():
        bounds.fit(blank)
        bounds.partial_fit(blank)
        seconds = 0.0
        for maps in blocks():
            start = time.perf_counter()
            bounds.transform(maps)
            bounds.partial_fit(maps)
            seconds += time.perf_counter() - start
        return seconds

    blank = np.full((24, *grid), np.nan, dtype=np.float32)
    seconds = stream()
    tracemalloc.start()
    stream()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    what = f"IQRBounds on hourly maps of {grid[0]} x {grid[1]}, {block_days} days at a time"
    extra = {
        "peak_mb": round(peak),
        f"minutes_for_{years}_years": round(seconds / n_days * 365.25 * years / 60, 1),
    }
    return [row(what, "2 GB of memory", 2048 / peak, 1, **extra)]


def run(quick=False):
    """Ratios for 55 days of 2-hourly maps on the grid of the real ones."""
    epochs, grid = (400, (2, 4)) if quick else (660, (71, 73))
    return [
        *against_pandas(epochs, grid, 1),
        *growth(epochs, grid, 1 if quick else 5),
        *streaming(40 if quick else 120, grid, 10),
    ]
