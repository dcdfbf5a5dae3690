"""Joint evidence under shared storms: what it finds where nothing is, and with an effect.

Usage: ``python benchmarks/long_joint.py [--worlds N] [--first N] [--effects E ...] [--nulls N] [--quick]``.

A world is two years of daily values of three instruments at twelve far stations: weather of a memory of 0.9
a day, of which one half of the variance is common to all stations and instruments (storms), and 120
earthquakes. Each instrument has a logistic regression on three days, learnt on the first half and tested on
the second. The p is the largest over two nulls of 19 catalogs (``--nulls 99`` takes five times as long). In
worlds without an effect the share of p <= 0.05 is the size: 5 % for a null alone (3 to 7 % in 200 worlds),
less for the largest. In as many others the values of the first two instruments are raised before each
earthquake, those of the third are not: what joint evidence of all three finds, beside each of the two
alone, and beside Fisher's combination of the three p-values as if they were independent, whose size is
shown.

A finished world is kept in ``measured/joint.json``; a later run goes on from there. Worlds 0 to 199 were run
with ranks in the place of standardised scores, which were chosen since; what is reported are the next 200.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import row, table
from scipy.signal import lfilter
from scipy.stats import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake import SeriesSource, SlidingWindow
from skquake._core._atomic import write_atomically
from skquake.catalogs import MatchedControls
from skquake.inspection import joint_evidence
from skquake.model_selection import chronological_split
from skquake.preprocessing import WindowFlattener

STORE = Path(__file__).parent / "measured" / "joint.json"
DAYS, STATIONS, QUAKES, MEMORY, SHARED = 731, 12, 120, 0.9, 0.5
SOURCES, CARRY = ("swarm", "cses", "tec"), ("swarm", "cses")
FIRST = 200
KINDS, N_NULLS, ALPHA = ("shuffle-times", "other-place"), 19, 0.05
EFFECTS = (0.0, 0.5)  # standard deviations of the values, on the five days before


def make_world(rng, effect):
    """Sources by name, and a catalog."""
    times = pd.date_range("2015-01-01", periods=DAYS, freq="D")
    stations = pd.DataFrame(
        {"latitude": np.tile([-40.0, 0.0, 40.0], 4), "longitude": np.repeat([-150.0, -60.0, 30.0, 120.0], 3)},
        [f"s{k}" for k in range(STATIONS)],
    )
    noise = rng.normal(size=(DAYS + 100, 1 + len(SOURCES) * STATIONS)) * np.sqrt(1.0 - MEMORY**2)
    weather = lfilter([1.0], [1.0, -MEMORY], noise, axis=0)[100:]
    near, day = rng.integers(0, STATIONS, QUAKES), np.sort(rng.uniform(20, DAYS - 20, QUAKES))
    sources = {}
    for k, name in enumerate(SOURCES):
        own = weather[:, 1 + k * STATIONS : 1 + (k + 1) * STATIONS]
        values = np.sqrt(SHARED) * weather[:, :1] + np.sqrt(1.0 - SHARED) * own
        if name in CARRY:
            for station, d in zip(near, day.astype(int), strict=True):
                values[d - 5 : d + 1, station] += effect
        sources[name] = SeriesSource(pd.DataFrame(values, times, stations.index), stations, max_km=1000.0)
    catalog = pd.DataFrame({"time": times[0] + pd.to_timedelta(day, "D"), "magnitude": 5.5})
    for name in ("latitude", "longitude"):
        catalog[name] = stations[name].to_numpy()[near] + rng.uniform(-1.0, 1.0, QUAKES)
    return sources, catalog


def halves(samples):
    """The first half in time trains."""
    return chronological_split(samples.X, samples.y, test_size=0.5)


def analysis(source):
    """The keywords of one analysis."""
    return {
        "pipeline": make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression(C=0.1)),
        "source": source,
        "controls": MatchedControls(region="1000 km"),
        "sampling": {"region": "1000 km", "days": (-5, 0), "max_length": 3},
        "cv": halves,
        "decluster": None,
        "min_magnitude": None,
        "scoring": "seismic_auc",
    }


def settings(n_nulls):
    """What all worlds of a store share."""
    return {"version": 2, "n_nulls": n_nulls, "shared": SHARED, "effects": list(EFFECTS)}


def run_world(world, effect, n_nulls):
    """What one world gives, as a row of plain numbers."""
    start = time.perf_counter()
    sources, catalog = make_world(np.random.default_rng((world, int(effect > 0))), effect)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few units
        found = joint_evidence(
            {name: analysis(source) for name, source in sources.items()}, catalog, nulls=KINDS,
            n_nulls=n_nulls, random_state=world,
        )  # fmt: skip
    p = {null: {} for null in (*KINDS, "largest")}
    for _, line in found.to_frame().iterrows():
        for null in KINDS:
            p[null][line["name"]] = line[f"p {null}"]
        p["largest"][line["name"]] = line["p"]
    for values in p.values():
        product = -2.0 * np.log([values[name] for name in SOURCES]).sum()
        values["as if independent"] = float(chi2.sf(product, 2 * len(SOURCES)))
    correlation = found.dependence().to_numpy()[np.triu_indices(len(SOURCES), 1)].mean()
    row = {"world": world, "effect": effect, "p": p, "failed": int(found.scores.isna().any(axis=1).sum())}
    return row | {"correlation": float(correlation), "seconds": time.perf_counter() - start}


def worlds(n, store, effects=EFFECTS, first=FIRST, n_nulls=N_NULLS):
    """Rows of ``n`` worlds of each effect; those in the store are not made again."""
    kept = json.loads(store.read_text()) if store is not None and store.exists() else {}
    rows = kept.get("rows", []) if kept.get("settings") == settings(n_nulls) else []
    known = {(row["world"], row["effect"]): row for row in rows}
    for world in range(first, first + n):
        for effect in effects:
            if (world, effect) not in known:
                known[world, effect] = run_world(world, effect, n_nulls)
                if store is not None:
                    text = json.dumps({"settings": settings(n_nulls), "rows": list(known.values())})
                    write_atomically(store, lambda path, text=text: path.write_text(text))
        if (world + 1) % 10 == 0:
            seconds = np.mean([row["seconds"] for row in known.values()])
            print(f"{world + 1 - first} of {n} worlds, {seconds:.1f} s each", flush=True)
    return [known[world, effect] for world in range(first, first + n) for effect in effects]


def shares(rows):
    """Share of p <= 0.05, its standard error, by effect, null and what gave the p."""
    lines = [
        {"effect": row["effect"], "null": null, "by": name, "found": p <= ALPHA}
        for row in rows
        for null, values in row["p"].items()
        for name, p in values.items()
    ]
    grouped = pd.DataFrame(lines).groupby(["effect", "null", "by"], sort=False)["found"]
    found = grouped.agg(share="mean", worlds="size").reset_index()
    return found.assign(error=np.sqrt(found["share"] * (1.0 - found["share"]) / found["worlds"]))


def summary(rows, quick=False):
    """Rows and tables for ``run.py``."""
    found = shares(rows)
    share = found.set_index(["effect", "null", "by"])["share"]
    nothing, planted = EFFECTS
    alone = max(share[planted, "largest", name] for name in CARRY)
    joint = share[planted, "largest", "fisher"]
    size = share[nothing, "largest", "fisher"]
    correlation = np.mean([row["correlation"] for row in rows if not row["effect"]])
    return [
        row("share of p > 0.05 without an effect", "0.93", (1.0 - size) / 0.93, None if quick else 1.0),
        row(
            "power, an effect in two of three sources",
            "the better of the two alone",
            joint / alone if alone else np.inf if joint else 0.0,
            None if quick else 1.0,
            joint=round(float(joint), 3),
            alone=round(float(alone), 3),
            correlation=round(float(correlation), 2),
        ),
        table(f"Share of p <= {ALPHA}", found),
    ]


def run(quick=False, n=200):
    """Rows and a table for ``run.py``."""
    return summary(worlds(2 if quick else n, None if quick else STORE), quick)


def main():
    """Print the shares and their standard errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200, help="of each effect (default %(default)s)")
    parser.add_argument("--first", type=int, default=FIRST, help="world to begin with (default %(default)s)")
    parser.add_argument("--effects", type=float, nargs="+", default=EFFECTS, help="worlds (default: both)")
    parser.add_argument("--nulls", type=int, default=N_NULLS, help="of each kind (default %(default)s)")
    parser.add_argument("--store", type=Path, default=STORE, help="where worlds are kept")
    parser.add_argument("--quick", action="store_true", help="two worlds, nothing kept")
    given = parser.parse_args()
    n, store = (2, None) if given.quick else (given.worlds, given.store)
    rows = worlds(n, store, given.effects, given.first, given.nulls)
    print(shares(rows).round(3).to_string(index=False))
    print(f"correlation of null scores between sources: {np.mean([row['correlation'] for row in rows]):.2f}")
    print(f"{sum(row['failed'] for row in rows)} catalogs with a score that could not be had")


if __name__ == "__main__":
    main()
