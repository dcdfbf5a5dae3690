"""Bounds of ionosphere maps: against pandas, growth with cells and epochs, a long stack in blocks."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import compare, peak_mb, row

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


def stream(years, grid, block_days=10):
    """Send hourly maps of noise through the bounds, block by block, in this process.

    Returns
    -------
    dict
        epochs; seconds (of the bounds, without those that make the noise); and the peak of this process'
        memory in MB before it began, after half of the maps, and in the end.
    """
    bounds = IQRBounds(days=15, samples_per_day=24)
    blank = np.full((24, *grid), np.nan, dtype=np.float32)
    bounds.partial_fit(blank)
    n_blocks, seconds, peaks = round(years * 365.25 / block_days), 0.0, [peak_mb()]
    for block in range(n_blocks):
        maps = stack(24 * block_days, grid, "1h", seed=block, dtype=np.float32)[0]
        start = time.perf_counter()
        bounds.transform(maps)
        bounds.partial_fit(maps)
        seconds += time.perf_counter() - start
        if block + 1 in (n_blocks // 2, n_blocks):
            peaks.append(peak_mb())
    epochs = n_blocks * block_days * 24
    return {"epochs": epochs, "seconds": seconds, **dict(zip(("before", "half", "end"), peaks, strict=True))}


def streaming(years, grid):
    """A real stream in a process of its own, whose peak is that of the stream alone."""
    code = f"import json, bench_bounds as b; print(json.dumps(b.stream({years}, {grid})))"
    here = Path(__file__).parent
    found = json.loads(
        subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, check=True).stdout
    )
    per_epoch = found["seconds"] / found["epochs"]
    what = f"{found['epochs']} hourly maps of {grid[0]} x {grid[1]} through IQRBounds, 10 days at a time"
    extra = {"ms_an_epoch": round(1e3 * per_epoch, 2)}
    extra["minutes_for_20_years_at_this_rate"] = round(per_epoch * 24 * 365.25 * 20 / 60, 1)
    grown = found["end"] - found["half"]
    return [
        row(what, "2 GB, peak of the process", 2048 / found["end"], 1, peak_mb=round(found["end"]), **extra),
        row(
            "Peak of memory after the first half of that stream",
            "1 % of growth in the second half",
            0.01 * found["half"] / max(grown, 1e-3 * found["half"]),
            None if found["epochs"] < 5000 else 1,
            grown_mb=round(grown, 1),
        ),
    ]


def run(quick=False):
    """Ratios for 55 days of 2-hourly maps on the grid of the real ones, and 20 years of hourly ones."""
    epochs, grid = (400, (2, 4)) if quick else (660, (71, 73))
    return [
        *against_pandas(epochs, grid, 1),
        *growth(epochs, grid, 1 if quick else 5),
        *streaming(0.15 if quick else 20, grid),
    ]
