"""
My own CSV files: from two tables to a score
============================================

Two CSV files with columns of one's own, one of a satellite and one of earthquakes, become a score with its
interval, beside what place, circumstances, and place and date alone reach. The files are written
first, by a simulation in which *nothing happens before the earthquakes*: put yours in their place.
"""

# %%
# Two files as they may come
# --------------------------
# Names, units and clock are the file's own: density per cubic metre, earthquakes in Japan Standard Time.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.inspection import location_probe, metadata_probe, place_date_probe
from skquake.io import read_catalog
from skquake.model_selection import evaluate
from skquake.plotting import ScoreDisplay

folder = Path(tempfile.mkdtemp())
made = make_track("cses", "2019-01-01", "2019-10-01", side="night", cadence=12.0, random_state=0).frame
mine = {"time": "utc", "latitude": "lat", "longitude": "lon", "Ne": "n_e"}
made.rename(columns=mine)[list(mine.values())].assign(n_e=made["Ne"] * 1e6).to_csv(
    folder / "satellite.csv", index=False
)
quakes = make_catalog("2018-11-01", "2019-12-01", random_state=0)
quakes.assign(jst=quakes["time"] + pd.Timedelta(hours=9))[
    ["jst", "latitude", "longitude", "depth_km", "magnitude"]
].to_csv(folder / "quakes.csv", index=False)

# %%
# Read them
# ---------
# A track is a frame with ``time`` (UTC), ``latitude`` and ``longitude``; whatever else is in it can be a
# channel. ``read_catalog`` is told which column is which.

table = pd.read_csv(folder / "satellite.csv", parse_dates=["utc"])
table = table.rename(columns={theirs: ours for ours, theirs in mine.items()})
table["Ne"] /= 1e6  # cm-3
track = TrackSource(table, channels=["Ne"], name="mine")
columns = {name: name for name in ("latitude", "longitude", "depth_km", "magnitude")} | {"time": "jst"}
everything = read_catalog(folder / "quakes.csv", columns=columns, utc_offset=9.0)
print(track, f"{len(everything)} earthquakes, M {everything['magnitude'].min():.1f} and more", sep="\n")

# %%
# Samples, a model, a score
# -------------------------
# Windows before independent earthquakes, and before controls at the same places some weeks away, within the
# days of the record.

catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))
controls = MatchedControls(avoid=everything, within=track.span, random_state=0)
samples = make_samples(
    track, catalog, controls, region="dobrovolsky", days=(-15, 0), max_length=10, context=15,
    exclude=everything,
)  # fmt: skip
print(samples)
model = make_baseline("profile", SlidingWindow(track, 10, context=15))
found = {
    "profile": evaluate(model, samples, random_state=0),
    "place alone": location_probe(samples, random_state=0),
    "circumstances alone": metadata_probe(samples, random_state=0),
    "place and date alone": place_date_probe(samples, random_state=0),
}
for name, each in found.items():
    print(f"{name:21s} seismic MCC {each.seismic_mcc}")

# %%
# The same as a figure
# --------------------
# A model whose interval does not lie above those of the probes, and above zero, has found nothing; here
# there was nothing to be found. How long such luck may be, catalogs that never happened tell
# (:ref:`sphx_glr_gallery_02_honest_plot_catalog_null.py`).

rows = [
    each.to_frame().assign(panel="my files, nothing planted", model=name, probe=name != "profile")
    for name, each in found.items()
]
ScoreDisplay(pd.concat(rows)).plot()
plt.show()
