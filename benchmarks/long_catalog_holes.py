"""How often does `check_catalog` find a hole where there is none, and one that is there?

Usage: ``python benchmarks/long_catalog_holes.py [--worlds N] [--seed S]``.

Catalogs of a few years: Poisson events, few and many; clustered ones, each event followed by others at times
of a power law (branching ratio 0.5 and 0.9); a rate that rises twentyfold in the middle; swarms of 100 events
in five days with and without a background. For the second figure all events of a span of 5 to 40 mean waiting
times are taken away, anywhere but at the ends.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
from _harness import table

from skquake.catalogs import check_catalog

DAYS = 3000
MEANS = (5, 10, 20, 40)  # lengths of holes, in mean waiting times


def clustered(rng, n, ratio, scale=0.01, decay=0.1):
    """Times of ``n`` independent events and of all that follow them."""
    left, times = list(rng.uniform(0, DAYS, n)), []
    while left:
        times.append(left.pop())
        after = scale * (rng.random(rng.poisson(ratio)) ** (-1.0 / decay) - 1.0)
        left.extend(times[-1] + after[times[-1] + after < DAYS])
    return np.array(times)


def swarms(rng, background):
    starts = rng.uniform(0, DAYS, 20)[:, np.newaxis]
    return np.r_[rng.uniform(0, DAYS, background), (starts + rng.uniform(0, 5, (20, 100))).ravel()]


WORLDS = {
    "Poisson, 50": lambda rng: rng.uniform(0, DAYS, 50),
    "Poisson, 700": lambda rng: rng.uniform(0, DAYS, 700),
    "Poisson, 2,000": lambda rng: rng.uniform(0, DAYS, 2000),
    "clustered 0.5, 500 independent": lambda rng: clustered(rng, 500, 0.5),
    "clustered 0.9, 300 independent": lambda rng: clustered(rng, 300, 0.9),
    "clustered 0.9, 30 independent": lambda rng: clustered(rng, 30, 0.9),
    "rate rises twentyfold": lambda rng: np.r_[
        rng.uniform(0, DAYS / 2, 200), rng.uniform(DAYS / 2, DAYS, 4000)
    ],
    "swarms, 60 others": lambda rng: swarms(rng, 60),
    "swarms alone": lambda rng: swarms(rng, 0),
}


def found(times):
    """Whether a hole is found, and the holes."""
    times = pd.Timestamp("2010-01-01") + pd.to_timedelta(np.sort(times), "D")
    catalog = pd.DataFrame({"time": times, "latitude": 0.0, "longitude": 0.0, "magnitude": 5.0})
    return check_catalog(catalog).holes


def study(n_worlds, seed):
    rows = []
    for number, (name, make) in enumerate(WORLDS.items()):
        row = {"catalog": name, "events": 0, "a hole that is none": 0}
        row |= {f"{means} means": 0 for means in MEANS}
        for world in range(n_worlds):
            rng = np.random.default_rng((seed, number, world))
            whole = make(rng)
            row["events"] += len(whole) / n_worlds
            row["a hole that is none"] += len(found(whole)) > 0
            for means in MEANS:
                times = np.sort(make(rng))
                length = means * (times[-1] - times[0]) / len(times)
                start = rng.uniform(times[0], times[-1] - length)
                left = times[(times < start) | (times > start + length)]
                stamp = pd.Timestamp("2010-01-01") + pd.to_timedelta(start + length / 2, "D")
                holes = found(left)
                row[f"{means} means"] += ((holes["start"] < stamp) & (stamp < holes["end"])).any() / n_worlds
        rows.append(row)
    return pd.DataFrame(rows).set_index("catalog").round({"events": 0} | {f"{m} means": 3 for m in MEANS})


def run(quick=False):
    """A table for ``run.py``."""
    n_worlds = 2 if quick else 400
    return [table(f"holes in {n_worlds} catalogs each", study(n_worlds, 0))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    start = time.perf_counter()
    print(study(given.worlds, given.seed).to_string())
    print(f"{given.worlds} catalogs each, seed {given.seed}: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
