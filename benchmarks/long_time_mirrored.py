"""How often do the differences of `time_mirrored_test` exclude 0, without an effect and with one?

Usage: ``python benchmarks/long_time_mirrored.py [--worlds N] [--seed S]``.

A world is three years of daily values at twelve far stations, AR(1) weather (0.9 from day to day, half of its
variance common to all), and 150 earthquakes; logistic regression on three days, learnt on the first half and
tested on the second. Planted are a standard deviation on the three days before each earthquake, on the three
after, on both, or on the 60 days after it.
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np
import pandas as pd
from _harness import table
from scipy.signal import lfilter
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, SeriesSource, SlidingWindow
from skquake.catalogs import MatchedControls
from skquake.inspection import time_mirrored_test
from skquake.model_selection import chronological_split
from skquake.preprocessing import WindowFlattener

DAYS, STATIONS, QUAKES, MEMORY = 1096, 12, 150, 0.9
KINDS = {"nothing": (0, 0), "before": (3, 0), "after": (0, 3), "both": (3, 3), "60 days after": (0, 60)}


def make_world(rng, before, after):
    times = pd.date_range("2015-01-01", periods=DAYS, freq="D")
    stations = pd.DataFrame(
        {"latitude": np.tile([-40.0, 0.0, 40.0], 4), "longitude": np.repeat([-150.0, -60.0, 30.0, 120.0], 3)},
        [f"s{k}" for k in range(STATIONS)],
    )
    noise = rng.normal(size=(DAYS + 100, STATIONS + 1)) * np.sqrt(1.0 - MEMORY**2)
    weather = lfilter([1.0], [1.0, -MEMORY], noise, axis=0)[100:]
    values = np.sqrt(0.5) * (weather[:, 1:] + weather[:, :1])
    near, day = rng.integers(0, STATIONS, QUAKES), rng.uniform(20, DAYS - 20, QUAKES)
    for k, d in zip(near, day.astype(int), strict=True):
        values[d - before + 1 : d + 1, k] += 1.0
        values[d + 1 : d + 1 + after, k] += 1.0
    catalog = pd.DataFrame({"time": times[0] + pd.to_timedelta(day, "D"), "magnitude": 5.5})
    for name in ("latitude", "longitude"):
        catalog[name] = stations[name].to_numpy()[near]
    return SeriesSource(pd.DataFrame(values, times, stations.index), stations, max_km=2500.0), catalog


def halves(samples):
    return chronological_split(samples.X, samples.y, test_size=0.5)


def one(kind, seed, world):
    source, catalog = make_world(np.random.default_rng((seed, len(kind), world)), *KINDS[kind])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = time_mirrored_test(
            make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression()),
            source,
            catalog,
            controls=MatchedControls(region="2000 km"),
            sampling={"region": "2000 km", "days": (-15, 0), "max_length": 3},
            cv=halves,
            decluster=AftershockRemover("box"),
            scoring="seismic_auc",
            n_resamples=500,
            random_state=world,
        )
    row = {"kind": kind, "declared": found.score("declared").value, "mirrored": found.score("mirrored").value}
    for name, score in found.differences.items():
        row |= {f"{name} > 0": score.low > 0.0, f"{name} < 0": score.high < 0.0}
    return row


def study(n_worlds, seed):
    """A row a kind of world: mean scores, and how often each difference excludes 0."""
    kinds = {}
    for kind in KINDS:
        rows = pd.DataFrame([one(kind, seed, world) for world in range(n_worlds)])
        kinds[kind] = rows.drop(columns="kind").astype(float).mean()
        print(kind, kinds[kind].round(3).to_dict(), flush=True)
    return pd.DataFrame(kinds).T.round(3)


def run(quick=False):
    """A table for ``run.py``."""
    n_worlds = 2 if quick else 200
    return [table(f"{n_worlds} worlds of each kind", study(n_worlds, 0))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    start = time.perf_counter()
    print(study(given.worlds, given.seed).to_string())
    print(f"{given.worlds} worlds of each kind, seed {given.seed}: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
