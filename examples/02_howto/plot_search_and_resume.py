"""
A search that goes on where it was stopped
==========================================

Twelve trials, stopped after five, end as twelve in one go do: each finished trial is a line in a file. The
best of them is the best of many on the same folds, and no result; the score of the *search*, on rows that
it has not seen, stands beside it, and beside both what the place alone reaches. Nothing happens before
these earthquakes.
"""

# %%
# Samples
# -------
# Nothing is planted.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skquake import AftershockRemover, HyperoptSearchCV, SlidingWindow, TrackSource, make_samples
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.inspection import location_probe
from skquake.metrics import seismic_mcc_scorer
from skquake.model_selection import PurgedGroupKFold, PurgedTimeSeriesSplit, evaluate, spaces
from skquake.plotting import SearchDisplay

start, end = pd.Timestamp("2019-01-01"), pd.Timestamp("2019-10-01")
everything = make_catalog(start - pd.Timedelta("60D"), end + pd.Timedelta("60D"), random_state=0)
catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))
frame = make_track("cses", start, end, side="night", cadence=12.0, random_state=0).frame
track = TrackSource(frame, channels=["Ne"])
controls = MatchedControls(avoid=everything, within=track.span, random_state=0)
samples = make_samples(
    track, catalog, controls, region="dobrovolsky", days=(-15, 0), max_length=10, context=15,
    exclude=everything,
)  # fmt: skip
print(samples)

# %%
# A search with a store
# ---------------------
# Length and context of the window are searched like any parameter, on the same samples. The first call is
# "interrupted" after five trials, as by Ctrl-C or a cluster's time limit; the second asks for twelve.

model = make_baseline("profile", SlidingWindow(track, 10, context=15))
space = spaces.profile() | spaces.window(10, 15)
folder = Path(tempfile.mkdtemp())


def search(n_iter, store):
    """The same search, with more or fewer trials."""
    return HyperoptSearchCV(
        model, space, cv=PurgedGroupKFold(3), scoring=seismic_mcc_scorer, n_iter=n_iter, store=store,
        random_state=0,
    )  # fmt: skip


search(5, folder / "trials.jsonl").fit(samples.X, samples.y, groups=samples.groups)
resumed = search(12, folder / "trials.jsonl").fit(samples.X, samples.y, groups=samples.groups)
in_one_go = search(12, None).fit(samples.X, samples.y, groups=samples.groups)
same = np.array_equal(resumed.cv_results_["mean_test_score"], in_one_go.cv_results_["mean_test_score"])
print(f"{len(resumed.cv_results_['params'])} trials, the same as in one go: {same}")
print(f"best: {resumed.best_score_:.2f} with {resumed.best_params_}")

# %%
# What the search is worth
# ------------------------
# Searched on the past, scored on what follows, three times; a folder keeps the trials of each.

nested = evaluate(search(12, folder), samples, PurgedTimeSeriesSplit(3), random_state=0)
place = location_probe(samples, PurgedTimeSeriesSplit(3), random_state=0)
print(f"best of 12 on its own folds {resumed.best_score_:.2f}")
print(f"the search on new rows      {nested.seismic_mcc}\nplace alone                 {place.seismic_mcc}")

# %%
# The same as a figure
# --------------------
# Nothing was there to be found, and no interval says otherwise. A dozen settings of a linear model hardly
# add to the best of them; a hundred of larger models do
# (:ref:`sphx_glr_gallery_02_honest_plot_hyperopt.py`).

references = {"search on new rows": nested.seismic_mcc.value, "place alone": place.seismic_mcc.value}
SearchDisplay.from_estimator(resumed, references=references, chance=0.0).plot()
plt.show()
