"""How well do image networks tell the days before an earthquake, with and without any effect to see?

Usage: ``python benchmarks/sip.py [--quick] [--repeats N] [--epochs N] [--backbones NAME ...] [--effect E]
[--mix] [--json FILE]``.

Simulated TEC at 36.5 N, 142 E through two solar cycles, every two hours, with storms; earthquakes nearby at
random times. Images of thirty days (`make_sip_samples`, `SIPImages`), half of them before an earthquake.
Each network is trained several times from other seeds on the same samples, split by blocks of time and at
random. Without an effect every accuracy beyond the larger class's share of the test is the split's doing.
*time alone* knows of an image nothing but when it was taken: its label is that of the training image nearest
in time.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd

from skquake import SIPClassifier
from skquake._core._time import as_ns
from skquake.datasets import make_kp, make_tec
from skquake.neural import repeated_scores
from skquake.neural._sip_networks import BACKBONES
from skquake.sampling import SIPImages, make_sip_samples, sip_split
from skquake.sources import SeriesSource

PLACE = {"latitude": 36.5, "longitude": 142.0}
START = pd.Timestamp("1999-01-01")


def simulate(years, per_year, effect, seed):
    """Sources without and with the effect, otherwise the same, and the catalog."""
    rng = np.random.default_rng(seed)
    end = START + pd.Timedelta(days=round(365.25 * years))
    n = rng.poisson(per_year * years)
    days = np.sort(rng.uniform(0, (end - START).days, n))
    catalog = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(days, "D").as_unit("s"),
            "latitude": PLACE["latitude"] + rng.uniform(-1.5, 1.5, n),
            "longitude": PLACE["longitude"] + rng.uniform(-1.5, 1.5, n),
            "magnitude": 6.0 + rng.exponential(0.4, n).clip(max=2.0),
        },
        index=[f"q{i}" for i in range(n)],
    )
    daily = pd.date_range(START, end, freq="D")
    flux = 120 + 50 * np.sin(2 * np.pi * (daily - START).days / (11 * 365.25))
    station = pd.DataFrame(PLACE, index=["tec"])
    tec = make_tec(
        START,
        end,
        stations=station,
        cadence="2h",
        catalog=catalog,
        effect=effect,
        kp=make_kp(START - pd.Timedelta(days=3), end, random_state=seed),
        f107=pd.Series(flux, daily),
        random_state=seed,
    )
    frames = {0.0: tec.frame - tec.truth.planted, effect: tec.frame}
    return {effect: SeriesSource(frame, station) for effect, frame in frames.items()}, catalog


def time_alone(X, y, train, test):
    """Accuracy of the label of the training sample nearest in time."""
    when = as_ns(X["time"])
    nearest = np.abs(when[test][:, np.newaxis] - when[train]).argmin(axis=1)
    return float(np.mean(y[train][nearest] == y[test]))


def measure(options, source, catalog, effect, seed):
    """Rows (split, backbone) with mean and standard deviation of the accuracy."""
    samples = make_sip_samples(
        source, catalog, **PLACE, magnitude=6.0, region="400 km", clear_days=0, split=None, random_state=seed
    )
    images, y = SIPImages(source).fit_transform(samples.X), samples.y
    print(f"effect {effect:g}: {samples!r}", flush=True)
    rows = []
    for split in ("blocked", "random"):
        train, _, test = sip_split(samples.X, split=split, random_state=seed)
        row = {"effect": effect, "split": split, "n_train": len(train), "n_test": len(test)}
        row["larger class"] = float(max(np.mean(y[test]), 1 - np.mean(y[test])))
        rows.append(
            row | {"backbone": "time alone", "mean": time_alone(samples.X, y, train, test), "std": 0.0}
        )
        for backbone in options.backbones:
            began = time.perf_counter()
            model = SIPClassifier(
                backbone,
                unit_strides=(0,) if backbone.startswith("efficientnet") else (),
                learning_rate=1e-3 if backbone == "cnn" else 1e-4,
                mixup=0.2 if options.mix else 0.0,
                cutmix=1.0 if options.mix else 0.0,
                epochs=options.epochs,
            )
            found = repeated_scores(
                model, images, y, train, test, n_repeats=options.repeats, random_state=seed
            )
            rows.append(
                row
                | {
                    "backbone": backbone,
                    "mean": found.mean,
                    "std": found.std,
                    "best": float(found.scores.max()),
                }
            )
            print(f"  {split}, {backbone}: {found!r}, {time.perf_counter() - began:.0f} s", flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one small network: shows that it runs, no more")
    parser.add_argument("--repeats", type=int, default=10, help="trainings (default %(default)s)")
    parser.add_argument("--epochs", type=int, default=80, help="of each training (default %(default)s)")
    parser.add_argument(
        "--backbones", nargs="+", default=["cnn", "efficientnetv2-b0"], choices=[*BACKBONES, "all"]
    )
    parser.add_argument("--effect", type=float, default=0.3, help="change of TEC (default %(default)s)")
    parser.add_argument("--years", type=float, default=22, help="simulated (default %(default)s)")
    parser.add_argument("--per-year", type=float, default=12, help="earthquakes (default %(default)s)")
    parser.add_argument("--mix", action="store_true", help="train with MixUp and CutMix")
    parser.add_argument("--json", type=Path, default=Path(__file__).with_name("sip.json"))
    options = parser.parse_args()
    if "all" in options.backbones:
        options.backbones = list(BACKBONES)
    if options.quick:
        options.backbones, options.repeats, options.epochs, options.years = ["cnn"], 2, 8, 4
    rows, seed = [], 1
    sources, catalog = simulate(options.years, options.per_year, options.effect, seed)
    for effect, source in sources.items():
        rows += measure(options, source, catalog, effect, seed)
        options.json.write_text(json.dumps(rows, indent=1))
    table = pd.DataFrame(rows)
    table["accuracy"] = [f"{m:.3f} ± {s:.3f}" for m, s in zip(table["mean"], table["std"], strict=True)]
    wide = table.pivot_table(
        index="backbone", columns=["effect", "split"], values="accuracy", aggfunc="first", sort=False
    )
    print(f"\nAccuracy, mean ± standard deviation of {options.repeats} trainings of {options.epochs} epochs")
    print(wide.to_string())
    print(table.groupby(["effect", "split"], sort=False)[["larger class", "n_train", "n_test"]].first())


if __name__ == "__main__":
    main()
