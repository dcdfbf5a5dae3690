"""What each set of inputs scores where no earthquake has any effect.

Usage: ``python benchmarks/long_null_inputs.py [--quick] [--seeds N] [--days D]``.

Simulated nights of Swarm, nothing planted; a random forest on windows of 70 observations (every 2 s); five
folds of whole pairs, purged. Under random controls, which avoid the seismic belts, whatever betrays the place
passes for a precursor; under controls of the same place and local time nothing should.
Seismic MCC with its 95 % interval; the effect of nothing is 0.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd
from _harness import show, table
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls, RandomControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.inspection import location_probe, place_date_probe
from skquake.model_selection import PurgedGroupKFold, evaluate
from skquake.preprocessing import ChannelScaler, MASSResidual, NeLOGResidual

LENGTH = 70
FIELD = ["B_N", "B_E", "B_C"]
INPUTS = {
    "Ne": ["Ne"],
    "Ne, Te": ["Ne", "Te"],
    "B": FIELD,
    "Ne, B": ["Ne", *FIELD],
    "residuals of Ne, B": ["Ne_nelog", *(f"{name}_mass" for name in FIELD)],
}


def measure(seed, days):
    """Rows (controls, inputs) with the score and its interval."""
    start = pd.Timestamp("2014-04-01")
    end, margin = start + pd.Timedelta(days=days), pd.Timedelta(days=150)
    everything = make_catalog(start - margin, end + margin, random_state=seed)
    catalog = AftershockRemover("box").fit_transform(everything.query("magnitude >= 4.8"))
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=seed)
    frame = make_track(
        "swarm", start, end, side="night", cadence=2.0, fields=True, kp=kp, random_state=seed
    ).frame
    track = TrackSource(make_pipeline(NeLOGResidual(), MASSResidual()).fit_transform(frame), name="swarm")
    matched = MatchedControls(avoid=everything, match="local-time", satellite="swarm", random_state=seed)
    rows = []
    for name, controls in {"random": RandomControls(random_state=seed), "matched": matched}.items():
        samples = make_samples(
            track, catalog, controls, region="dobrovolsky", days=(-15, 0), local_time="night",
            max_length=LENGTH, exclude=everything, kp=kp, max_per_event=5,
        )  # fmt: skip
        split = PurgedGroupKFold(5)
        found = {
            "place alone": location_probe(samples, split, random_state=seed),
            "place and date": place_date_probe(samples, split, random_state=seed),
        }
        for inputs, channels in INPUTS.items():
            log = [k for k, channel in enumerate(channels) if channel in ("Ne", "Te")]
            steps = SlidingWindow(track, LENGTH, channels=channels), ChannelScaler(log=log)
            model = make_baseline("RF", *steps, min_samples_leaf=5, n_jobs=2, random_state=seed)
            found[inputs] = evaluate(model, samples, split, random_state=seed)
        for inputs, result in found.items():
            rows.append({"seed": seed, "controls": name, "inputs": inputs, "n_events": result.n_events})
            rows[-1] |= dict(zip(("mcc", "low", "high"), result.seismic_mcc[:3], strict=True))
            print(f"seed {seed}, {name} controls, {inputs}: {result.seismic_mcc}", flush=True)
    return rows


def run(quick=False, seeds=3, days=730):
    """One table, and every score beside it in ``long_null_inputs.json``."""
    seeds, days = (1, 500) if quick else (seeds, days)
    rows = []
    for seed in range(1, seeds + 1):
        rows += measure(seed, days)
        if not quick:
            Path(__file__).with_suffix(".json").write_text(json.dumps(rows, indent=1))
    scores = pd.DataFrame(rows)
    scores["covers 0"] = (scores["low"] <= 0) & (scores["high"] >= 0)
    summary = scores.groupby(["controls", "inputs"], sort=False).agg(
        {"mcc": ["mean", "min", "max"], "covers 0": "sum", "n_events": "mean"}
    )
    return [table(f"Seismic MCC of nothing, {seeds} seed(s), {days} days", summary)]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one short track: shows that it runs")
    parser.add_argument("--seeds", type=int, default=3, help="simulations (default %(default)s)")
    parser.add_argument("--days", type=int, default=730, help="days to simulate (default %(default)s)")
    options = parser.parse_args()
    show(run(options.quick, options.seeds, options.days))


if __name__ == "__main__":
    main()
