"""Bounds of ionosphere maps against a pandas rolling quantile per column."""

from __future__ import annotations

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


def run(quick=False, n_cells=None):
    """Ratios for 55 days of 2-hourly maps; the grid of the real ones has 71 x 73 cells."""
    n_cells = n_cells or (8 if quick else 200)
    index = pd.date_range("2000-11-21", periods=660, freq="2h")
    noise = np.random.default_rng(0).normal(30.0, 8.0, size=(len(index), n_cells))
    frame = pd.DataFrame(noise, index=index, columns=[f"cell{i}" for i in range(n_cells)])
    bounds = IQRBounds(days=15, k=1.5, style="quartile")
    ours = bounds.fit_transform(frame).to_numpy()
    worst = 0.0
    for other in (per_column, whole_frame):
        np.testing.assert_allclose(ours, other(frame, 15, 1.5), rtol=1e-9, atol=1e-9)
        worst = max(worst, float(np.nanmax(np.abs(ours - other(frame, 15, 1.5)))))
    seconds = compare(
        {
            "ours": lambda: bounds.fit_transform(frame),
            "column": lambda: per_column(frame, 15, 1.5),
            "frame": lambda: whole_frame(frame, 15, 1.5),
        },
        repeat=1 if quick else 3,
    )
    what = f"IQRBounds on {len(index)} maps of {n_cells} cells"
    extra = {"seconds": round(seconds["ours"], 4), "largest_difference": worst}
    return [
        row(
            what,
            "pandas rolling quantile per column",
            seconds["column"] / seconds["ours"],
            None if quick else 20,
            **extra,
        ),
        row(what, "pandas rolling quantile of the frame", seconds["frame"] / seconds["ours"], None),
    ]
