"""
All earthquakes of a region, and a folder of daily files
========================================================

"M 5 and more in Chile, a folder of daily Swarm files" is ten lines. They end in a score, in how many
earthquakes it speaks of, and in what the others were lost to. In a region earthquakes are few, and most
study plans fail here: at controls, not at models. The files are written first, by a simulation without any
effect.
"""

# %%
# A folder of daily CDF files, by years and months
# ------------------------------------------------
# In the layout of ESA's product EFIx_LP_1B, cut to the region as an export may be.

import tempfile
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from cdflib import cdfwrite

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.inspection import location_probe
from skquake.io import read_swarm_lp
from skquake.model_selection import evaluate
from skquake.plotting import SampleMapDisplay
from skquake.report import evaluation_report

folder, start, days = Path(tempfile.mkdtemp()), pd.Timestamp("2014-01-01"), 330


def write_day(frame, day):
    """One file, in a folder of its month."""
    span = f"{day:%Y%m%d}T000000_{day:%Y%m%d}T235959_0501"
    month = folder / "swarm" / f"{day:%Y}" / f"{day:%m}"
    month.mkdir(parents=True, exist_ok=True)
    file = cdfwrite.CDF(month / f"SW_OPER_EFIA_LP_1B_{span}.cdf", cdf_spec={"Compressed": 0}, delete=True)
    file.write_globalattrs({"File_Type": {0: "EFIA_LP_1B"}, "File_Version": {0: "0501"}})
    epoch = frame["time"].to_numpy().astype("datetime64[ms]").astype("int64") + 62_167_219_200_000
    place = {"Latitude": frame["latitude"], "Longitude": frame["longitude"]}
    radius = np.full(len(frame), 6_831_200.0)
    columns = {"Timestamp": epoch, **place, "Radius": radius, "Ne": frame["Ne"], "Te": frame["Te"]}
    for name, values in columns.items():
        kind = {"Timestamp": 31}.get(name, 45)
        about = {"Variable": name, "Data_Type": kind, "Num_Elements": 1, "Rec_Vary": True, "Dim_Sizes": []}
        unit = {"Ne": "cm-3", "Te": "K", "Radius": "m"}.get(name, "-")
        file.write_var(about, var_attrs={"UNITS": unit}, var_data=np.asarray(values, dtype=float))
    file.close()


made = make_track("swarm", start, start + pd.Timedelta(days, "D"), side="night", cadence=20.0, random_state=0)
near = made.frame.query("-70 < latitude < 10 and -115 < longitude < -30")
for day, frame in near.groupby(near["time"].dt.floor("D")):
    write_day(frame, day)
quakes = make_catalog("2013-01-01", "2016-01-01", random_state=0)
print(f"{len([*folder.rglob('*.cdf')])} files in {folder / 'swarm'}")

# %%
# Ten lines
# ---------
# All earthquakes stay in ``everything``, small ones and those elsewhere, too: controls keep clear of
# them. The region is a ``query``; the satellite comes from the nested folders, read once into Parquet
# files, and goes on there next time. Controls keep Swarm's local time and lie ``within`` the days of the
# record.

everything = quakes  # read_usgs("catalog/*.csv")
chile = "-45 <= latitude <= -17 and -78 <= longitude <= -66 and depth_km <= 70 and '2014' <= time < '2014-12'"
catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 5")).query(chile)
track = TrackSource.from_files(folder / "swarm", folder / "swarm.parquet", read_swarm_lp, channels=["Ne"])
match = {"match": "local-time", "satellite": "swarm", "side": "either", "within": track.span}
controls = MatchedControls(avoid=everything, random_state=0, **match)
settings = {"region": "dobrovolsky", "days": (-15, 0), "max_length": 5, "context": 5, "exclude": everything}
samples = make_samples(track, catalog, controls, **settings)
model = make_baseline("profile", SlidingWindow(track, 5, context=5))
print(samples)

# %%
# What the others were lost to
# ----------------------------
# "no control": no day among the offsets of ``controls`` was free of the earthquakes of ``avoid``, or none
# that is lies in the record; ``report_`` counts by magnitude. Where controls were drawn beyond the record
# (without ``within``) the reason says so. Of the rest each reason names a step of ``make_samples``.

print(samples.dropped.groupby(["label", "reason"]).size().to_string())
print(controls.report_[["events", "events_with_control", "share"]].to_string())

# %%
# A score of few earthquakes
# --------------------------
# Beside what the place alone reaches, and with the verdict. Fewer than twenty tested earthquakes bear no
# claim, whatever the score; the split, five steps forwards in time, becomes one that so few allow, and
# says so.

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    found = evaluate(model, samples, random_state=0)
    place = location_probe(samples, random_state=0)
    report = evaluation_report(model, samples, random_state=0)
for text in dict.fromkeys(str(each.message) for each in caught):
    print(text)
print(f"model       {found.seismic_mcc}\nplace alone {place.seismic_mcc}\n{report.verdict.text}")
display = SampleMapDisplay.from_samples(samples).plot()
for ax in display.axes_.flat:
    ax.set(xlim=(-95, -50), ylim=(-60, 0), xticks=[-90, -75, -60], yticks=[-60, -40, -20, 0])

# %%
# A record too short for its match
# --------------------------------
# Swarm's local time comes back after 129 days. With fifteen days of observation a pair takes a record of
# 144 days, and three months hold none, however many earthquakes there are:

short = TrackSource(near[near["time"] < start + pd.Timedelta(90, "D")], channels=["Ne"])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the error repeats what the sampler warns of
    try:
        make_samples(short, catalog, controls.set_params(within=short.span), **settings)
    except ValueError as error:
        print(error)
plt.show()
