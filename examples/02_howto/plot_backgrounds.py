"""
What does an undisturbed ionosphere show there?
===============================================

A rise of a third before an earthquake is small beside what latitude, hour and season do. Three backgrounds
are taken away from the density along a simulated pass, and each is asked how much of the rise it leaves.
"""

# %%
# Sixty nights
# ------------
# The same random numbers without and with 35 % more before one earthquake, of magnitude 7, on the last
# days.

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skquake.datasets import make_track
from skquake.plotting import PALETTE
from skquake.preprocessing import IRIResidual, QuietBackground, RevisitResidual

plt.style.use("skquake.plotting.skquake")

quake = pd.DataFrame(
    {"time": pd.to_datetime(["2019-04-01"]), "latitude": [-15.0], "longitude": [-72.0], "magnitude": [7.0]},
    index=["quake"],
)
settings = {"side": "night", "cadence": 12.0, "random_state": 0, "catalog": quake}
period = "2019-02-01", "2019-04-01"
quiet = make_track("cses", *period, **settings).frame
made = make_track("cses", *period, effect=0.35, **settings)
track, planted = made.frame, made.truth.planted

# %%
# Three backgrounds
# -----------------
# The empirical ionosphere knows nothing of these nights; the learnt one is fitted to rows of class 0, away
# from the earthquake; the third takes the median of passes 15 to 60 days before.

steps = {
    "empirical (IRI)": IRIResidual(f107=100.0, altitude_km=507.0),
    "quiet training rows": QuietBackground(),
    "earlier passes": RevisitResidual(),
}
classes = np.where(planted > 0.001, 1, 0)
left, rows = {}, {}
for name, step in steps.items():
    left[name], without = (
        step.fit(frame, classes).transform(frame).iloc[:, -1].to_numpy() for frame in (track, quiet)
    )
    on = (planted > 0.02) & np.isfinite(left[name] - without)
    rows[name] = {
        "spread of log Ne": np.log10(quiet["Ne"])[np.isfinite(without)].std(),
        "spread left": np.nanstd(without),
        "share of the rise left": (left[name] - without)[on] @ planted[on] / (planted[on] @ planted[on]),
    }
print(pd.DataFrame(rows).T.round(3).to_string())

# %%
# The last pass over the place
# ----------------------------

last = np.flatnonzero(planted > 0.9 * planted.max())[-1]
near = np.abs(track["time"] - track["time"].iloc[last]) < pd.Timedelta(minutes=12)
figure, (above, below) = plt.subplots(2, 1, sharex=True, layout="constrained", figsize=(6.9, 4.4))
latitude = track["latitude"][near]
above.plot(latitude, np.log10(track["Ne"][near]), color=PALETTE["reference"])
above.set(title="Density of the pass", ylabel="log10 Ne (cm$^{-3}$)")
for dashes, (name, values) in zip(itertools.cycle(("-", "--", "-.")), left.items()):
    below.plot(latitude, values[near], ls=dashes, label=name)
below.plot(latitude, planted[near], color=PALETTE["seismic"], linestyle="--", label="planted")
below.axhline(0.0, color=PALETTE["null"], linewidth=0.8)
below.set(title="What is left of it", xlabel="latitude (deg)", ylabel="less the background (dex)")
figure.legend(loc="outside lower center", ncols=3)
plt.show()

# %%
# In a pipeline of samples, :class:`~skquake.sampling.ResidualWindow` does this between samples and model,
# and learns the background from the training rows of each fold alone.
