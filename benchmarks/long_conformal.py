"""What share of discoveries is false when conformal p-values are calibrated on rotated catalogs?

Usage: ``python benchmarks/long_conformal.py [--worlds N] [--seed S]``.

A world is four years of daily scores in 40 cells: AR(1) weather (0.9 from day to day), three tenths of its
variance common to all cells, and a hundred earthquakes that know nothing of it. An earthquake's score is the
largest of the 15 days before it. With an effect, five of these days are raised by three standard deviations
before three in ten earthquakes. An earthquake is discovered where `scipy.stats.false_discovery_control` of
its p-value is at most 0.1; the discovery is false where none of its days was raised.

Kinds of worlds: earthquakes of independent times; bursts of ten in ten days; scores that grow by a half from
the first to the last year; cells that differ by a standard deviation. Calibration: the same earthquakes in 60
rotated catalogs, each score by itself; one a cell and 27 days; one a 27 days; or each earthquake beside its
own cell on days rotated by multiples of 15. And, as a warning, beside its own cell on the 180 days from the
30th after it on, each day by itself although the days share their nights, and one a 27 days.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
from _harness import table
from scipy.signal import lfilter
from scipy.stats import false_discovery_control

from skquake.alarms import conformal_p_values

DAYS, CELLS, QUAKES, LEAD, ROTATIONS, BLOCK = 1461, 40, 100, 15, 60, 27
MEMORY, COMMON, SHARE, SIZE, RAISED, RATE = 0.9, 0.3, 0.3, 3.0, 5, 0.1
KINDS = ("independent", "bursts", "drift", "cells")


def weather(rng, n):
    """AR(1) of unit variance, shape (days, n)."""
    noise = rng.normal(size=(DAYS + 100, n)) * np.sqrt(1.0 - MEMORY**2)
    return lfilter([1.0], [1.0, -MEMORY], noise, axis=0)[100:]


def make_world(kind, effect, rng):
    """Largest score of the 15 days before each (day, cell), whether one was raised, and the earthquakes."""
    score = np.sqrt(COMMON) * weather(rng, 1) + np.sqrt(1.0 - COMMON) * weather(rng, CELLS)
    if kind == "drift":
        score *= np.linspace(1.0, 1.5, DAYS)[:, np.newaxis]
    if kind == "cells":
        score += rng.normal(size=CELLS)
    day = rng.integers(0, DAYS, QUAKES)
    if kind == "bursts":
        day = (np.repeat(rng.integers(0, DAYS, QUAKES // 10), 10) + rng.integers(0, 10, QUAKES)) % DAYS
    cell = rng.integers(0, CELLS, QUAKES)
    raised = np.zeros((DAYS, CELLS), dtype=bool)
    if effect:
        for quake in rng.choice(QUAKES, round(SHARE * QUAKES), replace=False):
            lead = rng.choice(np.arange(1, LEAD + 1), RAISED, replace=False)
            raised[(day[quake] - lead) % DAYS, cell[quake]] = True
        score = score + SIZE * raised
    before = [np.roll(np.stack([score, raised]), lead, axis=1) for lead in range(1, LEAD + 1)]
    largest, touched = np.max(before, axis=0)
    return largest, touched > 0.0, day, cell


def p_values(largest, day, cell, rng):
    """p of each earthquake, by calibration."""
    score = largest[day, cell]
    away = rng.choice(np.arange(2 * LEAD, DAYS - 2 * LEAD), ROTATIONS, replace=False)
    moved = (day + away[:, np.newaxis]) % DAYS
    shared, month = largest[moved, cell].ravel(), (moved // BLOCK).ravel()
    at = np.broadcast_to(cell, moved.shape).ravel()
    every = np.arange(2 * LEAD, DAYS - 2 * LEAD, LEAD)
    near = np.arange(2 * LEAD, 2 * LEAD + 180)
    after = largest[(day[:, np.newaxis] + near) % DAYS, cell[:, np.newaxis]]
    own = largest[(day[:, np.newaxis] + every) % DAYS, cell[:, np.newaxis]]
    return {
        "each score": conformal_p_values(score, shared),
        "cell and 27 days": conformal_p_values(score, shared, block=at * DAYS + month),
        "27 days": conformal_p_values(score, shared, block=month),
        "own cell": conformal_p_values(score, own),
        "180 days, each": conformal_p_values(score, after),
        "180 days, 27 days": conformal_p_values(score, after, block=(near - near[0]) // BLOCK),
    }


def judge(p, affected, method="bh"):
    """Share of false discoveries (0 of none), of the affected that are found, and whether any is false."""
    found = false_discovery_control(p, method=method) <= RATE
    false = int((found & ~affected).sum())
    power = float(found[affected].mean()) if affected.any() else np.nan
    return false / max(int(found.sum()), 1), power, false > 0, float((p[~affected] <= 0.05).mean())


def study(n_worlds, seed):
    rows = []
    for number, kind in enumerate(KINDS):
        for effect in (False, True):
            for world in range(n_worlds):
                rng = np.random.default_rng((seed, number, effect, world))
                largest, touched, day, cell = make_world(kind, effect, rng)
                for name, p in p_values(largest, day, cell, rng).items():
                    for method in ("bh", "by"):
                        rows.append((kind, effect, name, method, *judge(p, touched[day, cell], method)))
    columns = ["kind", "effect", "calibration", "method", "fdr", "power", "any_false", "p05"]
    frame = pd.DataFrame(rows, columns=columns)
    groups = frame.groupby(["kind", "effect", "calibration", "method"], sort=False)
    found = groups[["fdr", "power", "any_false", "p05"]].mean()
    found.insert(1, "se", groups["fdr"].std() / np.sqrt(n_worlds))
    return found


def run(quick=False):
    """A table for ``run.py``."""
    n_worlds = 2 if quick else 200
    return [table(f"discoveries in {n_worlds} worlds of each kind", study(n_worlds, 0).round(3))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    start = time.perf_counter()
    print(study(given.worlds, given.seed).round(3).to_string())
    print(f"{given.worlds} worlds of each kind, seed {given.seed}: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
