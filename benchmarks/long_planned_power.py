"""Is the power that a plan promises the power that such studies have?

Usage: ``python benchmarks/long_planned_power.py [--quick] [--worlds N] [--minutes M]``.

Ten plans: effects of five sizes in all earthquakes, and in half of them. The power of each is counted as
`skquake.registration.freeze` counts it, on one record without any effect. Then the future is simulated: new
records with new earthquakes and the effect around the real ones, each analysed as the plan says. The share
that finds it, at p <= 0.05 over the declared nulls, is the realised power.

A record is a year of daily maps of noise on a coarse grid; a finished world is a line of
``measured/planned_power.jsonl``, from which a later run goes on.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from _harness import row, show, table
from scipy.stats import binomtest, fisher_exact
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake import MapSource, SlidingWindow
from skquake._core._journal import Journal
from skquake.catalogs import MatchedControls
from skquake.catalogs._plant import Plant
from skquake.inspection import catalog_null_test, injection_recovery
from skquake.inspection._effects import Mixture
from skquake.inspection._inject import footprint, inject
from skquake.preprocessing import WindowFlattener
from skquake.registration._sealed_span import SealedSpan

START, N_DAYS, N_EVENTS = pd.Timestamp("2015-01-01"), 400, 120
DAYS, MIN_KM = (-15.0, 0.0), 2500.0
SIZES, SHARES = (0.02, 0.05, 0.1, 0.2, 0.4), (1.0, 0.5)
NULLS = ("shuffle-times", "other-place")
STORE = Path(__file__).parent / "measured" / "planned_power.jsonl"


def make_world(seed):
    """Maps of noise, and earthquakes that know nothing of it."""
    rng = np.random.default_rng((seed, 1))
    latitude, longitude = np.arange(-75.0, 90.0, 15.0), np.arange(-180.0, 180.0, 30.0)
    noise = rng.normal(0.0, 0.1, (N_DAYS, len(latitude), len(longitude)))
    coordinates = {"time": pd.date_range(START, periods=N_DAYS), "latitude": latitude, "longitude": longitude}
    maps = xr.DataArray(10.0 * np.exp(noise), coordinates, tuple(coordinates), name="TEC")
    catalog = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(np.sort(rng.uniform(0.0, N_DAYS, N_EVENTS)), unit="D"),
            "latitude": rng.uniform(-60.0, 60.0, N_EVENTS),
            "longitude": rng.uniform(-180.0, 180.0, N_EVENTS),
            "magnitude": rng.uniform(5.0, 6.5, N_EVENTS),
        }
    )
    return MapSource(maps, name="maps"), catalog


def settings(seed):
    """What all plans share."""
    return {
        "controls": MatchedControls(),
        "sampling": {"region": "dobrovolsky", "days": (-15, 0), "max_length": 3},
        "cv": SealedSpan("2015-07-20"),
        "decluster": None,
        "scoring": "event_auc",
        "nulls": NULLS,
        "random_state": seed,
    }


def make_model(source):
    """Three days of one place."""
    return make_pipeline(SlidingWindow(source, 3), WindowFlattener(), LogisticRegression())


def planned(share, n_nulls, n_repeats):
    """The curve that a plan is sealed with."""
    source, catalog = make_world(0)
    return injection_recovery(
        make_model(source), source, catalog, sizes=SIZES, effect_share=share, effect_min_km=MIN_KM,
        effect_days=DAYS, n_nulls=n_nulls, n_repeats=n_repeats, **settings(0),
    )  # fmt: skip


def realised(share, size, seed, n_nulls):
    """The p of a study of a new world with the effect before its own earthquakes."""
    source, catalog = make_world(seed)
    plant = Plant.checked(0.0, 0.5, MIN_KM, DAYS)
    effects = Mixture.checked(share, "same", None, plant.days).draw(
        len(catalog), plant.days, np.random.default_rng((seed, 2))
    )
    source = inject(source, footprint(source, catalog, plant, effects), size, {"TEC": 1.0})
    model = make_model(source)
    return catalog_null_test(model, source, catalog, n_nulls=n_nulls, **settings(seed)).p_value


def run(quick=False, n_worlds=40, minutes=np.inf):
    """Rows and a table; worlds that are finished already are not simulated anew."""
    n_nulls, n_repeats = 20, 4 if quick else 40
    shares, sizes = (SHARES[:1], SIZES[-1:]) if quick else (SHARES, SIZES)
    n_worlds, stop = 2 if quick else n_worlds, time.monotonic() + 60.0 * minutes
    store = Path(tempfile.mkdtemp(), STORE.name) if quick else STORE
    with Journal(store, {"version": 1, "n_nulls": n_nulls, "n_repeats": n_repeats}) as journal:
        known = {(r["share"], r["size"], r["world"]): r["p"] for r in journal.records}
        for world in range(1, n_worlds + 1):
            for share in shares:
                for size in sizes:
                    if (share, size, world) in known or time.monotonic() > stop:
                        continue
                    p = realised(share, size, world, n_nulls)
                    journal.append({"share": share, "size": size, "world": world, "p": p})
                    known[share, size, world] = p
    lines = []
    for share in shares:
        curve = planned(share, n_nulls, n_repeats)
        for size in sizes:
            p = [value for (a, b, _), value in known.items() if (a, b) == (share, size)]
            if p:
                lines.append(_line(share, size, curve, np.array(p)))
    frame = pd.DataFrame(lines).set_index(["share of earthquakes", "size"])
    agree = (frame["p of no difference"] > 0.05).mean()
    return [
        row("plans whose realised power is the planned one", "19 of 20 by chance", agree / 0.9, None if quick
        else 1.0), table(f"Planned and realised power, {n_worlds} new worlds a plan", frame),
    ]  # fmt: skip


def _line(share, size, curve, p):
    tried = curve.scores.loc[curve.scores["size"] == size, "p"] <= curve.alpha
    found = p <= curve.alpha
    low, high = binomtest(int(found.sum()), len(found)).proportion_ci()
    counts = [[int(part.sum()), int((~part).sum())] for part in (tried.to_numpy(), found)]
    planned_low, planned_high = curve.interval_at(size)
    return {
        "share of earthquakes": share,
        "size": size,
        "planned": curve.power_at(size),
        "planned low": planned_low,
        "planned high": planned_high,
        "realised": found.mean(),
        "low": low,
        "high": high,
        "worlds": len(p),
        "p of no difference": fisher_exact(counts).pvalue,
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one plan, two worlds: shows that it runs")
    parser.add_argument("--worlds", type=int, default=40, metavar="N", help="new worlds of each plan")
    parser.add_argument("--minutes", type=float, default=np.inf, help="begin no further world after these")
    options = parser.parse_args()
    show(run(options.quick, options.worlds, options.minutes))


if __name__ == "__main__":
    main()
