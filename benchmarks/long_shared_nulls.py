"""What power loses or gains by null catalogs that all planted studies share.

Usage: ``python benchmarks/long_shared_nulls.py [--worlds N] [--repeats N] [--seed S]``.

`injection_recovery` ranks every planted study among the same catalogs without an effect, made from the
catalog that happened. A study of its own would make its null catalogs from its own catalog, and cut them from
its own observations, in which the effect stands. Here both are done to the same planted studies, in worlds of
twelve stations with weather of a memory of 0.9 a day, 731 days, 120 earthquakes, a logistic regression, the
largest p over two nulls of 20 catalogs, and alpha = 0.1 (so that with 20 catalogs, and with the 19 that are
left where a study's own is left out, the two largest ranks count): power and p by the shared catalogs, and by
`catalog_null_test` of each planted study, with null catalogs anew for each study and size.
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake import SeriesSource, SlidingWindow
from skquake.catalogs import MatchedControls
from skquake.catalogs._plant import Plant
from skquake.inspection import catalog_null_test, injection_recovery
from skquake.inspection._inject import footprint, inject
from skquake.inspection._null_catalogs import NULLS
from skquake.inspection._null_result import name_code
from skquake.inspection._record import Record
from skquake.model_selection import chronological_split
from skquake.preprocessing import WindowFlattener

DAYS, STATIONS, QUAKES, MEMORY = 731, 12, 120, 0.9
KINDS, SIZES, N_NULLS, ALPHA = ("shuffle-times", "other-place"), (0.04, 0.08), 20, 0.1
PLANT = Plant(0.0, 0.5, 500.0, (-5.0, 0.0))
CHANNEL = "TEC"


def make_world(rng):
    """Positive values with a memory at stations, and earthquakes beside them."""
    times = pd.date_range("2015-01-01", periods=DAYS, freq="D")
    stations = pd.DataFrame(
        {"latitude": np.tile([-40.0, 0.0, 40.0], 4), "longitude": np.repeat([-150.0, -60.0, 30.0, 120.0], 3)},
        [f"s{k}" for k in range(STATIONS)],
    )
    noise = rng.normal(size=(DAYS + 100, STATIONS)) * np.sqrt(1.0 - MEMORY**2)
    weather = lfilter([1.0], [1.0, -MEMORY], noise, axis=0)[100:]
    near = rng.integers(0, STATIONS, QUAKES)
    day = np.sort(rng.uniform(20, DAYS - 20, QUAKES))
    catalog = pd.DataFrame({"time": times[0] + pd.to_timedelta(day, "D"), "magnitude": 5.5})
    for name in ("latitude", "longitude"):
        catalog[name] = stations[name].to_numpy()[near] + rng.uniform(-1.0, 1.0, QUAKES)
    values = pd.DataFrame(10.0 * np.exp(0.2 * weather), times, stations.index)
    return SeriesSource(values, stations, max_km=1000.0), catalog


def halves(samples):
    """The first half in time trains."""
    return chronological_split(samples.X, samples.y, test_size=0.5)


def make_model(source):
    """Logarithms would be better; what matters here is that both ways have the same."""
    return make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression(C=0.1))


def run_world(seed, world, repeats):
    """One row a planted study and size: p by shared null catalogs, and by its own."""
    source, catalog = make_world(np.random.default_rng((seed, world)))
    settings = {
        "controls": MatchedControls(region="1000 km"),
        "sampling": {"region": "1000 km", "days": (-5, 0), "max_length": 3},
        "cv": halves,
        "decluster": None,
        "min_magnitude": None,
        "scoring": "seismic_auc",
        "nulls": KINDS,
        "n_nulls": N_NULLS,
        "random_state": world,
    }
    curve = injection_recovery(
        make_model(source),
        source,
        catalog,
        sizes=SIZES,
        n_repeats=repeats,
        alpha=ALPHA,
        effect_days=PLANT.days,
        effect_width=PLANT.width,
        effect_min_km=PLANT.minimum_km,
        **settings,
    )
    shared = curve.scores.set_index(["null", "replicate", "size"])["p"]
    record, rows = Record.of(source, catalog), []
    for study in range(repeats):
        kind, replicate = KINDS[study % len(KINDS)], study // len(KINDS)
        draw = np.random.default_rng((world, name_code(kind), replicate))
        events, _ = NULLS[kind]().draw(record, draw)
        where = footprint(source, events, PLANT)
        for k, size in enumerate((0.0, *SIZES)):
            planted = inject(source, where, size, {CHANNEL: 1.0}) if size else source
            seeds = {"random_state": int(np.random.default_rng((seed, world, study, k)).integers(2**31 - 1))}
            own = catalog_null_test(make_model(planted), planted, events, **settings | seeds).p_value
            row = {"world": world, "size": size, "shared": shared.get((kind, replicate, size), np.nan)}
            rows.append(row | {"own": own})
    return rows


def main():
    """Print power by both ways, their paired difference and its standard error over worlds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=8, help="planted studies a world and size")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    start, rows = time.perf_counter(), []
    for world in range(given.worlds):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # few units; failed catalogs
            rows += run_world(given.seed, world, given.repeats)
        print(f"world {world}: {time.perf_counter() - start:.0f} s so far", flush=True)
    table = pd.DataFrame(rows).dropna()
    print(f"{len(table)} studies of {given.worlds} worlds, seed {given.seed}")
    for size, part in table.groupby("size"):
        found = (part[["shared", "own"]] <= ALPHA).assign(world=part["world"])
        by_world = found.groupby("world")[["shared", "own"]].mean()
        difference = by_world["shared"] - by_world["own"]
        p = part["shared"] - part["own"]
        print(
            f"size {size:g}: power {found['shared'].mean():.3f} shared, {found['own'].mean():.3f} own, "
            f"difference {difference.mean():+.3f} (standard error {difference.sem():.3f}); "
            f"p {part['shared'].mean():.3f} and {part['own'].mean():.3f}, mean difference {p.mean():+.3f}, "
            f"correlation {part['shared'].corr(part['own'], method='spearman'):.2f}"
        )


if __name__ == "__main__":
    main()
