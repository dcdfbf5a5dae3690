"""
SafeNet: Swarm, and what its scores need beside them
====================================================

The article trains a network on windows of 70 seconds of Swarm's electron density and magnetic field, from
fifteen days before to five days after an earthquake, and around random controls. Here are its seventeen data
sets and its figures, and beside each score what the article lacks: the same score with *matched* controls and
before the earthquake only, three probes that see no observation, and, where the truth is known, the score of
a detector that knows it.

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

import sys
from pathlib import Path

if "__file__" in globals():
    sys.path.insert(0, str(Path(__file__).parent))

import _articles as articles
import pandas as pd
from _worlds import dst_of, real, simulated

from skquake.alarms import flagged_rate
from skquake.catalogs import dobrovolsky_radius
from skquake.datasets import papers
from skquake.io import kp_to_ap
from skquake.plotting import (
    BalanceDisplay,
    CasePanelDisplay,
    ClassBalanceDisplay,
    ClassROCDisplay,
    ConfusionDisplay,
    LeadTimeDisplay,
    SampleMapDisplay,
    ScoreBarsDisplay,
    ScoreDisplay,
    SequencesDisplay,
    TernaryDisplay,
)
from skquake.preprocessing import MASSResidual, NeLOGResidual, quiet_times
from skquake.sampling import nightly_passes

CASES = {
    "sumatra": {"time": "2016-03-02 12:49:48", "latitude": -4.952, "longitude": 94.330, "magnitude": 7.8},
    "ecuador": {"time": "2016-04-16 23:58:36", "latitude": 0.371, "longitude": -79.940, "magnitude": 7.8},
}
CASE_DAYS, REFERENCE_DAYS = 16, 60

options = articles.options(
    "SafeNet: published scores beside simulated ones, or those of your data.",
    datasets="03,07,14",
    models="RF,GBM,CNN,LSTM,DNN,logistic",
    days=730,
    epochs=30,
    quick={
        "datasets": "10",
        "models": "RF",
        "days": 550,
        "cadence": 5.0,
        "epochs": 10,
        "max_windows": 1500,
        "trials": 3,
    },
    more={
        "--case": {"choices": sorted(CASES), "help": "the nights before one earthquake, no scores"},
        "--cadence": {"type": float, "default": 2.0, "help": "s, simulated (default %(default)s; Swarm: 1)"},
    },
)
MAIN = "03"

for name, mode in papers.MODES.items():
    print(f"{name}: {mode}")

# %%
# The data sets
# -------------
# All are cut out of the same track. The baselines run on the one on which the article compares them. There,
# under matched controls, a second row has the network of a search: twenty trials (``--trials``), trained on
# the first half of the training span and chosen on its second half; the article's hundred were chosen by the
# test set.

names = [] if options.case else articles.numbers(options.datasets, papers.SAFENET)
baselines = [name for name in options.models.split(",") if name]
main = MAIN if MAIN in names else (names or [None])[0]


def world_of(effect, names, **simulation):
    """A user's track, or a simulated one of the mission's first days."""
    if options.data:
        return real(options.data, "swarm", options.inputs)
    sides = {papers.SAFENET[name].local_time for name in names} or {"night"}
    defaults = {"start": papers.SAFENET[MAIN].period[0], "days": options.days}
    return simulated(
        "swarm",
        **(defaults | simulation),
        effect=effect,
        seed=options.seed,
        side=sides.pop() if len(sides) == 1 else None,
        fields=True,
        cadence=1.0 if options.case else options.cadence,
        inputs=options.inputs,
    )


results = {}
for effect in articles.effects(options) if names else ():
    label = articles.label(options, effect)
    world = None  # one world at a time: each holds a year of observations
    world = world_of(effect, names)
    results[label] = {
        name: articles.in_both_modes(
            papers.SAFENET[name],
            world,
            ["SafeNet", *(baselines if name == main else [])],
            options,
            label,
            tune=name == main,
        )
        for name in names
    }

# %%
# Figures
# -------
# Of the last world: the one with the planted effect, or yours.

if names:
    last = results[label][main]
    one = last["honest"] or last["paper"]
    data, X, y = one.data, one.samples.X, one.samples.y
    windows = world.track.windows(X, data.length, channels=list(data.channels))[0]
    step = world.track.cadence.astype(float) / 1e9
    scored, oracle = articles.lines({label: {main: last}})
    modes = articles.predictions(articles.by_mode(last))
    articles.save(
        options.figures,
        safenet_roc_datasets=ClassROCDisplay.from_predictions(
            articles.predictions(articles.of_network(results[label])),
            units=articles.pairs_of_network(results[label]),
        ),
        safenet_scores=ScoreDisplay(scored, references=oracle),
        safenet_sequences=SequencesDisplay.from_samples(
            X,
            y,
            windows,
            channels=["Ne (cm$^{-3}$)", "B$_N$ (nT)", "B$_E$ (nT)", "B$_C$ (nT)"],
            step=step,
            unit="s",
        ),
        safenet_balance=ClassBalanceDisplay(articles.classes_of(results[label])),
        safenet_covariates=BalanceDisplay(articles.balance_of(last)),
        safenet_lead_times=LeadTimeDisplay.from_predictions(articles.leads_of(last)),
        safenet_confusion=ConfusionDisplay.from_predictions(modes),
        safenet_ternary=TernaryDisplay.from_predictions(modes),
        safenet_map=SampleMapDisplay.from_samples(one.samples),
    )
    if last["paper"]:
        by_model = articles.predictions(last["paper"].rows)
        units = articles.pairs(last["paper"], last["paper"].rows)
        title = f"DataSet {last['paper'].data.name}, {last['paper'].controls},\n{label}"
        articles.save(
            options.figures,
            safenet_roc_models=ClassROCDisplay.from_predictions(by_model, units=units),
            safenet_bars=ScoreBarsDisplay.from_predictions(
                by_model,
                units=units,
                title=title,
            ),
        )

# %%
# The nights before one earthquake
# --------------------------------
# The article shows two earthquakes of 2016. A pass of each night, with its density and field: shaded are
# windows that a published rule calls anomalous (root mean square above 2.5 times that of the pass, within 50
# degrees of latitude), starred the samples of the density beyond 2.5 standard deviations of a polynomial of
# degree ten. Both rules fire on noise as well: how often at that place, in quiet nights away from
# earthquakes, is printed below.

if options.case:
    event = pd.DataFrame([CASES[options.case] | {"depth_km": 20.0}], index=[options.case])
    event["time"] = pd.to_datetime(event["time"])
    time, latitude, longitude, magnitude = event[["time", "latitude", "longitude", "magnitude"]].iloc[0]
    days = CASE_DAYS + REFERENCE_DAYS
    label = articles.label(options, effect := 0.0 if options.data else options.effect)
    world = world_of(
        effect, names, start=(time - pd.Timedelta(days=days)).floor("D"), days=days + 1, catalog=event
    )
    indices = {"ap (nT)": kp_to_ap(world.kp)}
    dst = dst_of(options.data)
    nights = nightly_passes(world.track, event, days=CASE_DAYS)
    panels = {
        f"case_{options.case}_{night['time'].iloc[0]:%Y-%m-%d}": CasePanelDisplay.from_pass(
            night, event, indices=indices if dst is None else {"Dst (nT)": dst, **indices}, title=label
        )
        for night in nights
    }
    articles.save(options.figures, **panels)
    CasePanelDisplay.save_pdf(panels.values(), options.figures / f"case_{options.case}.pdf")
    print(f"{options.case}, {label}: {len(panels)} nights, case_{options.case}*.png and .pdf")

    near = world.track.to_frame().query("latitude.abs() <= 50")
    for name, detector in {"Ne (NeLOG)": NeLOGResidual(), "X, Y, Z (MASS)": MASSResidual()}.items():
        flags = detector.detect(near)
        flags = flags[quiet_times(flags["time"], ap=indices["ap (nT)"], dst=dst)]
        before = flags["time"] >= time - pd.Timedelta(days=CASE_DAYS)
        place = latitude, longitude, float(dobrovolsky_radius(magnitude))
        found = flagged_rate(flags[before], *place, local_time="night")
        usual = flagged_rate(flags[~before], *place, local_time="night", avoid=world.catalog)
        print(
            f"  {name}: {found['flagged_passes']:.0f} of {found['passes']:.0f} quiet passes flagged in the "
            f"{CASE_DAYS} days before; {usual['rate']:.0%} [{usual['low']:.0%}, {usual['high']:.0%}] of "
            f"{usual['passes']:.0f} on the {REFERENCE_DAYS} days before these"
        )

# %%
# The table
# ---------
# The article's own number beside ours.

if names:
    articles.show(results, "SafeNet")
