"""
My folder of Swarm files
========================

What is in a folder of daily CDF files, which day lacks what, and a source of density and magnetic field
along one track, read once and kept: a look at a satellite's record before any earthquake is. Small files
are written first; from a terminal ``--data DIR`` takes yours.
"""

# %%
# A folder
# --------
# Three weeks of density and field in the layouts of ESA's products, two days missing.

import argparse
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from cdflib import cdfwrite

from skquake import TrackSource
from skquake.datasets import make_track
from skquake.io import describe_files, read_swarm_lp, read_swarm_mag
from skquake.sources import join_tracks

parser = argparse.ArgumentParser(description="What a folder of Swarm files holds.")
parser.add_argument("--data", type=Path, metavar="DIR", help="folder of EFIx_LP_1B and MAGx_LR_1B files")
options = parser.parse_args()
folder = options.data or Path(tempfile.mkdtemp()) / "swarm"
units = {"Ne": "cm-3", "Te": "K", "B_NEC": "nT", "F": "nT", "Radius": "m"}


def write_cdf(product, frame, columns):
    """A day's file of a product."""
    day = frame["time"].iloc[0]
    name = f"SW_OPER_{product}_{day:%Y%m%d}T000000_{day:%Y%m%d}T235959_0501.cdf"
    file = cdfwrite.CDF(folder / name, cdf_spec={"Compressed": 0}, delete=True)
    file.write_globalattrs({"File_Type": {0: product}, "File_Version": {0: "0501"}})
    epoch = frame["time"].to_numpy().astype("datetime64[ms]").astype("int64") + 62_167_219_200_000
    place = {"Latitude": frame["latitude"], "Longitude": frame["longitude"]}
    columns = {"Timestamp": epoch, **place, "Radius": np.full(len(frame), 6_831_200.0), **columns}
    for variable, values in columns.items():
        kind = {"Timestamp": 31}.get(variable, 11 if variable.startswith("Flags") else 45)
        values = np.asarray(values, dtype="uint8" if kind == 11 else float)
        about = {"Variable": variable, "Data_Type": kind, "Num_Elements": 1, "Rec_Vary": True}
        about["Dim_Sizes"] = list(values.shape[1:])
        file.write_var(about, var_attrs={"UNITS": units.get(variable, "-")}, var_data=values)
    file.close()


if not options.data:
    folder.mkdir()
    made = make_track(
        "swarm", "2016-01-01", "2016-01-22", side="night", cadence=10.0, fields=True, random_state=0
    ).frame
    for number, (_, part) in enumerate(made.groupby(made["time"].dt.floor("D"))):
        if number != 8:
            write_cdf("EFIA_LP_1B", part, {"Ne": part["Ne"], "Te": part["Te"]})
        if number != 15:
            field = {"F": np.full(len(part), 4e4), "B_NEC": part[["B_N", "B_E", "B_C"]]}
            flags = {"Flags_B": np.zeros(len(part)), "Flags_F": np.ones(len(part))}
            write_cdf("MAGA_LR_1B", part, field | flags)

# %%
# What is in it
# -------------
# By content, not by name. In a terminal it is ``skquake info swarm``, and many files of a kind share a
# line.

found = describe_files(folder, content=False)
print(found.groupby(["format", "reader"]).size().to_string())

# %%
# A source that is read once
# --------------------------
# Each file becomes a Parquet file of its own beside them; the same call goes on after an interruption or
# with more days. Files of another kind are picked by their names.

store = Path(tempfile.mkdtemp())
density = TrackSource.from_files(
    sorted(folder.glob("*EFI?_LP*.cdf")), store / "density", read_swarm_lp, channels=["Ne", "Te"]
)
print(density)

# %%
# Density and field together
# --------------------------
# On the moments of the density, with NaN where no field is near enough.

paths = [sorted(folder.glob(pattern)) for pattern in ("*EFI?_LP*.cdf", "*MAG?_LR*.cdf")]
both = join_tracks(read_swarm_lp(paths[0]), read_swarm_mag(paths[1]))
n_both = both[["Ne", "B_N"]].notna().all(axis=1).sum()
print(f"{n_both} rows with density and field, {len(both)} with density; columns {', '.join(both.columns)}")

# %%
# The record, by days and along the orbit
# ---------------------------------------

day = pd.DatetimeIndex(density.time[:]).floor("D").value_counts().sort_index().asfreq("D", fill_value=0)
figure, (above, below) = plt.subplots(2, 1, layout="constrained", figsize=(7, 5))
above.bar(day.index, day, width=0.9, color="0.6")
above.set(ylabel="observations", title="A day is missing")
latitude, ne = np.asarray(density.latitude[:]), np.asarray(density.values[:])[:, 0]
below.scatter(latitude[::7], np.log10(ne[::7]), s=2, color="0.4", linewidths=0)
below.set(xlabel="latitude (deg)", ylabel="log10 Ne (cm$^{-3}$)")
plt.show()
