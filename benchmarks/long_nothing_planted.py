"""Every step and model with context where nothing is planted: does its interval hold 0, does place show?

Usage: ``python benchmarks/long_nothing_planted.py [--worlds N] [--seed S] [--days D] [--models NAME ...]``.

Each world has a catalog and a simulated track of CSES's nights without any effect. Under matched controls the
seismic MCC of every model has 0 for its truth: its 95 % interval is to hold 0 in 95 of 100 worlds, and to lie
above it in 2.5. Under random controls a place is known by what the ionosphere is there: a forest on Ne as it
is, and on Ne less each background, says how much of that is left.
"""

from __future__ import annotations

import argparse
import time
import warnings

import pandas as pd
from _harness import table
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls, RandomControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.inspection import location_probe
from skquake.model_selection import chronological_split, evaluate
from skquake.neural import make_safenet, make_seqnetquake
from skquake.preprocessing import (
    ChannelLog,
    IRIResidual,
    QuietBackground,
    RevisitResidual,
    WindowFlattener,
    WindowMean,
)
from skquake.sampling import ResidualWindow

START = pd.Timestamp("2018-08-01")
LENGTH, CONTEXT = 20, 20


def world(seed, days):
    """A track without any effect, everything of its catalog, Kp."""
    end = START + pd.Timedelta(days=days)
    everything = make_catalog(START, end, random_state=seed)
    kp = make_kp(START - pd.Timedelta(days=2), end, random_state=seed)
    made = make_track("cses", START, end, kp=kp, side="night", random_state=seed)
    return TrackSource(made.frame, channels=["Ne", "Te"]), everything, kp


def backgrounds(kp):
    """Backgrounds that a user has, by name; F10.7 is the simulation's own."""
    return {
        "IRI": IRIResidual(f107=100.0, altitude_km=507.0),
        "quiet": QuietBackground(kp=kp),
        "revisit": RevisitResidual(kp=kp),
    }


def models(source, kp, seed):
    """Pipelines from samples to classes, by name."""
    around = SlidingWindow(source, LENGTH, context=CONTEXT, missing="nan")
    made = {
        name: make_baseline(name, around, random_state=seed, n_jobs=1)
        for name in ("profile", "MiniRocket", "MultiRocket", "Hydra", "QUANT")
    }
    for name, background in backgrounds(kp).items():
        less = ResidualWindow(around, background, keep="both")
        made[f"profile, less {name}"] = make_baseline("profile", less, random_state=seed)
    made["SeqNetQuake, ours"] = make_seqnetquake(source, LENGTH, context=CONTEXT, random_state=seed)
    made["SafeNet, ours"] = make_safenet(source, LENGTH, context=CONTEXT, random_state=seed)
    return made


def place_models(source, kp, seed):
    """Forests on Ne alone, as it is and less each background."""
    window = SlidingWindow(source, LENGTH, channels=["Ne"], missing="nan")
    forest = RandomForestClassifier(200, min_samples_leaf=5, random_state=seed)
    seen = {"Ne as it is": (window, ChannelLog())}
    seen |= {f"Ne less {name}": (ResidualWindow(window, b),) for name, b in backgrounds(kp).items()}
    return {
        name: make_pipeline(*steps, WindowMean(4), WindowFlattener(), forest) for name, steps in seen.items()
    }


def scores(seed, days, names):
    """One row a model: what it is judged by, the score and its interval."""
    source, everything, kp = world(seed, days)
    catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))
    cut = {"region": "dobrovolsky", "days": (-15, 0), "max_length": LENGTH, "context": CONTEXT, "kp": kp}
    cut |= {"max_per_event": 2, "exclude": everything}
    matched = make_samples(source, catalog, MatchedControls(avoid=everything, random_state=seed), **cut)
    anywhere = make_samples(source, catalog, RandomControls(random_state=seed), **cut)
    for samples, controls, made in (
        (matched, "matched", models(source, kp, seed)),
        (anywhere, "random", place_models(source, kp, seed)),
    ):
        split = chronological_split(samples.X, samples.y)
        made = {name: model for name, model in made.items() if not names or name in names}
        for name, model in made.items():
            found = evaluate(model, samples, split, random_state=seed).seismic_mcc
            print(f"  seed {seed}, {controls}: {name:<24} {found}", flush=True)
            yield controls, name, *found[:3]
        yield controls, "location probe", *location_probe(samples, split, random_state=seed).seismic_mcc[:3]


def study(n_worlds, seed, days, names=()):
    rows = [row for world_seed in range(seed, seed + n_worlds) for row in scores(world_seed, days, names)]
    found = pd.DataFrame(rows, columns=["controls", "model", "value", "low", "high"])
    found = found.assign(above=found["low"] > 0.0, below=found["high"] < 0.0)
    groups = found.groupby(["controls", "model"], sort=False)
    return groups.agg(
        worlds=("value", "size"),
        mean=("value", "mean"),
        sd=("value", "std"),
        largest=("value", "max"),
        above=("above", "sum"),
        below=("below", "sum"),
    ).round(3)


def run(quick=False):
    """A table for ``run.py``."""
    n_worlds, days, names = (1, 400, ("profile", "Ne less IRI")) if quick else (10, 912, ())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [table(f"nothing planted, {n_worlds} worlds", study(n_worlds, 200, days, names))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=200)
    parser.add_argument("--days", type=int, default=912)
    parser.add_argument("--models", nargs="+", default=())
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    print(study(given.worlds, given.seed, given.days, given.models).to_string())
    print(f"seeds {given.seed} to {given.seed + given.worlds - 1}: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
