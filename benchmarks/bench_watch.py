"""One more day of a watch on Swarm at 2 Hz: seconds and memory of a tick, in a process of its own.

The model is a pipeline that was trained before (regression on profiles with a background learnt from quiet
passes), kept by joblib. Each day is a Parquet file of 172,800 rows, beside months of such files that were
scored before; a tick reads the new one, scores every window of its nights and writes cells of 10 degrees. The
ratio of the first row is 10 s over what it takes, that of the second 1 GB over its peak.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import joblib
import pandas as pd
from _harness import peak_mb, row, table

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.preprocessing import QuietBackground
from skquake.prospective import init, tick
from skquake.sampling import ResidualWindow

START, LENGTH = pd.Timestamp("2019-01-01"), 40
MODEL = """\
import joblib
import numpy as np

from skquake import TrackSource
from skquake.alarms import nightly_map, score_track


def forecast(paths, day):
    pipeline = joblib.load(paths[0].with_name("pipeline.joblib"))
    scores = score_track(pipeline, TrackSource(paths[-1], channels=["Ne"]), local_time="night")
    maps = nightly_map(scores, cell_degrees=10, by="day")[-1]
    return np.nan_to_num(maps.to_numpy(), nan=0.5)
"""
WATCH = """\
[feed]
files = "swarm-*.parquet"
[model]
file = "model.py"
with = ["pipeline.joblib"]
[catalog]
files = "past.csv"
reader = "read_usgs"
"""


def train(folder):
    """A pipeline of half a year of sparse nights, and the past."""
    first = START - pd.Timedelta(days=180)
    everything = make_catalog(first, START, random_state=0)
    written = everything.rename(columns={"depth_km": "depth", "magnitude": "mag"}).rename_axis("id")
    written.to_csv(folder / "past.csv", date_format="%Y-%m-%dT%H:%M:%S.%fZ")
    catalog = AftershockRemover("box").fit_transform(everything.query("magnitude >= 4.8"))
    frame = make_track("swarm", first, START, side="night", cadence=10.0, random_state=0).frame
    source = TrackSource(frame, channels=["Ne"])
    controls = MatchedControls(avoid=everything, random_state=0)
    samples = make_samples(
        source, catalog, controls, region="dobrovolsky", days=(-15, 0), max_length=LENGTH, exclude=everything
    )
    cut = SlidingWindow(source, LENGTH)
    pipeline = make_baseline("profile", ResidualWindow(cut, QuietBackground(), keep="both"), random_state=0)
    joblib.dump(pipeline.fit(samples.X, samples.y), folder / "pipeline.joblib")


def run(quick=False):
    """Rows of the table."""
    n_days = 3 if quick else 60
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        train(folder)
        (folder / "model.py").write_text(MODEL)
        (folder / "watch.toml").write_text(WATCH)
        day = make_track("swarm", START, START + pd.Timedelta("1D"), cadence=0.5, random_state=1).frame
        init(folder / "watch.toml", now=START)
        command = [sys.executable, __file__, "--tick", str(folder / "watch.toml")]
        found = []
        for number in range(n_days):
            date = START + pd.Timedelta(days=number)
            shifted = day.assign(time=day["time"] + pd.Timedelta(days=number))
            shifted.to_parquet(folder / f"swarm-{date:%Y-%m-%d}.parquet", index=False)
            if number in (0, n_days - 1) or quick:
                text = subprocess.check_output([*command, f"{date + pd.Timedelta('23h')}"], text=True)
                names = ("seconds", "peak MB", "of it imports")
                found.append(
                    {"days before": number, **dict(zip(names, map(float, text.split()), strict=True))}
                )
            else:
                tick(folder / "watch.toml", now=date + pd.Timedelta("23h"))
        size = sum(file.stat().st_size for file in folder.glob("swarm-*.parquet")) / 1e6
    last = found[-1]
    return [
        row("one tick on a Swarm day", "10 s", 10.0 / last["seconds"], 1.0, days_before=last["days before"]),
        row("its peak memory, imports and all", "1 GB", 1000.0 / last["peak MB"], 1.0),
        table(
            f"One day of 2 Hz, {len(day):,} rows; {size:,.0f} MB of days in all",
            pd.DataFrame(found).set_index("days before"),
        ),
    ]


def main():
    path, now = sys.argv[2:]
    before = peak_mb()
    began = time.perf_counter()
    tick(path, now=now)
    print(time.perf_counter() - began, peak_mb(), before)


if __name__ == "__main__":
    main()
