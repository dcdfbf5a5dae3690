"""
Shuffled folds find precursors in pure noise
============================================

Simulated maps of total electron content: the weather of the ionosphere wanders from day to day, and no
earthquake does anything to it. Each earthquake gives several windows, and so does its control at the same
place some weeks away. A random forest learns to tell them apart, six times, and only the folds differ.

Folds that are shuffled, as by habit, test on windows that overlap those of the training, in the same weather
and around the same earthquake: the forest recognises where and when it is, and that is all it takes.
``leakage_report`` counts what stands on both sides, for any splitter.
"""

# %%
# A world without any effect
# --------------------------
# A window is a day of maps every three hours at one place; each event gives one every twelve hours of the ten
# days before it. Aftershocks leave by the windows of Gardner and Knopoff; place and date still know of what
# is left of the clusters in folds that mix past and future.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GroupKFold, KFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, MapSource, SlidingWindow, make_samples
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_tec
from skquake.model_selection import (
    PurgedGroupKFold,
    PurgedTimeSeriesSplit,
    SpatialBlockKFold,
    evaluate,
    leakage_report,
)
from skquake.plotting import ScoreDisplay, SplitTimelineDisplay
from skquake.preprocessing import WindowFlattener

plt.style.use("skquake.plotting.skquake")

parser = argparse.ArgumentParser(description="Shuffled folds beside purged ones, on noise.")
parser.add_argument("--days", type=int, default=240, help="days to simulate (default %(default)s)")
parser.add_argument("--seed", type=int, default=0, help="of everything (default %(default)s)")
parser.add_argument("--figures", type=Path, metavar="DIR", help="folder for the figures")
options = parser.parse_args()

LENGTH, seed = 8, options.seed
start = pd.Timestamp("2001-01-01")
end = start + pd.Timedelta(days=options.days)
everything = make_catalog(start, end, random_state=seed)
catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 5.5"))
tec = MapSource(make_tec(start, end, cadence="3h", grid=(5, 10), random_state=seed).maps, name="TEC")
samples = make_samples(
    tec,
    catalog,
    MatchedControls(avoid=everything, days=(-10, 0), random_state=seed),
    region="dobrovolsky",
    days=(-10, 0),
    max_length=LENGTH,
    step=4,
    exclude=everything,
)
X, y = samples.X, samples.y
print(samples)

# %%
# Who leaks what
# --------------
# scikit-learn's splitters know nothing of events, pairs and overlapping windows. Whole events in each fold
# still tear pairs: the place is then known from the partner, with the opposite label. Two earthquakes of the
# sample may be of one cluster, as aftershocks of a third one that was too small for it: ``groups`` keep
# whole clusters together.

remover = AftershockRemover().fit(everything)
clusters = pd.Series(remover.labels_, everything.index)
whole = X["pair_id"].map(clusters)
splitters = {
    "KFold, shuffled": (KFold(5, shuffle=True, random_state=seed), None),
    "TimeSeriesSplit": (TimeSeriesSplit(5), None),
    "GroupKFold by event": (GroupKFold(5), X["event_id"]),
    "PurgedGroupKFold": (PurgedGroupKFold(5), whole),
    "SpatialBlockKFold": (SpatialBlockKFold(5), whole),
    "PurgedTimeSeriesSplit": (PurgedTimeSeriesSplit(5, min_train=0.05), whole),
}
reports, scores = {}, {}
for name, (splitter, groups) in splitters.items():
    folds = list(splitter.split(X, y, groups))
    reports[name] = leakage_report(X, folds, clusters=clusters)
    forest = RandomForestClassifier(100, min_samples_leaf=2, max_features="sqrt", random_state=seed)
    model = make_pipeline(SlidingWindow(tec, LENGTH), WindowFlattener(), forest)
    scores[name] = evaluate(model, samples, folds, random_state=seed)
print(f"\nleakage_report of {next(iter(splitters))}:\n{reports['KFold, shuffled'].to_string()}")

# %%
# The table
# ---------
# Nothing is there to be found: by chance, and by right, the score is 0.

table = pd.DataFrame({name: report.attrs["summary"] for name, report in reports.items()}).T
shared = ["shared_observations", "shared_events", "shared_pairs", "shared_clusters"]
table = table[["n_test", *shared]].astype(int).assign(leaking=table["share_leaking"].map("{:.0%}".format))
table["seismic MCC"] = [str(result.seismic_mcc) for result in scores.values()]
table["by right"] = "0"
print(f"\n{table.to_string()}")

# %%
# The same as figures
# -------------------
# Intervals of folds that train on each other's test rows are widened, but they hold the folds as they are:
# they cannot tell that the test windows were known.

lines = pd.concat(
    [
        result.to_frame().assign(
            model=name if reports[name].attrs["summary"]["n_leaking"] else f"{name} (nothing leaks)",
            panel="nothing planted",
            probe=False,
        )
        for name, result in scores.items()
    ]
)
figures = {"leakage_scores": ScoreDisplay(lines).plot()}
for name in ("KFold, shuffled", "PurgedTimeSeriesSplit"):
    display = SplitTimelineDisplay.from_folds(splitters[name][0].split(X, y), X, y).plot()
    display.axes_[0, 0].set_title(f"{name}: samples that train, are purged, and test")
    figures[f"leakage_timeline_{name.split(',')[0].lower()}"] = display
if options.figures:
    options.figures.mkdir(parents=True, exist_ok=True)
    for name, display in figures.items():
        display.figure_.savefig(options.figures / f"{name}.png", dpi=150)
plt.show()
