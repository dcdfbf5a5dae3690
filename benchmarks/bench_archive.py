"""Tracks that stay on disk: rows a second, memory, disk, against pyarrow, DuckDB, Polars and against memory.

Simulated days are written again and again, moved in time, as ``from_files`` writes them: the rows are not
new, the files are. In a process of its own each span is opened (the walk over all parts, then once more from
the kept layout) and cut into samples; the process reports its seconds and its highest resident memory on top
of the imports. Windows from disk are set against reading the same bytes once with pyarrow, ``make_samples``
on disk against the same in memory. Disk is counted against all numbers of a row (time, place and channels) at
four bytes each. A table says how all of it grows from a month to a year; ``python benchmarks/bench_archive.py
--years 7 --folder DIR`` adds a mission at 2 Hz (4.4e8 rows, some 11 GB), which stays in DIR.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from functools import partial
from pathlib import Path

import pandas as pd
from _harness import compare, peak_mb, row, show, table
from _near_rows import there

START = pd.Timestamp("2015-01-01")
CHANNELS = ("Ne", "Te", "B_N", "B_E", "B_C")
SIMULATED = 4  # days
LENGTH = 70
MAX_EVENTS = 2_000


def write_days(home, n, cadence=1.0):
    """A folder of ``from_files`` with ``n`` days, by default at 1 Hz."""
    from skquake.datasets import make_track
    from skquake.sources import TrackSource

    end = START + pd.Timedelta(days=SIMULATED)
    frame = make_track("swarm", START, end, cadence=cadence, fields=True, random_state=0).frame
    columns = ["time", "latitude", "longitude", *CHANNELS]
    day = (frame["time"] - START).dt.days
    pieces = [frame.loc[day == k, columns].reset_index(drop=True) for k in range(SIMULATED)]
    (home / "in").mkdir(parents=True)
    for k in range(n):
        (home / "in" / f"{k:05d}.day").write_text(str(k))

    def read(path):
        k = int(path.read_text())
        piece, turn = pieces[k % SIMULATED], k // SIMULATED
        longitude = (piece["longitude"] + 37.0 * turn + 180.0) % 360.0 - 180.0
        return piece.assign(time=piece["time"] + pd.Timedelta(days=turn * SIMULATED), longitude=longitude)

    TrackSource.from_files(home / "in", home / "out", read)
    return home / "out"


def samples_of(track):
    from skquake.catalogs import RandomControls
    from skquake.datasets import make_catalog
    from skquake.sampling import make_samples

    first, last = track.span
    catalog = make_catalog(first - pd.Timedelta(days=80), last + pd.Timedelta(days=80), random_state=0)
    events = catalog[(catalog["time"] >= first) & (catalog["time"] < last) & (catalog["magnitude"] >= 4.8)]
    return make_samples(
        track, events[:MAX_EVENTS], RandomControls(avoid=catalog, random_state=0), region="dobrovolsky",
        days=(-15, 0), local_time="night", max_length=LENGTH, exclude=catalog,
    )  # fmt: skip


def nulls_of(track, n_nulls):
    """Scores of a forest under catalogs that never happened, three kinds of them."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline

    from skquake.catalogs import MatchedControls
    from skquake.datasets import make_catalog
    from skquake.inspection import catalog_null_test
    from skquake.model_selection import PurgedGroupKFold
    from skquake.preprocessing import WindowFlattener
    from skquake.sampling import SlidingWindow

    first, last = track.span
    catalog = make_catalog(first, last, min_magnitude=5.0, random_state=0)
    forest = RandomForestClassifier(50, min_samples_leaf=5, random_state=0)
    model = make_pipeline(SlidingWindow(track, 20), WindowFlattener(), forest)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few units
        found = catalog_null_test(
            model, track, catalog, controls=MatchedControls(region="3 deg", min_days=16, max_days=40),
            sampling={"region": "3 deg", "days": (-15, 0), "max_length": 20}, cv=PurgedGroupKFold(2),
            nulls=("shift-longitude", "shuffle-times", "other-place"), n_nulls=n_nulls,
            random_state=0,
        )  # fmt: skip
    return found.scores["pipeline"].tolist()


def every_window(track):
    """Samples of all blocks, such as ``make_samples`` makes them."""
    blocks = track.blocks(LENGTH)
    time, latitude, longitude = track._at(blocks.center)
    starts, _, _ = track._at(blocks.first)
    ends, _, _ = track._at(blocks.first + LENGTH - 1)
    return pd.DataFrame(
        {
            "time": time.view("datetime64[ns]"), "latitude": latitude, "longitude": longitude,
            "obs_start": starts.view("datetime64[ns]"), "obs_end": ends.view("datetime64[ns]"),
        }
    )  # fmt: skip


def child(folder):
    """One span in this process; prints what it took as JSON. Opened once without the kept layout."""
    import skquake.datasets
    import skquake.sampling  # noqa: F401
    from skquake.sources import TrackSource

    base, seconds = peak_mb(), {}
    for layout in Path(folder).glob("_track-*.npz"):
        layout.unlink()

    def took(what, function):
        began = time.perf_counter()
        result = function()
        seconds[what] = time.perf_counter() - began
        return result

    took("walk_s", lambda: len(TrackSource(folder)))
    track = TrackSource(folder)
    n = took("open_s", lambda: len(track))
    worked = time.process_time()
    took("samples_s", lambda: samples_of(track))
    found = {"rows": n, "peak_mb": peak_mb() - base, "seconds": sum(seconds.values()), **seconds}
    print(json.dumps(found | {"samples_processor_s": time.process_time() - worked}))


def measure(folder):
    code = [sys.executable, __file__, str(folder)]
    out = subprocess.run(code, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def read_all(files):
    import pyarrow.parquet as pq

    for file in files:
        pq.read_table(file)


def growth(spans):
    """What each span takes, as a table; its figures are for one process each."""
    frame = pd.DataFrame(spans).T.rename_axis("days")
    frame["million_rows_per_s"] = frame["rows"] / frame["seconds"] / 1e6
    return table("A track on disk, by its length", frame.round(3))


def near_rows(folder, n_events):
    """Rows near events: DuckDB and Polars against ours, each in a process of its own, twice in turn."""
    found = {}
    for _ in range(2):
        for engine in there():
            code = [sys.executable, str(Path(__file__).with_name("_near_rows.py")), engine, str(folder)]
            out = subprocess.run([*code, str(n_events)], stdout=subprocess.PIPE, text=True, check=True).stdout
            result = json.loads(out.splitlines()[-1])
            if result["seconds"] < found.get(engine, result)["seconds"] or engine not in found:
                found[engine] = result
    ours = found.pop("skquake")
    return [
        row(
            f"rows within 500 km and 15 days of {n_events:,} events", engine,
            other["seconds"] / ours["seconds"], None, seconds=round(ours["seconds"], 1),
            theirs_s=round(other["seconds"], 1), peak_mb=round(ours["peak_mb"]),
            theirs_mb=round(other["peak_mb"]), the_same_rows=other["rows"] == ours["rows"],
        )
        for engine, other in found.items()
    ]  # fmt: skip


def run(quick=False):
    from skquake.sampling import SlidingWindow
    from skquake.sources import TrackSource

    lengths = (4, 8, 12) if quick else (30, 91, 365)
    few, _, many = lengths
    with tempfile.TemporaryDirectory() as home:
        folders = {n: write_days(Path(home, str(n)), n) for n in lengths}
        spans = {n: measure(folder) for n, folder in folders.items()}
        small, large, month, span = folders[few], folders[many], spans[few], spans[many]
        files = sorted(large.glob("*.parquet"))
        disk = sum(file.stat().st_size for file in files) / (4 * span["rows"] * (3 + len(CHANNELS)))
        track = TrackSource(large)
        X = every_window(track)
        step = SlidingWindow(track, LENGTH)
        seconds = compare(
            {"pyarrow": lambda: read_all(files), "windows": lambda: step.fit_transform(X)}, repeat=3
        )
        memory = TrackSource(pd.read_parquet(sorted(small.glob("*.parquet")), columns=None), CHANNELS)
        disk_track = TrackSource(small)
        both = compare(
            {"memory": lambda: samples_of(memory), "disk": lambda: samples_of(disk_track)}, repeat=3
        )
        quarter = folders[lengths[1]]
        held = TrackSource(pd.read_parquet(sorted(quarter.glob("*.parquet"))), CHANNELS)
        tracks, scores = {"memory": held, "disk": TrackSource(quarter)}, {}
        n_nulls = 1 if quick else 20

        def scored(which):
            scores[which] = nulls_of(tracks[which], n_nulls)

        tests = compare({which: partial(scored, which) for which in tracks}, repeat=1, warmup=0)
        near = near_rows(small, 100 if quick else 1_400)
    more = span["rows"] / month["rows"]
    figures = {name: round(value, 2) for name, value in span.items()}
    figures["rows_per_s"] = round(span["rows"] / span["seconds"])
    what = f"{many} days of a track on disk"
    return [
        row(f"{what}: memory on top of imports", "4 GB / peak", 4096 / span["peak_mb"], 1, **figures),
        row(
            f"{what}: time to samples", f"{more:.1f} x that of {few} days / time",
            more * month["seconds"] / span["seconds"], 0.85, small_s=round(month["seconds"], 2),
        ),
        row(f"{what}: disk", "1.1 x all numbers at 4 bytes / disk", 1.1 / disk, 1, share=round(disk, 3)),
        row(
            f"{len(X):,} windows from disk", "2 x reading the bytes with pyarrow / time",
            2 * seconds["pyarrow"] / seconds["windows"], 1,
            **{f"{name}_s": round(value, 2) for name, value in seconds.items()},
        ),
        row(
            f"make_samples of {few} days on disk", "1.3 x in memory / time",
            1.3 * both["memory"] / both["disk"], 1,
            **{f"{name}_s": round(value, 2) for name, value in both.items()},
        ),
        row(
            f"{3 * n_nulls} null catalogs with a forest, {lengths[1]} days on disk", "1.3 x in memory / time",
            1.3 * tests["memory"] / tests["disk"], 1, the_same_scores=scores["memory"] == scores["disk"],
            **{f"{name}_s": round(value, 1) for name, value in tests.items()},
        ),
        *near,
        growth(spans),
    ]  # fmt: skip


def mission(years, folder):
    """A month, a year and so many years at 2 Hz in a folder that stays."""
    spans = {}
    for n in (30, 365, round(365.25 * years)):
        home = Path(folder, str(n))
        spans[n] = measure(home / "out" if home.exists() else write_days(home, n, cadence=0.5))
        disk = sum(file.stat().st_size for file in (home / "out").glob("*.parquet"))
        spans[n]["disk_gb"] = disk / 1e9
    show([growth(spans)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What a track on disk takes; without --years one span.")
    parser.add_argument("span", nargs="?", help="folder of a track: this process opens it and makes samples")
    parser.add_argument("--years", type=float, help="so many years at 2 Hz, beside a month and a year")
    parser.add_argument("--folder", type=Path, default=Path("mission"), help="where they lie (%(default)s)")
    options = parser.parse_args()
    if options.years:
        mission(options.years, options.folder)
    else:
        child(options.span)
