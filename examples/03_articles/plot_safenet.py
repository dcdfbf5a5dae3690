"""
SafeNet: Swarm, and what its scores need beside them
====================================================

The article trains a network on windows of 70 seconds of Swarm's electron density and magnetic field, from
fifteen days before to five days after an earthquake, and around random controls. Here are its seventeen data
sets and its figures, and beside each score what the article lacks: the same score with *matched* controls and
before the earthquake only, two probes that see no observation, and, where the truth is known, the score of a
detector that knows it.

By default all is simulated, once with nothing planted before the earthquakes and once with a perturbation of
the density. From a terminal, ``--data DIR`` takes a folder of real files instead: ``DIR/swarm/*LP*.cdf``,
``DIR/swarm/*MAG*.cdf``, USGS catalogs in ``DIR/catalog``, indices in ``DIR/indices``. ``--case sumatra`` and
``--case ecuador`` draw the nights before the two earthquakes of 2016.
"""

# %%
# Two modes
# ---------
# ``skquake.datasets.papers`` holds the data sets. The article's way of making samples differs from ours in
# these named parameters, and in no other.

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "__file__" in globals():
    sys.path.insert(0, str(Path(__file__).parent))

import _articles as articles
import _case as case
import _figures as figures
import pandas as pd

from skquake.datasets import papers
from skquake.plotting import SampleMapDisplay, ScoreDisplay

options = articles.options(
    "SafeNet: published scores beside simulated ones, or those of your data.",
    datasets="03,07,14",
    models="RF,GBM,CNN,DNN,logistic",
    days=365,
    epochs=30,
    quick={"datasets": "07", "models": "RF", "days": 150, "epochs": 10, "max_windows": 1500},
    more={"--case": {"choices": sorted(case.CASES), "help": "the nights before one earthquake, no scores"}},
)
MAIN = "03"

for name, mode in papers.MODES.items():
    print(f"{name}: {mode}")

# %%
# The data sets
# -------------
# All are cut out of the same track. The baselines run on the one on which the article compares them.

names = [] if options.case else articles.numbers(options.datasets, papers.SAFENET)
baselines = [name for name in options.models.split(",") if name]
main = MAIN if MAIN in names else (names or [None])[0]


def world_of(effect, names, **simulation):
    """A user's track, or a simulated one of the mission's first days."""
    if options.data:
        return articles.real(options.data, "swarm")
    sides = {papers.SAFENET[name].local_time for name in names} or {"night"}
    defaults = {"start": papers.SAFENET[MAIN].period[0], "days": options.days}
    return articles.simulated(
        "swarm",
        **(defaults | simulation),
        effect=effect,
        seed=options.seed,
        side=sides.pop() if len(sides) == 1 else None,
        fields=True,
    )


results = {}
for effect in articles.effects(options) if names else ():
    label = articles.label(options, effect)
    world = None  # one world at a time: each holds a year of observations
    world = world_of(effect, names)
    results[label] = {
        name: articles.in_both_modes(
            papers.SAFENET[name], world, ["SafeNet", *(baselines if name == main else [])], options, label
        )
        for name in names
    }

# %%
# Figures
# -------
# Of the last world: the one with the planted effect, or yours.

if names:
    data, last = papers.SAFENET[main], results[label][main]
    one = last["honest"] or last["paper"]
    windows = world.track.windows(one.samples.X, data.length, channels=list(data.channels))[0]
    step = world.track.cadence.astype(float) / 1e9
    scored, oracle = articles.lines(
        {label: {main: last} for label, sets in results.items() for last in [sets[main]]}
    )
    channels = ["Ne (cm$^{-3}$)", "B$_N$ (nT)", "B$_E$ (nT)", "B$_C$ (nT)"]
    articles.save(
        options.figures,
        safenet_roc_models=figures.roc_per_class(articles.models_of(last["paper"])),
        safenet_roc_datasets=figures.roc_per_class(
            {f"DataSet {n}": m["paper"].rows["SafeNet"] for n, m in results[label].items() if m["paper"]}
        ),
        safenet_bars=figures.score_bars(
            figures.score_frame(articles.models_of(last["paper"])),
            f"DataSet {main}, random controls, {label}",
        ),
        safenet_scores=ScoreDisplay(scored, references=oracle).plot(),
        safenet_sequences=figures.sequences(one.samples.X, one.samples.y, windows, channels, step),
        safenet_balance=figures.class_balance(articles.classes_of(results[label])),
        safenet_lead_times=figures.lead_times(articles.leads_of(last)),
        safenet_confusion=figures.confusion(
            {articles.CONTROLS[m]: f.rows["SafeNet"] for m, f in last.items() if f}
        ),
        safenet_ternary=figures.ternary(
            {articles.CONTROLS[m]: f.rows["SafeNet"] for m, f in last.items() if f}
        ),
        safenet_map=SampleMapDisplay.from_samples(one.samples).plot(),
    )

# %%
# The nights before one earthquake
# --------------------------------
# The article shows two earthquakes of 2016. A pass of each night, with its density and field: shaded are
# windows that a published rule calls anomalous (root mean square above 2.5 times that of the pass, within 50
# degrees of latitude), starred the samples of the density beyond 2.5 standard deviations of a polynomial of
# degree ten. Both rules fire on noise as well. (The simulated field is the main field alone: what its panels
# show is rounding.)

if options.case:
    event = case.catalog(options.case)
    start = (event["time"].iloc[0] - pd.Timedelta(days=case.DAYS)).floor("D")
    effect = 0.0 if options.data else options.effect
    world = world_of(effect, names, start=start, days=case.DAYS + 1, catalog=event)
    indices = case.indices_of(world.kp, articles.dst(options.data))
    for path in case.draw(options.case, world.track, indices, options.figures):
        print(path)
    print(f"{options.case}: {articles.label(options, effect)}")

# %%
# The table
# ---------
# The article's own number beside ours.

if names:
    articles.show(results, "SafeNet")
