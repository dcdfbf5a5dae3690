"""
Alarms, and what they catch beyond knowing where earthquakes are
================================================================

A model is trained on ten months of a satellite, alarms are tuned on the next ten and scored on the year
after. An alarm function says how suspicious the last fifteen nights of a cell were. What it catches is set
against the space and time that it fills, once weighted by the rate of past earthquakes, once by area;
beside it stands an alarm that needs no satellite: wherever earthquakes have been.

Everything is done twice: on a simulated track in which nothing happens before the earthquakes, and on one in
which a perturbation was planted.
"""

# %%
# A track, with and without an effect
# -----------------------------------
# The satellite passes over a cell of five degrees every few nights. The targets are independent earthquakes
# of the last year; the ten years before it give the reference rate.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.alarms import (
    alarm_function,
    alarm_rate,
    area_rate,
    choose_threshold,
    count_events,
    molchan_curve,
    nightly_map,
    reference_rate,
    reliability_curve,
    score_alarms,
    score_track,
    superposed_epoch,
    to_csep,
)
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.inspection import null_catalogs
from skquake.plotting import MolchanDisplay, ReliabilityDisplay, SuperposedEpochDisplay
from skquake.preprocessing import ChannelScaler, WindowFlattener

plt.style.use("skquake.plotting.skquake")

parser = argparse.ArgumentParser(
    description="Alarms scored against the rate of past earthquakes, and by area."
)
parser.add_argument("--effect", type=float, default=1.0, help="planted change of Ne (default %(default)s)")
parser.add_argument("--magnitude", type=float, default=5.5, help="of the targets (default %(default)s)")
parser.add_argument(
    "--lead", type=int, default=15, help="days for which an alarm holds (default %(default)s)"
)
parser.add_argument(
    "--nulls", type=int, default=39, help="catalogs that never happened (default %(default)s)"
)
parser.add_argument("--seed", type=int, default=0, help="of everything (default %(default)s)")
parser.add_argument("--figures", type=Path, metavar="DIR", help="folder for the figures")
parser.add_argument("--csep", type=Path, metavar="FILE", help="write the last forecast for pyCSEP (.dat)")
options = parser.parse_args()
seed, LENGTH, CELL = options.seed, 20, 5.0

past, start = pd.Timestamp("2008-08-01"), pd.Timestamp("2018-08-01")
tune, test, end = (start + pd.Timedelta(days=days) for days in (300, 600, 965))
everything = make_catalog(past, end, random_state=seed)
# By the windows of Gardner and Knopoff, for the targets as for the reference rate.
catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))
targets = catalog[catalog["magnitude"] >= options.magnitude]
recent = catalog[catalog["time"] >= start]


def observe(effect):
    """Scores of every window of a track by a model of its first months; matched controls."""
    track = make_track("cses", start, end, catalog=recent, effect=effect, side="night", random_state=seed)
    frame = track.frame
    whole, first, last = (
        TrackSource(part, channels=["Ne", "Te"])
        for part in (frame, frame[frame["time"] < tune], frame[frame["time"] >= test])
    )
    known = everything[(everything["time"] >= start) & (everything["time"] < tune)]
    samples = make_samples(
        first,
        recent[recent["time"] < tune],
        MatchedControls(avoid=known, random_state=seed),
        region="dobrovolsky",
        days=(-15, 0),
        max_length=LENGTH,
        exclude=known,
        max_per_event=2,
    )
    forest = RandomForestClassifier(100, min_samples_leaf=5, max_features="sqrt", n_jobs=2, random_state=seed)
    model = make_pipeline(SlidingWindow(first, LENGTH), ChannelScaler(log=[0, 1]), WindowFlattener(), forest)
    model.fit(samples.X, samples.y)
    return score_track(model, whole), last


# %%
# From scores to alarms
# ---------------------
# The scores of a night are averaged in each cell, and those of the fifteen nights before a day make the alarm
# function of that day. Thresholds are chosen on the months after the training: those that alarm a
# twentieth, a tenth and a fifth of space and time, weighted by the rate of earthquakes before. They are then
# scored on the last year, and the base rate, what the place alone promises, stands beside the probability.


def study(name, effect):
    """Alarms of one world: their scores, curves and forecasts."""
    scores, last = observe(effect)
    function = alarm_function(nightly_map(scores, cell_degrees=CELL), lead=options.lead, statistic="mean")
    tuned = function.sel(night=slice(tune, test - pd.Timedelta(days=1)))
    tested = function.sel(night=slice(test, None))
    rate = {when: reference_rate(targets, function, before=when, declusterer=None) for when in (tune, test)}
    early, late = targets[targets["time"] < test], targets[targets["time"] >= test]
    print(f"\n{name}: {len(scores)} windows scored, {len(late)} targets of M >= {options.magnitude}")

    thresholds = [choose_threshold(tuned, rate[tune], tau=tau) for tau in (0.05, 0.1, 0.2)]
    before = score_alarms(tuned, early, rate[tune], thresholds, random_state=seed)
    after = score_alarms(tested, late, rate[test], thresholds, random_state=seed)
    columns = [
        "tau",
        "hits",
        "n_events",
        "p_value",
        "probability",
        "base_rate",
        "probability_gain",
        "low",
        "high",
    ]
    print(after[columns].to_string(index=False, float_format="{:.3g}".format))

    nulls = list(null_catalogs("rotate", last, late, n=options.nulls, random_state=seed))
    place = (0.0 * tested).fillna(0.0) + rate[test]
    area, keep = area_rate(function), {"random_state": seed}
    curves = {
        "model": molchan_curve(tested, late, rate[test], null_catalogs=nulls, **keep),
        "model, by area": molchan_curve(tested, late, area, **keep),
        "past earthquakes": molchan_curve(place, late, rate[test], **keep),
        "past earthquakes, by area": molchan_curve(place, late, area, **keep),
    }
    for label, curve in curves.items():
        print(f"  {label:<26}{curve}")

    recent_scores = scores[scores["time"] >= test]
    epoch = superposed_epoch(
        recent_scores,
        late,
        days=np.arange(-30, 11, 2.5),
        distances=[0, 300, 1000],
        null_catalogs=nulls,
        random_state=seed,
    )
    print(f"  {epoch}")

    chosen = {"threshold": thresholds[1], "tau": before["tau"][1], "nu": before["nu"][1]}
    forecast = {"alarms": alarm_rate(tested, rate[test], **chosen)}
    forecast["reference rate"] = xr.broadcast(rate[test], tested)[0].transpose(*tested.dims)
    occurred = (count_events(tested, late) > 0).to_numpy().ravel()
    night = np.repeat(tested["night"].to_numpy(), occurred.size // tested.sizes["night"])
    reliability = {
        label: reliability_curve(
            1 - np.exp(-np.ravel(each)), occurred, time=night, n_bins=8, strategy="expected", **keep
        )
        for label, each in forecast.items()
    }
    for label, curve in reliability.items():
        print(f"  {label:<26}{curve}")
    return curves, epoch, reliability, forecast["alarms"]


worlds = {}
for effect in (0.0, options.effect):
    name = f"planted {effect:+.0%}" if effect else "nothing planted"
    worlds[name] = study(name, effect)

# %%
# Molchan's diagram
# -----------------
# By area, knowing where earthquakes have been is enough for a splendid score, and a model that knows the
# place takes part in it. By the rate of past earthquakes nothing is left of that, and what is left of the
# model is what it knows of time. The band of null catalogs, the same earthquakes at other times of that year,
# is a check of the exact one; with 39 of them no p-value is below 1/40.

figures = {}
figure, axes = plt.subplots(1, 2, figsize=(6.9, 4.9), layout="constrained")
for panel, (name, (curves, *_)) in zip(axes, worlds.items(), strict=True):
    MolchanDisplay(curves).plot(ax=panel)
    panel.set_title(name)
figures["molchan"] = figure

# %%
# Around the earthquakes
# ----------------------
# Scores of all windows near the targets, by days: the mean over earthquakes, beside that of null catalogs.
# Where an effect was planted, the weeks before it are too quiet: the targets were chosen to have no other
# earthquake near them in the fifteen days before. Declustering shapes what is laid upon each other.

for name, (_, epoch, *_) in worlds.items():
    display = SuperposedEpochDisplay(epoch, label=f"probability (no unit),\n{name}").plot()
    figures[f"superposed_epoch_{name.split()[0]}"] = display.figure_

# %%
# As often as they say?
# ---------------------
# An alarm becomes a probability by what it was worth on the months of tuning. Beside it: the reference rate
# alone, and the base rate, which knows neither place nor time. One gain for all cells may promise too much
# where earthquakes are frequent anyway, and of things this rare even a good forecast explains next to
# nothing, cell by cell and day by day.

figure, axes = plt.subplots(1, 2, figsize=(6.9, 4.9), layout="constrained")
for panel, (name, (_, _, reliability, _)) in zip(axes, worlds.items(), strict=True):
    ReliabilityDisplay(reliability).plot(ax=panel)
    panel.set_title(name)
figures["reliability"] = figure

# %%
# For pyCSEP
# ----------
# The forecast of the last day as a file that ``csep.load_gridded_forecast`` reads.

if options.csep:
    day = worlds[name][-1].isel(night=-1)
    print(f"\n{to_csep(day, options.csep, magnitudes=np.arange(options.magnitude, 9.0, 0.5))} written")
if options.figures:
    options.figures.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        figure.savefig(options.figures / f"{name}.png", dpi=150)
plt.show()
