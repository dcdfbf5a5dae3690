"""Shared observations by brute force, and crowded sample frames to look for them in."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from skquake._core._geodesy import great_circle_km


def brute_force(X, train, test, gap_days=0.0, within_km=None):
    """Which of the rows ``train`` share an observation with one of the rows ``test``, pair by pair."""
    gap = pd.Timedelta(days=gap_days)
    shared = []
    for i in train:
        a = X.iloc[i]
        hit = False
        for j in test:
            b = X.iloc[j]
            overlap = a["obs_start"] - gap <= b["obs_end"] and b["obs_start"] - gap <= a["obs_end"]
            if a["source"] == b["source"] and overlap:
                same_pass = "pass_id" in X and pd.notna(a["pass_id"]) and a["pass_id"] == b["pass_id"]
                reach = a["radius_km"] + b["radius_km"] if within_km is None else within_km
                km = great_circle_km(a["latitude"], a["longitude"], b["latitude"], b["longitude"])
                hit = hit or same_pass or km <= reach + 1e-3
        shared.append(hit)
    return np.array(shared, dtype=bool)


@st.composite
def random_samples(draw, min_rows=2, max_rows=25, days=4):
    """Sample frame of crowded rows: poles, dateline, two sources, maps or passes."""
    n = draw(st.integers(min_rows, max_rows))
    few = st.integers(0, 3)
    hours = np.array(draw(st.lists(st.integers(0, 24 * days), min_size=n, max_size=n)))
    start = pd.Timestamp("2015-01-01") + pd.to_timedelta(hours, unit="h")
    lengths = pd.to_timedelta(draw(st.lists(st.integers(0, 30), min_size=n, max_size=n)), unit="h")
    column = lambda values: draw(st.lists(values, min_size=n, max_size=n))  # noqa: E731
    pair_id = column(few)
    X = pd.DataFrame(
        {
            "source": column(st.sampled_from("ab")),
            "time": start,
            "latitude": column(st.sampled_from([-90.0, -60.0, 0.0, 1.0, 45.0, 90.0])),
            "longitude": column(st.sampled_from([-180.0, -179.0, 0.0, 1.0, 90.0, 179.0])),
            "event_id": [f"{event}{pair}" for event, pair in zip(column(few), pair_id, strict=True)],
            "pair_id": pair_id,
            "radius_km": column(st.sampled_from([0.0, 60.0, 150.0, 3000.0, 15000.0])),
            "obs_start": start,
            "obs_end": start + lengths,
        }
    )
    if draw(st.booleans()):
        X["pass_id"] = column(st.sampled_from([0.0, 1.0, 2.0, np.nan]))
    return X


@st.composite
def parted_samples(draw):
    """Sample frame with positions of training and test rows."""
    X = draw(random_samples())
    is_test = np.array(draw(st.lists(st.booleans(), min_size=len(X), max_size=len(X))))
    return X, np.flatnonzero(~is_test), np.flatnonzero(is_test)
