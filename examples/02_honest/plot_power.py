"""
What could this study have seen?
================================

"No effect found" says nothing before one knows what effect would have been found. So effects of known size
are planted into the observations, around earthquakes that never happened, and the whole analysis is done
again and again: the same controls, the same folds, the same model. How often does it find them?

The same question comes before a study: with so many earthquakes, which effect would be seen at all?

By default the observations are simulated. ``--data DIR`` plants into real maps of electron content
(``DIR/ionex``) around the earthquakes of real catalogs (``DIR/catalog``), on days without them.
"""

# %%
# Observations and an analysis
# ----------------------------
# Electron content twice a day on a coarse grid; three days of its deviations from the bounds of the fifteen
# days before, before each earthquake and before controls at the same places; a random forest. The effect
# lasts four days and is as wide as the grid is coarse: one that falls between the nodes is not in the maps.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake import IQRBounds, MapSource, SlidingWindow
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_tec
from skquake.inspection import injection_recovery
from skquake.io import read_ionex, read_usgs
from skquake.model_selection import SpatialBlockKFold, chronological_split
from skquake.plotting import PowerCurveDisplay
from skquake.preprocessing import WindowBounds, WindowFlattener

parser = argparse.ArgumentParser(description="How large an effect would have been found?")
parser.add_argument("--data", type=Path, metavar="DIR", help="folder of real files instead of the simulation")
parser.add_argument("--days", type=int, default=365, help="days to simulate (default %(default)s)")
parser.add_argument("--nulls", type=int, default=40, help="catalogs without an effect (default %(default)s)")
parser.add_argument("--repeats", type=int, default=20, help="catalogs with each size (default %(default)s)")
parser.add_argument("--seed", type=int, default=0, help="of everything (default %(default)s)")
parser.add_argument("--store", type=Path, help="file of results: an interrupted run goes on from there")
parser.add_argument("--figures", type=Path, metavar="DIR", help="folder for the figures")
options = parser.parse_args()

HISTORY, KEEP = 15, 3
NULLS = "shift-longitude", "shuffle-times", "other-place"


def last_fifth(samples):
    """The papers' split, purged."""
    return chronological_split(samples.X, samples.y)


if options.data:
    folder = max((options.data / "ionex").glob("*/"), key=lambda path: len(list(path.iterdir())))
    source = MapSource(read_ionex(sorted(folder.iterdir())), name="TEC")
    first, last = source.span
    catalog = read_usgs(options.data / "catalog" / "*.csv*")
    catalog = catalog[catalog["time"].between(first, last)]
    n_events, width, least = None, 500.0, 4.8  # all there are
    controls = MatchedControls(2, min_days=5, max_days=30, days=(-KEEP, 0))
    folds = SpatialBlockKFold(5, block_degrees=10.0, min_train=0.05, shuffle=True, random_state=options.seed)
else:
    start = pd.Timestamp("2001-01-01")
    end = start + pd.Timedelta(days=options.days)
    source = MapSource(
        make_tec(start, end, cadence="12h", grid=(10, 20), random_state=options.seed).maps, name="TEC"
    )
    catalog = make_catalog(start, end, min_magnitude=5.0, random_state=options.seed)
    n_events, width, least = (25, 50, 100), 1500.0, 5.5
    controls, folds = MatchedControls(days=(-KEEP, 0)), last_fifth
per_day = round(np.timedelta64(1, "D") / source.cadence)
length = (HISTORY + KEEP) * per_day
model = make_pipeline(
    SlidingWindow(source, length),
    WindowBounds(IQRBounds(HISTORY, samples_per_day=per_day), KEEP * per_day, output="deviation"),
    WindowFlattener(),
    RandomForestClassifier(50, min_samples_leaf=5, random_state=options.seed),
)

# %%
# Planting and searching
# ----------------------
# Catalogs that never happened have their clusters at other longitudes, on other days of their months, or at
# each other's places: the nulls that the test of the real catalog will declare. ("rotate" is the fourth; a
# year of record has too few offsets for it to reach p = 0.05, and it is refused.) A study finds its effect
# where its score is among the 5 % largest of those that the same analysis gives under *each* of them without
# anything planted.

curve = injection_recovery(
    model,
    source,
    catalog,
    controls=controls,
    sampling={"region": "dobrovolsky", "days": (-KEEP, 0), "max_length": length},
    cv=folds,
    sizes=(0.05, 0.1, 0.2, 0.4),
    n_events=n_events,
    effect_days=(-4.0, 0.0),
    effect_min_km=width,
    min_magnitude=least,
    scoring="event_auc",
    nulls=NULLS,
    n_nulls=options.nulls,
    n_repeats=options.repeats,
    store=options.store,
    random_state=options.seed,
    verbose=1,
)
print(curve)
print(f"\nShare of cases in which it is found (by chance at most {curve.alpha:.0%}):")
print(curve.to_table().to_string(float_format="{:.0%}".format))

# %%
# A null under which less is found than under the others is the one that the largest p waits for.

print("\nUnder each null alone, and under all:")
print(curve.by_null().to_string(index=False, float_format="{:.2f}".format))

# %%
# In words
# --------

for n in curve.to_table().index:
    reached = curve.size_at(0.95, n)
    words = "none of the sizes planted" if np.isnan(reached) else f"one of {reached:.0%} or more"
    print(
        f"with {n} earthquakes an effect of 20 % would be seen in {curve.power_at(0.2, n):.0%} of cases; "
        f"in 95 %: {words}"
    )
needed = curve.events_needed(0.2)
number = f"more than {n}" if np.isnan(needed) else f"{needed:.0f}"
print(f"to see one of 20 % in 95 % of cases takes {number} earthquakes")

# %%
# The curve
# ---------

display = PowerCurveDisplay(curve).plot()
if options.figures:
    options.figures.mkdir(parents=True, exist_ok=True)
    display.figure_.savefig(options.figures / "power.png", dpi=150)
plt.show()
