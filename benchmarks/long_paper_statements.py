"""What the papers say of night, length, region, magnitude and imbalance, on simulation.

Usage: ``python benchmarks/long_paper_statements.py [--quick] [--seed N] [--days D]``.

The papers compare data sets that differ in one setting and conclude from the order of the scores. Here
SafeNet's data sets are cut out of one simulated track of Swarm, once with nothing planted and once with a
perturbation of the density, with the paper's random controls and with matched ones; a random forest, samples
of an earthquake weighing as one. Where nothing is planted any order of the scores comes from the design.
Seismic MCC with its 95 % interval, 0 is chance; the paper's MCC over three classes stands beside it, and the
*oracle*, which knows noise, undisturbed ionosphere and planted shape, of the same tested windows.
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import show, table

from skquake import AftershockRemover, TrackSource
from skquake._core._weights import event_weights
from skquake.baselines import make_baseline
from skquake.datasets import make_catalog, make_kp, make_track, papers
from skquake.metrics import seismic_mcc
from skquake.model_selection import evaluate

STATEMENTS = {
    "night": ("03", "06"),
    "length": ("05", "03", "02"),
    "region": ("07", "08", "10", "03"),
    "magnitude": ("11", "12", "13"),
    "imbalance": ("03", "14", "17"),
}


def world(effect, seed, days, cadence):
    """Track, its truth, catalog and Kp; the effect lies before the independent earthquakes."""
    start = pd.Timestamp(papers.SAFENET["03"].period[0])
    end = start + pd.Timedelta(days=days)
    catalog = make_catalog(start, end, random_state=seed)
    independent = AftershockRemover("box").fit_transform(catalog.query("magnitude >= 4.8"))
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=seed)
    made = make_track(
        "swarm", start, end, catalog=independent, effect=effect, kp=kp, fields=True, cadence=cadence,
        random_state=seed,
    )  # fmt: skip
    return TrackSource(made.frame, name="swarm"), made.truth, catalog, kp


def score(name, mode, place, seed):
    """One data set in one mode: a row, or None where it has no sample or one class only."""
    data, (track, truth, catalog, kp) = papers.SAFENET[name], place
    try:
        samples = data.samples(track, catalog, kp, mode=mode, random_state=seed, max_per_event=5)
        cut = data.split(samples, mode)
        steps = [step for _, step in data.model(track).steps[:2]]
        forest = make_baseline("RF", *steps, min_samples_leaf=5, n_jobs=1, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = evaluate(forest, samples, cut, sample_weight="event", random_state=seed)
    except ValueError as error:
        print(f"  {name}, {mode}: {error}", flush=True)
        return None
    mcc = dict(zip(("mcc", "low", "high"), found.seismic_mcc[:3], strict=True))
    row = {"n_events": found.n_events, **mcc, "f1_micro": found.paper["f1_micro"]}
    return row | {"oracle": oracle(data, truth, samples, cut)} if truth.plant.effect else row


def oracle(data, truth, samples, cut):
    """Seismic MCC of the oracle on the tested windows, an earthquake or control counted once."""
    (_, test), y = cut, np.asarray(samples.y)
    test = test[y[test] < 2]
    weight = event_weights(samples.X["event_id"].iloc[test])
    return float(seismic_mcc(y[test], truth.oracle(samples.X, data.length)[test], sample_weight=weight))


def measure(seed, days, cadence, names, effects=(0.0, 0.5)):
    """Rows (effect, data set, mode)."""
    rows = []
    for effect in effects:
        place = world(effect, seed, days, cadence)
        for name in names:
            for mode in papers.MODES:
                found = score(name, mode, place, seed)
                if found is not None:
                    rows.append({"effect": effect, "data set": name, "mode": mode, **found})
                    print(rows[-1], flush=True)
    return rows


def run(quick=False, seed=1, days=730, cadence=4.0):
    """A table for each statement; all rows in ``long_paper_statements.json``."""
    names = sorted({name for pair in STATEMENTS.values() for name in pair})
    days, cadence, names = (420, 8.0, ["07", "10"]) if quick else (days, cadence, names)
    rows = measure(seed, days, cadence, names)
    if not quick:
        Path(__file__).with_suffix(".json").write_text(json.dumps(rows, indent=1))
    rows = pd.DataFrame(rows)
    cell = "{mcc:.2f} [{low:.2f}, {high:.2f}], {n_events:.0f}".format_map
    beside = "; oracle {oracle:.2f}".format_map
    rows["score"] = [cell(row) + (beside(row) if row["effect"] else "") for row in rows.to_dict("records")]
    wide = rows.pivot(index="data set", columns=["effect", "mode"], values="score")
    wide.insert(0, "published MCC", [papers.SAFENET[k].published["SafeNet"].mcc for k in wide.index])
    return [
        table(f"{statement}: seismic MCC, events tested", wide.loc[[k for k in sets if k in wide.index]])
        for statement, sets in STATEMENTS.items()
        if wide.index.isin(sets).sum() > 1
    ]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="two data sets: shows that it runs")
    parser.add_argument("--seed", type=int, default=1, help="of the simulation (default %(default)s)")
    parser.add_argument("--days", type=int, default=730, help="days to simulate (default %(default)s)")
    options = parser.parse_args()
    show(run(options.quick, options.seed, options.days))


if __name__ == "__main__":
    main()
