"""Are the p-values of `catalog_null_test` uniform where no earthquake has any effect?

Usage: ``python benchmarks/long_null_calibration.py [--worlds N] [--first SEED] [--nulls B] [--jobs N]
[--minutes M] [--store FILE]``.

A world is two years of daily maps (the empirical ionosphere with its seasons, and two random fields on the
sphere, as in `make_tec`) and a simulated catalog that knows nothing of them; a forest of 50 trees learns on
windows of ten days before earthquakes and matched controls, and is tested on the second half. Each null has
its p-value, the headline is their largest. Beside them stands what is usually done: labels permuted under
random controls; and the catalog nulls under the same random controls.

A finished world is a line of ``measured/null_calibration.jsonl``; a later run goes on from there (with
another number of catalogs than its 39 it needs another file, ``--store``). Many worlds with few catalogs
each tell of a bias sooner than few with many: ``--first 2000 --worlds 600 --nulls 4 --store
benchmarks/measured/null_bias.jsonl``.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from _harness import row, table
from joblib import Parallel, delayed
from lightgbm import LGBMClassifier
from scipy import stats
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from skquake import AftershockRemover, MapSource, SlidingWindow, make_samples
from skquake._core._journal import Journal
from skquake.catalogs import MatchedControls, RandomControls
from skquake.datasets import make_catalog, make_tec
from skquake.datasets._tec import FIELDS
from skquake.inspection import catalog_null_test
from skquake.inspection._null_result import lot_p_value
from skquake.model_selection import chronological_split, evaluate
from skquake.preprocessing import WindowFlattener

START, END = "2001-01-01", "2003-01-01"
LENGTH = 10
SAMPLING = {"region": "dobrovolsky", "days": (-15, 0), "max_length": LENGTH}
NULLS = ("rotate", "shift-longitude", "shuffle-times", "other-place")
STORE = Path(__file__).parent / "measured" / "null_calibration.jsonl"
SETTINGS = {"version": 2, "start": START, "end": END, "length": LENGTH}


def background():
    """Daily maps of the empirical ionosphere, the same in all worlds."""
    file = Path(__file__).with_name("null_background.nc")
    if not file.exists():
        maps = make_tec(START, END, cadence="1D", grid=(20.0, 30.0), random_state=0).truth.background
        maps.to_netcdf(file)
    return xr.load_dataarray(file)


def make_world(seed):
    """Maps without any effect, and a catalog."""
    rng = np.random.default_rng((seed, 1))
    maps = background()
    latitude, longitude = np.meshgrid(maps["latitude"], maps["longitude"][:-1], indexing="ij")
    time_ns = maps["time"].to_numpy().astype("datetime64[ns]").view("int64")
    log = np.zeros((len(time_ns), latitude.size))
    for field in FIELDS:
        basis = field.basis(latitude.ravel(), longitude.ravel())
        steps = np.array([step for step, _ in zip(field.coefficients(time_ns, rng), time_ns, strict=False)])
        log += steps.real @ basis.real - steps.imag @ basis.imag
    log = log.reshape(len(time_ns), *latitude.shape)
    maps = maps * 10.0 ** np.concatenate([log, log[:, :, :1]], axis=2)
    catalog = make_catalog(START, END, n_events=150, min_magnitude=5.5, random_state=seed)
    return MapSource(maps.astype("float32"), name="maps"), catalog


def make_model(source):
    """A forest on windows."""
    forest = LGBMClassifier(
        boosting_type="rf", n_estimators=50, bagging_freq=1, bagging_fraction=0.632, feature_fraction=0.4,
        min_child_samples=5, n_jobs=1, random_state=0, verbose=-1,
    )  # fmt: skip
    return make_pipeline(SlidingWindow(source, LENGTH), WindowFlattener(), forest)


def halves(samples):
    """The first half in time trains."""
    return chronological_split(samples.X, samples.y, test_size=0.5)


def permuted_labels(model, samples, n, rng):
    """p-value of the score when the labels of events and controls are dealt anew."""
    fold = halves(samples)
    observed = evaluate(model, samples, fold, n_resamples=0).seismic_mcc.value
    null = np.full(n, np.nan)
    for k in range(n):
        y = rng.permutation(samples.y)
        null[k] = evaluate(model, Bunch(X=samples.X, y=y), fold, n_resamples=0).seismic_mcc.value
    return observed, lot_p_value(observed, null, rng.random())


def run_world(seed, n_nulls, *, permute):
    """What one world gives, as a row of plain numbers."""
    start = time.perf_counter()
    source, catalog = make_world(seed)
    model = make_model(source)
    settings = {"sampling": SAMPLING, "cv": halves, "min_magnitude": 5.5, "n_nulls": n_nulls}
    settings["decluster"] = AftershockRemover("box")
    row = {"world": seed, "n_nulls": n_nulls}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = catalog_null_test(
            model, source, catalog, controls=MatchedControls(), nulls=NULLS, random_state=seed, **settings
        )
        row |= {"score": found.observed_score, "n_events": found.observed["pipeline"].n_events}
        row["null_mean"] = {null: float(np.nanmean(found.null_scores(null))) for null in NULLS}
        row["null_sd"] = {null: float(np.nanstd(found.null_scores(null))) for null in NULLS}
        row["failed"] = int(found.scores["error"].notna().sum())
        # Before the floor that the number of independent offsets puts under them.
        lots = np.random.default_rng((seed, 2)).random(len(NULLS))
        row["ranks"] = {
            null: lot_p_value(found.observed_score, found.null_scores(null), lot)
            for null, lot in zip(NULLS, lots, strict=True)
        }
        row["p_values"], row["p_value"] = found.p_values, found.p_value
        row["per_catalog"] = found.seconds[["samples", "fit", "score"]].mean().to_dict()
        if permute:
            controls = RandomControls(avoid=catalog, random_state=seed)
            events = AftershockRemover("box").fit_transform(catalog)
            samples = make_samples(source, events, controls, exclude=catalog, **SAMPLING)
            rng = np.random.default_rng((seed, 3))
            row["random_score"], row["labels"] = permuted_labels(model, samples, n_nulls, rng)
            found = catalog_null_test(
                model,
                source,
                catalog,
                controls=RandomControls(),
                nulls=("rotate",),
                random_state=seed,
                **settings,
            )
            row["random_rotate"] = lot_p_value(found.observed_score, found.null_scores("rotate"), lots[0])
    return row | {"seconds": time.perf_counter() - start}


def calibrate(n_worlds, n_nulls, *, first=0, n_jobs=1, minutes=np.inf, store=STORE, permuted_worlds=50):
    """Rows of all worlds from ``first`` on that are finished, after as many more as the minutes allow."""
    background()
    journal = Journal(store, SETTINGS | {"n_nulls": n_nulls})
    rows = {row["world"]: row for row in journal.records}
    asked = range(first, first + n_worlds)
    left = [world for world in asked if world not in rows]
    stop = time.monotonic() + 60.0 * minutes
    # Read as workers ask for more: once the time is over there is no next one.
    more = (
        delayed(run_world)(world, n_nulls, permute=world < permuted_worlds)
        for world in left
        if time.monotonic() < stop
    )
    for new in Parallel(n_jobs=n_jobs, return_as="generator_unordered", pre_dispatch=n_jobs)(more):
        journal.append(new)
        rows[new["world"]] = new
        print(f"world {new['world']}: p {new['p_value']:.2f}, {new['seconds']:.0f} s", flush=True)
    return [rows[world] for world in asked if world in rows]


def bias(rows):
    """One row a null: the observed score less the mean of the null catalogs', over all worlds."""
    less = {null: [row["score"] - row["null_mean"][null] for row in rows] for null in NULLS}
    frame = pd.DataFrame(less)
    return pd.DataFrame({"observed less null": frame.mean(), "standard error": frame.sem()})


def spread(ranks, n_nulls, seed=0):
    """Ranks as numbers between 0 and 1: each spread evenly over its own step."""
    ranks = np.asarray(ranks, dtype=float)
    return ranks - np.random.default_rng(seed).random(len(ranks)) / (1 + n_nulls)


def summary(rows):
    """One row a null: small p-values, distance from one half (uniform: 0.25), and Kolmogorov-Smirnov."""
    n_nulls = rows[0]["n_nulls"]
    columns = {null: [row["ranks"][null] for row in rows] for null in NULLS}
    columns["headline (largest)"] = [row["p_value"] for row in rows]
    permuted = [row for row in rows if "labels" in row]
    if permuted:
        columns["rotate, random controls"] = [row["random_rotate"] for row in permuted]
        columns["labels permuted, random controls"] = [row["labels"] for row in permuted]
    table = []
    for name, p in columns.items():
        uniform = spread(p, n_nulls)
        test, distance = stats.kstest(uniform, "uniform"), np.abs(uniform - 0.5).mean()
        table.append(
            {
                "null": name,
                "worlds": len(p),
                "up to 0.05": np.mean(np.asarray(p) <= 0.05),
                "up to 0.2": np.mean(np.asarray(p) <= 0.2),
                "mean |p - 1/2|": distance,
                # Too far out: the variance of a uniform distance is 1/48.
                "tails p": stats.norm.sf((distance - 0.25) * np.sqrt(48 * len(p))),
                "KS distance": test.statistic,
                "KS p": test.pvalue,
            }
        )
    return pd.DataFrame(table)


def run(quick=False):
    """Rows and a table for ``run.py``; worlds that are finished already are not simulated anew."""
    n_worlds, n_nulls = (2, 4) if quick else (200, 39)
    store = STORE.with_name("null_calibration_quick.jsonl") if quick else STORE
    rows = calibrate(n_worlds, n_nulls, n_jobs=2, store=store)
    found = summary(rows)
    ratios = [
        # Uniform: a p-value of the test above 0.01. The largest of several is conservative instead.
        row(f"{test}-value, uniform {line['null']}", "0.01", line[test] / 0.01, None if quick else 1.0)
        for _, line in found[found["null"].isin(NULLS)].iterrows()
        for test in ("KS p", "tails p")
    ]
    return [
        *ratios,
        table(f"{len(rows)} worlds without an effect, {n_nulls} catalogs each", found.set_index("null")),
    ]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="seed of the first world")
    parser.add_argument("--nulls", type=int, default=39, help="catalogs of each null (default %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="worlds at a time")
    parser.add_argument("--minutes", type=float, default=np.inf, help="start no further world after these")
    parser.add_argument("--store", type=Path, default=STORE)
    parser.add_argument("--quick", action="store_true", help="4 worlds, 9 catalogs: shows that it runs")
    options = parser.parse_args()
    if options.quick:
        options.worlds, options.nulls, options.store = 4, 9, STORE.with_name("null_calibration_quick.jsonl")
    rows = calibrate(
        options.worlds,
        options.nulls,
        first=options.first,
        n_jobs=options.jobs,
        minutes=options.minutes,
        store=options.store,
    )
    print(summary(rows).to_string(index=False, float_format="{:.3f}".format))
    known = [row for row in rows if "null_mean" in row]  # the first worlds of the record did not keep it
    if known:
        print(f"\n{len(known)} worlds\n{bias(known).to_string(float_format='{:.4f}'.format)}")


if __name__ == "__main__":
    main()
