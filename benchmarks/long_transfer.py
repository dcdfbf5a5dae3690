"""Does a network that learnt on a large satellite record help on a small one of another satellite?

Usage: ``python benchmarks/long_transfer.py [--quick] [--seeds N] [--effect E] [--refit-scaler]``.

Simulated nights of DEMETER (660 km, 22:30 local time, two years) and of a CSES-like satellite (507 km,
02:00, a year), with the same kind of perturbation of Ne before each earthquake and controls matched in place.
The first part of each record trains, the rest tests, purged. *direct*: trained on CSES alone; *initial*:
trained on DEMETER and applied to CSES as it is; *transferred*: trained on DEMETER, then on CSES, nothing
frozen, with the scale of DEMETER. The *oracle* knows noise, ionosphere and planted shape.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import show
from _harness import table as whole_table
from sklearn.pipeline import make_pipeline

from skquake import (
    AftershockRemover,
    SeqNetQuakeClassifier,
    SlidingWindow,
    TrackSource,
    cross_dataset_score,
    make_samples,
)
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.metrics import seismic_auc, seismic_mcc
from skquake.model_selection import chronological_split
from skquake.preprocessing import ChannelScaler
from skquake.sources import SourceCollection

LENGTH, CADENCE_S = 20, 3.0  # a minute, 450 km
STARTS = {"DEMETER": "2006-01-01", "CSES": "2018-08-01"}
TEST_SIZE = {"DEMETER": 0.2, "CSES": 0.5}
SCORES = {"seismic_mcc": seismic_mcc, "seismic_auc": seismic_auc}


def simulate(satellite, days, effect, seed):
    """Source, truth and samples of one satellite."""
    start = pd.Timestamp(STARTS[satellite])
    end = start + pd.Timedelta(days=days)
    everything = make_catalog(start, end, random_state=seed)
    catalog = AftershockRemover("box").fit_transform(everything.query("magnitude >= 4.8"))
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=seed)
    track = make_track(
        satellite.lower(),
        start,
        end,
        catalog=catalog,
        effect=effect,
        kp=kp,
        side="night",
        cadence=CADENCE_S,
        random_state=seed,
    )
    source = TrackSource(track.frame, channels=["Ne", "Te"], name=satellite)
    samples = make_samples(
        source,
        catalog,
        MatchedControls(avoid=everything, match="local-time", satellite=satellite.lower(), random_state=seed),
        region="dobrovolsky",
        days=(-15, 0),
        max_length=LENGTH,
        exclude=everything,
        kp=kp,
    )
    return source, track.truth, samples


def oracle(truth, samples, test_size):
    """Scores of the likelihood ratio that knows the truth, on the tested rows."""
    X, y = samples.X, np.asarray(samples.y)
    _, test = chronological_split(X, y, test_size=test_size)
    rows = test[y[test] < 2]
    proba = truth.oracle(X, LENGTH)[rows]
    weight = 1.0 / X.iloc[rows].groupby("event_id")["event_id"].transform("size").to_numpy()
    return {name: float(score(y[rows], proba, sample_weight=weight)) for name, score in SCORES.items()}


def measure(seed, days, effect, refit_scaler, epochs):
    """The frame of `cross_dataset_score` with a row of the oracle for each satellite."""
    began = time.perf_counter()
    sources, truths, samples = {}, {}, {}
    for satellite in STARTS:
        sources[satellite], truths[satellite], samples[satellite] = simulate(
            satellite, days[satellite], effect, seed
        )
    X = pd.concat([made.X for made in samples.values()], ignore_index=True)
    y = np.concatenate([made.y for made in samples.values()])
    model = make_pipeline(
        SlidingWindow(SourceCollection(sources), LENGTH),
        ChannelScaler(log=[0, 1]),
        SeqNetQuakeClassifier(epochs=epochs, random_state=seed),
    )
    frame = cross_dataset_score(
        model,
        X,
        y,
        scoring=list(SCORES),
        transfer="fine-tune",
        refit_scaler=refit_scaler,
        test_size=TEST_SIZE,
        random_state=seed,
    )
    known = [
        {"train": "oracle", "test": satellite, "kind": "oracle", "scoring": name, "score": score}
        for satellite in STARTS
        for name, score in oracle(truths[satellite], samples[satellite], TEST_SIZE[satellite]).items()
    ]
    frame = pd.concat([frame, pd.DataFrame(known)], ignore_index=True).assign(seed=seed, effect=effect)
    print(f"seed {seed}: {len(X)} windows, {time.perf_counter() - began:.0f} s", flush=True)
    return frame


def table(frame):
    """Scores by satellite tested and kind of training, one column a seed, and their mean."""
    wide = frame.pivot_table(index=["scoring", "test", "kind"], columns="seed", values="score", sort=False)
    return wide.assign(mean=wide.mean(axis=1))


def run(quick=False, seeds=5, days=(730, 365), effect=0.35, epochs=50, refit_scaler=False):
    """One table, and every score beside it in ``long_transfer.json``."""
    if quick:
        seeds, epochs, days = 1, 3, (150, 120)
    days = dict(zip(STARTS, days, strict=True))
    frames = []
    for seed in range(1, seeds + 1):
        frames.append(measure(seed, days, effect, refit_scaler, epochs))
        if not quick:
            rows = json.loads(pd.concat(frames).to_json(orient="records"))
            Path(__file__).with_suffix(".json").write_text(json.dumps(rows, indent=1))
    scores = table(pd.concat(frames))
    found = []
    for name in SCORES:
        on_cses = scores.loc[(name, "CSES")].drop(columns="mean")
        better = int((on_cses.loc["transferred"] > on_cses.loc["direct"]).sum())
        found.append(f"{name}: transferred beats direct on CSES in {better} of {seeds} seeds")
    title = f"{days['DEMETER']} days of DEMETER, {days['CSES']} of CSES; {'; '.join(found)}"
    return [whole_table(title, scores)]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="short tracks: shows that it runs, no more")
    parser.add_argument("--seeds", type=int, default=5, help="simulations (default %(default)s)")
    parser.add_argument("--effect", type=float, default=0.35, help="change of Ne (default %(default)s)")
    parser.add_argument("--demeter-days", type=int, default=730, help="default %(default)s")
    parser.add_argument("--cses-days", type=int, default=365, help="default %(default)s")
    parser.add_argument("--epochs", type=int, default=50, help="of each training (default %(default)s)")
    parser.add_argument("--refit-scaler", action="store_true", help="fine-tune with the scale of CSES")
    options = parser.parse_args()
    days = options.demeter_days, options.cses_days
    show(run(options.quick, options.seeds, days, options.effect, options.epochs, options.refit_scaler))


if __name__ == "__main__":
    main()
