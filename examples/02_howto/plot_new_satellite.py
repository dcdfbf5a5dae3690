"""
A satellite whose files no reader knows
=======================================

A reader is a function: path in, frame out. With fifteen lines the files of a satellite that skquake has
never heard of become a source that passes the checks of the package's own, with resumable reading, windows,
samples and maps as for any other. Here are its passes, before any earthquake is looked at.
"""

# %%
# Files as they may come
# ----------------------
# Made here: a text file a day, seconds since 1970, longitudes from 0 to 360, density in units of its own,
# -9999 where there was none.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skquake import TrackSource
from skquake.datasets import make_track
from skquake.testing import check_skquake_estimator

folder = Path(tempfile.mkdtemp())
made = make_track("demeter", "2019-03-01", "2019-03-21", side="night", cadence=10.0, random_state=0).frame
(folder / "days").mkdir()
for day, part in made.groupby(made["time"].dt.floor("D")):
    table = pd.DataFrame({"t": part["time"].astype("int64") // 10**9, "lat": part["latitude"]})
    table["lon"], table["dens"] = part["longitude"] % 360.0, (part["Ne"] / 1e4).round(4)
    table.loc[table.index[::500], "dens"] = -9999.0
    table.to_csv(folder / "days" / f"newsat_{day:%Y%m%d}.txt", sep=" ", index=False)

# %%
# The reader
# ----------
# Times in UTC without a zone, longitudes from -180 to 180, missing values as NaN, units and origin in
# ``attrs``: files of another satellite or in other units are then refused rather than mixed. It refuses
# what it cannot be sure of, and names the file.


def read_newsat(path):
    """A day of the new satellite: frame with time, latitude, longitude, Ne (cm-3)."""
    table = pd.read_csv(path, sep=" ")
    absent = {"t", "lat", "lon", "dens"} - set(table)
    if absent:
        raise ValueError(f"{path}: no column {', '.join(sorted(absent))}")
    frame = pd.DataFrame(
        {
            "time": pd.to_datetime(table["t"], unit="s").astype("datetime64[ns]"),
            "latitude": table["lat"],
            "longitude": (table["lon"] + 180.0) % 360.0 - 180.0,
            "Ne": table["dens"].replace(-9999.0, np.nan) * 1e4,
        }
    )
    frame.attrs = {"units": {"Ne": "cm-3"}, "origin": "newsat"}
    return frame


# %%
# A source
# --------
# Each file is read once, into a Parquet file of its own; after an interruption, or with more days, the
# same call goes on from there.

track = TrackSource.from_files(folder / "days", folder / "newsat.parquet", read_newsat, name="newsat")
print(track)
length = 20
blocks = track.blocks(length)
print(f"{len(blocks.center)} windows of {length} observations without a gap, of {len(track) // length}")

# %%
# Does it keep the promises of a source?
# --------------------------------------
# Clones, pickles, order, windows, immutability: the checks that the sources of the package go through.

found = pd.Series([row["status"] for row in check_skquake_estimator(track, on_fail=None)])
print(found.value_counts().to_string())

# %%
# Its passes
# ----------
# Look before you score: a wrong unit, clock or hemisphere is seen here.

latitude, ne = np.asarray(track.latitude[:]), np.asarray(track.values[:])[:, 0]
figure, (left, right) = plt.subplots(1, 2, layout="constrained", figsize=(8, 3.4))
left.scatter(latitude[::5], np.log10(ne[::5]), s=2, color="0.4", linewidths=0)
left.set(xlabel="latitude (deg)", ylabel="log10 Ne (cm$^{-3}$)", title="Twenty nights")
hour = (pd.DatetimeIndex(track.time[:]).hour + np.asarray(track.longitude[:]) / 15.0) % 24
right.hist(hour, bins=np.arange(25), color="0.6")
right.set(xlabel="local time (h)", ylabel="observations", title="When it passes")
plt.show()
