"""A month and a year of Swarm at 1 Hz: from daily CDF files to samples.

Daily files hold four simulated days again and again, moved in time and in longitude. In a process of
its own each span goes from files to a Parquet-backed source, and from there to samples around a
simulated catalog of real size; the process reports its seconds and its highest resident memory,
which is what a user needs (Python, libraries and all). Beside it, for the month, what
users write: read all files, join the frames.

Then every reader of text beside pandas' own reader of the same bytes (``_text_files.py``).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import peak_mb, row
from _text_readers import text_rows

START = pd.Timestamp("2015-01-01")
SIMULATED = 4  # days
CHANNELS = ["Ne", "Te", "B_N", "B_E", "B_C"]
LIMIT_GB = 3.0
_CDF_EPOCH_1970_MS = 62_167_219_200_000


def write_days(folder, n):
    """``n`` daily files in the layout of the Langmuir probe product, the magnetic field beside it."""
    from skquake._core._geodesy import wrap_longitude
    from skquake.datasets import make_track

    end = START + pd.Timedelta(days=SIMULATED)
    frame = make_track("swarm", START, end, fields=True, random_state=0).frame
    day = (frame["time"] - START).dt.days
    pieces = [frame[day == k] for k in range(SIMULATED)]
    for k in range(n):
        piece = pieces[k % SIMULATED]
        turn = k // SIMULATED
        time = piece["time"] + pd.Timedelta(days=turn * SIMULATED)
        longitude = wrap_longitude(piece["longitude"] + 37.0 * turn)
        write_cdf(
            folder / f"SW_OPER_EFIA_LP_1B_{START + pd.Timedelta(days=k):%Y%m%d}.cdf", piece, time, longitude
        )


def write_cdf(path, piece, time, longitude):
    from cdflib import cdfwrite

    real, unsigned, epoch = 45, 11, 31
    n = len(piece)
    columns = {
        "Timestamp": (
            epoch,
            time.to_numpy().astype("datetime64[ms]").astype("int64") + float(_CDF_EPOCH_1970_MS),
        ),
        "Latitude": (real, piece["latitude"].to_numpy()),
        "Longitude": (real, longitude),
        "Radius": (real, np.full(n, 6_831_200.0)),
        "Ne": (real, piece["Ne"].to_numpy(dtype=float)),
        "Te": (real, piece["Te"].to_numpy(dtype=float)),
        "Flags_Ne": (unsigned, np.full(n, 20, dtype="uint8")),
        "B_NEC": (real, piece[["B_N", "B_E", "B_C"]].to_numpy(dtype=float)),
    }
    file = cdfwrite.CDF(path, cdf_spec={"Compressed": 0}, delete=True)
    file.write_globalattrs({"File_Type": {0: "EFIA_LP_1B"}, "File_Version": {0: "0501"}})
    for name, (kind, values) in columns.items():
        spec = {"Variable": name, "Data_Type": kind, "Num_Elements": 1, "Rec_Vary": True, "Compress": 0}
        spec["Dim_Sizes"] = list(values.shape[1:])
        file.write_var(spec, var_data=values)
    file.close()


def read_day(path):
    """Density, temperature and field of one day, which stand in one file here."""
    from skquake.io import read_swarm_lp, read_swarm_mag

    frame = read_swarm_lp(path)
    frame[CHANNELS[2:]] = read_swarm_mag(path)[CHANNELS[2:]]
    return frame


def from_files(files, folder):
    from skquake.sources import TrackSource

    return TrackSource.from_files(files, folder, read_day, channels=CHANNELS)


def joined(files, folder):
    """As users write it: every file in memory, then one frame."""
    from skquake.sources import TrackSource

    return TrackSource(pd.concat([read_day(file) for file in files], ignore_index=True), CHANNELS)


def child(way, inputs, folder):
    """One span in this process; prints what it took as JSON."""
    from skquake.catalogs import RandomControls
    from skquake.datasets import make_catalog
    from skquake.sampling import make_samples

    files = sorted(Path(inputs).glob("*.cdf"))
    days = pd.Timedelta(days=len(files))
    catalog = make_catalog(
        START - pd.Timedelta(days=80), START + days + pd.Timedelta(days=80), random_state=0
    )
    base = peak_mb() * 2**20 / 1e9
    began = time.perf_counter()
    track = {"from_files": from_files, "joined": joined}[way](files, Path(folder))
    written = time.perf_counter()
    n = len(track)
    read = time.perf_counter()
    events = catalog[(catalog["time"] >= START) & (catalog["time"] < START + days)]
    samples = make_samples(
        track,
        events[events["magnitude"] >= 4.8],
        RandomControls(avoid=catalog, random_state=0),
        region="dobrovolsky",
        days=(-15, 0),
        local_time="night",
        max_length=70,
        exclude=catalog,
    )
    report = {
        "rows": n,
        "samples": len(samples.X),
        "events": len(events),
        "files_s": written - began,
        "read_s": read - written,
        "samples_s": time.perf_counter() - read,
        "seconds": time.perf_counter() - began,
        "base_gb": base,
        "peak_gb": peak_mb() * 2**20 / 1e9,
    }
    print(json.dumps(report))


def measure(way, inputs, folder):
    code = [sys.executable, __file__, way, str(inputs), str(folder)]
    out = subprocess.run(code, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def run(quick=False):
    month, year = (4, 12) if quick else (30, 365)
    with tempfile.TemporaryDirectory() as home:
        inputs = Path(home, "year"), Path(home, "month")
        for folder in inputs:
            folder.mkdir()
        write_days(inputs[0], year)
        for file in sorted(inputs[0].glob("*.cdf"))[:month]:
            (inputs[1] / file.name).symlink_to(file)
        small = measure("from_files", inputs[1], Path(home, "small"))
        plain = measure("joined", inputs[1], Path(home, "none"))
        large = measure("from_files", inputs[0], Path(home, "large"))
    more = large["rows"] / small["rows"]
    figures = {name: round(value, 2) for name, value in large.items()}
    figures["rows_per_s"] = round(large["rows"] / large["seconds"])
    grown = {name: large[name] - large["base_gb"] * (name == "peak_gb") for name in ("seconds", "peak_gb")}
    before = {name: small[name] - small["base_gb"] * (name == "peak_gb") for name in ("seconds", "peak_gb")}
    what = f"{year} daily Swarm files to samples"
    return [
        row(f"{what}: memory", f"{LIMIT_GB:g} GB / peak", LIMIT_GB / large["peak_gb"], 1, **figures),
        row(
            f"{what}: time", f"{more:.1f} x that of {month} days / time",
            more * before["seconds"] / grown["seconds"], 0.8, small_s=round(small["seconds"], 2),
        ),
        row(
            f"{what}: memory on top of imports", f"{more:.1f} x that of {month} days / memory",
            more * before["peak_gb"] / grown["peak_gb"], 1, small_gb=round(small["peak_gb"], 2),
        ),
        row(
            f"{month} daily Swarm files to samples: memory", "frames joined in memory",
            plain["peak_gb"] / small["peak_gb"], 1, joined_gb=round(plain["peak_gb"], 2),
        ),
        row(
            f"{month} daily Swarm files to samples: time", "frames joined in memory",
            plain["seconds"] / small["seconds"], None, joined_s=round(plain["seconds"], 2),
        ),
        *text_rows(quick),
    ]  # fmt: skip


if __name__ == "__main__":
    child(*sys.argv[1:])
