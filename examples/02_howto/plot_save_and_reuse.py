"""
Save a model today, use it next week
====================================

A fitted network is one file of plain arrays: it opens under any Keras backend, runs no code, and says the
same of the same windows. Next week's nights are scored by it as they come, and what it says of them stands
beside what it says of the same nights without any effect.
"""

# %%
# Today
# -----
# Two hundred simulated nights; a perturbation is planted before each earthquake, so that there is
# something to be saved.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skquake import AftershockRemover, TrackSource, make_samples
from skquake.alarms import nightly_map, score_track
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.metrics import seismic_auc
from skquake.neural import load_model, make_seqnetquake, save_model
from skquake.plotting import NightlyMapDisplay

start, today, end = map(pd.Timestamp, ("2019-01-01", "2019-07-20", "2019-08-10"))
everything = make_catalog(start - pd.Timedelta("60D"), end + pd.Timedelta("60D"), random_state=0)
catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))


def observed(effect):
    """What was observed until today, and what will be."""
    settings = {"side": "night", "cadence": 12.0, "catalog": catalog, "effect": effect, "random_state": 0}
    frame = make_track("cses", start, end, **settings).frame
    return frame[frame["time"] < today], frame[frame["time"] >= today]


past, later = observed(effect=1.0)
track = TrackSource(past, channels=["Ne"])
controls = MatchedControls(avoid=everything, within=track.span, random_state=0)
samples = make_samples(
    track, catalog, controls, region="dobrovolsky", days=(-15, 0), max_length=10, context=15,
    exclude=everything,
)  # fmt: skip
model = make_seqnetquake(track, 10, context=15, epochs=8, random_state=0)
model.fit(samples.X, samples.y)
path = Path(tempfile.mkdtemp()) / "model.safetensors"
save_model(model, path)
print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB, {samples}")

# %%
# Next week
# ---------
# Another process: the file alone is opened, and the track of the new nights is given to it. Length and
# context of the windows are noted in it.

again = load_model(path)
new = TrackSource(later, channels=["Ne"])
scores = score_track(again, new)
print(f"{len(scores)} windows of {scores['time'].dt.normalize().nunique()} nights")
window = samples.X.iloc[:50]
same = np.array_equal(model.predict_proba(window), model[1:].predict_proba(model[0].transform(window)))
print(f"the pipeline says the same as its steps: {same}")

# %%
# What it is worth there
# ----------------------
# Windows within the region and fifteen days of an earthquake, beside the others of the same nights: with
# the effect, and on the same nights without it. The second number is what the first would be without any
# earthquake's effect; what is left there is place and season.


def auc(scores):
    """AUC of windows before earthquakes among all; several earthquakes may share a window."""
    before = np.zeros(len(scores), dtype=int)
    for quake in catalog.query("time >= @today").itertuples():
        lead = (quake.time - scores["time"]) / pd.Timedelta("1D")
        x = (scores["longitude"] - quake.longitude + 180) % 360 - 180
        away = np.hypot(scores["latitude"] - quake.latitude, x * np.cos(np.deg2rad(quake.latitude)))
        before[((lead > 0) & (lead < 15) & (away * 111.2 < 10 ** (0.43 * quake.magnitude))).to_numpy()] = 1
    p = scores["probability"].to_numpy()
    return seismic_auc(before, np.c_[1 - p, p]), before.sum()


nothing = TrackSource(observed(effect=0.0)[1], channels=["Ne"])
for name, each in {"planted": scores, "nothing planted": score_track(again, nothing)}.items():
    value, n = auc(each)
    print(f"{name:16s} AUC {value:.2f} ({n} windows before earthquakes)")

# %%
# A night as a map
# ----------------
# With the earthquakes of M 5.5 and more of the five days that followed.

soon = catalog.query("magnitude >= 5.5 and '2019-07-24' <= time < '2019-07-29'")
NightlyMapDisplay(nightly_map(scores, cell_degrees=10), catalog=soon, night="2019-07-24").plot()
plt.show()
