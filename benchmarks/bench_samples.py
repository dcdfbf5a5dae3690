"""Samples out of ten million track rows and 1,400 earthquakes.

All contenders find, for the same events, the windows of 80 consecutive observations in the region
during the 15 days before. The loops look at every row of those days for every event and cut windows
out of what lies inside; they neither settle ownership nor give reasons. ``make_samples`` tiles the track
once and looks at one observation a window, which is where most of its lead comes from.
"""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
from _harness import compare, row

from skquake._core._geodesy import great_circle_km
from skquake.catalogs import dobrovolsky_radius
from skquake.sampling import make_samples
from skquake.sources import TrackSource

LENGTH, DAYS = 80, (-15.0, 0.0)
PART = 40  # the loops, linear in the number of events, are timed on every 40th of them


def make_orbit(n):
    """A circular near-polar orbit at 1 Hz, two channels."""
    rng = np.random.default_rng(0)
    seconds = np.arange(n)
    phase, inclination = 2 * np.pi * seconds / 5640.0, np.deg2rad(87.3)
    along = np.arctan2(np.cos(inclination) * np.sin(phase), np.cos(phase))
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(seconds, unit="s"),
            "latitude": np.rad2deg(np.arcsin(np.sin(inclination) * np.sin(phase))),
            "longitude": (np.rad2deg(along) - seconds / 239.34 + 180) % 360 - 180,
            "Ne": rng.normal(size=n).astype(np.float32),
            "Te": rng.normal(size=n).astype(np.float32),
        }
    )


def make_events(n, days):
    """Earthquakes all over the globe, magnitudes 4.8 and above with b = 1."""
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.uniform(0, days, n), unit="D"),
            "latitude": np.rad2deg(np.arcsin(rng.uniform(-1, 1, n))),
            "longitude": rng.uniform(-180, 180, n),
            "magnitude": 4.8 + np.minimum(rng.exponential(1 / np.log(10), n), 3.5),
        },
        index=[f"q{k}" for k in range(n)],
    )


def windows_of(where, time, pass_id):
    """Consecutive windows of LENGTH from rows ``where``: runs without a gap, in one pass."""
    cuts = np.flatnonzero((np.diff(where) != 1) | (np.diff(pass_id[where]) != 0)) + 1
    return [
        time[run[k : k + LENGTH]]
        for run in np.split(where, cuts)
        for k in range(0, len(run) - LENGTH + 1, LENGTH)
    ]


def pandas_loop(frame, pass_id, events):
    """As users write it: mask the frame by time, measure distances, mask by region, cut windows."""
    found, time = [], frame["time"].to_numpy()
    for event in events.itertuples():
        start, end = (event.time + pd.Timedelta(days=day) for day in DAYS)
        part = frame[(frame["time"] >= start) & (frame["time"] <= end)]
        distance = great_circle_km(part["latitude"], part["longitude"], event.latitude, event.longitude)
        part = part[distance <= dobrovolsky_radius(event.magnitude)]
        found += windows_of(part.index.to_numpy(), time, pass_id)
    return found


def slice_loop(source, events):
    """A careful user's: times are sorted, so days are a slice; numpy distances on its rows."""
    found = []
    for event in events.itertuples():
        first, stop = np.searchsorted(
            source.time, [(event.time + pd.Timedelta(days=day)).value for day in DAYS]
        )
        here = slice(first, stop)
        distance = great_circle_km(
            source.latitude[here], source.longitude[here], event.latitude, event.longitude
        )
        where = first + np.flatnonzero(distance <= dobrovolsky_radius(event.magnitude))
        found += windows_of(where, source.time, source.pass_id)
    return found


def ours(source, events):
    """All of it: fixed tiling, one owner a window, reasons for events without a sample."""
    return make_samples(source, events, region="dobrovolsky", days=DAYS, max_length=LENGTH)


def run(quick=False):
    n, n_events = (200_000, 60) if quick else (10_000_000, 1_400)
    frame, events = make_orbit(n), make_events(n_events, n / 86_400)
    source = TrackSource(frame)
    some = events.iloc[:: 10 if quick else PART]
    scale = len(events) / len(some)
    seconds = compare(
        {
            "ours": lambda: ours(source, events),
            "pandas": lambda: pandas_loop(frame, source.pass_id, some),
            "slices": lambda: slice_loop(source, some),
        },
        repeat=1 if quick else 3,
        warmup=0 if quick else 1,
    )
    size = sum(
        array.nbytes
        for array in (
            source.time, source.latitude, source.longitude, source.values, source.pass_id, source.ascending,
        )
    )  # fmt: skip
    tracemalloc.start()
    samples = ours(source, events)
    extra = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    what = f"make_samples, {n:,} track rows, {n_events:,} events"
    ratio = {name: scale * seconds[name] / seconds["ours"] for name in ("pandas", "slices")}
    counts = {"seconds": round(seconds["ours"], 3), "samples": len(samples.X), "loop_events": len(some)}
    return [
        row(what, "pandas mask and haversine per event", ratio["pandas"], 40, **counts),
        row(what, "searchsorted slices per event", ratio["slices"], 3, **counts),
        row(
            f"{what}: memory", "size of the source / memory on top of it", size / extra, 1,
            source_mb=round(size / 1e6), extra_mb=round(extra / 1e6),
        ),
    ]  # fmt: skip
