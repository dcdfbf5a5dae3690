"""
A forecast that is judged by days that had not come yet
=======================================================

A referee learns here what a model said of each day before that day began, what became of it, and whether
looking every day has made the result look better than it is. What was said stands in a log whose lines are
chained by their hashes; the p-value is valid whenever it is looked at.

Two worlds are replayed, day by day, by the same clock: in one nothing precedes the earthquakes, in the other
they come twice as often where yesterday's map is high.
"""

# %%
# Maps that come every day
# ------------------------
# A map is an anomaly with a memory of some days, on cells of 20 degrees. Earthquakes come in belts.

import argparse
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.dates import ConciseDateFormatter

from skquake.plotting import PALETTE
from skquake.prospective import init, read_watch, score, tick

plt.style.use("skquake.plotting.skquake")

parser = argparse.ArgumentParser(description="Two watches, with and without an effect, replayed day by day.")
parser.add_argument("--days", type=int, default=100, help="days to watch (default %(default)s)")
parser.add_argument("--seed", type=int, default=0, help="of everything (default %(default)s)")
parser.add_argument("--figures", type=Path, metavar="DIR", help="folder for the figures")
options = parser.parse_args()

SHAPE, START = (9, 18), pd.Timestamp("2019-01-01")
rng = np.random.default_rng(options.seed)
belts = rng.gamma(0.4, size=SHAPE) + 0.02
anomaly = rng.normal(size=(options.days, *SHAPE))
for day in range(1, options.days):
    anomaly[day] = 0.8 * anomaly[day - 1] + 0.6 * anomaly[day]


def earthquakes(first, chances, name):
    """About one a day, by each day's chances."""
    rows = []
    for day, chance in enumerate(chances):
        for cell in rng.choice(chance.size, rng.poisson(1.0), p=(chance / chance.sum()).ravel()):
            row, column = np.unravel_index(cell, SHAPE)
            time = first + pd.Timedelta(days=day + rng.uniform(0.0, 1.0))
            rows.append((time, 20.0 * row - 80.0, 20.0 * column - 170.0, 10.0, 5.5, f"{name}{len(rows)}"))
    table = pd.DataFrame(rows, columns=["time", "latitude", "longitude", "depth", "mag", "id"])
    return table.sort_values("time").to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ")


past = earthquakes(START - pd.Timedelta(days=2000), np.broadcast_to(belts, (2000, *SHAPE)), "past")
yesterday = np.concatenate([np.zeros((1, *SHAPE)), anomaly[:-1]])

# %%
# A watch
# -------
# The model is a function of the files that have come; ``init`` seals it, with a reference rate made of the
# past earthquakes, and skquake's own code.

MODEL = """\
import numpy as np


def forecast(paths, day):
    return np.exp(0.7 * np.loadtxt(paths[-1], delimiter=",")) * np.load(paths[0].with_name("belts.npy"))
"""
WATCH = """\
[feed]
files = "map*.csv"
[model]
file = "model.py"
with = ["belts.npy"]
[cells]
degrees = 20
[catalog]
files = "past.csv"
reader = "read_usgs"
decluster = "none"
"""


def begin(chances):
    """A folder with a watch that has begun, and the catalog that will come."""
    watch = Path(tempfile.mkdtemp()) / "watch.toml"
    watch.write_text(WATCH)
    watch.with_name("model.py").write_text(MODEL)
    watch.with_name("past.csv").write_text(past)
    watch.with_name("new.csv").write_text(earthquakes(START, chances, "new"))
    np.save(watch.with_name("belts.npy"), belts)
    print(f"sealed: {init(watch, now=START)}")
    return watch


watches = {
    "no effect": begin(np.broadcast_to(belts, anomaly.shape)),
    "twice as often": begin(belts * np.where(yesterday > 0.0, 2.0, 1.0)),
}

# %%
# Day after day
# -------------
# Each map comes an hour before its day is over. One comes two days late: it is scored, marked, and does not
# count.

LATE = 30
for day in range(options.days):
    come = [] if day == LATE else [day, LATE] if day == LATE + 2 else [day]
    for watch in watches.values():
        for of in come:
            file = watch.with_name(f"map{START + pd.Timedelta(days=of):%Y-%m-%d}.csv")
            np.savetxt(file, anomaly[of], delimiter=",", fmt="%.4f")
        tick(watch, now=START + pd.Timedelta(days=day, hours=23))

end = START + pd.Timedelta(days=options.days, hours=23)
found = {name: score(watch, watch.with_name("new.csv"), now=end) for name, watch in watches.items()}
for name, result in found.items():
    print(f"{name}: {result}")
    print(f"  first at or below 0.05: {result.evidence.crossed() or 'never'}")
print("late:", *(f"{alarm.day:%Y-%m-%d}" for alarm in read_watch(watches["no effect"])[1] if alarm.late))

# %%
# A day is rewritten
# ------------------

file = watches["no effect"].with_name("map2019-01-05.csv")
np.savetxt(file, 1.01 * anomaly[4], delimiter=",", fmt="%.4f")
try:
    tick(watches["no effect"], now=end)
except ValueError as error:
    print(f"refused: {str(error).rpartition('/')[2]}")

# %%
# The wealth of a gambler who bets by the forecast
# ------------------------------------------------
# Where the forecast knows nothing he has 20 units, at any time, in at most 5 % of such watches.

figure, axes = plt.subplots(figsize=(6.9, 3.4), layout="constrained")
for dashes, (name, result) in zip(("-", "--"), found.items(), strict=True):
    events = result.evidence.events
    axes.step([START, *events["time"]], [1.0, *events["wealth"]], where="post", ls=dashes, label=name)
axes.axhline(20.0, color=PALETTE["reference"], linestyle=":", label="p = 0.05, looked at every day")
axes.set(
    yscale="log", xlabel="time (UT)", ylabel="wealth (units)", title="Forecast against reference, day by day"
)
axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))
figure.legend(loc="outside lower center", ncols=3)
if options.figures:
    options.figures.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.figures / "prospective.png", dpi=150)
plt.show()
