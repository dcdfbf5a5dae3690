"""What place and date alone reach in Swarm's honest mode, where nothing is planted.

Usage: ``python benchmarks/long_place_date.py [--worlds N] [--seed S] [--days D]``.

Each world has a catalog of its own, aftershocks included, and a simulated track of Swarm's nights without
any effect. Samples of SafeNet's data sets 03 (Dobrovolsky), 07 (3 degrees) and 14 (two controls an
earthquake) are made and cut in time as ``datasets.papers`` does in its honest mode; windows have seven
observations, one every 10 s, since no probe looks at them.
"""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
from _harness import table

from skquake import TrackSource
from skquake.datasets import make_catalog, make_kp, make_track, papers
from skquake.inspection import location_probe, place_date_probe

SETS = ("03", "07", "14")
PROBES = {"place": location_probe, "place and date": place_date_probe}
START = pd.Timestamp("2014-04-01")


def world(seed, days):
    """A track without any effect, the catalog, Kp."""
    end = START + pd.Timedelta(days=days)
    catalog = make_catalog(START, end, random_state=seed)
    kp = make_kp(START - pd.Timedelta(days=2), end, random_state=seed)
    made = make_track("swarm", START, end, kp=kp, random_state=seed, side="night", cadence=10.0)
    return TrackSource(made.frame, name="swarm"), catalog, kp


def scores(seed, days):
    """One row a data set and probe: the score, its interval, earthquakes and controls tested."""
    track, catalog, kp = world(seed, days)
    for name in SETS:
        data = replace(papers.SAFENET[name], length=7, channels=("Ne",))
        samples = data.samples(track, catalog, kp, random_state=seed)
        for what, probe in PROBES.items():
            found = probe(samples, data.split(samples), sample_weight="event", random_state=seed)
            yield name, what, *found.seismic_mcc[:3], found.n_events


def study(n_worlds, seed, days):
    rows = [row for world_seed in range(seed, seed + n_worlds) for row in scores(world_seed, days)]
    found = pd.DataFrame(rows, columns=["data set", "probe", "value", "low", "high", "tested"])
    found = found.assign(above=found["low"] > 0.0, below=found["high"] < 0.0)
    groups = found.groupby(["data set", "probe"])
    mean = groups.agg(
        worlds=("value", "size"),
        mean=("value", "mean"),
        sd=("value", "std"),
        tested=("tested", "mean"),
        above=("above", "sum"),
        below=("below", "sum"),
    )
    error = mean["sd"] / np.sqrt(mean["worlds"])
    return mean.assign(error=error).round({"mean": 3, "sd": 3, "error": 3, "tested": 0})


def run(quick=False):
    """A table for ``run.py``."""
    n_worlds, days = (2, 550) if quick else (20, 730)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [table(f"place and date, nothing planted, {n_worlds} worlds", study(n_worlds, 100, days))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--days", type=int, default=730)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    print(study(given.worlds, given.seed, given.days).to_string())
    print(f"seeds {given.seed} to {given.seed + given.worlds - 1}: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
