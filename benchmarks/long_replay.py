"""Thirteen years watched day by day: the real catalog of 2005-2017 over simulated tracks.

Usage: ``python benchmarks/long_replay.py [--quick] [--days N] [--seed N] [--effects E ...]``.

A watch (`skquake.prospective`) is sealed on 2005-01-01 with the earthquakes of 1999-2004 (of USGS;
``--data``, SKQUAKE_REAL_DATA, or ../shared/data beside the project). Every day a file comes with the nights
of a satellite like CSES, simulated; its model compares the mean density of each cell of 15 degrees in three
nights with that of the 15 before and expects more earthquakes where it is raised. Two worlds: nothing
planted, and a perturbation of the density before each independent earthquake of magnitude 6 and above. Of the
days 2 % come two days late, 1 % never. Each world is watched twice: by one process, and by one that is killed
(-9) at ten random moments and goes on. Both must end in the same log, to the byte, and the same score.

The reference follows clusters (`EtasRate`). Beside it stands the gambler's wealth against one that does not.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import row, show, table

from skquake.alarms import anytime_evidence, reference_rate
from skquake.catalogs import AftershockRemover
from skquake.datasets import make_kp, make_track
from skquake.io import read_usgs
from skquake.prospective import init, score, tick
from skquake.prospective._cells import cells_of

DATA = Path(os.environ.get("SKQUAKE_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
START, END = pd.Timestamp("2005-01-01"), pd.Timestamp("2018-01-01")
SMALLEST, DEGREES, KILLS = 6.0, 15, 10
EFFECTS = (0.0, 0.5)
CELLS = cells_of(DEGREES)

MODEL = """\
import numpy as np
import pandas as pd

DEGREES = 15


def cell_means(paths):
    rows = pd.concat([pd.read_parquet(path) for path in paths])
    row = ((rows["latitude"] + 90) // DEGREES).astype(int).clip(0, 180 // DEGREES - 1)
    column = ((rows["longitude"] + 180) // DEGREES).astype(int) % (360 // DEGREES)
    found = np.full((180 // DEGREES, 360 // DEGREES), np.nan)
    means = rows["log_ne"].groupby([row, column]).mean()
    found[tuple(means.index.to_frame().to_numpy().T)] = means
    return found


def forecast(paths, day):
    belts = np.load(paths[0].with_name("belts.npy"))
    if len(paths) < 18:
        return belts
    raised = cell_means(paths[-3:]) - cell_means(paths[-18:-3])
    raised -= np.nanmedian(raised)
    return belts * np.exp(4.0 * np.clip(np.nan_to_num(raised), -0.3, 0.3))
"""
WATCH = """\
[feed]
files = "night*.parquet"
[model]
file = "model.py"
with = ["belts.npy"]
[cells]
degrees = 15
[catalog]
files = "past.csv"
reader = "read_usgs"
min_magnitude = 6.0
[reference]
kind = "etas"
[score]
dates = [DATE]
"""


def plan_of_days(n_days, seed):
    """Day -> the days whose files come on it."""
    rng = np.random.default_rng((seed, 2))
    fate = rng.choice(["come", "late", "never"], size=n_days, p=[0.97, 0.02, 0.01])
    comes = {day: [day] if fate[day] == "come" else [] for day in range(n_days)}
    for day in np.flatnonzero(fate == "late"):
        comes.get(day + 2, []).append(int(day))
    return comes


def catalog_rows(catalog):
    """As USGS writes them."""
    renamed = (
        catalog.rename(columns={"depth_km": "depth", "magnitude": "mag"}).rename_axis("id").reset_index()
    )
    return renamed[["time", "latitude", "longitude", "depth", "mag", "id"]]


def begin(folder, nights, past, new, last):
    """A sealed watch in a folder; its nights lie beside it and come day by day."""
    folder.mkdir()
    watch = folder / "watch.toml"
    watch.write_text(WATCH.replace("DATE", f"{last:%Y-%m-%d}"))
    (folder / "model.py").write_text(MODEL)
    form = "%Y-%m-%dT%H:%M:%S.%fZ"
    catalog_rows(past).to_csv(folder / "past.csv", index=False, date_format=form)
    catalog_rows(new).to_csv(folder / "new.csv", index=False, date_format=form)
    (folder / "nights").symlink_to(nights)
    np.save(folder / "belts.npy", reference_rate(past, CELLS, before=START).to_numpy())
    init(watch, now=START)
    return watch


def replay(watch, n_days, seed, *, say=False):
    """Every day from the last of which a file has come."""
    came = [pd.Timestamp(file.name[5:15]) for file in watch.parent.glob("night2*.parquet")]
    first = (max(came, default=START) - START).days
    for day, files in plan_of_days(n_days, seed).items():
        for of in files:
            name = f"night{START + pd.Timedelta(days=of):%Y-%m-%d}.parquet"
            if not (watch.parent / name).exists():
                os.link(watch.parent / "nights" / name, watch.parent / name)
        if day >= first:
            tick(watch, now=START + pd.Timedelta(days=day, hours=23))
            if say:
                print(day, flush=True)


def replay_killed(watch, n_days, seed, kills):
    """The same by processes of which all but the last are killed."""
    rng = np.random.default_rng((seed, 3))
    command = [sys.executable, __file__, "--watch", str(watch), "--days", str(n_days), "--seed", str(seed)]
    for until in [*np.sort(rng.choice(n_days, kills, replace=False)), None]:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                if until is not None and int(line) >= until:
                    time.sleep(rng.uniform(0.0, 0.2))
                    process.send_signal(signal.SIGKILL)
                    break
            process.stdout.read()
        if process.returncode not in (0, -signal.SIGKILL):
            raise RuntimeError(f"the watch ended with {process.returncode}")


def make_nights(folder, new, effect, n_days, seed):
    """A file a night: time, place and the density's logarithm."""
    folder.mkdir()
    independent = AftershockRemover("gardner-knopoff").fit_transform(new)
    independent = independent[independent["magnitude"] >= SMALLEST]
    for first in range(0, n_days, 365):  # a year in memory
        start = START + pd.Timedelta(days=first)
        end = START + pd.Timedelta(days=min(first + 365, n_days))
        frame = make_track(
            "cses", start, end, catalog=independent, effect=effect,
            kp=make_kp(start - pd.Timedelta("2D"), end, random_state=seed), side="night", cadence=30.0,
            random_state=seed + first,
        ).frame  # fmt: skip
        frame = frame.assign(log_ne=np.log10(frame["Ne"]).astype("float32"))
        for day, rows in frame.groupby(frame["time"].dt.normalize()):
            rows[["time", "latitude", "longitude", "log_ne"]].to_parquet(
                folder / f"night{day:%Y-%m-%d}.parquet", index=False
            )


def told(evidence, against):
    """What stands in the table of one reference."""
    return {
        f"earthquakes ({against})": len(evidence.events),
        f"log10 of the wealth ({against})": round(float(np.log10(evidence.wealth)), 2),
        f"p, any time ({against})": evidence.p_value,
        f"first at 0.05 ({against})": str(evidence.crossed() or "never")[:10],
    }


def run(quick=False, days=None, seed=1, data=DATA, kills=KILLS, effects=EFFECTS):
    """A row a world."""
    n_days = days or (120 if quick else (END - START).days)
    catalog = read_usgs(data / "catalog" / "usgs*.csv.gz")
    catalog = catalog[catalog["magnitude"] >= SMALLEST - 1e-9]
    last = START + pd.Timedelta(days=n_days)
    past = catalog[catalog["time"] < START]
    new = catalog[(catalog["time"] >= START) & (catalog["time"] < last)]
    rows, same = [], True
    with tempfile.TemporaryDirectory() as base:
        for effect in effects:
            nights = Path(base, f"nights{effect:g}")
            make_nights(nights, new, effect, n_days, seed)
            watch = begin(Path(base, f"whole{effect:g}"), nights, past, new, last)
            began = time.perf_counter()
            replay(watch, n_days, seed)
            seconds = (time.perf_counter() - began) / n_days
            found = score(watch, watch.with_name("new.csv"), now=last + pd.Timedelta("1D"))
            other = begin(Path(base, f"killed{effect:g}"), nights, past, new, last)
            replay_killed(other, n_days, seed, kills)
            score(other, other.with_name("new.csv"), now=last + pd.Timedelta("1D"))
            logs = [path.with_name("watch.watch.jsonl").read_bytes() for path in (watch, other)]
            same &= logs[0] == logs[1]
            independent = AftershockRemover("gardner-knopoff").fit_transform(catalog)
            still = anytime_evidence(found.forecast, independent, reference_rate(past, CELLS, before=START))
            rows.append(
                {
                    "planted": effect,
                    "late": found.n_late,
                    **told(found.evidence, "ETAS"),
                    "p of the alarms, declared": found.p_declared,
                    **told(still, "smoothed"),
                    "seconds a tick": round(seconds, 3),
                }
            )
            print(rows[-1], flush=True)
    return [
        row(f"log and score after {kills} kills", "those of one process, 1 if to the byte", float(same), 1.0),
        table(f"The catalog of {n_days} days from 2005 on, watched", pd.DataFrame(rows).set_index("planted")),
    ]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="120 days: shows that it runs")
    parser.add_argument("--days", type=int, help="days to watch (default: to the end of 2017)")
    parser.add_argument("--seed", type=int, default=1, help="of the simulation (default %(default)s)")
    parser.add_argument("--effects", type=float, nargs="+", default=EFFECTS, help="worlds (default: both)")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--watch", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.watch is not None:  # the process that is killed
        replay(options.watch, options.days, options.seed, say=True)
        return
    show(run(options.quick, options.days, options.seed, options.data, effects=options.effects))


if __name__ == "__main__":
    main()
