"""What a catalog that never happened costs: samples, training and scoring.

A track of noise (every 8 s for 460 days) and a simulated full catalog of M >= 4.8; samples are cut around the
independent M >= 5.2 and matched controls (3 degrees, 20 observations: some 2,400 windows). A forest on 200
null catalogs and SeqNetQuake on 52, with 10 epochs (the paper's 50 make the share of the samples a fifth of
it), in one process; its memory is read after the first half of the catalogs and after all. The network
compiles with the catalog that happened, once.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from _harness import compare, resident_mb, row, table
from joblib import parallel_config
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake import SeqNetQuakeClassifier, SlidingWindow, TrackSource
from skquake.catalogs import AftershockRemover, MatchedControls
from skquake.datasets import make_catalog
from skquake.inspection import catalog_null_test
from skquake.model_selection import chronological_split
from skquake.preprocessing import ChannelScaler, WindowFlattener

LENGTH, CADENCE = 20, 8.0
BOX = AftershockRemover("box")
SAMPLING = {"region": "3 deg", "days": (-15, 0), "max_length": LENGTH}
PHASES = ["samples", "fit", "score"]


def make_orbit(n):
    """A circular near-polar orbit, two channels of noise."""
    rng = np.random.default_rng(0)
    seconds = CADENCE * np.arange(n)
    phase, inclination = 2 * np.pi * seconds / 5640.0, np.deg2rad(87.3)
    along = np.arctan2(np.cos(inclination) * np.sin(phase), np.cos(phase))
    frame = pd.DataFrame(
        {
            "time": pd.Timestamp("2015-01-01") + pd.to_timedelta(seconds, unit="s"),
            "latitude": np.rad2deg(np.arcsin(np.sin(inclination) * np.sin(phase))),
            "longitude": (np.rad2deg(along) - seconds / 239.34 + 180) % 360 - 180,
            "Ne": rng.normal(size=n).astype(np.float32),
            "Te": rng.normal(size=n).astype(np.float32),
        }
    )
    return TrackSource(frame, name="noise")


def last_fifth(samples):
    """The papers' split."""
    return chronological_split(samples.X, samples.y)


def measure(model, source, catalog, batches):
    """Seconds of each catalog, the observed one first, and the memory after each batch."""
    seconds, memory = [], []
    for seed, n_nulls in enumerate(batches):
        found = catalog_null_test(
            model, source, catalog, controls=MatchedControls(region="3 deg"), sampling=SAMPLING,
            cv=last_fifth, min_magnitude=5.2, decluster=BOX, n_nulls=n_nulls, random_state=seed,
        )  # fmt: skip
        seconds.append(found.seconds)
        memory.append(resident_mb())
    n_events = int(found.scores["n_events"].mean())
    return pd.concat(seconds, ignore_index=True), memory, n_events


def two_workers(model, source, catalog, n_nulls):
    """Rows: one worker's time over that of two processes, and of two threads, on a source in memory."""

    def test(n_jobs, backend):
        with parallel_config(backend=backend):
            catalog_null_test(
                model, source, catalog, controls=MatchedControls(region="3 deg"), sampling=SAMPLING,
                cv=last_fifth, min_magnitude=5.2, decluster=BOX, nulls=("shuffle-times",), n_nulls=n_nulls,
                random_state=0, n_jobs=n_jobs,
            )  # fmt: skip

    workers = {"one worker": (1, "loky"), "two processes": (2, "loky"), "two threads": (2, "threading")}
    contenders = {name: partial(test, *arguments) for name, arguments in workers.items()}
    seconds = compare(contenders, repeat=1, warmup=1)
    one = seconds.pop("one worker")
    return [row(f"null catalogs by {name}", "one worker", one / s, None) for name, s in seconds.items()]


def run(quick=False):
    """Rows and a table for ``run.py``."""
    n, batches = (2_200_000, {"forest": (1, 1), "SeqNetQuake": (1, 1)}) if quick else (
        5_000_000, {"forest": (25, 25), "SeqNetQuake": (6, 7)}
    )  # fmt: skip
    source = make_orbit(n)
    start, end = source.span
    catalog = make_catalog(start, end, min_magnitude=4.8, random_state=0)
    window = SlidingWindow(source, LENGTH)
    forest = RandomForestClassifier(200, min_samples_leaf=5, random_state=0)
    network = SeqNetQuakeClassifier(epochs=1 if quick else 10, random_state=0)
    models = {
        "forest": make_pipeline(window, WindowFlattener(), forest),
        "SeqNetQuake": make_pipeline(window, ChannelScaler(), network),
    }
    rows, lines = [], {}
    for name, model in models.items():
        seconds, memory, n_events = measure(model, source, catalog, batches[name])
        nulls = seconds[seconds["null"] != "observed"]
        mean = nulls[PHASES].mean()
        share = mean / mean.sum()
        lines[name] = {
            "catalogs": len(nulls), "events tested": n_events, "seconds a catalog": mean.sum(),
            **{f"share of {phase}": share[phase] for phase in PHASES},
            "first fit (s)": seconds["fit"].iloc[0], "median fit (s)": nulls["fit"].median(),
            "MB after half": memory[0], "MB at the end": memory[1],
        }  # fmt: skip
        target = None if quick or name == "forest" else 10
        samples = {"seconds": round(float(mean["samples"]), 3)}
        ratio = mean["fit"] / mean["samples"]
        rows.append(row("samples of a null catalog", f"training {name}", ratio, target, **samples))
        # A graph left behind by each fit would be tens of MB by then.
        target = None if quick else 0.95
        kept = memory[0] / memory[1]
        rows.append(row(f"memory after half the null catalogs, {name}", "after all", kept, target))
    rows += two_workers(models["forest"], source, catalog, 4 if quick else 16)
    costs = pd.DataFrame(lines).T.rename_axis("model")
    return [*rows, table("Catalogs that never happened: what each costs", costs)]
