"""What an analysis finds of planted effects, and what the best of many choices finds of none.

Power: two years of simulated maps of electron content every 12 h without any effect, a forest of 50 trees on
three days of deviations from the bounds of the 15 days before, matched controls, the last fifth of the time
for testing. Effects of four days are planted around earthquakes that never happened; 100 catalogs without of
each of the four nulls and 40 with each size, for several numbers of earthquakes. Found is what the largest p
finds; beside it, what each null alone would find, and what is found of effects that differ between
earthquakes.

Choices: 150 worlds of noise (white, and persistent from day to day) with eight earthquakes at three stations
and 24 choices each; how often the smallest p is below 0.05 on its own, and as the largest of all.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from _harness import row, table
from scipy.stats import binomtest
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake import IQRBounds, MapSource, SeriesSource, SlidingWindow
from skquake.catalogs import AftershockRemover, MatchedControls
from skquake.datasets import make_catalog, make_tec
from skquake.inspection import detector_sensitivity, injection_recovery
from skquake.model_selection import chronological_split
from skquake.preprocessing import WindowBounds, WindowFlattener

HISTORY, KEEP, PER_DAY = 15, 3, 2
STATIONS = pd.DataFrame({"latitude": [0.0, 3.0, 40.0], "longitude": [179.5, -179.0, 10.0]}, ["A", "B", "C"])


def last_fifth(samples):
    """The papers' split."""
    return chronological_split(samples.X, samples.y)


def power(quick):
    """Rows and table of the power curve."""
    end = "2001-07-01" if quick else "2003-01-01"
    counts = {"n_nulls": 20, "n_repeats": 2} if quick else {"n_nulls": 100, "n_repeats": 40}
    maps = make_tec("2001-01-01", end, cadence="12h", grid=(10, 20), random_state=0).maps
    source = MapSource(maps, name="TEC")
    catalog = make_catalog("2001-01-01", end, min_magnitude=5.5, random_state=0)
    length = (HISTORY + KEEP) * PER_DAY
    model = make_pipeline(
        SlidingWindow(source, length),
        WindowBounds(IQRBounds(HISTORY, samples_per_day=PER_DAY), KEEP * PER_DAY, output="deviation"),
        WindowFlattener(),
        RandomForestClassifier(50, min_samples_leaf=5, n_jobs=1, random_state=0),
    )
    # A half of a year has too few rotations for a p of 0.05.
    nulls = {"nulls": ("shuffle-times", "other-place")} if quick else {}

    def study(**changes):
        settings = {
            "controls": MatchedControls(),
            "sampling": {"region": "dobrovolsky", "days": (-KEEP, 0), "max_length": length},
            "cv": last_fifth,
            "n_events": (30,) if quick else (100, 400),
            "effect_days": (-4.0, 0.0),
            "effect_min_km": 1500.0,
            "min_magnitude": 5.5,
            "decluster": AftershockRemover("box"),
            "scoring": "event_auc",
            "random_state": 0,
        }
        return injection_recovery(model, source, catalog, **settings | counts | nulls | changes)

    began = time.perf_counter()
    curve = study(sizes=(0.2, 0.8) if quick else (0.025, 0.05, 0.1, 0.2))
    seconds = time.perf_counter() - began
    frame = curve.to_frame()
    before, after = frame.iloc[:-1].reset_index(), frame.iloc[1:].reset_index()
    steps = (before["n_events"] == after["n_events"]).to_numpy()
    fall = (before["power"] - after["power"])[steps]
    most = frame["n_events"].max()
    fits = len(curve.scores)
    differing = {
        "half of the earthquakes": {"effect_share": 0.5},
        "either sign": {"effect_sign": "either"},
        "one to two of the four days": {"effect_duration": (1.0, 2.0)},
    }
    found = {"all alike": curve.power_at(0.2)}
    for name, changes in list(differing.items())[: 1 if quick else None]:
        found[name] = study(sizes=(0.2,), n_events=most, **changes).power_at(0.2)
    return [
        row(
            "power at p < 0.05 of the largest effect",
            f"0.95, with {most} earthquakes",
            frame["power"].iloc[-1] / 0.95,
            1.0,
            size_found_in_95_percent=round(curve.size_at(0.95), 3),
        ),
        row(
            "steps of size in which the power does not fall",
            "all, within the interval of the larger size",
            np.mean((before["power"] <= after["high"])[steps]),
            1.0,
            largest_fall=round(float(max(fall.max(), 0.0)), 3),
        ),
        row(
            "time of a fit beside building samples and planting",
            "all of the run",
            curve.seconds["fit"] / sum(curve.seconds.values()),
            None,
            seconds=round(seconds, 1),
            fits=fits,
        ),
        table("Power by number of earthquakes and size", curve.to_table()),
        table("Under each null alone, and by the largest p", curve.by_null().set_index(["n_events", "size"])),
        table(f"Effects of 20 %, {most} earthquakes", pd.DataFrame({"power": found}).rename_axis("effect")),
    ]


def choices(quick):
    """Row and table of the smallest p of 24 choices where there is nothing to find."""
    n_worlds, n_days = (10 if quick else 150), 400
    detectors = {
        f"{style} {k}": IQRBounds(style=style, k=k) for style in ("iqr", "quartile") for k in (1.0, 2.0)
    }
    options = {"days": [(-15, 0), (-10, 0), (-5, 0)], "sign": ["both", "positive"]}
    rows = {}
    for noise, memory in (("white", 0.0), ("persistent (0.6 a day)", 0.6)):
        alone, best = [], []
        for seed in range(n_worlds):
            rng = np.random.default_rng(seed)
            values = rng.normal(size=(n_days, len(STATIONS)))
            for day in range(1, n_days):
                values[day] += memory * values[day - 1]
            index = pd.date_range("2012-01-01", periods=n_days)
            series = SeriesSource(pd.DataFrame(values, index, STATIONS.index), STATIONS)
            at = STATIONS.iloc[rng.integers(0, 3, 8)]
            catalog = pd.DataFrame(
                {
                    "time": index[np.sort(rng.choice(np.arange(40, n_days - 5), 8, replace=False))],
                    "latitude": at["latitude"].to_numpy() + 0.2,
                    "longitude": at["longitude"].to_numpy(),
                    "magnitude": rng.uniform(5.5, 7.0, 8),
                }
            )
            found = detector_sensitivity(
                detectors, series, catalog, choices=options, n_nulls=99, random_state=seed
            )
            alone.append(found["p"].min())
            best.append(found["p_max"].min())
        rows[noise] = {
            "worlds": n_worlds,
            "best of 24 at p < 0.05 alone": np.mean(np.array(alone) <= 0.05),
            "as the largest of all": np.mean(np.array(best) <= 0.05),
        }
    frame = pd.DataFrame(rows).T.rename_axis("noise")
    worst = frame["as the largest of all"].max()
    _, high = binomtest(round(0.05 * n_worlds), n_worlds).proportion_ci(0.95)
    return [
        row(
            "best of 24 choices significant as the largest of all",
            f"at most what 5 % give in {n_worlds} worlds",
            high / max(worst, 1e-9) if worst > high else 1.0,
            1.0,
            share=round(float(worst), 3),
        ),
        table("The best of 24 choices without any effect", frame),
    ]


def run(quick=False):
    """Rows and tables."""
    return power(quick) + choices(quick)
