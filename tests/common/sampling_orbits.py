"""Tiny orbits, catalogs and controls, and the slow plain loop that samples are checked against."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from skquake.sources import TrackSource

DAY = 86_400 * 10**9
START = pd.Timestamp("2015-01-01")


def make_orbit(seed=0, *, days=2.0, cadence=60, gaps=3, holes=3, name="track"):
    """A circular near-polar orbit; some rows are missing, some values NaN."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(0, days * 86_400, cadence)
    phase = 2 * np.pi * seconds / 5640.0 + rng.uniform(0, 2 * np.pi)
    inclination = np.deg2rad(87.3)
    latitude = np.rad2deg(np.arcsin(np.sin(inclination) * np.sin(phase)))
    along = np.arctan2(np.cos(inclination) * np.sin(phase), np.cos(phase))
    longitude = np.rad2deg(along) - 360.0 * seconds / 86_164.0 + rng.uniform(-180, 180)
    frame = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(seconds, unit="s"),
            "latitude": latitude,
            "longitude": (longitude + 180) % 360 - 180,
            "Ne": rng.normal(size=len(seconds)),
            "Te": rng.normal(size=len(seconds)),
        }
    )
    frame.loc[rng.choice(len(frame), holes, replace=False), "Te"] = np.nan
    drop = np.concatenate([first + np.arange(4) for first in rng.integers(0, len(frame) - 4, gaps)] or [[]])
    return TrackSource(frame.drop(index=np.unique(drop.astype(int))), name=name, max_gap=5 * cadence)


def make_events(seed=0, n=6, *, start=0.0, end=2.5, magnitude=(6.0, 8.0)):
    """Random earthquakes, in no order."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta(rng.uniform(start, end, n), unit="D").round("s"),
            "latitude": np.rad2deg(np.arcsin(rng.uniform(-1, 1, n))),
            "longitude": rng.uniform(-180, 180, n),
            "depth_km": 10.0,
            "magnitude": rng.uniform(*magnitude, n).round(1),
        },
        index=[f"q{k}" for k in range(n)],
    )


def make_controls(events, seed=0, *, ratio=1, move_days=0.8, matched=True):
    """The same places some time later (matched), or other places and times."""
    rng = np.random.default_rng(seed + 1)
    parts = []
    for k in range(ratio):
        part = events.copy()
        part["time"] += pd.to_timedelta(rng.uniform(-move_days, move_days, len(part)), unit="D").round("s")
        if not matched:
            part["longitude"] = rng.uniform(-180, 180, len(part))
        part.index = [f"{event}-c{k}" for event in events.index]
        part["label"], part["pair_id"] = 0, events.index if matched else part.index
        parts.append(part)
    return pd.concat(parts)


def distance_km(latitude_1, longitude_1, latitude_2, longitude_2):
    a, b, c, d = map(math.radians, (latitude_1, longitude_1, latitude_2, longitude_2))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(min(1.0, h)))


def slow_blocks(track, length, step):
    """First rows of the tiling, by walking along the track."""
    cadence = int(track.cadence / np.timedelta64(1, "ns"))
    blocks, start = [], 0
    while start < len(track.time):
        stop = start
        while stop < len(track.time) and track.pass_id[stop] == track.pass_id[start]:
            stop += 1
        for first in range(start, stop - length + 1, step):
            span = track.time[first + length - 1] - track.time[first]
            whole = np.isfinite(track.values[first : first + length]).all()
            if whole and span <= 1.5 * (length - 1) * cadence:
                blocks.append(first)
        start = stop
    return blocks


def slow_samples(track, catalog, controls, exclude, *, radius, days, hours, length, step, lead, inside):
    """{time of the centre: (event id, owners)}: one block, one quake at a time."""
    rule = {"all": all, "any": any}

    def holds(first, quake, first_day, last_day, rule_name):
        center = first + length // 2
        when = (track.time[center] - quake.time.value) / DAY
        if not first_day <= when <= last_day:
            return False
        rows = [center] if rule_name == "center" else range(first, first + length)
        return rule.get(rule_name, all)(
            distance_km(track.latitude[r], track.longitude[r], quake.latitude, quake.longitude)
            <= radius(quake.magnitude)
            for r in rows
        )

    last = min(days[1], -lead) if lead else days[1]
    found = {}
    for first in slow_blocks(track, length, step):
        center = first + length // 2
        local = (track.time[center] % DAY / DAY * 24 + track.longitude[center] / 15) % 24
        start, end = hours or (0, 24)
        if not (start <= local < end if start <= end else local >= start or local < end):
            continue
        touch = "any" if inside == "any" else "center"
        for places in (catalog, controls):
            owners = [q for q in places.itertuples() if holds(first, q, days[0], last, inside)]
            if owners and places is controls:
                quakes = exclude.itertuples()
                if any(holds(first, q, days[0], max(days[1], 5), touch) for q in quakes):
                    continue
            owners.sort(
                key=lambda q: (
                    distance_km(track.latitude[center], track.longitude[center], q.latitude, q.longitude),
                    abs(track.time[center] - q.time.value),
                    q.time.value,
                    q.Index,
                )
            )
            if owners:
                time = pd.Timestamp(track.time[center])
                assert time not in found, "an event and a control own the same window"
                found[time] = (owners[0].Index, tuple(q.Index for q in owners))
    return found
