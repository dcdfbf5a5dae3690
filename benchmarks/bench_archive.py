"""Tracks that stay on disk: rows a second, memory, disk, against pyarrow and against memory.

Simulated days are written again and again, moved in time, as ``from_files`` writes them: the rows are not
new, the files are. In a process of its own each span is opened (the walk over all parts, then once more from
the kept layout) and cut into samples; the process reports its seconds and its highest resident memory on top
of the imports. Windows from disk are set against reading the same bytes once with pyarrow, ``make_samples``
on disk against the same in memory. Disk is counted against all numbers of a row (time, place and channels) at
four bytes each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from _harness import compare, peak_mb, row

START = pd.Timestamp("2015-01-01")
CHANNELS = ("Ne", "Te", "B_N", "B_E", "B_C")
SIMULATED = 4  # days
LENGTH = 70
MAX_EVENTS = 2_000


def write_days(home, n):
    """A folder of ``from_files`` with ``n`` days at 1 Hz."""
    from skquake.datasets import make_track
    from skquake.sources import TrackSource

    end = START + pd.Timedelta(days=SIMULATED)
    frame = make_track("swarm", START, end, fields=True, random_state=0).frame
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
    """One span in this process; prints what it took as JSON."""
    import skquake.datasets
    import skquake.sampling  # noqa: F401
    from skquake.sources import TrackSource

    base, seconds = peak_mb(), {}

    def took(what, function):
        began = time.perf_counter()
        result = function()
        seconds[what] = time.perf_counter() - began
        return result

    took("walk_s", lambda: len(TrackSource(folder)))
    track = TrackSource(folder)
    n = took("open_s", lambda: len(track))
    took("samples_s", lambda: samples_of(track))
    print(json.dumps({"rows": n, "peak_mb": peak_mb() - base, "seconds": sum(seconds.values()), **seconds}))


def measure(folder):
    code = [sys.executable, __file__, str(folder)]
    out = subprocess.run(code, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def read_all(files):
    import pyarrow.parquet as pq

    for file in files:
        pq.read_table(file)


def run(quick=False):
    from skquake.sampling import SlidingWindow
    from skquake.sources import TrackSource

    few, many = (4, 12) if quick else (30, 405)
    with tempfile.TemporaryDirectory() as home:
        small, large = (write_days(Path(home, str(n)), n) for n in (few, many))
        month, span = measure(small), measure(large)
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
    ]  # fmt: skip


if __name__ == "__main__":
    child(*sys.argv[1:])
