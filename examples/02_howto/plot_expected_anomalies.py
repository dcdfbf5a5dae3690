"""
How many anomalies would I expect by chance?
============================================

Every style of bounds flags some of pure noise, and how much depends on the style and on the number of days:
15 values say little about where the bounds lie. The real ionosphere, which persists from day to day and
wanders with the sun, leaves its bounds more often still.
"""

# %%
# Pure noise
# ----------
# ``expected_rate`` computes the share outside; here it stands beside a simulation of two hundred series.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skquake import IQRBounds, RollingSigmaBounds
from skquake.datasets import make_kp, make_tec
from skquake.plotting import PALETTE

plt.style.use("skquake.plotting.skquake")

STYLES = {
    "iqr": IQRBounds(15, style="iqr", samples_per_day=1),
    "sigma": IQRBounds(15, style="sigma", samples_per_day=1),
    "quartile": IQRBounds(15, style="quartile", samples_per_day=1),
    "mean -+ 2 sigma": RollingSigmaBounds(15, n_sigma=2.0, samples_per_day=1),
}
noise = np.random.default_rng(0).normal(size=(400, 200))
rows = {}
for name, bounds in STYLES.items():
    polarity = np.asarray(bounds.detect(noise).polarity, dtype=float)
    known = np.isfinite(polarity).all(axis=1)
    rows[name] = {
        "expected of noise": bounds.expected_rate(15),
        "noise": np.mean(polarity[known] != 0),
        "12-day spans of noise with any": np.mean(
            [(polarity[known][k : k + 12] != 0).any(axis=0).mean() for k in range(0, known.sum() - 12, 12)]
        ),
    }

# %%
# A simulated ionosphere
# ----------------------
# Electron content every two hours at one station for a year, with storms and without any earthquake: the
# same hour of the 15 days before. ``ar_rate`` computes the share of errors that remember the day before
# as these do.

station = pd.DataFrame({"latitude": [36.5], "longitude": [142.0]}, index=["point"])
kp = make_kp("2014-12-25", "2016-01-01", random_state=0)
tec = make_tec("2015-01-01", "2016-01-01", stations=station, cadence="2h", kp=kp, random_state=0).frame
for name, bounds in STYLES.items():
    options = {"same_hour": True, "samples_per_day": 12}
    polarity = bounds.set_params(**options).fit(tec).detect(tec).polarity.iloc[15 * 12 :]
    rows[name]["expected with its memory"] = bounds.ar_rate(tec).rate
    rows[name]["simulated TEC"] = float((polarity != 0).mean().iloc[0])
table = pd.DataFrame(rows).T
print(table.to_string(float_format="{:.1%}".format))

# %%
# The same as bars
# ----------------

figure, ax = plt.subplots(figsize=(6.9, 3.2), layout="constrained")
table[["expected of noise", "noise", "expected with its memory", "simulated TEC"]].mul(100).plot.barh(
    ax=ax, color=[PALETTE["null"], "#8A8A8A", "#5A5A5A", PALETTE["model"]]
)
ax.invert_yaxis()
ax.set(xlabel="share of values outside the bounds (%)", title="Anomalies without any earthquake")
figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=4)
ax.get_legend().remove()
plt.show()
