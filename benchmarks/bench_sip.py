"""Image networks on simulated TEC: with and without an effect, split by blocks of time and at random.

Usage: ``python benchmarks/bench_sip.py [--quick] [--repeats N] [--backbones NAME ...] [--clear-days N]
[--journal FILE]``.

Simulated TEC at 36.5 N, 142 E over thirteen years, every two hours, with storms; earthquakes nearby at random
times; about 300 images of thirty days (`make_sip_samples`, `SIPImages`), half of them before an earthquake.
The others hold none, nor do the ``--clear-days`` after them (15, the span of a planted anomaly; with 0 one
may follow at once, and normal images then hold part of its anomaly). Every repeat is another simulation and
another seed of the networks, so that the deviation counts both; from repeat to repeat, the worlds with and
without an effect and both splits are the same for all networks. Without an effect all that stands above the
larger class's share is the split's doing. *time alone* knows of an image nothing but when it was taken: its
label is that of the training image nearest in time.

Each training is a line of the journal. A run that was stopped goes on where it was; the table holds all
trainings of these settings that the journal has. Networks of millions of weights take a minute or more a
training on two cores: by default the small network alone is trained, the others by name.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import show, table

from skquake import SIPClassifier
from skquake._core._journal import Journal
from skquake.datasets import make_kp, make_tec
from skquake.neural._sip_networks import BACKBONES
from skquake.sampling import SIPImages, make_sip_samples, sip_split
from skquake.sources import SeriesSource

PLACE = {"latitude": 36.5, "longitude": 142.0}
START = pd.Timestamp("1999-01-01")
SETTINGS = {"years": 13, "per_year": 12, "effect": 0.5, "epochs": 30, "large_epochs": 10, "clear_days": 15}
QUICK = {"years": 4, "per_year": 12, "effect": 0.5, "epochs": 4, "large_epochs": 1, "clear_days": 15}
JOURNAL = Path(__file__).parent / "measured" / "sip.jsonl"


def simulate(settings, seed):
    """Sources without and with the effect, otherwise the same, and the catalog."""
    rng = np.random.default_rng(seed)
    end = START + pd.Timedelta(days=round(365.25 * settings["years"]))
    n = rng.poisson(settings["per_year"] * settings["years"])
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
        effect=settings["effect"],
        kp=make_kp(START - pd.Timedelta(days=3), end, random_state=seed),
        f107=pd.Series(flux, daily),
        random_state=seed,
    )
    frames = {0.0: tec.frame - tec.truth.planted, settings["effect"]: tec.frame}
    return {effect: SeriesSource(frame, station) for effect, frame in frames.items()}, catalog


def time_alone(X, y, train, test):
    """Accuracy of the label of the training sample nearest in time."""
    when = X["time"].to_numpy()
    nearest = np.abs(when[test][:, np.newaxis] - when[train]).argmin(axis=1)
    return float(np.mean(y[train][nearest] == y[test]))


def classifier(backbone, settings, seed):
    """A network with its settings; nothing was chosen by a test."""
    return SIPClassifier(
        backbone,
        unit_strides=(0,) if backbone.startswith("efficientnet") else (),
        learning_rate=1e-3,
        epochs=settings["epochs" if backbone == "cnn" else "large_epochs"],
        random_state=seed,
    )


def repeat(settings, seed, backbones, done):
    """One line for each network, world and split of a repeat that is not done."""
    sources, catalog = simulate(settings, seed)
    for effect, source in sources.items():
        samples = make_sip_samples(
            source, catalog, **PLACE, magnitude=6.0, region="400 km", split=None,
            clear_days=settings["clear_days"], random_state=seed,
        )  # fmt: skip
        X, y = samples.X, samples.y
        images = SIPImages(source).fit_transform(X)
        for split in ("blocked", "random"):
            train, _, test = sip_split(X, split=split, random_state=seed)
            line = {"seed": seed, "effect": effect, "split": split}
            simple = {
                "larger class": float(max(np.mean(y[test]), 1 - np.mean(y[test]))),
                "time alone": time_alone(X, y, train, test),
            }
            for name in [*simple, *backbones]:
                if (seed, effect, split, name) in done:
                    continue
                began = time.perf_counter()
                accuracy = simple.get(name)
                if accuracy is None:
                    model = classifier(name, settings, seed).fit(images[train], y[train])
                    accuracy = float(model.score(images[test], y[test]))
                found = {"backbone": name, "accuracy": accuracy, "n_train": len(train), "n_test": len(test)}
                yield line | found | {"seconds": round(time.perf_counter() - began, 1)}


def measure(settings, repeats, backbones, path):
    """All lines of these settings, those of the journal and those that were missing there."""
    journal = Journal(path, settings)
    lines = journal.records
    for seed in range(1, repeats + 1):
        done = {(line["seed"], line["effect"], line["split"], line["backbone"]) for line in lines}
        cells = itertools.product([seed], (0.0, settings["effect"]), ("blocked", "random"), backbones)
        if done.issuperset(cells):
            continue
        for line in repeat(settings, seed, backbones, done):
            journal.append(line)
            lines.append(line)
            print(
                f"  repeat {seed}, effect {line['effect']:g}, {line['split']}: {line['backbone']:<18}"
                f" {line['accuracy']:.3f}  {line['seconds']:.0f} s",
                flush=True,
            )
    return lines


def accuracies(lines):
    """Mean ± standard deviation of the accuracy, a row a network, and how many repeats it has."""
    frame = pd.DataFrame(lines)
    cells = frame.groupby(["backbone", "effect", "split"], sort=False)["accuracy"]
    cells = cells.agg(["mean", "std", "size"]).reset_index()
    cells["accuracy"] = [
        f"{mean:.3f} ± {std:.3f}" for mean, std in zip(cells["mean"], cells["std"].fillna(0.0), strict=True)
    ]
    cells["cell"] = [
        f"{'nothing planted' if effect == 0 else f'{effect:+.0%} planted'}, {split}"
        for effect, split in zip(cells["effect"], cells["split"], strict=True)
    ]
    wide = cells.pivot_table(index="backbone", columns="cell", values="accuracy", aggfunc="first", sort=False)
    mean = cells.pivot_table(index="backbone", columns=["effect", "split"], values="mean", sort=False)
    nothing = mean[0.0]
    wide["random - blocked, nothing planted"] = (nothing["random"] - nothing["blocked"]).map("{:+.3f}".format)
    wide["repeats"] = cells.groupby("backbone", sort=False)["size"].min()
    return wide


def run(quick=False, backbones=("cnn",), repeats=10, journal=JOURNAL, clear_days=15):
    """The table of all trainings that the journal has, the small network's made where missing."""
    if quick:
        with tempfile.TemporaryDirectory() as folder:
            lines = measure(QUICK, 1, ["cnn"], Path(folder, "sip.jsonl"))
        return [table("SIP images, one short run", accuracies(lines))]
    lines = measure(SETTINGS | {"clear_days": clear_days}, repeats, list(backbones), journal)
    n = pd.DataFrame(lines)[["n_train", "n_test"]].median().astype(int)
    title = (
        f"SIP images: accuracy, mean ± standard deviation over repeats, about {n['n_train']} images to train "
        f"and {n['n_test']} to test"
    )
    return [table(title, accuracies(lines))]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one small network: shows that it runs, no more")
    parser.add_argument("--repeats", type=int, default=10, help="simulations (default %(default)s)")
    parser.add_argument("--backbones", nargs="+", default=["cnn"], choices=[*BACKBONES, "all"])
    parser.add_argument("--clear-days", type=float, default=15, help="after a normal image (default 15)")
    parser.add_argument("--journal", type=Path, default=JOURNAL)
    options = parser.parse_args()
    backbones = list(BACKBONES) if "all" in options.backbones else options.backbones
    show(run(options.quick, backbones, options.repeats, options.journal, options.clear_days))


if __name__ == "__main__":
    main()
