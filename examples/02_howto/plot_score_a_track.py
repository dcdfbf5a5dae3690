"""
Score a track, and draw a map of alarms
=======================================

A model fitted to the first months scores every window of the months after. Nights become maps, maps become
alarms for the days to come, and where an effect was planted the alarms catch more earthquakes than the
space and time that they fill would by chance. The same nights without any effect stand beside, and an alarm
that has seen no satellite: neither is better than chance.
"""

# %%
# Two worlds that differ in one number
# ------------------------------------
# In one a perturbation is planted before each earthquake, in the other nothing.

import matplotlib.pyplot as plt
import pandas as pd

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.alarms import alarm_function, molchan_curve, nightly_map, reference_rate, score_track
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.plotting import MolchanDisplay, NightlyMapDisplay

start, trained, end = map(pd.Timestamp, ("2019-01-01", "2019-07-01", "2020-04-01"))
everything = make_catalog("2012-01-01", end + pd.Timedelta("60D"), random_state=0)
catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))
targets = catalog.query("magnitude >= 5.5")


def nights(effect):
    """Scores of every window after the training, by a model of what came before."""
    settings = {"side": "night", "cadence": 20.0, "catalog": catalog, "effect": effect, "random_state": 0}
    frame = make_track("cses", start, end, **settings).frame
    first, later = (
        TrackSource(part, channels=["Ne"])
        for part in (frame[frame["time"] < trained], frame[frame["time"] >= trained])
    )
    known = everything[everything["time"] < trained]
    controls = MatchedControls(avoid=known, within=first.span, random_state=0)
    samples = make_samples(
        first, catalog[catalog["time"] < trained], controls, region="dobrovolsky", days=(-15, 0),
        max_length=6, context=9, exclude=known,
    )  # fmt: skip
    model = make_baseline("profile", SlidingWindow(first, 6, context=9)).fit(samples.X, samples.y)
    return score_track(model, later)


# %%
# Maps of the nights, alarms of the days
# --------------------------------------
# A cell's alarm on a day is the mean of its scores in the fifteen nights before. Earthquakes of M 5.5 and
# more are to be caught, weighed by the rate of those before the test: catching them where they always are
# is no skill.

curves, maps = {}, {}
for name, effect in {"planted": 1.0, "nothing planted": 0.0}.items():
    scores = nights(effect)
    maps[name] = nightly_map(scores, cell_degrees=10.0)
    alarm = alarm_function(maps[name], lead=15, statistic="mean")
    rate = reference_rate(targets, alarm, before=trained, declusterer=None)
    late = targets[targets["time"] >= trained]
    curves[name] = molchan_curve(alarm, late, rate, n_resamples=200, random_state=0)
    print(f"{name:16s} {len(scores)} windows, {len(late)} targets: {curves[name]}")
always = (0.0 * alarm).fillna(0.0) + rate
curves["where they have always been"] = molchan_curve(always, late, rate, n_resamples=200, random_state=0)
print(f"no satellite     {curves['where they have always been']}")

# %%
# Half is no skill: the area above the curve of an alarm that says nothing. An alarm earns its name by
# what it has beyond the world without any effect, and by p-values of catalogs that never happened
# (:ref:`sphx_glr_gallery_02_honest_plot_molchan.py`).

MolchanDisplay(curves).plot()
NightlyMapDisplay(
    maps["planted"], catalog=targets.query("'2019-08-01' <= time < '2019-08-06'"), night="2019-08-01"
).plot()
plt.show()
