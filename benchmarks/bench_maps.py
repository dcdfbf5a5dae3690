"""Hourly maps of years: from IONEX text to a Zarr store, and a point's years out of it.

Daily files of hourly maps (71 x 73) are written, each map one of 96 by chance: the maps are not new, the
files and the series are. A process of its own converts them (`read_ionex` with ``to``) and reports seconds
and its highest resident memory on top of the imports. It is stopped half way and goes on; no file may be read
twice.
Then the years of one point: out of the store (`MapSource.at`: four nodes), against `xarray.open_mfdataset`
over yearly NetCDF files of the same maps, as they lie there by default and compressed map by map; each opens
its files anew. ``python benchmarks/bench_maps.py --years 20 --folder DIR`` does so with twenty years (8 GB of
text, which stays in DIR).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from _harness import compare, peak_mb, row, show
from bench_ionex import generate

AIM, PEAK_MB = 50.0, 1024
PLACE = 36.5, 142.0


def write_days(folder, n):
    """``n`` daily files of 24 maps, each one of 96 by chance, so that no series repeats itself."""
    folder.mkdir(parents=True)
    texts = [text.decode() for text in generate(4, hours=range(24), kinds=("TEC",))]
    head, _, _ = texts[0].partition(f"{1:6d}{'':54}START OF TEC MAP")
    maps = [
        part
        for text in texts
        for part in re.findall(r"CURRENT MAP *\n(.*?) +\d+ +END OF TEC", text, re.DOTALL)
    ]
    rng = np.random.default_rng(0)
    for k in range(n):
        day = datetime(2000, 1, 1) + timedelta(days=k)
        date = f"{day.year:6d}{day.month:6d}{day.day:6d}"
        lines = [head.replace("  2000    11    21", date)]
        for hour, which in enumerate(rng.integers(0, len(maps), 24)):
            lines.append(f"{hour + 1:6d}{'':54}START OF TEC MAP    \n")
            lines.append(f"{date}{hour:6d}     0     0{'':24}EPOCH OF CURRENT MAP\n{maps[which]}")
            lines.append(f"{hour + 1:6d}{'':54}END OF TEC MAP      \n")
        lines.append(f"{'':60}END OF FILE         \n")
        (folder / f"m{day:%Y%j}.inx").write_text("".join(lines), newline="")


def child(folder, store, stop_after):
    """Converts in this process; prints what it took as JSON. Counts the files that were read."""
    import skquake.io._ionex_stack as stack
    from skquake.io import read_ionex

    base, seen, make = peak_mb(), 0, stack._make_part

    def counted(*arguments):
        nonlocal seen
        if seen == stop_after:
            raise KeyboardInterrupt
        seen += 1
        return make(*arguments)

    stack._make_part = counted
    start = time.perf_counter()
    try:
        read_ionex(folder, to=store)
    except KeyboardInterrupt:
        pass
    print(json.dumps({"files": seen, "seconds": time.perf_counter() - start, "peak_mb": peak_mb() - base}))


def converted(folder, store, stop_after=-1):
    code = [sys.executable, __file__, "--convert", str(folder), str(store), str(stop_after)]
    out = subprocess.run(code, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def write_yearly(store, folder, compressed):
    """NetCDF files of a year each, map after map."""
    import xarray as xr

    folder.mkdir(exist_ok=True)
    maps = xr.open_zarr(store, chunks=None, consolidated=False)[["tec"]].transpose("time", ...)
    shape = (1, maps.sizes["latitude"], maps.sizes["longitude"])
    how = {"tec": {"zlib": True, "complevel": 4, "chunksizes": shape} if compressed else {}}
    for year, part in maps.groupby("time.year"):
        part.load().to_netcdf(folder / f"{year}.nc", engine="h5netcdf", encoding=how)


def point_rows(home, store, years, repeat, warmup):
    """The years of a point, ours against xarray's."""
    import xarray as xr

    from skquake.sources import MapSource

    def ours():
        return MapSource(store).at(*PLACE).values[0, :, 0]

    rows = []
    for kind, compressed in (("NetCDF", False), ("compressed NetCDF", True)):
        folder = home / kind.replace(" ", "_")
        if not folder.exists():
            write_yearly(store, folder, compressed)

        def theirs(folder=folder):
            with xr.open_mfdataset(sorted(folder.glob("*.nc")), engine="h5netcdf") as maps:
                around = maps["tec"].sel(latitude=slice(35.0, 37.5), longitude=slice(140.0, 145.0))
                return around.load().interp(latitude=PLACE[0], longitude=PLACE[1]).to_numpy()

        np.testing.assert_allclose(ours(), theirs(), rtol=1e-4)
        seconds = compare({"ours": ours, "xarray": theirs}, repeat=repeat, warmup=warmup)
        rows.append(
            row(
                f"{years:g} years of a point, hourly", f"open_mfdataset, yearly {kind}",
                seconds["xarray"] / seconds["ours"], AIM, ours_s=round(seconds["ours"], 3),
                theirs_s=round(seconds["xarray"], 2),
            )
        )  # fmt: skip
    return rows


def measure(home, years, repeat=1, warmup=0):
    n = round(365.25 * years)
    if not (home / "text").exists():
        write_days(home / "text", n)
    first = converted(home / "text", home / "maps.zarr", n // 2)
    then = converted(home / "text", home / "maps.zarr")
    size = sum(path.stat().st_size for path in (home / "maps.zarr").rglob("*") if path.is_file())
    return [
        row(
            f"{n:,} daily files to a store: memory on top of imports", "1 GB / peak",
            PEAK_MB / max(first["peak_mb"], then["peak_mb"]), 1,
            peak_mb=round(max(first["peak_mb"], then["peak_mb"])),
            read_twice=first["files"] + then["files"] - n,
            seconds=round(first["seconds"] + then["seconds"]), store_mb=round(size / 1e6),
        ),
        *point_rows(home, home / "maps.zarr", years, repeat, warmup),
    ]  # fmt: skip


def run(quick=False):
    """Rows for ``run.py``: two years; twenty by hand."""
    with tempfile.TemporaryDirectory() as home:
        return measure(Path(home), 0.05 if quick else 2.0, repeat=1 if quick else 5, warmup=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Years of hourly maps.")
    parser.add_argument("--years", type=float, default=20.0, help="how many (default %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path("maps"), help="where they lie (%(default)s)")
    parser.add_argument("--convert", nargs=3, metavar=("FOLDER", "STORE", "STOP"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.convert:
        child(*options.convert[:2], int(options.convert[2]))
    else:
        show(measure(options.folder, options.years))
