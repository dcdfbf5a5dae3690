"""
Another lab's scores: what would they be without any earthquake?
================================================================

A table with a score each sample is all that it takes: no model, no observations. Two labs send one. The
scores of lab A look like a discovery, a seismic MCC of 0.65, and its places alone score 0.69. Lab B took
the same model and the same nights, with controls at the places of its earthquakes: 0.05, and nothing to
report. Nothing was there.
"""

# %%
# Two tables
# ----------
# Made here, by a simulation without any effect; in life they come as files. ``fold`` says which rows were
# tested together, by a model of the others.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.catalogs import MatchedControls, RandomControls
from skquake.datasets import make_catalog, make_track
from skquake.inspection import location_probe
from skquake.model_selection import PurgedGroupKFold, evaluate
from skquake.plotting import ScoreDisplay
from skquake.preprocessing import ChannelScaler, WindowFlattener
from skquake.report import score_report

start, end = pd.Timestamp("2019-01-01"), pd.Timestamp("2019-10-01")
everything = make_catalog(start - pd.Timedelta("60D"), end + pd.Timedelta("60D"), random_state=0)
catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))
track = TrackSource(
    make_track("cses", start, end, side="night", cadence=15.0, fields=True, random_state=0).frame
)
forest = RandomForestClassifier(50, min_samples_leaf=5, random_state=0)
window = SlidingWindow(track, 8, channels=["Ne", "B_N", "B_E", "B_C"])
model = make_pipeline(window, ChannelScaler(log=[0]), WindowFlattener(), forest)
labs = {
    "lab A": RandomControls(random_state=0),
    "lab B": MatchedControls(avoid=everything, within=track.span, random_state=0),
}
folder, rows = Path(tempfile.mkdtemp()), []
for lab, controls in labs.items():
    samples = make_samples(
        track, catalog, controls, region="dobrovolsky", days=(-15, 0), max_length=8, exclude=everything,
        max_per_event=2,
    )  # fmt: skip
    folds = PurgedGroupKFold(3)
    found = {"lab's model": evaluate(model, samples, folds, random_state=0)}
    found["place alone"] = location_probe(samples, folds, random_state=0)
    table = samples.X.iloc[found["lab's model"].test].assign(
        label=found["lab's model"].y, score=found["lab's model"].proba[:, 1], fold=found["lab's model"].fold
    )
    table.drop(columns=["owners"]).to_csv(folder / f"{lab}.csv", index=False)
    rows += [
        each.to_frame().assign(panel=lab, model=name, probe=name == "place alone")
        for name, each in found.items()
    ]

# %%
# One line each
# -------------
# From the command line it is ``python -m skquake.report "lab A.csv"``. The verdict follows from the
# numbers by fixed rules; without the observations it can refute a score, and at most say "not tested".

for lab in labs:
    table = pd.read_csv(folder / f"{lab}.csv", parse_dates=["time", "obs_start", "obs_end"])
    report = score_report(table, n_permutations=99, n_resamples=200, random_state=0)
    print(f"{lab}: {report.verdict.text}")
    for check in report.verdict.checks:
        print(f"    {check.name}: {check.finding}")

# %%
# The same as a figure
# --------------------
# Never a score without what the same samples betray to a model that has seen no observation.

ScoreDisplay(pd.concat(rows)).plot()
plt.show()
